"""The sessions page while colleagues work: their sessions come in; templates get other names."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from reception.desk.desk import Desk
from reception.desk.diary import Days
from reception.desk.notice import Notice
from reception.records import Session, Slot
from reception.ui.sessions_page import SessionsPage
from reception.widgets.look import Look
from tests.reception.conftest import Finish, Until
from tests.reception.desk.test_sessions import of, pattern
from tests.reception.desks import Desks

Key = Qt.Key
MONDAY = date(2026, 11, 23)
SUNDAY = MONDAY + timedelta(days=6)


@pytest.fixture
def page(desk: Desk, look: Look, finish: Finish) -> Iterator[SessionsPage]:
    made = SessionsPage(desk, look)
    made.resize(1366 - 90, 768 - 60)
    made.show()
    made.came_to_front()
    yield made
    made.tasks.cancel_all()
    finish(made.tasks.drained())
    made.close()
    made.deleteLater()


def session(name: str, day: date, version: int) -> Session:
    at = f"{day.isoformat()}T09:00:00Z", f"{day.isoformat()}T11:00:00Z"
    tree: dict[str, Any] = {
        "resourceType": "Schedule",
        "id": name,
        "meta": {"versionId": str(version), "lastUpdated": f"2026-11-23T08:00:{version:02d}Z"},
        "planningHorizon": {"start": at[0], "end": at[1]},
    }
    return Session.from_tree(tree)


def slot(name: str, session_id: str, day: date, version: int) -> Slot:
    at = f"{day.isoformat()}T09:00:00Z", f"{day.isoformat()}T09:10:00Z"
    tree: dict[str, Any] = {
        "resourceType": "Slot",
        "id": name,
        "meta": {"versionId": str(version), "lastUpdated": f"2026-11-23T08:00:{version:02d}Z"},
        "schedule": {"reference": f"Schedule/{session_id}"},
        "status": "free",
        "start": at[0],
        "end": at[1],
    }
    return Slot.from_tree(tree)


DAYS = st.integers(-2, 8).map(lambda n: MONDAY + timedelta(days=n))
NAMES, VERSIONS = st.sampled_from("abc"), st.integers(1, 40)
NEWS = st.one_of(
    st.builds(session, NAMES.map(lambda n: f"s{n}"), DAYS, VERSIONS),
    st.builds(slot, NAMES, NAMES.map(lambda n: f"s{n}"), DAYS, VERSIONS),
)


@given(st.lists(NEWS, max_size=20, unique_by=lambda r: (r.reference, r.version)), st.randoms())
def test_the_newest_of_everything_counts_in_whatever_order_it_comes(
    news: list[Session | Slot], chance: Any
) -> None:
    """The newest copies are told once more last: what had left may come back by an older one."""
    newest = {r.reference: r for r in sorted(news, key=lambda r: r.last_updated)}
    told = list(news)
    chance.shuffle(told)
    days = Days((), {}, ())
    for record in [*told, *newest.values()]:
        days = days.with_record(record, MONDAY, SUNDAY)
    here = {k for k, r in newest.items() if MONDAY <= r.start.date() <= SUNDAY}
    held = {s.reference: s for s in (*days.sessions, *(s for m in days.slots.values() for s in m))}
    assert here <= held.keys()
    assert all(held[k].version == newest[k].version for k in here)
    for session_id, slots in days.slots.items():
        assert all(s.schedule_id == session_id for s in slots)
        assert list(slots) == sorted(slots, key=lambda s: (s.start, s.id))
    assert len(held) == len(days.sessions) + sum(map(len, days.slots.values()))


def test_what_a_colleague_does_to_a_session_shows_by_itself(
    page: SessionsPage, desks: Desks, desk: Desk, finish: Finish, until: Until
) -> None:
    week = page.week
    until(lambda: week.rows.rowCount() > 0)
    rival = finish(desks.open("receptionist", 1))
    day = MONDAY + timedelta(days=3)
    evening = replace(of(rival, pattern(4 * 60 + 10, slots=3)), name="Brought in by a colleague")
    made = finish(rival.diary.add(evening, day))
    until(lambda: week.rows.row_of(made.id) >= 0)

    def free() -> str:
        return week.rows.rows[week.rows.row_of(made.id)].cells[4]

    until(lambda: free() == "3")
    (first, *_) = finish(rival.diary.one(made.id)).of(made.id)
    week.table.choose(made.id)
    finish(rival.block([first.id]))
    until(lambda: free() == "2")
    assert week.table.key == made.id  # the choice stays where it was
    finish(rival.diary.cancel(made.id))
    until(lambda: week.rows.row_of(made.id) < 0 or free() == "0")


def test_a_template_is_renamed_by_its_button(
    page: SessionsPage, desk: Desk, finish: Finish, until: Until
) -> None:
    told: list[Notice] = []
    desk.told.connect(told.append)
    made = finish(desk.templates.save(of(desk, pattern(3 * 60 + 40))))
    page.show_sheet(1)
    sheet = page.templates
    until(lambda: sheet.rows.row_of(made.session_id) >= 0)
    sheet.table.choose(made.session_id)
    until(sheet.rename.isEnabled)
    QTest.keyClick(sheet.table, Key.Key_R)  # without another name: the keyboard goes to it
    assert sheet.form.name.hasFocus()
    sheet.form.name.setText("Minor operations")
    QTest.mouseClick(sheet.rename, Qt.MouseButton.LeftButton)
    until(lambda: "Minor operations now" in told[-1].sentence)

    def name() -> str:
        row = sheet.rows.row_of(made.session_id)
        return sheet.rows.rows[row].cells[3] if row >= 0 else ""

    until(lambda: name() == "Minor operations")
    finish(desk.undo(told[-1].undo_id))
    sheet.refresh()
    until(lambda: name() == made.name)
    until(sheet.end.isEnabled)
    finish(desk.templates.end(made))
