"""One Qt application and one asyncio loop for every test of the client."""

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from qasync import QEventLoop

from reception.api.network import NetworkThread
from reception.desk.desk import Desk
from tests.reception.desks import Desks, Doors
from tests.running import RunningPractice

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

T = TypeVar("T")
Finish = Callable[..., Any]
Until = Callable[..., None]

DEADLINE_S = 30.0


@pytest.fixture(scope="session")
def loop(qapp: Any) -> Iterator[asyncio.AbstractEventLoop]:
    """The session's loop: one qasync loop per process, since a loop per test crashed.

    It counts as running between `finish` calls too, so that a click in a test can start a task.
    """
    made = QEventLoop(qapp)
    asyncio.set_event_loop(made)
    asyncio._set_running_loop(made)
    yield made
    asyncio._set_running_loop(None)
    made.close()
    asyncio.set_event_loop(None)


@pytest.fixture
def faults(loop: asyncio.AbstractEventLoop) -> Iterator[list[BaseException]]:
    """What escapes from tasks in the background; anything at all fails the test."""
    escaped: list[BaseException] = []

    def note(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        escaped.append(context.get("exception") or RuntimeError(str(context.get("message"))))

    def hook(kind: type[BaseException], fault: BaseException, trace: object) -> None:
        escaped.append(fault)

    before = sys.excepthook
    loop.set_exception_handler(note)
    sys.excepthook = hook
    yield escaped
    sys.excepthook = before
    loop.set_exception_handler(None)
    assert not escaped, escaped


def run_in(
    loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, T], deadline_s: float = DEADLINE_S
) -> T:
    """Run *work* in the session's loop to its end; what it answers."""
    # Not run_until_complete: at its end qasync handles events while no loop counts as
    # running, and a page's slot that starts a task then fails.
    ended = asyncio.ensure_future(asyncio.wait_for(work, deadline_s), loop=loop)
    ended.add_done_callback(lambda _: loop.stop())
    try:
        loop.run_forever()
    finally:
        asyncio._set_running_loop(loop)
    result: T = ended.result()
    return result


@pytest.fixture
def finish(loop: asyncio.AbstractEventLoop, faults: list[BaseException]) -> Iterator[Finish]:
    """Runs a coroutine in the session's loop to its end; no task may be left over."""

    def run(work: Coroutine[Any, Any, T], deadline_s: float = DEADLINE_S) -> T:
        return run_in(loop, work, deadline_s)

    yield run
    left = [task for task in asyncio.all_tasks(loop) if not task.done()]
    for task in left:
        task.cancel()
    if left:
        run(_gathered(left))
    assert not left, f"tasks were left over: {left}"


@pytest.fixture
def until(finish: Finish) -> Until:
    """Waits in the session's loop until a condition holds."""

    def wait(condition: Callable[[], object], deadline_s: float = 20.0) -> None:
        finish(_until(condition), deadline_s)

    return wait


async def _until(condition: Callable[[], object]) -> None:
    while not condition():  # noqa: ASYNC110 - what a window shows has no event to wait for
        await asyncio.sleep(0.005)


async def _gathered(tasks: list[asyncio.Task[Any]]) -> None:
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture(scope="session")
def client_network() -> Iterator[NetworkThread]:
    """The network thread that desks of the whole run share."""
    escaped: list[BaseException] = []
    thread = NetworkThread(escaped.append)
    yield thread
    assert thread.stop(), "the network thread did not end in time"
    assert not escaped, escaped


@pytest.fixture(scope="session")
def doors(
    practice: RunningPractice, client_network: NetworkThread, loop: asyncio.AbstractEventLoop
) -> Iterator[Doors]:
    """Signs accounts in, each once for the whole run."""
    made = Doors(practice, client_network)
    yield made
    asyncio.run_coroutine_threadsafe(made.close(), client_network.loop).result(10)


@pytest.fixture
def desks(
    practice: RunningPractice,
    doors: Doors,
    loop: asyncio.AbstractEventLoop,
    finish: Finish,
    tmp_path: Path,
) -> Iterator[Desks]:
    """Opens real, live desks: `desk = finish(desks.open("receptionist"))`."""
    assert doors.practice is practice, "these doors lead to the practice of another folder's tests"
    opened = Desks(doors, loop, tmp_path)
    yield opened
    finish(opened.close())


@pytest.fixture
def desk(desks: Desks, finish: Finish) -> Desk:
    """A receptionist's desk with today's board loaded, live."""
    made: Desk = finish(desks.open())
    return made
