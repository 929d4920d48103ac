"""What a booking aims at: slots, an extra beside a taken one, or no slot at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from reception.desk.desk import Desk
from reception.desk.walk_in import WALK_IN_MIN
from reception.records import Slot
from reception.widgets.board_cell import clock_text
from reception.widgets.slot_offer import slot_words


@dataclass(frozen=True)
class Aim:
    """Where a booking is to stand.

    Attributes:
        slots: the slots to book together, by time; the taken one where *is_extra*; else none.
        is_extra: whether somebody is squeezed in beside who has the slot.
        practitioner_id: the clinician of a walk-in.
        clinician: the clinician's name.
    """

    slots: tuple[Slot, ...] = ()
    is_extra: bool = False
    practitioner_id: str = ""
    clinician: str = ""

    @property
    def is_walk_in(self) -> bool:
        """Whether it is for now, without a slot."""
        return bool(self.practitioner_id) and not self.slots

    @property
    def head(self) -> Slot | None:
        """The first slot."""
        return self.slots[0] if self.slots else None

    @property
    def held(self) -> tuple[Slot, ...]:
        """The slots to hold while it is booked."""
        return () if self.is_extra else self.slots

    @property
    def minutes(self) -> int:
        """Its length."""
        return sum(slot.minutes for slot in self.slots) if self.slots else WALK_IN_MIN

    def span(self, now: datetime) -> tuple[datetime, datetime]:
        """Start and end; a walk-in begins at *now*."""
        if self.slots:
            return self.slots[0].start, self.slots[-1].end
        return now, now + timedelta(minutes=WALK_IN_MIN)

    @property
    def words(self) -> str:
        """What is aimed at, in a line."""
        if self.is_walk_in:
            return f"Walk-in now, {self.clinician}"
        if self.head is None:
            return "Choose a free slot on the board, then press B."
        line = slot_words(self.head, self.clinician)
        if len(self.slots) > 1:
            line = f"{line.rpartition(', ')[0]}, {self.minutes} min"
        return f"Squeeze in at {line}" if self.is_extra else line

    @property
    def short(self) -> str:
        """For the button: `09:10 with Dr Grant`."""
        if self.is_walk_in:
            return f"walk-in with {self.clinician}"
        return f"{clock_text(self.slots[0].start)} with {self.clinician}" if self.slots else ""

    def with_count(self, desk: Desk, count: int) -> "Aim":
        """The same with *count* touching slots, as far as there are so many."""
        return Aim(tuple(run(desk, self.slots[0], count)), clinician=self.clinician)

    def with_newest(self, slot: Slot) -> "Aim":
        """The same with a newer copy of one of its slots."""
        slots = tuple(slot if old.id == slot.id else old for old in self.slots)
        return Aim(slots, self.is_extra, self.practitioner_id, self.clinician)


def run(desk: Desk, head: Slot, most: int) -> Sequence[Slot]:
    """*head* and what follows it of the same kind, touching and bookable; at most *most*."""
    slots = [head]
    while len(slots) < most and (after := desk.following(slots[-1])) is not None:
        slots.append(after)
    return slots
