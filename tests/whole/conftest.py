"""A practice large enough for a morning's work, with nobody else in it."""

from collections.abc import Iterator

import pytest

from tests.running import RunningPractice


@pytest.fixture(scope="package")
def busy_practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPractice]:
    """A thousand patients, so that there are messages and requests of every kind."""
    folder = tmp_path_factory.mktemp("busy")
    with RunningPractice.demo(folder / "data", patients=1_500).start() as running:
        yield running
        assert running.stop() == 0, running.log
