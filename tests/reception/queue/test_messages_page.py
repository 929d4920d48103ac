"""Conversations by who acts next, read and answered."""

from PySide6.QtCore import Qt

from contract.codes import RequestType
from reception.desk.desk import Desk
from reception.records import Request
from reception.ui.messages_page import MessagesPage
from reception.widgets.thread_row import ThreadLane
from tests.reception.conftest import Until
from tests.reception.desk.asks import ask, write_back
from tests.reception.queue.conftest import Hands, Idle
from tests.running import RunningPractice


def thread(
    page: MessagesPage, practice: RunningPractice, until: Until, words: str, number: int = 0
) -> Request:
    """A message a patient has just sent, its row the current one."""
    desk = page._desk
    request_id = ask(practice, words, number=number, kind=RequestType.THREAD)
    until(lambda: request_id in desk.requests)
    page.threads.admit()
    row = page.threads.model.row_of(request_id)
    assert row >= 0
    page.threads.view.setCurrentIndex(page.threads.model.index(row))
    held = desk.requests.get(request_id)
    assert held is not None
    return held


def bubbles(page: MessagesPage) -> list[str]:
    """What the conversation says, top to bottom, to a screen reader."""
    return [bubble.accessibleName() for _, bubble in page.conversation._bubbles.values()]


def test_a_message_is_read_answered_and_comes_back_with_the_reply(
    messages_page: MessagesPage,
    practice: RunningPractice,
    until: Until,
    hands: Hands,
    desk: Desk,
) -> None:
    page = messages_page
    request = thread(page, practice, until, "Can I drive with these tablets?")
    hands.press(Qt.Key.Key_Return)
    until(lambda: any("Can I drive" in said for said in bubbles(page)))
    until(lambda: page.composer.target is not None)
    until(
        lambda: all(
            m.status == "completed"
            for m in desk.messages.in_thread(request.thread_id)
            if m.from_patient
        )
    )
    hands.press("r")
    hands.type("Yes, you can.")
    patient = page.banner.patient
    assert patient is not None
    assert patient.born_text in page.composer.send.text()
    hands.press(Qt.Key.Key_Return, ctrl=True)
    assert page.request is None
    assert page.send_bar.isVisible()
    page.mail.waiting.send_now()

    def lane_of() -> ThreadLane | None:
        held = desk.requests.get(request.id)
        return next((x for x in ThreadLane if held and x.takes(held, "")), None)

    until(lambda: lane_of() is ThreadLane.PATIENT)
    write_back(practice, request.thread_id, "Thank you!")
    until(lambda: lane_of() is ThreadLane.US)
    page.show_reference(f"Task/{request.id}")
    until(lambda: any("Thank you!" in said for said in bubbles(page)))
    assert [said.rpartition(": ")[2] for said in bubbles(page)][-2:] == [
        "Yes, you can.",
        "Thank you!",
    ]


def test_a_note_for_colleagues_stands_in_the_conversation_and_is_no_answer(
    messages_page: MessagesPage, practice: RunningPractice, until: Until, hands: Hands, desk: Desk
) -> None:
    page = messages_page
    request = thread(page, practice, until, "Is my letter ready?", number=1)
    hands.press(Qt.Key.Key_Return)
    until(lambda: page.composer.target is not None)
    page.composer.internal.click()
    page.composer.text.setFocus()
    hands.type("Letter is with Kate")
    hands.press(Qt.Key.Key_Return, ctrl=True)
    until(lambda: any("Letter is with Kate" in said for said in bubbles(page)))

    until(lambda: page.composer.text.toPlainText() == "")
    said = desk.messages.in_thread(request.thread_id)
    assert not any(m.is_internal for m in said)  # it stands in no thread of the patient's
    held = desk.requests.get(request.id)
    assert held is not None
    assert held.waits_for_us
    assert any("colleagues only" in said for said in bubbles(page))


def test_the_draft_of_one_patient_is_not_shown_to_the_next(
    messages_page: MessagesPage, practice: RunningPractice, until: Until, hands: Hands, idle: Idle
) -> None:
    page = messages_page
    first = thread(page, practice, until, "First question", number=2)
    second = thread(page, practice, until, "Second question", number=3)
    page.open(first.id)
    until(lambda: page.composer.target is not None)
    page.composer.text.setFocus()
    hands.type("for the first")
    page.open(second.id)
    assert page.composer.text.toPlainText() == ""
    idle(page)
    assert page.composer.target is not None
    assert page.composer.target.patient_id == second.patient_id
    assert page.banner.patient is not None
    assert page.banner.patient.id == second.patient_id
    page.open(first.id)
    idle(page)
    assert page.composer.text.toPlainText() == "for the first"
    page.composer.text.clear()
    page.composer.keep()


def test_done_by_three_keys(
    messages_page: MessagesPage, practice: RunningPractice, until: Until, hands: Hands, desk: Desk
) -> None:
    request = thread(messages_page, practice, until, "Thanks for ringing", number=4)
    hands.press(Qt.Key.Key_Return)
    until(lambda: messages_page.composer.target is not None)
    hands.press("e")
    hands.press("4")
    until(messages_page.panel.ending.isVisible)
    hands.press(Qt.Key.Key_Return)
    messages_page.mail.waiting.send_now()
    until(lambda: not _held(desk, request).is_open)
    until(lambda: messages_page.threads.model.row_of(request.id) < 0)


def _held(desk: Desk, request: Request) -> Request:
    held = desk.requests.get(request.id)
    assert held is not None
    return held


def test_with_nothing_open_no_story_is_told(messages_page: MessagesPage) -> None:
    story = messages_page.story.widget()
    assert story is not None
    assert messages_page.story.isVisible()
    assert not story.isVisible()
