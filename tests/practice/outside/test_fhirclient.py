"""The service as fhirclient (SMART's own Python client) sees it: strict models, SMART discovery."""

from datetime import date
from itertools import islice
from typing import Any

import pytest
from fhirclient.client import FHIRClient
from fhirclient.models import appointment, capabilitystatement, patient, schedule, slot
from fhirclient.models.fhirabstractresource import FHIRAbstractResource

from tests.running import RunningPractice


@pytest.fixture
def server(practice: RunningPractice) -> Any:
    token = practice.token(practice.account("receptionist")["user"])
    client = FHIRClient(settings={"app_id": "outside", "api_base": practice.base})
    client.server.session.trust_env = False  # a bundle named there would win over ours
    client.server.session.verify = str(practice.ca)
    client.server.session.headers["Authorization"] = f"Bearer {token}"
    return client.server


def test_the_capability_statement_is_one(server: Any) -> None:
    said = capabilitystatement.CapabilityStatement.read_from("metadata", server)
    assert said.fhirVersion == "4.0.1"
    types = {kind.type for kind in said.rest[0].resource}
    assert {"Appointment", "Slot", "Schedule", "Task", "Communication", "AuditEvent"} <= types


@pytest.mark.parametrize("model", [patient.Patient, schedule.Schedule, slot.Slot])
def test_everything_found_fits_the_strict_models(
    server: Any, model: type[FHIRAbstractResource]
) -> None:
    found = list(islice(model.where({"_count": "50"}).perform_resources_iter(server), 120))
    assert len(found) == 120  # over more than one page
    assert all(one.as_json()["id"] for one in found)


def test_the_day_is_found(server: Any) -> None:
    booked = list(
        appointment.Appointment.where(
            {
                "date": {"$and": ["ge2026-11-23T00:00:00Z", "lt2026-11-24T00:00:00Z"]},
                "status": "booked",
            }
        ).perform_resources_iter(server)
    )
    assert booked
    assert {one.start.date.date() for one in booked} == {date(2026, 11, 23)}
