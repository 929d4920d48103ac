"""Three desks at one session, doing anything in any order: what must hold, holds.

No act is ever expected to succeed: a desk may be told that somebody was quicker. What was
answered as done has to be there, and what the service holds has to make sense.
"""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from contract.codes import CancelReason
from contract.moves import APPOINTMENT_LIVE
from reception.desk.desk import Desk
from reception.desk.notice import Notice
from reception.records import Appointment, Patient
from reception.records.problem import OutcomeUnknown, Problem, ServiceUnreachable
from reception.records.tree import moment
from tests.reception.conftest import Finish, Until
from tests.reception.desk.evening import EVENING, MINUTES, Evening
from tests.reception.desk.picks import patient
from tests.reception.desks import Desks

SLOTS = 5
DESKS = 3
EXAMPLES, STEPS = 10, 14

pytestmark = pytest.mark.timeout(400)

desk_numbers = st.integers(0, DESKS - 1)
slot_numbers = st.integers(0, SLOTS - 1)
appointment_numbers = st.integers(0, 3)
people = st.integers(0, 4)
quits = st.sampled_from([CancelReason.PATIENT, CancelReason.PRACTICE, CancelReason.OTHER])


class Board(RuleBasedStateMachine):
    """One session of its own per run. What is shared comes in by `board_of`."""

    desks: list[Desk]
    finish: Finish
    until: Until
    evening_of: Any

    def __init__(self) -> None:
        super().__init__()
        self.evening: Evening = self.evening_of()
        self.told: list[list[Notice]] = [[] for _ in self.desks]
        self.live: dict[str, str] = {}
        """Patient by appointment that was answered as booked and not given up since."""
        for desk, told in zip(self.desks, self.told, strict=True):
            desk.told.connect(told.append)
        self.until(lambda: all(self._seen_by(desk) for desk in self.desks), 30)

    def teardown(self) -> None:
        for desk, told in zip(self.desks, self.told, strict=True):
            desk.told.disconnect(told.append)

    # -- acts

    @rule(desk=desk_numbers, slot=slot_numbers, who=people)
    def book(self, desk: int, slot: int, who: int) -> None:
        self._does(self._book(desk, slot, who))

    @rule(slot=slot_numbers, who=people)
    def all_book_at_once(self, slot: int, who: int) -> None:
        self._does(*(self._book(desk, slot, who + desk) for desk in range(DESKS)))
        taken = [a for a in self.evening.appointments() if _holds(a, self._id(slot))]
        assert len(taken) <= 1

    @rule(desk=desk_numbers, slot=slot_numbers)
    def hold(self, desk: int, slot: int) -> None:
        self._does(self.desks[desk].hold_slot(self._id(slot)))

    @rule(desk=desk_numbers, slot=slot_numbers)
    def drop(self, desk: int, slot: int) -> None:
        self._does(self.desks[desk].drop_hold(self._id(slot)))

    @rule(desk=desk_numbers, which=appointment_numbers, slot=slot_numbers)
    def move(self, desk: int, which: int, slot: int) -> None:
        held = self._any(which)
        if held is not None:
            self._does(self.desks[desk].move(held.id, self._id(slot)))

    @rule(which=appointment_numbers, slot=slot_numbers, desk=desk_numbers, who=people)
    def move_while_another_books(self, which: int, slot: int, desk: int, who: int) -> None:
        held = self._any(which)
        if held is not None:
            other = (desk + 1) % DESKS
            moves = self.desks[desk].move(held.id, self._id(slot))
            self._does(moves, self._book(other, slot, who))

    @rule(desk=desk_numbers, one=appointment_numbers, other=appointment_numbers)
    def swap(self, desk: int, one: int, other: int) -> None:
        first, second = self._any(one), self._any(other)
        if first is not None and second is not None and first.id != second.id:
            self._does(self.desks[desk].swap(first.id, second.id))

    @rule(desk=desk_numbers, slot=slot_numbers)
    def split(self, desk: int, slot: int) -> None:
        self._does(self.desks[desk].split_slot(self._id(slot)))

    @rule(desk=desk_numbers, slot=slot_numbers)
    def merge(self, desk: int, slot: int) -> None:
        self._does(self.desks[desk].merge_slot(self._id(slot)))

    @rule(desk=desk_numbers, slot=slot_numbers, who=people)
    def merge_while_another_books(self, desk: int, slot: int, who: int) -> None:
        merges = self.desks[desk].merge_slot(self._id(slot))
        self._does(merges, self._book((desk + 1) % DESKS, slot + 1, who))

    @rule(desk=desk_numbers, slot=slot_numbers, who=people)
    def squeeze_in(self, desk: int, slot: int, who: int) -> None:
        self._does(self._squeeze(desk, slot, who))

    @rule(desk=desk_numbers, which=appointment_numbers, why=quits)
    def cancel(self, desk: int, which: int, why: CancelReason) -> None:
        held = self._any(which)
        if held is not None:
            self._does(self._cancel(desk, held, why))

    @rule(desk=desk_numbers, which=appointment_numbers)
    def arrive_or_send_in(self, desk: int, which: int) -> None:
        held = self._any(which)
        if held is not None:
            verb = "arrive" if held.status == "booked" else "send_in"
            self._does(getattr(self.desks[desk], verb)(held.id))

    @rule(desk=desk_numbers, slots=st.sets(slot_numbers, min_size=1))
    def open_online(self, desk: int, slots: set[int]) -> None:
        self._does(self.desks[desk].open_online([self._id(slot) for slot in sorted(slots)]))

    @rule(desk=desk_numbers, slots=st.sets(slot_numbers, min_size=1))
    def withdraw_online(self, desk: int, slots: set[int]) -> None:
        self._does(self.desks[desk].withdraw_online([self._id(slot) for slot in sorted(slots)]))

    @rule(desk=desk_numbers, slot=slot_numbers)
    def block_or_unblock(self, desk: int, slot: int) -> None:
        held = self.desks[desk].slots.get(self._id(slot))
        verb = "unblock" if held is not None and held.is_blocked else "block"
        self._does(getattr(self.desks[desk], verb)([self._id(slot)]))

    @rule(desk=desk_numbers)
    def undo(self, desk: int) -> None:
        offered = [notice for notice in self.told[desk] if notice.can_undo]
        if offered:
            self.told[desk].remove(offered[-1])
            self._does(self.desks[desk].undo(offered[-1].undo_id))
            self._settle_up()

    # -- what must hold

    @invariant()
    def slots_and_appointments_agree(self) -> None:
        slots = {slot["id"]: slot for slot in self.evening.slots()}
        live = [a for a in self.evening.appointments() if a["status"] in APPOINTMENT_LIVE]
        holders = Counter(
            reference["reference"].partition("/")[2] for a in live for reference in a["slot"]
        )
        for slot_id, slot in slots.items():
            if not slot.get("overbooked"):
                assert holders[slot_id] <= 1, f"{slot_id} is booked {holders[slot_id]} times"
            booked = holders[slot_id] > 0
            assert booked == (slot["status"] == "busy"), f"{slot['status']}, booked: {booked}"

    @invariant()
    def the_session_is_whole(self) -> None:
        """However it was cut: its slots touch, from its first minute to its last."""
        kept = [slot for slot in self._slots() if not slot.get("overbooked")]
        edges = [moment(slot["start"]) for slot in kept] + [moment(kept[-1]["end"])]
        assert edges[0] == EVENING
        assert edges[1:] == [moment(slot["end"]) for slot in kept]
        assert edges[-1] == EVENING + timedelta(minutes=MINUTES * SLOTS)

    @invariant()
    def nobody_who_was_told_so_is_lost(self) -> None:
        there = {a["id"]: a for a in self.evening.appointments()}
        for appointment_id, patient_id in self.live.items():
            found = Appointment.from_tree(there[appointment_id])
            assert found.status in APPOINTMENT_LIVE
            assert found.patient_id == patient_id

    @invariant()
    def every_desk_comes_to_see_the_same(self) -> None:
        versions = {
            f"{tree['resourceType']}/{tree['id']}": tree["meta"]["versionId"]
            for tree in (*self.evening.slots(), *self.evening.appointments())
        }

        def agree(desk: Desk) -> bool:
            seen = (desk.stores.newest(reference) for reference in versions)
            return [s.version if s else "" for s in seen] == list(versions.values())

        self.until(lambda: all(agree(desk) for desk in self.desks), 30)
        assert not any(desk.saving for desk in self.desks)

    # -- with what

    def _id(self, slot: int) -> str:
        held = self._slots()
        return str(held[slot % len(held)]["id"])

    def _slots(self) -> list[dict[str, Any]]:
        """Its slots by time, without those that were withdrawn."""
        return [slot for slot in self.evening.slots() if slot["status"] != "entered-in-error"]

    def _seen_by(self, desk: Desk) -> bool:
        return all(desk.slots.get(slot_id) is not None for slot_id in self.evening.slot_ids)

    def _person(self, number: int) -> Patient:
        return patient(self.desks[0], number % 7)

    def _any(self, which: int) -> Appointment | None:
        """One of the session's appointments, given up or not."""
        found = sorted(
            (Appointment.from_tree(tree) for tree in self.evening.appointments()),
            key=lambda a: (a.start, a.id),
        )
        return found[which % len(found)] if found else None

    async def _book(self, desk: int, slot: int, who: int) -> None:
        booked = await self.desks[desk].book([self._id(slot)], self._person(who))
        self.live[booked.id] = booked.patient_id

    async def _squeeze(self, desk: int, slot: int, who: int) -> None:
        squeezed = await self.desks[desk].overbook(self._id(slot), self._person(who), why="urgent")
        self.live[squeezed.id] = squeezed.patient_id

    async def _cancel(self, desk: int, held: Appointment, why: CancelReason) -> None:
        await self.desks[desk].cancel(held.id, why)
        self.live.pop(held.id, None)

    def _settle_up(self) -> None:
        """An undo may have taken a booking back, or a cancellation."""
        self.live = {
            found.id: found.patient_id
            for found in map(Appointment.from_tree, self.evening.appointments())
            if found.status in APPOINTMENT_LIVE
        }

    def _does(self, *acts: Coroutine[Any, Any, Any]) -> None:
        ended = self.finish(_all(acts))
        for problem in ended:
            assert not isinstance(problem, OutcomeUnknown | ServiceUnreachable)
            if isinstance(problem, BaseException) and not isinstance(problem, Problem):
                raise problem


async def _all(acts: tuple[Coroutine[Any, Any, Any], ...]) -> list[object]:
    return list(await asyncio.gather(*acts, return_exceptions=True))


def _holds(tree: dict[str, Any], slot_id: str) -> bool:
    found = Appointment.from_tree(tree)
    return found.status in APPOINTMENT_LIVE and slot_id in found.slot_ids


def test_any_order_of_acts_from_three_desks(desks: Desks, finish: Finish, until: Until) -> None:
    manager = desks.practice.as_role("manager")
    opened = [
        finish(desks.open("receptionist", 0)),
        finish(desks.open("receptionist", 1)),
        finish(desks.open("manager")),
    ]
    shared = {
        "desks": opened,
        "finish": staticmethod(finish),
        "until": staticmethod(until),
        "evening_of": staticmethod(lambda: Evening.begin(manager, SLOTS)),
    }
    machine = type("SharedBoard", (Board,), shared)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
