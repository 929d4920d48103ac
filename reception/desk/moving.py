"""Moving: an appointment into another slot, or two that change places; each one transaction.

Source: docs/contract.md 5 (Move).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from contract.codes import BookingAccess
from contract.core_hours import london_day
from reception.api.bundle import Entry, put
from reception.desk.board import cannot
from reception.desk.booking import slot_references
from reception.desk.problems import NotPossible, SlotTaken
from reception.desk.slots import Slots
from reception.desk.told import mode_text, moved_words, place_text
from reception.desk.words import clock, slot_words, when, who_and_when
from reception.desk.workbench import Workbench
from reception.desk.writer import Latest
from reception.records import Appointment, Slot
from reception.records.problem import ChangedElsewhere

NEAREST = 3
LOOKED_AT = 40
"""Slots like the one that has gone, among which those are looked for that are long enough."""


@dataclass(frozen=True)
class Place:
    """Where an appointment stands, or will.

    Attributes:
        where: `Monday 23 November at 09:10 with Dr Grant`.
        how: `Routine GP, in person, 10 min`.
    """

    where: str
    how: str


@dataclass(frozen=True)
class MovePreview:
    """One appointment's move, before it is made.

    Attributes:
        appointment: as it stands.
        slot_ids: where it would go.
        warnings: what to think about first, the weightiest first; each a sentence.
        words: what to write to the patient.
    """

    appointment: Appointment
    slot_ids: tuple[str, ...]
    before: Place
    after: Place
    warnings: tuple[str, ...]
    words: str


class Moving:
    """Moves and swaps, with the way back from each."""

    def __init__(self, bench: Workbench, slots: Slots) -> None:
        self._bench, self._slots = bench, slots

    # -- questions

    def preview_move(self, appointment: Appointment, slot_id: str) -> MovePreview:
        """What moving *appointment* to *slot_id* (of the open day) would mean.

        Raises:
            SlotTaken: it is booked, held, or too short, and others are offered.
            NotPossible: it cannot be moved there.
        """
        if not appointment.is_movable:
            raise NotPossible(f"{who_and_when(appointment)} cannot be moved any more.")
        places = self.places_for(appointment, slot_id)
        _, clinician = self._slots.clinician_of(places[0])
        warnings = warnings_of(
            appointment, places, self._others(appointment), self._bench.time.today()
        )
        return MovePreview(
            appointment,
            tuple(slot.id for slot in places),
            _place(appointment, appointment.practitioner_name),
            _place(places[0], clinician, _minutes(places)),
            warnings,
            moved_words(appointment, places[0], clinician),
        )

    def preview_swap(
        self, first: Appointment, second: Appointment
    ) -> tuple[MovePreview, MovePreview]:
        """What it would mean if two appointments changed places.

        Raises:
            NotPossible: they cannot.
        """
        self._must_swap(first, second)
        return self._preview_at(first, second), self._preview_at(second, first)

    def places_for(self, appointment: Appointment, slot_id: str) -> list[Slot]:
        """The slots from *slot_id* on that *appointment* would fill: one, or several that touch.

        Raises:
            SlotTaken: it is booked, held, or too short, and others are offered.
            NotPossible: it is over, blocked, not released yet, or where the appointment stands.
        """
        head = self._bench.stores.slots.newest(slot_id)
        if head is None:
            raise NotPossible("That slot is no longer there. Nothing was saved.")
        if slot_id == next(iter(appointment.slot_ids), ""):
            raise NotPossible("It is in that place already.")
        if slot_id not in appointment.slot_ids:
            self._must_be_bookable(appointment, head)
        run = self._run(appointment, head)
        if run is None:
            long = int((appointment.end - appointment.start).total_seconds() // 60)
            raise SlotTaken(
                self.nearest_for(appointment, head),
                f"{slot_words(head).capitalize()} is too short for {long} minutes: "
                "what follows it is not free.",
            )
        return run

    def nearest_for(self, appointment: Appointment, slot: Slot) -> list[Slot]:
        """The slots most like *slot* into which all of *appointment* goes, the best first."""
        alike = self._slots.nearest(slot, LOOKED_AT)
        return [s for s in alike if self._run(appointment, s) is not None][:NEAREST]

    # -- acts

    async def move(self, appointment_id: str, slot_id: str) -> Appointment:
        """Put an appointment into another slot: one write, the new slot taken as the old is freed.

        One of several slots goes into as many that touch, from *slot_id* on.

        Raises:
            SlotTaken: somebody was quicker; the nearest others are offered.
        """
        self._bench.must_be_fresh()
        held = await self._known(appointment_id)
        slot_ids = [slot.id for slot in self.places_for(held, slot_id)]
        before: dict[str, Appointment] = {}

        def plan(latest: Latest) -> list[Entry]:
            now = latest.get(Appointment, appointment_id)
            if not now.is_movable:
                raise cannot(latest, now)
            before["it"] = now
            places = [latest.get(Slot, place) for place in slot_ids]
            for place in places:
                if place.id not in now.slot_ids:
                    self._must_be_bookable(now, place)
            clinician_id, clinician = self._slots.clinician_of(places[0])
            if not clinician_id:
                raise NotPossible("Nobody knows whose session that slot is in. Nothing was saved.")
            tree = now.moved_to(places, clinician_id, clinician)
            return [*_exchanged(latest, now.slot_ids, places), put(tree, now.version)]

        touching = {held.reference, *slot_references(held), *(f"Slot/{i}" for i in slot_ids)}
        stored = await self._bench.writer.transact(f"Moving {who_and_when(held)}", touching, plan)
        after = _appointment(stored[-1])

        async def take_back() -> str:
            return await self._move_back(before["it"], after)

        told = f"{after.patient_name} moved to {when(after.start, self._bench.time.today())}"
        whom = f" with {after.practitioner_name}" if after.practitioner_name else ""
        self._bench.undos.tell(f"{told}{whom}.", take_back)
        return after

    async def swap(self, first_id: str, second_id: str) -> tuple[Appointment, Appointment]:
        """Let two appointments change places, in one write.

        Raises:
            NotPossible: they do not fit into each other's places.
            ChangedElsewhere: one of them is no longer waiting.
        """
        self._bench.must_be_fresh()
        one, other = await self._known(first_id), await self._known(second_id)
        self._must_swap(one, other)
        before: dict[str, tuple[Appointment, Appointment]] = {}

        def plan(latest: Latest) -> list[Entry]:
            first, second = latest.get(Appointment, first_id), latest.get(Appointment, second_id)
            for now in (first, second):
                if not now.is_movable:
                    raise cannot(latest, now)
            self._must_swap(first, second)
            before["they"] = first, second
            return [
                put(first.placed_like(second), first.version),
                put(second.placed_like(first), second.version),
            ]

        touching = [one.reference, other.reference, *slot_references(one), *slot_references(other)]
        names = f"{one.patient_name} and {other.patient_name}"
        stored = await self._bench.writer.transact(f"Swapping {names}", touching, plan)
        after = _appointment(stored[0]), _appointment(stored[1])

        async def take_back() -> str:
            await self._swap_back(before["they"], after, names)
            return f"{names} have their own times again."

        self._bench.undos.tell(f"{names} have changed places.", take_back)
        return after

    # -- the ways back

    async def _move_back(self, before: Appointment, after: Appointment) -> str:
        def plan(latest: Latest) -> list[Entry]:
            now = latest.get(Appointment, after.id)
            _must_be_where(now, after)
            olds = [latest.get(Slot, old) for old in before.slot_ids]
            for old in olds:
                if old.id not in now.slot_ids:
                    self._must_be_bookable(now, old, lost=True)
            tree = now.placed_like(before)
            return [*_exchanged(latest, now.slot_ids, olds), put(tree, now.version)]

        touching = {after.reference, *slot_references(after), *slot_references(before)}
        said = f"Moving {who_and_when(after)} back"
        await self._bench.writer.transact(said, touching, plan)
        return f"{before.patient_name} is back at {when(before.start, self._bench.time.today())}."

    async def _swap_back(
        self,
        before: tuple[Appointment, Appointment],
        after: tuple[Appointment, Appointment],
        names: str,
    ) -> None:
        def plan(latest: Latest) -> list[Entry]:
            now = [latest.get(Appointment, held.id) for held in after]
            for held, was in zip(now, after, strict=True):
                _must_be_where(held, was)
            return [
                put(held.placed_like(old), held.version)
                for held, old in zip(now, before, strict=True)
            ]

        touching = [ref for a in after for ref in (a.reference, *slot_references(a))]
        await self._bench.writer.transact(f"Swapping {names} back", touching, plan)

    # -- small parts

    def _must_be_bookable(
        self, appointment: Appointment, slot: Slot, *, lost: bool = False
    ) -> None:
        """As for a booking; what is offered instead has room for all of *appointment*."""
        try:
            self._slots.must_be_bookable(slot)
        except SlotTaken as taken:
            raise SlotTaken(
                self.nearest_for(appointment, slot),
                "" if taken.sentence.startswith("That slot") else taken.sentence,
                appointment if lost else None,
            ) from taken

    def _run(self, appointment: Appointment, head: Slot) -> list[Slot] | None:
        now = self._bench.time.now()

        def is_open(slot: Slot) -> bool:
            mine = slot.id in appointment.slot_ids or self._slots.is_mine(slot)
            return (mine and slot.end > now) or slot.is_bookable(now)

        siblings = self._bench.stores.slots.of_session(head.schedule_id)
        return run_of(appointment, head, [slot for slot in siblings if is_open(slot)])

    def _must_swap(self, first: Appointment, second: Appointment) -> None:
        now = self._bench.time.now()
        if first.id == second.id:
            raise NotPossible("It is in that place already.")
        for held in (first, second):
            if not held.is_movable:
                raise NotPossible(f"{who_and_when(held)} cannot be moved any more.")
            if not held.slot_ids:
                raise NotPossible(f"{who_and_when(held)} is in no slot to change into.")
            if held.end <= now:
                raise NotPossible(f"The time of {who_and_when(held)} is over.")
        if len(first.slot_ids) != len(second.slot_ids):
            raise NotPossible(
                f"{who_and_when(first)} and {who_and_when(second)} take up a different number "
                "of slots: move them one by one."
            )

    def _preview_at(self, appointment: Appointment, other: Appointment) -> MovePreview:
        others = [a for a in self._others(appointment) if a.id != other.id]
        return MovePreview(
            appointment,
            other.slot_ids,
            _place(appointment, appointment.practitioner_name),
            _place(other, other.practitioner_name),
            warnings_of(appointment, [other], others, self._bench.time.today()),
            moved_words(appointment, other, other.practitioner_name),
        )

    def _others(self, appointment: Appointment) -> list[Appointment]:
        found = self._bench.stores.appointments.of_patient(appointment.patient_id)
        return [a for a in found if appointment.patient_id and a.id != appointment.id]

    async def _known(self, appointment_id: str) -> Appointment:
        held = self._bench.stores.appointments.newest(appointment_id)
        if held is None:  # it stands on another day
            tree = await self._bench.wire.read("Appointment", appointment_id)
            held = Appointment.from_tree(tree)
        return held


def run_of(appointment: Appointment, head: Slot, open_slots: Iterable[Slot]) -> list[Slot] | None:
    """The slots from *head* on that *appointment* would fill, or None where they do not reach.

    One slot takes the place of one, whatever its length. Several slots go into as many at most,
    which touch and are of one session, kind and channel, until they are long enough.

    Args:
        appointment: what is moved.
        head: the first slot.
        open_slots: slots of the session that could be had, *head* among them or not.
    """
    by_start = {
        slot.start: slot
        for slot in open_slots
        if not slot.overbooked
        and (slot.schedule_id, slot.type_code, slot.channel)
        == (head.schedule_id, head.type_code, head.channel)
    }
    run = [head]
    wanted = appointment.end - appointment.start
    while len(run) < len(appointment.slot_ids) and run[-1].end - head.start < wanted:
        following = by_start.get(run[-1].end)
        if following is None:
            return None
        run.append(following)
    return run


def warnings_of(
    appointment: Appointment,
    places: Sequence[Slot] | Sequence[Appointment],
    others: Iterable[Appointment],
    today: date,
) -> tuple[str, ...]:
    """What to think about before *appointment* goes to *places*; the weightiest first.

    *others* are the patient's other appointments of that day.
    """
    head, end = places[0], places[-1].end
    clashes, same_day = [], []
    for other in others:
        if not other.holds_its_place or other.walked_out:
            continue
        whom = f" with {other.practitioner_name}" if other.practitioner_name else ""
        if other.start < end and head.start < other.end:
            clashes.append(f"Already booked at that time: {clock(other.start)}{whom}.")
        else:
            same_day.append(f"Also booked that day: {clock(other.start)}{whom}.")
    noted = [*clashes, *same_day]
    if appointment.status == "arrived" and london_day(head.start) != today:
        noted.append("The patient is here now, and this is another day.")
    was, will = (mode_text(r.channel, r.type_code) for r in (appointment, head))
    if was != will:
        noted.append(f"{will.capitalize()} instead of {was}.")
    if appointment.type_code != head.type_code:
        noted.append(f"{_kind(head)} instead of {_kind(appointment)}.")
    minutes = int((end - head.start).total_seconds() // 60)
    before = int((appointment.end - appointment.start).total_seconds() // 60)
    if minutes != before:
        noted.append(f"{minutes} minutes instead of {before}.")
    if isinstance(head, Slot) and BookingAccess.NHS111 in head.access:
        noted.append("That slot is kept for NHS 111.")
    return tuple(noted)


def _kind(record: Slot | Appointment) -> str:
    return record.type_text or record.type_code.replace("-", " ") or "another kind"


def _minutes(places: Sequence[Slot]) -> int:
    return int((places[-1].end - places[0].start).total_seconds() // 60)


def _place(record: Appointment | Slot, clinician: str, minutes: int | None = None) -> Place:
    long = minutes or int((record.end - record.start).total_seconds() // 60)
    how = (record.type_text, mode_text(record.channel, record.type_code), f"{long} min")
    return Place(place_text(record, clinician), ", ".join(filter(None, how)))


def _exchanged(latest: Latest, old_ids: Iterable[str], new: Sequence[Slot]) -> list[Entry]:
    """The entries that free the old slots and take the new ones; what is in both stays."""
    olds = list(old_ids)
    staying = {slot.id for slot in new}
    leaving = [latest.get(Slot, old) for old in olds if old not in staying]
    return [
        *(put(slot.to_free(), slot.version) for slot in leaving if slot.status == "busy"),
        *(put(slot.to_busy(), slot.version) for slot in new if slot.id not in olds),
    ]


def _must_be_where(now: Appointment, after: Appointment) -> None:
    if now.slot_ids != after.slot_ids or not now.is_movable:
        raise ChangedElsewhere(
            f"Not undone: {who_and_when(now)} has been changed since.", theirs=now.tree
        )


def _appointment(stored: object) -> Appointment:
    if not isinstance(stored, Appointment):
        raise TypeError("the service answered with something else than an appointment")
    return stored
