"""Lanes: the same queue through a filter, never another place."""

from collections.abc import Callable, Collection
from enum import Enum
from typing import Protocol

from contract.codes import RequestState, RequestType
from reception.desk.red_flags import RedFlags, is_urgent
from reception.records import Request
from reception.records.contact import is_on_contact_list

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
    APPOINTMENT = "Appointment"
    ADMIN = "Admin"
    MEDICATION = "Medication"
    MESSAGES = "Messages"
    CONTACTS = "To contact"
    UNMATCHED = "Unmatched"
    MINE = "Mine"
    WITH_PATIENT = "With patient"
    SNOOZED = "Snoozed"
    DONE = "Done today"

    def takes(self, request: Request, me: str) -> bool:
        """Whether *request* stands in this lane; *me* is the reference of who looks.

        What waits for the patient, or sleeps, stands in its own lane alone, unless it is an
        emergency.
        """
        if not request.is_open:
            return self is Lane.DONE
        if request.status == "on-hold":
            if self is Lane.SNOOZED or self is Lane.WITH_PATIENT:
                return (request.state == RequestState.SNOOZED) == (self is Lane.SNOOZED)
            return request.is_emergency and _TAKES[self](request, me)
        return _TAKES[self](request, me)

    @property
    def nothing(self) -> str:
        """What to say when nothing stands in it."""
        return _NOTHING.get(self, "Nothing is waiting here")


class TeamLane:
    """What is with a team of the user's own.

    Args:
        teams: references of those teams, at this moment.
    """

    value = "My team"
    nothing = "Nothing is with your team"

    def __init__(self, teams: Callable[[], Collection[str]]) -> None:
        self._teams = teams

    def takes(self, request: Request, me: str) -> bool:
        """Whether *request* stands in this lane."""
        if not request.is_open or not request.owner.startswith("CareTeam/"):
            return False
        return (request.waits_for_us or request.is_emergency) and request.owner in self._teams()


def shows_ended(lane: LaneLike) -> bool:
    """Whether *lane* may have requests in it that have ended."""
    return lane is Lane.DONE or not isinstance(lane, Lane | TeamLane)


_TAKES: dict[Lane, Callable[[Request, str], bool]] = {
    Lane.ALL: lambda _request, _me: True,
    Lane.URGENT: lambda request, _me: is_urgent(RedFlags.shipped().raised_for(request)),
    Lane.CLINICAL: lambda request, _me: request.type_code == RequestType.CONSULTATION,
    Lane.APPOINTMENT: lambda request, _me: request.type_code == RequestType.APPOINTMENT,
    Lane.ADMIN: lambda request, _me: (
        request.type_code in _ADMIN and not is_on_contact_list(request)
    ),
    Lane.MEDICATION: lambda request, _me: request.is_repeat,
    Lane.MESSAGES: lambda request, _me: request.is_thread,
    Lane.CONTACTS: lambda request, _me: is_on_contact_list(request),
    Lane.UNMATCHED: lambda request, _me: request.is_unmatched,
    Lane.MINE: lambda request, me: request.owner == me,
    Lane.WITH_PATIENT: lambda _request, _me: False,
    Lane.SNOOZED: lambda _request, _me: False,
    Lane.DONE: lambda _request, _me: False,
}
_NOTHING = {
    Lane.ALL: "Nobody is waiting",
    Lane.URGENT: "Nothing urgent is waiting",
    Lane.CONTACTS: "Nobody has to be told",
    Lane.UNMATCHED: "Everybody has been matched",
    Lane.MINE: "Nothing is with you",
    Lane.WITH_PATIENT: "Nothing waits for a patient",
    Lane.SNOOZED: "Nothing is asleep",
    Lane.DONE: "Nothing has been finished yet today",
}
