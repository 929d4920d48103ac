"""The release page looks a fortnight ahead, shares, adds and gives back, at the real service."""

from collections.abc import Iterator
from datetime import time, timedelta

import pytest
from PySide6.QtCore import Qt, QTime
from PySide6.QtTest import QTest

from contract.codes import Role
from contract.core_hours import is_core_day
from practice.rules.caller import RIGHTS, Right
from reception.desk.desk import Desk
from reception.desk.notice import Notice
from reception.desk.release import RELEASERS, why_not_release
from reception.records import Slot
from reception.ui.release_page import ReleasePage
from reception.widgets.look import Look
from reception.widgets.outlook_model import OutlookModel
from reception.widgets.slot_counts import Counts, count_of
from tests.reception.board.afternoon import some_to_open
from tests.reception.conftest import Finish, Until
from tests.reception.desk.picks import patient
from tests.reception.desks import Desks

PATIENCE_S = 60.0


@pytest.fixture
def page(desk: Desk, look: Look, finish: Finish, until: Until) -> Iterator[ReleasePage]:
    made = ReleasePage(desk, look)
    made.resize(1366, 768)
    made.show()
    until(lambda: is_complete(made), PATIENCE_S)
    yield made
    made.tasks.cancel_all()
    finish(made.tasks.drained())
    made.close()
    made.deleteLater()


def is_complete(page: ReleasePage) -> bool:
    """Whether every day is read and counted."""
    outlook = page._desk.outlook
    return not outlook.is_loading and not outlook.is_due and not page.outlook.is_counting


def totals(page: ReleasePage, day_number: int) -> Counts:
    model = page.outlook
    return model.counts(model.rowCount() - 1, model.days[day_number])


def a_day_ahead(page: ReleasePage) -> int:
    """The number of the next day with sessions, from tomorrow on."""
    days = page.outlook.days
    return next(n for n in range(1, len(days)) if totals(page, n).free > 3)


def go_to(page: ReleasePage, day_number: int) -> list[Slot]:
    """Choose the totals of a day, as a click on them would."""
    day = page.outlook.days[day_number]
    page.grid.cell_chosen.emit(day, "", False)
    assert page.day.day == day
    return page.day.slots()


def test_every_slot_of_fifteen_days_is_counted_once(page: ReleasePage, desk: Desk) -> None:
    days = desk.outlook.days
    assert len(days) == page.outlook.columnCount() == 15
    assert days[-1] - days[0] == timedelta(days=14)
    now = desk.time.now()
    for number, day in enumerate(days):
        slots = desk.outlook.slots(day)
        assert bool(slots) == is_core_day(day)
        wanted = sum((count_of(s, now) for s in slots), Counts())
        counts = totals(page, number)
        assert (counts.free, counts.online, counts.booked) == (
            wanted.free, wanted.online, wanted.booked,
        )  # fmt: skip
        assert (counts.embargoed, counts.kept) == (wanted.embargoed, wanted.kept)
    assert sorted(s.id for s in desk.outlook.slots(desk.day)) == sorted(s.id for s in desk.slots)
    by_types = [totals(page, n) for n in range(15)]
    page.rows.button(1).click()
    assert page.outlook.is_by_clinician
    assert [totals(page, n) for n in range(15)] == by_types


def test_a_cell_is_told_in_a_sentence(page: ReleasePage) -> None:
    model: OutlookModel = page.outlook
    cell = model.index(model.rowCount() - 1, 0)
    words = cell.data(Qt.ItemDataRole.AccessibleTextRole)
    counts = totals(page, 0)
    assert words.startswith(f"All, today: {counts.free} free")
    assert f"{counts.booked} booked" in words
    assert "no sessions" in model.index(0, next_closed(model)).data(
        Qt.ItemDataRole.AccessibleTextRole
    )


def next_closed(model: OutlookModel) -> int:
    return next(n for n, day in enumerate(model.days) if not is_core_day(day))


def test_a_booking_elsewhere_on_a_day_ahead_is_counted_at_once(
    page: ReleasePage, desk: Desk, desks: Desks, finish: Finish, until: Until
) -> None:
    number = a_day_ahead(page)
    before = totals(page, number)
    rival = finish(desks.open("receptionist", 1))
    finish(rival.open_day(page.outlook.days[number]))
    slot = next(s for s in rival.slots if s.status == "free" and not s.is_online)
    booked = finish(rival.book([slot.id], patient(rival, 5)))
    until(lambda: totals(page, number).booked == before.booked + 1)
    assert totals(page, number).free == before.free - 1
    finish(rival.cancel(booked.id, "pat"))
    until(lambda: totals(page, number).free == before.free)


def test_slots_of_a_day_ahead_are_opened_by_a_drag_and_undone(
    page: ReleasePage, desk: Desk, until: Until, finish: Finish
) -> None:
    number = a_day_ahead(page)
    go_to(page, number)
    strip = page.strip
    columns = range(strip.strip.columnCount())
    column = next(c for c in columns if strip.strip.total(0, c, c))
    page.activateWindow()
    strip.setFocus()
    head = strip.visualRect(strip.strip.index(0, column)).center()
    last = strip.visualRect(strip.strip.index(0, columns[-1])).center()
    left = Qt.MouseButton.LeftButton
    QTest.mousePress(strip.viewport(), left, pos=head)
    QTest.mouseMove(strip.viewport(), last)
    QTest.mouseRelease(strip.viewport(), left, pos=last)
    count = strip.strip.total(0, column, columns[-1])
    assert page.open_pane.form.count.value() == count == len(page.picked)
    begin = strip.strip.time_of(column)
    assert page.open_pane.form.start.time() == QTime(begin.hour, begin.minute)
    ids = {slot.id for slot in page.picked}
    told: list[Notice] = []
    desk.told.connect(told.append)
    online = totals(page, number).online
    page.open_pane.apply.click()
    until(page.open_pane.withdraw.isVisible)
    until(lambda: totals(page, number).online == online + count)
    now = {s.id for s in page.day.slots() if s.status == "free" and s.is_online}
    assert ids <= now
    assert not any(slot_id in desk.slots for slot_id in ids)
    finish(desk.undo(told[-1].undo_id))
    until(lambda: totals(page, number).online == online)


def test_days_and_times_are_chosen_by_keyboard_alone(page: ReleasePage) -> None:
    number = a_day_ahead(page)
    page.activateWindow()
    page.grid.setFocus()
    for _ in range(number):
        QTest.keyClick(page.grid, Qt.Key.Key_Right)
    assert page.day.day == page.outlook.days[number]
    assert str(page.day.day.day) in page.heading.text()
    strip = page.strip
    strip.setFocus()
    strip.setCurrentIndex(strip.strip.index(0, 0))
    for _ in range(3):
        QTest.keyClick(strip, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    form = page.open_pane.form
    assert form.count.value() == max(1, strip.strip.total(0, 0, 3))
    first, end = strip.strip.time_of(0), strip.strip.time_of(4)
    assert form.start.time() == QTime(first.hour, first.minute)
    assert form.end.time() == QTime(end.hour, end.minute)
    share = page.acts.button(1)
    share.setFocus()
    QTest.keyClick(share, Qt.Key.Key_Space)
    assert page.stack.currentWidget() is page.share_pane
    slider = page.share_pane.slider
    slider.setFocus()
    QTest.keyClick(slider, Qt.Key.Key_End)
    assert page.share_pane.share.opening
    QTest.keyClick(slider, Qt.Key.Key_Home)
    assert not page.share_pane.share.opening


def test_the_share_is_previewed_applied_and_undone(
    page: ReleasePage, desk: Desk, until: Until, finish: Finish
) -> None:
    number = a_day_ahead(page)
    go_to(page, number)
    page.acts.button(1).click()
    pane = page.share_pane
    assert not pane.apply.isEnabled()  # nothing is asked for before the slider is moved
    pane.presets[2].click()
    assert pane.slider.value() == 100
    share = pane.share
    assert share.opening
    assert pane.list.count() == len(share.opening)
    told: list[Notice] = []
    desk.told.connect(told.append)
    before = totals(page, number).online
    pane.apply.click()
    until(lambda: totals(page, number).online == before + len(share.opening))
    until(lambda: not pane.apply.isEnabled() and pane.apply.text() == "Nothing to change")
    pane.slider.setValue(0)
    assert not pane.share.opening
    assert len(pane.share.closing) == before + len(share.opening)
    finish(desk.undo(told[-1].undo_id))
    until(lambda: totals(page, number).online == before)


def test_extra_slots_fill_gaps_and_the_untaken_are_withdrawn(
    page: ReleasePage, desk: Desk, desks: Desks, finish: Finish, until: Until
) -> None:
    page.acts.button(2).click()
    pane = page.extra_pane
    pane.start.setTime(QTime(18, 0))
    pane.end.setTime(QTime(20, 0))
    pane.count.setValue(3)
    gaps = list(pane.proposed)
    assert len(gaps) == 3
    assert pane.list.count() == 3
    assert "after the session's end" in pane.list.item(2).text()
    pane.apply.click()
    until(pane.withdraw.isVisible)
    made = [s for s in desk.slots if any(s.start == g.start for g in gaps) and s.status == "free"]
    theirs = [s for s in made if s.schedule_id == gaps[0].session.id]
    assert {s.start for s in theirs} == {g.start for g in gaps}
    assert all(g.start not in {p.start for p in pane.proposed} for g in gaps)
    rival = finish(desks.open("receptionist", 1))
    taken = min(theirs, key=lambda s: s.start)
    finish(rival.book([taken.id], patient(rival, 7)))
    pane.withdraw.click()
    until(pane.withdraw.isHidden)
    assert "is booked" in page.banner.sentence
    until(lambda: not any(s.id in desk.slots for s in theirs if s is not taken))
    assert taken.id in desk.slots
    # A place whose slot was withdrawn can have one again.
    again = list(pane.proposed)
    assert again[0].start == gaps[1].start
    told: list[Notice] = []
    desk.told.connect(told.append)
    pane.apply.click()
    until(pane.withdraw.isVisible)
    assert any(s.start == gaps[1].start and s.status == "free" for s in desk.slots)
    finish(desk.undo(told[-1].undo_id))
    until(lambda: not any(s.start == gaps[1].start and s.status == "free" for s in desk.slots))


def test_what_is_kept_for_others_is_shown_and_given_back(
    page: ReleasePage, desk: Desk, until: Until, finish: Finish
) -> None:
    page.acts.button(3).click()
    pane = page.times_pane
    until(lambda: pane.lines)
    assert [pane.list.item(n).text() for n in range(pane.list.count())] == [
        line.words(desk.time.today()) for line in pane.lines
    ]
    moments = [line.first for line in pane.lines if line.first is not None]
    assert moments == sorted(moments)
    assert any(line.words(desk.time.today()).startswith("Tomorrow 08:00") for line in pane.lines)
    row = next(n for n, line in enumerate(pane.lines) if line.falls_back)
    kept = [slot.id for slot in pane.lines[row].slots]
    pane.list.setCurrentRow(row)
    told: list[Notice] = []
    desk.told.connect(told.append)
    pane.give_back.click()
    until(lambda: told)
    days = desk.outlook.days

    def with_others() -> set[str]:
        slots = (s for day in days for s in desk.outlook.slots(day) if s.id in kept)
        return {s.id for s in slots if s.access & {"nhs111", "gp-connect"}}

    until(lambda: not with_others())
    finish(desk.undo(told[-1].undo_id))
    until(lambda: with_others() == set(kept))


def test_who_lacks_the_right_sees_why(
    desks: Desks, look: Look, finish: Finish, until: Until
) -> None:
    desk = finish(desks.open("clinician"))
    some_to_open(desks.practice, [desk], until)
    page = ReleasePage(desk, look)
    try:
        page.open_pane.form.set_times(time(14), time(18))
        assert page.picked
        assert not page.open_pane.apply.isEnabled()
        refused = finish(desk.open_online([page.picked[0].id]))
        assert page.why_not.text() == next(iter(refused.values()))
    finally:
        page.tasks.cancel_all()
        finish(page.tasks.drained())
        page.deleteLater()


def test_the_desk_knows_who_the_service_lets_release() -> None:
    assert {role for role, rights in RIGHTS.items() if Right.RELEASE in rights} == RELEASERS
    assert all(bool(why_not_release(role)) == (role not in RELEASERS) for role in Role)


def test_the_current_cell_stays_when_rows_become_others(page: ReleasePage) -> None:
    number = a_day_ahead(page)
    page.activateWindow()
    page.grid.setFocus()
    page.grid.setCurrentIndex(page.outlook.index(page.outlook.rowCount() - 1, number))
    day = page.day.day
    assert day == page.outlook.days[number]
    page.outlook.show_clinicians(True)
    index = page.grid.currentIndex()
    assert (index.row(), index.column()) == (page.outlook.rowCount() - 1, number)
    assert page.day.day == day
