"""A hold ends by itself: a practice whose clock runs fast, two desks, and who types."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest

from reception.api.network import NetworkThread
from reception.desk.desk import Desk
from reception.records import Slot
from reception.ui.slot_hold import SlotHold
from reception.ui.tasks import Tasks
from tests.reception.conftest import Finish, Until
from tests.reception.desk.picks import free_slots
from tests.reception.desks import Desks, Doors
from tests.running import RunningPractice


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPractice]:
    """Two minutes pass in six seconds here."""
    folder = tmp_path_factory.mktemp("fast") / "data"
    running = RunningPractice.demo(folder, patients=60, more=("--speed", "20")).start()
    yield running
    assert running.stop() == 0, running.log


@pytest.fixture(scope="module")
def doors(
    practice: RunningPractice, client_network: NetworkThread, loop: asyncio.AbstractEventLoop
) -> Iterator[Doors]:
    made = Doors(practice, client_network)
    yield made
    asyncio.run_coroutine_threadsafe(made.close(), client_network.loop).result(10)


@pytest.fixture
def two(desks: Desks, finish: Finish) -> tuple[Desk, Desk]:
    """Two receptionists at a day to come."""
    ours, theirs = (finish(desks.open(number=number)) for number in (0, 1))
    for desk in (ours, theirs):
        finish(desk.open_day(desk.time.today() + timedelta(days=10)))
    return ours, theirs


@pytest.fixture
def tasks(qapp: object, finish: Finish) -> Iterator[Tasks]:
    made = Tasks()
    yield made
    made.cancel_all()
    finish(made.drained())


def newest(desk: Desk, slot: Slot) -> Slot:
    held = desk.slots.get(slot.id)
    assert held is not None
    return held


def test_a_hold_that_has_run_out_is_taken_over(
    two: tuple[Desk, Desk], tasks: Tasks, finish: Finish, until: Until
) -> None:
    ours, theirs = two
    slot = free_slots(ours)[0]
    hold = SlotHold(ours, tasks)
    hold.take([slot])
    until(lambda: hold.ends() is not None)
    assert "Held for you until" in hold.text
    until(lambda: newest(theirs, slot).comment == ours.me.display)
    until(lambda: newest(theirs, slot).is_bookable(theirs.time.now()), 30.0)
    until(lambda: hold.ends() is None)
    assert "No longer held" in hold.text
    taken = finish(theirs.hold_slot(slot.id))
    assert taken.hold.startswith(f"{theirs.me.id}/")
    hold.let_go()
    until(lambda: not tasks.running)
    assert newest(ours, slot).comment == theirs.me.display  # not ours to let go
    finish(theirs.drop_hold(slot.id))


def test_a_hold_is_renewed_once_while_somebody_types(
    two: tuple[Desk, Desk], tasks: Tasks, until: Until
) -> None:
    ours, _ = two
    slot = free_slots(ours)[1]
    hold = SlotHold(ours, tasks)
    hold.take([slot])
    until(lambda: hold.ends() is not None)
    first = newest(ours, slot)
    hold.typed()
    until(lambda: newest(ours, slot).hold_ends > first.hold_ends, 30.0)
    assert newest(ours, slot).hold.startswith(f"{ours.me.id}/")
    until(lambda: hold.ends() is None, 30.0)  # but no second time
    hold.let_go()
    until(lambda: not tasks.running)
