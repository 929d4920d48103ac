"""Everything the service hands out, as a validator written by others (fhir.resources) reads it."""

from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class

from tests.running import RunningPractice

TYPES = [
    "Appointment", "Slot", "Schedule", "Task", "Communication", "Patient", "Practitioner",
    "PractitionerRole", "Organization", "Location", "CareTeam", "HealthcareService", "Flag",
    "RelatedPerson", "Consent", "Condition", "AllergyIntolerance", "Immunization", "Observation",
    "MedicationRequest", "DocumentReference",
]  # fmt: skip


@pytest.mark.parametrize("kind", TYPES)
def test_what_is_found_is_valid(practice: RunningPractice, kind: str) -> None:
    wire = practice.as_role("manager")
    found = wire.get(f"{kind}?_count=40").json()
    assert found["entry"], f"the invented practice has no {kind}"
    get_fhir_model_class("Bundle").model_validate(found)


@pytest.mark.parametrize(
    "path", ["metadata", "Patient/nobody", "Patient?shoe=9", "Patient?_count=2"]
)
def test_every_answer_is_valid(practice: RunningPractice, path: str) -> None:
    tree: dict[str, Any] = practice.as_role("receptionist").get(path).json()
    get_fhir_model_class(tree["resourceType"]).model_validate(tree)
