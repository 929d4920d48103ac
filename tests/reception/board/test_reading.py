"""A long day, worked out in slices while the window goes on."""

from contextlib import ExitStack
from datetime import timedelta

import pytest
from pytestqt.qtbot import QtBot

from reception.widgets import board_reading
from reception.widgets.board_filter import BoardFilter, Columns
from reception.widgets.board_reading import LONG
from tests.reception.board.diary import Diary, at
from tests.reception.board.test_model import Replay, assert_true, watched

SESSIONS, ROWS = 8, LONG // 8 + 5


@pytest.fixture(autouse=True)
def _small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """One cell a slice, so that there is time between them on any machine."""
    monkeypatch.setattr(board_reading, "SLICE_S", 0.0)


def fill(diary: Diary) -> None:
    """A day longer than is read at once, loaded as the desk loads it."""
    with ExitStack() as quiet:
        for store in (diary.sessions, diary.slots, diary.appointments):
            quiet.enter_context(store.bulk())
        for number in range(SESSIONS):
            diary.session(f"s{number}", "Surgery", f"Dr Number {number}", "08:00", "18:30")
            for row in range(ROWS):
                key, start = f"s{number}-{row}", at("08:00") + timedelta(minutes=5 * row)
                booked = (row + number) % 3 == 0
                status = "busy" if booked else "free"
                slot = diary.slot(key, f"s{number}", start, 5, status=status)
                if booked:
                    diary.appointment(f"a-{key}", slot, f"SMITH{row}, Jane")


def some_turns(qtbot: QtBot, replay: Replay) -> None:
    """Let it read a few cells, but not all."""
    resets = replay.resets
    for _ in range(5):
        qtbot.wait(0)
    assert replay.resets == resets


def test_what_changes_while_a_day_is_read_is_right_at_its_end(diary: Diary, qtbot: QtBot) -> None:
    model, replay = watched(diary)
    fill(diary)
    some_turns(qtbot, replay)
    assert model.rowCount() == 0
    taken = diary.slot("s0-1", "s0", at("08:05"), 5, status="busy")  # read already, perhaps
    diary.appointment("new", taken, "JONES, Ann")
    late = diary.slot("s7-1", "s7", at("08:05"), 5, status="busy")  # not yet
    diary.appointment("newer", late, "JONES, Bob")
    diary.slot("extra", "s3", at("18:00"), 30)
    diary.slot("s2-0", "s2", at("08:00"), 5, status="entered-in-error")
    qtbot.waitUntil(lambda: model.rowCount() > LONG, timeout=30_000)
    assert_true(model, replay, diary)
    names = {c.appointment.patient_name for c in model.cells() if c.appointment is not None}
    assert {"JONES, Ann", "JONES, Bob"} <= names
    diary.appointment("new", taken, "JONES, Ann", status="arrived")
    assert_true(model, replay, diary)


def test_a_reading_that_is_overtaken_is_never_shown(diary: Diary, qtbot: QtBot) -> None:
    model, replay = watched(diary)
    fill(diary)
    some_turns(qtbot, replay)
    model.show_part(Columns.CLINICIANS, BoardFilter(free_only=True))
    some_turns(qtbot, replay)
    for store in (diary.slots, diary.appointments, diary.sessions):
        store.clear()
    diary.session("s1", "Surgery", "Dr Grant", "08:00", "12:00")
    diary.slot("only", "s1", at("10:00"), 10)
    resets = replay.resets
    for _ in range(50):
        qtbot.wait(0)
    assert replay.resets == resets
    assert [cell.key for cell in model.cells()] == ["Slot/only"]
