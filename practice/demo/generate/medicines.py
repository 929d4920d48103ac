"""Repeat medicines: what people with long-term conditions take, as plans, and what was issued."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from contract.supply import Supply
from practice.demo.generate.clinicians import Staff
from practice.demo.generate.people import Person

Tree = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Medicine:
    """A product by generic name and strength, with its usual directions."""

    name: str
    dose: str
    quantity: int
    unit: str = "tablet"
    days: int = 28


_T = "Take ONE tablet daily"
_FORMULARY: dict[str, tuple[Medicine, ...]] = {
    "hypertension": (
        Medicine("Amlodipine 5mg tablets", _T, 28),
        Medicine("Ramipril 5mg capsules", "Take ONE capsule daily", 28, "capsule"),
        Medicine("Losartan 50mg tablets", _T, 28),
        Medicine("Indapamide 2.5mg tablets", "Take ONE tablet in the morning", 28),
        Medicine("Amlodipine 10mg tablets", _T, 28),
        Medicine("Lisinopril 10mg tablets", _T, 28),
    ),
    "cholesterol": (
        Medicine("Atorvastatin 20mg tablets", "Take ONE tablet at night", 28),
        Medicine("Atorvastatin 40mg tablets", "Take ONE tablet at night", 28),
        Medicine("Simvastatin 40mg tablets", "Take ONE tablet at night", 28),
    ),
    "diabetes": (
        Medicine("Metformin 500mg tablets", "Take TWO tablets twice a day with food", 112),
        Medicine("Gliclazide 80mg tablets", "Take ONE tablet twice a day with meals", 56),
        Medicine("Empagliflozin 10mg tablets", _T, 28),
        Medicine("Sitagliptin 100mg tablets", _T, 28),
    ),
    "asthma": (
        Medicine(
            "Salbutamol 100micrograms/dose inhaler CFC free",
            "Inhale TWO doses when needed",
            1,
            "inhaler",
            56,
        ),
        Medicine(
            "Clenil Modulite 100micrograms/dose inhaler",
            "Inhale TWO doses twice a day",
            1,
            "inhaler",
            28,
        ),
        Medicine("Montelukast 10mg tablets", "Take ONE tablet at night", 28),
    ),
    "copd": (
        Medicine(
            "Trelegy Ellipta 92/55/22micrograms/dose inhaler",
            "Inhale ONE dose daily",
            1,
            "inhaler",
            30,
        ),
        Medicine(
            "Salbutamol 100micrograms/dose inhaler CFC free",
            "Inhale TWO doses when needed",
            1,
            "inhaler",
            56,
        ),
        Medicine("Carbocisteine 375mg capsules", "Take TWO capsules twice a day", 112, "capsule"),
    ),
    "depression": (
        Medicine("Sertraline 50mg tablets", _T, 28),
        Medicine("Sertraline 100mg tablets", _T, 28),
        Medicine("Citalopram 20mg tablets", _T, 28),
        Medicine("Mirtazapine 15mg tablets", "Take ONE tablet at night", 28),
    ),
    "hypothyroid": (
        Medicine("Levothyroxine sodium 50microgram tablets", "Take ONE tablet in the morning", 28),
        Medicine("Levothyroxine sodium 100microgram tablets", "Take ONE tablet in the morning", 28),
    ),
    "reflux": (
        Medicine(
            "Omeprazole 20mg gastro-resistant capsules", "Take ONE capsule daily", 28, "capsule"
        ),
        Medicine(
            "Lansoprazole 15mg gastro-resistant capsules", "Take ONE capsule daily", 28, "capsule"
        ),
    ),
    "osteoarthritis": (
        Medicine("Paracetamol 500mg tablets", "Take TWO tablets up to four times a day", 100),
        Medicine("Naproxen 250mg tablets", "Take ONE tablet twice a day with food", 56),
        Medicine(
            "Co-codamol 30mg/500mg tablets", "Take ONE or TWO tablets up to four times a day", 100
        ),
        Medicine("Ibuprofen 5% gel", "Apply THREE times a day", 1, "tube"),
    ),
    "atrial fibrillation": (
        Medicine("Apixaban 5mg tablets", "Take ONE tablet twice a day", 56),
        Medicine("Bisoprolol 2.5mg tablets", _T, 28),
    ),
    "heart disease": (
        Medicine("Aspirin 75mg dispersible tablets", _T, 28),
        Medicine("Bisoprolol 5mg tablets", _T, 28),
        Medicine(
            "Glyceryl trinitrate 400micrograms/dose pump sublingual spray",
            "Use when needed",
            1,
            "spray",
            84,
        ),
        Medicine("Clopidogrel 75mg tablets", _T, 28),
    ),
    "epilepsy": (
        Medicine("Lamotrigine 100mg tablets", "Take ONE tablet twice a day", 56),
        Medicine("Levetiracetam 500mg tablets", "Take ONE tablet twice a day", 56),
    ),
    "migraine": (
        Medicine("Sumatriptan 50mg tablets", "Take ONE tablet at the onset of migraine", 6),
        Medicine("Propranolol 40mg tablets", "Take ONE tablet twice a day", 56),
    ),
    "contraception": (
        Medicine("Rigevidon tablets", "Take ONE tablet daily for 21 days", 63, "tablet", 84),
        Medicine("Desogestrel 75microgram tablets", _T, 84, "tablet", 84),
    ),
    "menopause": (
        Medicine("Evorel 50 patches", "Apply ONE patch twice a week", 8, "patch"),
        Medicine("Utrogestan 100mg capsules", "Take ONE capsule at night", 28, "capsule"),
    ),
    "eczema": (
        Medicine("Hydrocortisone 1% cream", "Apply thinly TWICE a day", 1, "tube"),
        Medicine("Epimax cream", "Apply when needed", 1, "tub"),
    ),
    "prostate": (
        Medicine(
            "Tamsulosin 400microgram modified-release capsules",
            "Take ONE capsule daily",
            28,
            "capsule",
        ),
        Medicine("Finasteride 5mg tablets", _T, 28),
    ),
    "kidney disease": (Medicine("Furosemide 40mg tablets", "Take ONE tablet in the morning", 28),),
    "osteoporosis": (
        Medicine("Alendronic acid 70mg tablets", "Take ONE tablet once a week", 4),
        Medicine("Adcal-D3 Caplets", "Take TWO tablets twice a day", 112),
    ),
    "anxiety": (Medicine("Propranolol 10mg tablets", "Take ONE tablet when needed", 28),),
    "gout": (Medicine("Allopurinol 100mg tablets", _T, 28),),
    "dementia": (Medicine("Donepezil 10mg tablets", "Take ONE tablet at night", 28),),
}


_ON_REPEAT = 0.75
"""Of long-term conditions, this part is treated with a repeat medicine from here."""


PHARMACIES = ("Elm Road Pharmacy", "Otterbrook Pharmacy", "Millbank Chemist")


@dataclass(slots=True)
class Plan:
    """One repeat medicine of one patient."""

    id: str
    one: Person
    medicine: Medicine
    prescriber: str
    since: date
    last_issue: date
    review: date

    @property
    def reference(self) -> str:
        """The FHIR reference."""
        return f"MedicationRequest/{self.id}"

    @property
    def pharmacy(self) -> str:
        """Where it is dispensed: one pharmacy a household."""
        place = sum(map(ord, self.one.address.postcode))
        return PHARMACIES[place % len(PHARMACIES)]

    def next_issue(self, last: date | None = None) -> date:
        """From when it may be ordered again, given its last issue (as invented, if not said)."""
        supply = Supply(self.last_issue, last or self.last_issue, self.medicine.days, None)
        return supply.orderable_on or self.last_issue


def plans_of(rng: Random, one: Person, staff: Staff, today: date) -> list[Plan]:
    """The repeat medicines of *one*, by their long-term conditions."""
    chosen: dict[str, Medicine] = {}
    for problem in one.problems:
        choices = _FORMULARY.get(problem, ())
        if choices and rng.random() < _ON_REPEAT:
            number = min(len(choices), 1 + (rng.random() < 0.3))
            for medicine in rng.sample(choices, number):
                chosen.setdefault(medicine.name.partition(" ")[0], medicine)
    prescribers = [member.id for member in staff.clinicians if member.job == "gp"]
    review = today + timedelta(days=rng.randint(-40, 330))
    plans = []
    for number, medicine in enumerate(chosen.values()):
        plans.append(
            Plan(
                f"mp-{one.id}-{number + 1}",
                one,
                medicine,
                one.gp or prescribers[0],
                today - timedelta(days=rng.randint(120, 2600)),
                today - timedelta(days=rng.randint(1, medicine.days + 6)),
                review,
            )
        )
    return plans


def plan_tree(plan: Plan, names: dict[str, str]) -> Tree:
    """The MedicationRequest `plan`."""
    tree = _tree(plan, names, plan.id, "plan", "active", plan.since)
    tree["dispenseRequest"]["validityPeriod"] = {
        "start": plan.since.isoformat(),
        "end": plan.review.isoformat(),
    }
    return tree


def issue_tree(plan: Plan, names: dict[str, str], on: date, name: str) -> Tree:
    """The MedicationRequest `order` issued from the plan on a day."""
    tree = _tree(plan, names, name, "order", "completed", on)
    tree["basedOn"] = [{"reference": plan.reference}]
    return tree


def _tree(plan: Plan, names: dict[str, str], name: str, intent: str, status: str, on: date) -> Tree:
    medicine = plan.medicine
    return {
        "resourceType": "MedicationRequest",
        "id": name,
        "status": status,
        "intent": intent,
        "category": [{"text": "repeat"}],
        "medicationCodeableConcept": {"text": medicine.name},
        "subject": {"reference": plan.one.reference, "display": plan.one.display},
        "authoredOn": on.isoformat(),
        "requester": {
            "reference": f"Practitioner/{plan.prescriber}",
            "display": names[plan.prescriber],
        },
        "dosageInstruction": [{"text": medicine.dose}],
        "dispenseRequest": {
            "quantity": {"value": medicine.quantity, "unit": medicine.unit},
            "expectedSupplyDuration": {
                "value": medicine.days,
                "unit": "day",
                "system": "http://unitsofmeasure.org",
                "code": "d",
            },
            "performer": {"display": plan.pharmacy},
        },
    }


def order_number(year: int, number: int) -> str:
    """The number that ties one order together, `R-2026-004512`."""
    return f"R-{year}-{number:06d}"


def issues(plans: list[Plan], names: dict[str, str]) -> Iterator[Tree]:
    """The latest issue of every plan, before anything that is ordered online."""
    for plan in plans:
        yield issue_tree(plan, names, plan.last_issue, f"mi-{plan.id[3:]}")
