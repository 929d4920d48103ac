"""Where things stand: moves, swaps, slots that are closed, parted and joined."""

from PySide6.QtCore import QPoint

from reception.records import Appointment
from tests.reception.acts.hands import Hand, Keyboard
from tests.reception.acts.stage import Stage


def put_down(stage: Stage, hand: Hand, held: Appointment, key: str) -> None:
    """Take *held* up and put it down on the cell *key*; nothing is done yet."""
    view, flow = stage.view, stage.board.moving
    if isinstance(hand, Keyboard):
        hand.act(view, stage.key(held), "M", "Move")
        hand.stand_on(view, key)
        hand.strike("Return")
    else:
        hand.cell(view, key)
        begin = hand.cell(view, stage.key(held))
        end = hand.cell(view, key)
        assert hand.cell(view, stage.key(held)) == begin, "both are not to be seen at once"
        hand.drag([begin, begin + QPoint(12, 8), (begin + end) / 2, end - QPoint(3, 0), end])
    stage.until(flow.confirm.isVisible, "the move was shown beforehand")
    assert stage.seen(held).slot_ids == held.slot_ids


def carry(stage: Stage, hand: Hand, held: Appointment, key: str) -> None:
    """Take *held* up, put it down on the cell *key*, and confirm what is shown."""
    put_down(stage, hand, held, key)
    hand.press(stage.board.moving.confirm, "Return")


def test_move(stage: Stage, hand: Hand) -> None:
    held = stage.booked(1)
    target = stage.free(1)
    carry(stage, hand, held, target.reference)
    stage.until(lambda: stage.seen(held).slot_ids == (target.id,), "the second desk saw the move")
    assert stage.slot_seen(held.slot_ids[0]).status == "free"


def test_move_to_another_column(stage: Stage, hand: Hand) -> None:
    held = stage.booked(1)
    target = stage.free(0)
    hand.act(stage.view, stage.key(held), "M", "Move to another time")
    stage.until(lambda: stage.board.moving.is_carrying, "it was taken up")
    hand.open(stage.view, target.reference)
    confirm = stage.board.moving.confirm
    stage.until(confirm.isVisible, "the move was shown beforehand")
    hand.press(confirm, "Return")
    stage.until(lambda: stage.seen(held).slot_ids == (target.id,), "the second desk saw the move")


def test_the_nearest_when_the_place_has_gone(stage: Stage, hand: Hand) -> None:
    """A colleague is quicker while the move is looked at: three others are offered instead."""
    held, target, flow = stage.booked(1), stage.free(1), stage.board.moving
    put_down(stage, hand, held, target.reference)
    stage.finish(stage.there.book([target.id], stage.somebody()))
    stage.until(lambda: flow.offer.isVisible() and flow.offer.buttons, "others were offered")
    assert len(flow.offer.buttons) <= 3
    assert flow.banner.isHidden()
    hand.press(flow.offer.buttons[0])
    stage.until(flow.confirm.isVisible, "the other place was shown")
    hand.press(flow.confirm, "Return")
    before = (held.slot_ids, (target.id,))
    stage.until(lambda: stage.seen(held).slot_ids not in before, "the second desk saw the move")


def test_swap(stage: Stage, hand: Hand) -> None:
    one, other = stage.booked(1), stage.booked(1)
    carry(stage, hand, one, stage.key(other))
    stage.until(lambda: stage.seen(one).slot_ids == other.slot_ids, "the second desk saw the swap")
    stage.until(lambda: stage.seen(other).slot_ids == one.slot_ids)


def test_move_a_double(stage: Stage, hand: Hand) -> None:
    held = stage.booked(1, run=2)
    target = stage.free(1, run=2)
    carry(stage, hand, held, target.reference)
    stage.until(
        lambda: stage.seen(held).slot_ids[0] == target.id and len(stage.seen(held).slot_ids) == 2,
        "the second desk saw both slots",
    )
    assert stage.seen(held).start == target.start
    assert stage.seen(held).end - target.start == held.end - held.start
    assert all(stage.slot_seen(slot_id).status == "free" for slot_id in held.slot_ids)


def test_block_and_unblock(stage: Stage, hand: Hand) -> None:
    slot = stage.free(1)
    hand.act(stage.view, slot.reference, "C", "Close this slot")
    stage.until(lambda: stage.slot_seen(slot.id).is_blocked, "the second desk saw it closed")
    stage.settled()
    hand.act(stage.view, slot.reference, "C", "Open this slot again")
    stage.until(lambda: stage.slot_seen(slot.id).status == "free", "the second desk saw it open")


def test_split_and_merge(stage: Stage, hand: Hand) -> None:
    slot = stage.free(1)
    whole = slot.minutes
    hand.act(stage.view, slot.reference, "P", "Part it in two")
    stage.until(lambda: stage.slot_seen(slot.id).minutes == whole // 2, "the second desk saw two")
    stage.settled()
    hand.act(stage.view, slot.reference, "G", "Join with")
    stage.until(lambda: stage.slot_seen(slot.id).minutes == whole, "the second desk saw one")


def test_open_online_and_withdraw(stage: Stage, hand: Hand) -> None:
    slot = stage.free(1)
    for words, online in (("Open to online booking", True), ("Withdraw from online", False)):
        if isinstance(hand, Keyboard):
            hand.stand_on(stage.view, slot.reference)
            hand.menu(words)
        else:
            hand.act(stage.view, slot.reference, "", words)
        stage.until_is(lambda: stage.slot_seen(slot.id).is_online, online)
        stage.settled()
