"""The other bookings that a patient has on the day of a new one, and swapping one for the other.

Source: docs/contract.md 5 (book, cancel).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from contract.codes import CancelReason, Mark
from contract.core_hours import day_bounds, london_day
from reception.api.bundle import Entry, put
from reception.desk.booking import Booking, freed, slot_references
from reception.desk.problems import SlotTaken
from reception.desk.slots import Slots
from reception.desk.words import clock, state_of, who_and_when
from reception.desk.workbench import Workbench, restored
from reception.desk.writer import Latest
from reception.records import Appointment, Patient, Slot
from reception.records.problem import ChangedElsewhere, Problem
from reception.records.tree import changed, wire_time

STANDING = frozenset({"booked", "arrived", "checked-in", "fulfilled"})
"""States of an appointment that somebody who books another one should know of."""
_CANCELLED = ("status", "cancelationReason")


@dataclass(frozen=True)
class Clash:
    """Another appointment of the same patient on the same day.

    Attributes:
        other: that appointment.
        overlaps: whether it is at the very time of the new one.
    """

    other: Appointment
    overlaps: bool

    @property
    def can_swap(self) -> bool:
        """Whether it can still be given up for the new one."""
        return self.other.status == "booked"


class OtherBookings(Problem):
    """The patient is booked that day already: keep both, or give one up?

    Attributes:
        name: the patient's.
        clashes: what stands there, those at that very time first.
    """

    def __init__(self, name: str, clashes: Sequence[Clash]) -> None:
        same = any(clash.overlaps for clash in clashes)
        where = "elsewhere at this time" if same else "that day already"
        super().__init__(f"{name} is booked {where}. Nothing was saved.")
        self.name, self.clashes = name, tuple(clashes)


class Clashes:
    """Finds bookings that a new one should not be made without, and swaps them."""

    def __init__(self, bench: Workbench, slots: Slots, booking: Booking) -> None:
        self._bench, self._slots, self._booking = bench, slots, booking

    async def clashes(self, patient_id: str, start: datetime, end: datetime) -> list[Clash]:
        """What else *patient_id* has on the London day of *start*, those at that time first.

        It is asked of the service, whoever the clinician and whichever day is open.
        """
        first, last = (wire_time(bound) for bound in day_bounds(london_day(start)))
        trees = await self._bench.wire.search(
            "Appointment",
            [("patient", f"Patient/{patient_id}"), ("date", f"ge{first}"), ("date", f"lt{last}")],
        )
        found: list[Appointment] = []
        for tree in trees:
            if tree.get("resourceType") == "Appointment":
                read = Appointment.from_tree(tree)
                self._bench.stores.take(read)
                held = self._bench.stores.appointments.newest(read.id)
                found.append(held if held is not None and held.supersedes(read) else read)
        return clashes_among(found, start, end)

    async def book_instead(
        self,
        other_id: str,
        slot_ids: Sequence[str],
        patient: Patient,
        *,
        reason: str = "",
        note: str = "",
        via: Mark = Mark.VIA_DESK,
        channel: str = "",
    ) -> Appointment:
        """Book, and give up *other_id* for it (reason `moved`): both or neither.

        Raises:
            SlotTaken: somebody was quicker.
            ChangedElsewhere: the other is no longer only booked.
        """
        plan_new = self._booking.planner(
            slot_ids, patient, reason=reason, note=note, via=via, channel=channel
        )
        other = await self.known(other_id)
        before: dict[str, Appointment] = {}

        def plan(latest: Latest) -> list[Entry]:
            before["it"] = latest.get(Appointment, other_id)
            return [*self.given_up(latest, other_id), *plan_new(latest)]

        touching = [*references(other), *(f"Slot/{slot_id}" for slot_id in slot_ids)]
        said = f"Booking {patient.name} instead of the {clock(other.start)}"
        stored = await self._bench.writer.transact(said, touching, plan)
        made = next(
            record for record in stored if isinstance(record, Appointment) and record.id != other_id
        )

        async def take_back() -> str:
            return await self._swap_back(made, before["it"])

        self._bench.undos.tell(
            f"{who_and_when(made)} is booked; the {clock(other.start)} was given up.", take_back
        )
        return made

    async def must_be_alone(
        self, patient: Patient, start: datetime, end: datetime, kept: Collection[str]
    ) -> None:
        """Refuse to book beside other bookings of that day that nobody has decided to keep.

        Raises:
            OtherBookings: with those that are not among *kept* (ids).
        """
        found = [c for c in await self.clashes(patient.id, start, end) if c.other.id not in kept]
        if found:
            raise OtherBookings(patient.name, found)

    def given_up(self, latest: Latest, other_id: str) -> list[Entry]:
        """What gives *other_id* up for a new booking (reason `moved`).

        Raises:
            ChangedElsewhere: it is no longer only booked.
        """
        old = latest.get(Appointment, other_id)
        if old.status != "booked":
            raise ChangedElsewhere(
                f"Not saved: {who_and_when(old)} is {state_of(old)} by now.", theirs=old.tree
            )
        return [
            put(old.cancelled(CancelReason.MOVED), old.version),
            *freed(latest, old, self._bench.time.now()),
        ]

    def taken_up_again(self, latest: Latest, other: Appointment) -> list[Entry]:
        """What brings *other*, given up for a new booking, back into its slots.

        Raises:
            ChangedElsewhere: it has been changed since.
            SlotTaken: its place has been taken since.
        """
        old = latest.get(Appointment, other.id)
        if old.status != "cancelled":
            raise ChangedElsewhere(
                f"Not undone: {who_and_when(old)} has been changed since.", theirs=old.tree
            )
        slots = [latest.get(Slot, slot_id) for slot_id in other.slot_ids]
        for slot in slots:
            if slot.status != "free" and slot.start > old.last_updated:
                raise SlotTaken(self._slots.nearest(slot))
        return [
            put(restored(old.tree, other.tree, _CANCELLED), old.version),
            *(put(slot.to_busy(), slot.version) for slot in slots if slot.status == "free"),
        ]

    async def _swap_back(self, made: Appointment, other: Appointment) -> str:
        def plan(latest: Latest) -> list[Entry]:
            new = latest.get(Appointment, made.id)
            if new.status != "booked":
                raise ChangedElsewhere(
                    f"Not undone: {who_and_when(new)} has been changed since.", theirs=new.tree
                )
            return [
                put(changed(new.tree, status="entered-in-error"), new.version),
                *freed(latest, new, self._bench.time.now()),
                *self.taken_up_again(latest, other),
            ]

        touching = [*references(made), *references(other)]
        said = f"Undoing: {who_and_when(made)} booked instead of the {clock(other.start)}"
        await self._bench.writer.transact(said, touching, plan)
        return f"{who_and_when(other)} is booked again; the {clock(made.start)} was taken back."

    async def known(self, appointment_id: str) -> Appointment:
        """An appointment of whatever day, newest copy."""
        held = self._bench.stores.appointments.newest(appointment_id)
        if held is None:
            held = Appointment.from_tree(await self._bench.wire.read("Appointment", appointment_id))
            self._bench.stores.take(held)
        return held


def references(appointment: Appointment) -> list[str]:
    """References of an appointment and of its slots."""
    return [appointment.reference, *slot_references(appointment)]


def clashes_among(
    appointments: Sequence[Appointment], start: datetime, end: datetime
) -> list[Clash]:
    """Those of *appointments* that stand: what overlaps [start, end) first, then by time."""
    found = [
        Clash(other, other.start < end and start < other.end)
        for other in appointments
        if other.status in STANDING
    ]
    return sorted(found, key=lambda c: (not c.overlaps, c.other.start, c.other.id))
