"""The release page: more slots for patients, seen before it is done, and taken back."""

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QSlider, QStyle, QStyleOptionSlider

from reception.records import Slot
from tests.reception.acts.hands import Hand, Keyboard
from tests.reception.acts.stage import Stage

DOCTOR = 3
"""Whose slots are released; nobody books there."""


def turn_to_release(stage: Stage, hand: Hand) -> None:
    """Bring the page to the front, with the wish that of the doctor of these acts."""
    stage.turn_to(hand, stage.release)
    doctor = stage.account_of(stage.doctors[DOCTOR])
    form = stage.release.open_pane.form
    stage.until(
        lambda: any(form.clinician.itemText(n) == doctor for n in range(form.clinician.count())),
        "the doctor was to be chosen",
    )
    if form.clinician.currentText() != doctor:
        hand.pick(form.clinician, doctor)


def turn_to(stage: Stage, hand: Hand, number: int) -> None:
    """Another pane at the right."""
    hand.press(stage.release.acts.button(number))
    stage.until(lambda: stage.release.stack.currentIndex() == number, "the pane was shown")


def online(stage: Stage) -> set[str]:
    """The doctor's slots that are online at the second desk."""
    slots = (stage.there.slots.newest(i) for i in stage.doctors[DOCTOR].slot_ids)
    return {s.id for s in slots if s is not None and s.is_online}


def apply(stage: Stage, hand: Hand, picked: list[Slot]) -> None:
    """Do what is shown, see it at the second desk, and take it back."""
    pane, ids = stage.release.open_pane, {slot.id for slot in picked}
    assert [pane.list.item(row).text()[:5] for row in range(pane.list.count())] == [
        f"{s.start.astimezone():%H:%M}" for s in picked
    ]
    hand.press(pane.apply)
    stage.until(lambda: online(stage) == ids, "the second desk saw them online")
    hand.press(pane.withdraw)
    stage.until(lambda: not online(stage), "the second desk saw them withdrawn")
    stage.settled()


def test_open_six_more(stage: Stage, hand: Hand) -> None:
    turn_to_release(stage, hand)
    form, pane = stage.release.open_pane.form, stage.release.open_pane
    hand.count(form.count, 6)
    stage.until(lambda: len(pane.picked) == 6, "six were shown beforehand")
    apply(stage, hand, list(pane.picked))


def test_open_from_three_until_four(stage: Stage, hand: Hand) -> None:
    turn_to_release(stage, hand)
    form, pane = stage.release.open_pane.form, stage.release.open_pane
    hand.clock(form.start, 15, 0)
    hand.clock(form.end, 16, 0)
    hand.count(form.count, 8)
    stage.until(lambda: len(pane.picked) == 6, "the six of that hour were shown")
    apply(stage, hand, list(pane.picked))
    hand.clock(form.start, 8, 0)
    hand.clock(form.end, 18, 30)
    hand.count(form.count, 6)


def test_drag_over_an_hour(stage: Stage, hand: Hand) -> None:
    turn_to_release(stage, hand)
    page, pane = stage.release, stage.release.open_pane
    table, model = page.strip, page.strip.strip
    columns = [c for c in range(model.columnCount()) if model.total(0, c, c)]
    first, last = columns[1], columns[2]
    if isinstance(hand, Keyboard):
        hand.to(table)
        while table.currentIndex().column() != first:
            hand.strike("Right" if table.currentIndex().column() < first else "Left")
        hand.strike("Shift+Right")
    else:
        port = table.viewport()
        begin, end = (
            port.mapToGlobal(table.visualRect(model.index(0, c)).center()) for c in (first, last)
        )
        hand.drag([begin, (begin + end) / 2, end])
    stage.until(lambda: len(pane.picked) == model.total(0, first, last), "they were shown")
    assert len(pane.picked) == 6
    apply(stage, hand, list(pane.picked))
    hand.clock(pane.form.start, 8, 0)
    hand.clock(pane.form.end, 18, 30)


def test_share_online(stage: Stage, hand: Hand) -> None:
    turn_to_release(stage, hand)
    turn_to(stage, hand, 1)
    pane, doctor = stage.release.share_pane, stage.account_of(stage.doctors[DOCTOR])
    if pane.choice.clinician.currentText() != doctor:
        hand.pick(pane.choice.clinician, doctor)
    slots = len(stage.doctors[DOCTOR].slot_ids)
    hand.press(pane.presets[1])
    stage.until(lambda: pane.share.opening, "what would open was shown")
    wanted = {slot.id for slot in pane.share.opening}
    assert abs(len(wanted) / slots - 0.35) < 0.05
    hand.press(pane.apply)
    stage.until(lambda: online(stage) == wanted, "the second desk saw them online")
    stage.settled()
    if isinstance(hand, Keyboard):
        hand.to(pane.slider)
        hand.strike("Home")
    else:
        left = pane.slider.mapToGlobal(QPoint(0, pane.slider.height() // 2))
        hand.drag([_handle(pane.slider), hand.point(pane.slider), left])
    stage.until(lambda: pane.slider.value() == 0, "the slider was at nothing")
    hand.press(pane.apply)
    stage.until(lambda: not online(stage), "the second desk saw none online")
    stage.settled()
    turn_to(stage, hand, 0)


def test_extra_slots(stage: Stage, hand: Hand) -> None:
    turn_to_release(stage, hand)
    turn_to(stage, hand, 2)
    pane, doctor = stage.release.extra_pane, stage.account_of(stage.doctors[DOCTOR])
    if pane.choice.clinician.currentText() != doctor:
        hand.pick(pane.choice.clinician, doctor)
    session_id = stage.doctors[DOCTOR].session_id
    before = len(stage.there.slots.of_session(session_id))
    hand.count(pane.count, 2)
    stage.until(lambda: len(pane.proposed) == 2, "two were proposed")
    hand.press(pane.apply)
    stage.until(
        lambda: len(stage.there.slots.of_session(session_id)) == before + 2,
        "the second desk saw two more",
    )
    hand.press(pane.withdraw)
    stage.until(
        lambda: len(stage.there.slots.of_session(session_id)) == before,
        "the second desk saw them withdrawn",
    )
    stage.settled()
    turn_to(stage, hand, 0)


def _handle(slider: QSlider) -> QPoint:
    """Where on the screen the handle of *slider* is."""
    option = QStyleOptionSlider()
    slider.initStyleOption(option)
    control, part = QStyle.ComplexControl.CC_Slider, QStyle.SubControl.SC_SliderHandle
    rect = slider.style().subControlRect(control, option, part, slider)
    return slider.mapToGlobal(rect.center())
