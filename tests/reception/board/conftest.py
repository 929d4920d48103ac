"""An invented day and a look for the board's tests, and a practice in the middle of its morning."""

from collections.abc import Iterator
from typing import Any

import pytest

from reception.widgets.look import Look
from reception.widgets.palette import Scheme
from tests.reception.board.diary import Diary
from tests.running import RunningPractice


@pytest.fixture(scope="session")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPractice]:
    """A Monday at 09:12: the day's slots are released, patients wait and are seen."""
    folder = tmp_path_factory.mktemp("board") / "data"
    running = RunningPractice.demo(folder, patients=1200, at="2026-11-23T09:12").start()
    yield running
    assert running.stop() == 0, running.log


@pytest.fixture
def diary(qapp: Any) -> Iterator[Diary]:
    made = Diary()
    yield made
    made.stop()


@pytest.fixture
def look(qapp: Any) -> Look:
    return Look(Scheme.LIGHT)
