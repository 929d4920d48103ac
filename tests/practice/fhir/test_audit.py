"""One AuditEvent per request, whatever came of it."""

import base64
import uuid
from typing import Any

import httpx2
import pytest

from tests.practice.fhir.conftest import House
from tests.practice.fhir.house import booking, flag

Tree = dict[str, Any]


def events(house: House, **params: str) -> list[Tree]:
    with house.client("manager") as manager:
        bundle = manager.get("/AuditEvent", params={"_sort": "-date", "_count": "200", **params})
    return [entry["resource"] for entry in bundle.json().get("entry", [])]


def of_request(house: House, name: str) -> list[Tree]:
    return [
        event
        for event in events(house)
        if any(
            entity.get("what", {}).get("identifier", {}).get("value") == name
            for entity in event["entity"]
        )
    ]


def references(event: Tree) -> list[str]:
    found = [entity.get("what", {}).get("reference") for entity in event["entity"]]
    return [reference for reference in found if reference]


@pytest.mark.parametrize(
    ("token", "method", "path", "body", "subtype", "action", "outcome", "touched"),
    [
        ("receptionist", "GET", "/Patient/p1", None, "read", "R", "0",
         ["Patient/p1/_history/1", "Patient/p1"]),
        ("receptionist", "GET", "/Patient/p1/_history", None, "history-instance", "R", "0",
         ["Patient/p1/_history/1", "Patient/p1"]),
        ("receptionist", "GET", "/Patient/p1/_history/1", None, "vread", "R", "0",
         ["Patient/p1/_history/1", "Patient/p1"]),
        ("receptionist", "GET", "/Patient/none", None, "read", "R", "4", ["Patient/none"]),
        ("receptionist", "GET", "/Flag?patient=Patient/p3", None, "search-type", "E", "0",
         ["Patient/p3"]),
        ("receptionist", "GET", "/Patient?given=zoe", None, "search-type", "E", "0",
         ["Patient/p2"]),
        ("receptionist", "GET", "/Patient?shoe=9", None, "search-type", "E", "4", []),
        ("receptionist", "PUT", "/Slot/s50", {"resourceType": "Slot", "id": "s50"}, "update",
         "U", "4", ["Slot/s50"]),
        ("receptionist", "DELETE", "/Subscription/none", None, "delete", "D", "4",
         ["Subscription/none"]),
        ("reader", "GET", "/Task", None, "search-type", "E", "4", []),
        ("reader", "POST", "/Flag", flag("x"), "create", "C", "4", []),
        ("patient", "GET", "/Patient/p2", None, "read", "R", "4", ["Patient/p2"]),
        ("", "GET", "/Patient/p1", None, "read", "R", "4", ["Patient/p1"]),
        ("", "GET", "/Flag?patient=Patient/p3", None, "search-type", "E", "4", []),
        ("", "PUT", "/Slot/s50", {}, "update", "U", "4", ["Slot/s50"]),
        ("", "POST", "/", {}, "batch", "E", "4", []),
        ("receptionist", "DELETE", "/Patient/p1", None, "operation", "E", "4", []),
    ],
)  # fmt: skip
def test_every_request_leaves_one(
    house: House, token: str, method: str, path: str, body: Any, subtype: str, action: str,
    outcome: str, touched: list[str],
) -> None:  # fmt: skip
    name = str(uuid.uuid4())
    with house.client(token) as client:
        client.request(method, path, json=body, headers={"X-Request-Id": name})
    [event] = of_request(house, name)
    assert event["type"]["code"] == "rest"
    assert event["subtype"][0]["code"] == subtype
    assert (event["action"], event["outcome"]) == (action, outcome)
    assert ("outcomeDesc" in event) == (outcome != "0")
    assert sorted(references(event)) == sorted(touched)
    assert event["recorded"].startswith("2026-11-23T07:")


def test_who_and_why_follow_from_the_token(house: House) -> None:
    purposes = {}
    for role in ("receptionist", "clinician", "prescriber", "manager", "patient"):
        name = str(uuid.uuid4())
        with house.client(role) as client:
            client.get("/Patient/p1", headers={"X-Request-Id": name})
        [event] = of_request(house, name)
        purposes[role] = event["purposeOfEvent"][0]["coding"][0]["code"]
        client_app, user = event["agent"]
        expected = "Patient/p1" if role == "patient" else "Practitioner/c1"
        assert (user["who"]["reference"], user["requestor"]) == (expected, True)
        assert client_app["network"]["address"] == "127.0.0.1"
    assert purposes == {
        "receptionist": "HOPERAT",
        "clinician": "TREAT",
        "prescriber": "TREAT",
        "manager": "HOPERAT",
        "patient": "PATRQT",
    }


def test_a_transaction_names_everything_it_wrote(
    house: House, desk: httpx2.Client, key: str
) -> None:
    tree = desk.post("/", json=booking(51, key), headers={"X-Request-Id": key}).json()
    made = tree["entry"][1]["resource"]["id"]
    [event] = of_request(house, key)
    assert event["subtype"][0]["code"] == "transaction"
    expected = ["Slot/s51/_history/2", f"Appointment/{made}/_history/1", "Patient/p3"]
    assert sorted(references(event)) == sorted(expected)
    for params in (
        {"patient": "Patient/p3"},
        {"entity": f"Appointment/{made}"},
        {"agent": "Practitioner/c1"},
    ):
        assert event["id"] in {one["id"] for one in events(house, **params)}


def test_the_trail_is_read_by_those_who_may(house: House, desk: httpx2.Client) -> None:
    assert desk.get("/AuditEvent").status_code == 403


def test_looking_leaves_the_change_number_alone(house: House, desk: httpx2.Client) -> None:
    before = house.store.read_now("A99999", lambda unit: unit.counter())
    desk.get("/Patient/p1")
    assert house.store.read_now("A99999", lambda unit: unit.counter()) == before


def asked(event: Tree) -> list[str]:
    held = [entity.get("query") for entity in event["entity"]]
    return [base64.b64decode(query).decode() for query in held if query]


@pytest.mark.parametrize(
    ("token", "method", "path", "said"),
    [
        ("reader", "GET", "/Task?patient=Patient/p3", "Task?patient=Patient/p3"),
        ("", "GET", "/Task?patient=Patient/p3", "Task?patient=Patient/p3"),
        ("receptionist", "DELETE", "/Patient/p1", "DELETE Patient/p1"),
        ("receptionist", "GET", "/Patient/p1/$everything?x=1", "GET Patient/p1/$everything?x=1"),
    ],
)
def test_a_denied_request_says_what_was_asked(
    house: House, key: str, token: str, method: str, path: str, said: str
) -> None:
    with house.client(token) as client:
        assert client.request(method, path, headers={"X-Request-Id": key}).status_code >= 400
    [event] = of_request(house, key)
    assert asked(event) == [said]


def test_a_refused_bundle_says_what_it_was_about(
    house: House, desk: httpx2.Client, key: str
) -> None:
    answer = desk.post("/", json=booking(52, key, "99"), headers={"X-Request-Id": key})
    assert answer.status_code == 412
    [event] = of_request(house, key)
    assert references(event) == ["Slot/s52"]


def test_what_a_batch_was_refused_stands_in_its_trail(house: House, key: str) -> None:
    urls = ("Patient/p3", "Patient/p4", "Task/t1", "Slot/s52")
    entries = [{"request": {"method": "GET", "url": url}} for url in urls]
    bundle = {"resourceType": "Bundle", "type": "batch", "entry": entries}
    with house.client("patient") as patient:
        assert patient.post("/", json=bundle, headers={"X-Request-Id": key}).status_code == 200
    [event] = of_request(house, key)
    assert [reference for reference in references(event) if "_history" not in reference] == [
        "Patient/p3",
        "Patient/p4",
        "Task/t1",
    ]
