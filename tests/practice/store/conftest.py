"""A store of its own for every test."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from practice.clock import PracticeClock
from practice.store import Store

AT = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path / 'practice.db'}", PracticeClock(AT))
    store.open()
    yield store
    store.close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One store for the examples of a property; each takes a practice of its own."""
    store = Store(f"sqlite:///{tmp_path_factory.mktemp('store') / 'p.db'}", PracticeClock(AT))
    store.open()
    yield store
    store.close()
