"""The seam through which pages start coroutines."""

import asyncio
import gc
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget

from reception.records.problem import Problem, ServiceUnreachable
from reception.ui.tasks import Tasks
from tests.reception.conftest import Finish


@pytest.fixture
def tasks(qapp: Any, loop: asyncio.AbstractEventLoop) -> Tasks:
    page = QWidget()
    made = Tasks(page)
    made.page = page  # type: ignore[attr-defined]  # keeps it alive
    return made


async def _fails() -> None:
    raise ServiceUnreachable


async def _is_broken() -> None:
    raise KeyError("patient details")


async def _waits_for_ever() -> None:
    await asyncio.Event().wait()


def test_a_problem_goes_to_the_page(tasks: Tasks, finish: Finish) -> None:
    told: list[Problem] = []
    tasks.start(_fails(), on_problem=told.append)
    finish(tasks.drained())
    assert [type(problem) for problem in told] == [ServiceUnreachable]


def test_a_fault_of_ours_goes_to_the_hook(
    tasks: Tasks, finish: Finish, faults: list[BaseException]
) -> None:
    told: list[Problem] = []
    tasks.start(_is_broken(), on_problem=told.append)
    finish(tasks.drained())
    assert [type(fault) for fault in faults] == [KeyError]
    assert not told
    faults.clear()


def test_closed_it_ends_what_runs_and_starts_nothing_more(tasks: Tasks, finish: Finish) -> None:
    tasks.start(_waits_for_ever())
    assert tasks.running == 1
    tasks.cancel_all()
    finish(tasks.drained())
    assert tasks.running == 0
    assert tasks.start(_waits_for_ever()) is None
    gc.collect()  # a coroutine that was never awaited would warn, and fail the test


def test_cancelled_before_its_first_step_nothing_is_left(tasks: Tasks, finish: Finish) -> None:
    tasks.start(_waits_for_ever())
    tasks.cancel_all()
    finish(tasks.drained())
    gc.collect()
