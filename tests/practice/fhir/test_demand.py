"""Demand: who wanted a slot in vain in the last hour, and what waits; no trail needed."""

import uuid
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from contract import systems
from tests.practice.fhir.conftest import House
from tests.practice.fhir.house import ODS, appointment, booking, slot

Tree = dict[str, Any]
HOUR = "start=ge2026-11-23T09:00:00Z&start=lt2026-11-23T19:00:00Z"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One of our own: what others are refused counts here too."""
    house = House(tmp_path_factory.mktemp("demand"))
    nurse = {"coding": [{"system": systems.SLOT_TYPE, "code": "nurse"}]}
    house.store.load(ODS, [{**slot(70), "id": "nurse", "serviceType": [nurse]}])
    yield house
    house.close()


def asked(desk: httpx2.Client, query: str = "") -> Tree:
    answer = desk.get(f"/Slot/$demand{'?' if query else ''}{query}")
    assert answer.status_code == 200, answer.text
    tree: Tree = answer.json()
    assert tree["resourceType"] == "Parameters"
    return tree


def parts(parameter: Tree) -> Tree:
    return {
        part["name"]: part.get("valueInteger", part.get("valueCoding", {}).get("code"))
        for part in parameter["part"]
    }


def refused(desk: httpx2.Client, query: str = "") -> dict[str, tuple[int, int]]:
    """By slot type: the patients' attempts, and the staff's."""
    found = [parts(p) for p in asked(desk, query)["parameter"] if p["name"] == "refused"]
    return {one.get("slot-type", ""): (one["patients"], one["staff"]) for one in found}


def fresh(number: int, patient: str = "p1") -> Tree:
    return appointment(number, str(uuid.uuid4()), patient)


def test_what_is_refused_is_counted_by_slot_type(house: House) -> None:
    with house.client() as desk, house.client("patient") as jane:
        assert refused(desk) == {}
        book(desk, 5)
        # Staff: a transaction on an old version; the same slot again is no new attempt.
        for _ in range(3):
            stale = booking(5, str(uuid.uuid4()))
            assert desk.post("/", json=stale).status_code == 412
        assert refused(desk) == {"gp-routine": (0, 1)}
        # A hold that comes too late.
        late = {**slot(5), "status": "busy-tentative"}
        late["identifier"] = [{"system": systems.HOLD, "value": "c1/1"}]
        put = desk.put("/Slot/s5", json=late, headers={"If-Match": 'W/"1"'})
        assert put.status_code == 412
        assert refused(desk) == {"gp-routine": (0, 1)}  # the same slot once more
        # A patient, by a plain POST, for what is taken, and for what is not open to them.
        own = {**fresh(5), "participant": [{"actor": {"reference": "Patient/p1"},
                                            "status": "accepted"}]}  # fmt: skip
        del own["created"]
        assert jane.post("/Appointment", json=own).status_code == 409
        assert refused(desk) == {"gp-routine": (1, 1)}
        # One entry of a batch is refused alone.
        batch = booking(5, str(uuid.uuid4()))
        batch["type"] = "batch"
        inner = {**batch["entry"][1], "resource": {**fresh(5), "slot": [{"reference": "Slot/s5"}]}}
        batch["entry"] = [inner, {**inner, "resource": nurse_taken(desk)}]
        answer = desk.post("/", json=batch)
        assert [e["response"]["status"][:3] for e in answer.json()["entry"]] == ["409", "409"]
        assert refused(desk) == {"gp-routine": (1, 1), "nurse": (0, 1)}
        # Only what is in range, and what no slot was named for.
        assert refused(desk, "start=ge2026-11-23T20:00:00Z") == {"nurse": (0, 1)}
        walk_in = {k: v for k, v in fresh(5).items() if k != "slot"}
        past = {"start": "2026-11-20T09:00:00Z", "end": "2026-11-20T09:10:00Z"}
        assert desk.post("/Appointment", json={**walk_in, **past}).status_code == 422
        assert refused(desk)[""] == (0, 1)


def book(desk: httpx2.Client, number: int) -> None:
    assert desk.post("/", json=booking(number, str(uuid.uuid4()))).status_code == 200


def nurse_taken(desk: httpx2.Client) -> Tree:
    """A booking of the nurse's slot, which has just gone."""
    start = slot(70)
    tree = {
        **fresh(70),
        "slot": [{"reference": "Slot/nurse"}],
        "start": start["start"],
        "end": start["end"],
    }
    assert desk.post("/Appointment", json=tree).status_code == 201
    key = [{"system": systems.BOOKING_KEY, "value": str(uuid.uuid4())}]
    return {**tree, "identifier": key}


def test_a_mistake_is_no_demand(house: House) -> None:
    with house.client() as desk, house.client("reader") as reader:
        before = refused(desk)
        wrong = {**fresh(8), "start": "soon"}
        assert desk.post("/Appointment", json=wrong).status_code == 422
        assert reader.post("/Appointment", json=fresh(8)).status_code == 403
        long = {**fresh(8), "description": "x" * 101}
        assert desk.post("/Appointment", json=long).status_code == 422
        moved = {**slot(8), "status": "busy-unavailable"}
        put = desk.put("/Slot/s8", json=moved, headers={"If-Match": 'W/"9"'})
        assert put.status_code == 412
        assert refused(desk) == before


def test_a_repeated_request_is_one_attempt(house: House) -> None:
    with house.client() as desk:
        book(desk, 11)
        stale = booking(11, str(uuid.uuid4()))
        named = {"X-Request-Id": str(uuid.uuid4())}
        before = refused(desk).get("gp-routine", (0, 0))
        for _ in range(2):
            assert desk.post("/", json=stale, headers=named).status_code == 412
        assert refused(desk)["gp-routine"] == (before[0], before[1] + 1)


def test_an_hour_later_nobody_waits_for_it_any_more(house: House) -> None:
    with house.client() as desk:
        told = asked(desk)["parameter"]
    since, until = (p["valueInstant"] for p in told[:2])
    assert [p["name"] for p in told[:2]] == ["since", "until"]
    assert since[11:13] != until[11:13]
    old = {
        "resourceType": "AuditEvent",
        "id": "old",
        "type": {"code": "rest"},
        "subtype": [{"system": systems.AUDIT_SUBTYPE, "code": "booking-refused"}],
        "recorded": "2026-11-23T05:30:00.000Z",
        "agent": [{"who": {"reference": "Patient/p9"}, "requestor": True}],
        "source": {"observer": {"display": "x"}},
        "entity": [{"what": {"reference": "Slot/s20"}, "detail": [{"type": "booking-refused",
                                                                   "valueString": "409"}]}],
    }  # fmt: skip
    with house.client() as desk:
        before = refused(desk)
        house.store.load(ODS, [old])
        assert refused(desk) == before
        house.store.load(ODS, [{**old, "id": "new", "recorded": until}])
        patients, staff = before["gp-routine"]
        assert refused(desk)["gp-routine"] == (patients + 1, staff)


def test_requests_that_wait_by_type(house: House) -> None:
    def task(name: str, code: str, status: str, priority: str = "routine") -> Tree:
        return {
            "resourceType": "Task",
            "id": name,
            "status": status,
            "intent": "order",
            "priority": priority,
            "code": {"coding": [{"system": systems.REQUEST_TYPE, "code": code}]},
            "for": {"reference": "Patient/p1"},
        }

    house.store.load(
        ODS,
        [
            task("t1", "appointment-request", "requested"),
            task("t2", "appointment-request", "received", "urgent"),
            task("t3", "appointment-request", "on-hold"),
            task("t4", "appointment-request", "completed"),
            task("t5", "admin-query", "accepted", "stat"),
        ],
    )
    with house.client() as desk:
        found = [parts(p) for p in asked(desk)["parameter"] if p["name"] == "waiting"]
    assert found == [
        {"request-type": "admin-query", "requests": 1, "urgent": 1},
        {"request-type": "appointment-request", "requests": 2, "urgent": 1},
    ]


def test_who_may_ask_and_how(house: House) -> None:
    with house.client("patient") as jane, house.client("reader") as reader:
        assert jane.get("/Slot/$demand").status_code == 403
        assert "Task" in reader.get("/Slot/$demand").json()["issue"][0]["details"]["text"]
    with house.client("") as nobody:
        assert nobody.get("/Slot/$demand").status_code == 401
    with house.client() as desk:
        for query in ("status=free", "start=2026-11-23", "start=gesoon", "start=ne2026-11-23"):
            assert desk.get(f"/Slot/$demand?{query}").status_code == 400, query
        assert desk.get("/Slot/$find").status_code == 501
        assert desk.post("/Slot/$demand", json={}).status_code in (405, 501)
        asked(desk, HOUR)
        slots = next(
            r for r in desk.get("/metadata").json()["rest"][0]["resource"] if r["type"] == "Slot"
        )
        assert [o["name"] for o in slots["operation"]] == ["demand"]


def test_asking_leaves_a_trace_like_any_request(house: House) -> None:
    name = str(uuid.uuid4())
    with house.client() as desk:
        desk.get(f"/Slot/$demand?{HOUR}", headers={"X-Request-Id": name})
    with house.client("manager") as manager:
        found = manager.get("/AuditEvent", params={"subtype": "operation", "_count": "100"}).json()
    mine = [e["resource"] for e in found["entry"] if name in str(e["resource"])]
    assert len(mine) == 1
    assert mine[0]["outcome"] == "0"


def test_a_refusal_says_in_the_trail_which_slot_was_wanted(house: House) -> None:
    name = str(uuid.uuid4())
    with house.client() as desk:
        book(desk, 13)
        stale = booking(13, str(uuid.uuid4()))
        desk.post("/", json=stale, headers={"X-Request-Id": name})
    with house.client("manager") as manager:
        found = manager.get("/AuditEvent", params={"entity": "Slot/s13", "outcome": "4"}).json()
    events = [e["resource"] for e in found["entry"] if name in str(e["resource"])]
    assert len(events) == 1
    entities = [e for e in events[0]["entity"] if e["what"].get("reference") == "Slot/s13"]
    assert [e["detail"] for e in entities] == [[{"type": "booking-refused", "valueString": "412"}]]
