"""From the network thread to the stores: everything, in order, a slice at a time."""

import asyncio
import threading
from typing import Any

from reception.api.live import LiveState
from reception.desk.feed import Feed
from reception.records import Record
from reception.records.problem import Problem
from tests.reception.api.cable import Cable, Network
from tests.reception.conftest import Finish, Until
from tests.reception.desk.test_store import DAY
from tests.reception.desk.trees import slot_tree
from tests.reception.desks import Desks


def test_everything_arrives_in_order_and_the_window_gets_its_turns(
    loop: asyncio.AbstractEventLoop, until: Until, finish: Finish
) -> None:
    told: list[Any] = []
    turns: list[int] = []

    def take(record: Record) -> None:
        told.append(record.id)
        sum(range(20_000))  # a store with views on it has work to do

    feed = Feed(
        loop,
        take=take,
        on_contact=lambda: told.append("contact"),
        on_state=told.append,
        on_reload=lambda: told.append("reload"),
    )
    trees = [slot_tree(f"s{n}", DAY) for n in range(300)]

    def speak() -> None:
        feed.on_state(LiveState.LIVE)
        feed.on_trees(trees)
        feed.on_contact(0.0)
        feed.on_trees([{"resourceType": "Consent", "id": "no view of it"}])
        feed.on_reload()

    async def watch() -> None:
        while told[-1:] != ["reload"]:
            turns.append(len(told))
            await asyncio.sleep(0.001)

    thread = threading.Thread(target=speak)
    thread.start()
    finish(watch())
    thread.join()
    assert told == [LiveState.LIVE, *(f"s{n}" for n in range(300)), "contact", "reload"]
    assert len([t for t in turns if 1 < t < 300]) > 2  # others had turns in between
    feed.on_contact(0.0)
    feed.close()
    until(lambda: True)
    assert told[-1] == "reload"


def test_what_could_not_be_loaded_is_loaded_at_the_next_contact(
    desks: Desks, finish: Finish, until: Until
) -> None:
    cable = Network()
    try:
        desk = finish(desks.open(proxy=cable.address))
        tomorrow = desk.day.fromordinal(desk.day.toordinal() + 1)
        cable.turn(Cable.CUT)
        failed = finish(asyncio.wait_for(_failure(desk.open_day(tomorrow)), 60), 90)
        assert failed
        assert not desk.is_complete
        assert len(desk.slots) == 0
        cable.turn(Cable.WHOLE)
        until(lambda: desk.is_complete, 60)
        assert len(desk.slots) > 0
        until(lambda: desk.freshness.can_book, 60)
    finally:
        finish(desks.close())
        cable.stop()


async def _failure(work: Any) -> str:
    try:
        await work
    except Problem as problem:
        return problem.sentence
    return ""
