"""Core hours and assignments in a window: read by all, set by managers, told what they mean."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QWidget

from contract.core_hours import STANDARD
from reception.desk.desk import Desk
from reception.desk.words import when
from reception.ui.practice_settings import PracticeSettings
from reception.widgets.look import Look
from tests.reception.conftest import Finish, Until
from tests.reception.desks import Desks

Open = Callable[[Desk], PracticeSettings]


@pytest.fixture
def settings(look: Look, finish: Finish) -> Iterator[Open]:
    opened: list[PracticeSettings] = []
    holder = QWidget()

    def made(desk: Desk) -> PracticeSettings:
        dialog = PracticeSettings(desk, look, holder)
        dialog.show()
        opened.append(dialog)
        return dialog

    yield made
    for dialog in opened:
        dialog.tasks.cancel_all()
        finish(dialog.tasks.drained())
    holder.deleteLater()


def test_a_manager_sets_the_hours_and_every_desk_keeps_to_them(
    desks: Desks, desk: Desk, finish: Finish, until: Until, settings: Open
) -> None:
    office = finish(desks.open("manager"))
    dialog = settings(office)
    now, today = office.time.now(), office.time.today()
    assert when(STANDARD.due_at(now, urgent=False), today) in dialog.means.text()
    text = dialog.text.toPlainText()
    dialog.text.setPlainText(text.replace('monday = "08:00-18:30"', 'monday = "18:30-08:00"'))
    assert "closes before it opens" in dialog.means.text()
    assert not dialog.save.isEnabled()
    dialog.text.setPlainText(text.replace("18:30", "18:00"))
    assert dialog.save.isEnabled()
    dialog.sheets.button(1).click()
    assert "urgent ones after 2 h" in dialog.means.text()
    dialog.sheets.button(0).click()
    assert "18:00" in dialog.means.text()  # what was typed is still there
    dialog.close()
    assert dialog.means.text().startswith("Not saved yet")
    dialog.save.click()
    until(lambda: desk.core_hours != STANDARD)
    until(lambda: not dialog.is_unsaved)
    dialog.shipped.click()
    until(lambda: desk.core_hours == STANDARD)
    until(lambda: '"08:00-18:30"' in dialog.text.toPlainText())


def test_others_can_read_it(desk: Desk, settings: Open) -> None:
    dialog = settings(desk)
    assert dialog.text.isReadOnly()
    assert dialog.save.isHidden()
    assert dialog.note.text().startswith("Managers can change this")
