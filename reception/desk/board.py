"""What reception does to an appointment on the board: arrive, send in, call, leave, cancel.

Source: docs/contract.md 4.1, 5.
"""

from collections.abc import Callable
from datetime import datetime

from contract.codes import CancelReason
from contract.moves import appointment_may_move
from reception.api.bundle import put
from reception.desk.booking import freed, slot_references
from reception.desk.problems import NotPossible, SlotTaken, TooFewCalls
from reception.desk.quiet import QuietCalls
from reception.desk.slots import Slots
from reception.desk.words import clock, state_of, who_and_when
from reception.desk.workbench import Workbench
from reception.desk.writer import Latest
from reception.records import Appointment, Slot, Tree
from reception.records.marks import ATTEMPTS
from reception.records.problem import ChangedElsewhere

Check = Callable[[Appointment], None]


class BoardVerbs:
    """Acts on one appointment; each is one write, and each but the last word can be undone."""

    def __init__(self, bench: Workbench, slots: Slots, quiet: QuietCalls) -> None:
        self._bench = bench
        self._slots, self._quiet = slots, quiet

    async def arrive(self, appointment_id: str) -> Appointment:
        """The patient is in the building."""
        return await self._step(
            appointment_id, "arrived", lambda a, now: a.arrived(now), "{who} has arrived."
        )

    async def send_in(self, appointment_id: str, *, quiet: bool | None = None) -> Appointment:
        """The patient goes in, called by name or quietly; None: as their flag asks for."""
        asked = False
        if quiet is None:
            asked = quiet = await self._asks_quiet(appointment_id)
        words = "{who} sent in quietly" if quiet else "{who} sent in"
        return await self._step(
            appointment_id,
            "checked-in",
            lambda a, now: a.sent_in(now, quiet=quiet),
            f"{words}, as they asked." if asked else f"{words}.",
        )

    async def call(self, appointment_id: str) -> Appointment:
        """The patient is rung: the first call, or one more; each is counted with its time.

        Raises:
            NotPossible: it is no telephone appointment, or three calls have been tried.
        """

        def check(now: Appointment) -> None:
            _must_be_phone(now)
            if now.calls_tried >= len(ATTEMPTS):
                raise NotPossible(
                    f"Three calls to {who_and_when(now)} have been tried. "
                    "L when they have answered, H for no answer."
                )

        return await self._step(
            appointment_id,
            "checked-in",
            lambda a, now: a.called(now),
            "{who}: call {calls} of 3.",
            check=check,
            again=True,
        )

    async def no_answer(self, appointment_id: str, *, sure: bool = False) -> Appointment:
        """Nobody answered the phone: it counts as not attended.

        Raises:
            NotPossible: it is no telephone appointment, or nobody has rung yet.
            TooFewCalls: fewer than three calls have been tried, and *sure* was not said.
        """

        def check(now: Appointment) -> None:
            _must_be_phone(now)
            if now.status == "booked" and not now.calls_tried:
                raise NotPossible(f"Nobody has rung {who_and_when(now)} yet: T notes a call.")
            ringing = now.status in ("booked", "checked-in")
            if ringing and now.calls_tried < len(ATTEMPTS) and not sure:
                raise TooFewCalls(now.calls_tried)

        return await self._step(
            appointment_id,
            "noshow",
            lambda a, _: a.did_not_attend(),
            "{who}: no answer.",
            check=check,
        )

    async def leave(self, appointment_id: str) -> Appointment:
        """The patient has been seen and goes; or the call is over."""
        return await self._step(
            appointment_id, "fulfilled", lambda a, now: a.left(now), "{who} has left."
        )

    async def visit_done(self, appointment_id: str) -> Appointment:
        """The patient has been seen at home."""
        return await self._step(
            appointment_id,
            "fulfilled",
            lambda a, now: a.left(now),
            "{who} was seen at home.",
            check=_must_be_visit,
        )

    async def visit_missed(self, appointment_id: str) -> Appointment:
        """The patient was not to be seen at home."""
        return await self._step(
            appointment_id,
            "noshow",
            lambda a, _: a.did_not_attend(),
            "{who} was not seen at home.",
            check=_must_be_visit,
        )

    async def did_not_attend(self, appointment_id: str) -> Appointment:
        """The patient did not come. Nobody can have missed what is still to come."""

        def check(now: Appointment) -> None:
            if now.status == "booked" and now.start > self._bench.time.now():
                raise NotPossible(
                    f"Not saved: the time of {who_and_when(now)} has not come yet. "
                    "If they are not coming, cancel it (X)."
                )

        return await self._step(
            appointment_id,
            "noshow",
            lambda a, _: a.did_not_attend(),
            "{who} did not attend.",
            check=check,
        )

    async def note_late(self, appointment_id: str, until: datetime | None = None) -> Appointment:
        """The patient rang: they will be late, and are expected at *until* if they said so."""
        expected = f", expected at {clock(until)}" if until is not None else ""
        return await self._step(
            appointment_id,
            "booked",
            lambda a, now: a.late_noted(now, until),
            f"{{who}}: late{expected}, noted.",
        )

    async def walk_out(self, appointment_id: str) -> Appointment:
        """The patient came and left without being seen."""

        def check(now: Appointment) -> None:
            if now.status == "booked":
                raise NotPossible(f"Not saved: {who_and_when(now)} has not arrived.")

        return await self._step(
            appointment_id,
            "cancelled",
            lambda a, now: a.walked_out_at(now),
            "{who} walked out.",
            check=check,
        )

    async def book_in_error(self, appointment_id: str) -> Appointment:
        """It should never have been booked. That is the last word: nothing leads back from it."""
        touching = await self._with_slots(appointment_id)

        def plan(latest: Latest) -> list[Tree]:
            now = latest.get(Appointment, appointment_id)
            self._check(latest, now, "entered-in-error")
            return [put(now.in_error(), now.version), *freed(latest, now, self._bench.time.now())]

        said = f"Withdrawing {self._who(appointment_id)}, booked in error"
        stored = await self._bench.writer.transact(said, touching, plan)
        after = _appointment(stored[0])
        self._bench.undos.tell(
            f"{who_and_when(after)}: withdrawn, booked in error.",
            for_good="book it again if it should stand",
        )
        return after

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

    async def _step(
        self,
        appointment_id: str,
        status: str,
        make: Callable[[Appointment, datetime], Tree],
        sentence: str,
        *,
        check: Check | None = None,
        again: bool = False,
    ) -> Appointment:
        """One change of state.

        *sentence* says it, with `{who}` and `{calls}`; *check* refuses it for a reason of its own;
        *again*: it may be done to an appointment that is in that state already.
        """
        before: dict[str, Appointment] = {}

        def plan(latest: Latest) -> list[Tree]:
            now = latest.get(Appointment, appointment_id)
            if check is not None:
                check(now)
            self._check(latest, now, status, again=again)
            before["it"] = now
            return [put(make(now, self._bench.time.now()), now.version)]

        said = self._who(appointment_id)
        said = sentence.format(who=said, calls="one more").rstrip(".")
        stored = await self._bench.writer.transact(said, [f"Appointment/{appointment_id}"], plan)
        after = _appointment(stored[0])

        async def take_back() -> str:
            back = self._uncancel if status == "cancelled" else self._restore
            return await back(before["it"], after)

        told = sentence.format(who=who_and_when(after), calls=after.calls_tried)
        self._bench.undos.tell(told, take_back)
        return after

    async def _restore(self, before: Appointment, after: Appointment) -> str:
        """Take a change of state back, unless somebody has gone on from it."""

        def plan(latest: Latest) -> list[Tree]:
            now = latest.get(Appointment, after.id)
            _must_stand(now, after)
            return [put(now.back_to(before, after), now.version)]

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
                raise SlotTaken(self._slots.nearest(retaken), instead_of=before)
            return [
                put(now.back_to(before, after), now.version),
                *(put(slot.to_busy(), slot.version) for slot in slots if slot.status != "busy"),
            ]

        touching = [after.reference, *slot_references(after)]
        said = f"Undoing: {who_and_when(after)} cancelled"
        await self._bench.writer.transact(said, touching, plan)
        return f"{who_and_when(before)} is {state_of(before)} again."

    def _check(self, latest: Latest, now: Appointment, status: str, *, again: bool = False) -> None:
        same = now.status == status and status != "booked" and not again
        if same or not appointment_may_move(now.status, status, visit=now.is_visit):
            raise cannot(latest, now)

    async def _asks_quiet(self, appointment_id: str) -> bool:
        held = self._held(appointment_id)
        return held is not None and await self._quiet.is_asked_for(held.patient_id)

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


def _must_be_phone(now: Appointment) -> None:
    if not now.is_phone:
        raise NotPossible(f"{who_and_when(now)} is no telephone appointment.")


def _must_be_visit(now: Appointment) -> None:
    if not now.is_visit:
        raise NotPossible(f"{who_and_when(now)} is no home visit.")


def _must_stand(now: Appointment, after: Appointment) -> None:
    if now.status != after.status or now.calls_tried != after.calls_tried:
        raise ChangedElsewhere(
            f"Not undone: {who_and_when(now)} is {state_of(now)} by now.", theirs=now.tree
        )


def cannot(latest: Latest, now: Appointment) -> NotPossible | ChangedElsewhere:
    """Why nothing was saved: where the appointment stands, and whether that is news."""
    sentence = f"Not saved: {who_and_when(now)} is {state_of(now)}"
    if latest.again:
        return ChangedElsewhere(f"{sentence} by now; a colleague was quicker.", theirs=now.tree)
    return NotPossible(f"{sentence}.")


def _appointment(stored: object) -> Appointment:
    if not isinstance(stored, Appointment):
        raise TypeError("the service answered with something else than an appointment")
    return stored
