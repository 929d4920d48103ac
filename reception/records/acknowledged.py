"""Who has acknowledged an emergency, and when, as it stands on a request.

Source: docs/contract.md 3 (Task), 7.
"""

from dataclasses import dataclass
from datetime import datetime

from contract.acknowledgement import acknowledged_input, acknowledgements
from reception.records.request import Request
from reception.records.tree import Tree, changed, each, moment, text_at, wire_time


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """That somebody on duty has seen it.

    Attributes:
        by: a reference.
        by_name: as others see them.
        at: aware UTC, the service's.
    """

    by: str
    by_name: str
    at: datetime


def acknowledgement_of(request: Request) -> Acknowledgement | None:
    """The newest acknowledgement of *request*, or None."""
    newest = None
    for one in acknowledgements(request.tree):
        note = one["valueAnnotation"]
        at = moment(note.get("time"))
        if at is not None:
            who = text_at(note, "authorReference", "reference")
            newest = Acknowledgement(who, text_at(note, "authorReference", "display"), at)
    return newest


def acknowledged(request: Request, by: str, by_name: str, at: datetime) -> Tree:
    """*request*, acknowledged; the service fills in who and when once more."""
    fresh = acknowledged_input(by, by_name, wire_time(at))
    return changed(request.tree, input=[*each(request.tree, "input"), fresh])
