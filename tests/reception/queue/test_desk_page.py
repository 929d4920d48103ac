"""Triage by keyboard alone, at a real desk and a real service."""

import uuid

from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QApplication

from contract import systems
from contract.codes import Outcome
from reception.desk.desk import Desk
from reception.records import Patient, Request
from reception.records.tree import concept
from reception.ui.desk_page import DeskPage
from reception.widgets.queue_lane import Lane
from tests.reception.conftest import Finish, Until
from tests.reception.desk.asks import ask, stored
from tests.reception.desk.picks import free_slots
from tests.reception.desks import Desks
from tests.reception.queue.conftest import Hands, Idle
from tests.running import RunningPractice


def arrived(
    page: DeskPage, practice: RunningPractice, until: Until, words: str, number: int = 0
) -> Request:
    """A request a patient has just sent, let into the list, its row the current one."""
    desk = page._desk
    request_id = ask(practice, words, number=number)
    until(lambda: request_id in desk.requests)
    page.queue.admit()
    row = page.queue.model.row_of(request_id)
    assert row >= 0
    page.queue.view.setCurrentIndex(page.queue.model.index(row))
    return now(desk, request_id)


def now(desk: Desk, request_id: str) -> Request:
    held = desk.requests.get(request_id)
    assert held is not None
    return held


def test_the_queue_stands_in_the_order_of_work(desk_page: DeskPage, desk: Desk) -> None:
    wanted = [r.id for r in desk.queue() if Lane.ALL.takes(r, desk.me.reference)]
    assert wanted
    assert list(desk_page.queue.model.ids) == wanted


def test_opening_claims_and_escape_hands_back(
    desk_page: DeskPage, practice: RunningPractice, until: Until, hands: Hands, desk: Desk
) -> None:
    request = arrived(desk_page, practice, until, "My knee hurts")
    hands.press(Qt.Key.Key_Return)
    assert desk_page.panel.request is not None
    until(lambda: now(desk, request.id).viewer(desk.time.now()) == desk.me.reference)
    until(desk_page.panel.view.earlier.isVisible)
    hands.press(Qt.Key.Key_Escape)
    assert desk_page.panel.request is None
    until(lambda: now(desk, request.id).status == "requested")
    assert desk_page.queue.view.hasFocus()


def test_booking_from_a_request_by_two_keys(
    desk_page: DeskPage, practice: RunningPractice, until: Until, hands: Hands, desk: Desk
) -> None:
    request = arrived(desk_page, practice, until, "My knee hurts, can I see somebody?")
    hands.press(Qt.Key.Key_Return)
    until(lambda: desk_page.panel.patient is not None)
    patient = desk_page.panel.patient
    assert patient is not None
    hands.press("b")
    fits = desk_page.panel.fits
    assert fits.isVisible()
    assert fits.list.current is not None
    slot_id = fits.list.current.id
    assert patient.name in fits.book.text()
    assert patient.born_text in fits.book.text()
    assert slot_id in fits.slot_ids
    hands.press(Qt.Key.Key_Return)
    until(lambda: not now(desk, request.id).is_open)
    booked = [a for a in desk.appointments if slot_id in a.slot_ids and a.status == "booked"]
    assert [a.patient_id for a in booked] == [patient.id]
    task = stored(practice.as_role("receptionist"), f"Task/{request.id}")
    assert task["status"] == "completed"
    until(lambda: desk_page.panel.request is None)
    assert desk_page.queue.model.row_of(request.id) < 0
    assert desk_page.queue.view.hasFocus()


def test_the_chosen_slot_goes_and_the_nearest_are_offered(
    desks: Desks,
    desk_page: DeskPage,
    practice: RunningPractice,
    until: Until,
    hands: Hands,
    finish: Finish,
) -> None:
    other = finish(desks.open("receptionist", 1))
    request = arrived(desk_page, practice, until, "A cough for a week", number=1)
    hands.press(Qt.Key.Key_Return)
    until(lambda: desk_page.panel.patient is not None)
    hands.press("b")
    fits = desk_page.panel.fits
    assert fits.list.current is not None
    slot_id = fits.list.current.id
    somebody = next(p for p in other.patients if not p.deceased)
    finish(other.book([slot_id], somebody))
    hands.press(Qt.Key.Key_Return)
    until(desk_page.panel.banner.isVisible)
    assert "taken" in desk_page.panel.banner.sentence or "free" in desk_page.panel.banner.sentence
    assert now(desk_page._desk, request.id).is_open
    assert slot_id not in fits.slot_ids


def test_done_is_three_keys(
    desk_page: DeskPage, practice: RunningPractice, until: Until, hands: Hands, desk: Desk
) -> None:
    request = arrived(desk_page, practice, until, "Is the surgery open on Christmas Eve?", number=2)
    hands.press(Qt.Key.Key_Return)
    until(lambda: desk_page.panel.patient is not None)
    hands.press("e")
    hands.press("4")
    assert desk_page.panel.ending.isVisible()
    hands.press(Qt.Key.Key_Return)
    assert now(desk, request.id).is_open  # it can be taken back for twenty seconds
    desk_page.mail.waiting.send_now()
    until(lambda: now(desk, request.id).status == "completed")
    assert now(desk, request.id).outcome == Outcome.ADMIN_ANSWERED


def test_urgent_handed_on_and_rejected(
    desk_page: DeskPage, practice: RunningPractice, until: Until, hands: Hands, desk: Desk
) -> None:
    request = arrived(desk_page, practice, until, "A rash on both legs", number=3)
    hands.press("u")
    until(lambda: now(desk, request.id).priority == "urgent")
    until(desk_page.panel.bar.buttons["t"].isEnabled)
    hands.press("t")
    team = sorted(t.name for t in desk.teams)[0]
    hands.type(team[:4])
    hands.press(Qt.Key.Key_Return)
    until(lambda: now(desk, request.id).owner_name == team)
    desk_page.queue.admit()
    desk_page.show_reference(f"Task/{request.id}")
    until(desk_page.panel.bar.buttons["x"].isEnabled)
    hands.press("x")
    hands.press(Qt.Key.Key_Space)  # the first reason has the keyboard
    assert desk_page.panel.reject.text.toPlainText()
    hands.type(" Sorry.")
    hands.press(Qt.Key.Key_Return, ctrl=True)
    until(lambda: now(desk, request.id).status == "rejected")
    assert now(desk, request.id).reason_text.endswith("Sorry.") or "Sorry." in (
        now(desk, request.id).reason_text
    )


def test_a_reply_goes_when_its_time_is_over_and_the_draft_goes_with_it(
    desk_page: DeskPage, practice: RunningPractice, until: Until, hands: Hands, desk: Desk
) -> None:
    request = arrived(desk_page, practice, until, "Do I need to fast?", number=4)
    hands.press(Qt.Key.Key_Return)
    until(lambda: desk_page.panel.patient is not None)
    hands.press("r")
    hands.type("No, eat as usual.")
    hands.press(Qt.Key.Key_Return, ctrl=True)
    assert desk_page.panel.request is None
    assert desk_page.send_bar.isVisible()
    assert now(desk, request.id).is_open
    assert any("eat as usual" in desk.drafts.text(key) for key in desk.drafts.keys())  # noqa: SIM118
    desk_page.mail.waiting.send_now()
    until(lambda: now(desk, request.id).status == "on-hold")
    until(lambda: not any("eat as usual" in desk.drafts.text(k) for k in desk.drafts.keys()))  # noqa: SIM118
    texts = [m.text for m in desk.messages.in_thread(request.thread_id)]
    assert "No, eat as usual." in texts
    assert not desk_page.send_bar.isVisible()


def test_letters_typed_into_a_field_are_no_verbs(
    desk_page: DeskPage,
    practice: RunningPractice,
    until: Until,
    hands: Hands,
    desk: Desk,
    idle: Idle,
) -> None:
    request = arrived(desk_page, practice, until, "Knee again")
    hands.press("/")
    hands.type("buretx.jk")
    idle(desk_page)
    assert desk_page.queue.filter.text() == "buretx.jk"
    assert desk_page.panel.request is None
    hands.press(Qt.Key.Key_Escape)
    hands.press(Qt.Key.Key_Escape)
    row = desk_page.queue.model.row_of(request.id)
    desk_page.queue.view.setCurrentIndex(desk_page.queue.model.index(row))
    hands.press("r")
    until(lambda: desk_page.panel.patient is not None)
    if not desk_page.panel.composer.isVisible():
        hands.press("r")
    hands.type("burex? u t.")
    idle(desk_page)
    assert desk_page.panel.composer.text.toPlainText() == "burex? u t."
    assert now(desk, request.id).priority == "routine"
    assert now(desk, request.id).is_open
    desk_page.panel.composer.text.clear()
    desk_page.panel.composer.keep()


def test_somebody_elses_claim_is_shown_live_and_can_be_taken_over(
    desks: Desks,
    desk_page: DeskPage,
    practice: RunningPractice,
    until: Until,
    hands: Hands,
    finish: Finish,
    desk: Desk,
) -> None:
    sam = finish(desks.open("receptionist", 1, live=False))
    request = arrived(desk_page, practice, until, "Back pain", number=1)
    finish(sam.reload())
    finish(sam.open_request(request.id))
    until(lambda: bool(now(desk, request.id).viewer(desk.time.now())))
    index = desk_page.queue.model.index(desk_page.queue.model.row_of(request.id))
    first = sam.me.display.split()[0]
    assert f"{first} has it" in str(index.data(Qt.ItemDataRole.AccessibleTextRole))
    hands.press(Qt.Key.Key_Return)
    until(desk_page.panel.banner.isVisible)
    assert sam.me.display in desk_page.panel.banner.sentence
    desk_page.panel.banner.pressed.emit()
    until(lambda: now(desk, request.id).viewer(desk.time.now()) == desk.me.reference)


def test_rows_stand_still_under_the_mouse_and_follow_when_it_leaves(
    desk_page: DeskPage, practice: RunningPractice, until: Until, desk: Desk
) -> None:
    queue = desk_page.queue
    desk_page.setFocus()
    point = QPointF(5, 5)
    QApplication.sendEvent(queue.view.viewport(), QEnterEvent(point, point, point))
    before = list(queue.model.ids)
    top = queue.view.mapTo(desk_page, queue.view.rect().topLeft())
    request_id = ask(practice, "Something new", number=2)
    until(lambda: request_id in desk.requests)
    until(queue.news.isEnabled)
    assert list(queue.model.ids) == before
    assert queue.news.text() == "1 new  —  press . to show"
    assert queue.view.mapTo(desk_page, queue.view.rect().topLeft()) == top
    queue.news.click()
    assert request_id in queue.model.ids
    assert queue.model.held_back.new == 0


def test_a_request_dropped_on_a_slot_is_booked_there(
    desk_page: DeskPage, practice: RunningPractice, until: Until, desk: Desk
) -> None:
    request = arrived(desk_page, practice, until, "Please book me in", number=3)
    slot = free_slots(desk)[0]
    index = desk_page.queue.view.currentIndex()
    carried: QMimeData = desk_page.queue.model.mimeData([index])
    assert carried.text() == ""  # nothing about the patient leaves with the drag
    desk_page.board.request_dropped.emit(request.id, slot.id)
    until(lambda: not now(desk, request.id).is_open)
    made = [a for a in desk.appointments if slot.id in a.slot_ids and a.status == "booked"]
    assert [a.patient_id for a in made] == [request.patient_id]


def test_what_comes_late_for_another_patient_is_dropped(
    desk_page: DeskPage, practice: RunningPractice, until: Until, hands: Hands, idle: Idle
) -> None:
    """Two requests opened in one breath: banner and body are the second one's."""
    first = arrived(desk_page, practice, until, "First one", number=0)
    second = arrived(desk_page, practice, until, "Second one", number=1)
    assert first.patient_id != second.patient_id
    desk_page.show_reference(f"Task/{first.id}")
    desk_page.show_reference(f"Task/{second.id}")
    idle(desk_page)
    view = desk_page.panel.view
    assert view.request is not None
    assert view.request.id == second.id
    assert view.banner.patient is not None
    assert view.banner.patient.id == second.patient_id
    assert "Second one" in view.words.accessibleName()


def test_nobody_waiting_is_said(desk_page: DeskPage) -> None:
    queue = desk_page.queue
    queue.filter.setText("zzzz qqqq")
    assert queue.model.rowCount() == 0
    assert queue.nothing.isVisible()
    assert "zzzz qqqq" in queue.nothing.text()


def test_an_unmatched_person_is_matched_before_anything_else(
    desk_page: DeskPage, practice: RunningPractice, until: Until, hands: Hands, desk: Desk
) -> None:
    somebody = next(p for p in desk.patients if p.active and not p.deceased and p.born)
    request_id = ask_unmatched(practice, somebody)
    until(lambda: request_id in desk.requests)
    desk_page.show_reference(f"Task/{request_id}")
    panel = desk_page.panel
    assert panel.match.isVisible()
    assert not panel.bar.buttons["r"].isEnabled()
    assert panel.press("b") is False
    assert panel.press("r") is False
    assert panel.press("e") is True  # a duplicate, an emergency: nothing else can come of it yet
    assert [str(o) for o, b in panel.outcome.buttons.items() if b.isEnabled()] == [
        "redirected-emergency",
        "duplicate",
        "withdrawn",
    ]
    assert panel.press("m") is True
    until(lambda: panel.match.search.model.rowCount() > 0)
    found = panel.match.search.current
    assert found is not None
    assert found.family == somebody.family
    hands.press(Qt.Key.Key_Return)
    until(lambda: panel.match.reason.isVisible() or panel.match.twins.isVisible())
    if panel.match.twins.isVisible():
        hands.press(Qt.Key.Key_Space)
    until(panel.match.reason.isVisible)
    assert found.born_text in panel.match.reason.confirm.text()
    assert now(desk, request_id).is_unmatched
    if not panel.match.reason.reason.text():
        hands.type("Spoke to them")
    hands.press(Qt.Key.Key_Return)
    until(lambda: now(desk, request_id).patient_id == found.id)
    until(lambda: panel.patient is not None and panel.patient.id == found.id)
    until(panel.bar.buttons["b"].isEnabled)
    until(lambda: now(desk, request_id).viewer(desk.time.now()) == desk.me.reference)
    assert desk_page.queue.view.hasFocus()


def test_a_near_twin_is_matched_only_side_by_side(
    desk_page: DeskPage, practice: RunningPractice, until: Until, hands: Hands, desk: Desk
) -> None:
    answer = practice.as_role("receptionist").get("Patient?_count=1000")
    assert answer.status_code == 200, answer.text
    everybody = [Patient.from_tree(e["resource"]) for e in answer.json()["entry"]]
    one = next(
        p for p in everybody if p.active and any(p.is_near_twin_of(other) for other in everybody)
    )
    request_id = ask_unmatched(practice, one)
    until(lambda: request_id in desk.requests)
    desk_page.show_reference(f"Task/{request_id}")
    match = desk_page.panel.match
    until(lambda: match.search.model.rowCount() > 1)
    hands.press(Qt.Key.Key_Return)
    until(match.twins.isVisible)
    assert now(desk, request_id).is_unmatched
    shown = match.search.current
    assert shown is not None
    assert shown.born_text in match.twins.buttons[0].text()
    hands.press(Qt.Key.Key_Tab)
    hands.press(Qt.Key.Key_Space)
    until(match.reason.isVisible)
    assert now(desk, request_id).is_unmatched
    match.reason.reason.setText("Spoke to them")
    hands.press(Qt.Key.Key_Return)
    until(lambda: not now(desk, request_id).is_unmatched)
    assert now(desk, request_id).patient_id != shown.id


def ask_unmatched(practice: RunningPractice, somebody: Patient) -> str:
    """Somebody whom nobody has recognised yet asks; they write about themselves as *somebody*."""
    assert somebody.born is not None
    entry = {
        "resourceType": "Task",
        "identifier": [{"system": systems.REQUEST_KEY, "value": str(uuid.uuid4())}],
        "contained": [
            {
                "resourceType": "Patient",
                "id": "them",
                "name": [{"family": somebody.family, "text": f"{somebody.family}"}],
                "birthDate": somebody.born.isoformat(),
            }
        ],
        "status": "requested",
        "businessStatus": concept(systems.REQUEST_STATE, "unmatched"),
        "intent": "order",
        "priority": "routine",
        "code": concept(systems.REQUEST_TYPE, "admin-query"),
        "description": "I have just moved here",
        "for": {"display": somebody.family},
        "authoredOn": "2026-11-23T08:30:00Z",
    }
    answer = practice.as_role("receptionist").post(entry)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def test_closing_sends_what_still_waits(
    desk_page: DeskPage,
    practice: RunningPractice,
    until: Until,
    hands: Hands,
    finish: Finish,
    desk: Desk,
) -> None:
    request = arrived(desk_page, practice, until, "When is the nurse in?", number=2)
    hands.press(Qt.Key.Key_Return)
    until(lambda: desk_page.panel.patient is not None)
    hands.press("r")
    hands.type("Every morning.")
    hands.press(Qt.Key.Key_Return, ctrl=True)
    finish(desk_page.mail.close())
    task = stored(practice.as_role("receptionist"), f"Task/{request.id}")
    assert task["status"] == "on-hold"
    assert desk.drafts.keys() == []


def test_ctrl_z_takes_a_message_back_into_its_composer(
    desk_page: DeskPage, practice: RunningPractice, until: Until, hands: Hands, desk: Desk
) -> None:
    request = arrived(desk_page, practice, until, "Am I due a jab?", number=3)
    hands.press(Qt.Key.Key_Return)
    until(lambda: desk_page.panel.patient is not None)
    hands.press("r")
    hands.type("No, not yet")
    hands.press(Qt.Key.Key_Return, ctrl=True)
    assert desk_page.queue.view.hasFocus()
    hands.press(Qt.Key.Key_Z, ctrl=True)
    assert not desk_page.send_bar.isVisible()
    until(lambda: desk_page.panel.request is not None and desk_page.panel.patient is not None)
    if not desk_page.panel.composer.isVisible():
        hands.press("r")
    assert desk_page.panel.composer.text.toPlainText() == "No, not yet"
    assert now(desk, request.id).is_open
    desk_page.panel.composer.text.clear()
    desk_page.panel.composer.keep()
