"""Packs that lie where they went before: told, removed at a press, and never forgotten."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from contract.core_hours import LONDON
from reception.desk.continuity import pack_name
from reception.desk.desk import Desk
from reception.ui.continuity_box import ContinuityBox
from reception.ui.print_settings import PrintSettings
from reception.widgets.look import Look
from tests.reception.board.test_printing import MONDAY, Clock, Wrote
from tests.reception.conftest import Finish, Until

NAME = "Otterbrook Surgery"


def pack_of(day: date) -> str:
    return pack_name(NAME, datetime.combine(day, time(13, 0), LONDON))


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    made = tmp_path / "old", tmp_path / "new"
    for folder in made:
        folder.mkdir()
    (made[0] / "Rota.pdf").write_bytes(b"x")
    for days in (1, 2):
        (made[0] / pack_of(MONDAY - timedelta(days=days))).write_bytes(b"%PDF-")
    return made


@pytest.fixture
def wrote(
    desk: Desk, look: Look, tmp_path: Path, folders: tuple[Path, Path], finish: Finish
) -> Iterator[Wrote]:
    settings = PrintSettings(tmp_path / "printing.ini")
    settings.pack_folder = folders[0]
    made = Wrote(desk, look, settings, Clock("07:29"))
    yield made
    finish(made.end())


def test_another_folder_leaves_word_of_the_old_packs_which_go_at_a_press(
    wrote: Wrote, look: Look, until: Until, folders: tuple[Path, Path]
) -> None:
    old, new = folders
    box = ContinuityBox(wrote.pack, look)
    box.show()
    assert box.remove_button.isHidden()
    removed: list[str] = []
    wrote.pack.removed.connect(removed.append)
    wrote.pack.choose(new)
    until(lambda: wrote.pack.left == {old: 2})
    assert f"2 old packs lie in {old}, with telephone numbers." in box.left.text()
    assert not box.remove_button.isHidden()
    box.remove_button.click()
    until(lambda: removed == ["2 old packs are removed."])
    assert [path.name for path in old.iterdir()] == ["Rota.pdf"]
    assert box.remove_button.isHidden()
    until(lambda: wrote.packs and not wrote.pack.is_writing)
    box.close()
    box.deleteLater()


def test_no_more_packs_still_means_that_old_ones_go_in_their_time(
    wrote: Wrote, until: Until, folders: tuple[Path, Path], desk: Desk, look: Look, tmp_path: Path
) -> None:
    old, _ = folders
    wrote.pack.choose(None)
    until(lambda: wrote.pack.left == {old: 2})
    # The next start knows of them; seven days later they go by themselves.
    again = Wrote(desk, look, PrintSettings(tmp_path / "printing.ini"), Clock("08:00"))
    again.clock.at += timedelta(days=6)
    again.pack.look_for_left()
    until(lambda: again.pack.left == {old: 1})
    assert "1 old pack lies in" in again.pack.left_words()
    again.clock.at += timedelta(days=2)
    again.pack.look_for_left()
    until(lambda: again.pack.left == {})
    assert [path.name for path in old.iterdir()] == ["Rota.pdf"]
    assert PrintSettings(tmp_path / "printing.ini").pack_left == []
    again.clock.time.stop()


def test_one_that_comes_late_says_when_it_was_due(wrote: Wrote, until: Until) -> None:
    wrote.clock.strike("09:02")
    until(lambda: wrote.packs)
    assert wrote.packs[0].sentence.endswith(
        "It was due at 07:30, when it could not be written here."
    )
