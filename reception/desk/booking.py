"""Booking: hold a slot, book it, and take a booking back.

Source: docs/contract.md 5.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime

from contract.codes import Mark
from contract.limits import COMMENT_CHARS, DESCRIPTION_CHARS
from contract.systems import BOOKING_KEY
from reception.api.bundle import Entry, post, put
from reception.desk.problems import NotPossible
from reception.desk.slots import Slots
from reception.desk.words import clock, who_and_when
from reception.desk.workbench import Workbench
from reception.desk.writer import Latest
from reception.records import Appointment, Patient, Slot, new_appointment
from reception.records.problem import ChangedElsewhere
from reception.records.tree import changed


class Booking:
    """Holds and bookings by staff."""

    def __init__(self, bench: Workbench, slots: Slots) -> None:
        self._bench, self._slots = bench, slots

    async def hold_slot(self, *slot_ids: str) -> Slot:
        """Keep slots for two minutes while talking to the patient; every board shows by whom.

        Holding what is held already begins its two minutes again. Several are held together or
        not at all. Answers the first.

        Raises:
            SlotTaken: somebody was quicker.
        """
        self._bench.must_be_fresh()
        me, key = self._bench.me, str(uuid.uuid4())

        def plan(latest: Latest) -> list[Entry]:
            slots = [latest.get(Slot, slot_id) for slot_id in slot_ids]
            for slot in slots:
                self._slots.must_be_bookable(slot)
            return [put(slot.to_held(me.id, key, me.display), slot.version) for slot in slots]

        touching = [f"Slot/{slot_id}" for slot_id in slot_ids]
        stored = await self._bench.writer.transact("Holding a slot", touching, plan)
        return _slot(stored[0])

    async def drop_hold(self, *slot_ids: str) -> None:
        """Let go of slots held before; nothing happens to what is no longer ours to let go."""

        def plan(latest: Latest) -> list[Entry]:
            slots = [latest.get(Slot, slot_id) for slot_id in slot_ids]
            ours = [slot for slot in slots if self._slots.is_mine(slot)]
            if not ours:
                raise _NothingToDo
            return [put(slot.to_free(), slot.version) for slot in ours]

        touching = [f"Slot/{slot_id}" for slot_id in slot_ids]
        try:
            await self._bench.writer.transact("Letting go of a slot", touching, plan)
        except _NothingToDo:
            return

    async def book(
        self,
        slot_ids: Sequence[str],
        patient: Patient,
        *,
        reason: str = "",
        note: str = "",
        via: Mark = Mark.VIA_DESK,
        channel: str = "",
    ) -> Appointment:
        """Book *patient* into one slot, or into several that touch.

        *channel* is how care is given this time, where that is not as the slot says.

        Raises:
            SlotTaken: somebody was quicker.
            NotPossible: the board is out of date, or a text is too long.
        """
        entries = self.planner(
            slot_ids, patient, reason=reason, note=note, via=via, channel=channel
        )
        touching = [f"Slot/{slot_id}" for slot_id in slot_ids]
        said = f"Booking {patient.name}{self._at(slot_ids)}"
        stored = await self._bench.writer.transact(said, touching, entries)
        booked = booked_in(stored)

        async def take_back() -> str:
            await self.unbook(booked)
            return f"The booking of {who_and_when(booked)} was taken back."

        self._bench.undos.tell(f"{who_and_when(booked)} is booked.", take_back)
        return booked

    def planner(
        self,
        slot_ids: Sequence[str],
        patient: Patient,
        *,
        reason: str,
        note: str,
        via: Mark,
        request_id: str = "",
        channel: str = "",
        clinician: tuple[str, str] | None = None,
    ) -> "BookingPlan":
        """What is sent to book, once the newest copies are known.

        *clinician* (id and name) is needed for slots of a day that is not open.

        Raises:
            NotPossible: the board is out of date, or a text is too long.
        """
        if not slot_ids:
            raise NotPossible("Choose a slot first.")
        self.must_fit(reason, note)
        return BookingPlan(
            self._bench,
            self._slots,
            slot_ids,
            patient,
            reason,
            note,
            via,
            request_id,
            channel,
            clinician,
        )

    def must_fit(self, reason: str, note: str) -> None:
        """Refuse to book on a board that may be out of date, or words that are too long.

        Raises:
            NotPossible: it is, or they are.
        """
        self._bench.must_be_fresh()
        for name, text, limit in (
            ("reason", reason, DESCRIPTION_CHARS),
            ("note", note, COMMENT_CHARS),
        ):
            if len(text) > limit:
                raise NotPossible(f"The {name} has {len(text)} characters; {limit} fit.")

    async def unbook(self, booked: Appointment) -> None:
        """Withdraw a booking made in error; its slot is free again if its time has not come."""

        def plan(latest: Latest) -> list[Entry]:
            now = latest.get(Appointment, booked.id)
            if now.status != "booked":
                raise ChangedElsewhere(
                    f"Not undone: {who_and_when(now)} has been changed since.", theirs=now.tree
                )
            tree = changed(now.tree, status="entered-in-error")
            return [put(tree, now.version), *freed(latest, now, self._bench.time.now())]

        touching = [booked.reference, *slot_references(booked)]
        await self._bench.writer.transact(f"Undoing: {who_and_when(booked)} booked", touching, plan)

    def _at(self, slot_ids: Sequence[str]) -> str:
        held = self._bench.stores.slots.newest(slot_ids[0])
        return f" at {clock(held.start)}" if held is not None else ""


class BookingPlan:
    """The entries of a booking: each Slot taken, the Appointment made. The key stays the same."""

    def __init__(
        self,
        bench: Workbench,
        slots: Slots,
        slot_ids: Sequence[str],
        patient: Patient,
        reason: str,
        note: str,
        via: Mark,
        request_id: str,
        channel: str,
        clinician: tuple[str, str] | None,
    ) -> None:
        self._channel, self._clinician = channel, clinician
        self._bench, self._slots, self._slot_ids = bench, slots, list(slot_ids)
        self._patient, self._reason, self._note = patient, reason, note
        self._via, self._request_id = via, request_id
        self.key = str(uuid.uuid4())
        self.urn = f"urn:uuid:{self.key}"

    def __call__(self, latest: Latest) -> list[Entry]:
        """The entries, given the newest copies; the Appointment's is the last."""
        slots = sorted(
            (latest.get(Slot, slot_id) for slot_id in self._slot_ids), key=lambda s: s.start
        )
        for slot in slots:
            self._slots.must_be_bookable(slot, self._patient.id)
        clinician_id, clinician = self._clinician or self._slots.clinician_of(slots[0])
        if not clinician_id:
            raise NotPossible("Nobody knows whose session that slot is in. Nothing was saved.")
        practice = next(iter(self._bench.stores.organizations), None)
        tree = new_appointment(
            key=self.key,
            slots=slots,
            patient=self._patient,
            practitioner_id=clinician_id,
            practitioner_name=clinician,
            reason=self._reason,
            note=self._note,
            via=self._via,
            organization_id=practice.id if practice is not None else "",
            now=self._bench.time.now(),
            request_id=self._request_id,
            channel=self._channel,
        )
        return [
            *(put(slot.to_busy(), slot.version) for slot in slots),
            post(tree, BOOKING_KEY, full_url=self.urn),
        ]


def freed(latest: Latest, appointment: Appointment, now: datetime) -> list[Entry]:
    """The entries that free the slots of an appointment given up before its time."""
    if appointment.start <= now:
        return []
    slots = [latest.get(Slot, slot_id) for slot_id in appointment.slot_ids]
    return [put(slot.to_free(), slot.version) for slot in slots if slot.status == "busy"]


def slot_references(appointment: Appointment) -> list[str]:
    """References of the slots an appointment stands in."""
    return [f"Slot/{slot_id}" for slot_id in appointment.slot_ids]


def booked_in(stored: Sequence[object]) -> Appointment:
    """The appointment among what a transaction stored."""
    return next(record for record in stored if isinstance(record, Appointment))


class _NothingToDo(NotPossible):
    def __init__(self) -> None:
        super().__init__("There is nothing to do.")


def _slot(stored: object) -> Slot:
    if not isinstance(stored, Slot):
        raise TypeError("the service answered with something else than a slot")
    return stored
