"""Pages at real desks, shown, active, and ended with their coroutines."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from reception.api.network import NetworkThread
from reception.desk.desk import Desk
from reception.ui.desk_page import DeskPage
from reception.ui.messages_page import MessagesPage
from reception.ui.page import Page
from reception.ui.patients_page import PatientsPage
from reception.ui.tasks import Tasks
from reception.widgets.look import Look
from reception.widgets.palette import Scheme
from tests.reception.conftest import Finish, Until
from tests.reception.desks import Doors
from tests.running import RunningPractice


@pytest.fixture(scope="session")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPractice]:
    """A practice of these tests' own, at twenty to nine: the slots of the day are open."""
    running = RunningPractice.demo(
        tmp_path_factory.mktemp("triage") / "data", patients=1_500, at="2026-11-23T08:40"
    ).start()
    yield running
    assert running.stop() == 0, running.log


@pytest.fixture(scope="session")
def doors(practice: RunningPractice, client_network: NetworkThread) -> Iterator[Doors]:
    """Signs in at this practice."""
    made = Doors(practice, client_network)
    yield made
    asyncio.run_coroutine_threadsafe(made.close(), client_network.loop).result(10)


@dataclass
class Hands:
    """A keyboard: every key goes to whatever has the focus, as a person's would."""

    def press(self, *keys: Any, ctrl: bool = False) -> None:
        """Strike *keys* (letters or Qt's own) one after the other."""
        held = Qt.KeyboardModifier.ControlModifier if ctrl else Qt.KeyboardModifier.NoModifier
        for key in keys:
            QTest.keyClick(self.at, key, held)

    def type(self, text: str) -> None:
        """Write *text*."""
        QTest.keyClicks(self.at, text)

    @property
    def at(self) -> QWidget:
        """Where the keyboard is."""
        widget = QApplication.focusWidget()
        assert widget is not None, "nothing has the keyboard"
        return widget


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def look(qapp: object) -> Look:
    return Look(Scheme.LIGHT)


Show = Callable[[Page], Page]


@pytest.fixture
def show(qtbot: QtBot, finish: Finish) -> Iterator[Show]:
    """Shows a page in a window of its own that has the keyboard.

    Not left to qtbot, which would delete a page before its coroutines have ended.
    """
    shown: list[Page] = []

    def made(page: Page) -> Page:
        page.resize(1800, 1000)
        with qtbot.waitActive(page):
            page.show()
            page.activateWindow()
        page.came_to_front()
        shown.append(page)
        return page

    yield made
    for page in shown:
        for tasks in page.findChildren(Tasks):
            tasks.cancel_all()
            finish(tasks.drained())
        page.close()
        page.deleteLater()


@pytest.fixture
def desk_page(desk: Desk, look: Look, show: Show) -> DeskPage:
    page = show(DeskPage(desk, look))
    assert isinstance(page, DeskPage)
    return page


@pytest.fixture
def messages_page(desk: Desk, look: Look, show: Show) -> MessagesPage:
    page = show(MessagesPage(desk, look))
    assert isinstance(page, MessagesPage)
    return page


@pytest.fixture
def patients_page(desk: Desk, look: Look, show: Show) -> PatientsPage:
    page = show(PatientsPage(desk, look))
    assert isinstance(page, PatientsPage)
    return page


Idle = Callable[[Page], None]


@pytest.fixture
def idle(until: Until) -> Idle:
    """Waits until nothing a page has started still runs."""

    def wait(page: Page) -> None:
        until(lambda: all(tasks.running == 0 for tasks in page.findChildren(Tasks)))

    return wait
