"""Puts numbered events in order: none twice, none left out, none early.

Source: docs/contract.md 10.1, points 5 and 7.
"""

from collections.abc import Iterable

from reception.api.notification import Event
from reception.records.tree import Tree


class EventOrder:
    """What has been told so far, and what waits behind a gap.

    Args:
        last: number of the last event that is known.
    """

    def __init__(self, last: int = 0) -> None:
        self._last = last
        self._newest = last
        self._waiting: dict[int, Event] = {}

    @property
    def last(self) -> int:
        """Number of the last event told; everything up to it is known."""
        return self._last

    @property
    def has_gap(self) -> bool:
        """Whether something newer is known to exist than what has been told."""
        return self._newest > self._last

    def saw(self, newest: int | None) -> None:
        """The service says that its newest event is number *newest*."""
        if newest is not None:
            self._newest = max(self._newest, newest)

    def take(self, events: Iterable[Event]) -> list[Tree]:
        """Accept *events* as they come; answers what can be told now, in order."""
        for event in events:
            if event.number > self._last:
                self._waiting.setdefault(event.number, event)
                self._newest = max(self._newest, event.number)
        ready: list[Tree] = []
        while self._last + 1 in self._waiting:
            self._last += 1
            tree = self._waiting.pop(self._last).tree
            if tree is not None:
                ready.append(tree)
        return ready

    def skip(self) -> None:
        """Give up on what is missing: everything is about to be loaded anew."""
        self._last = self._newest
        self._waiting.clear()
