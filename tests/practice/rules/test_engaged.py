"""Patients neither find nor see a free slot whose clinician is with somebody over its time."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract.codes import OnlineService
from practice.clock import instant
from practice.rules.engaged import Engaged, are_engaged
from practice.store import Query, Tree, Unit
from tests.practice.rules.conftest import Refused
from tests.practice.rules.surgery import (
    JANE,
    ODS,
    PRIYA,
    Surgery,
    booking_tree,
    cancelled,
    slot_tree,
)

FAR = timedelta(hours=3)


@pytest.fixture
def online(surgery: Surgery) -> Surgery:
    """Jane may book online."""
    surgery.consent("p1", OnlineService.APPOINTMENTS)
    return surgery


def found(surgery: Surgery) -> set[str]:
    """Ids of the slots of the coming hours that Jane finds."""
    start, end = surgery.clock.at, surgery.clock.at + timedelta(hours=12)
    asked = [("start", f"ge{instant(start)}"), ("start", f"lt{instant(end)}")]
    query = Query.parse("Slot", surgery.gate.narrow(JANE, "Slot", asked))

    def work(unit: Unit) -> set[str]:
        seen = (surgery.gate.show(unit, JANE, m.tree()) for m in unit.search(query).matches)
        return {tree["id"] for tree in seen if tree is not None}

    return surgery.store.read_now(ODS, work)


def extra(surgery: Surgery, minutes: int) -> Tree:
    """Somebody squeezed in with the same clinician so many minutes from now."""
    start = surgery.clock.at + timedelta(minutes=minutes)
    slot = surgery.create(PRIYA, slot_tree(start, status="busy", overbooked=True))
    return surgery.create(PRIYA, booking_tree(slot, "p2"))


def test_an_extra_hides_the_free_slots_under_it(online: Surgery, refused: Refused) -> None:
    under, after = online.slot(60), online.slot(70)
    other = online.slot(60, schedule={"reference": "Schedule/sc2"})
    assert found(online) == {under["id"], after["id"], other["id"]}
    squeezed = extra(online, 55)
    assert found(online) == {after["id"], other["id"]}
    assert online.show(JANE, under) is None
    assert online.show(PRIYA, under) == under
    refused(409, online.create, JANE, booking_tree(under))
    # Taken back, the slot is to be had again.
    online.update(PRIYA, cancelled(squeezed))
    assert found(online) == {under["id"], after["id"], other["id"]}
    assert online.create(JANE, booking_tree(under))["status"] == "booked"


def test_a_walk_in_hides_them_too(online: Surgery) -> None:
    slot = online.slot(130)
    tree = booking_tree(slot, "p3")
    del tree["slot"]
    tree["participant"] = [
        *tree["participant"],
        {"actor": {"reference": "Practitioner/c1"}, "status": "accepted"},
    ]
    online.load({**tree, "id": "walked-in"})
    assert found(online) == set()
    # With a time of its own, that only begins where the slot ends, it is in nobody's way.
    online.load(
        {**tree, "id": "later", "start": slot["end"], "end": instant(online.clock.at + FAR)}
    )
    online.update(PRIYA, {**online.get("Appointment/walked-in"), "status": "entered-in-error"})
    assert found(online) == {slot["id"]}


def test_who_has_left_is_in_nobodys_way(online: Surgery) -> None:
    slot = online.slot(60)
    over = booking_tree({**slot, "id": "gone"}, "p3")
    over["participant"].append({"actor": {"reference": "Practitioner/c1"}, "status": "accepted"})
    del over["slot"]
    for n, status in enumerate(("fulfilled", "noshow", "cancelled", "entered-in-error")):
        online.load({**over, "id": f"over{n}", "status": status})
    assert found(online) == {slot["id"]}


def test_an_answer_after_a_write_knows_of_it(online: Surgery) -> None:
    """One request may look, write and look again."""
    slot = online.slot(60)
    booked = booking_tree({**slot, "id": "x"}, "p3")
    booked["participant"].append({"actor": {"reference": "Practitioner/c1"}, "status": "accepted"})

    def work(unit: Unit) -> tuple[bool, bool]:
        before = Engaged.of(unit).over(slot)
        unit.create(booked)
        return before, Engaged.of(unit).over(slot)

    assert online.store.write_now(ODS, work) == (False, True)


MINUTES = st.integers(min_value=0, max_value=40)
SPANS = st.lists(st.tuples(MINUTES, st.integers(1, 60), st.sampled_from(["c1", "c2"])), max_size=8)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(booked=SPANS, wanted=SPANS)
def test_many_slots_are_told_of_like_each_alone(
    online: Surgery,
    booked: list[tuple[int, int, str]],
    wanted: list[tuple[int, int, str]],
) -> None:
    """Over midnight too: what is read is a day at a time."""
    midnight = online.clock.at.replace(hour=23, minute=40)

    def tree(begin: int, length: int, who: str) -> Tree:
        start = midnight + timedelta(minutes=begin)
        slot = slot_tree(start, length, schedule={"reference": f"Schedule/s{who}"})
        made = booking_tree({**slot, "id": "x"}, "p3")
        made["participant"].append(
            {"actor": {"reference": f"Practitioner/{who}"}, "status": "accepted"}
        )
        return made

    class _Undone(Exception):
        pass

    def work(unit: Unit) -> None:
        for one in booked:
            unit.create(tree(*one))
        for begin, length, who in wanted:
            start = midnight + timedelta(minutes=begin)
            end = start + timedelta(minutes=length)
            session = f"Schedule/{'sc1' if who == 'c1' else 'sc2'}"
            slot = slot_tree(start, length, schedule={"reference": session})
            plainly = any(by == who and b < begin + length and begin < b + n for b, n, by in booked)
            assert Engaged.of(unit).over(slot) is plainly
            assert are_engaged(unit, [f"Practitioner/{who}"], start, end) is plainly
        raise _Undone

    with pytest.raises(_Undone):
        online.store.write_now(ODS, work)
