"""The practice's time: the service's clock, not this computer's."""

import time
from collections.abc import Callable
from datetime import date, datetime, timedelta

from PySide6.QtCore import QObject, QTimer, Signal

from contract.core_hours import london_day

JUMP_S = 30.0
"""A deviation beyond this is no drift: the computer slept, or the service's clock was set."""


class PracticeTime(QObject):
    """What time it is at the practice.

    Args:
        now: the service's clock as the wire estimates it (aware UTC).
        parent: the Qt parent.
    """

    minute_passed = Signal()
    day_changed = Signal(object)  # the new London date
    jumped = Signal()  # the computer slept or a clock was set: what is shown may be out of date

    def __init__(self, now: Callable[[], datetime], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._now = now
        self._seen: tuple[datetime, float] | None = None
        self._pace = 1.0
        self._day = self.today()
        self._minute = QTimer(self)
        self._minute.setSingleShot(True)
        self._minute.timeout.connect(self._on_minute)
        self._wind()

    def now(self) -> datetime:
        """The time at the practice, aware UTC."""
        return self._now()

    def today(self) -> date:
        """The London calendar day at the practice."""
        return london_day(self._now())

    def corrected(self) -> None:
        """The estimate of the service's clock has been moved."""
        before, self._seen = self._seen, (self._now(), time.monotonic())
        self._wind()
        self._tell_day()
        self.minute_passed.emit()
        if before is not None and self._is_jump(before, self._seen):
            self.jumped.emit()

    def stop(self) -> None:
        """End the timer."""
        self._minute.stop()

    def _is_jump(self, before: tuple[datetime, float], seen: tuple[datetime, float]) -> bool:
        gone_s = max(seen[1] - before[1], 0.001)
        pace = (seen[0] - before[0]).total_seconds() / gone_s
        # The clock of a demonstration may run fast: the same pace twice is no jump.
        steady = abs(pace - self._pace) <= 0.2 * abs(self._pace)
        self._pace = pace
        return not steady and abs(pace - 1) * gone_s > JUMP_S

    def _wind(self) -> None:
        now = self._now()
        left = timedelta(minutes=1) - timedelta(seconds=now.second, microseconds=now.microsecond)
        self._minute.start(int(left / timedelta(milliseconds=1)) + 20)

    def _on_minute(self) -> None:
        self._wind()
        self._tell_day()
        self.minute_passed.emit()

    def _tell_day(self) -> None:
        today = self.today()
        if today != self._day:
            self._day = today
            self.day_changed.emit(today)
