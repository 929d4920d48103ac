"""What happens to a patient on the day, and taking it back."""

from datetime import timedelta

from contract.codes import Mark
from reception.widgets.board_cell import CellState
from tests.reception.acts.hands import Hand
from tests.reception.acts.stage import Stage
from tests.reception.board.late_session import late_slots
from tests.reception.desk.asks import ask

VISITS = 4
"""Whose slots are home visits."""


def test_arrive_send_in_left(stage: Stage, hand: Hand) -> None:
    held = stage.booked()
    key = stage.key(held)
    for letter, words, status in (
        ("A", "Arrived", "arrived"),
        ("S", "Sent in", "checked-in"),
        ("L", "Has left", "fulfilled"),
    ):
        hand.act(stage.view, key, letter, words)
        stage.until_is(lambda: stage.seen(held).status, status)
        stage.settled()
    assert stage.seen(held).left_at is not None


def test_late(stage: Stage, hand: Hand) -> None:
    held = stage.booked()
    hand.act(stage.view, stage.key(held), "O", "Rang: will be late")
    stage.until(lambda: Mark.LATE in stage.seen(held).marks, "the second desk saw it")
    assert stage.seen(held).late_until is None


def test_late_until(stage: Stage, hand: Hand) -> None:
    held = stage.booked()
    strip = stage.board.panel.late
    hand.panel_act(stage.board, stage.key(held), "Shift+O", "Late until")
    hand.press(strip.buttons[3], "4")
    expected = held.start + timedelta(minutes=20)
    stage.until(lambda: stage.seen(held).late_until == expected, "the second desk saw until when")


def test_quiet(stage: Stage, hand: Hand) -> None:
    held = stage.booked()
    stage.finish(stage.there.arrive(held.id))
    stage.until(lambda: stage.state(stage.key(held)) is CellState.ARRIVED)
    hand.panel_act(stage.board, stage.key(held), "Shift+S", "Send in quietly")
    stage.until(lambda: stage.seen(held).letter == "Q", "the second desk saw it")


def test_walked_out(stage: Stage, hand: Hand) -> None:
    held = stage.booked()
    stage.finish(stage.there.arrive(held.id))
    stage.until(lambda: stage.state(stage.key(held)) is CellState.ARRIVED)
    hand.act(stage.view, stage.key(held), "W", "Walked out before being seen")
    stage.until(lambda: stage.seen(held).walked_out, "the second desk saw it")


def test_did_not_attend(stage: Stage, hand: Hand) -> None:
    (slot_id,) = late_slots(stage.manager, stage.desk.time.now(), 1)
    held = stage.book_into((slot_id,), stage.somebody())
    hand.act(stage.view, stage.key(held), "D", "Did not attend")
    stage.until(lambda: stage.seen(held).status == "noshow", "the second desk saw it")


def test_did_not_attend_in_a_batch(stage: Stage, hand: Hand) -> None:
    slots = late_slots(stage.manager, stage.desk.time.now(), 2)
    missed = [stage.book_into((slot_id,), stage.somebody()) for slot_id in slots]
    foot, review = stage.board.foot, stage.board.missed
    ids = {a.id for a in missed}
    stage.until(lambda: ids <= {a.appointment.id for a in foot.absences}, "they were proposed")
    hand.press(foot.missed.review, "Shift+D")
    stage.until(review.isVisible, "the review opened")
    stage.until(lambda: ids <= set(review.ticked), "both were ticked")
    hand.press(review.accept, "Return")
    stage.until(lambda: all(stage.seen(a).status == "noshow" for a in missed), "both were marked")


def test_three_calls_and_no_answer(stage: Stage, hand: Hand) -> None:
    held = stage.booked(2)
    key = stage.key(held)
    for number, words in enumerate(("Call, 1 of 3", "Call again, 2 of 3", "Call again, 3 of 3"), 1):
        hand.panel_act(stage.board, key, "T", words)
        stage.until_is(lambda: stage.seen(held).calls_tried, number)
        stage.settled()
    hand.panel_act(stage.board, key, "H", "No answer")
    stage.until(lambda: stage.seen(held).status == "noshow", "the second desk saw it")


def test_cancel(stage: Stage, hand: Hand) -> None:
    held = stage.booked()
    strip = stage.board.panel.cancel
    hand.act(stage.view, stage.key(held), "X", "Cancel, with a reason")
    stage.until(strip.isVisible, "the reasons were asked for")
    hand.press(strip.reasons.button(1))
    hand.press(strip.confirm)
    stage.until(lambda: stage.seen(held).status == "cancelled", "the second desk saw it")
    assert stage.slot_seen(held.slot_ids[0]).status == "free"


def test_a_freed_slot_goes_to_who_asked(stage: Stage, hand: Hand) -> None:
    asked = ask(stage.practice, "My knee hurts when I walk, could I be seen?")
    stage.until(lambda: stage.desk.requests.get(asked) is not None, "the request was there")
    held = stage.booked()
    strip, freed = stage.board.panel.cancel, stage.board.foot.freed
    hand.act(stage.view, stage.key(held), "X", "Cancel, with a reason")
    stage.until(strip.isVisible, "the reasons were asked for")
    hand.press(strip.reasons.button(0))
    hand.press(strip.confirm)
    (slot_id,) = held.slot_ids
    stage.until(lambda: freed.slot_id == slot_id and freed.isVisible(), "the slot was offered")
    hand.press(freed.buttons[0])

    def theirs() -> bool:
        found = stage.there.appointments.in_slot(slot_id)
        return any(a.status == "booked" and a.patient_id != held.patient_id for a in found)

    stage.until(theirs, "the second desk saw who has it now")


def test_undo(stage: Stage, hand: Hand) -> None:
    held = stage.booked()
    hand.act(stage.view, stage.key(held), "A", "Arrived")
    stage.until(lambda: stage.seen(held).status == "arrived", "the second desk saw it")
    stage.until(lambda: any("has arrived" in n.sentence for n in stage.told), "undo was offered")
    hand.press(stage.window.toast._undo, "Z")
    stage.until(lambda: stage.seen(held).status == "booked", "the second desk saw it undone")


def test_seen_at_home(stage: Stage, hand: Hand) -> None:
    held = stage.booked(VISITS)
    hand.act(stage.view, stage.key(held), "V", "Seen at home")
    stage.until(lambda: stage.seen(held).status == "fulfilled", "the second desk saw it")


def test_not_seen_at_home(stage: Stage, hand: Hand) -> None:
    held = stage.booked(VISITS)
    hand.act(stage.view, stage.key(held), "Shift+N", "Not seen")
    stage.until(lambda: stage.seen(held).status == "noshow", "the second desk saw it")


def test_cancel_and_tell_the_patient(stage: Stage, hand: Hand) -> None:
    held = stage.booked()
    strip = stage.board.panel.cancel
    hand.act(stage.view, stage.key(held), "X", "Cancel, with a reason")
    stage.until(strip.isVisible, "the reasons were asked for")
    hand.press(strip.reasons.button(2))
    hand.write(strip.words, "The doctor is ill")
    hand.press(strip.tell.tick)
    stage.until(lambda: strip.tell.message, "the words were proposed")
    hand.press(strip.confirm)
    stage.until(lambda: stage.seen(held).status == "cancelled", "the second desk saw it")
    assert stage.seen(held).cancel_text == "The doctor is ill"
    stage.settled()
    found = stage.manager.search(f"Communication?patient=Patient/{held.patient_id}&_count=100")
    assert any("payload" in tree for tree in found)


def test_jump_to_now(stage: Stage, hand: Hand) -> None:
    model = stage.board.pane.model
    last = stage.slot_seen(stage.doctors[1].slot_ids[-1])
    hand.stand_on(stage.view, last.reference)
    hand.press(stage.board.now_button, "N")

    def nearest() -> bool:
        cell = model.cell(stage.view.current_key)
        return cell is not None and cell.start < last.start

    stage.until(nearest, "the keyboard went along")
    rect = stage.view.visualRect(stage.view.currentIndex())
    assert stage.view.viewport().rect().intersects(rect)
