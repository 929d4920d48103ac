"""How many requests stand in each lane, kept change by change."""

import time
from collections.abc import Iterable, Iterator, Sequence

from reception.records import Request
from reception.widgets.queue_lane import LaneLike

SLICE_S = 0.004
"""How long counting afresh may keep the window's loop at a time."""


class LaneCounts:
    """Counts of *lanes* as *me* sees them.

    After `begin` the counts come from `go_on`, a slice at a time; `finish` does what is left.
    """

    def __init__(self, lanes: Sequence[LaneLike], me: str) -> None:
        self._lanes, self._me = tuple(lanes), me
        self._standing: dict[str, int] = {}
        self._counts = [0] * len(self._lanes)
        self._left: Iterator[Request] = iter(())
        self.is_complete = True

    def begin(self, requests: Iterable[Request]) -> None:
        """Count *requests* instead, from nothing."""
        self._standing.clear()
        self._counts = [0] * len(self._lanes)
        self._left, self.is_complete = iter(requests), False

    def go_on(self) -> bool:
        """Count for a slice of time; whether that was all."""
        until = time.perf_counter() + SLICE_S
        while time.perf_counter() < until:
            if not self._some(50):
                return True
        return False

    def finish(self) -> None:
        """Count what is left."""
        while self._some(1_000):
            pass

    def put(self, request: Request) -> None:
        """*request* is there, as it is now."""
        bits = 0
        for number, lane in enumerate(self._lanes):
            if lane.takes(request, self._me):
                bits |= 1 << number
        self._set(request.id, bits)

    def drop(self, request_id: str) -> None:
        """That one is not there any more."""
        self._set(request_id, 0)

    def of(self, lane: LaneLike) -> int:
        """How many stand in *lane*."""
        self.finish()
        return self._counts[self._lanes.index(lane)]

    def _some(self, number: int) -> bool:
        for _ in range(number):
            request = next(self._left, None)
            if request is None:
                self.is_complete = True
                return False
            if request.id not in self._standing:  # else it has changed since: that is counted
                self.put(request)
        return True

    def _set(self, request_id: str, bits: int) -> None:
        changed = self._standing.get(request_id, 0) ^ bits
        self._standing[request_id] = bits
        number = 0
        while changed:
            if changed & 1:
                self._counts[number] += 1 if bits >> number & 1 else -1
            changed >>= 1
            number += 1
