"""Counts what the patients did and how they fared."""

from collections import Counter

_WORDS = {
    "booked": "bookings",
    "cancelled": "cancellations",
    "requested": "requests",
    "ordered": "repeat orders",
    "wrote": "messages",
    "answered": "answers to the practice",
    "gone": "slots gone before they could be booked",
    "overtaken": "changes overtaken by somebody else's",
    "refused": "refusals by a rule",
    "lost": "calls without an answer",
    "fault": "faults of the service",
    "gave up": "acts given up",
    "left out": "acts left out, the patients were too busy",
}
"""In the order in which they are told."""


class Tally:
    """Counts by word; unknown words are refused so that none is ever lost from the summary."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, what: str, number: int = 1) -> None:
        """Count *number* more of *what*."""
        if what not in _WORDS:
            raise ValueError(f"nobody counts {what}")
        self._counts[what] += number

    def count(self, what: str) -> int:
        """How many so far."""
        return self._counts[what]

    def line(self) -> str:
        """All counts in one line for a person."""
        told = [
            f"{self._counts[what]:,} {words}"
            for what, words in _WORDS.items()
            if self._counts[what]
        ]
        return f"The patients so far: {', '.join(told) or 'nobody did anything'}."
