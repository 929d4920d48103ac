"""A slot parted where one likes, at a real desk."""

from datetime import timedelta

from PySide6.QtCore import Qt, QTime
from PySide6.QtTest import QTest

from contract.core_hours import LONDON
from reception.desk.desk import Desk
from reception.desk.notice import Notice
from reception.ui.board_page import BoardPage
from tests.reception.conftest import Until
from tests.reception.desk.picks import booked, free_slots

Key = Qt.Key


def test_a_slot_is_parted_where_one_likes(page: BoardPage, desk: Desk, until: Until) -> None:
    slot = next(s for s in free_slots(desk) if s.minutes >= 10)
    page.pane.view.go_to(slot.reference)
    page.pane.view.setFocus()
    QTest.keyClick(page.pane.view, Key.Key_P, Qt.KeyboardModifier.ShiftModifier)
    card = page.menus.part_card
    assert card.isVisible()
    assert card.at.hasFocus()
    start = slot.start.astimezone(LONDON)
    card.at.setTime(QTime(start.hour, start.minute))
    assert not card.part.isEnabled()  # nothing would be left of the first part
    cut = start + timedelta(minutes=slot.minutes - 2)
    card.at.setTime(QTime(cut.hour, cut.minute))
    assert f"{slot.minutes - 2} min, and {cut:%H:%M}, 2 min" in card.said.text()
    QTest.keyClick(card.at, Key.Key_Return)
    assert card.isHidden()
    assert page.pane.view.hasFocus()

    def lengths() -> list[int]:
        parts = [s for s in desk.slots.of_session(slot.schedule_id) if s.status == "free"]
        return [s.minutes for s in parts if slot.start <= s.start < slot.end]

    until(lambda: lengths() == [slot.minutes - 2, 2])


def test_the_minutes_go_by_five_and_escape_parts_nothing(page: BoardPage, desk: Desk) -> None:
    slot = next(s for s in free_slots(desk) if s.minutes >= 10)
    page.pane.view.go_to(slot.reference)
    page.menus.do("part-at", slot.reference)
    card = page.menus.part_card
    before = card.at.time()
    card.at.setCurrentSection(card.at.Section.MinuteSection)
    card.at.stepBy(1)
    assert before.secsTo(card.at.time()) == 300
    QTest.keyClick(card.at, Key.Key_Escape)
    assert card.isHidden()
    now = desk.slots.get(slot.id)
    assert now is not None
    assert now.minutes == slot.minutes


def test_what_is_booked_is_not_parted(page: BoardPage, desk: Desk) -> None:
    told: list[Notice] = []
    desk.told.connect(told.append)
    held = booked(desk, lambda a: len(a.slot_ids) == 1)
    assert page.pane.show_appointment(held.id)
    page.menus.do("part-at", page.pane.view.current_key)
    assert page.menus.part_card.isHidden()
    assert told[-1].sentence.endswith(".")
