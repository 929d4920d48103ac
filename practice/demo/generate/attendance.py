"""How a session goes: who comes when, how long it takes, and how late the clinician runs."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from contract.codes import Channel, Mark, SlotType
from practice.demo.generate.chance import lognormal

_DNA_BY_LEAD = ((0, 0.019), (1, 0.050), (7, 0.068), (10_000, 0.085))
"""Up to so many days ahead, this share does not attend (2018)."""
_WALKS_OUT_AFTER_MIN = 40
_WALKS_OUT_SHARE = 0.03


@dataclass(slots=True)
class Visit:
    """What became of one appointment; a time is None while it has not come."""

    status: str = "booked"
    arrived: datetime | None = None
    sent_in: datetime | None = None
    left: datetime | None = None
    walked_out: bool = False
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Booking:
    """What of a booking bears on how the session goes."""

    start: datetime
    length_min: int
    lead_days: int
    kind: SlotType
    channel: Channel


def dna_share(lead_days: int) -> float:
    """The share of those booked *lead_days* ahead who do not attend."""
    return next(share for days, share in _DNA_BY_LEAD if lead_days <= days)


class Consulting:
    """One clinician's session as it runs; its lateness carries over from patient to patient."""

    def __init__(self, rng: Random, now: datetime) -> None:
        self._rng = rng
        self._now = now
        self._free_at: datetime | None = None

    def see(self, booking: Booking) -> Visit:
        """What has become of *booking* by now; to be asked in the order of the session."""
        rng = self._rng
        dna = rng.random() < dna_share(booking.lead_days)
        if booking.channel is Channel.TELEPHONE:
            return self._until_now(self._call(booking, answered=not dna), booking)
        if booking.kind is SlotType.VISIT:
            return self._until_now(self._visit(booking, seen=not dna), booking)
        if dna:
            return self._until_now(Visit("noshow"), booking)
        return self._until_now(self._in_person(booking), booking)

    def _ready(self, earliest: datetime) -> datetime:
        return max(earliest, self._free_at or earliest)

    def _length(self, booking: Booking) -> timedelta:
        minutes = lognormal(self._rng, 1.1 * booking.length_min, 0.45)
        if booking.kind is SlotType.HCA or booking.kind is SlotType.NURSE:
            minutes *= 0.84  # the clinic's tasks are known beforehand
        return timedelta(minutes=max(1.5, minutes))

    def _in_person(self, booking: Booking) -> Visit:
        rng = self._rng
        arrived = booking.start + timedelta(minutes=rng.gauss(-8, 7))
        sent_in = self._ready(
            max(arrived + timedelta(minutes=0.5), booking.start - timedelta(minutes=3))
        )
        waited_min = (sent_in - max(arrived, booking.start)).total_seconds() / 60
        marks: tuple[Mark, ...] = (
            (Mark.LATE,) if arrived > booking.start + timedelta(minutes=5) else ()
        )
        if waited_min > _WALKS_OUT_AFTER_MIN and rng.random() < _WALKS_OUT_SHARE * 6:
            left = arrived + timedelta(minutes=rng.uniform(35, 55))
            return Visit("cancelled", arrived, None, left, walked_out=True, marks=marks)
        left = sent_in + self._length(booking)
        self._free_at = left
        return Visit("fulfilled", arrived, sent_in, left, marks=marks)

    def _call(self, booking: Booking, *, answered: bool) -> Visit:
        start = self._ready(booking.start + timedelta(minutes=self._rng.uniform(-2, 4)))
        tries = 1 if answered and self._rng.random() < 0.8 else 2 if answered else 3
        marks = (Mark.ATTEMPT_1, Mark.ATTEMPT_2, Mark.ATTEMPT_3)[:tries]
        if not answered:
            self._free_at = start + timedelta(minutes=2)
            return Visit("noshow", None, start, None, marks=marks)
        self._free_at = start + self._length(booking)
        return Visit("fulfilled", None, start, self._free_at, marks=marks if tries > 1 else ())

    def _visit(self, booking: Booking, *, seen: bool) -> Visit:
        start = self._ready(booking.start + timedelta(minutes=self._rng.uniform(0, 20)))
        if not seen:
            return Visit("noshow", None, start, None)
        self._free_at = start + self._length(booking)
        return Visit("fulfilled", None, start, self._free_at)

    def _until_now(self, visit: Visit, booking: Booking) -> Visit:
        """*visit* as far as it has come by now."""
        now = self._now
        came = visit.arrived or visit.sent_in
        if visit.status == "noshow":
            told = (visit.sent_in or booking.start) + timedelta(minutes=10)
            return visit if told <= now else Visit()
        if came is None or came > now:
            return Visit()
        if visit.left is not None and visit.left <= now:
            return visit
        if visit.sent_in is not None and visit.sent_in <= now:
            return Visit("checked-in", visit.arrived, visit.sent_in, None, marks=visit.marks)
        return Visit("arrived", visit.arrived, None, None, marks=visit.marks)
