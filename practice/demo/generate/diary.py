"""The diary: a Schedule for every session, and its Slots with who may take them and when."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from random import Random
from typing import Any

from contract import release, systems
from contract.codes import BookingAccess, SlotType
from contract.core_hours import LONDON, OPENS, day_bounds, is_core_day
from practice.demo.generate import wire
from practice.demo.generate.chance import stream
from practice.demo.generate.clinicians import Staff
from practice.demo.generate.sessions import Cell, Session, cells, sessions

Tree = dict[str, Any]

PAST_DAYS = 30
AHEAD_DAYS = 21
_BOOKS_OPEN_DAYS = 90


class Rule(Enum):
    """When a slot opens; the first three by the code that says so on the wire."""

    ON_THE_DAY = "on-the-day"
    TWO_DAYS = "48h"
    TWO_WEEKS = "14d"
    AHEAD = "3 months before"
    NHS111 = "for NHS 111"


_EMBARGOES = frozenset({Rule.ON_THE_DAY, Rule.TWO_DAYS, Rule.TWO_WEEKS})
_FALLS_BACK_AT, _FALLS_BACK_BEFORE = "until-1000", "until-30m"
"""What NHS 111 has left is the practice's at ten, what is earlier half an hour before it begins."""
_LATE = time(11)
_ON_THE_DAY_SHARE, _TWO_DAYS_SHARE, _TWO_WEEKS_SHARE = 0.437, 0.14, 0.20
_ONLINE_SHARE = 0.35
_RELEASED_ONLINE_SHARE = {True: 60 / 280, False: 55 / 265}
"""By whether it is a Monday: slots that open online at 08:00, of all bookable ones."""


@dataclass(slots=True)
class Opening:
    """A bookable slot of the diary, before it is known who sits in it."""

    id: str
    session: Session
    cell: Cell
    schedule: str
    start: datetime
    rule: Rule = Rule.AHEAD
    online: bool = False
    status: str = "free"
    taken: bool = False

    @property
    def end(self) -> datetime:
        """When it ends."""
        return self.start + timedelta(minutes=self.cell.length_min)

    def opens(self) -> datetime:
        """When the rule lets it be booked; without one, at 08:00 three months before."""
        opens = release.opens_at(self.access(), self.start)
        if opens is not None:
            return opens
        day = self.start.astimezone(LONDON).date() - timedelta(days=_BOOKS_OPEN_DAYS)
        return datetime.combine(day, OPENS, LONDON).astimezone(self.start.tzinfo)

    def falls_back(self) -> datetime | None:
        """When it is the practice's again; None unless it is kept for NHS 111."""
        return release.falls_back_at(self.access(), self.start)

    def access(self) -> tuple[str, ...]:
        """Who may take it and when, as codes."""
        if self.rule is Rule.NHS111:
            late = self.start.astimezone(LONDON).time() >= _LATE
            until = _FALLS_BACK_AT if late else _FALLS_BACK_BEFORE
            return (BookingAccess.NHS111.value, BookingAccess.GP_CONNECT.value, until)
        codes = [BookingAccess.RECEPTION.value]
        if self.online:
            codes.append(BookingAccess.ONLINE.value)
        if self.rule in _EMBARGOES:
            codes.append(self.rule.value)
        return tuple(codes)


@dataclass(slots=True)
class Day:
    """One day of the diary."""

    day: date
    schedules: list[Tree]
    openings: list[Opening]
    blocked: list[Tree]
    """Slots of breaks and catch-up."""


def days_around(today: date) -> Iterator[date]:
    """The core-hours days that the diary covers."""
    for offset in range(-PAST_DAYS, AHEAD_DAYS + 1):
        day = today + timedelta(days=offset)
        if is_core_day(day):
            yield day


def opened_like_monday(day: date) -> bool:
    """Whether *day* is a Monday in what it brings: the first core-hours day after a break."""
    return not is_core_day(day - timedelta(days=1))


def plan_day(
    seed: int, staff: Staff, patients: int, day: date, *, monday: bool | None = None
) -> Day:
    """The sessions of *day* cut into slots, each with its rule; nobody is booked yet.

    *monday* says whether it is one in what it brings, where that does not follow from *day*.
    """
    midnight, _ = day_bounds(day)
    monday = opened_like_monday(day) if monday is None else monday
    planned = Day(day, [], [], [])
    for session in sessions(staff, monday=monday, week_day=day.weekday()):
        _plan_session(planned, session, midnight)
    rng = stream(seed, "release", day)
    _release_rules(rng, planned.openings, patients)
    _put_online(rng, planned.openings, monday=monday)
    return planned


def _plan_session(planned: Day, session: Session, midnight: datetime) -> None:
    stamp = planned.day.strftime("%Y%m%d")
    half = {"morning": "am", "afternoon": "pm"}.get(session.name.rpartition(" ")[2], "visits")
    name = f"{stamp}-{session.member.id}-{half}"
    first = last = midnight + timedelta(minutes=session.start_min)
    for cell in cells(session):
        start = midnight + timedelta(minutes=cell.start_min)
        opening = Opening(
            f"sl-{name}-{wire.z(start)[11:16].replace(':', '')}", session, cell, f"sc-{name}", start
        )
        last = opening.end
        if cell.kind in (SlotType.BREAK, SlotType.CATCH_UP):
            opening.status = "busy-unavailable"
            planned.blocked.append(slot(opening))
        else:
            planned.openings.append(opening)
    planned.schedules.append(
        {
            "resourceType": "Schedule",
            "id": f"sc-{name}",
            "identifier": [{"system": systems.SESSION_KEY, "value": name}],
            "active": True,
            "serviceCategory": [{"text": session.name.partition(",")[0]}],
            "actor": [
                {"reference": session.member.reference, "display": session.member.display},
                {"reference": f"Location/{session.place}"},
            ],
            "planningHorizon": {"start": wire.z(first), "end": wire.z(last)},
            "comment": session.name,
        }
    )


def _release_rules(rng: Random, openings: list[Opening], patients: int) -> None:
    """Share the day out: 44 % on the day, 14 % 48 h, 20 % two weeks, 20 % ahead, 2 % NHS 111."""
    number = len(openings)
    for opening in _drawn(rng, openings, max(1, round(patients / 2500)), _fit_for_111):
        opening.rule = Rule.NHS111
    rest = [opening for opening in openings if opening.rule is not Rule.NHS111]
    for rule, share in (
        (Rule.ON_THE_DAY, _ON_THE_DAY_SHARE),
        (Rule.TWO_DAYS, _TWO_DAYS_SHARE),
        (Rule.TWO_WEEKS, _TWO_WEEKS_SHARE),
    ):
        chosen = _drawn(rng, rest, round(number * share), _kept_for_the_day)
        for opening in chosen:
            opening.rule = rule
        rest = [opening for opening in rest if opening.rule is Rule.AHEAD]


def _put_online(rng: Random, openings: list[Opening], *, monday: bool) -> None:
    """Mark which slots patients may book themselves: 35 % of all."""
    released = round(len(openings) * _RELEASED_ONLINE_SHARE[monday])
    others = round(len(openings) * _ONLINE_SHARE) - released
    today = [opening for opening in openings if opening.rule is Rule.ON_THE_DAY]
    ahead = [o for o in openings if o.rule not in (Rule.ON_THE_DAY, Rule.NHS111)]
    for opening in _drawn(rng, today, released, _fit_for_online) + _drawn(
        rng, ahead, others, _fit_for_online
    ):
        opening.online = True


def _drawn(rng: Random, openings: list[Opening], number: int, weight: "Any") -> list[Opening]:
    """*number* of them, the heavier the likelier, in the order of the day."""
    keys = {o.id: rng.random() ** (1 / weight(o)) for o in openings}
    best = sorted(openings, key=lambda o: keys[o.id], reverse=True)[:number]
    chosen = {o.id for o in best}
    return [o for o in openings if o.id in chosen]


def _fit_for_111(opening: Opening) -> float:
    return 50.0 if opening.cell.kind is SlotType.GP_URGENT else 0.01


def _kept_for_the_day(opening: Opening) -> float:
    return opening.session.on_the_day


def _fit_for_online(opening: Opening) -> float:
    if opening.cell.kind is SlotType.VISIT:
        return 1e-6
    return 0.4 if opening.session.on_the_day > 100 else 1.0


def slot(opening: Opening) -> Tree:
    """The Slot of *opening* as it stands."""
    start = wire.z(opening.start)
    cell = opening.cell
    return {
        "resourceType": "Slot",
        "id": opening.id,
        "extension": [wire.delivery(cell.channel)],
        "identifier": [{"system": systems.SLOT_KEY, "value": f"{opening.schedule}|{start}"}],
        "serviceCategory": wire.access(opening.access()),
        "serviceType": wire.service_type(cell.kind, cell.text),
        "schedule": {"reference": f"Schedule/{opening.schedule}"},
        "status": opening.status,
        "start": start,
        "end": wire.z(opening.end),
    }
