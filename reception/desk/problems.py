"""Problems that the desk itself finds, beside those of `records.problem`."""

from collections.abc import Sequence

from reception.records import Appointment, Slot
from reception.records.problem import Problem


class SlotTaken(Problem):
    """Somebody else got the slot.

    Attributes:
        alternatives: the nearest equivalents that were bookable a moment ago, best first.
        instead_of: whose old place it was that has gone, where an act could not be taken back.
    """

    def __init__(
        self,
        alternatives: Sequence[Slot],
        sentence: str = "",
        instead_of: Appointment | None = None,
    ) -> None:
        offer = (
            "Nothing was saved; the nearest others are offered."
            if alternatives
            else "Nothing was saved, and nothing like it is free today."
        )
        super().__init__(sentence or f"That slot has just been taken. {offer}")
        self.alternatives = list(alternatives)
        self.instead_of = instead_of


class NotPossible(Problem):
    """What was asked for cannot be done as things stand; nothing was sent."""


class TooFewCalls(NotPossible):
    """A call is to be closed as unanswered before it was tried three times.

    Attributes:
        tried: how often it was.
    """

    def __init__(self, tried: int) -> None:
        super().__init__(
            f"Only {tried} of 3 calls {'has' if tried == 1 else 'have'} been tried. "
            "T notes another; H once more closes it as no answer."
        )
        self.tried = tried


class NotEnough(Problem):
    """The words to search by do not name a person closely enough."""
