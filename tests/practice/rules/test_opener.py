"""The service's own clock at work: it sleeps until the next moment, and hears of new ones."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest

from practice.clock import Clock, PracticeClock, StillClock
from practice.opener import Opener
from practice.rules import opening
from practice.store import Query, Store, Tree, Unit
from tests.practice.rules.surgery import ODS, access, slot_tree

SIX = datetime(2027, 1, 25, 6, 0, tzinfo=UTC)
"""A Monday long after the surgery was founded: what is stored is never older than that."""
SPEED = 1200.0
"""Twenty minutes in a second."""
PATIENCE_S = 30


class House:
    """A store, and its opener with a clock that stands a month back until the day begins."""

    def __init__(self, url: str) -> None:
        self._clock: Clock = StillClock(SIX - timedelta(days=30))
        self.store = Store(url, self, readers=1)
        self.store.open()
        self.opener = Opener(self.store, [ODS], self, SPEED)

    def now(self) -> datetime:
        return self._clock.now()

    def begin(self) -> None:
        """It is six, and time runs fast."""
        self._clock = PracticeClock(SIX, SPEED)

    def load(self, count: int, start: datetime, *codes: str, name: str = "s") -> None:
        trees = [
            {
                **slot_tree(start + timedelta(minutes=n)),
                "id": f"{name}{n}",
                "status": "busy-unavailable",
                "serviceCategory": [access(code) for code in codes],
            }
            for n in range(count)
        ]
        self.store.load(ODS, trees)

    def count(self, **params: str) -> int:
        pairs = [(name.replace("_", "-"), value) for name, value in params.items()]
        query = Query.parse("Slot", [*pairs, ("_summary", "count")])
        return self.store.read_now(ODS, lambda unit: unit.search(query).total or 0)

    def get(self, slot_id: str) -> Tree:
        held = self.store.read_now(ODS, lambda unit: unit.get("Slot", slot_id))
        assert held is not None
        return held.tree()

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not await asyncio.to_thread(holds):
                pass


@pytest.fixture
def house(founded: Path, tmp_path: Path) -> Any:
    copyfile(founded, tmp_path / "house.db")
    house = House(f"sqlite:///{tmp_path / 'house.db'}")
    yield house
    house.store.close()


def run(house: House, day: Coroutine[Any, Any, None]) -> None:
    async def whole() -> None:
        house.begin()
        house.opener.start()
        try:
            await day
        finally:
            await house.opener.stop()

    asyncio.run(whole())


def opened_at(slot: Tree) -> datetime:
    return datetime.fromisoformat(slot["meta"]["lastUpdated"])


def test_what_was_due_while_nothing_ran_opens_at_start_in_pages(house: House) -> None:
    house.load(1_300, SIX + timedelta(hours=20), "reception", "2d")

    async def day() -> None:
        await house.until(lambda: house.count(status="free") == 1_300)

    run(house, day())


def test_each_opens_at_its_moment_and_not_before(house: House) -> None:
    house.load(30, SIX + timedelta(hours=7), "reception", "6h")

    async def day() -> None:
        await house.until(lambda: house.count(status="free") == 30)

    run(house, day())
    for n in range(30):
        moment = SIX + timedelta(hours=1, minutes=n)
        assert opened_at(house.get(f"s{n}")) >= moment


def test_it_hears_of_slots_that_come_later(house: House) -> None:
    house.load(1, SIX + timedelta(days=9), "reception", "7d", name="far")

    def work(unit: Unit) -> None:
        start = unit.now + timedelta(hours=3)
        kept = [access("nhs111"), access("until-1h")]
        unit.create({**slot_tree(start), "serviceCategory": kept}, "kept")
        shut = {**slot_tree(start), "status": "busy-unavailable"}
        unit.create({**shut, "serviceCategory": [access("online"), access("2h")]}, "shut")

    async def day() -> None:
        await house.store.write(ODS, work)
        await house.until(lambda: house.get("shut")["status"] == "free")
        await house.until(lambda: house.get("kept")["serviceCategory"] == [access("reception")])

    run(house, day())
    assert house.get("far0")["status"] == "busy-unavailable"
    assert opened_at(house.get("shut")) < opened_at(house.get("kept"))


def test_a_rule_that_has_changed_counts(house: House) -> None:
    house.load(2, SIX + timedelta(days=9, hours=1), "reception", "7d")

    def work(unit: Unit) -> None:
        held = unit.get("Slot", "s0")
        assert held is not None
        sooner = [access("online"), access("9d"), access("hold-back-1h")]
        unit.update({**held.tree(), "serviceCategory": sooner})

    async def day() -> None:
        await house.store.write(ODS, work)
        await house.until(lambda: house.count(status="busy-unavailable") == 1)

    run(house, day())
    assert house.get("s0")["status"] == "free"
    assert house.get("s1")["status"] == "busy-unavailable"


def test_one_fault_does_not_end_it(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is full, or whatever it may be: the next try opens them all the same."""
    house.load(3, SIX + timedelta(hours=20), "reception", "2d")
    real, tries = opening.act_on, 0

    def failing(unit: Unit, slot_ids: list[str]) -> int:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise OSError("no space left on device")
        return real(unit, slot_ids)

    monkeypatch.setattr("practice.opener.act_on", failing)
    monkeypatch.setattr("practice.opener._LONGEST_S", 0.05)

    async def day() -> None:
        await house.until(lambda: house.count(status="free") == 3)

    run(house, day())
    assert tries == 2
