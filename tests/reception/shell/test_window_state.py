"""What the window remembers."""

from datetime import date
from pathlib import Path

import pytest
from PySide6.QtWidgets import QSplitter, QWidget
from pytestqt.qtbot import QtBot

from reception.ui.top_bar import day_text
from reception.ui.window_state import WindowState
from reception.widgets.palette import Scheme


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "window.ini"


def two_panes(qtbot: QtBot) -> tuple[QWidget, QSplitter]:
    window = QWidget()
    qtbot.addWidget(window)
    splitter = QSplitter(window)
    splitter.setObjectName("panes")
    for _ in range(2):
        splitter.addWidget(QWidget())
    splitter.resize(400, 100)
    window.resize(800, 600)
    return window, splitter


def test_place_and_panes_come_back(qtbot: QtBot, path: Path) -> None:
    window, splitter = two_panes(qtbot)
    window.setGeometry(40, 50, 700, 500)
    splitter.setSizes([100, 300])
    WindowState(path).keep(window)
    kept = splitter.saveState()

    again, panes = two_panes(qtbot)
    state = WindowState(path)
    assert state.restore(again)
    state.restore_splitters(again)
    assert again.geometry() == window.geometry()
    assert panes.saveState() == kept


def test_the_first_time_there_is_nothing(qtbot: QtBot, path: Path) -> None:
    window, _ = two_panes(qtbot)
    state = WindowState(path)
    assert not state.restore(window)
    assert state.page() == 0
    assert state.practice() == ("", "", "")
    assert state.scheme(Scheme.DARK) is Scheme.DARK


@pytest.mark.parametrize("rubbish", ["purple", "", "\x00"])
def test_rubbish_in_the_file_is_not_believed(path: Path, rubbish: str) -> None:
    path.write_text(f"[General]\nscheme={rubbish}\npage=minus one\ngeometry=@ByteArray(zz)\n")
    state = WindowState(path)
    assert state.scheme(Scheme.LIGHT) is Scheme.LIGHT
    assert state.page() == 0


def test_scheme_page_and_practice_come_back(path: Path) -> None:
    state = WindowState(path)
    state.keep_scheme(Scheme.DARK)
    state.keep_page(3)
    state.keep_practice("https://localhost:1/A99999/fhir", "-----BEGIN\nCERT", "priya.shah")
    again = WindowState(path)
    assert again.scheme(Scheme.LIGHT) is Scheme.DARK
    assert again.page() == 3
    assert again.practice() == (
        "https://localhost:1/A99999/fhir", "-----BEGIN\nCERT", "priya.shah",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (date(2026, 11, 23), "Today · Monday 23 November"),
        (date(2026, 11, 24), "Tomorrow · Tuesday 24 November"),
        (date(2026, 11, 22), "Yesterday · Sunday 22 November"),
        (date(2026, 12, 1), "Tuesday 1 December"),
        (date(2027, 1, 4), "Monday 4 January 2027"),
    ],
)
def test_a_day_reads_as_one_would_say_it(day: date, text: str) -> None:
    assert day_text(day, date(2026, 11, 23)) == text
