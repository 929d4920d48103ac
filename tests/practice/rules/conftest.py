"""A surgery of one's own for every test."""

from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copyfile

import pytest

from practice.refusal import Refusal
from tests.practice.rules.surgery import Surgery

Refused = Callable[..., Refusal]


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of a surgery with its people, to copy: migrating takes longer than a test."""
    path = tmp_path_factory.mktemp("founded") / "surgery.db"
    Surgery(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def surgery(founded: Path, tmp_path: Path) -> Iterator[Surgery]:
    copyfile(founded, tmp_path / "surgery.db")
    surgery = Surgery(f"sqlite:///{tmp_path / 'surgery.db'}", people=False)
    yield surgery
    surgery.close()


@pytest.fixture
def refused() -> Refused:
    """Calls, and gives the refusal that must come of it."""

    def call(status: int, act: Callable[..., object], *args: object, **more: object) -> Refusal:
        with pytest.raises(Refusal) as caught:
            act(*args, **more)
        assert caught.value.status == status, caught.value.text
        assert caught.value.text
        return caught.value

    return call
