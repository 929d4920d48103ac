"""The order of work: what is due when, and what comes first.

Source: docs/contract.md 7; contract.core_hours (due rule).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from contract.codes import Priority, RequestState
from contract.core_hours import STANDARD, CoreHours, day_bounds, london_day
from reception.desk.words import clock, day_text, span
from reception.records import Request
from reception.records.tree import EPOCH

QueueKey = tuple[int, bool, datetime, datetime, str]
_FAR = datetime(9999, 1, 1, tzinfo=UTC)
SOON = timedelta(hours=2)
"""From here on the clock counts down instead of naming an hour."""


def waiting_since(request: Request) -> datetime:
    """When the wait of the patient began: with the request, or with the reply that reopened it."""
    if request.state == RequestState.REOPENED:
        return max(request.authored, request.modified)
    return request.authored


def due_of(request: Request, hours: CoreHours = STANDARD) -> datetime:
    """When the practice must have dealt with it, as aware UTC.

    For one that waits for the patient, or sleeps, it is when it comes back to us. Where the
    service does not say, the rule of core hours does.
    """
    if request.due is not None:
        return request.due
    return hours.due_at(waiting_since(request), urgent=request.is_urgent)


def is_asleep(request: Request, now: datetime) -> bool:
    """Whether it waits for the patient or for an hour that has not come."""
    return request.status == "on-hold" and (request.due is None or request.due > now)


def queue_key(
    request: Request,
    now: datetime,
    raised: Priority = Priority.ROUTINE,
    hours: CoreHours = STANDARD,
) -> QueueKey:
    """Sorts requests into the order of work: emergency first, then due, then longest waiting.

    *raised* is what the patient's words raise the request to: it can only come sooner by it, and
    right after the emergencies that somebody has named so if they tell of one. What
    waits for the patient or sleeps comes after all that waits for us, emergencies excepted. What
    has ended comes last, the latest first. The order is total: no two requests share a key.
    """
    if not request.is_open:
        ended = max(request.modified, request.authored)
        return (3, True, _FAR - (ended - EPOCH), request.authored, request.id)
    rank = 0 if request.is_emergency else 1 if raised is Priority.STAT else 2
    due = due_of(request, hours)
    if raised is not Priority.ROUTINE and not is_asleep(request, now):
        due = min(due, hours.due_at(waiting_since(request), urgent=True))
    return (
        rank,
        is_asleep(request, now) and not request.is_emergency,
        due,
        waiting_since(request),
        request.id,
    )


def due_text(request: Request, now: datetime) -> str:
    """The due clock in words: "due 18:30", "47 min left", "2 h late", "asleep until 14:00"."""
    if is_asleep(request, now):
        return _asleep_text(request, now)
    if not request.is_open:
        return ""
    due = due_of(request)
    if due <= now:
        return f"{span(now - due)} late" if now - due >= timedelta(minutes=1) else "due now"
    if due - now <= SOON:
        return f"{span(due - now)} left"
    day = "" if london_day(due) == london_day(now) else f"{london_day(due):%a} "
    return f"due {day}{clock(due)}"


def _asleep_text(request: Request, now: datetime) -> str:
    word = "asleep" if request.state == RequestState.SNOOZED else "with the patient"
    if request.due is None:
        return word
    day = london_day(request.due)
    return f"{word} until {clock(request.due) if day == london_day(now) else day_text(day)}"


@dataclass(frozen=True)
class Sweep:
    """What is left before the doors close.

    Attributes:
        to_read: requests that nobody has opened, in no promised order.
        due_today: open requests due by the end of this London day, late ones included.
        late: those whose hour is past.
        emergencies: open ones.
    """

    to_read: tuple[Request, ...]
    due_today: int
    late: int
    emergencies: int

    @property
    def unread(self) -> int:
        """How many nobody has opened."""
        return len(self.to_read)


def closing_sweep(requests: Iterable[Request], now: datetime, hours: CoreHours = STANDARD) -> Sweep:
    """Find what must not be left at the close. Asleep ones are counted when they wake."""
    to_read: list[Request] = []
    due_today = late = emergencies = 0
    midnight = day_bounds(london_day(now))[1]
    for request in requests:
        if not request.is_open or is_asleep(request, now):
            continue
        due = due_of(request, hours)
        if request.status == "requested":
            to_read.append(request)
        if due < midnight:
            due_today += 1
            late += due <= now
        emergencies += request.is_emergency
    return Sweep(tuple(to_read), due_today, late, emergencies)
