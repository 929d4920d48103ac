"""Repeat booking: a series of appointments found first, then booked in one go.

Source: docs/contract.md 5 (book).
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from contract.codes import Mark
from contract.core_hours import day_bounds, london_day
from reception.api.bundle import Entry, put
from reception.desk.booking import Booking, freed, slot_references
from reception.desk.problems import NotPossible, SlotTaken
from reception.desk.repeat_days import Occasion, occasions
from reception.desk.slots import Slots
from reception.desk.words import clock, day_text, who_and_when
from reception.desk.workbench import Workbench
from reception.desk.writer import Latest
from reception.records import Appointment, Patient, Slot
from reception.records.problem import ChangedElsewhere
from reception.records.tree import changed, wire_time


@dataclass(frozen=True)
class Found:
    """What there is for one appointment of a series.

    Attributes:
        occasion: when it was wished for.
        slot: what would be booked: the very time, or the nearest of that day; None: nothing.
    """

    occasion: Occasion
    slot: Slot | None

    @property
    def is_exact(self) -> bool:
        """Whether it is at the time wished for."""
        return self.slot is not None and self.slot.start == self.occasion.start

    @property
    def text(self) -> str:
        """`Monday 30 November 09:20`, and what differs from the wish."""
        wish = f"{day_text(self.occasion.day)} {clock(self.occasion.start)}"
        told = [f"{day_text(day)} is a bank holiday" for day in self.occasion.skipped]
        if self.slot is None:
            told.append("nothing free that day")
        elif not self.is_exact:
            told.append(f"nothing free then, nearest {clock(self.slot.start)}")
        return f"{wish}: {'; '.join(told)}" if told else wish


class RepeatBooking:
    """Finds and books series, with the clinician, slot type and channel of the first slot."""

    def __init__(self, bench: Workbench, slots: Slots, booking: Booking) -> None:
        self._bench, self._slots, self._booking = bench, slots, booking

    async def find_series(self, slot: Slot, every_weeks: int, times: int) -> list[Found]:
        """What there is every *every_weeks* weeks from *slot* on, *times* times with *slot* itself.

        Nothing is held: whoever books first has it.
        """
        clinician_id, _ = self._slots.clinician_of(slot)
        if not clinician_id:
            raise NotPossible("Nobody knows whose session that slot is in.")
        first, *later = occasions(slot.start, every_weeks, times)
        found = await asyncio.gather(
            *(self._find(slot, clinician_id, occasion) for occasion in later)
        )
        return [Found(first, slot), *found]

    async def book_series(
        self,
        slots: Sequence[Slot],
        patient: Patient,
        *,
        clinician: tuple[str, str],
        reason: str = "",
        note: str = "",
        via: Mark = Mark.VIA_DESK,
        channel: str = "",
    ) -> list[Appointment]:
        """Book *patient* into every one of *slots*, or into none; one undo takes all back.

        Raises:
            SlotTaken: somebody was quicker at one of them: find the series again.
        """
        plans = [
            self._booking.planner(
                [slot.id],
                patient,
                reason=reason,
                note=note,
                via=via,
                channel=channel,
                clinician=clinician,
            )
            for slot in slots
        ]
        if not plans:
            raise NotPossible("Nothing is free on any of those days.")

        def plan(latest: Latest) -> list[Entry]:
            entries: list[Entry] = []
            for slot, booked in zip(slots, plans, strict=True):
                try:
                    entries += booked(latest)
                except SlotTaken:
                    day = day_text(london_day(slot.start))
                    raise SlotTaken(
                        [], f"The {clock(slot.start)} on {day} has just been taken: nothing was "
                        "saved. The days have been looked up again."
                    ) from None  # fmt: skip
            return entries

        touching = [slot.reference for slot in slots]
        said = f"Booking {patient.name} {len(slots)} times"
        stored = await self._bench.writer.transact(said, touching, plan)
        made = [record for record in stored if isinstance(record, Appointment)]

        async def take_back() -> str:
            await self._take_back(made)
            return f"All {len(made)} bookings of {patient.name} were taken back."

        self._bench.undos.tell(f"{patient.name} is booked {len(made)} times.", take_back)
        return made

    async def _find(self, like: Slot, clinician_id: str, occasion: Occasion) -> Found:
        first, last = (wire_time(bound) for bound in day_bounds(occasion.day))
        sessions = await self._bench.wire.search(
            "Schedule",
            [
                ("actor", f"Practitioner/{clinician_id}"),
                ("date", f"ge{first}"),
                ("date", f"lt{last}"),
            ],
        )
        ids = [str(t["id"]) for t in sessions if t.get("resourceType") == "Schedule"]
        if not ids:
            return Found(occasion, None)
        trees = await self._bench.wire.search(
            "Slot",
            [
                ("schedule", ",".join(f"Schedule/{i}" for i in ids)),
                ("start", f"ge{first}"),
                ("start", f"lt{last}"),
                ("status", "free,busy-tentative"),
            ],
        )
        slots = [Slot.from_tree(t) for t in trees if t.get("resourceType") == "Slot"]
        return Found(occasion, nearest_in(slots, like, occasion.start, self._bench.time.now()))

    async def _take_back(self, made: Sequence[Appointment]) -> None:
        def plan(latest: Latest) -> list[Entry]:
            entries: list[Entry] = []
            for booked in made:
                now = latest.get(Appointment, booked.id)
                if now.status != "booked":
                    raise ChangedElsewhere(
                        f"Not undone: {who_and_when(now)} has been changed since.", theirs=now.tree
                    )
                entries.append(put(changed(now.tree, status="entered-in-error"), now.version))
                entries += freed(latest, now, self._bench.time.now())
            return entries

        touching = [ref for a in made for ref in (a.reference, *slot_references(a))]
        said = f"Undoing: {made[0].patient_name} booked {len(made)} times"
        await self._bench.writer.transact(said, touching, plan)


def nearest_in(slots: Sequence[Slot], like: Slot, wish: datetime, now: datetime) -> Slot | None:
    """The bookable one of *slots* of the type and channel of *like* that is nearest to *wish*."""
    alike = [
        slot
        for slot in slots
        if slot.is_bookable(now)
        and (slot.type_code, slot.channel) == (like.type_code, like.channel)
    ]
    return min(alike, key=lambda s: (abs(s.start - wish), s.start, s.id), default=None)
