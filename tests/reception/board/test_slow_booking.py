"""A booking whose answer is slow: the next one waits for it, since the answer clears the form."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from reception.desk.desk import Desk
from reception.desk.notice import Notice
from reception.ui.board_page import BoardPage
from tests.reception.conftest import Finish
from tests.reception.conftest import Until as Wait
from tests.reception.desk.picks import free_slots, later

Key = Qt.Key


@pytest.fixture
def until(until: Wait) -> Wait:
    """As patient as a machine with other work may need."""

    def wait(condition: Callable[[], object]) -> None:
        until(condition, 30.0)

    return wait


def test_nothing_else_is_begun_while_a_booking_is_being_saved(
    page: BoardPage, desk: Desk, finish: Finish, until: Wait
) -> None:
    told: list[Notice] = []
    desk.told.connect(told.append)
    first, second = free_slots(desk)[-2:]
    view, flow = page.pane.view, page.booking
    person = next(
        p
        for p in sorted(desk.patients, key=lambda p: p.id)
        if not p.deceased
        and not desk.appointments.of_patient(p.id)
        and not finish(desk.twins_of(p))
    )
    view.go_to(first.reference)
    view.setFocus()
    QTest.keyClick(view, Key.Key_B)
    flow.take_patient(person)
    until(lambda: flow.book.isEnabled() and not page.tasks.running)
    flow.book.click()
    assert flow.is_busy
    taken = page.pane.model.key_of(later(desk))
    for key, letter, held in (
        (second.reference, Key.Key_B, Qt.KeyboardModifier.NoModifier),
        (taken, Key.Key_B, Qt.KeyboardModifier.ShiftModifier),
        (second.reference, Key.Key_I, Qt.KeyboardModifier.NoModifier),
    ):
        told.clear()
        view.go_to(key)
        view.setFocus()
        QTest.keyClick(view, letter, held)
        assert "still being saved" in told[-1].sentence
        assert flow.slot_id == first.id
    until(lambda: any(a.status == "booked" for a in desk.appointments.of_patient(person.id)))
    until(lambda: not flow.is_busy)
    assert page.side.isHidden()
    left = desk.slots.get(second.id)
    assert left is not None
    assert not left.hold
    view.go_to(second.reference)
    QTest.keyClick(view, Key.Key_B)
    assert flow.slot_id == second.id
    flow.close_flow()
    until(lambda: not page.tasks.running)
