"""The practice's time: the service's clock, not this computer's."""

import time
from datetime import UTC, date, datetime, timedelta

from PySide6.QtCore import QObject, QTimer, Signal

from contract.core_hours import london_day

JUMP = timedelta(seconds=30)
"""A deviation beyond this is no drift: the computer slept, or the service's clock was set."""
DRIFT = timedelta(seconds=1.5)
"""`Date` names whole seconds and takes a while to come: less than this is no deviation."""
RATE_AFTER_S = 4.0
"""Two hearings this far apart show how fast the service's clock runs (a demonstration's may race)."""


class PracticeTime(QObject):
    """What time it is at the practice, between what the service says it is.

    `hear` is called with every time the service sends; in between, it is counted on from there.
    """

    minute_passed = Signal()
    day_changed = Signal(object)  # the new London date
    jumped = Signal()  # the computer slept or a clock was set: what is shown may be long out of date

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._base = datetime.now(UTC)
        self._base_s = time.monotonic()
        self._first: tuple[datetime, float] | None = None
        self._rate = 1.0
        self._minute = QTimer(self)
        self._minute.setSingleShot(True)
        self._minute.timeout.connect(self._on_minute)
        self._told_day = self.today()
        self._wind()

    def now(self) -> datetime:
        """The time at the practice, aware UTC."""
        gone_s = (time.monotonic() - self._base_s) * self._rate
        return self._base + timedelta(seconds=gone_s)

    def today(self) -> date:
        """The London calendar day at the practice."""
        return london_day(self.now())

    def hear(self, said: datetime) -> None:
        """The service said it is *said* (aware; `Date` header or timestamp of a frame)."""
        at_s = time.monotonic()
        first_word = self._first is None
        self._learn_rate(said, at_s)
        off = said - self.now()
        if not first_word and abs(off) <= DRIFT:
            return
        self._base, self._base_s = said, at_s
        self._wind()
        if first_word or abs(off) > JUMP:
            self._first = (said, at_s)
            self._tell_day()
            self.minute_passed.emit()
            if not first_word:
                self._rate = 1.0
                self.jumped.emit()

    def stop(self) -> None:
        """End the timer."""
        self._minute.stop()

    def _learn_rate(self, said: datetime, at_s: float) -> None:
        if self._first is None:
            return
        began, began_s = self._first
        if at_s - began_s < RATE_AFTER_S:
            return
        rate = (said - began).total_seconds() / (at_s - began_s)
        # Whole seconds over a few of them: near 1 is 1.
        fresh = 1.0 if abs(rate - 1.0) < max(0.02, 1.5 / (at_s - began_s)) else rate
        if 0 < fresh <= 10_000 and abs(fresh - self._rate) > 0.02:
            self._base, self._base_s = self.now(), at_s
            self._rate = fresh
            self._wind()

    def _wind(self) -> None:
        now = self.now()
        left_s = 60 - now.second - now.microsecond / 1e6
        self._minute.start(max(50, int(left_s * 1_000 / self._rate) + 20))

    def _on_minute(self) -> None:
        self._wind()
        self._tell_day()
        self.minute_passed.emit()

    def _tell_day(self) -> None:
        today = self.today()
        if today != self._told_day:
            self._told_day = today
            self.day_changed.emit(today)
