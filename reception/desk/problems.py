"""Problems that the desk itself finds, beside those of `records.problem`."""

from collections.abc import Sequence

from reception.records import Slot
from reception.records.problem import Problem


class SlotTaken(Problem):
    """Somebody else got the slot.

    Attributes:
        alternatives: the nearest equivalents that were bookable a moment ago, best first.
    """

    def __init__(self, alternatives: Sequence[Slot], sentence: str = "") -> None:
        offer = (
            "Nothing was saved; the nearest others are offered."
            if alternatives
            else "Nothing was saved, and nothing like it is free today."
        )
        super().__init__(sentence or f"That slot has just been taken. {offer}")
        self.alternatives = list(alternatives)


class NotPossible(Problem):
    """What was asked for cannot be done as things stand; nothing was sent."""


class NotEnough(Problem):
    """The words to search by do not name a person closely enough."""
