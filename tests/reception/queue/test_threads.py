"""Conversations in the window: files, notes, hand-over, failures, and letters to several."""

import asyncio
import uuid
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage

from contract import systems
from contract.codes import RequestState, RequestType
from contract.reply_window import ONE_REPLY
from reception.desk.desk import Desk
from reception.desk.story import PatientStory
from reception.records import Message, Patient, Request
from reception.records.tree import changed
from reception.ui.messages_page import MessagesPage
from reception.widgets.composer import WINDOWS
from reception.widgets.thread_conversation import Bubble
from reception.widgets.thread_row import ThreadLane
from tests.reception.conftest import Finish, Until
from tests.reception.desk.asks import ask, stored, write_back
from tests.reception.queue.conftest import Hands, Idle
from tests.running import RunningPractice


def opened(
    page: MessagesPage, practice: RunningPractice, until: Until, words: str, number: int = 0
) -> Request:
    """A message that a patient has just sent, open in the page."""
    request_id = ask(practice, words, number=number, kind=RequestType.THREAD)
    until(lambda: request_id in page._desk.requests)
    page.open(request_id)
    until(lambda: page.composer.target is not None and page.composer.target.patient is not None)
    request = page.request
    assert request is not None
    return request


def bubbles(page: MessagesPage) -> list[Bubble]:
    return [bubble for _, bubble in page.conversation._bubbles.values()]


def said(page: MessagesPage) -> str:
    return "\n".join(bubble.accessibleName() for bubble in bubbles(page))


def send_file(
    practice: RunningPractice, request: Request, data: bytes, kind: str, title: str, number: int = 0
) -> None:
    """The patient sends a file into the thread."""
    signed = practice.as_role("patient", number)
    guard = f"Communication/{request.thread_id}"
    headers = {"Content-Type": kind, "X-Security-Context": guard}
    made = signed.request("POST", "Binary", content=data, headers=headers).json()
    file = {"contentType": kind, "title": title, "url": f"Binary/{made['id']}"}
    answer = signed.post(
        {
            "resourceType": "Communication",
            "identifier": [{"system": systems.MESSAGE_KEY, "value": str(uuid.uuid4())}],
            "status": "in-progress",
            "partOf": [{"reference": guard}],
            "subject": {"reference": f"Patient/{request.patient_id}"},
            "payload": [{"contentAttachment": file}],
        }
    )
    assert answer.status_code == 201, answer.text


def png(tmp_path: Path) -> bytes:
    picture = QImage(400, 300, QImage.Format.Format_RGB32)
    picture.fill(QColor("red"))
    path = tmp_path / "made.png"
    assert picture.save(str(path))
    return path.read_bytes()


def fail_delivery(practice: RunningPractice, message: Message) -> None:
    signed = practice.as_role("receptionist", 1)
    tree = stored(signed, message.reference)
    lost = {**tree, "status": "not-done", "statusReason": {"text": "Number not in use"}}
    assert signed.put(lost).status_code == 200


def test_files_of_the_patient_are_shown_inside_by_what_they_are(
    messages_page: MessagesPage, practice: RunningPractice, until: Until, tmp_path: Path, idle: Idle
) -> None:
    page, view = messages_page, messages_page.panel.file_view
    request = opened(page, practice, until, "Here are some files")
    send_file(practice, request, png(tmp_path), "image/png", "../../arm.exe")
    send_file(practice, request, b"It itches", "text/plain", "note.txt")
    send_file(practice, request, b"%PDF-1.7 x", "application/pdf", "letter.pdf")
    send_file(practice, request, b"MZ\x90\x00", "image/png", "cute.png")
    until(lambda: sum(len(b.file_buttons) for b in bubbles(page)) == 4)
    buttons = {b.accessibleName(): b for bubble in bubbles(page) for b in bubble.file_buttons}
    buttons["Show ../../arm.exe"].click()
    until(lambda: not view.picture.pixmap().isNull())
    assert view._stack.currentWidget() is view.picture
    assert view.hasFocus() or view.back.hasFocus()
    view.outside.click()  # asked for once: nothing is opened yet
    assert view.sure.isVisible()
    assert view._folder is None
    buttons["Show note.txt"].click()
    until(lambda: view.text.toPlainText() == "It itches")
    buttons["Show letter.pdf"].click()
    until(lambda: "PDF document" in view.statement.text())
    assert view.save.isVisible()
    buttons["Show cute.png"].click()
    until(lambda: "not what it says" in view.statement.text())
    assert not view.save.isVisible()
    assert not view.outside.isVisible()
    view.back.click()
    assert page.panel.side.currentWidget() is page.story
    idle(page)


def test_a_file_and_a_reply_window_go_with_the_words_by_keyboard(
    messages_page: MessagesPage,
    practice: RunningPractice,
    until: Until,
    hands: Hands,
    desk: Desk,
    tmp_path: Path,
) -> None:
    page = messages_page
    request = opened(page, practice, until, "What do I bring?", number=1)
    page.threads.view.setFocus()
    hands.press("r")
    hands.type("Bring this form.")
    assert page.composer.files is not None
    assert "5 MB" in page.composer.files.choose.text()
    big = tmp_path / "big.png"
    big.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(6 * 1024 * 1024))
    form = tmp_path / "form.png"
    form.write_bytes(png(tmp_path))
    page.composer.files.read([big])
    until(lambda: "at most 5 MB" in page.composer.files.complaint.text())
    page.composer.files.read([form])
    key = f"{request.patient_id}/{request.thread_id}"
    until(lambda: len(desk.drafts.files(key)) == 1)
    page.composer.window_choice.setCurrentIndex(WINDOWS.index(ONE_REPLY))
    page.composer.text.setFocus()
    hands.press(Qt.Key.Key_Return, ctrl=True)
    assert "with 1 file" in page.send_bar.words.text()
    assert "one reply" in page.send_bar.words.text()
    page.mail.waiting.send_now()
    until(lambda: any(m.files for m in desk.messages.in_thread(request.thread_id)))
    sent = next(m for m in desk.messages.in_thread(request.thread_id) if m.files)
    assert (sent.text, sent.window, sent.files[0].title) == (
        "Bring this form.",
        ONE_REPLY,
        "form.png",
    )
    until(lambda: not desk.drafts.keys())
    page.threads.show_lane(ThreadLane.PATIENT)
    page.open(request.id)
    until(lambda: "one reply" in said(page))
    assert "sent, not read yet" in said(page)
    signed = practice.as_role("patient", 1)
    tree = stored(signed, sent.reference)
    assert signed.put({**tree, "status": "completed"}).status_code == 200
    until(lambda: "read today" in said(page))


def test_the_end_of_a_conversation_stays_in_sight(
    messages_page: MessagesPage, practice: RunningPractice, until: Until, desk: Desk, finish: Finish
) -> None:
    page = messages_page
    page.resize(1200, 700)
    request = opened(page, practice, until, "A long story. " * 60, number=1)
    bar = page.panel._scroll.verticalScrollBar()
    until(lambda: bar.maximum() > 0 and bar.value() == bar.maximum())
    end = bar.maximum()
    write_back(practice, request.thread_id, "And on it goes. " * 60, number=1)
    until(lambda: bar.maximum() > end and bar.value() == bar.maximum())
    bar.setValue(0)
    end = bar.maximum()
    write_back(practice, request.thread_id, "And on. " * 60, number=1)
    until(lambda: bar.maximum() > end)
    assert bar.value() == 0  # who reads the beginning is left alone


def test_a_file_belongs_to_whom_it_was_chosen_for(
    messages_page: MessagesPage,
    practice: RunningPractice,
    until: Until,
    desk: Desk,
    tmp_path: Path,
    idle: Idle,
) -> None:
    page = messages_page
    first = opened(page, practice, until, "For the first", number=0)
    form = tmp_path / "form.png"
    form.write_bytes(png(tmp_path))
    assert page.composer.files is not None
    page.composer.files.read([form])  # still being read when the next one is opened
    second = opened(page, practice, until, "For the second", number=1)
    idle(page)
    target = page.composer.target
    assert target is not None
    assert target.patient_id == second.patient_id
    assert desk.drafts.files(target.key) == ()
    assert len(desk.drafts.files(f"{first.patient_id}/{first.thread_id}")) == 1
    desk.drafts.drop(f"{first.patient_id}/{first.thread_id}")


def test_what_comes_late_for_another_patient_is_dropped(
    messages_page: MessagesPage,
    practice: RunningPractice,
    until: Until,
    desk: Desk,
    idle: Idle,
) -> None:
    """The first patient's story is slow; by then the second one is open."""
    page, gate, ask_for = messages_page, asyncio.Event(), desk.story
    first_id = ask(practice, "Slow one", number=0, kind=RequestType.THREAD)
    second_id = ask(practice, "Quick one", number=1, kind=RequestType.THREAD)
    until(lambda: first_id in desk.requests and second_id in desk.requests)
    slow = desk.requests.get(first_id)
    quick = desk.requests.get(second_id)
    assert slow is not None
    assert quick is not None

    async def held_up(patient_id: str, *, panel: str = "") -> PatientStory | None:
        if patient_id != slow.patient_id:
            return await ask_for(patient_id, panel=panel)
        story = await ask_for(patient_id, panel=f"{panel} slow")
        await gate.wait()
        return story

    desk.story = held_up
    page.open(first_id)
    page.open(second_id)
    until(lambda: page.composer.target is not None and page.composer.target.patient is not None)
    gate.set()
    idle(page)
    assert page.banner.patient is not None
    assert page.banner.patient.id == quick.patient_id
    assert page.composer.target is not None
    assert page.composer.target.patient_id == quick.patient_id
    assert page.banner.patient.born_text in page.composer.send.text()


def test_two_pages_with_the_same_draft_agree(
    messages_page: MessagesPage, practice: RunningPractice, until: Until, hands: Hands, desk: Desk
) -> None:
    page = messages_page
    opened(page, practice, until, "Two pages", number=0)
    target = page.composer.target
    assert target is not None
    desk.drafts.keep(target.key, "written on the desk page")
    assert page.composer.text.toPlainText() == "written on the desk page"
    page.composer.text.setFocus()
    hands.type("!")
    desk.drafts.keep(target.key, "and meanwhile elsewhere")
    assert page.composer.text.toPlainText().count("!") == 1  # who types is not interrupted
    desk.drafts.drop(target.key)


def test_handing_on_with_a_word_by_keyboard(
    messages_page: MessagesPage, practice: RunningPractice, until: Until, hands: Hands, desk: Desk
) -> None:
    page = messages_page
    request = opened(page, practice, until, "Who can sign this?", number=0)
    page.threads.view.setFocus()
    hands.press("t")
    assert page.panel.hand.isVisible()
    hands.type("pharmacy")
    page.panel.hand.note.setFocus()
    hands.type("Please ring her first")
    hands.press(Qt.Key.Key_Return)
    until(lambda: page.request is None)
    held = desk.requests.newest(request.id)
    assert held is not None
    assert "Pharmacy" in held.owner_name
    page.open(request.id)
    until(lambda: "Please ring her first" in said(page))
    assert "colleagues only" in said(page)
    page.threads.view.setFocus()
    hands.press("h")
    until(lambda: (now := desk.requests.newest(request.id)) is not None and not now.owner)


def test_a_failed_delivery_asks_what_was_done_before_it_closes(
    messages_page: MessagesPage,
    practice: RunningPractice,
    until: Until,
    hands: Hands,
    desk: Desk,
    finish: Finish,
) -> None:
    page = messages_page
    request = opened(page, practice, until, "When do I come?", number=1)
    page.close_open()
    message = finish(desk.reply(request.id, "On Friday.", done=True))
    fail_delivery(practice, message)
    until(lambda: (now := desk.requests.newest(request.id)) is not None and now.is_open)
    page.threads.show_lane(ThreadLane.US)
    page.threads.admit()
    assert page.threads.model.row_of(request.id) == 0  # it comes before everything else
    page.open(request.id)
    until(lambda: "Number not in use" in page.panel.notice.sentence)
    assert "NOT DELIVERED: Number not in use" in said(page)
    page.threads.view.setFocus()
    hands.press("e")
    failure = page.panel.failure
    assert failure.isVisible()
    assert not page.outcome.isVisible()
    assert not failure.done.isEnabled()
    hands.press(Qt.Key.Key_Return)
    assert page.request is not None
    hands.type("Rang her at work.")
    hands.press(Qt.Key.Key_Return)
    until(lambda: (now := desk.requests.newest(request.id)) is not None and not now.is_open)
    until(lambda: page.request is None)


def test_a_lost_message_is_sent_again_with_one_press(
    messages_page: MessagesPage,
    practice: RunningPractice,
    until: Until,
    desk: Desk,
    finish: Finish,
) -> None:
    page = messages_page
    request = opened(page, practice, until, "Is it ready?", number=0)
    page.close_open()
    message = finish(desk.reply(request.id, "It is ready."))
    fail_delivery(practice, message)
    until(lambda: (now := desk.messages.get(message.id)) is not None and now.failed)
    page.open(request.id)
    until(lambda: any(b.again.isVisible() for b in bubbles(page)))
    next(b for b in bubbles(page) if b.again.isVisible()).again.click()
    until(lambda: (now := desk.messages.get(message.id)) is not None and not now.failed)
    until(lambda: page.request is None)


def patients(desk: Desk, practice: RunningPractice, finish: Finish) -> list[Patient]:
    found = []
    for number in (0, 1):
        reference = practice.account("patient", number)["reference"]
        tree = finish(desk._wire.read("Patient", reference.partition("/")[2]))
        found.append(Patient.from_tree(tree))
    return found


def lines(page: MessagesPage) -> list[str]:
    letter = page.letter.list
    return [letter.item(row).text() for row in range(letter.count())]


def test_a_letter_to_several_by_keyboard_shown_taken_back_and_sent(
    messages_page: MessagesPage,
    practice: RunningPractice,
    until: Until,
    hands: Hands,
    desk: Desk,
    finish: Finish,
) -> None:
    page, letter = messages_page, messages_page.letter
    people = patients(desk, practice, finish)
    hands.press("n")
    for person in people:
        hands.type(person.spaced_nhs_number.replace(" ", ""))
        hands.press(Qt.Key.Key_Return)
        until(lambda: letter.search.current is not None)
        count = len(letter.recipients)
        hands.press(Qt.Key.Key_Return)
        until(lambda seen=count: len(letter.recipients) == seen + 1)
    gone = Patient.from_tree(changed(people[0].tree, id="gone", deceasedBoolean=True))
    letter.add(gone)
    letter.topic.setFocus()
    topic = f"Flu clinic {uuid.uuid4()}"
    hands.type(topic)
    hands.press(Qt.Key.Key_Return)
    hands.type("Dear {first name}, please book.")
    until(lambda: any("please book" in desk.drafts.text(k) for k in desk.drafts.keys()))  # noqa: SIM118
    hands.press(Qt.Key.Key_Return, ctrl=True)
    assert [line.count(", please book.") for line in lines(page)] == [1, 1, 1]
    assert all(p.born_text in line for p, line in zip(people, lines(page), strict=False))
    assert lines(page)[2].startswith("DECEASED")
    assert "3 patients" in letter.send.text()
    letter.send.click()
    assert letter.is_going
    letter.back.click()  # taken back: nothing has gone
    assert not letter.is_going
    assert letter.text.toPlainText() == "Dear {first name}, please book."
    hands.press(Qt.Key.Key_Return, ctrl=True)
    letter.send.click()
    letter.send.click()
    until(lambda: "Sent to 2 of 3" in letter.review.text())
    assert [line[:6] for line in lines(page)] == ["✓ Sent", "✓ Sent", "✗ NOT "]
    assert "deceased" in lines(page)[2]
    sent = [r for r in desk.requests if r.description == topic]
    assert {r.patient_id for r in sent} == {p.id for p in people}
    assert len({r.thread_id for r in sent}) == 2
    for person in people:  # each reads their own name, and nobody else's
        (request,) = (r for r in sent if r.patient_id == person.id)
        (message,) = desk.messages.in_thread(request.thread_id)
        assert message.text == f"Dear {person.given.split()[0]}, please book."
    letter.send.click()  # again to the one it has not reached, and to nobody twice
    letter.send.click()
    until(lambda: letter.send.isEnabled() and not letter.is_going)
    assert len([r for r in desk.requests if r.description == topic]) == 2
    letter.back.click()
    letter.discard.click()
    letter.put_away()
    assert not any("please book" in desk.drafts.text(k) for k in desk.drafts.keys())  # noqa: SIM118
    assert page.panel.isVisible()


def test_a_letter_half_written_comes_back_and_never_under_another_name(
    messages_page: MessagesPage, practice: RunningPractice, hands: Hands, desk: Desk, finish: Finish
) -> None:
    page, letter = messages_page, messages_page.letter
    first, second = patients(desk, practice, finish)
    page.write(first)
    hands.type("Your result")
    hands.press(Qt.Key.Key_Return)
    hands.type("It is abnormal.")
    hands.press(Qt.Key.Key_Escape)
    page.write(second)
    assert letter.text.toPlainText() == ""
    assert letter.topic.text() == ""
    assert second.name in letter.title.text()
    letter.add(first)
    assert letter.text.toPlainText() == ""
    letter.remove(second.id)
    assert letter.text.toPlainText() == "It is abnormal."
    assert first.name in letter.title.text()
    letter.discard.click()
    letter.put_away()
    assert desk.drafts.keys() == []


def test_a_late_reply_brings_a_closed_thread_back_to_the_top(
    messages_page: MessagesPage,
    practice: RunningPractice,
    until: Until,
    desk: Desk,
    finish: Finish,
) -> None:
    page = messages_page
    request_id = ask(practice, "All done then?", number=1, kind=RequestType.THREAD)
    until(lambda: request_id in desk.requests)
    finish(desk.reply(request_id, "All done.", done=True))
    held = desk.requests.newest(request_id)
    assert held is not None
    assert ThreadLane.CLOSED.takes(held, "")
    write_back(practice, held.thread_id, "One more thing, though", number=1)
    page.threads.show_lane(ThreadLane.US)
    until(lambda: (now := desk.requests.newest(request_id)) is not None and now.is_open)
    page.threads.admit()
    first = desk.requests.get(page.threads.model.ids[0])
    assert first is not None
    row = page.threads.model.row_of(request_id)
    before = [desk.requests.get(i) for i in page.threads.model.ids[:row]]
    # Only emergencies, what did not arrive and earlier replies stand above it.
    assert all(
        r is not None
        and (r.is_emergency or r.state in (RequestState.REOPENED, RequestState.DELIVERY_FAILED))
        for r in before
    )


def test_what_is_typed_is_kept_when_the_window_goes(
    messages_page: MessagesPage, practice: RunningPractice, until: Until, hands: Hands, desk: Desk
) -> None:
    """Signing out and closing leave no pause: what goes out of sight is kept at once."""
    page = messages_page
    opened(page, practice, until, "Are you there?", number=0)
    page.composer.text.setFocus()
    hands.type("half a sen")
    page.hide()
    target = page.composer.target
    assert target is not None
    assert desk.drafts.text(target.key) == "half a sen"
    page.show()
    assert page.composer.text.toPlainText() == "half a sen"
    desk.drafts.drop(target.key)


def test_rows_say_what_was_said_last_without_being_opened(
    messages_page: MessagesPage, until: Until, desk: Desk
) -> None:
    """Threads that were there before the desk was opened are read with it."""
    open_threads = [r for r in desk.requests if ThreadLane.US.takes(r, "")]
    until(lambda: all(desk.messages.in_thread(r.thread_id) for r in open_threads))
