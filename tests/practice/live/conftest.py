"""One service for these tests, and one that a test may stop."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.practice.live.ward import Ward


@pytest.fixture(scope="session")
def _ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    ward = Ward(tmp_path_factory.mktemp("ward") / "data")
    yield ward
    ward.stop()


@pytest.fixture
def ward(_ward: Ward) -> Ward:
    """The shared service; its clock runs on, so no test may put it back."""
    return _ward


@pytest.fixture
def own_ward(tmp_path: Path) -> Iterator[Callable[[], Ward]]:
    """A service of one's own, to stop."""
    made: list[Ward] = []

    def make() -> Ward:
        made.append(Ward(tmp_path / f"data{len(made)}"))
        return made[-1]

    yield make
    for ward in made:
        ward.stop()
