"""What a server can do: from its metadata, from a probe, and from what the user overrides.

Source: docs/contract.md 1 (server profile).
"""

from dataclasses import dataclass
from enum import StrEnum


class Booking(StrEnum):
    """How a slot is booked (contract 5)."""

    TRANSACTION = "transaction"
    SLOT_FIRST = "slot-first"
    APPOINTMENT_ONLY = "appointment-only"


class Live(StrEnum):
    """How changes are learnt (contract 10)."""

    WEBSOCKET = "websocket"
    POLL = "poll"


@dataclass(frozen=True, slots=True)
class ServerProfile:
    """One server's ways. The defaults are our own service's."""

    software: str = ""
    booking: Booking = Booking.TRANSACTION
    live: Live = Live.WEBSOCKET
    page: int = 1000
    batch: int = 40
    atomic: bool = True
