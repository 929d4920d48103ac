"""Booking, in every way there is."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from contract.codes import Mark
from reception.records import Patient
from reception.widgets.board_cell import CellState
from tests.reception.acts.hands import Hand, Keyboard
from tests.reception.acts.stage import Stage


def find(stage: Stage, hand: Hand, person: Patient) -> None:
    """Find *person* in the search of the booking, which has the keyboard, and take them."""
    flow = stage.board.booking
    field = flow.search.field
    stage.until(field.isVisible, "the search was there")
    hand.write(field, person.nhs_number)
    stage.until(
        lambda: flow.search.current is not None and flow.search.current.id == person.id,
        "the patient was found",
    )
    if isinstance(hand, Keyboard):
        hand.strike("Return")
    else:
        hand.row(flow.search.view, 0)
    stage.until(lambda: flow.patient is not None, "the patient was taken")
    stage.settled()


def give_reason(stage: Stage, hand: Hand, words: str) -> None:
    """Say what it is about."""
    hand.write(stage.board.booking.reason.field, words)


def book(stage: Stage, hand: Hand) -> None:
    """The button, or its key."""
    hand.press(stage.board.booking.book, "Ctrl+Return")


def test_book(stage: Stage, hand: Hand) -> None:
    slot, person = stage.free(), stage.somebody()
    hand.act(stage.view, slot.reference, "B", "Book")
    stage.until(lambda: stage.slot_seen(slot.id).hold, "the second desk saw that it is held")
    find(stage, hand, person)
    give_reason(stage, hand, "Knee pain")
    book(stage, hand)
    stage.until(lambda: stage.of(person), "the second desk saw the booking")
    made = stage.of(person)[0]
    assert made.slot_ids == (slot.id,)
    assert made.description == "Knee pain"
    stage.until(stage.board.side.isHidden)
    assert stage.view.hasFocus()


def test_hold_and_give_up(stage: Stage, hand: Hand) -> None:
    slot = stage.free()
    hand.act(stage.view, slot.reference, "B", "Book")
    stage.until(lambda: stage.slot_seen(slot.id).hold, "the second desk saw that it is held")
    hand.press(stage.board.booking._close, "Escape")
    stage.until(lambda: stage.slot_seen(slot.id).status == "free", "the second desk saw it free")
    assert stage.board.side.isHidden()
    stage.until(lambda: stage.state(slot.reference) is CellState.FREE)


def test_squeeze_in(stage: Stage, hand: Hand) -> None:
    held, person = stage.booked(), stage.somebody()
    hand.act(stage.view, stage.key(held), "Shift+B", "Squeeze somebody in here")
    find(stage, hand, person)
    hand.write(stage.board.booking.why.field, "Mother on her way")
    book(stage, hand)
    stage.until(lambda: stage.of(person), "the second desk saw the extra")
    assert stage.of(person)[0].start == held.start
    assert stage.seen(held).status == "booked"


def test_double(stage: Stage, hand: Hand) -> None:
    slot, person = stage.free(run=2), stage.somebody()
    flow = stage.board.booking
    hand.act(stage.view, slot.reference, "B", "Book")
    find(stage, hand, person)
    hand.count(flow.shape.count, 2)
    stage.until(lambda: flow.hold.ends() is not None, "both were held")
    book(stage, hand)
    stage.until(lambda: stage.of(person), "the second desk saw the booking")
    assert len(stage.of(person)[0].slot_ids) == 2


def test_walk_in(stage: Stage, hand: Hand) -> None:
    slot, person = stage.free(), stage.somebody()
    hand.act(stage.view, slot.reference, "I", "Somebody has walked in")
    find(stage, hand, person)
    give_reason(stage, hand, "Cut finger")
    book(stage, hand)
    stage.until(lambda: stage.of(person), "the second desk saw who walked in")
    made = stage.of(person)[0]
    assert made.status == "arrived"
    assert not made.slot_ids


def test_series(stage: Stage, hand: Hand) -> None:
    slot, person = stage.free(), stage.somebody()
    flow = stage.board.booking
    hand.act(stage.view, slot.reference, "B", "Book")
    find(stage, hand, person)
    hand.press(flow.repeat.on)
    stage.until(lambda: len(flow.repeat.slots) == 2, "both days were found")
    days = flow.repeat.slots
    book(stage, hand)
    stage.until(lambda: stage.of(person), "the second desk saw today's")
    stored = stage.manager.search(f"Appointment?patient=Patient/{person.id}&status=booked")
    assert {s.reference for s in days} <= {a["slot"][0]["reference"] for a in stored}


def test_patient_first(stage: Stage, hand: Hand) -> None:
    """Who it is for is known before when: found above, then booked into a slot."""
    person, slot = stage.somebody(), stage.free()
    bar, patients = stage.window.top_bar, stage.patients
    if isinstance(hand, Keyboard):
        hand.strike("Ctrl+K")
        hand.type(person.nhs_number)
        hand.strike("Return")
    else:
        hand.write(bar.search, person.nhs_number)
        QTest.keyClick(bar.search, Qt.Key.Key_Return)  # what is written ends so
    stage.until(patients.isVisible, "the patients were in front")
    stage.until(
        lambda: patients.search.current is not None and patients.search.current.id == person.id,
        "the patient was found",
    )
    if isinstance(hand, Keyboard):
        hand.strike("Return")
    else:
        hand.row(patients.search.view, 0)
    stage.until(patients.book.isVisible, "the patient was shown")
    stage.until(lambda: not patients._tasks.running, "their story was read")
    hand.press(patients.book, "Alt+B")
    stage.until(stage.board.isVisible, "the board was in front")
    stage.until(lambda: stage.board.booking.patient is not None, "for whom was known")
    stage.until(stage.view.hasFocus, "the place was to be chosen")
    stage.settled()
    hand.act(stage.view, slot.reference, "B", "Book")
    give_reason(stage, hand, "Rash")
    book(stage, hand)
    stage.until(lambda: stage.of(person), "the second desk saw the booking")
    assert stage.of(person)[0].slot_ids == (slot.id,)


def test_keep_both(stage: Stage, hand: Hand) -> None:
    """Who is booked that day already: both are kept, after it has been asked."""
    held, slot = stage.booked(), stage.free()
    person, flow = stage.person(held), stage.board.booking
    hand.act(stage.view, slot.reference, "B", "Book")
    find(stage, hand, person)
    stage.until(flow.clashes.isVisible, "the other booking was shown")
    book(stage, hand)
    stage.until(flow.clashes.keep.hasFocus, "it was asked")
    hand.press(flow.clashes.keep, "K")
    stage.until(lambda: not flow.clashes.isVisible() and flow.book.isEnabled(), "both were kept")
    book(stage, hand)
    stage.until(lambda: len(stage.of(person)) == 2, "the second desk saw both")


def test_book_instead(stage: Stage, hand: Hand) -> None:
    """Who is booked that day already: the new one takes the place of the old."""
    held, slot = stage.booked(), stage.free()
    person, flow = stage.person(held), stage.board.booking
    hand.act(stage.view, slot.reference, "B", "Book")
    find(stage, hand, person)
    stage.until(lambda: flow.clashes.isVisible() and flow.clashes.swaps, "a swap was offered")
    if isinstance(hand, Keyboard):
        book(stage, hand)
        stage.until(flow.clashes.keep.hasFocus, "it was asked")
    hand.press(flow.clashes.swaps[0], "S")
    stage.until(lambda: [a.slot_ids for a in stage.of(person)] == [(slot.id,)], "one was left")
    assert stage.seen(held).status == "cancelled"


def test_by_telephone_for_once(stage: Stage, hand: Hand) -> None:
    slot, person = stage.free(), stage.somebody()
    shape = stage.board.booking.shape
    hand.act(stage.view, slot.reference, "B", "Book")
    find(stage, hand, person)
    hand.press(shape.mode.button(1))
    hand.press(shape.how.button(1))
    book(stage, hand)
    stage.until(lambda: stage.of(person), "the second desk saw the booking")
    made = stage.of(person)[0]
    assert made.is_phone
    assert made.via == Mark.VIA_PHONE
