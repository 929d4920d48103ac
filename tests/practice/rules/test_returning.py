"""What comes back by the service's own clock: woken, unanswered, fallen back to the pool."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copyfile

import pytest

from contract import documents
from contract.codes import RequestState
from contract.systems import AUDIT_SUBTYPE, REQUEST_STATE, REQUEST_TYPE
from practice.clock import PracticeClock, instant
from practice.fhir.validate import check
from practice.returner import Returner
from practice.rules import returning
from practice.store import Query, Store, Tree, Unit
from tests.practice.rules.surgery import MARCUS, MONDAY, ODS, PRIYA, Surgery

PATIENCE_S = 30


def task(name: str, status: str, state: str = "", **more: object) -> Tree:
    return {
        "resourceType": "Task",
        "id": name,
        "status": status,
        "intent": "order",
        "priority": "routine",
        "code": {"coding": [{"system": REQUEST_TYPE, "code": "admin-query"}]},
        "for": {"reference": "Patient/p1"},
        "authoredOn": instant(MONDAY),
        "lastModified": instant(MONDAY),
        "businessStatus": {"coding": [{"system": REQUEST_STATE, "code": state}] if state else []},
        **more,
    }


def handed(name: str, to: str = "Practitioner/c2", **more: object) -> Tree:
    return task(name, "accepted", "assigned", owner={"reference": to}, **more)


def until(when: datetime) -> Tree:
    return {"restriction": {"period": {"end": instant(when)}}}


def bring_back(surgery: Surgery) -> int:
    def work(unit: Unit) -> int:
        rules = returning.Rules.of(unit)
        times = [t for q in returning.searches() for t in returning.look(unit, q, rules).times]
        return returning.bring_back(unit, [found for found, _ in times])

    return surgery.store.write_now(ODS, work)


def events(surgery: Surgery, code: str) -> list[Tree]:
    query = Query.parse("AuditEvent", [("subtype", f"{AUDIT_SUBTYPE}|{code}")])
    return surgery.store.read_now(
        ODS, lambda unit: [found.tree() for found in unit.search(query).matches]
    )


def stands(surgery: Surgery, name: str) -> tuple[str, str, bool]:
    tree = surgery.get(f"Task/{name}")
    state = tree["businessStatus"]["coding"][0]["code"]
    return tree["status"], state, "owner" in tree


def test_an_untouched_assignment_falls_back_by_its_priority_and_is_audited(
    surgery: Surgery,
) -> None:
    surgery.load(
        handed("urgent", priority="urgent"),
        handed("routine"),
        handed("team", to="CareTeam/nurses", priority="stat"),
        handed("repeat") | {"businessStatus": task("x", "", "with-prescriber")["businessStatus"]},
        handed("unknown", priority="asap") | {"for": {"display": "Somebody"}},
        task("pool", "in-progress", "reopened"),
        task("back", "in-progress", "reopened", owner={"reference": "Practitioner/c2"}),
    )
    surgery.clock.at = MONDAY + timedelta(minutes=15)
    assert bring_back(surgery) == 1
    assert stands(surgery, "team") == ("requested", RequestState.NEW, False)
    surgery.clock.at = MONDAY + timedelta(hours=2)
    assert bring_back(surgery) == 2
    assert stands(surgery, "urgent") == ("requested", RequestState.NEW, False)
    assert stands(surgery, "unknown") == ("requested", RequestState.UNMATCHED, False)
    assert stands(surgery, "routine") == ("accepted", RequestState.ASSIGNED, True)
    surgery.clock.at = MONDAY + timedelta(days=4)
    assert bring_back(surgery) == 2
    assert stands(surgery, "routine") == ("requested", RequestState.NEW, False)
    assert stands(surgery, "back") == ("in-progress", RequestState.REOPENED, False)
    assert stands(surgery, "repeat") == ("accepted", RequestState.WITH_PRESCRIBER, True)
    assert bring_back(surgery) == 0
    told = events(surgery, returning.FELL_BACK)
    assert len(told) == 5
    for event in told:
        check({k: v for k, v in event.items() if k not in ("id", "meta")})
    assert {"reference": "Patient/p1"} in [e["what"] for e in told[0]["entity"]] or len(
        told[0]["entity"]
    ) == 1


def test_whoever_touches_it_begins_the_time_anew(surgery: Surgery) -> None:
    surgery.load(handed("urgent", priority="urgent"))
    surgery.clock.at = MONDAY + timedelta(minutes=110)
    surgery.update(PRIYA, {**surgery.get("Task/urgent"), "priority": "asap"})
    surgery.clock.at = MONDAY + timedelta(minutes=125)
    assert bring_back(surgery) == 0
    surgery.clock.at = MONDAY + timedelta(minutes=231)
    assert bring_back(surgery) == 1


def test_what_slept_wakes_and_what_nobody_answered_comes_back_due_by_the_practices_hours(
    surgery: Surgery,
) -> None:
    surgery.create(MARCUS, documents.tree_of("core-hours", 'monday = "08:00-17:00"'))
    noon = MONDAY + timedelta(hours=4)
    surgery.load(
        task("asleep", "on-hold", "snoozed", priority="urgent", **until(noon)),
        task("asked", "on-hold", "awaiting-patient", owner={"reference": "Practitioner/r1"},
             **until(noon)),
        task("later", "on-hold", "snoozed", **until(noon + timedelta(minutes=1))),
    )  # fmt: skip
    surgery.clock.at = noon
    assert bring_back(surgery) == 2
    assert stands(surgery, "asleep") == ("in-progress", RequestState.REOPENED, False)
    assert stands(surgery, "asked") == ("in-progress", RequestState.REOPENED, True)
    assert stands(surgery, "later")[0] == "on-hold"
    due = surgery.get("Task/asleep")["restriction"]["period"]["end"]
    assert datetime.fromisoformat(due) == MONDAY + timedelta(hours=9)
    assert len(events(surgery, returning.WOKEN)) == 1
    assert len(events(surgery, returning.UNANSWERED)) == 1


def test_new_requests_are_due_by_the_practices_own_hours(surgery: Surgery) -> None:
    own = 'monday = "08:00-12:00"\ntuesday = "closed"\nclosed-days = ["2026-11-25"]'
    surgery.create(MARCUS, documents.tree_of("core-hours", own))
    asked = {k: v for k, v in task("x", "requested", "new").items() if k != "id"}
    made = surgery.create(PRIYA, asked)
    due = datetime.fromisoformat(made["restriction"]["period"]["end"])
    assert due == datetime(2026, 11, 26, 18, 30, tzinfo=UTC)  # Thursday


class House:
    """A store, and its returner by a clock that runs an hour in a second."""

    def __init__(self, url: str) -> None:
        self.clock = PracticeClock(MONDAY, 3600.0)
        self.store = Store(url, self.clock, readers=1)
        self.store.open()
        self.returner = Returner(self.store, [ODS], self.clock, 3600.0)

    def status(self, name: str) -> str:
        held = self.store.read_now(ODS, lambda unit: unit.get("Task", name))
        assert held is not None
        return str(held.tree()["status"])

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not await asyncio.to_thread(holds):
                pass


@pytest.fixture
def house(founded: Path, tmp_path: Path) -> House:
    copyfile(founded, tmp_path / "house.db")
    return House(f"sqlite:///{tmp_path / 'house.db'}")


def test_the_clock_itself_brings_back_what_was_there_and_what_comes(house: House) -> None:
    house.store.load(ODS, [handed("there", priority="urgent"), handed("stays")])

    async def day() -> None:
        house.returner.start()
        await house.until(lambda: house.status("there") == "requested")
        assert house.status("stays") == "accepted"
        fresh = handed("came") | {"lastModified": instant(house.clock.now()), "priority": "urgent"}
        came = await house.store.write(ODS, lambda unit: unit.create(fresh))
        await house.until(lambda: house.status(came.id) == "requested")
        patient = documents.tree_of("assignments", 'routine = "5m"')
        await house.store.write(ODS, lambda unit: unit.create(patient))
        await house.until(lambda: house.status("stays") == "requested")
        await house.returner.stop()

    try:
        asyncio.run(day())
    finally:
        house.store.close()
