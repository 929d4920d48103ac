"""Recent results with their ranges, vaccinations, and letters: what a summary shows."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from contract import systems
from practice.demo.generate.people import Person

Tree = dict[str, Any]

_UNITS = "http://unitsofmeasure.org"
_INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
_LABORATORY = [
    {
        "coding": [
            {
                "system": "http://terminology.hl7.org/CodeSystem/observation-category",
                "code": "laboratory",
            }
        ]
    }
]
_VITAL = [
    {
        "coding": [
            {
                "system": "http://terminology.hl7.org/CodeSystem/observation-category",
                "code": "vital-signs",
            }
        ]
    }
]


@dataclass(frozen=True, slots=True)
class Test:
    """A blood test: its normal range and how it falls in those with a reason for it."""

    code: str
    display: str
    unit: str
    low: float | None
    high: float | None
    mean: float
    sd: float
    digits: int = 1


_TESTS: dict[str, Test] = {
    "hba1c": Test("999791000000106", "HbA1c", "mmol/mol", None, 48, 46, 9, 0),
    "cholesterol": Test(
        "1005671000000105", "Serum total cholesterol", "mmol/L", None, 5.0, 4.9, 1.0
    ),
    "egfr": Test("1020291000000106", "eGFR", "mL/min/{1.73_m2}", 60, None, 78, 17, 0),
    "potassium": Test("1000651000000109", "Serum potassium", "mmol/L", 3.5, 5.3, 4.4, 0.4),
    "haemoglobin": Test("1022431000000105", "Haemoglobin", "g/L", 115, 165, 137, 14, 0),
    "tsh": Test("1022791000000101", "Serum TSH", "m[IU]/L", 0.3, 4.5, 2.4, 1.3),
    "ferritin": Test("993381000000106", "Serum ferritin", "ug/L", 15, 300, 90, 60, 0),
}
_BY_PROBLEM = {
    "diabetes": ("hba1c", "cholesterol", "egfr"),
    "hypertension": ("potassium", "egfr"),
    "cholesterol": ("cholesterol",),
    "hypothyroid": ("tsh",),
    "kidney disease": ("egfr", "potassium", "haemoglobin"),
    "heart disease": ("cholesterol", "haemoglobin"),
}
_SYSTOLIC = ("72313002", "Systolic arterial pressure")
_DIASTOLIC = ("1091811000000102", "Diastolic arterial pressure")
_CHILD_VACCINES = (
    (60, "6-in-1 (DTaP/IPV/Hib/HepB) 1"),
    (90, "6-in-1 (DTaP/IPV/Hib/HepB) 2"),
    (365, "MMR 1"),
    (1280, "MMR 2"),
)


def observations(rng: Random, one: Person, today: date) -> Iterator[Tree]:
    """Blood results and blood pressures of the last year, by what *one* lives with."""
    wanted: dict[str, None] = {}
    for problem in one.problems:
        for test in _BY_PROBLEM.get(problem, ()):
            wanted[test] = None
    if not wanted and one.age >= 25 and rng.random() < 0.2:
        wanted = dict.fromkeys(rng.sample(("haemoglobin", "ferritin", "tsh", "hba1c"), 2))
    taken = today - timedelta(days=rng.randint(2, 330))
    for key in wanted:
        yield _result(rng, one, _TESTS[key], taken, key)
    if one.age >= 40 and ("hypertension" in one.problems or rng.random() < 0.15):
        yield _pressure(rng, one, today - timedelta(days=rng.randint(1, 300)))


def _result(rng: Random, one: Person, test: Test, taken: date, key: str) -> Tree:
    value = round(max(0.1, rng.gauss(test.mean, test.sd)), test.digits)
    span: Tree = {}
    if test.low is not None:
        span["low"] = _quantity(test.low, test.unit)
    if test.high is not None:
        span["high"] = _quantity(test.high, test.unit)
    low = test.low is not None and value < test.low
    high = test.high is not None and value > test.high
    tree: Tree = {
        "resourceType": "Observation",
        "id": f"ob-{one.id}-{key}",
        "status": "final",
        "category": _LABORATORY,
        "code": {
            "coding": [{"system": systems.SNOMED, "code": test.code, "display": test.display}],
            "text": test.display,
        },
        "subject": {"reference": one.reference},
        "effectiveDateTime": taken.isoformat(),
        "valueQuantity": _quantity(int(value) if test.digits == 0 else value, test.unit),
        "referenceRange": [span],
    }
    if low or high:
        code, display = ("L", "Low") if low else ("H", "High")
        tree["interpretation"] = [
            {"coding": [{"system": _INTERPRETATION, "code": code, "display": display}]}
        ]
    return tree


def _quantity(value: float, unit: str) -> Tree:
    return {"value": value, "unit": unit, "system": _UNITS, "code": unit}


def _pressure(rng: Random, one: Person, taken: date) -> Tree:
    systolic = int(max(96, rng.gauss(138, 15)))
    pair = ((_SYSTOLIC, systolic), (_DIASTOLIC, int(systolic * rng.uniform(0.52, 0.64))))
    return {
        "resourceType": "Observation",
        "id": f"ob-{one.id}-bp",
        "status": "final",
        "category": _VITAL,
        "code": {
            "coding": [{"system": systems.SNOMED, "code": "75367002", "display": "Blood pressure"}],
            "text": "Blood pressure",
        },
        "subject": {"reference": one.reference},
        "effectiveDateTime": taken.isoformat(),
        "component": [
            {
                "code": {"coding": [{"system": systems.SNOMED, "code": code, "display": display}]},
                "valueQuantity": {
                    "value": value,
                    "unit": "mmHg",
                    "system": _UNITS,
                    "code": "mm[Hg]",
                },
            }
            for (code, display), value in pair
        ],
    }


def immunizations(rng: Random, one: Person, today: date) -> Iterator[Tree]:
    """Childhood doses, and the flu vaccine of those over 65 or at risk."""
    if one.age < 6:
        for number, (days, name) in enumerate(_CHILD_VACCINES):
            given = one.born + timedelta(days=days + rng.randint(0, 30))
            if given < today and rng.random() < 0.92:
                yield _vaccine(one, name, given, number)
    at_risk = {"asthma", "copd", "diabetes", "heart disease"} & set(one.problems)
    if (one.age >= 65 and rng.random() < 0.75) or (at_risk and rng.random() < 0.5):
        last_season = today.year if today.month >= 10 else today.year - 1
        given = date(last_season, 9, 20) + timedelta(days=rng.randint(0, 70))
        yield _vaccine(one, "Influenza vaccine", min(given, today - timedelta(days=1)), 9)


def _vaccine(one: Person, name: str, given: date, number: int) -> Tree:
    return {
        "resourceType": "Immunization",
        "id": f"im-{one.id}-{number}",
        "status": "completed",
        "vaccineCode": {"text": name},
        "patient": {"reference": one.reference},
        "occurrenceDateTime": given.isoformat(),
        "primarySource": True,
    }


_LETTERS = (
    "Cardiology clinic letter",
    "Discharge summary, Otterbrook General",
    "Dermatology clinic letter",
    "Physiotherapy discharge",
    "Ophthalmology clinic letter",
    "Ambulance report",
    "Orthopaedic clinic letter",
)


def documents(rng: Random, one: Person, today: date) -> Iterator[Tree]:
    """A letter from the hospital, for some."""
    if one.age < 16 or rng.random() > 0.02 + 0.02 * len(one.problems):
        return
    name = rng.choice(_LETTERS)
    on = today - timedelta(days=rng.randint(3, 200))
    yield {
        "resourceType": "DocumentReference",
        "id": f"dr-{one.id}",
        "status": "current",
        "type": {"text": name},
        "subject": {"reference": one.reference},
        "date": f"{on.isoformat()}T10:00:00Z",
        "description": name,
        "content": [
            {
                "attachment": {
                    "contentType": "text/plain",
                    "title": name,
                    "creation": on.isoformat(),
                    "data": _LETTER_TEXT,
                }
            }
        ],
    }


_LETTER_TEXT = (
    "VGhpcyBsZXR0ZXIgaXMgaW52ZW50ZWQuIFRoYW5rIHlvdSBmb3IgcmVmZXJyaW5nIHRoaXMgcGF0aWVudCwgd2hv"
    "bSB3ZSBzYXcgaW4gY2xpbmljLiBObyBjaGFuZ2UgdG8gdHJlYXRtZW50Lg=="
)
