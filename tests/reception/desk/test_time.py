"""The practice's time, and how far the screen can be trusted."""

from datetime import UTC, date, datetime, timedelta

import pytest
from pytestqt.qtbot import QtBot

from reception.desk.freshness import Freshness, State
from reception.desk.notice import Notice
from reception.desk.practice_time import PracticeTime
from reception.desk.problems import NotPossible
from reception.desk.undo import Undos
from tests.reception.conftest import Finish

START = datetime(2026, 11, 23, 7, 58, tzinfo=UTC)


class Clock:
    """A clock that tests set."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_the_day_is_londons(qapp: object, clock: Clock) -> None:
    clock.at = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)  # half past midnight in London
    time = PracticeTime(clock)
    assert time.today() == date(2026, 7, 2)
    time.stop()


def test_the_minute_is_told_when_it_comes(qtbot: QtBot, clock: Clock) -> None:
    clock.at = START - timedelta(milliseconds=100)
    time = PracticeTime(clock)
    with qtbot.waitSignal(time.minute_passed, timeout=5_000):
        clock.at = START
    time.stop()


def test_midnight_and_jumps_are_told(qapp: object, clock: Clock) -> None:
    time = PracticeTime(clock)
    days: list[date] = []
    jumps: list[None] = []
    time.day_changed.connect(days.append)
    time.jumped.connect(lambda: jumps.append(None))
    time.corrected()
    assert (days, jumps) == ([], [])
    clock.at = START + timedelta(hours=20)  # the computer slept
    time.corrected()
    assert days == [date(2026, 11, 24)]
    assert len(jumps) == 1
    time.corrected()
    assert len(jumps) == 1
    time.stop()


def test_silence_greys_and_only_catching_up_ends_it(qapp: object, clock: Clock) -> None:
    freshness = Freshness(clock)
    states: list[State] = []
    freshness.changed.connect(lambda: states.append(freshness.state))
    assert not freshness.can_book  # nothing is loaded yet
    freshness.caught_up()
    assert freshness.can_book
    freshness.catching_up()
    assert freshness.can_book  # a moment ago all was well
    clock.at += timedelta(seconds=15)
    freshness.lost()
    assert (freshness.state, freshness.can_book, freshness.since) == (State.SILENT, False, START)
    freshness.catching_up()
    freshness.heard()
    assert not freshness.can_book
    freshness.caught_up()
    assert states == ["live", "catching-up", "silent", "catching-up", "live"]
    freshness.stop()


def test_the_pill_goes_silent_by_itself(qtbot: QtBot, clock: Clock) -> None:
    freshness = Freshness(clock, silence_s=0.05)
    freshness.caught_up()
    with qtbot.waitSignal(freshness.changed, timeout=5_000):
        pass
    assert freshness.state is State.SILENT


def test_an_undo_is_offered_for_a_minute_and_works_once(clock: Clock, finish: Finish) -> None:
    told: list[Notice] = []
    undos = Undos(clock, told.append)
    taken_back: list[str] = []

    async def take_back() -> str:
        taken_back.append("x")
        return "Taken back."

    undos.tell("Done.", take_back)
    finish(undos.undo(told[0].undo_id))
    assert (taken_back, told[1]) == (["x"], Notice("Taken back."))
    with pytest.raises(NotPossible):
        finish(undos.undo(told[0].undo_id))
    undos.tell("Done again.", take_back)
    assert told[2].until == START + timedelta(seconds=60)
    clock.at += timedelta(seconds=60)
    with pytest.raises(NotPossible, match="too late"):
        finish(undos.undo(told[2].undo_id))
