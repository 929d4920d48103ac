"""The sessions page: sessions made, changed and cancelled, templates, and whom to tell."""

from datetime import date, datetime

from PySide6.QtWidgets import QAbstractItemView, QComboBox

from contract.contact import ContactOutcome
from reception.records import Appointment, Request, Session
from reception.records.contact import about, attempts
from reception.ui.session_week import SessionWeek
from reception.widgets.session_table import RowsTable
from tests.reception.acts.hands import Hand, Keyboard
from tests.reception.acts.saturday import at, surgery
from tests.reception.acts.stage import Stage

WEEK, TEMPLATES, CONTACTS = range(3)
WHOSE = 3
"""Whose sessions these are, in the stage's order of clinicians."""


def turn_to(stage: Stage, hand: Hand, sheet: int) -> None:
    """Bring a sheet of the page to the front."""
    stage.turn_to(hand, stage.sessions)
    if stage.sessions.stack.currentIndex() != sheet:
        hand.press(stage.sessions.sheets.button(sheet), str(sheet + 1))
    stage.until(lambda: stage.sessions.stack.currentIndex() == sheet, "the sheet was shown")
    stage.settled()


def choose(stage: Stage, hand: Hand, table: RowsTable, key: str) -> None:
    """Choose the line *key* of a table."""
    rows = table._rows
    stage.until(lambda: rows.row_of(key) >= 0, "the line was there")
    view: QAbstractItemView = table
    hand.row(view, rows.row_of(key))
    assert table.key == key


def evening(stage: Stage, clock: str, slots: int = 3) -> Session:
    """A session of this evening that both desks know of."""
    reference = stage.practice.account("prescriber", 2)["reference"]
    made = surgery(stage.manager, (reference, "Dr D Onn"), at(clock), slots, name="Evening")
    stage.until(
        lambda: all(
            d.sessions.get(made.session_id) is not None
            and len(d.slots.of_session(made.session_id)) == slots
            for d in (stage.desk, stage.there)
        ),
        "both desks knew of the session",
    )
    session = stage.desk.sessions.get(made.session_id)
    assert session is not None
    return session


def patients_of(stage: Stage, session: Session, number: int) -> list[Appointment]:
    """Book so many into *session*."""
    slots = sorted(stage.desk.slots.of_session(session.id), key=lambda s: s.start)
    return [stage.book_into((slot.id,), stage.somebody()) for slot in slots[:number]]


def of_evening(stage: Stage, hand: Hand, session: Session) -> SessionWeek:
    """The sheet of the week, with *session* chosen."""
    turn_to(stage, hand, WEEK)
    week = stage.sessions.week
    choose(stage, hand, week.table, session.id)
    return week


def ends(stage: Stage, session: Session) -> datetime | None:
    """When *session* ends, as the second desk holds it now."""
    held = stage.there.sessions.get(session.id)
    return held.end if held is not None else None


def asked(stage: Stage, request_id: str) -> Request:
    """A line of the contact list as the second desk holds it now."""
    held = stage.there.requests.newest(request_id)
    assert held is not None
    return held


def test_add_a_session(stage: Stage, hand: Hand) -> None:
    turn_to(stage, hand, WEEK)
    form, name = stage.sessions.week.form, f"Added by {hand.name}"
    hand.pick(form.clinician, _named(form.clinician, stage.doctors[WHOSE].practitioner_id))
    hand.write(form.name, name)
    start, end = ((18, 0), (18, 30)) if isinstance(hand, Keyboard) else ((18, 30), (19, 0))
    hand.clock(form.start, *start)
    hand.clock(form.end, *end)
    hand.press(stage.sessions.week.add)
    stage.until(lambda: any(s.name == name for s in stage.there.sessions), "the second desk saw it")
    (made,) = [s for s in stage.there.sessions if s.name == name]
    stage.until(lambda: len(stage.there.slots.of_session(made.id)) == 3, "and its slots")
    stage.settled()


def test_extend_and_shorten_a_session(stage: Stage, hand: Hand) -> None:
    session = evening(stage, "20:00" if isinstance(hand, Keyboard) else "21:00")
    week, hour = of_evening(stage, hand, session), session.start.hour
    for minute in (50, 20):
        if isinstance(hand, Keyboard):
            hand.strike("E")
            hand.digits(f"{hour}{minute}")
        else:
            hand.clock(week.until, hour, minute)
        hand.press(week.change)
        stage.until_is(lambda: ends(stage, session), at(f"{hour}:{minute}"))
        stage.settled()
        choose(stage, hand, week.table, session.id)


def test_cancel_a_session_and_tell_its_patients(stage: Stage, hand: Hand) -> None:
    session = evening(stage, "22:00" if isinstance(hand, Keyboard) else "23:00")
    people = patients_of(stage, session, 2)
    week = of_evening(stage, hand, session)
    for words in ("Cancel", "Really"):
        stage.until_is(lambda: week.cancel.text()[:6], words[:6])
        hand.press(week.cancel, "X")
    waiting = stage.there.contacts.waiting

    def to_tell() -> dict[str, str]:
        return {about(r): r.id for r in waiting()}

    stage.until(
        lambda: {a.id for a in people} <= set(to_tell()), "the second desk had them to tell"
    )
    mine = to_tell()
    stage.settled()
    turn_to(stage, hand, CONTACTS)
    sheet = stage.sessions.contacts
    first, second = (mine[a.id] for a in people)
    choose(stage, hand, sheet.table, first)
    for number in range(3):
        hand.press(sheet.tried, "T")
        stage.settled()
        stage.until_is(lambda: attempts(asked(stage, first)), number + 1)
    hand.press(sheet.outcomes[3], "U")
    stage.until(lambda: first not in to_tell().values(), "the second desk saw the outcome")
    stage.settled()
    choose(stage, hand, sheet.table, second)
    hand.press(sheet.outcomes[1], "C")
    stage.until(lambda: second not in to_tell().values(), "the second desk saw the outcome")
    assert str(ContactOutcome.CANCELLED) == str(sheet.outcomes[1].property("outcome"))
    stage.until(lambda: stage.seen(people[1]).status == "cancelled", "and the cancellation")
    stage.settled()


def test_keep_a_template_and_apply_it(stage: Stage, hand: Hand) -> None:
    session = evening(stage, "19:00" if isinstance(hand, Keyboard) else "19:30")
    week = of_evening(stage, hand, session)
    hand.press(week.keep, "T")
    stage.settled()
    turn_to(stage, hand, TEMPLATES)
    sheet = stage.sessions.templates
    stage.until(lambda: any(p.name == "Evening" for p in sheet.patterns), "the template was kept")
    hand.pick(sheet.whose, _named(sheet.whose, session.practitioner_id))
    hand.count(sheet.weeks, 1 if isinstance(hand, Keyboard) else 2)
    hand.press(sheet.show_plan)
    stage.until(lambda: sheet.plan is not None and sheet.apply.isEnabled(), "it was shown")
    saturday = date(2026, 12, 5 if isinstance(hand, Keyboard) else 12)
    hand.press(sheet.apply)
    stage.until(lambda: sheet.said.text().startswith("Applied."), "it was applied")
    stage.settled()
    stage.finish(stage.there.open_day(saturday))
    found = [s.start.time() for s in stage.there.sessions if s.name == "Evening"]
    stage.finish(stage.there.open_day(stage.desk.day))
    assert found.count(session.start.time()) == 1


def _named(box: QComboBox, code: str) -> str:
    return box.itemText(box.findData(code))
