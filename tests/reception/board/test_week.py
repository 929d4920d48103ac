"""One clinician's week: at a real desk, and the hours of its days as a rule."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest

from contract.core_hours import LONDON, london_day
from reception.desk.desk import Desk
from reception.desk.notice import Notice
from reception.desk.week import monday_of
from reception.records import Slot
from reception.ui.board_page import BoardPage
from reception.ui.week_pane import WeekPane
from reception.widgets.board_cell import CellState, clock_text
from reception.widgets.board_layout import Span
from reception.widgets.week_layout import WeekLayout, folded
from tests.reception.conftest import Finish, Until
from tests.reception.desks import Desks

Key = Qt.Key
EARLY = datetime(2020, 1, 1, tzinfo=UTC)
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def week(page: BoardPage, desk: Desk, until: Until) -> WeekPane:
    """The week of the clinician whose cell the keyboard was on."""
    first = page.pane.model.columns[0]
    cell = next(c for c in page.pane.model.cells() if c.column == first.key)
    page.pane.view.go_to(cell.key)
    page.week_button.click()
    assert page.week is not None
    until(lambda: desk.week.is_complete)
    assert page.week.clinician_id == first.key
    return page.week


def later_slot(week: WeekPane, desk: Desk) -> Slot:
    """A slot of another day of the week, free."""
    free = (s for s in week.week.slots if s.status == "free" and london_day(s.start) > desk.day)
    return min(free, key=lambda s: (s.start, s.id))


def test_the_week_holds_the_open_day_and_the_days_around_it(
    week: WeekPane, page: BoardPage, desk: Desk
) -> None:
    QAbstractItemModelTester(
        week.model, QAbstractItemModelTester.FailureReportingMode.Fatal
    ).deleteLater()
    monday = monday_of(desk.day)
    keys = [column.key for column in week.model.columns]
    assert keys[:5] == [(monday + timedelta(days=n)).isoformat() for n in range(5)]
    today = {c.key for c in week.model.cells() if c.column == desk.day.isoformat()}
    mine = {c.key for c in page.pane.model.cells() if c.column == week.clinician_id}
    assert today == mine
    assert len({c.column for c in week.model.cells()}) > 1
    assert {s.practitioner_id for s in desk.week.sessions} == {week.clinician_id}
    names = {s.practitioner_name for s in desk.week.sessions}
    assert any(week.title.text().startswith(name) for name in names)
    assert week.who.currentText() in names
    assert week.view.hasFocus()


def test_one_hour_is_one_height_on_every_day(week: WeekPane) -> None:
    heights: dict[str, set[int]] = {}
    for cell in week.model.cells():
        box = week.view.place.box_of(cell.key)
        assert box is not None
        heights.setdefault(clock_text(cell.start), set()).add(box.y)
    assert all(len(found) == 1 for found in heights.values())
    by_clock = [heights[clock].pop() for clock in sorted(heights)]
    assert by_clock == sorted(by_clock)


def test_the_keyboard_goes_from_day_to_day_at_the_same_hour(week: WeekPane) -> None:
    view, model = week.view, week.model
    first, second = (column.key for column in model.columns[:2])
    starts = {clock_text(c.start): c.key for c in model.cells() if c.column == second and c.slot}
    here = next(c for c in model.cells() if c.column == first and clock_text(c.start) in starts)
    view.go_to(here.key)
    QTest.keyClick(view, Key.Key_Right)
    came_to = model.cell(view.current_key)
    assert came_to is not None
    assert (came_to.column, clock_text(came_to.start)) == (second, clock_text(here.start))
    QTest.keyClick(view, Key.Key_Left)
    assert view.current_key == here.key


def test_a_cell_is_read_with_its_day(week: WeekPane, desk: Desk) -> None:
    cell = week.model.cell(later_slot(week, desk).reference)
    assert cell is not None
    day = london_day(cell.start)
    sentence = week.model.sentence(cell)
    assert sentence.startswith(f"{day:%A} {day.day} {day:%B}, {clock_text(cell.start)}, free")
    assert sentence.endswith(f"with {week.week.clinician}")


def test_what_another_desk_does_to_another_day_shows_at_once(
    week: WeekPane, desk: Desk, desks: Desks, finish: Finish, until: Until
) -> None:
    slot = later_slot(week, desk)
    week.view.go_to(slot.reference)
    top = week.view.verticalScrollBar().value()
    elsewhere: Desk = finish(desks.open(number=1))
    finish(elsewhere.open_day(london_day(slot.start)))

    def state() -> CellState | None:
        cell = week.model.cell(slot.reference)
        return cell.state(week.model.now()) if cell is not None else None

    assert not finish(elsewhere.block([slot.id]))
    until(lambda: state() is CellState.BLOCKED)
    assert not finish(elsewhere.unblock([slot.id]))
    until(lambda: state() is CellState.FREE)
    assert week.view.current_key == slot.reference
    assert week.view.verticalScrollBar().value() == top
    assert slot.id not in desk.slots  # the open day is another


def test_enter_opens_the_day_at_that_cell(
    week: WeekPane, page: BoardPage, desk: Desk, until: Until
) -> None:
    slot = later_slot(week, desk)
    week.view.go_to(slot.reference)
    QTest.keyClick(week.view, Key.Key_Return)
    until(lambda: page.pane.view.current_key == slot.reference)
    assert desk.day == london_day(slot.start)
    assert not page.week_button.isChecked()
    assert page.pane.view.hasFocus()


def test_what_another_page_points_at_is_shown_on_the_day(
    week: WeekPane, page: BoardPage, desk: Desk
) -> None:
    held = next(a for a in desk.appointments if page.pane.model.key_of(a))
    page.show_reference(held.reference)
    assert not page.week_button.isChecked()
    assert week.isHidden()
    assert page.pane.view.current_key == page.pane.model.key_of(held)


def test_the_list_and_the_week_give_way_to_each_other(week: WeekPane, page: BoardPage) -> None:
    assert page.summary.isHidden()
    page.list_button.click()
    assert page.list is not None
    assert not page.week_button.isChecked()
    assert page.list.isVisible()
    assert not page.summary.isHidden()
    page.week_button.click()
    assert not page.list_button.isChecked()
    assert week.isVisible()
    page.week_button.click()
    assert page.pane.isVisible()


def test_verbs_are_for_the_day(week: WeekPane, desk: Desk) -> None:
    told: list[Notice] = []
    desk.told.connect(told.append)
    slot = later_slot(week, desk)
    week.view.go_to(slot.reference)
    QTest.keyClick(week.view, Key.Key_B)
    assert [notice.failed for notice in told] == [True]
    assert f"Enter opens {london_day(slot.start):%A}" in told[0].sentence


def test_other_weeks_and_other_clinicians(
    week: WeekPane, page: BoardPage, desk: Desk, until: Until
) -> None:
    monday = desk.week.day
    QTest.keyClick(week.view, Key.Key_Right, CONTROL)
    until(lambda: desk.week.day == monday + timedelta(weeks=1) and desk.week.is_complete)
    week.earlier.click()
    until(lambda: desk.week.day == monday and desk.week.is_complete)
    other = 1 - week.who.currentIndex() if week.who.currentIndex() < 2 else 0
    name = week.who.itemText(other)
    week.who.setCurrentIndex(other)
    week.who.activated.emit(other)
    until(lambda: week.clinician_id == week.who.itemData(other) and desk.week.is_complete)
    assert week.week.clinician == name
    assert {s.practitioner_id for s in desk.week.sessions} == {week.clinician_id}
    QTest.keyClick(week.view, Key.Key_Escape)
    assert not page.week_button.isChecked()
    assert not len(desk.week.slots)


def test_a_week_without_sessions_says_so(week: WeekPane, desk: Desk, until: Until) -> None:
    week.open_week(week.clinician_id, desk.day + timedelta(weeks=60))
    until(lambda: week.said.text() == "Loading")
    until(lambda: week.said.text() == "No sessions in this week")
    assert [column.about for column in week.model.columns] == ["No session"] * 5
    week.view.jump_to_now()  # nowhere to go


def test_the_week_of_the_day_chosen_above(
    week: WeekPane, desk: Desk, finish: Finish, until: Until
) -> None:
    wanted = desk.day + timedelta(weeks=1)
    finish(desk.open_day(wanted))
    until(lambda: desk.week.day == monday_of(wanted) and desk.week.is_complete)
    finish(desk.open_day(wanted + timedelta(days=1)))
    assert desk.week.day == monday_of(wanted)


def test_the_last_week_asked_for_is_the_one_shown(week: WeekPane, desk: Desk, until: Until) -> None:
    monday = desk.week.day
    for weeks in (1, 2, 3, 1):
        week.open_week(week.clinician_id, monday + timedelta(weeks=weeks))
    last = monday + timedelta(weeks=1)
    until(lambda: desk.week.day == last and desk.week.is_complete)
    assert {monday_of(london_day(s.start)) for s in desk.week.slots} == {last}


def test_a_gap_is_filled_by_the_next_load(
    week: WeekPane, desk: Desk, finish: Finish, until: Until
) -> None:
    slot = later_slot(week, desk)
    desk.week.slots.forget(slot.id)
    assert week.model.cell(slot.reference) is None
    finish(desk.reload())
    until(lambda: week.model.cell(slot.reference) is not None)


def test_without_anybody_it_is_the_first_who_works(desk: Desk, finish: Finish) -> None:
    finish(desk.week.open("", desk.day))
    assert desk.week.clinician == desk.week.clinicians[0][1]
    assert len(desk.week.slots)
    desk.week.close()


@given(
    st.integers(0, 15 * 366 * 24 * 60).map(lambda n: EARLY + timedelta(minutes=n)),
    st.integers(5, 120),
)
@example(datetime(2026, 3, 29, 1, 0, tzinfo=UTC), 10)
@example(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), 10)
@example(datetime(2026, 10, 25, 1, 30, tzinfo=UTC), 10)
@example(datetime(2026, 6, 1, 22, 50, tzinfo=UTC), 120)
def test_an_hour_of_any_day_stands_at_the_height_of_its_clock(
    start: datetime, minutes: int
) -> None:
    """On both sides of both clock changes, and in the hour that comes twice."""
    place = WeekLayout()
    place.set_span(*(folded(datetime(2026, 6, 1, h, tzinfo=LONDON)) for h in (0, 23)))
    clock = start.astimezone(LONDON)
    minutes_past = clock.hour * 60 + clock.minute
    assert folded(folded(start)) == folded(start)
    span = Span(start, start + timedelta(minutes=minutes), "it")
    place.set_columns(["day"])
    place.put("day", span)
    box = place.box_of("it")
    assert box is not None
    assert box.y == round(minutes_past * place.px_per_min)
    assert box.height == round(minutes * place.px_per_min)
    assert place.y_of(start) == box.y
    assert place.reaches(span) is (minutes_past + minutes <= 23 * 60)
