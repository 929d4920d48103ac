"""Who would be glad of a slot that has come free: the other way round than `desk.fit`.

As there, a patient's own words only put requests into an order; nothing is decided by them.
"""

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from contract.codes import Channel, Priority, RequestType
from contract.core_hours import LONDON, london_day
from reception.desk.fit import wanted_hours, wanted_kinds, wanted_ways
from reception.desk.order import QueueKey, due_text, queue_key
from reception.desk.practice_time import PracticeTime
from reception.desk.red_flags import RedFlags
from reception.desk.stores import Stores
from reception.records import Appointment, Request, Slot

FITTING = (RequestType.APPOINTMENT, RequestType.CONSULTATION)
"""What is answered by an appointment; the rest is answered at the desk."""
BEST = 3


@dataclass(frozen=True)
class Match:
    """An open request that a slot suits.

    Attributes:
        request: the request, of a known patient.
        why: `due today`, `asked for the morning` ... the weightiest first.
    """

    request: Request
    why: tuple[str, ...]

    @property
    def text(self) -> str:
        """The reasons as one line."""
        return ", ".join(self.why)


def suits(slot: Slot, request: Request) -> bool:
    """Whether *slot* is of a kind and a way that *request* asks for."""
    if request.type_code not in FITTING or request.is_unmatched or not request.waits_for_us:
        return False
    way = "person" if slot.channel == Channel.IN_PERSON else "phone"
    return slot.type_code in wanted_kinds(request) and way in wanted_ways(request)


def best_requests(
    slot: Slot,
    requests: Iterable[Request],
    appointments_of: Callable[[str], Iterable[Appointment]],
    now: datetime,
    me: str = "",
    count: int = BEST,
) -> list[Match]:
    """The open requests that *slot* suits best, in the order of work.

    Left out is who has an appointment at that time, and what a colleague has open; emergencies,
    which wait for no slot; and what is urgent, unless the slot is today. Whose wish the slot meets
    (its kind first named, its hour) comes before others of the same day's work.

    Args:
        slot: free, and to come.
        requests: every request known.
        appointments_of: a patient's appointments of the slot's day.
        now: the practice's time.
        me: reference of who asks.
        count: how many at most.
    """
    flags = RedFlags.shipped()
    found = [
        request
        for request in requests
        if suits(slot, request)
        and _in_time(slot, request, flags.raised_for(request), now)
        and request.viewer(now) in ("", me)
        and not any(
            held.holds_its_place and held.start < slot.end and slot.start < held.end
            for held in appointments_of(request.patient_id)
        )
    ]

    def rank(request: Request) -> tuple[bool, bool, int, QueueKey]:
        kinds = wanted_kinds(request)
        return (
            not request.is_urgent,
            not _in_hours(slot, request),
            kinds.index(slot.type_code),
            queue_key(request, now, flags.raised_for(request)),
        )

    best = heapq.nsmallest(count, found, key=rank)
    return [Match(request, _why(slot, request, now)) for request in best]


class Backfill:
    """Asks the stores of the open day."""

    def __init__(self, stores: Stores, time: PracticeTime, me: str) -> None:
        self._stores, self._time, self._me = stores, time, me

    def fitting_requests(self, slot_id: str, count: int = BEST) -> list[Match]:
        """The open requests that a free slot to come suits; none for any other slot."""
        slot, now = self._stores.slots.get(slot_id), self._time.now()
        if slot is None or slot.start <= now or not slot.is_bookable(now):
            return []
        of_patient = self._stores.appointments.of_patient
        return best_requests(slot, self._stores.requests, of_patient, now, self._me, count)


def _in_time(slot: Slot, request: Request, raised: Priority, now: datetime) -> bool:
    """Whether the slot comes soon enough: what is urgent is dealt with today."""
    if request.is_emergency or raised is Priority.STAT:
        return False
    urgent = request.is_urgent or raised is not Priority.ROUTINE
    return not urgent or london_day(slot.start) == london_day(now)


def _in_hours(slot: Slot, request: Request) -> bool:
    hour = slot.start.astimezone(LONDON).hour
    return all(begin <= hour < end for _, begin, end in wanted_hours(request))


def _why(slot: Slot, request: Request, now: datetime) -> tuple[str, ...]:
    why = ["urgent"] if request.is_urgent else []
    if due := due_text(request, now):
        why.append(due)
    hour = slot.start.astimezone(LONDON).hour
    why += [said for said, begin, end in wanted_hours(request) if begin <= hour < end]
    return tuple(why)
