"""Lanes: the same queue through a filter, never another place."""

from collections.abc import Callable
from enum import Enum
from typing import Protocol

from contract.codes import RequestType
from reception.desk.red_flags import RedFlags, is_urgent
from reception.records import Request

_CLINICAL = frozenset({RequestType.APPOINTMENT, RequestType.CONSULTATION})
_ADMIN = frozenset({RequestType.ADMIN, RequestType.RECORDS_ACCESS})


class LaneLike(Protocol):
    """What a list of requests can be filtered by."""

    @property
    def value(self) -> str:
        """The word on the chip."""

    @property
    def nothing(self) -> str:
        """What to say when nothing stands in it."""

    def takes(self, request: Request, me: str) -> bool:
        """Whether *request* stands in this lane; *me* is the reference of who looks."""


class Lane(Enum):
    """What of the queue is shown; the value is the word on the chip."""

    ALL = "All"
    URGENT = "Urgent"
    CLINICAL = "Clinical"
    ADMIN = "Admin"
    MEDICATION = "Medication"
    MESSAGES = "Messages"
    UNMATCHED = "Unmatched"
    MINE = "Mine"
    WITH_PATIENT = "With patient"

    def takes(self, request: Request, me: str) -> bool:
        """Whether *request* stands in this lane; *me* is the reference of who looks.

        What waits for the patient stands in its own lane alone, unless it is an emergency.
        """
        if not request.is_open:
            return False
        if self is Lane.WITH_PATIENT:
            return not request.waits_for_us
        if not request.waits_for_us and not request.is_emergency:
            return False
        return _TAKES[self](request, me)

    @property
    def nothing(self) -> str:
        """What to say when nothing stands in it."""
        return {
            Lane.ALL: "Nobody is waiting",
            Lane.URGENT: "Nothing urgent is waiting",
            Lane.UNMATCHED: "Everybody has been matched",
            Lane.MINE: "Nothing is with you",
            Lane.WITH_PATIENT: "Nothing waits for a patient",
        }.get(self, "Nothing is waiting here")


_TAKES: dict[Lane, Callable[[Request, str], bool]] = {
    Lane.ALL: lambda _request, _me: True,
    Lane.URGENT: lambda request, _me: is_urgent(RedFlags.shipped().raised_for(request)),
    Lane.CLINICAL: lambda request, _me: request.type_code in _CLINICAL,
    Lane.ADMIN: lambda request, _me: request.type_code in _ADMIN,
    Lane.MEDICATION: lambda request, _me: request.is_repeat,
    Lane.MESSAGES: lambda request, _me: request.is_thread,
    Lane.UNMATCHED: lambda request, _me: request.is_unmatched,
    Lane.MINE: lambda request, me: request.owner == me,
}
