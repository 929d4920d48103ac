"""The clock that the service owns. All times on the wire come from it."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the practice's time."""

    def now(self) -> datetime:
        """The practice's time now, aware UTC, whole milliseconds (FHIR `instant`)."""
        ...


class PracticeClock:
    """Real time, or a time set at start that runs on from there, *speed* times as fast.

    It never goes backwards while the program runs: it counts from the monotonic clock.

    Raises:
        ValueError: *at* is naive, or *speed* is not above 0.
    """

    def __init__(self, at: datetime | None = None, speed: float = 1.0) -> None:
        if at is not None and at.tzinfo is None:
            raise ValueError("the start of a clock needs a time zone")
        if not speed > 0:
            raise ValueError("the speed of a clock must be above 0")
        self._start = (at or datetime.now(UTC)).astimezone(UTC)
        self._zero_s = time.monotonic()
        self.speed = speed
        self.is_real = at is None and speed == 1.0
        """Whether it shows the machine's own time."""

    def now(self) -> datetime:
        """The practice's time now, aware UTC, whole milliseconds."""
        gone_s = (time.monotonic() - self._zero_s) * self.speed
        now = self._start + timedelta(seconds=gone_s)
        return now.replace(microsecond=now.microsecond // 1000 * 1000)


class StillClock:
    """A clock that stands still, for what is to be made all at one moment.

    Args:
        moment: what it shows, aware.
    """

    def __init__(self, moment: datetime) -> None:
        self._moment = moment.astimezone(UTC)

    def now(self) -> datetime:
        """Always the same moment, aware UTC, whole milliseconds."""
        return self._moment.replace(microsecond=self._moment.microsecond // 1000 * 1000)


def instant(moment: datetime) -> str:
    """*moment* (aware) as a FHIR instant in UTC with milliseconds, `2026-11-23T09:05:11.004Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + (
        f"{moment.microsecond // 1000:03d}Z"
    )
