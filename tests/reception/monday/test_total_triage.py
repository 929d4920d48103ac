"""A morning of total triage, worked by three people through their windows; nothing goes wrong."""

import asyncio
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from contract.core_hours import LONDON
from reception.api.network import NetworkThread
from reception.widgets.look import Look
from reception.widgets.palette import Scheme
from tests.reception.conftest import Finish
from tests.reception.desks import Doors
from tests.reception.monday.play import Monday, table
from tests.running import RunningPractice

BEGINS, ENDS = "2026-11-23T07:58", datetime(2026, 11, 23, 8, 40, tzinfo=LONDON)
SPEED = 60
PATIENTS = 3_000


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPractice]:
    """A practice in which everything comes through the form, at sixty times the pace."""
    folder = tmp_path_factory.mktemp("monday") / "data"
    running = RunningPractice.demo(
        folder, patients=PATIENTS, at=BEGINS, traffic="monday", more=("--speed", str(SPEED))
    ).start()
    yield running
    assert running.stop() == 0, running.log


@pytest.fixture
def look(qapp: QApplication) -> Iterator[Look]:
    """How the windows look; the last of them does not end the tests."""
    qapp.setQuitOnLastWindowClosed(False)
    yield Look(Scheme.LIGHT)
    qapp.setQuitOnLastWindowClosed(True)


@pytest.mark.timeout(300)
def test_a_monday_morning_is_cleared_and_nothing_is_lost(
    busy: RunningPractice,
    client_network: NetworkThread,
    loop: asyncio.AbstractEventLoop,
    look: Look,
    finish: Finish,
    tmp_path: Path,
) -> None:
    doors = Doors(busy, client_network)
    monday = Monday(busy, doors, look, tmp_path)
    try:
        finish(monday.open(), 90)
        found = finish(monday.work(ENDS), 240)
        finish(monday.count(found), 90)
    finally:
        finish(monday.close(), 60)
        asyncio.run_coroutine_threadsafe(doors.close(), client_network.loop).result(10)
    figures = "\n".join(f"{name}: {figure}" for name, figure in table(found))
    assert not found.lost, figures
    assert not found.unseen, figures
    assert not found.twice, figures
    assert not found.silent, figures
    assert found.received == found.still_open + found.done
    assert set(found.counts) == {(found.received, found.still_open, found.done)}, figures
    assert sum(found.acts) > 0, found.stuck
    print(figures)
