"""Everything that goes wrong is an OperationOutcome with the code of contract 13."""

import json
from typing import Any

import httpx2
import pytest
import sqlalchemy as sa

from contract.limits import BODY_BYTES
from practice.store import Unit
from practice.store.tables import resource, resource_version
from tests.practice.fhir.conftest import House
from tests.practice.fhir.house import ODS, flag


def told(answer: httpx2.Response) -> tuple[int, str, str]:
    [issue] = answer.json()["issue"]
    assert issue["details"]["text"]
    return answer.status_code, issue["code"], issue["details"]["coding"][0]["code"]


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("PATCH", "/Patient/p1", (405, "not-supported", "NOT_IMPLEMENTED")),
        ("DELETE", "/Patient/p1", (405, "not-supported", "NOT_IMPLEMENTED")),
        ("DELETE", "/Patient", (405, "not-supported", "NOT_IMPLEMENTED")),
        ("PUT", "/Patient", (405, "not-supported", "NOT_IMPLEMENTED")),
        ("POST", "/AuditEvent", (405, "not-supported", "NOT_IMPLEMENTED")),
        ("PUT", "/AuditEvent/x", (405, "not-supported", "NOT_IMPLEMENTED")),
        ("DELETE", "/AuditEvent/x", (405, "not-supported", "NOT_IMPLEMENTED")),
        ("GET", "/Binary", (405, "not-supported", "NOT_IMPLEMENTED")),
        ("GET", "/", (405, "not-supported", "NOT_IMPLEMENTED")),
        ("POST", "/metadata", (404, "not-found", "NO_RECORD_FOUND")),
        ("GET", "/_history", (501, "not-supported", "NOT_IMPLEMENTED")),
        ("GET", "/Patient/_history", (501, "not-supported", "NOT_IMPLEMENTED")),
        ("GET", "/Patient/p1/$everything", (501, "not-supported", "NOT_IMPLEMENTED")),
        ("POST", "/Patient/$match", (501, "not-supported", "NOT_IMPLEMENTED")),
        ("GET", "/Shoe", (404, "not-found", "NO_RECORD_FOUND")),
        ("POST", "/Shoe", (404, "not-found", "NO_RECORD_FOUND")),
    ],
)
def test_what_is_not_offered(
    desk: httpx2.Client, method: str, path: str, expected: tuple[int, str, str]
) -> None:
    assert told(desk.request(method, path)) == expected


@pytest.mark.parametrize("token", ["", "nobody"])
def test_without_a_token(house: House, token: str) -> None:
    with house.client(token) as client:
        answer = client.get("/Patient/p1")
    assert told(answer) == (401, "login", "SEND_UNAUTHORIZED")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_without_the_scope(house: House, key: str) -> None:
    with house.client("reader") as reader:
        assert told(reader.get("/Task")) == (403, "forbidden", "ACCESS_DENIED")
        assert told(reader.post("/Flag", json=flag(key))) == (403, "forbidden", "ACCESS_DENIED")
        assert reader.get("/Patient/p1").status_code == 200


@pytest.mark.parametrize(
    "accept",
    [
        "application/xml",
        "application/fhir+xml",
        "text/html",
        "application/fhir+json;fhirVersion=3.0",
    ],
)
def test_other_forms_are_not_spoken(desk: httpx2.Client, accept: str) -> None:
    assert desk.get("/Patient/p1", headers={"Accept": accept}).status_code == 406


@pytest.mark.parametrize(
    "accept", ["*/*", "application/json", "text/html, application/fhir+json; fhirVersion=4.0;q=0.9"]
)
def test_forms_that_are_spoken(desk: httpx2.Client, accept: str) -> None:
    assert desk.get("/Patient/p1", headers={"Accept": accept}).status_code == 200


def test_the_form_may_stand_in_the_address(desk: httpx2.Client) -> None:
    assert desk.get("/Patient/p1?_format=xml").status_code == 406
    xml = {"Accept": "application/fhir+xml"}
    assert desk.get("/Patient/p1?_format=json", headers=xml).status_code == 200
    assert desk.get("/Patient?_id=p1&_format=application/fhir+json").status_code == 200


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b"7", 400),
        (b"\xff\xfe", 400),
        (b'{"resourceType":"Flag"}', 422),
        (b'{"resourceType":7}', 400),
        (b"{}", 400),
        (b"[" * 100_000 + b"]" * 100_000, 400),
    ],
)
def test_bodies_that_cannot_be_read(desk: httpx2.Client, body: bytes, expected: int) -> None:
    headers = {"Content-Type": "application/fhir+json"}
    assert desk.post("/Flag", content=body, headers=headers).status_code == expected


def test_other_bodies_are_not_accepted(desk: httpx2.Client, key: str) -> None:
    for kind in ("application/fhir+xml", "text/plain", "application/json-patch+json"):
        answer = desk.post("/Flag", content=json.dumps(flag(key)), headers={"Content-Type": kind})
        assert answer.status_code == 415


def test_a_body_has_a_largest_size(desk: httpx2.Client, key: str) -> None:
    tree: Any = {**flag(key), "code": {"text": "x" * BODY_BYTES}}
    assert told(desk.post("/Flag", json=tree)) == (413, "too-long", "BAD_REQUEST")

    def parts() -> Any:
        for _ in range(40):
            yield b" " * 65_536

    headers = {"Content-Type": "application/fhir+json"}
    assert desk.post("/Flag", content=parts(), headers=headers).status_code == 413


def test_a_fault_of_ours_tells_only_its_number(
    house: House, desk: httpx2.Client, key: str, caplog: pytest.LogCaptureFixture
) -> None:
    made = desk.post("/Flag", json=flag(key)).json()

    def spoil(unit: Unit) -> None:
        c = resource_version.c
        row = sa.select(resource.c.row).where(resource.c.id == made["id"]).scalar_subquery()
        unit.connection.execute(
            sa.update(resource_version).where(c.row == row).values(body=b"{secret")
        )

    house.store.write_now(ODS, spoil)
    answer = desk.get(f"/Flag/{made['id']}", headers={"X-Request-Id": "number-7"})
    assert told(answer) == (500, "exception", "INTERNAL_SERVER_ERROR")
    assert answer.json()["issue"][0]["details"]["text"] == "Request number-7 failed."
    change = desk.put(f"/Flag/{made['id']}", json=made, headers={"X-Request-Id": "number-8"})
    assert told(change)[0] == 500
    assert "number-7" in caplog.text
    assert "secret" not in answer.text + caplog.text
    with house.client("manager") as manager:
        events = manager.get("/AuditEvent", params={"outcome": "8"}).json()
    assert events["total"] == 2
