"""A patient at a glance: the banner above everything about them, and the longer story."""

from dataclasses import dataclass
from datetime import datetime

from reception.records import Appointment, Patient, PatientFlag, Request


@dataclass(frozen=True)
class Line:
    """One line of a record: a problem, a medicine, a result."""

    text: str
    at: datetime | None = None
    detail: str = ""


@dataclass(frozen=True)
class Banner:
    """Who this is and what to know before speaking; all of it of one patient."""

    patient: Patient
    flags: tuple[PatientFlag, ...]
    allergies: tuple[Line, ...]
    appointments: tuple[Appointment, ...]
    """From today on, by time."""
    requests: tuple[Request, ...]
    """Open ones, the oldest first."""


@dataclass(frozen=True)
class PatientStory:
    """The banner and the summary below it.

    Attributes:
        banner: who.
        earlier: their last requests of any state, the newest first.
        problems, medicines, immunisations, results, documents: the newest first.
        withheld: sections (by these names) that the user's role may not see.
    """

    banner: Banner
    earlier: tuple[Request, ...]
    problems: tuple[Line, ...]
    medicines: tuple[Line, ...]
    immunisations: tuple[Line, ...]
    results: tuple[Line, ...]
    documents: tuple[Line, ...]
    withheld: frozenset[str]
