"""The running practice that tests speak to."""

from collections.abc import Iterator

import pytest

from tests.running import RunningPractice


@pytest.fixture(scope="session")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPractice]:
    """One invented practice for the whole run: tests take what they change from different slots."""
    running = RunningPractice.demo(tmp_path_factory.mktemp("practice") / "data").start()
    yield running
    assert running.stop() == 0, running.log
