"""When a slot opens, closes to online booking or falls back: rules as codes, on London wall time.

A rule is one code of the `booking-access` system, carried by the slot itself:

=================  ==============================================================================
`on-the-day`       opens at 08:00 on the day of the slot
`48h`, `7d`, `90m` opens that long before the slot begins
`7d@0800`          opens at that time of day, that many days before the day of the slot
`hold-back-60m`    closed to online booking in the last hour before it begins (`m`, `h` or `d`)
`until-1000`       what is kept for others (NHS 111, a hub) falls back to the practice at 10:00
                   on the day of the slot
`until-90m`        the same, that long before it begins
=================  ==============================================================================

"48 hours before 09:10" is 09:10 two days earlier, also when the clocks change in between: people
read it off the wall. A time that a clock change skips is the one that the wall shows that much
later (01:30 becomes 02:30); one that comes twice is the first of the two. So long before the
start is never after it. What would lie before the year 1 is the beginning of time.

Source: docs/contract.md 4.2, 6; domain words, release rules.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache

from contract.codes import BookingAccess
from contract.core_hours import LONDON, OPENS

RESTRICTED = frozenset({BookingAccess.NHS111, BookingAccess.GP_CONNECT})
"""Access that keeps a slot for others than the practice, until it falls back."""

EXAMPLES = "on-the-day, 48h, 7d, 7d@0800, hold-back-60m, until-1000"
"""Rules as they are shown to somebody who wrote one that is none."""
_WHO = frozenset(BookingAccess)
_UNITS = {"m": ("minute", timedelta(minutes=1)), "h": ("hour", timedelta(hours=1)),
          "d": ("day", timedelta(days=1))}  # fmt: skip
_OFFSET = re.compile(r"([1-9][0-9]{0,3})([mhd])")
_DAYS_AT = re.compile(r"(0|[1-9][0-9]{0,2})d@([01][0-9]|2[0-3])([0-5][0-9])")
_AT = re.compile(r"([01][0-9]|2[0-3])([0-5][0-9])")
_ALWAYS = datetime.min.replace(tzinfo=UTC)
_HOLD_BACK, _UNTIL = "hold-back-", "until-"


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment told by a slot's start.

    Attributes:
        days: whole days before the day of the slot; only with *at*.
        at: London time of day, or None.
        before: how long before the start, where there is no *at*.
        words: "2 days before", "at 08:00 on the day".
    """

    days: int
    at: time | None
    before: timedelta
    words: str

    def of(self, start: datetime) -> datetime:
        """The moment for a slot that begins at *start* (aware), as aware UTC."""
        try:
            local = start.astimezone(LONDON)
            if self.at is not None:
                return _on_the_wall(datetime.combine(local.date() - timedelta(self.days), self.at))
            early = _on_the_wall(local.replace(tzinfo=None, fold=0) - self.before)
        except OverflowError:
            return _ALWAYS
        return min(early, start.astimezone(UTC))


def opening(codes: Iterable[str]) -> Moment | None:
    """When slots with these access codes open; None where no rule says so.

    Of several rules the first in the alphabet counts, so that every desk says the same.
    """
    return _first(codes, _opening)


def hold_back(codes: Iterable[str]) -> Moment | None:
    """From when on they are closed to online booking again; None where no rule says so."""
    return _first(codes, _hold_back)


def fall_back(codes: Iterable[str]) -> Moment | None:
    """When what is kept for others falls back to the practice; None where no rule says so."""
    return _first(codes, _fall_back)


def is_known(code: str) -> bool:
    """Whether *code* may stand among the access codes of a slot: it says who, or when."""
    return code in _WHO or is_rule(code)


def is_rule(code: str) -> bool:
    """Whether *code* says when, rather than who."""
    return any(read(code) is not None for read in (_opening, _hold_back, _fall_back))


def is_embargo(code: str) -> bool:
    """Whether *code* is a rule for when a slot opens."""
    return _opening(code) is not None


def opens_at(codes: Iterable[str], start: datetime) -> datetime | None:
    """When a slot that begins at *start* opens, as aware UTC; None without such a rule."""
    rule = opening(codes)
    return None if rule is None else rule.of(start)


def closes_online_at(codes: Iterable[str], start: datetime) -> datetime | None:
    """From when on patients can no longer book it, as aware UTC; None without such a rule."""
    rule = hold_back(codes)
    return None if rule is None else rule.of(start)


def falls_back_at(codes: Iterable[str], start: datetime) -> datetime | None:
    """When it falls back to the practice, as aware UTC; None unless it is kept for others."""
    held = set(codes)
    rule = fall_back(held) if held & RESTRICTED else None
    return None if rule is None else rule.of(start)


def after_fall_back(codes: Iterable[str]) -> frozenset[str]:
    """The access codes of a slot that has fallen back: reception's, and whoever else had it."""
    kept = {c for c in codes if c not in RESTRICTED and _fall_back(c) is None}
    return frozenset(kept | {BookingAccess.RECEPTION.value})


def words_of(code: str) -> str:
    """A rule as it is told: "opens 2 days before"; empty for a code that is no rule."""
    for lead, read in (
        ("opens", _opening),
        ("closed to online from", _hold_back),
        ("falls back to the practice", _fall_back),
    ):
        rule = read(code)
        if rule is not None:
            return f"{lead} {rule.words}"
    return ""


def _first(codes: Iterable[str], read: Callable[[str], Moment | None]) -> Moment | None:
    found = (read(code) for code in sorted(codes))
    return next((rule for rule in found if rule is not None), None)


@lru_cache(maxsize=256)
def _opening(code: str) -> Moment | None:
    if code == BookingAccess.ON_THE_DAY:
        return _day_at(0, OPENS)
    if match := _DAYS_AT.fullmatch(code):
        return _day_at(int(match[1]), time(int(match[2]), int(match[3])))
    return _offset(code)


@lru_cache(maxsize=256)
def _hold_back(code: str) -> Moment | None:
    return _offset(code.removeprefix(_HOLD_BACK)) if code.startswith(_HOLD_BACK) else None


@lru_cache(maxsize=256)
def _fall_back(code: str) -> Moment | None:
    if not code.startswith(_UNTIL):
        return None
    rest = code.removeprefix(_UNTIL)
    if match := _AT.fullmatch(rest):
        return _day_at(0, time(int(match[1]), int(match[2])))
    return _offset(rest)


def _offset(text: str) -> Moment | None:
    match = _OFFSET.fullmatch(text)
    if match is None:
        return None
    name, unit = _UNITS[match[2]]
    count = int(match[1])
    plural = "" if count == 1 else "s"
    return Moment(0, None, count * unit, f"{count} {name}{plural} before")


def _day_at(days: int, at: time) -> Moment:
    when = "on the day" if not days else "the day before" if days == 1 else f"{days} days before"
    return Moment(days, at, timedelta(), f"at {at:%H:%M} {when}")


def _on_the_wall(local: datetime) -> datetime:
    """A naive London time as aware UTC; a skipped one is that much later on the wall."""
    return local.replace(tzinfo=LONDON).astimezone(UTC)
