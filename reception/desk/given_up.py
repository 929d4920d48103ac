"""A booking given up for a walk-in or an extra: in one write with it, and back with its undo."""

from collections.abc import Sequence

from reception.api.bundle import Entry
from reception.desk.clashes import Clashes, references
from reception.desk.words import clock, who_and_when
from reception.desk.writer import Latest
from reception.records import Appointment


class GivenUp:
    """One other booking of the patient, or none: then it adds nothing anywhere."""

    def __init__(self, clashes: Clashes, other: Appointment | None) -> None:
        self._clashes, self._other = clashes, other
        self._before: Appointment | None = None

    @property
    def touching(self) -> list[str]:
        """References of what giving it up would change."""
        return references(self._other) if self._other is not None else []

    @property
    def words(self) -> str:
        """`; the 15:00 was given up`, or nothing."""
        return f"; the {clock(self._other.start)} was given up" if self._other else ""

    def entries(self, latest: Latest) -> list[Entry]:
        """What gives it up.

        Raises:
            ChangedElsewhere: it is no longer only booked.
        """
        if self._other is None:
            return []
        self._before = latest.get(Appointment, self._other.id)
        return self._clashes.given_up(latest, self._other.id)

    def back(self, latest: Latest) -> list[Entry]:
        """What books it again.

        Raises:
            ChangedElsewhere: it has been changed since.
            SlotTaken: its place has been taken since.
        """
        return self._clashes.taken_up_again(latest, self._before) if self._before else []

    def told_back(self, otherwise: str, taken_back: str) -> str:
        """What is said when it was undone: *otherwise* where nothing had been given up."""
        if self._before is None:
            return otherwise
        return f"{who_and_when(self._before)} is booked again; {taken_back}."


async def given_up(clashes: Clashes, other_id: str) -> GivenUp:
    """The booking *other_id*, to be given up; an empty id: none.

    Raises:
        Problem: it could not be read.
    """
    return GivenUp(clashes, await clashes.known(other_id) if other_id else None)


def made_beside(stored: Sequence[object], other_id: str) -> Appointment:
    """The new appointment among what a transaction stored, which is not *other_id*."""
    return next(r for r in stored if isinstance(r, Appointment) and r.id != other_id)
