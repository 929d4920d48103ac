"""The keyboard: words never act as verbs, and it is never lost."""

from PySide6.QtCore import Qt

from contract.codes import RequestType
from reception.desk.desk import Desk
from reception.ui.desk_page import DeskPage
from reception.ui.messages_page import MessagesPage
from tests.reception.conftest import Finish, Until
from tests.reception.desk.asks import ask
from tests.reception.desks import Desks
from tests.reception.queue.conftest import Hands
from tests.running import RunningPractice

WORDS = "exercise bet u. text"
"""Begins verbs with every other letter."""


def unmet(
    page: DeskPage | MessagesPage, practice: RunningPractice, until: Until, number: int
) -> str:
    """A request marked in the list, of somebody whose record is not known here."""
    desk = page._desk
    pane = page.queue if isinstance(page, DeskPage) else page.threads
    kind = RequestType.APPOINTMENT if isinstance(page, DeskPage) else RequestType.THREAD
    request_id = ask(practice, "My knee hurts", number=number, kind=kind)
    until(lambda: request_id in desk.requests)
    pane.admit()
    request = desk.requests.get(request_id)
    assert request is not None
    until(lambda: request.patient_id in desk.patients)  # it is looked up by itself
    pane.view.setCurrentIndex(pane.model.index(pane.model.row_of(request_id)))
    desk.patients.forget(request.patient_id)
    assert request.patient_id not in desk.patients
    return request_id


def test_words_after_r_are_words_before_the_patient_is_known(
    desk_page: DeskPage, practice: RunningPractice, until: Until, hands: Hands, desk: Desk
) -> None:
    request_id = unmet(desk_page, practice, until, 0)
    hands.press(Qt.Key.Key_Return, "r")
    assert desk_page.panel.patient is None
    hands.type(WORDS)
    panel = desk_page.panel
    assert panel.composer.text.toPlainText() == WORDS
    assert not panel.composer.send.isEnabled()
    until(panel.composer.send.isEnabled)
    assert panel.patient is not None
    assert panel.patient.name in panel.composer.send.text()
    assert panel.composer.text.toPlainText() == WORDS
    request = desk.requests.get(request_id)
    assert request is not None
    assert request.is_open
    assert not request.is_urgent


def test_words_after_r_are_words_in_messages_too(
    messages_page: MessagesPage, practice: RunningPractice, until: Until, hands: Hands
) -> None:
    unmet(messages_page, practice, until, 1)
    hands.press(Qt.Key.Key_Return, "r")
    hands.type(WORDS)
    composer = messages_page.composer
    assert composer.text.toPlainText() == WORDS
    until(composer.send.isEnabled)
    assert composer.text.toPlainText() == WORDS
    composer.text.clear()


def test_b_waits_for_the_patient(
    desk_page: DeskPage, practice: RunningPractice, until: Until, hands: Hands
) -> None:
    unmet(desk_page, practice, until, 2)
    hands.press(Qt.Key.Key_Return, "b")
    fits = desk_page.panel.fits
    assert fits.isVisible()
    assert not fits.book.isVisible()
    until(lambda: desk_page.panel.patient is not None)
    assert fits.book.isVisible()
    assert fits.list.hasFocus()
    hands.press(Qt.Key.Key_Escape)
    assert desk_page.queue.view.hasFocus()


def test_words_can_be_written_while_an_earlier_verb_is_under_way(
    desk_page: DeskPage, practice: RunningPractice, until: Until, hands: Hands
) -> None:
    unmet(desk_page, practice, until, 3)
    hands.press(Qt.Key.Key_Return)
    until(lambda: desk_page.panel.patient is not None)
    hands.press("u", "r")
    hands.type(WORDS)
    assert desk_page.panel.composer.text.toPlainText() == WORDS
    until(desk_page.panel.bar.buttons["e"].isEnabled)
    assert desk_page.panel.request is not None
    desk_page.panel.composer.text.clear()


def test_words_for_what_a_colleague_has_open_are_a_draft(
    desk_page: DeskPage,
    desks: Desks,
    practice: RunningPractice,
    until: Until,
    hands: Hands,
    finish: Finish,
) -> None:
    sam = finish(desks.open("receptionist", 1))
    request_id = unmet(desk_page, practice, until, 4)
    until(lambda: request_id in sam.requests)
    finish(sam.open_request(request_id))
    hands.press(Qt.Key.Key_Return)
    panel = desk_page.panel
    until(panel.banner.isVisible)
    until(lambda: panel.patient is not None)
    hands.press("r")
    hands.type(WORDS)
    assert panel.composer.text.toPlainText() == WORDS
    assert not panel.composer.send.isEnabled()
    panel.take_over()
    until(panel.composer.send.isEnabled)
    assert panel.composer.text.toPlainText() == WORDS
    panel.composer.text.clear()


def test_an_empty_list_keeps_the_keyboard(desk_page: DeskPage, hands: Hands) -> None:
    desk_page.focus_search()
    hands.type("nobody is called this")
    assert desk_page.queue.model.rowCount() == 0
    assert desk_page.queue.nothing.isVisible()
    hands.press(Qt.Key.Key_Return)
    assert desk_page.queue.view.hasFocus()
    hands.press("/", Qt.Key.Key_Escape, Qt.Key.Key_Escape)
    assert desk_page.queue.model.rowCount() > 0
    assert desk_page.queue.view.hasFocus()
