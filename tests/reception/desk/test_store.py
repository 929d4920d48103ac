"""The one merge path: whatever comes in whatever order, what is held is the newest."""

from datetime import UTC, datetime, timedelta

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from reception.desk.store import RecordStore
from reception.desk.stores import Stores
from reception.records import Slot
from tests.reception.desk.trees import a_slot

DAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
NEXT_DAY = DAY + timedelta(days=1)
IDS = ("s1", "s2", "s3")


def version_of(slot_id: str, number: int, away: bool, session: str) -> Slot:
    return a_slot(
        slot_id,
        NEXT_DAY if away else DAY,
        version=str(number),
        updated=DAY + timedelta(seconds=number),
        session=session,
    )


class AnyOrder(RuleBasedStateMachine):
    """Versions of three slots come in any order, twice or never; some lie on another day."""

    @initialize()
    def open(self) -> None:
        self.store: RecordStore[Slot] = RecordStore(belongs=lambda s: s.start < NEXT_DAY)
        self.by_session = self.store.index(lambda slot: (slot.schedule_id,))
        self.newest: dict[str, Slot] = {}
        self.replayed: dict[str, Slot] = {}
        self.store.added.connect(self._on_added)
        self.store.changed.connect(self._on_changed)
        self.store.removed.connect(self._on_removed)
        self.store.reset.connect(self._on_reset)

    def _on_added(self, record: Slot) -> None:
        assert record.id not in self.replayed
        assert self.store.get(record.id) is record  # signals come after the change
        self.replayed[record.id] = record

    def _on_changed(self, before: Slot, after: Slot) -> None:
        assert self.replayed[before.id] is before
        assert self.store.get(after.id) is after
        self.replayed[after.id] = after

    def _on_removed(self, record: Slot) -> None:
        assert self.replayed.pop(record.id) is record
        assert self.store.get(record.id) is None

    def _on_reset(self) -> None:
        self.replayed = {record.id: record for record in self.store}

    @rule(
        slot_id=st.sampled_from(IDS),
        number=st.integers(1, 6),
        away=st.booleans(),
        session=st.sampled_from(["a", "b"]),
    )
    def take(self, slot_id: str, number: int, away: bool, session: str) -> None:
        fresh = version_of(slot_id, number, away, session)
        held = self.newest.get(slot_id)
        changed = self.store.take(fresh)
        assert changed == (held is None or held.last_updated < fresh.last_updated)
        if changed:
            self.newest[slot_id] = fresh

    @rule(
        some=st.lists(st.tuples(st.sampled_from(IDS), st.integers(1, 6), st.booleans()), max_size=5)
    )
    def load(self, some: list[tuple[str, int, bool]]) -> None:
        with self.store.bulk():
            for slot_id, number, away in some:
                self.take(slot_id, number, away, "a")

    @rule()
    def the_day_ends(self) -> None:
        self.store.clear()
        self.newest.clear()

    @invariant()
    def holds_the_newest_of_the_day(self) -> None:
        seen = {i: s for i, s in self.newest.items() if s.start < NEXT_DAY}
        assert {s.id: s.version for s in self.store} == {i: s.version for i, s in seen.items()}
        assert len(self.store) == len(seen)
        assert all(self.store.newest(i) is s for i, s in self.newest.items())

    @invariant()
    def signals_tell_the_whole_story(self) -> None:
        assert self.replayed == {record.id: record for record in self.store}

    @invariant()
    def indexes_agree(self) -> None:
        for session in ("a", "b"):
            filed = {s.id for s in self.by_session.of(session)}
            assert filed == {s.id for s in self.store if s.schedule_id == session}


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


def test_two_versions_of_one_instant_are_read_again() -> None:
    asked: list[Slot] = []
    store: RecordStore[Slot] = RecordStore(reread=asked.append)
    first = a_slot("s1", DAY, version="x", updated=DAY)
    other = a_slot("s1", DAY, version="y", updated=DAY, status="busy")
    store.take(first)
    assert not store.take(other)
    assert [record.version for record in asked] == ["x"]
    store.settle(other)  # what the read says
    held = store.get("s1")
    assert held is not None
    assert held.version == "y"
    assert not store.take(a_slot("s1", DAY, version="y", updated=DAY))
    assert len(asked) == 1


def test_a_moved_away_record_does_not_come_back() -> None:
    store: RecordStore[Slot] = RecordStore(belongs=lambda s: s.start < NEXT_DAY)
    store.take(version_of("s1", 1, away=False, session="a"))
    store.take(version_of("s1", 3, away=True, session="a"))
    assert "s1" not in store
    store.take(version_of("s1", 2, away=False, session="a"))
    assert "s1" not in store


@pytest.mark.parametrize("away", [False, True])
def test_sifting_puts_aside_what_no_longer_belongs(away: bool) -> None:
    until = [NEXT_DAY]
    store: RecordStore[Slot] = RecordStore(belongs=lambda s: s.start < until[0])
    store.take(version_of("s1", 1, away=False, session="a"))
    until[0] = DAY if away else NEXT_DAY
    store.sift()
    assert ("s1" in store) is not away


def test_another_day_is_told_when_all_of_the_last_one_has_gone() -> None:
    stores = Stores(DAY.date, lambda _reference: None)
    stores.take(a_slot("s1", DAY))
    held_at_a_reset: list[int] = []
    for store in (stores.sessions, stores.slots, stores.appointments):
        store.reset.connect(lambda: held_at_a_reset.append(len(stores.slots)))
    stores.show_day(NEXT_DAY.date())
    assert held_at_a_reset == [0, 0, 0]
    assert stores.day == NEXT_DAY.date()
