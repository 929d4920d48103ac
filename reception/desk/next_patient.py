"""Who a clinician sees next, who waits for them, and who is with them now.

Source: docs/contract.md 4.1; domain words 2.1.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from reception.records import Appointment

_COMING = ("booked", "arrived")


@dataclass(frozen=True)
class MyList:
    """One clinician's list at one moment.

    Attributes:
        inside: with them now, the first sent in first.
        next: who comes next: somebody who is here before somebody who is not; None: nobody.
        waiting: everybody who is here and has not been sent in, by time; `next` may be among them.
        to_come: how many are booked and not here yet.
    """

    inside: tuple[Appointment, ...] = ()
    next: Appointment | None = None
    waiting: tuple[Appointment, ...] = ()
    to_come: int = 0


def my_list(appointments: Iterable[Appointment], practitioner_id: str, now: datetime) -> MyList:
    """How the list of *practitioner_id* stands at *now* (aware).

    Somebody to be rung counts as here once it is time to ring.
    """
    mine = sorted(
        (a for a in appointments if a.practitioner_id == practitioner_id),
        key=lambda a: (a.start, a.id),
    )
    coming = [a for a in mine if a.status in _COMING]
    here = [a for a in coming if is_here(a, now)]
    late = [a for a in coming if a not in here and not a.is_overdue(now)]
    first = next(iter(here), None) or next(iter(late), None) or next(iter(coming), None)
    return MyList(
        inside=tuple(a for a in mine if a.status == "checked-in"),
        next=first,
        waiting=tuple(here),
        to_come=len(coming) - len(here),
    )


def is_here(appointment: Appointment, now: datetime) -> bool:
    """Whether the patient can be seen now: has arrived, or is to be rung and it is time."""
    if appointment.status == "arrived":
        return True
    return appointment.is_phone and appointment.status == "booked" and appointment.start <= now
