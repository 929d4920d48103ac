"""Booking, in every way there is."""

from reception.records import Patient
from reception.widgets.board_cell import CellState
from tests.reception.acts.hands import Keyboard, Mouse
from tests.reception.acts.stage import Stage

Hand = Keyboard | Mouse


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
