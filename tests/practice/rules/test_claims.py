"""Whatever desks and patients do, a slot has one live appointment, and both say the same."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract.moves import APPOINTMENT_LIVE
from practice.refusal import Refusal
from practice.store import Tree
from tests.practice.rules.surgery import (
    ODS,
    PRIYA,
    SAM,
    Surgery,
    booking_tree,
    cancelled,
    post,
    put,
)
from tests.practice.rules.test_booking import moved

PLACES = 3
place = st.integers(0, PLACES - 1)
which = st.integers(0, 5)
acts = st.one_of(
    st.tuples(st.just("book"), place, place),
    st.tuples(st.just("book in a transaction"), place, place),
    st.tuples(st.just("cancel"), which, place),
    st.tuples(st.just("undo"), which, place),
    st.tuples(st.just("move"), which, place),
    st.tuples(st.just("move in a transaction"), which, place),
    st.tuples(st.just("swap"), which, which),
    st.tuples(st.just("free"), place, place),
    st.tuples(st.just("file as an error"), which, place),
)


class Diary:
    """Three slots, and every appointment that was ever made in them."""

    def __init__(self, surgery: Surgery) -> None:
        self.surgery = surgery
        self.slots = [surgery.slot(60 + 30 * n)["id"] for n in range(PLACES)]
        self.made: list[str] = []

    def slot(self, number: int) -> Tree:
        return self.surgery.get(f"Slot/{self.slots[number]}")

    def appointment(self, number: int) -> Tree | None:
        made = self.made
        return self.surgery.get(f"Appointment/{made[number % len(made)]}") if made else None

    def appointments(self) -> list[Tree]:
        return [self.surgery.get(f"Appointment/{made}") for made in self.made]

    def do(self, act: str, one: int, two: int) -> None:
        surgery = self.surgery
        if act == "book":
            self.made.append(surgery.book(self.slot(one), "p1")["id"])
            return
        if act == "book in a transaction":
            slot = self.slot(one)
            booked = surgery.act(SAM, put({**slot, "status": "busy"}), post(booking_tree(slot)))
            self.made.append(booked[-1]["id"])
            return
        if act == "free":
            surgery.update(PRIYA, {**self.slot(one), "status": "free"})
            return
        held = self.appointment(one)
        if held is None:
            return
        if act == "cancel":
            surgery.update(PRIYA, cancelled(held))
        elif act == "undo":
            back = {k: v for k, v in held.items() if k != "cancelationReason"}
            surgery.update(PRIYA, {**back, "status": "booked"})
        elif act == "file as an error":
            surgery.update(PRIYA, {**held, "status": "entered-in-error"})
        elif act == "move":
            surgery.update(PRIYA, moved(held, self.slot(two)))
        elif act == "move in a transaction":
            old = surgery.get(held["slot"][0]["reference"])
            new = self.slot(two)
            slots = [put({**old, "status": "free"}), put({**new, "status": "busy"})]
            surgery.act(PRIYA, *slots, put(moved(held, new)))
        else:
            other = self.appointment(two)
            assert other is not None
            here, there = (surgery.get(a["slot"][0]["reference"]) for a in (held, other))
            surgery.act(PRIYA, put(moved(held, there)), put(moved(other, here)))

    def check(self) -> None:
        live: dict[str, list[str]] = {}
        for held in self.appointments():
            if held["status"] in APPOINTMENT_LIVE:
                slot_id = held["slot"][0]["reference"].partition("/")[2]
                live.setdefault(slot_id, []).append(held["id"])
        for slot_id in self.slots:
            ids = live.get(slot_id, [])
            assert len(ids) <= 1
            claimant = self.surgery.store.read_now(
                ODS,
                lambda unit, slot_id=slot_id: unit.claimant(slot_id),  # type: ignore[misc]
            )
            assert claimant == (ids[0] if ids else None)
            status = self.surgery.get(f"Slot/{slot_id}")["status"]
            assert status == ("busy" if ids else "free")


@pytest.fixture(scope="module")
def place_of_work(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Surgery]:
    path = tmp_path_factory.mktemp("claims") / "surgery.db"
    copyfile(founded, path)
    surgery = Surgery(f"sqlite:///{path}", people=False)
    yield surgery
    surgery.close()


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(acts, min_size=1, max_size=12))
def test_slots_and_appointments_agree(
    place_of_work: Surgery, sequence: list[tuple[str, int, int]]
) -> None:
    diary = Diary(place_of_work)
    for act in sequence:
        try:
            diary.do(*act)
        except Refusal as refusal:
            assert refusal.status in (400, 409, 412, 422), refusal.text  # noqa: PT017
        diary.check()


def test_the_check_itself_notices(place_of_work: Surgery) -> None:
    """Without the gate the same diary comes apart, so the check above can fail."""
    diary = Diary(place_of_work)
    diary.do("book", 0, 0)
    slot = diary.slot(0)
    twin = {**booking_tree(slot, "p2"), "id": f"twin-{slot['id']}"}
    place_of_work.store.write_now(ODS, lambda unit: unit.create(twin, twin["id"]))
    diary.made.append(twin["id"])
    with pytest.raises(AssertionError):
        diary.check()


def test_every_order_of_three_moves_ends_the_same(place_of_work: Surgery) -> None:
    for order in itertools.permutations(range(3)):
        diary = Diary(place_of_work)
        for number in range(3):
            diary.do("book", number, number)
        held = diary.appointments()
        turns = [put(moved(held[n], diary.slot((n + 1) % 3))) for n in order]
        place_of_work.act(PRIYA, *turns)
        diary.check()


def test_a_booking_searches_for_nothing(surgery: Surgery) -> None:
    """Who has a slot is asked of its claim: a search for each booking is what took longest."""
    slot, asked = surgery.slot(60), list[str]()

    def hear(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", hear)
    try:
        surgery.act(PRIYA, put({**slot, "status": "busy"}), post(booking_tree(slot)))
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", hear)
    assert any("slot_claim" in statement for statement in asked)
    found = [s for s in asked if s.startswith("SELECT") and "reference_index" in s]
    assert found == []
