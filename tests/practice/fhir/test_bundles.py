import json
import uuid
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract import systems
from practice.store import Query
from tests.practice.fhir.conftest import House
from tests.practice.fhir.house import ODS, appointment, booking, flag, slot

Tree = dict[str, Any]


def bundle(kind: str, *entries: Tree) -> Tree:
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries)}


def post(kind: str, tree: Tree, urn: str = "", **request: str) -> Tree:
    entry: Tree = {"request": {"method": "POST", "url": kind, **request}, "resource": tree}
    return {"fullUrl": urn, **entry} if urn else entry


def get(url: str) -> Tree:
    return {"request": {"method": "GET", "url": url}}


def statuses(answer: httpx2.Response) -> list[str]:
    return [entry["response"]["status"] for entry in answer.json()["entry"]]


def test_a_slot_is_booked_in_one_transaction(house: House, desk: httpx2.Client, key: str) -> None:
    before = house.store.read_now(ODS, lambda unit: unit.counter())
    answer = desk.post("/", json=booking(10, key))
    assert answer.status_code == 200
    tree = answer.json()
    assert tree["type"] == "transaction-response"
    assert statuses(answer) == ["200", "201"]
    slot, made = (entry["resource"] for entry in tree["entry"])
    assert (slot["status"], slot["meta"]["versionId"]) == ("busy", "2")
    assert made["slot"] == [{"reference": "Slot/s10"}]
    assert tree["entry"][1]["response"]["location"].endswith(f"Appointment/{made['id']}/_history/1")
    changes = house.store.read_now(ODS, lambda unit: unit.changes(before, 10))
    assert {change.reference for change in changes} == {"Slot/s10", f"Appointment/{made['id']}"}
    assert len({change.last_updated for change in changes}) == 1


def test_a_stale_slot_stops_the_booking(house: House, desk: httpx2.Client, key: str) -> None:
    assert desk.post("/", json=booking(11, key)).status_code == 200
    other = str(uuid.uuid4())
    answer = desk.post("/", json=booking(11, other))
    assert answer.status_code == 412
    [issue] = answer.json()["issue"]
    assert issue["expression"] == ["Bundle.entry[0]"]
    found = desk.get("/Appointment", params={"identifier": f"{systems.BOOKING_KEY}|{other}"})
    assert found.json()["total"] == 0


def thread(key: str) -> Tree:
    """Header, message and Task of a new thread, tied by urn:uuid links."""
    header, first, task = (f"urn:uuid:{uuid.uuid4()}" for _ in range(3))
    category = [{"coding": [{"system": systems.MESSAGE_CATEGORY, "code": "patient-practice"}]}]
    common = {
        "resourceType": "Communication",
        "category": category,
        "subject": {"reference": "Patient/p1"},
        "recipient": [{"reference": "Patient/p1"}],
    }
    return bundle(
        "transaction",
        post(
            "Task",
            {
                "resourceType": "Task",
                "identifier": [{"system": systems.REQUEST_KEY, "value": key}],
                "status": "in-progress",
                "intent": "order",
                "priority": "routine",
                "code": {"coding": [{"system": systems.REQUEST_TYPE, "code": "thread"}]},
                "for": {"reference": "Patient/p1"},
                "focus": {"reference": header},
                "requester": {"reference": "Practitioner/c1"},
            },
            task,
            ifNoneExist=f"identifier={systems.REQUEST_KEY}|{key}",
        ),
        post(
            "Communication",
            {
                **common,
                "identifier": [{"system": systems.MESSAGE_KEY, "value": f"m{key}"}],
                "contained": [
                    {"resourceType": "Flag", "id": "x", "status": "active",
                     "code": {"text": "x"}, "subject": {"reference": header}}
                ],
                "about": [{"reference": "#x"}],
                "status": "in-progress",
                "partOf": [{"reference": header}],
                "sender": {"reference": "Practitioner/c1"},
                "payload": [{"contentString": "Your results are back."}],
            },
            first,
            ifNoneExist=f"identifier={systems.MESSAGE_KEY}|m{key}",
        ),
        post(
            "Communication",
            {
                **common,
                "identifier": [{"system": systems.MESSAGE_KEY, "value": f"h{key}"}],
                "status": "in-progress",
                "topic": {"text": "Your results"},
            },
            header,
            ifNoneExist=f"identifier={systems.MESSAGE_KEY}|h{key}",
        ),
    )  # fmt: skip


def test_links_inside_a_bundle_become_real(desk: httpx2.Client, key: str) -> None:
    asked = thread(key)
    answer = desk.post("/", json=asked)
    assert statuses(answer) == ["201"] * 3, answer.text
    task, message, header = (entry["resource"] for entry in answer.json()["entry"])
    real = f"Communication/{header['id']}"
    assert task["focus"]["reference"] == real
    assert message["partOf"] == [{"reference": real}]
    assert message["contained"][0]["subject"]["reference"] == real
    assert "urn:uuid" not in answer.text
    # A retry finds all three, and links to what was there.
    again = desk.post("/", json=asked)
    assert statuses(again) == ["200"] * 3
    assert [entry["resource"] for entry in again.json()["entry"]] == [task, message, header]


def test_a_link_that_the_bundle_does_not_hold_is_refused(desk: httpx2.Client, key: str) -> None:
    asked = thread(key)
    del asked["entry"][2]
    answer = desk.post("/", json=asked)
    assert answer.status_code == 422
    [issue] = answer.json()["issue"]
    assert issue["details"]["coding"][0]["code"] == "REFERENCE_NOT_FOUND"
    assert issue["expression"] == ["Bundle.entry[0].resource.focus.reference"]


def test_reads_in_a_transaction_see_what_it_wrote(desk: httpx2.Client, key: str) -> None:
    asked = bundle(
        "transaction",
        get(f"Flag?identifier={systems.REQUEST_KEY}|{key}"),
        post("Flag", flag(key)),
        get("Patient/p1"),
    )
    answer = desk.post("/", json=asked)
    assert statuses(answer) == ["200", "201", "200"]
    found, _, patient = (entry["resource"] for entry in answer.json()["entry"])
    assert found["total"] == 1
    assert patient["id"] == "p1"


def test_a_transaction_with_a_read_of_nothing_fails(desk: httpx2.Client, key: str) -> None:
    answer = desk.post("/", json=bundle("transaction", post("Flag", flag(key)), get("Flag/none")))
    assert answer.status_code == 404
    assert answer.json()["issue"][0]["expression"] == ["Bundle.entry[1]"]
    found = desk.get("/Flag", params={"identifier": f"{systems.REQUEST_KEY}|{key}"})
    assert found.json()["total"] == 0


def test_entries_of_a_batch_stand_alone(house: House, desk: httpx2.Client, key: str) -> None:
    wrong = {**flag(str(uuid.uuid4())), "status": "open"}
    asked = bundle(
        "batch",
        post("Flag", flag(key)),
        post("Flag", wrong),
        post("Flag", flag(key), ifNoneExist=f"identifier={systems.REQUEST_KEY}|{key}"),
        get("Patient/none"),
        {"request": {"method": "DELETE", "url": "Patient/p1"}},
        {"request": {"method": "PUT", "url": "Slot/s12"}, "resource": {"resourceType": "Slot"}},
        get(f"{house.base}/Patient/p1/_history/1"),
        get("Patient?shoe=9"),
        {"nothing": True},
    )
    answer = desk.post("/", json=asked)
    assert answer.status_code == 200
    assert statuses(answer) == ["201", "422", "200", "404", "405", "400", "200", "400", "400"]
    for index, entry in enumerate(answer.json()["entry"]):
        if int(entry["response"]["status"]) >= 400:
            [issue] = entry["response"]["outcome"]["issue"]
            assert issue["expression"][0].startswith(f"Bundle.entry[{index}]")


@pytest.mark.parametrize(
    "tree",
    [
        {"resourceType": "Patient"},
        {"resourceType": "Bundle"},
        {"resourceType": "Bundle", "type": "collection"},
        {"resourceType": "Bundle", "type": "batch", "entry": {}},
        {"resourceType": "Bundle", "type": "batch", "entry": [7]},
        {"resourceType": "Bundle", "type": "batch", "entry": [get("Patient/p1")] * 51},
        {"resourceType": "Bundle", "type": "transaction", "entry": [{}]},
        {"resourceType": "Bundle", "type": "transaction", "entry": [post("Flag", {})]},
        {"resourceType": "Bundle", "type": "transaction", "entry": [get("")]},
        7,
    ],
)
def test_what_is_no_bundle_is_400(desk: httpx2.Client, tree: Any) -> None:
    assert desk.post("/", json=tree).status_code == 400


def test_an_empty_bundle_is_answered(desk: httpx2.Client) -> None:
    answer = desk.post("/", json={"resourceType": "Bundle", "type": "transaction"})
    assert (answer.status_code, answer.json()["type"]) == (200, "transaction-response")


def test_nothing_is_written_twice_in_a_transaction(desk: httpx2.Client, key: str) -> None:
    made = desk.post("/Flag", json=flag(key)).json()
    put = {"request": {"method": "PUT", "url": f"Flag/{made['id']}"}, "resource": made}
    answer = desk.post("/", json=bundle("transaction", put, put))
    assert answer.status_code == 400
    assert answer.json()["issue"][0]["expression"] == ["Bundle.entry[1]"]


def test_the_probe_of_an_atomic_server(desk: httpx2.Client) -> None:
    """Contract 1: a transaction that can never succeed fails as a whole."""
    slot = desk.get("/Slot/s13").json()
    put = {
        "request": {"method": "PUT", "url": "Slot/s13", "ifMatch": 'W/"0"'},
        "resource": slot,
    }
    assert desk.post("/", json=bundle("transaction", put)).status_code == 412


FAULTS: list[Tree] = [
    post("Flag", {**flag("f"), "status": "open"}),
    post("Flag", flag("f", "nobody")),
    get("Patient/nobody"),
    {"request": {"method": "PUT", "url": "Flag/nobody"}, "resource": {**flag("f"), "id": "nobody"}},
    {"request": {"method": "DELETE", "url": "Subscription/nobody"}},
    post("Appointment", appointment(59, "f", "nobody")),
]


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.integers(0, 6), st.integers(0, 6), st.none() | st.sampled_from(FAULTS), st.booleans())
def test_transactions_are_all_or_nothing(
    house: House, before: int, after: int, fault: Tree | None, updates: bool
) -> None:
    run = str(uuid.uuid4())

    def state() -> tuple[int, int, int]:
        def counted(unit: Any) -> tuple[int, int, int]:
            flags = unit.search(Query("Flag", summary="count")).total
            tasks = unit.search(Query("AuditEvent", summary="count")).total
            return unit.counter(), flags, tasks

        return house.store.read_now(ODS, counted)

    with house.client() as client:
        made = client.post("/Flag", json=flag(f"{run}-0")).json()
        entries = [
            post("Flag", flag(f"{run}-b{n}"), f"urn:uuid:{uuid.uuid4()}") for n in range(before)
        ]
        if updates:
            entries.append(
                {
                    "request": {"method": "PUT", "url": f"Flag/{made['id']}"},
                    "resource": {**made, "status": "inactive"},
                }
            )
        entries += [json.loads(json.dumps(fault))] if fault else []
        entries += [post("Flag", flag(f"{run}-a{n}")) for n in range(after)]
        counter, flags, audits = state()
        answer = client.post("/", json=bundle("transaction", *entries))
    writes = before + after + updates
    if fault is not None:
        assert answer.status_code >= 400
        index = before + updates
        assert answer.json()["issue"][0]["expression"][0].startswith(f"Bundle.entry[{index}]")
        assert state() == (counter, flags, audits + 1)
    else:
        assert answer.status_code == 200
        assert state() == (counter + writes, flags + before + after, audits + 1)


@pytest.mark.parametrize("name", ["ifMatch", "ifNoneExist"])
@pytest.mark.parametrize("said", [1, ["x"], {}, {"a": 1}])
@pytest.mark.parametrize("kind", ["batch", "transaction"])
def test_preconditions_are_text(
    desk: httpx2.Client, key: str, name: str, said: Any, kind: str
) -> None:
    method, url = ("PUT", "Slot/s40") if name == "ifMatch" else ("POST", "Flag")
    resource = slot(40) if name == "ifMatch" else flag(key)
    entry = {"request": {"method": method, "url": url, name: said}, "resource": resource}
    answer = desk.post("/", json=bundle(kind, entry))
    found = statuses(answer) if answer.status_code == 200 else [str(answer.status_code)]
    assert found == ["400"]
