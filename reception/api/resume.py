"""Notices that the computer slept: then what we hold may be older than any catch-up reaches."""

import time
from collections.abc import Callable

LAG_S = 30.0


class ResumeWatch:
    """Compares two clocks from look to look.

    Asleep, the monotonic clock of Linux and macOS stands still while the wall clock goes on, and
    that of Windows goes on while nobody looks. Either shows.

    Args:
        every_s: how often `woke` is called.
        monotonic: seconds that never go back.
        wall: the PC's time in seconds.
    """

    def __init__(
        self,
        every_s: float,
        monotonic: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.every_s = every_s
        self._monotonic = monotonic
        self._wall = wall
        self._seen = (monotonic(), wall())

    def woke(self) -> bool:
        """Whether there was a sleep since the last look."""
        before, self._seen = self._seen, (self._monotonic(), self._wall())
        gone_s, wall_gone_s = (now - then for now, then in zip(self._seen, before, strict=True))
        return gone_s - self.every_s > LAG_S or wall_gone_s - gone_s > LAG_S
