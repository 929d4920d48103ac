"""Long-term conditions and allergies, with how likely they are at each age."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from random import Random
from typing import Any

from contract import systems
from practice.demo.generate.people import Person

Tree = dict[str, Any]


@dataclass(frozen=True, slots=True)
class LongTerm:
    """A condition that stays; `shares` is how many have it at 10, 30, 50, 70 and 90 years."""

    code: str
    display: str
    shares: tuple[float, float, float, float, float]
    female: bool | None = None


LONG_TERM: dict[str, LongTerm] = {
    "hypertension": LongTerm("38341003", "Hypertension", (0, 0.02, 0.17, 0.45, 0.6)),
    "cholesterol": LongTerm("55822004", "Hyperlipidaemia", (0, 0.01, 0.1, 0.28, 0.25)),
    "diabetes": LongTerm("44054006", "Type 2 diabetes mellitus", (0, 0.01, 0.07, 0.17, 0.16)),
    "asthma": LongTerm("195967001", "Asthma", (0.08, 0.07, 0.065, 0.06, 0.05)),
    "copd": LongTerm(
        "13645005", "Chronic obstructive pulmonary disease", (0, 0, 0.015, 0.06, 0.07)
    ),
    "depression": LongTerm("35489007", "Depression", (0.005, 0.12, 0.14, 0.09, 0.08)),
    "anxiety": LongTerm("197480006", "Anxiety disorder", (0.01, 0.07, 0.06, 0.03, 0.03)),
    "hypothyroid": LongTerm("40930008", "Hypothyroidism", (0.002, 0.015, 0.04, 0.08, 0.1)),
    "reflux": LongTerm("235595009", "Gastro-oesophageal reflux", (0.01, 0.03, 0.09, 0.16, 0.17)),
    "osteoarthritis": LongTerm("396275006", "Osteoarthritis", (0, 0.005, 0.08, 0.25, 0.35)),
    "atrial fibrillation": LongTerm("49436004", "Atrial fibrillation", (0, 0, 0.008, 0.07, 0.17)),
    "heart disease": LongTerm("53741008", "Coronary heart disease", (0, 0, 0.02, 0.1, 0.17)),
    "epilepsy": LongTerm("84757009", "Epilepsy", (0.005, 0.007, 0.008, 0.01, 0.01)),
    "migraine": LongTerm("37796009", "Migraine", (0.02, 0.08, 0.06, 0.02, 0.01)),
    "contraception": LongTerm("169553002", "Oral contraception", (0, 0.24, 0.03, 0, 0), True),
    "menopause": LongTerm("161712005", "Menopausal symptoms", (0, 0, 0.24, 0.03, 0), True),
    "eczema": LongTerm("24079001", "Atopic eczema", (0.12, 0.05, 0.04, 0.03, 0.03)),
    "prostate": LongTerm(
        "266569009", "Benign prostatic hyperplasia", (0, 0, 0.05, 0.22, 0.3), False
    ),
    "kidney disease": LongTerm("709044004", "Chronic kidney disease", (0, 0, 0.015, 0.1, 0.3)),
    "osteoporosis": LongTerm("64859006", "Osteoporosis", (0, 0, 0.01, 0.07, 0.18)),
    "gout": LongTerm("90560007", "Gout", (0, 0.005, 0.02, 0.04, 0.05)),
    "dementia": LongTerm("52448006", "Dementia", (0, 0, 0, 0.02, 0.17)),
}
_AGES = (10, 30, 50, 70, 90)
_ALLERGIES = (
    ("91936005", "Penicillin", 0.06, ("Rash", "Rash", "Swelling of the face", "Anaphylaxis")),
    ("294505008", "Amoxicillin", 0.012, ("Rash", "Vomiting")),
    ("293586001", "Aspirin", 0.008, ("Wheeze", "Stomach upset")),
    ("293620004", "Ibuprofen", 0.007, ("Wheeze", "Rash")),
    ("294461000", "Trimethoprim", 0.009, ("Rash", "Nausea")),
    ("294420000", "Erythromycin", 0.008, ("Stomach upset",)),
    ("91935009", "Peanuts", 0.012, ("Anaphylaxis", "Swelling of the lips")),
    ("300916003", "Latex", 0.006, ("Contact rash",)),
    ("91930004", "Eggs", 0.004, ("Rash",)),
    ("293584003", "Codeine", 0.01, ("Confusion", "Constipation", "Vomiting")),
)
_CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
_ALLERGY_CLINICAL = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical"
_CATEGORY = "http://terminology.hl7.org/CodeSystem/condition-category"
_ACTIVE = {"coding": [{"system": _CLINICAL, "code": "active"}]}
_PROBLEM_LIST = [{"coding": [{"system": _CATEGORY, "code": "problem-list-item"}]}]
_ALLERGY_ACTIVE = {"coding": [{"system": _ALLERGY_CLINICAL, "code": "active"}]}


def _share(shares: tuple[float, ...], age: int) -> float:
    """Between the ages given, in a straight line."""
    if age <= _AGES[0]:
        return shares[0]
    for (low, high), (before, after) in zip(pairwise(_AGES), pairwise(shares), strict=True):
        if age <= high:
            return before + (after - before) * (age - low) / (high - low)
    return shares[-1]


def problems_of(rng: Random, one: Person) -> list[str]:
    """Keys of what *one* lives with."""
    return [
        key
        for key, condition in LONG_TERM.items()
        if condition.female in (None, one.female)
        and rng.random() < _share(condition.shares, one.age)
    ]


def conditions(rng: Random, one: Person, today: date) -> Iterator[Tree]:
    """The Conditions of *one*."""
    for key in one.problems:
        condition = LONG_TERM[key]
        longest = max(30, min(one.age * 365 - 200, 9000))
        yield {
            "resourceType": "Condition",
            "id": f"co-{one.id}-{condition.code}",
            "clinicalStatus": _ACTIVE,
            "category": _PROBLEM_LIST,
            "code": {
                "coding": [
                    {
                        "system": systems.SNOMED,
                        "code": condition.code,
                        "display": condition.display,
                    }
                ],
                "text": condition.display,
            },
            "subject": {"reference": one.reference},
            "onsetDateTime": (today - timedelta(days=rng.randint(20, longest))).isoformat(),
        }


def allergies(rng: Random, one: Person, today: date) -> Iterator[Tree]:
    """The AllergyIntolerances of *one*."""
    for code, substance, share, reactions in _ALLERGIES:
        if rng.random() >= share * (0.4 if one.age < 10 else 1.0):
            continue
        reaction = rng.choice(reactions)
        severe = reaction in ("Anaphylaxis", "Swelling of the face", "Wheeze")
        yield {
            "resourceType": "AllergyIntolerance",
            "id": f"al-{one.id}-{code}",
            "clinicalStatus": _ALLERGY_ACTIVE,
            "type": "allergy" if severe or reaction == "Rash" else "intolerance",
            "criticality": "high" if severe else "low",
            "code": {
                "coding": [{"system": systems.SNOMED, "code": code, "display": substance}],
                "text": substance,
            },
            "patient": {"reference": one.reference},
            "recordedDate": (today - timedelta(days=rng.randint(60, 7000))).isoformat(),
            "reaction": [{"manifestation": [{"text": reaction}]}],
        }
