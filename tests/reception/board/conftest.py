"""An invented day and a look for the board's tests, and a practice in the middle of its morning."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from reception.api.network import NetworkThread
from reception.desk.desk import Desk
from reception.ui.board_page import BoardPage
from reception.ui.release_page import ReleasePage
from reception.widgets.look import Look
from reception.widgets.palette import Scheme
from tests.reception.board.diary import Diary
from tests.reception.conftest import Finish, Until
from tests.reception.desks import Doors
from tests.running import RunningPractice


@pytest.fixture(scope="session")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPractice]:
    """A Monday at 09:12: the day's slots are released, patients wait and are seen."""
    folder = tmp_path_factory.mktemp("board") / "data"
    running = RunningPractice.demo(folder, patients=1200, at="2026-11-23T09:12").start()
    yield running
    assert running.stop() == 0, running.log


@pytest.fixture(scope="session")
def doors(
    practice: RunningPractice, client_network: NetworkThread, loop: asyncio.AbstractEventLoop
) -> Iterator[Doors]:
    """Doors of this practice alone: those of the other rooms lead to another practice."""
    made = Doors(practice, client_network)
    yield made
    asyncio.run_coroutine_threadsafe(made.close(), client_network.loop).result(10)


@pytest.fixture
def diary(qapp: Any) -> Iterator[Diary]:
    made = Diary()
    yield made
    made.stop()


@pytest.fixture
def look(qapp: Any) -> Look:
    return Look(Scheme.LIGHT)


@pytest.fixture
def page(desk: Desk, look: Look, finish: Finish) -> Iterator[BoardPage]:
    """The board page at a receptionist's desk, in front."""
    made = BoardPage(desk, look)
    made.resize(1366, 768)
    made.show()
    made.came_to_front()
    yield made
    made.tasks.cancel_all()
    finish(made.tasks.drained())
    made.close()
    made.deleteLater()


@pytest.fixture
def rules_page(desk: Desk, look: Look, finish: Finish, until: Until) -> Iterator[ReleasePage]:
    """The release page of a receptionist, with the practice's rules in front."""
    made = ReleasePage(desk, look)
    made.resize(1366, 768)
    made.show()
    until(lambda: not desk.outlook.is_loading and not desk.outlook.is_due, 60.0)
    made.acts.button(4).click()
    until(lambda: made.rules_pane.services)
    yield made
    made.tasks.cancel_all()
    finish(made.tasks.drained())
    made.close()
    made.deleteLater()
