"""The service's clock, estimated from what it sends.

Every sign of it bounds how far its clock is from our monotonic one: a `Date` header (whole
seconds) was written between sending and receiving; a heartbeat's timestamp (milliseconds) is no
later than its arrival. The estimate moves only as far as the newest bounds ask, so it settles to
milliseconds, follows a clock that is set or runs fast, and never depends on the PC's own time.
"""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

LATE_S = 1.0
"""A heartbeat may be this long under way before we stop believing it."""
JUMP_S = 2.0
"""A step back by more than this is a clock that was set; a smaller one is waited out."""
NOTICE_S = 0.25
"""A move of the estimate by more than this is told."""


class PracticeTime:
    """The practice's time, monotonic between corrections. May be read from any thread.

    Args:
        monotonic: seconds that never go back.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._offset_s = datetime.now(UTC).timestamp() - monotonic()
        self._known = False
        self._last_s = 0.0
        self._callbacks: list[Callable[[datetime], None]] = []

    @property
    def known(self) -> bool:
        """Whether the service has told its time; until then it is the PC's."""
        return self._known

    def now(self) -> datetime:
        """The practice's time (aware UTC, whole milliseconds)."""
        with self._lock:
            now_s = self._monotonic() + self._offset_s
            if self._last_s - JUMP_S < now_s < self._last_s:
                now_s = self._last_s
            self._last_s = now_s
        return datetime.fromtimestamp(int(now_s * 1000) / 1000, UTC)

    def on_moved(self, callback: Callable[[datetime], None]) -> None:
        """Call *callback* with the practice's time after each noticeable correction."""
        self._callbacks.append(callback)

    def saw_date(self, date: datetime, sent_s: float, received_s: float) -> None:
        """A `Date` header came with an answer; both times are monotonic seconds."""
        date_s = date.timestamp()
        self._bound(date_s - received_s, date_s + 1.0 - sent_s)

    def saw_timestamp(self, at: datetime, received_s: float) -> None:
        """A frame written at *at* (milliseconds) has just arrived."""
        low = at.timestamp() - received_s
        self._bound(low, low + LATE_S)

    def _bound(self, low: float, high: float) -> None:
        with self._lock:
            before = self._offset_s
            # The PC's own time is no estimate to begin with: it may lie on either side.
            self._offset_s = min(max(before, low), high) if self._known else low
            self._known = True
            moved = abs(self._offset_s - before) > NOTICE_S
        if moved:
            now = self.now()
            for callback in list(self._callbacks):
                callback(now)


def date_header(text: str) -> datetime | None:
    """A `Date` header as aware UTC; None for anything else."""
    try:
        return datetime.strptime(text, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
    except ValueError:
        return None
