"""Printing at a real desk: the print window by keyboard, and the continuity pack by the clock."""

import asyncio
import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit

from contract.core_hours import LONDON
from reception.desk.continuity import Pack, pack_name
from reception.desk.day_records import open_day
from reception.desk.day_sheet import Choice, day_sheet
from reception.desk.desk import Desk
from reception.desk.practice_time import PracticeTime
from reception.ui.board_page import BoardPage
from reception.ui.continuity import ContinuityPack
from reception.ui.main_window import MainWindow
from reception.ui.print_settings import PrintSettings
from reception.ui.print_window import PrintWindow
from reception.ui.printing import Printing
from reception.ui.window_state import WindowState
from reception.widgets.look import Look
from reception.widgets.sheet_layout import TextSize
from tests.reception.api.cable import Cable, Network
from tests.reception.conftest import Finish, Until
from tests.reception.desks import Desks

Key = Qt.Key
MONDAY = date(2026, 11, 23)


def pages_in(pdf: bytes) -> int:
    assert pdf.startswith(b"%PDF-")
    assert pdf.rstrip().endswith(b"%%EOF")
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))


class Clock:
    """The practice's clock, as a test sets it."""

    def __init__(self, text: str) -> None:
        self.at = datetime.combine(MONDAY, time.fromisoformat(text), LONDON)
        self.time = PracticeTime(lambda: self.at)

    def strike(self, text: str, day: date = MONDAY) -> None:
        """It is *text* on *day*, and a minute has passed."""
        self.at = datetime.combine(day, time.fromisoformat(text), LONDON)
        self.time.minute_passed.emit()


# A day that is not the open one


def test_another_day_is_read_past_the_stores(desk: Desk, finish: Finish) -> None:
    before = [(s.reference, s.version) for s in desk.slots]
    tomorrow = finish(desk.read_day(desk.day + timedelta(days=1)))
    assert tomorrow.slots
    assert tomorrow.appointments
    assert not tomorrow.unmet
    assert not {s.id for s in tomorrow.slots} & {s.id for s in desk.slots}
    assert [(s.reference, s.version) for s in desk.slots] == before


def test_the_open_day_reads_the_same_as_it_stands_on_the_board(desk: Desk, finish: Finish) -> None:
    read = finish(desk.read_day(desk.day))
    held = open_day(desk.stores, desk.time.now(), is_whole=desk.is_complete)
    now = desk.time.now()
    sheets = [
        day_sheet(
            [records],
            Choice(free=True, blocked=True, phones=True),
            title="Day list",
            practice="Otterbrook Surgery",
            printed_at=now,
            printed_by="Priya",
        )
        for records in (read, held)
    ]
    for one, other in zip(sheets[0].rows, sheets[1].rows, strict=True):
        assert one == other
    assert sheets[0].sections == sheets[1].sections
    assert sum(row.phones.startswith("Tel") for row in sheets[0].rows) > 50


# The print window


@pytest.fixture
def window(
    desk: Desk, look: Look, tmp_path: Path, finish: Finish, until: Until
) -> Iterator[MainWindow]:
    page = BoardPage(desk, look)
    made = MainWindow(desk, look, WindowState(tmp_path / "window.ini"), [page])
    made.printing = Printing(desk, look, tmp_path, made)  # type: ignore[attr-defined]
    page.print_requested.connect(made.printing.open)  # type: ignore[attr-defined]
    made.show()
    made.activateWindow()
    until(made.isActiveWindow)
    yield made
    finish(made.printing.close())  # type: ignore[attr-defined]
    finish(made.wound_up())
    made.close()
    made.deleteLater()


@pytest.fixture
def printing(window: MainWindow) -> Printing:
    made: Printing = window.printing  # type: ignore[attr-defined]
    return made


def opened(window: MainWindow, printing: Printing, until: Until) -> PrintWindow:
    """The print window, by Ctrl+P, with its first page shown and the printers looked for."""
    QTest.keyClick(window, Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    until(lambda: printing.print_window is not None)
    made = printing.print_window
    assert made is not None
    until(lambda: made.preview.accessibleDescription().startswith("Page 1 of"))
    until(lambda: made.pdf_button.hasFocus() or made.print_button.hasFocus())
    return made


def asked_for_a_file(made: PrintWindow, until: Until) -> QFileDialog:
    until(lambda: made.findChildren(QFileDialog))
    dialog = made.findChildren(QFileDialog)[-1]
    until(dialog.isVisible)
    return dialog


def test_the_day_becomes_a_pdf_by_keys_alone(
    window: MainWindow, printing: Printing, until: Until, tmp_path: Path
) -> None:
    printing.settings.pdf_folder = str(tmp_path)
    made = opened(window, printing, until)
    assert made.booklet is not None
    QTest.keyClick(made, Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    dialog = asked_for_a_file(made, until)
    name = dialog.findChildren(QLineEdit)[0]
    assert name.text() == "Otterbrook Surgery Mon 23 Nov 2026.pdf"
    QTest.keyClick(name, Key.Key_Return)
    until(lambda: made.banner.sentence.startswith("Saved as"))
    path = tmp_path / "Otterbrook Surgery Mon 23 Nov 2026.pdf"
    assert pages_in(path.read_bytes()) == len(made.booklet.pages)
    assert made.banner.sentence == f"Saved as {path.name} in {tmp_path}."
    QTest.keyClick(made, Key.Key_Escape)
    until(lambda: printing.print_window is None)
    window.activateWindow()  # as a window manager does
    until(lambda: window.page.isAncestorOf(QApplication.focusWidget() or window))


def test_what_is_chosen_is_shown_and_remembered(
    window: MainWindow, printing: Printing, until: Until, desk: Desk
) -> None:
    made = opened(window, printing, until)
    assert made.booklet is not None
    whole = len(made.booklet.sheet.sections)
    assert made.who.count() == whole + 1 > 4
    for box in made.boxes.values():
        QTest.keyClick(box, Key.Key_Space)
    QTest.keyClick(made.size_box, Key.Key_Down)
    QTest.keyClick(made.who, Key.Key_Down)
    until(lambda: made.booklet is not None and len(made.booklet.sheet.sections) == 1)
    until(lambda: made.preview.accessibleDescription().startswith(f"Page 1 of {len_of(made)}:"))
    assert made.booklet.sheet.sections[0].clinician == made.who.currentText()
    assert made.booklet.sheet.phones
    assert made.booklet.fonts.plain.pixelSize() == 140
    QTest.keyClick(made, Key.Key_PageDown)
    until(lambda: made.page_label.text() == f"Page 2 of {len_of(made)}")
    QTest.keyClick(made.preview, Key.Key_End)
    until(lambda: made.page_label.text() == f"Page {len_of(made)} of {len_of(made)}")
    assert not made.on.isEnabled()
    assert printing.settings.size is TextSize.LARGE
    assert all(printing.settings.has(choice) for choice in ("free", "blocked", "phones"))


def len_of(made: PrintWindow) -> int:
    return len(made.booklet.pages) if made.booklet is not None else 0


def test_a_folder_that_is_not_there_is_said(
    window: MainWindow, printing: Printing, until: Until, tmp_path: Path
) -> None:
    made = opened(window, printing, until)
    made._on_file(str(tmp_path / "gone" / "list.pdf"))
    until(lambda: made.banner.sentence)
    assert made.banner.sentence == (
        f"list.pdf could not be written to {tmp_path / 'gone'}: the folder is not there. "
        "Nothing was saved; choose another folder, or try again."
    )


def test_without_a_printer_a_pdf_is_offered(
    window: MainWindow, printing: Printing, until: Until
) -> None:
    made = opened(window, printing, until)
    if made.printer.currentData():
        pytest.skip("this computer has a printer")
    assert made.status.text().startswith("No printer was found on this computer.")
    assert made.pdf_button.isDefault()
    assert not made.print_button.isEnabled()


# The continuity pack


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "packs"
    made.mkdir()
    return made


class Wrote:
    """A pack of *desk* by a clock of the test's, and what it told."""

    def __init__(self, desk: Desk, look: Look, settings: PrintSettings, clock: Clock) -> None:
        self.clock, self.look = clock, look
        self.pack = ContinuityPack(desk, look, settings, clock.time)
        self.packs: list[Pack] = []
        self.failed: list[str] = []
        self.pack.written.connect(self.packs.append)
        self.pack.failed.connect(self.failed.append)

    async def end(self) -> None:
        self.clock.time.stop()
        self.pack.tasks.cancel_all()
        await self.pack.tasks.drained()


@pytest.fixture
def wrote(desk: Desk, look: Look, tmp_path: Path, folder: Path, finish: Finish) -> Iterator[Wrote]:
    settings = PrintSettings(tmp_path / "printing.ini")
    settings.pack_folder = folder
    made = Wrote(desk, look, settings, Clock("07:29"))
    yield made
    finish(made.end())


def test_it_is_written_at_its_times_and_only_then(wrote: Wrote, until: Until, folder: Path) -> None:
    wrote.clock.strike("07:29")
    assert not wrote.pack.is_writing
    wrote.clock.strike("07:30")
    until(lambda: len(wrote.packs) == 1)
    wrote.clock.strike("07:31")
    wrote.clock.strike("12:59")
    assert not wrote.pack.is_writing
    wrote.clock.strike("13:00")
    until(lambda: len(wrote.packs) == 2)
    names = [f"Continuity pack Otterbrook Surgery 2026-11-23 {at}.pdf" for at in ("0730", "1300")]
    until(lambda: sorted(p.name for p in folder.iterdir()) == names)
    assert wrote.packs[0].sentence == f"Continuity pack written 07:30 to {folder}."
    assert wrote.pack.state().endswith("The next is due at 07:30.")
    assert pages_in((folder / names[0]).read_bytes()) >= 8  # four clinicians, two days
    assert not wrote.failed


def test_what_was_missed_is_written_at_sign_in_once(
    wrote: Wrote, desk: Desk, until: Until, finish: Finish, folder: Path
) -> None:
    wrote.clock.at = datetime.combine(MONDAY, time(9, 12), LONDON)
    desk.loaded.emit()
    until(lambda: len(wrote.packs) == 1)
    desk.loaded.emit()
    assert not wrote.pack.is_writing
    again = PrintSettings(folder.parent / "printing.ini")
    assert again.pack_written == datetime.combine(MONDAY, time(7, 30), LONDON)
    assert again.pack_folder == folder
    next_start = Wrote(desk, wrote.look, again, wrote.clock)
    desk.loaded.emit()
    assert not next_start.pack.is_writing
    assert next_start.pack.state().startswith("The pack due Mon 23 Nov 2026 07:30 was written to")
    finish(next_start.end())


def test_a_folder_that_is_gone_is_told_once_and_tried_every_minute(
    wrote: Wrote, until: Until, folder: Path
) -> None:
    folder.rmdir()
    wrote.clock.strike("07:30")
    until(lambda: wrote.failed)
    assert "could not be written" in wrote.failed[0]
    assert "the folder is not there" in wrote.failed[0]
    wrote.clock.strike("07:31")
    until(lambda: not wrote.pack.is_writing)
    assert len(wrote.failed) == 1
    assert "tried again every minute" in wrote.pack.state()
    folder.mkdir()
    wrote.clock.strike("07:32")
    until(lambda: wrote.packs)
    assert wrote.packs[0].sentence == f"Continuity pack written 07:32 to {folder}."
    assert not wrote.pack.problem


def test_one_asked_for_before_any_is_due_is_tried_again_too(
    wrote: Wrote, until: Until, folder: Path
) -> None:
    folder.rmdir()
    wrote.clock.at = datetime.combine(MONDAY, time(6, 50), LONDON)
    wrote.pack.choose(folder)
    until(lambda: wrote.failed)
    folder.mkdir()
    wrote.clock.strike("06:51")
    until(lambda: wrote.packs)
    wrote.clock.strike("06:52")
    assert not wrote.pack.is_writing


def test_old_packs_go_and_other_files_stay(wrote: Wrote, until: Until, folder: Path) -> None:
    def pack_of(day: date) -> str:
        return pack_name("Otterbrook Surgery", datetime.combine(day, time(13, 0), LONDON))

    old, younger = (pack_of(MONDAY - timedelta(days=n)) for n in (4, 3))
    for name in (old, younger, "Rota.pdf"):
        (folder / name).write_bytes(b"x")
    wrote.pack.keep_for(3)
    wrote.clock.strike("07:30")
    until(lambda: wrote.packs)
    until(lambda: not (folder / old).exists())
    assert {p.name for p in folder.iterdir()} == {younger, "Rota.pdf", wrote.packs[0].path.name}


def test_without_a_folder_nothing_is_written(wrote: Wrote, until: Until, folder: Path) -> None:
    wrote.pack.choose(None)
    wrote.clock.strike("07:30")
    assert not wrote.pack.is_writing
    assert wrote.pack.state() == "No folder is chosen, so no continuity pack is written."
    wrote.pack.choose(folder)  # one at once, to see that it works
    until(lambda: len(wrote.packs) == 1)
    wrote.clock.strike("07:31")
    assert not wrote.pack.is_writing


def test_a_practice_that_cannot_be_reached_is_tried_until_it_can(
    desks: Desks, look: Look, folder: Path, tmp_path: Path, finish: Finish, until: Until
) -> None:
    cable = Network()
    try:
        desk = finish(desks.open(live=False, proxy=cable.address))
        settings = PrintSettings(tmp_path / "printing.ini")
        settings.pack_folder = folder
        wrote = Wrote(desk, look, settings, Clock("07:29"))
        cable.turn(Cable.CUT)
        wrote.clock.strike("07:30")
        until(lambda: wrote.failed, 60)
        assert "Cannot reach the practice" in wrote.failed[0]
        assert list(folder.iterdir()) == []
        cable.turn(Cable.WHOLE)
        wrote.clock.strike("07:31")
        until(lambda: wrote.packs, 60)
        assert [p.name[-8:] for p in folder.iterdir()] == ["0731.pdf"]
        finish(wrote.end())
    finally:
        finish(desks.close())
        cable.stop()


def test_the_window_says_what_became_of_it(
    window: MainWindow, printing: Printing, until: Until, finish: Finish, folder: Path
) -> None:
    folder.rmdir()
    printing.pack.choose(folder)
    until(window.banner.isVisible)
    assert "The continuity pack could not be written" in window.banner.sentence
    made = opened(window, printing, until)
    assert made.continuity.state.text() == printing.pack.state()
    folder.mkdir()
    QTest.keyClick(made.continuity.now_button, Key.Key_Space)
    until(lambda: printing.pack.last is not None)
    assert window.banner.isHidden()
    until(lambda: made.continuity.state.text().startswith("Continuity pack written 09:1"))
    finish(asyncio.sleep(0))
