"""The words of the queue: what a request is, how long it has waited, when it is due.

Source: domain words 2.3; docs/contract.md 4.3; contract.core_hours for the due rule.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from contract.codes import Outcome, Priority, Reject, RequestType
from contract.core_hours import LONDON, london_day
from reception.desk import order
from reception.records import Request
from reception.records.contact import is_on_contact_list
from reception.widgets.palette import Ink
from reception.widgets.row_painter import Shape

_TITLES = frozenset({"dr", "mr", "mrs", "ms", "miss", "mx", "prof", "nurse", "sister"})


@dataclass(frozen=True)
class Kind:
    """What sort of request it is: a letter in a shape, and a word."""

    letter: str
    shape: Shape
    word: str


_KINDS = {
    RequestType.APPOINTMENT: Kind("A", Shape.SQUARE, "Appointment request"),
    RequestType.CONSULTATION: Kind("C", Shape.CIRCLE, "Online consultation"),
    RequestType.ADMIN: Kind("Q", Shape.DIAMOND, "Admin query"),
    RequestType.RECORDS_ACCESS: Kind("R", Shape.HEXAGON, "Records access"),
    RequestType.THREAD: Kind("M", Shape.PILL, "Message"),
    "repeat": Kind("P", Shape.PILL, "Repeat prescription"),
}
_OTHER = Kind("?", Shape.SQUARE, "Request")
_TO_TELL = Kind("T", Shape.HEXAGON, "Patient to tell")


def kind_of(request: Request) -> Kind:
    """The letter, shape and word of *request*'s type."""
    if is_on_contact_list(request):
        return _TO_TELL
    return _KINDS.get(request.type_code, _OTHER)


@dataclass(frozen=True)
class Mark:
    """A priority as it is shown."""

    letter: str
    shape: Shape
    word: str
    ink: Ink
    ground: Ink


_MARKS = {
    Priority.STAT: Mark("E", Shape.TRIANGLE, "Emergency", Ink.URGENT, Ink.URGENT_TINT),
    Priority.ASAP: Mark("U", Shape.DIAMOND, "Urgent", Ink.WARN, Ink.WARN_TINT),
    Priority.URGENT: Mark("U", Shape.DIAMOND, "Urgent", Ink.WARN, Ink.WARN_TINT),
}


def mark_of(request: Request) -> Mark | None:
    """The mark of *request*'s priority; None for routine."""
    return next((mark for code, mark in _MARKS.items() if request.priority == code), None)


class Nearness(Enum):
    """How near a due time is: its letter."""

    LATE = "!"
    SOON = "S"
    TODAY = "T"
    LATER = "L"
    ASLEEP = "W"
    """Waits for the patient, or for an hour."""


@dataclass(frozen=True)
class Due:
    """When a request is due, as it is shown and said."""

    nearness: Nearness
    text: str
    spoken: str


def due_of(request: Request, now: datetime) -> Due | None:
    """How *request*'s due time stands at *now* (aware); None for one that has ended."""
    if not request.is_open:
        return None
    due = order.due_of(request)
    left, at = due - now, due.astimezone(LONDON)
    near = left < timedelta(days=6)
    day = f"{at:%a %H:%M}" if near else f"{at.day} {at:%b %H:%M}"
    spoken_day = f"{at:%A} {at.day} {at:%B} at {at:%H:%M}"
    if order.is_asleep(request, now):
        return Due(Nearness.ASLEEP, f"until {day}", f"asleep until {spoken_day}")
    if left < timedelta(0):
        late = span_text(-left)
        return Due(Nearness.LATE, f"{late} late", f"overdue by {late}")
    if london_day(due) == london_day(now):
        nearness = Nearness.SOON if left <= order.SOON else Nearness.TODAY
        text = f"{span_text(left)} left"
        return Due(nearness, text, f"due {at:%H:%M}, {text}")
    return Due(Nearness.LATER, day, f"due {spoken_day}")


def span_text(span: timedelta) -> str:
    """A length of time as short as can be read: `now`, `38 min`, `2 h 10`, `3 d`."""
    minutes = int(span / timedelta(minutes=1))
    if minutes < 1:
        return "now" if span >= timedelta(0) else "0 min"
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {rest:02d}"
    return f"{hours // 24} d"


def waiting_text(since: datetime, now: datetime) -> str:
    """How long somebody has waited since *since*."""
    return span_text(max(timedelta(0), now - since))


def short_name(name: str) -> str:
    """`Dr N Grant` as `Dr Grant`, `Sam Taylor` as `Sam`, the way colleagues say it."""
    words = name.split()
    if not words:
        return "Somebody"
    if words[0].casefold().rstrip(".") in _TITLES and len(words) > 1:
        return f"{words[0]} {words[-1]}"
    return words[0]


def ordinal(number: int) -> str:
    """`1st`, `2nd`, `3rd`, `11th`."""
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


OUTCOMES: tuple[tuple[str, Outcome, str], ...] = (
    ("1", Outcome.ADVICE, "Advice by message"),
    ("2", Outcome.PHARMACY, "Sent to pharmacy"),
    ("3", Outcome.SELF_CARE, "Self-care"),
    ("4", Outcome.ADMIN_ANSWERED, "Admin answered"),
    ("5", Outcome.BOOKED_FACE_TO_FACE, "Booked, face to face"),
    ("6", Outcome.BOOKED_PHONE, "Booked, phone"),
    ("7", Outcome.BOOKED_VISIT, "Booked, home visit"),
    ("8", Outcome.PRESCRIPTION, "Prescription"),
    ("9", Outcome.FIT_NOTE, "Fit note"),
    ("T", Outcome.TEST_OR_REFERRAL, "Test or referral"),
    ("N", Outcome.NURSE_OR_PHYSIO, "Nurse or physio"),
    ("A", Outcome.EMERGENCY_SERVICES, "Sent to 999, 111 or A&E"),
    ("D", Outcome.DUPLICATE, "Duplicate"),
    ("W", Outcome.WITHDRAWN, "Patient withdrew"),
)
"""One key for every way a request can end."""

REJECTS: tuple[tuple[Reject, str, str], ...] = (
    (
        Reject.NOT_OUR_PATIENT,
        "Not our patient",
        "You are not registered at this practice, so we cannot deal with this request. "
        "Please contact the practice you are registered with, or NHS 111.",
    ),
    (
        Reject.DUPLICATE,
        "Duplicate",
        "You have sent us this request more than once. We are dealing with the first one.",
    ),
    (
        Reject.TOO_EARLY,
        "Too early",
        "It is too early to order this item. Please ask again in the week before you run out.",
    ),
    (
        Reject.REVIEW_DUE,
        "Review due",
        "You are due a medication review before this can be issued. Please book one with us.",
    ),
    (
        Reject.NOT_SUITABLE,
        "Not suitable online",
        "We cannot deal with this online. Please phone us, or NHS 111 when we are closed.",
    ),
    (Reject.OTHER, "Another reason", ""),
)
"""Why a request can be refused, with words to begin the patient's answer with."""
