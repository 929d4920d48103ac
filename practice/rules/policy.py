"""What a practice sets for itself about patients online."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    """The practice's own numbers.

    Attributes:
        open_bookings: how many future bookings a patient may hold at once.
        notice_min: how long before its start a slot can last be booked online.
        window_days: how far ahead patients may book.
        cancel_cutoff_min: how long before its start a booking can last be cancelled online.
        phone: whom patients call when something cannot be done online; empty = looked up in the
            practice's Organization.
    """

    open_bookings: int = 2
    notice_min: int = 0
    window_days: int = 90
    cancel_cutoff_min: int = 60
    phone: str = ""
