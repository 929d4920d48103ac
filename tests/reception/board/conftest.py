"""An invented day and a look for the board's tests."""

from collections.abc import Iterator
from typing import Any

import pytest

from reception.widgets.look import Look
from reception.widgets.palette import Scheme
from tests.reception.board.diary import Diary


@pytest.fixture
def diary(qapp: Any) -> Iterator[Diary]:
    made = Diary()
    yield made
    made.stop()


@pytest.fixture
def look(qapp: Any) -> Look:
    return Look(Scheme.LIGHT)
