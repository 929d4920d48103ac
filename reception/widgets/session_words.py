"""Sessions, templates, differences and contacts as rows of words."""

from collections.abc import Iterable
from datetime import datetime

from contract.contact import ATTEMPTS_NEEDED
from contract.core_hours import LONDON
from reception.desk.applying import Plan
from reception.desk.diary import Days
from reception.desk.session_pattern import WEEKDAYS, Pattern, clock_of
from reception.desk.session_plan import Difference, Kind
from reception.records import Appointment, Patient, Practitioner, Request, Session
from reception.records.contact import attempts, last_attempt
from reception.records.new_session import is_off
from reception.widgets.board_cell import clock_text
from reception.widgets.palette import Ink
from reception.widgets.session_table import Row
from reception.widgets.slot_counts import Counts, count_of

SESSION_TITLES = ("Day", "Time", "Clinician", "Session", "Free", "Online", "Shut", "Booked", "")
TEMPLATE_TITLES = ("Day", "Time", "Clinician", "Session", "Slots", "Week")
PLAN_TITLES = ("Day", "Time", "Clinician", "Session", "What would change")
CONTACT_TITLES = ("Patient", "Born", "Phone", "Appointment", "With", "", "Tried", "Last")


def short_day(at: datetime) -> str:
    """`Mon 23 Nov`."""
    local = at.astimezone(LONDON)
    return f"{local:%a} {local.day} {local:%b}"


def times_words(start: datetime, end: datetime) -> str:
    """`08:30-11:30`."""
    return f"{clock_text(start)}-{clock_text(end)}"


def session_rows(diary: Days, now: datetime) -> list[Row]:
    """The sessions of some days."""
    rows = []
    for session in diary.sessions:
        if not session.active:
            continue
        slots = [s for s in diary.of(session.id) if s.status != "entered-in-error"]
        total = sum((count_of(slot, now) for slot in slots), Counts())
        state = "over" if session.end <= now else "cancelled" if is_off(session) else ""
        ink = Ink.MUTED if state == "over" else Ink.URGENT if state else Ink.TEXT
        numbers = (total.free, total.online, total.embargoed + total.blocked, total.booked)
        rows.append(
            Row(
                session.id,
                (
                    short_day(session.start),
                    times_words(session.start, session.end),
                    session.practitioner_name,
                    session.name,
                    *map(str, numbers),
                    state,
                ),
                ink,
            )
        )
    return rows


def template_rows(patterns: Iterable[Pattern]) -> list[Row]:
    """Templates by clinician and time of the week."""
    held = list(patterns)
    turning = {p.practitioner_id for p in held if p.week}
    rows = []
    for pattern in held:
        week = "every week"
        if pattern.practitioner_id in turning:
            week = "second of two" if pattern.week else "first of two"
        slots = sum(not piece.is_break for piece in pattern.pieces)
        rows.append(
            Row(
                pattern.session_id,
                (
                    WEEKDAYS[pattern.weekday],
                    f"{clock_of(pattern.start_min)}-{clock_of(pattern.end_min)}",
                    pattern.practitioner_name,
                    pattern.name,
                    str(slots),
                    week,
                ),
            )
        )
    return rows


def plan_rows(plan: Plan) -> list[Row]:
    """What applying would do: first what touches people, then what is new, then the rest."""
    rows = []
    order = {Kind.CHANGED: 0, Kind.ADDED: 1, Kind.UNCHANGED: 2}
    for found in sorted(plan.differences, key=lambda d: (not d.touched, order[d.kind])):
        one = found.dated
        key = f"{one.session_key}"
        ink = {Kind.CHANGED: Ink.WARN, Kind.ADDED: Ink.TEXT, Kind.UNCHANGED: Ink.MUTED}[found.kind]
        rows.append(
            Row(
                key,
                (
                    short_day(one.start),
                    times_words(one.start, one.end),
                    one.pattern.practitioner_name,
                    one.pattern.name,
                    difference_words(found),
                ),
                ink,
            )
        )
        rows += [
            Row(
                f"{key}|{held.id}",
                ("", clock_text(held.start), held.patient_name, "", "booked: stays, to be told"),
                Ink.URGENT,
            )
            for held in found.touched
        ]
    for skip in plan.skipped:
        pattern, day = skip.pattern, skip.day
        rows.append(
            Row(
                f"skip|{pattern.key}|{day}",
                (
                    f"{day:%a} {day.day} {day:%b}",
                    f"{clock_of(pattern.start_min)}-{clock_of(pattern.end_min)}",
                    pattern.practitioner_name,
                    pattern.name,
                    f"no session: {skip.words}",
                ),
                Ink.MUTED,
            )
        )
    return rows


def difference_words(found: Difference) -> str:
    """`new, 13 slots`, or `+2 -1 slots, 3 changed`."""
    if found.kind is Kind.ADDED:
        return f"new: {count(len(found.add), 'slot')}"
    if found.kind is Kind.UNCHANGED:
        return "unchanged"
    parts = []
    if found.add:
        parts.append(f"{count(len(found.add), 'slot')} added")
    if found.withdraw:
        parts.append(f"{count(len(found.withdraw), 'slot')} withdrawn")
    if found.alter:
        parts.append(f"{count(len(found.alter), 'slot')} changed")
    if found.touched:
        parts.append(f"{count(len(found.touched), 'booked patient')} touched")
    return ", ".join(parts)


def plan_words(plan: Plan) -> str:
    """The whole difference in a sentence."""
    parts = [
        f"{count(len(plan.of(Kind.ADDED)), 'session')} added",
        f"{len(plan.of(Kind.CHANGED))} changed",
        f"{len(plan.of(Kind.UNCHANGED))} unchanged",
    ]
    if plan.skipped:
        parts.append(f"{len(plan.skipped)} left out")
    touched = len(plan.touched)
    people = (
        f" {count(touched, 'booked patient')} would have to be told."
        if touched
        else " No booked patient is touched."
    )
    return ", ".join(parts) + "." + people


def contact_row(request: Request, patient: Patient | None, held: Appointment | None) -> Row:
    """Somebody to be told."""
    at, words = last_attempt(request)
    when = f"{short_day(held.start)} {clock_text(held.start)}" if held is not None else ""
    return Row(
        request.id,
        (
            request.patient_name,
            patient.born_text if patient is not None else "",
            ", ".join(patient.phones) or "no number" if patient is not None else "",
            when,
            held.practitioner_name if held is not None else "",
            "urgent" if request.is_urgent else "",
            f"{attempts(request)} of {ATTEMPTS_NEEDED}",
            f"{clock_text(at)} {words}" if at is not None else "",
        ),
        Ink.URGENT if request.is_urgent else Ink.TEXT,
    )


def people_words(people: Iterable[Appointment], lead: str) -> str:
    """*lead* and who is booked, by time: "3 patients to tell: 09:10 SMITH, Jane; ..."."""
    held = sorted(people, key=lambda a: (a.start, a.id))
    if not held:
        return "Nobody is booked there."
    names = "; ".join(f"{clock_text(a.start)} {a.patient_name}" for a in held[:6])
    more = f"; and {len(held) - 6} more" if len(held) > 6 else ""
    return f"{lead.format(who=count(len(held), 'patient'))}: {names}{more}."


def clinicians_of(
    people: Iterable[Practitioner], sessions: Iterable[Session]
) -> list[tuple[str, str]]:
    """Id and name of everybody who may hold a session; those who hold some come first."""
    named = {s.practitioner_id: s.practitioner_name for s in sessions if s.practitioner_name}
    found = [(p.id, named.get(p.id, p.name)) for p in people]
    return sorted(found, key=lambda pair: (pair[0] not in named, pair[1].casefold()))


def session_words(session: Session) -> str:
    """`Dr N Grant, GP surgery, Mon 23 Nov 08:30-11:30`."""
    at = f"{short_day(session.start)} {times_words(session.start, session.end)}"
    return ", ".join(filter(None, (session.practitioner_name, session.name, at)))


def count(number: int, noun: str) -> str:
    """`1 slot`, `2 slots`."""
    return f"1 {noun}" if number == 1 else f"{number} {noun}s"
