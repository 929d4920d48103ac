"""Questions about slots: whose is it, can it be booked, what is like it."""

import heapq

from reception.desk.practice_time import PracticeTime
from reception.desk.problems import NotPossible, SlotTaken
from reception.desk.stores import Stores
from reception.desk.words import clock, slot_words
from reception.records import Appointment, Slot


class Slots:
    """Answers from what the stores hold of the open day."""

    def __init__(self, stores: Stores, time: PracticeTime, my_id: str) -> None:
        self._stores, self._time, self._my_id = stores, time, my_id

    def clinician_of(self, slot: Slot) -> tuple[str, str]:
        """Practitioner id and name of whose session *slot* stands in; empty where unknown."""
        session = self._stores.sessions.newest(slot.schedule_id)
        if session is None:
            return "", ""
        known = self._stores.practitioners.get(session.practitioner_id)
        name = session.practitioner_name or (known.name if known is not None else "")
        return session.practitioner_id, name

    def appointment_in(self, slot: Slot) -> Appointment | None:
        """The live appointment in *slot*, or None."""
        live = [a for a in self._stores.appointments.in_slot(slot.id) if a.holds_its_place]
        return live[-1] if live else None

    def is_mine(self, slot: Slot) -> bool:
        """Whether the hold on *slot* is this user's."""
        return slot.status == "busy-tentative" and slot.hold.partition("/")[0] == self._my_id

    def must_be_bookable(self, slot: Slot, patient_id: str = "") -> None:
        """Refuse a slot that cannot be booked, by *patient_id* where it is kept for somebody.

        Raises:
            SlotTaken: it is booked, or a colleague holds it.
            NotPossible: it is over, blocked, or not yet released.
        """
        now = self._time.now()
        if slot.end <= now:
            raise NotPossible(f"Not saved: {slot_words(slot)} is over.")
        if slot.is_bookable(now) or self.is_mine(slot):
            return
        if slot.is_offered(now):
            if patient_id and slot.offer_patient_id == patient_id:
                return
            kept = f"{slot_words(slot)} is offered to a patient until {clock(slot.hold_ends)}."
            raise SlotTaken(self.nearest(slot), f"{kept[:1].upper()}{kept[1:]}")
        if slot.is_held(now):
            holder = f"{slot.comment} is" if slot.comment else "A colleague is"
            raise SlotTaken(self.nearest(slot), f"{holder} booking {slot_words(slot)} just now.")
        if slot.is_embargoed:
            raise NotPossible(f"Not saved: {slot_words(slot)} has not been released yet.")
        if slot.status == "busy-unavailable":
            raise NotPossible(f"Not saved: {slot_words(slot)} is blocked.")
        raise SlotTaken(self.nearest(slot))

    def following(self, slot: Slot) -> Slot | None:
        """The slot that can be booked together with *slot*: touching, of one session and kind."""
        now = self._time.now()
        return next(
            (
                other
                for other in self._stores.slots.of_session(slot.schedule_id)
                if other.start == slot.end
                and (other.type_code, other.channel) == (slot.type_code, slot.channel)
                and (other.is_bookable(now) or self.is_mine(other))
            ),
            None,
        )

    def nearest(self, slot: Slot, count: int = 3) -> list[Slot]:
        """The bookable slots most like *slot*: same type and channel, nearest in time."""
        now = self._time.now()
        alike = [
            other
            for other in self._stores.slots
            if other.status in ("free", "busy-tentative")
            and other.type_code == slot.type_code
            and other.channel == slot.channel
            and other.start >= now
            and other.id != slot.id
            and (other.status == "free" or other.is_bookable(now))
        ]
        return heapq.nsmallest(
            count, alike, key=lambda o: (abs(o.start - slot.start), o.start, o.id)
        )
