"""Taking down what somebody says: by keyboard alone, for the right person, kept till sent."""

import pytest
from PySide6.QtCore import Qt

from contract.came_by import CameBy
from contract.codes import Priority, RequestState, RequestType
from reception.desk.desk import Desk
from reception.desk.intake import Stranger, TakenDown
from reception.desk.notice import Notice
from reception.desk.problems import NotPossible
from reception.records import Patient, Request
from reception.ui.desk_page import DeskPage
from tests.reception.conftest import Finish, Until
from tests.reception.desk.asks import stored
from tests.reception.desk.picks import patient
from tests.reception.desks import Desks
from tests.reception.queue.conftest import Hands, Idle


def find(page: DeskPage, who: Patient, hands: Hands, until: Until) -> None:
    """Type enough of *who* and take them; a near-twin takes one Enter more."""
    page.entry.search.field.selectAll()
    hands.type(who.nhs_number)
    hands.press(Qt.Key.Key_Return)
    until(lambda: page.entry.search.current is not None)
    while page.entry.steps.currentIndex() == 0:
        hands.press(Qt.Key.Key_Return)
    assert page.entry.person is not None
    assert page.entry.person.name == who.name


def with_words(desk: Desk, words: str) -> list[Request]:
    return [r for r in desk.requests if r.description == words]


def test_a_call_is_taken_down_by_keyboard_in_four_keys_and_what_is_said(
    desk_page: DeskPage, desk: Desk, desks: Desks, hands: Hands, until: Until, finish: Finish,
    idle: Idle,
) -> None:  # fmt: skip
    other = finish(desks.open("receptionist", 1))
    who, words = patient(desk, 5), "Wants her blood result from Friday, ring after four"
    hands.type("n")
    assert desk_page.entry.search.field.hasFocus()
    find(desk_page, who, hands, until)
    assert desk_page.entry.words.hasFocus()
    hands.type(words)
    assert who.name in desk_page.entry.save.text()
    hands.press(Qt.Key.Key_Return, ctrl=True)
    until(lambda: len(with_words(other, words)) == 1)
    (made,) = with_words(other, words)
    assert (made.patient_id, made.requester) == (who.id, desk.me.reference)
    assert (made.came_by, made.type_code) == (CameBy.PHONE, RequestType.APPOINTMENT)
    assert (made.status, made.state) == ("requested", RequestState.NEW)
    assert made.thread_id
    until(lambda: desk_page.middle.currentWidget() is desk_page.panel)
    assert desk_page.queue.view.hasFocus()
    assert made.due is not None
    sent = finish(desk.reply(made.id, "It is normal."))
    assert sent.header_id == made.thread_id
    idle(desk_page)


def test_at_the_counter_urgent_admin_for_somebody_not_on_the_list(
    desk_page: DeskPage, desk: Desk, hands: Hands, until: Until, idle: Idle, finish: Finish,
) -> None:  # fmt: skip
    words = "Left her bag here. Also has chest pain since this morning"
    entry = desk_page.entry
    hands.type("n")
    hands.type("Zzyx, Quilla 1.2.1980")
    entry.stranger_button.click()
    assert entry.name.hasFocus()
    assert entry.name.text() == "Zzyx Quilla"
    hands.press(Qt.Key.Key_End)
    entry.ways.choose(1)
    entry.kinds.choose(2)
    assert not entry.save.isEnabled()
    entry.words.setFocus()
    hands.type(words)
    assert entry.flag.isVisible()
    assert "Chest pain" in entry.flag.text()
    entry.priorities.choose(1)
    hands.press(Qt.Key.Key_Return, ctrl=True)
    until(lambda: len(with_words(desk, words)) == 1)
    (made,) = with_words(desk, words)
    assert (made.is_unmatched, made.state) == (True, RequestState.UNMATCHED)
    assert (made.came_by, made.type_code) == (CameBy.WALK_IN, RequestType.ADMIN)
    assert made.priority == Priority.URGENT
    person = made.tree["contained"][0]
    assert (person["name"][0]["family"], person["birthDate"]) == ("Quilla", "1980-02-01")
    idle(desk_page)
    matched = finish(desk.match(made.id, patient(desk, 6), "At the desk"))
    assert matched.patient_id == patient(desk, 6).id


def test_what_is_typed_is_kept_for_its_person_alone(
    desk_page: DeskPage, desk: Desk, hands: Hands, until: Until, finish: Finish, idle: Idle
) -> None:
    one, other = patient(desk, 2), patient(desk, 3)
    entry = desk_page.entry
    hands.type("n")
    find(desk_page, one, hands, until)
    hands.type("half a sente")
    hands.press(Qt.Key.Key_Escape)
    assert desk_page.middle.currentWidget() is desk_page.panel
    finish(desk.drafts.flushed())
    hands.type("n")
    assert entry.words.hasFocus()
    assert entry.words.toPlainText() == "half a sente"
    entry.again.click()
    hands.type(other.nhs_number)
    hands.press(Qt.Key.Key_Return, Qt.Key.Key_Return, Qt.Key.Key_Return)
    assert entry.person is None  # not whoever was found before, however fast the fingers
    find(desk_page, other, hands, until)
    assert entry.words.toPlainText() == ""
    hands.type("something else")
    entry.again.click()
    find(desk_page, one, hands, until)
    assert entry.words.toPlainText() == "half a sente"
    assert not with_words(desk, "half a sente")
    desk.drafts.drop(f"entry/{one.id}")
    desk.drafts.drop(f"entry/{other.id}")
    idle(desk_page)


def test_it_is_refused_in_a_sentence_sent_once_and_taken_back(
    desk: Desk, desks: Desks, finish: Finish, until: Until
) -> None:
    told: list[Notice] = []
    desk.told.connect(told.append)
    who, words = patient(desk, 4), "Sick note please, from the counter"
    with pytest.raises(NotPossible, match="what they want"):
        finish(desk.take_down(TakenDown(who, RequestType.ADMIN, "  ", CameBy.PHONE)))
    nobody = TakenDown(Stranger(" "), RequestType.ADMIN, words, CameBy.PHONE)
    with pytest.raises(NotPossible, match="name"):
        finish(desk.take_down(nobody))
    said = TakenDown(who, RequestType.ADMIN, words, CameBy.WALK_IN)
    key = "7d4cbb1e-2f57-4e83-9a2e-4f0c5d8e9001"
    made = finish(desk.take_down(said, key))
    again = finish(desk.take_down(said, key))
    assert made.id == again.id
    undo = told[-1].undo_id
    finish(desk.undo(undo))
    signed = desks.practice.as_role("receptionist")
    assert stored(signed, made.reference)["status"] == "entered-in-error"
    assert not with_words(desk, words)
