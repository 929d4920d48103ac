"""Ending requests at the window: by key, with words to the patient, one or several."""

import base64
import uuid

from PySide6.QtCore import QBuffer, QIODevice, Qt
from PySide6.QtGui import QColor, QImage, QImageWriter
from PySide6.QtTest import QTest

from contract import systems
from contract.codes import Outcome, RequestType
from contract.phrases import Phrase
from reception.desk.desk import Desk
from reception.desk.held_mail import HeldMail
from reception.records import Request
from reception.records.tree import concept
from reception.ui.desk_page import DeskPage
from reception.ui.phrases_window import PhrasesWindow
from reception.ui.request_sender import Sender
from reception.widgets.ending_mail import EndingMail
from reception.widgets.look import Look
from reception.widgets.request_form import picture_of
from tests.reception.conftest import Finish, Until
from tests.reception.desk.asks import ask, stored
from tests.reception.desks import Desks
from tests.reception.queue.conftest import Hands, Idle
from tests.running import RunningPractice

PATIENCE_S = 60.0
"""A machine that has much else to do takes its time over a claim."""


def now(desk: Desk, request_id: str) -> Request:
    held = desk.requests.get(request_id)
    assert held is not None
    return held


def opened(
    page: DeskPage,
    practice: RunningPractice,
    until: Until,
    words: str,
    number: int = 0,
    kind: RequestType = RequestType.CONSULTATION,
) -> Request:
    """A request a patient has just sent, open in the panel, its patient known, and claimed."""
    desk, panel = page._desk, page.panel
    request_id = ask(practice, words, number=number, kind=kind)
    until(lambda: request_id in desk.requests)
    page.show_reference(f"Task/{request_id}")
    until(
        lambda: panel.patient is not None and panel.patient.id == now(desk, request_id).patient_id,
        PATIENCE_S,
    )
    until(lambda: now(desk, request_id).viewer(desk.time.now()) == desk.me.reference, PATIENCE_S)
    until(panel.bar.buttons["e"].isEnabled, PATIENCE_S)
    page.queue.view.setFocus()
    return now(desk, request_id)


def said(desk: Desk, finish: Finish, request: Request) -> list[str]:
    return [m.text for m in finish(desk.open_thread(request.thread_id))]


def test_one_key_shows_the_words_and_enter_sends_them(
    desk_page: DeskPage,
    practice: RunningPractice,
    until: Until,
    hands: Hands,
    desk: Desk,
    finish: Finish,
) -> None:
    request = opened(desk_page, practice, until, "Hay fever again")
    patient, panel = desk_page.panel.patient, desk_page.panel
    assert patient is not None
    hands.press("e")
    assert panel.outcome.isVisible()
    assert {str(o) for o in panel.outcome.buttons} == {str(o) for o in Outcome}
    hands.press("2")
    assert panel.ending.isVisible()
    assert not panel.outcome.isVisible()
    words = panel.ending.text.toPlainText()
    assert f"Hello {patient.given.split()[0]}," in words
    assert patient.name in panel.ending.send.text()
    assert patient.born_text in panel.ending.send.text()
    hands.press(Qt.Key.Key_Return)
    assert panel.request is None
    assert now(desk, request.id).is_open
    assert patient.name in desk_page.send_bar.words.text()
    # It is taken back, changed, and sent after all.
    desk_page.send_bar.take_back()
    until(panel.ending.isVisible)
    assert panel.ending.text.toPlainText() == words
    panel.ending.text.setPlainText(f"{words}\nGet well soon.")
    panel.ending.text.setFocus()
    hands.press(Qt.Key.Key_Return, ctrl=True)
    desk_page.mail.waiting.send_now()
    until(lambda: not now(desk, request.id).is_open)
    assert now(desk, request.id).outcome == Outcome.PHARMACY
    assert said(desk, finish, request)[1:] == [f"{words}\nGet well soon."]
    assert not desk.drafts.keys()


def test_a_place_nothing_is_known_for_is_not_sent(
    desk_page: DeskPage, practice: RunningPractice, until: Until, hands: Hands, idle: Idle
) -> None:
    opened(desk_page, practice, until, "A fit note please", 1)
    ending = desk_page.panel.ending
    hands.press("e", "9")
    ending.text.setPlainText("Hello {first name}, see {clinician}.")
    assert not ending.send.isEnabled()
    assert "{clinician}" in ending.hint.text()
    hands.press(Qt.Key.Key_Return)
    assert not desk_page.mail.waiting.waiting
    ending.text.setPlainText("Hello, see Dr Grant.")
    assert ending.send.isEnabled()
    hands.press(Qt.Key.Key_Escape)
    hands.press(Qt.Key.Key_Escape)
    idle(desk_page)


def test_booked_by_phone_is_a_key_that_looks_for_phone_calls(
    desk_page: DeskPage, practice: RunningPractice, until: Until, hands: Hands, desk: Desk
) -> None:
    request = opened(desk_page, practice, until, "My knee hurts", 2)
    fits = desk_page.panel.fits
    hands.press("e", "6")
    until(lambda: fits.isVisible() and bool(fits.slot_ids))
    assert fits.way == "phone"
    shown = [fits._fits[slot_id].slot for slot_id in fits.slot_ids]
    assert all(slot.channel != "In-person" for slot in shown)
    assert "They will read:" in fits.told.text()
    hands.press(Qt.Key.Key_Return)
    until(lambda: not now(desk, request.id).is_open)
    assert now(desk, request.id).outcome == Outcome.BOOKED_PHONE


def test_times_are_offered_by_keys_and_stand_above_the_request(
    desk_page: DeskPage,
    practice: RunningPractice,
    until: Until,
    hands: Hands,
    desk: Desk,
    idle: Idle,
) -> None:
    request = opened(desk_page, practice, until, "A cough, any day", 3)
    panel = desk_page.panel
    hands.press("b")
    until(lambda: len(panel.fits.to_offer) == 3)
    idle(desk_page)
    panel.fits.list.setFocus()
    hands.press("o")
    assert panel.offer.isVisible()
    assert panel.patient is not None
    assert panel.patient.born_text in panel.offer.send.text()
    assert panel.offer.text.toPlainText().count("\n- ") == 3
    hands.press(Qt.Key.Key_Return)
    until(lambda: len(now(desk, request.id).offered_slots) == 3)
    until(lambda: panel.request is None)
    desk_page.show_reference(f"Task/{request.id}")
    until(panel.offered.isVisible)
    assert "kept until" in panel.offered.words.text()
    panel.offered.undo.click()
    until(lambda: not now(desk, request.id).offered_slots)
    until(lambda: not panel.offered.isVisible())


def test_what_waits_survives_the_end_of_the_program(
    desks: Desks, practice: RunningPractice, until: Until, finish: Finish
) -> None:
    desk = finish(desks.open())
    request_id = ask(practice, "A letter please", kind=RequestType.ADMIN)
    until(lambda: request_id in desk.requests)
    request = now(desk, request_id)
    patient = finish(desk.endings.patient(request.patient_id))
    key = f"{patient.id}/{request.thread_id}"
    mail = Sender(desk, wait_s=3600)
    mail.waiting.put(
        EndingMail(key, patient, request.id, "It is done.", done=True, outcome=Outcome.FIT_NOTE)
    )
    finish(desk.drafts.flushed())
    mail._tasks.cancel_all()  # killed: nothing is said to the service any more
    finish(desks.shut(desk))

    again = finish(desks.open())
    mail = Sender(again, wait_s=3600)
    again.loaded.emit()
    until(lambda: len(mail.waiting.waiting) == 1)
    out = mail.waiting.waiting[0]
    assert (out.who, out.text) == (patient.name, "It is done.")
    held = list(HeldMail(again.drafts).all())
    assert [one.request_id for one in held] == [request.id]
    mail.waiting.send_now()
    until(lambda: not now(again, request.id).is_open)
    until(lambda: not list(HeldMail(again.drafts).all()))
    assert now(again, request.id).outcome == Outcome.FIT_NOTE
    # Killed before it was told that the service has it: it is not sent twice.
    HeldMail(again.drafts).keep(held[0])
    third = Sender(again, wait_s=3600)
    again.loaded.emit()
    until(lambda: not list(HeldMail(again.drafts).all()))
    assert not third.waiting.waiting
    assert said(again, finish, request) == ["A letter please", "It is done."]
    for sender in (mail, third):
        finish(sender.close())


def test_several_admin_requests_end_together(
    desk_page: DeskPage,
    practice: RunningPractice,
    until: Until,
    hands: Hands,
    desk: Desk,
    finish: Finish,
) -> None:
    words = ("Please note my new phone", "I have moved to Mill Lane")
    ids = [ask(practice, w, number=n, kind=RequestType.ADMIN) for n, w in enumerate(words)]
    until(lambda: all(i in desk.requests for i in ids))
    queue, bulk = desk_page.queue, desk_page.bulk

    def let_in() -> bool:
        queue.admit()
        return all(queue.model.row_of(i) >= 0 for i in ids)

    until(let_in, PATIENCE_S)
    rows = sorted(queue.model.row_of(i) for i in ids)
    view = queue.view
    view.setFocus()
    view.setCurrentIndex(queue.model.index(rows[0]))
    while view.currentIndex().row() < rows[1]:
        QTest.keyClick(view, Qt.Key.Key_J, Qt.KeyboardModifier.ShiftModifier)
    marked = view.picked_ids
    assert set(ids) <= set(marked)
    assert bulk.is_open
    assert bulk.sheet.isVisible()
    assert bulk.sheet.list.count() == len(marked)
    until(
        lambda: set(ids) <= {one.request.id for one in bulk.sheet.foreseen if one.ends},
        PATIENCE_S,
    )
    ending = {one.request.id for one in bulk.sheet.foreseen if one.ends}
    hands.press("u")  # with several marked this is nobody's verb
    assert all(now(desk, i).priority == "routine" for i in ids)
    hands.press("e")
    hands.press(Qt.Key.Key_Return)
    assert not bulk.is_open
    waiting = desk_page.mail.waiting
    assert len(waiting.waiting) == 1
    assert {one.request_id for one in waiting.waiting[0].all} == ending
    desk_page.send_bar.take_back()
    assert all(now(desk, i).is_open for i in ids)
    view.setCurrentIndex(queue.model.index(min(queue.model.row_of(i) for i in ids)))
    while view.currentIndex().row() < max(queue.model.row_of(i) for i in ids):
        QTest.keyClick(view, Qt.Key.Key_J, Qt.KeyboardModifier.ShiftModifier)
    hands.press("e", "2")
    hands.press(Qt.Key.Key_Return)
    waiting.send_now()
    until(lambda: all(not now(desk, i).is_open for i in ids))
    for number, request_id in enumerate(ids):
        request = now(desk, request_id)
        assert request.outcome == Outcome.DUPLICATE
        told = said(desk, finish, request)
        assert told[0] == words[number]
        patient = finish(desk.endings.patient(request.patient_id))
        assert told[1].startswith(f"Hello {patient.given.split()[0]},")


def test_the_form_and_its_photo_are_shown(
    desk_page: DeskPage, practice: RunningPractice, until: Until
) -> None:
    account = practice.account("patient", 4)
    signed = practice.as_(account["user"])
    picture = QImage(40, 30, QImage.Format.Format_RGB32)
    picture.fill(QColor("teal"))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert QImageWriter(buffer, b"png").write(picture)
    binary = signed.post(
        {
            "resourceType": "Binary",
            "contentType": "image/png",
            "data": base64.b64encode(bytes(buffer.data().data())).decode(),
        }
    )
    assert binary.status_code == 201, binary.text
    photo = {"contentType": "image/png", "url": f"Binary/{binary.json()['id']}", "title": "Rash"}
    form = signed.post(
        {
            "resourceType": "QuestionnaireResponse",
            "status": "completed",
            "item": [
                {
                    "linkId": "1",
                    "text": "How long have you had it?",
                    "answer": [{"valueString": "Two weeks"}],
                },
                {
                    "linkId": "2",
                    "text": "Is it getting worse?",
                    "answer": [{"valueBoolean": True}],
                    "item": [
                        {"linkId": "2.1", "text": "A photo", "answer": [{"valueAttachment": photo}]}
                    ],
                },
            ],
        }
    )
    assert form.status_code == 201, form.text
    task = signed.post(
        {
            "resourceType": "Task",
            "status": "requested",
            "intent": "order",
            "code": concept(systems.REQUEST_TYPE, RequestType.CONSULTATION),
            "description": "A rash",
            "for": {"reference": account["reference"]},
            "requester": {"reference": account["reference"]},
            "identifier": [{"system": systems.REQUEST_KEY, "value": str(uuid.uuid4())}],
            "input": [
                {
                    "type": {"text": "Form"},
                    "valueReference": {"reference": f"QuestionnaireResponse/{form.json()['id']}"},
                }
            ],
        }
    )
    assert task.status_code == 201, task.text
    request_id = task.json()["id"]
    until(lambda: request_id in desk_page._desk.requests)
    desk_page.show_reference(f"Task/{request_id}")
    view = desk_page.panel.view
    until(lambda: len(view.form.photos) == 1)
    assert view.form.texts == [
        ("How long have you had it?", "Two weeks"),
        ("Is it getting worse?", "Yes"),
    ]
    tile = view.form.photos[0]
    until(lambda: not tile.picture.pixmap().isNull())
    assert tile.photo.title == "Rash"
    tile.toggle()
    assert tile.is_large
    assert "A rash" in view.words.accessibleName()
    desk_page.panel.close_open()
    assert picture_of(b"MZ\x90 not a picture") is None
    assert picture_of(b"") is None


def test_phrases_are_written_for_everybody_in_a_window(
    desk: Desk, look: Look, until: Until, finish: Finish
) -> None:
    window = PhrasesWindow(desk, look)
    window.show()
    before = window.phrases
    assert before
    window.add.click()
    form = window.form
    form.name.setText("Flu jab")
    form.name.textEdited.emit("Flu jab")
    form.text.setPlainText("Hello {first nam}, the flu clinic is on Saturday.")
    assert "{first nam} is not known" in form.fault.text()
    assert not window.save.isEnabled()
    form.text.setPlainText("Hello {first name}, the flu clinic is on Saturday.")
    assert "Hello Jane, the flu clinic" in form.preview.text()
    assert window.save.isEnabled()
    window.close()  # the first try only warns
    assert window.isVisible()
    window.save.click()
    until(lambda: not window.is_changed)
    try:
        until(lambda: any(p.name == "Flu jab" for p in desk.phrases.all))
        added = next(p for p in desk.phrases.all if p.name == "Flu jab")
        assert added == Phrase("Flu jab", added.text, window.phrases[1].use)
    finally:
        finish(desk.phrases.use_shipped())
    until(lambda: window.phrases == before)
    window.tasks.cancel_all()
    finish(window.tasks.drained())
    window.close()
    window.deleteLater()


def test_nothing_of_the_last_patient_stays_in_the_ending(
    desk_page: DeskPage, practice: RunningPractice, until: Until, hands: Hands, desk: Desk
) -> None:
    first = opened(desk_page, practice, until, "Sore throat", 0)
    hands.press("e", "3")
    panel = desk_page.panel
    panel.ending.text.setPlainText("Only for the first one")
    second = opened(desk_page, practice, until, "Sore ear", 1)
    assert first.patient_id != second.patient_id
    assert panel.ending.patient is None
    assert not panel.ending.isVisible()
    assert panel.ending.text.toPlainText() == ""
    hands.press("e", "3")
    assert panel.ending.patient is not None
    assert panel.ending.patient.id == second.patient_id
    assert "first one" not in panel.ending.text.toPlainText()
    panel.ending.silent.click()
    until(lambda: not now(desk, second.id).is_open)
    assert stored(practice.as_role("receptionist"), first.reference)["status"] != "completed"
