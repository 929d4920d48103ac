"""Who is booked where: the appointments of the past, of today and of the weeks ahead."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from contract import systems
from contract.codes import CancelReason, Channel, Mark, SlotType
from contract.core_hours import LONDON, OPENS, london_day
from practice.demo.generate import wire
from practice.demo.generate.attendance import Booking, Consulting, Visit
from practice.demo.generate.chance import Weighted, stream
from practice.demo.generate.clinicians import POOL
from practice.demo.generate.complaints import Complaint
from practice.demo.generate.diary import Day, Opening, Rule, slot
from practice.demo.generate.people import Person
from practice.demo.generate.reasons import board_line, complaint_for

Tree = dict[str, Any]

_LEADS: dict[Rule, Weighted[tuple[int, int]]] = {
    Rule.ON_THE_DAY: Weighted([((0, 0), 1)]),
    Rule.NHS111: Weighted([((0, 0), 1)]),
    Rule.TWO_DAYS: Weighted([((1, 1), 50), ((2, 2), 50)]),
    Rule.TWO_WEEKS: Weighted([((2, 7), 66), ((8, 14), 34)]),
    Rule.AHEAD: Weighted(
        [((2, 7), 6), ((8, 14), 30), ((15, 21), 29), ((22, 28), 20), ((29, 60), 15)]
    ),
}
"""Days between booking and appointment; together they give the lead times of 2018."""
_FINALLY_BOOKED = {
    Rule.ON_THE_DAY: 0.93,
    Rule.NHS111: 0.5,
    Rule.TWO_DAYS: 0.93,
    Rule.TWO_WEEKS: 0.95,
    Rule.AHEAD: 0.95,
}
_BOOKED_BEFORE_OPENING = 0.975
"""Of what could be booked before today, at 07:59: with all else embargoed, 55 % of the day."""
_OVERRIDDEN = 0.033
"""Of what opens on the day, given away beforehand by a clinician."""
_CANCELLED_SHARE = 0.05
_EXTRAS = 2
"""Squeezed in on a day."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An appointment as later modules need it."""

    id: str
    person: Person
    start: datetime
    created: datetime
    complaint: Complaint
    channel: Channel
    live: bool


class Crowd:
    """The patients who come, by what they come for."""

    def __init__(self, people: list[Person]) -> None:
        self._pools: dict[SlotType, Weighted[Person]] = {
            kind: Weighted([(one, _need(one, kind)) for one in people if one.here])
            for kind in SlotType
            if kind not in (SlotType.BREAK, SlotType.CATCH_UP)
        }

    def draw(self, rng: Random, kind: SlotType, *, online: bool, busy: set[str]) -> Person:
        """Somebody who may need this, not in *busy* if it can be helped."""
        one = self._pools[kind].draw(rng)
        for _ in range(40):
            if one.id not in busy and (one.online or not online):
                break
            one = self._pools[kind].draw(rng)
        return one


def _need(one: Person, kind: SlotType) -> float:
    """How likely this patient is to come, against others."""
    age = one.age
    general = 1.5 if age < 5 else 0.7 if age < 18 else 1.0 if age < 50 else 1.5 if age < 70 else 2.4
    general *= (1.25 if one.female and 16 <= age < 55 else 1.0) * (1 + 0.35 * len(one.problems))
    if kind is SlotType.NURSE:
        return 4.0 if age < 2 else general if age > 24 else 0.15
    if kind is SlotType.HCA:
        return general if age >= 16 else 0.02
    if kind is SlotType.PHARMACIST:
        return general * len(one.problems) if age >= 30 else 0.01
    if kind is SlotType.PHYSIO:
        return 1.0 if 16 <= age < 86 else 0.01
    if kind is SlotType.VISIT:
        return 1.0 if age >= 84 else 0.3 if age >= 76 else 0.0005
    return general


class Booker:
    """Fills the diary, day by day, as it stands at *at*."""

    def __init__(self, seed: int, people: list[Person], at: datetime) -> None:
        self._seed, self._at = seed, at
        self._crowd = Crowd(people)
        self.kept: list[Kept] = []

    def fill(self, day: Day) -> Iterator[Tree]:
        """Slots and appointments of *day*; breaks and schedules are already in it."""
        rng = stream(self._seed, "bookings", day.day)
        busy: set[str] = set()
        by_schedule: dict[str, list[Opening]] = {}
        for opening in day.openings:
            by_schedule.setdefault(opening.schedule, []).append(opening)
        for openings in by_schedule.values():
            consulting = Consulting(rng, self._at)
            for opening in openings:
                yield from self._fill_one(rng, opening, consulting, busy)
        if day.day <= london_day(self._at):
            yield from self._squeezed_in(rng, day, busy)

    def _squeezed_in(self, rng: Random, day: Day, busy: set[str]) -> Iterator[Tree]:
        """Extras over a time that is booked already: a doctor said yes at the desk."""
        doctors = [o for o in day.openings if o.taken and o.cell.kind is SlotType.GP_ROUTINE]
        for opening in rng.sample(doctors, min(len(doctors), _EXTRAS)):
            extra = replace(opening, id=f"{opening.id}-extra", online=False, rule=Rule.AHEAD)
            tree = slot(extra)
            tree["overbooked"] = True
            tree["identifier"][0]["value"] += "|extra"
            yield tree
            one = self._crowd.draw(rng, opening.cell.kind, online=False, busy=busy)
            busy.add(one.id)
            since = timedelta(minutes=rng.uniform(60, 1200))
            created = min(opening.start, self._at) - since
            seen = Consulting(rng, self._at).see(
                Booking(
                    opening.start,
                    opening.cell.length_min,
                    1,
                    opening.cell.kind,
                    opening.cell.channel,
                )
            )
            yield self._appointment(rng, extra, one, created, seen, Mark.VIA_DESK)

    def _fill_one(
        self, rng: Random, opening: Opening, consulting: Consulting, busy: set[str]
    ) -> Iterator[Tree]:
        at = self._at
        opening.taken = rng.random() < self._chance(opening)
        if opening.taken:
            opening.status = "busy"
        elif opening.opens() > at:
            opening.status = "busy-unavailable"
        elif (falls_back := opening.falls_back()) is not None and falls_back <= at:
            opening.rule = Rule.AHEAD  # NHS 111 has not used it
        if rng.random() < _CANCELLED_SHARE and opening.opens() < at:
            yield self._cancelled(rng, opening, busy)
        yield slot(opening)
        if not opening.taken:
            return
        created, lead = self._created(rng, opening)
        by_web = opening.online and rng.random() < 0.7
        one = self._crowd.draw(rng, opening.cell.kind, online=by_web, busy=busy)
        busy.add(one.id)
        visit = consulting.see(
            Booking(
                opening.start,
                opening.cell.length_min,
                lead,
                opening.cell.kind,
                opening.cell.channel,
            )
        )
        yield self._appointment(rng, opening, one, created, visit, _via(rng, opening, one))

    def _chance(self, opening: Opening) -> float:
        """How likely the slot is taken by now."""
        today, day = london_day(self._at), london_day(opening.start)
        if day < today:
            return _FINALLY_BOOKED[opening.rule]
        if day == today:
            return self._chance_today(opening)
        return _chance_ahead(opening, (day - today).days) if opening.opens() <= self._at else 0.01

    def _chance_today(self, opening: Opening) -> float:
        since_min = (self._at - opening.opens()).total_seconds() / 60
        if opening.rule is Rule.ON_THE_DAY:
            return _taken_after(since_min, online=opening.online)
        return 0.0 if opening.rule is Rule.NHS111 else _BOOKED_BEFORE_OPENING

    def _created(self, rng: Random, opening: Opening) -> tuple[datetime, int]:
        """When it was booked, and how many days ahead that was."""
        at = self._at
        day = london_day(opening.start)
        for _ in range(6):
            low, high = _LEADS[opening.rule].draw(rng)
            lead = rng.randint(low, high)
            if lead == 0:
                opened = datetime.combine(day, OPENS, LONDON).astimezone(opening.start.tzinfo)
                room_min = max(2.0, (min(at, opening.start) - opened).total_seconds() / 60 - 1)
                created = opened + timedelta(minutes=min(room_min, rng.expovariate(1 / 45)))
                created = min(created, opening.start - timedelta(minutes=1))
            else:
                minute = min(rng.expovariate(1 / 150), 620.0)
                created = datetime.combine(day - timedelta(days=lead), OPENS, LONDON).astimezone(
                    opening.start.tzinfo
                ) + timedelta(minutes=minute)
            opens = opening.opens()
            if created < opens <= at:
                created = min(opens + timedelta(minutes=rng.expovariate(1 / 45)), at)
                created = min(created, opening.start - timedelta(minutes=1))
            if created <= at:
                return created, lead
        longest = at - timedelta(days=rng.uniform(0.3, 6))
        return longest, (day - london_day(longest)).days

    def _cancelled(self, rng: Random, opening: Opening, busy: set[str]) -> Tree:
        """Somebody who had this slot and gave it back."""
        one = self._crowd.draw(rng, opening.cell.kind, online=False, busy=busy)
        created, _ = self._created(rng, opening)
        by_practice = rng.random() < 0.12
        tree = self._appointment(
            rng, opening, one, created, Visit("cancelled"), _via(rng, opening, one), suffix="x"
        )
        tree["cancelationReason"] = wire.concept(
            systems.CANCEL_REASON, CancelReason.PRACTICE if by_practice else CancelReason.PATIENT
        )
        return tree

    def _appointment(
        self,
        rng: Random,
        opening: Opening,
        one: Person,
        created: datetime,
        visit: Visit,
        via: Mark,
        suffix: str = "",
    ) -> Tree:
        cell = opening.cell
        complaint = complaint_for(rng, one, cell.kind)
        marks = [via, *visit.marks]
        if one.quiet_call and visit.sent_in is not None and cell.channel is Channel.IN_PERSON:
            marks.append(Mark.QUIET)
        for_patient: Tree = {
            "actor": {"reference": one.reference, "display": one.display},
            "status": "accepted",
        }
        clinician = opening.session.member
        for_clinician: Tree = {
            "type": wire.PERFORMER,
            "actor": {"reference": clinician.reference, "display": clinician.display},
            "status": "accepted",
        }
        _times(visit, for_patient, for_clinician)
        name = f"ap{opening.id[2:]}{suffix}"
        tree: Tree = {
            "resourceType": "Appointment",
            "id": name,
            "extension": [
                wire.delivery(cell.channel),
                wire.booked_by(POOL),
                *(wire.mark(code) for code in marks),
            ],
            "identifier": [
                {
                    "system": systems.BOOKING_KEY,
                    "value": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
                }
            ],
            "status": visit.status,
            "serviceType": wire.service_type(cell.kind, cell.text),
            "appointmentType": _TYPES[_type_code(cell.kind, complaint)],
            "description": board_line(rng, complaint),
            "start": wire.z(opening.start),
            "end": wire.z(opening.end),
            "minutesDuration": cell.length_min,
            "slot": [{"reference": f"Slot/{opening.id}"}],
            "created": wire.z(created),
            "participant": [
                for_patient,
                for_clinician,
                {
                    "actor": {"reference": f"Location/{opening.session.site}"},
                    "status": "accepted",
                },
            ],
        }
        if visit.walked_out:
            tree["cancelationReason"] = wire.concept(
                systems.CANCEL_REASON_LOCAL, CancelReason.WALKED_OUT
            )
        if not suffix and rng.random() < 0.07:
            tree["comment"] = rng.choice(_COMMENTS)
        live = visit.status != "cancelled"
        self.kept.append(Kept(name, one, opening.start, created, complaint, cell.channel, live))
        return tree


_COMMENTS = (
    "Prefers a female clinician",
    "Will bring daughter to interpret",
    "Rang twice already today",
    "Coming straight from work, may be 5 min late",
    "Please call the mobile, landline not working",
    "Needs a chaperone",
    "Double appointment agreed with the doctor",
    "Taxi booked for afterwards, please run on time",
    "Bring urine sample",
    "Letter from hospital to be scanned first",
)
_TYPES = {
    code: wire.concept(systems.APPOINTMENT_TYPE, code)
    for code in ("ROUTINE", "CHECKUP", "FOLLOWUP", "EMERGENCY")
}


def _type_code(kind: SlotType, complaint: Complaint) -> str:
    if kind is SlotType.GP_URGENT:
        return "EMERGENCY"
    if complaint.reason in ("Follow-up", "Results discussion"):
        return "FOLLOWUP"
    return "CHECKUP" if kind in (SlotType.NURSE, SlotType.HCA) else "ROUTINE"


def _chance_ahead(opening: Opening, days: int) -> float:
    if opening.rule is Rule.TWO_DAYS:
        return 0.7
    if opening.rule is Rule.TWO_WEEKS:
        return max(0.12, 0.93 - 0.055 * days)
    return 0.0 if opening.rule is Rule.NHS111 else max(0.3, 0.97 - 0.03 * days)


def _taken_after(minutes: float, *, online: bool) -> float:
    """How likely a slot that opened so many minutes ago is taken."""
    if minutes < 0:
        return _OVERRIDDEN
    fast = 0.8 * min(1.0, minutes / 10) if online else 0.6 * min(1.0, minutes / 60)
    return min(_FINALLY_BOOKED[Rule.ON_THE_DAY], fast + 0.1 * min(3.0, minutes / 60))


def _via(rng: Random, opening: Opening, one: Person) -> Mark:
    if opening.rule is Rule.NHS111:
        return Mark.VIA_111
    if opening.online and one.online:
        return Mark.VIA_ONLINE
    return Mark.VIA_PHONE if rng.random() < 0.75 else Mark.VIA_DESK


def _times(visit: Visit, for_patient: Tree, for_clinician: Tree) -> None:
    if visit.arrived is not None:
        for_patient["period"] = {"start": wire.z(visit.arrived)}
        if visit.left is not None:
            for_patient["period"]["end"] = wire.z(visit.left)
    if visit.sent_in is not None:
        for_clinician["period"] = {"start": wire.z(visit.sent_in)}
        if visit.left is not None:
            for_clinician["period"]["end"] = wire.z(visit.left)
