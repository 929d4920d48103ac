"""The network thread that the tests of the wire run on."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar

import pytest

from reception.api.network import NetworkThread

T = TypeVar("T")
Run = Callable[[Coroutine[Any, Any, Any]], Any]


@pytest.fixture
def network() -> Iterator[NetworkThread]:
    """A network thread; what escapes on it fails the test."""
    escaped: list[BaseException] = []
    thread = NetworkThread(escaped.append)
    yield thread
    assert thread.stop(), "the network thread did not end in time"
    assert not escaped, escaped


@pytest.fixture
def run(network: NetworkThread) -> Run:
    """Runs a coroutine on the network thread and waits for what it answers."""

    def _run(work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, network.loop).result(60)

    return _run
