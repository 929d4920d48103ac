"""What reception does to an appointment on the board: arrive, send in, leave, cancel, move.

Source: docs/contract.md 4.1, 5.
"""

from collections.abc import Callable
from datetime import datetime

from contract.codes import CancelReason
from contract.moves import appointment_may_move
from reception.api.bundle import put
from reception.desk.booking import freed, slot_references
from reception.desk.problems import NotPossible, SlotTaken
from reception.desk.slots import Slots
from reception.desk.words import clock, state_of, who_and_when
from reception.desk.workbench import Workbench, restored
from reception.desk.writer import Latest
from reception.records import Appointment, Slot, Tree
from reception.records.problem import ChangedElsewhere

STATE = ("status", "cancelationReason", "participant", "extension")
PLACE = ("start", "end", "minutesDuration", "slot", "serviceType", "participant")


class BoardVerbs:
    """Acts on one appointment; each is one write, and each but the last word can be undone."""

    def __init__(self, bench: Workbench, slots: Slots) -> None:
        self._bench = bench
        self._slots = slots

    async def arrive(self, appointment_id: str) -> Appointment:
        """The patient is in the building."""
        return await self._step(
            appointment_id, "arrived", lambda a, now: a.arrived(now), "{who} has arrived."
        )

    async def send_in(self, appointment_id: str, *, quiet: bool = False) -> Appointment:
        """The patient goes in, called by name or quietly."""
        return await self._step(
            appointment_id,
            "checked-in",
            lambda a, now: a.sent_in(now, quiet=quiet),
            "{who} sent in quietly." if quiet else "{who} sent in.",
        )

    async def leave(self, appointment_id: str) -> Appointment:
        """The patient has been seen and goes."""
        return await self._step(
            appointment_id, "fulfilled", lambda a, now: a.left(now), "{who} has left."
        )

    async def did_not_attend(self, appointment_id: str) -> Appointment:
        """The patient did not come, or did not answer the phone."""
        return await self._step(
            appointment_id,
            "noshow",
            lambda a, _: a.did_not_attend(),
            "{who} did not attend.",
        )

    async def note_late(self, appointment_id: str) -> Appointment:
        """The patient rang: they will be late."""
        return await self._step(
            appointment_id, "booked", lambda a, _: a.late_noted(), "{who}: late, noted."
        )

    async def walk_out(self, appointment_id: str) -> Appointment:
        """The patient came and left without being seen."""
        return await self._step(
            appointment_id,
            "cancelled",
            lambda a, now: a.walked_out_at(now),
            "{who} walked out.",
        )

    async def cancel(
        self, appointment_id: str, reason: CancelReason, text: str = ""
    ) -> Appointment:
        """Cancel; the slot is free again if its time has not come."""
        touching = await self._with_slots(appointment_id)
        before: dict[str, Appointment] = {}

        def plan(latest: Latest) -> list[Tree]:
            now = latest.get(Appointment, appointment_id)
            self._check(latest, now, "cancelled")
            before["it"] = now
            tree = now.cancelled(reason, text)
            return [put(tree, now.version), *freed(latest, now, self._bench.time.now())]

        said = f"Cancelling {self._who(appointment_id)}"
        stored = await self._bench.writer.transact(said, touching, plan)
        after = _appointment(stored[0])

        async def take_back() -> str:
            return await self._uncancel(before["it"], after)

        self._bench.undos.tell(f"{who_and_when(after)}: cancelled.", take_back)
        return after

    async def move(self, appointment_id: str, slot_id: str) -> Appointment:
        """Put an appointment into another slot: one write, the new slot taken as the old is freed.

        Raises:
            SlotTaken: somebody was quicker.
        """
        self._bench.must_be_fresh()
        before = self._held(appointment_id)
        after = await self._move(appointment_id, slot_id, f"Moving {self._who(appointment_id)}")
        old = before.slot_ids if before is not None else ()

        async def take_back() -> str:
            if len(old) != 1:
                raise NotPossible("That move cannot be taken back by itself; move it by hand.")
            back = await self._move(appointment_id, old[0], f"Moving {who_and_when(after)} back")
            return f"{back.patient_name} is back at {clock(back.start)}."

        sentence = f"{after.patient_name} moved to {clock(after.start)}."
        self._bench.undos.tell(sentence, take_back if old else None)
        return after

    async def _move(self, appointment_id: str, slot_id: str, said: str) -> Appointment:
        touching = [*await self._with_slots(appointment_id), f"Slot/{slot_id}"]

        def plan(latest: Latest) -> list[Tree]:
            now = latest.get(Appointment, appointment_id)
            target = latest.get(Slot, slot_id)
            if now.status not in ("booked", "arrived"):
                raise _cannot(latest, now)
            if slot_id in now.slot_ids:
                raise NotPossible("It is in that slot already.")
            self._slots.must_be_bookable(target)
            clinician = self._slots.clinician_of(target)
            tree = now.moved_to(target, *clinician)
            olds = [latest.get(Slot, old) for old in now.slot_ids]
            return [
                *(put(old.to_free(), old.version) for old in olds if old.status == "busy"),
                put(target.to_busy(), target.version),
                put(tree, now.version),
            ]

        stored = await self._bench.writer.transact(said, touching, plan)
        return _appointment(stored[-1])

    async def _step(
        self,
        appointment_id: str,
        status: str,
        make: Callable[[Appointment, datetime], Tree],
        sentence: str,
    ) -> Appointment:
        before: dict[str, Appointment] = {}

        def plan(latest: Latest) -> list[Tree]:
            now = latest.get(Appointment, appointment_id)
            self._check(latest, now, status)
            before["it"] = now
            return [put(make(now, self._bench.time.now()), now.version)]

        said = sentence.format(who=self._who(appointment_id)).rstrip(".")
        stored = await self._bench.writer.transact(said, [f"Appointment/{appointment_id}"], plan)
        after = _appointment(stored[0])

        async def take_back() -> str:
            back = self._uncancel if status == "cancelled" else self._restore
            return await back(before["it"], after)

        self._bench.undos.tell(sentence.format(who=who_and_when(after)), take_back)
        return after

    async def _restore(self, before: Appointment, after: Appointment) -> str:
        """Take a change of state back, unless somebody has gone on from it."""

        def plan(latest: Latest) -> list[Tree]:
            now = latest.get(Appointment, after.id)
            _must_stand(now, after)
            return [put(restored(now.tree, before.tree, STATE), now.version)]

        said = f"Undoing: {who_and_when(after)} {state_of(after)}"
        await self._bench.writer.transact(said, [after.reference], plan)
        return f"{who_and_when(before)} is {state_of(before)} again."

    async def _uncancel(self, before: Appointment, after: Appointment) -> str:
        """Take a cancellation back, and its slots with it."""

        def plan(latest: Latest) -> list[Tree]:
            now = latest.get(Appointment, after.id)
            _must_stand(now, after)
            slots = [latest.get(Slot, slot_id) for slot_id in after.slot_ids]
            retaken = next((slot for slot in slots if _is_retaken(slot, after)), None)
            if retaken is not None:
                raise SlotTaken(self._slots.nearest(retaken))
            return [
                put(restored(now.tree, before.tree, STATE), now.version),
                *(put(slot.to_busy(), slot.version) for slot in slots if slot.status != "busy"),
            ]

        touching = [after.reference, *slot_references(after)]
        said = f"Undoing: {who_and_when(after)} cancelled"
        await self._bench.writer.transact(said, touching, plan)
        return f"{who_and_when(before)} is {state_of(before)} again."

    def _check(self, latest: Latest, now: Appointment, status: str) -> None:
        same = now.status == status and status != "booked"
        if same or not appointment_may_move(now.status, status):
            raise _cannot(latest, now)

    async def _with_slots(self, appointment_id: str) -> list[str]:
        held = self._held(appointment_id)
        if held is None:
            tree = await self._bench.wire.read("Appointment", appointment_id)
            held = Appointment.from_tree(tree)
            self._bench.stores.take(held)
        return [held.reference, *slot_references(held)]

    def _held(self, appointment_id: str) -> Appointment | None:
        return self._bench.stores.appointments.newest(appointment_id)

    def _who(self, appointment_id: str) -> str:
        held = self._held(appointment_id)
        return who_and_when(held) if held is not None else "the appointment"


def _is_retaken(slot: Slot, appointment: Appointment) -> bool:
    if slot.status == "free":
        return False
    return not (slot.status == "busy" and slot.start <= appointment.last_updated)


def _must_stand(now: Appointment, after: Appointment) -> None:
    if now.status != after.status:
        raise ChangedElsewhere(
            f"Not undone: {who_and_when(now)} is {state_of(now)} by now.", theirs=now.tree
        )


def _cannot(latest: Latest, now: Appointment) -> NotPossible | ChangedElsewhere:
    sentence = f"Not saved: {who_and_when(now)} is {state_of(now)}"
    if latest.again:
        return ChangedElsewhere(f"{sentence} by now; a colleague was quicker.", theirs=now.tree)
    return NotPossible(f"{sentence}.")


def _appointment(stored: object) -> Appointment:
    if not isinstance(stored, Appointment):
        raise TypeError("the service answered with something else than an appointment")
    return stored
