"""When each clinician works and how a session is cut into slots (domain words 4.2)."""

from collections.abc import Iterator
from dataclasses import dataclass

from contract.codes import Channel, SlotType
from practice.demo.generate.clinicians import DUTY, Member, Staff, room_of

COFFEE_MIN = 10 * 60 + 30
"""Minutes after midnight, London."""


@dataclass(frozen=True, slots=True)
class Session:
    """One clinician, one half day: becomes one Schedule."""

    member: Member
    name: str
    start_min: int
    length_min: int
    number: int
    """How many bookable slots."""
    kind: SlotType
    channel: Channel
    text: str
    """What patients read."""
    catch_up_every: int
    site: str
    on_the_day: float
    """How much of it is kept for the day, against other sessions."""
    mixed: tuple[SlotType, Channel, str] | None = None
    """Every fourth slot is of this kind instead."""

    @property
    def place(self) -> str:
        """Id of the Location: the clinician's room, or the site that visits are made from."""
        return self.site if self.kind is SlotType.VISIT else room_of(self.site, self.member)


@dataclass(frozen=True, slots=True)
class Cell:
    """One slot of a session."""

    start_min: int
    length_min: int
    kind: SlotType
    channel: Channel
    text: str


_ROUTINE = (SlotType.GP_ROUTINE, Channel.IN_PERSON, "Doctor, face to face")
_DOCTOR_CALL = (SlotType.PHONE_CALL, Channel.TELEPHONE, "Doctor, telephone call")
_URGENT = (SlotType.GP_URGENT, Channel.IN_PERSON, "Urgent, on the day")
_DUTY_CALL = (SlotType.GP_URGENT, Channel.TELEPHONE, "Duty doctor call-back, on the day")
_NURSE = (SlotType.NURSE, Channel.IN_PERSON, "Practice nurse")
_HCA = (SlotType.HCA, Channel.IN_PERSON, "Blood tests and checks")
_PHARMACIST = (SlotType.PHARMACIST, Channel.TELEPHONE, "Pharmacist, telephone call")
_PHYSIO = (SlotType.PHYSIO, Channel.IN_PERSON, "Physiotherapist: backs, joints and muscles")
_VISIT = (SlotType.VISIT, Channel.IN_PERSON, "Home visit")
_BREAKS = {SlotType.BREAK: "Coffee", SlotType.CATCH_UP: "Catch-up"}

MORNING_MIN, AFTERNOON_MIN = 8 * 60 + 30, 14 * 60 + 30


def sessions(staff: Staff, *, monday: bool, week_day: int) -> list[Session]:
    """All sessions of one day, in the order of the columns."""
    found: list[Session] = []
    visiting = _visitors(staff, week_day)
    for column, member in enumerate(staff.clinicians):
        site = staff.site_of(column).id
        found += _sessions_of(member, column, site, monday=monday)
        if member.id in visiting:
            found.append(Session(member, "Home visits", 12 * 60 + 15, 30, 2, *_VISIT, 9, site, 0.8))
    return found


def _visitors(staff: Staff, week_day: int) -> set[str]:
    """Two of the doctors go out each day (more in a bigger practice)."""
    doctors = [one.id for one in staff.clinicians if one.job == "gp" and one.id != DUTY]
    wanted = max(1, round(len(staff.clinicians) / 6))
    return {doctors[(week_day * 2 + turn) % len(doctors)] for turn in range(wanted)}


def _sessions_of(member: Member, column: int, site: str, *, monday: bool) -> Iterator[Session]:
    extra = 1 if monday else 0
    am, pm = MORNING_MIN, AFTERNOON_MIN

    def both(
        name: str,
        minutes: int,
        numbers: tuple[int, int],
        what: tuple[SlotType, Channel, str],
        catch_up: int,
        on_the_day: float,
        mixed: tuple[SlotType, Channel, str] | None = None,
        early: int = 0,
    ) -> Iterator[Session]:
        for half, start, number in (
            ("morning", am - early, numbers[0]),
            ("afternoon", pm, numbers[1]),
        ):
            yield Session(
                member,
                f"{name}, {half}",
                start,
                minutes,
                number,
                *what,
                catch_up,
                site,
                on_the_day,
                mixed,
            )

    if member.id == DUTY or (member.job == "gp" and column % 12 == 1):
        yield from both("Duty doctor", 7, (18, 17 + extra), _DUTY_CALL, 6, 1e9)
    elif member.job == "gp":
        long = column % 12 == 6
        yield from both(
            "GP surgery",
            12 if long else 10,
            (13 + extra, 12 + extra),
            _ROUTINE,
            6 if long else 5,
            1.0,
            _DOCTOR_CALL,
            10 if long else 0,
        )
    elif member.job == "registrar":
        yield from both("Registrar surgery", 20, (8, 8), _ROUTINE, 4, 0.9, _DOCTOR_CALL)
    elif member.job == "anp":
        yield from both("Minor illness", 15, (11, 11), _URGENT, 6, 4.0)
    elif member.job == "nurse":
        yield from both(
            "Nurse clinic",
            15 if column % 12 == 2 else 16,
            (10 + extra, 10 + extra),
            _NURSE,
            5,
            0.12,
        )
    elif member.job == "hca":
        yield from both("Bloods and checks", 10, (12, 12), _HCA, 6, 0.15)
    elif member.job == "pharmacist":
        yield from both("Pharmacist calls", 15, (8, 8), _PHARMACIST, 4, 0.4)
    else:
        number = 10 if monday else 8
        yield Session(member, "Physiotherapy, morning", am, 20, number, *_PHYSIO, 5, site, 0.3)


def cells(session: Session) -> Iterator[Cell]:
    """The slots of a session from its start: bookable ones, coffee at 10:30, catch-up."""
    at, since = session.start_min, 0
    coffee_due = session.start_min < COFFEE_MIN
    for number in range(session.number):
        if since == session.catch_up_every:
            yield _blocked(at, session.length_min, SlotType.CATCH_UP)
            at, since = at + session.length_min, 0
        if coffee_due and at >= COFFEE_MIN - session.length_min // 2:
            yield _blocked(at, 15, SlotType.BREAK)
            at, since, coffee_due = at + 15, 0, False
        kind, channel, text = session.kind, session.channel, session.text
        if session.mixed is not None and number % 4 == 3:
            kind, channel, text = session.mixed
        yield Cell(at, session.length_min, kind, channel, text)
        at, since = at + session.length_min, since + 1


def _blocked(at: int, length_min: int, kind: SlotType) -> Cell:
    return Cell(at, length_min, kind, Channel.IN_PERSON, _BREAKS[kind])
