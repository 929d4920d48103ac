"""The service as fhirpy, a FHIR client written by others, sees it."""

import uuid
from typing import Any

import pytest
from fhirpy import SyncFHIRClient
from fhirpy.base.exceptions import OperationOutcome, ResourceNotFound

from contract import systems
from tests.running import RunningPractice

Client = Any  # fhirpy is not typed


@pytest.fixture
def client(practice: RunningPractice) -> Client:
    token = practice.token(practice.account("receptionist")["user"])
    return SyncFHIRClient(
        practice.base,
        authorization=f"Bearer {token}",
        requests_config={"verify": str(practice.ca)},
    )


def new_flag(patient: str, key: str) -> dict[str, Any]:
    return {
        "identifier": [{"system": systems.REQUEST_KEY, "value": key}],
        "status": "active",
        "code": {"coding": [{"system": systems.RECEPTION_FLAG, "code": "quiet-call"}]},
        "subject": {"reference": f"Patient/{patient}"},
    }


def test_it_counts(client: Client) -> None:
    patients = client.resources("Patient").search(active="true")
    assert patients.count() == len(patients.fetch_all())
    assert patients.count() > 200


def test_it_pages(client: Client) -> None:
    by_tens = [p.id for p in client.resources("Practitioner").limit(4).fetch_all()]
    at_once = [p.id for p in client.resources("Practitioner").limit(1000).fetch()]
    assert sorted(by_tens) == sorted(at_once)
    assert len(by_tens) == len(set(by_tens)) > 4


def test_it_creates_reads_updates_and_is_told_of_a_stale_version(client: Client) -> None:
    patient = client.resources("Patient").search(active="true").first()
    flag = client.resource("Flag", **new_flag(patient.id, str(uuid.uuid4())))
    flag.save()
    assert flag.id
    again = client.reference("Flag", flag.id).to_resource()
    assert again["subject"]["reference"] == f"Patient/{patient.id}"
    again["status"] = "inactive"
    again.save()
    assert again["meta"]["versionId"] == "2"


def test_get_or_create_makes_only_one(client: Client) -> None:
    patient = client.resources("Patient").search(active="true").first()
    key = str(uuid.uuid4())
    condition = {"identifier": f"{systems.REQUEST_KEY}|{key}"}
    made = [
        client.resources("Flag")
        .search(**condition)
        .get_or_create(client.resource("Flag", **new_flag(patient.id, key)))
        for _ in range(2)
    ]
    assert [created for _, created in made] == [True, False]
    assert made[0][0].id == made[1][0].id


def test_what_is_refused_is_an_operation_outcome(client: Client) -> None:
    with pytest.raises(OperationOutcome) as refused:
        client.resources("Patient").search(shoe_size="9").fetch()
    assert "shoe" in str(refused.value)
    with pytest.raises(ResourceNotFound):
        client.reference("Patient", "nobody").to_resource()


def test_includes(client: Client) -> None:
    sessions = client.resources("Schedule").include("Schedule", "actor").limit(20).fetch_raw()
    kinds = {entry["resource"]["resourceType"] for entry in sessions["entry"]}
    assert {"Schedule", "Practitioner"} <= kinds
