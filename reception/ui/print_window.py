"""The print window: what stands on the day list, how it will look, and where it goes."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSignalBlocker, QStandardPaths, Qt, QTimer, Slot
from PySide6.QtGui import QFont, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from reception.desk.day_records import DayRecords, open_day
from reception.desk.day_sheet import (
    Choice,
    clinicians_of,
    day_sheet,
    file_name,
    long_day,
    short_day,
    wall_clock,
)
from reception.desk.desk import Desk
from reception.desk.freshness import State
from reception.desk.whole_file import write_whole
from reception.records.problem import Problem
from reception.ui.continuity import ContinuityPack
from reception.ui.continuity_box import ContinuityBox
from reception.ui.print_settings import PrintSettings
from reception.ui.printers import printer_names, send
from reception.ui.tasks import Tasks
from reception.widgets.banner import Banner, Weight, announce
from reception.widgets.look import Look
from reception.widgets.page_preview import PagePreview
from reception.widgets.palette import Ink
from reception.widgets.sheet_layout import Booklet, TextSize, lay_out
from reception.widgets.sheet_painter import image_of, pdf_of

_Work = Coroutine[Any, Any, str]
"""Something that takes its time and ends with a sentence."""

SLOW_MS = 1_000
"""What takes longer gets a word."""
_WHOLE = "The whole practice"
_CHOICES = (
    ("free", "&Free slots"),
    ("blocked", "Bl&ocked time"),
    ("phones", "&Telephone numbers"),
)
_SIZES = {TextSize.NORMAL: "Normal, 11 point", TextSize.LARGE: "Large, 14 point"}


class PrintWindow(QDialog):
    """Prints the open day, or saves it as a PDF.

    What is printed is taken anew at the moment of printing; the preview is brought up to date
    every minute. Filters of the board do not count: nobody is left out.
    """

    def __init__(
        self,
        desk: Desk,
        look: Look,
        settings: PrintSettings,
        pack: ContinuityPack,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk, self._look, self._settings = desk, look, settings
        self.tasks = Tasks(self)
        self.booklet: Booklet | None = None
        self.number = 0
        self._turn = 0
        self._drawn = (0, 0)
        self._is_busy = False
        self._slow = QTimer(self)
        self._slow.setInterval(SLOW_MS)
        self._slow.timeout.connect(self._show_progress)
        self._build(look, pack)
        look.fit(self)
        self._connect()
        self._on_day()
        self.tasks.start(self._find_printers())

    # -- how it is built

    def _build(self, look: Look, pack: ContinuityPack) -> None:
        unit = look.metrics.unit_px
        across = QHBoxLayout(self)
        across.setContentsMargins(2 * unit, 2 * unit, 2 * unit, 2 * unit)
        across.setSpacing(2 * unit)
        left = QWidget(self)
        left.setFixedWidth(46 * unit)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(unit)
        self.heading = QLabel(left)
        self.heading.setFont(look.metrics.title)
        self.heading.setWordWrap(True)
        column.addWidget(self.heading)
        column.addLayout(self._form(left))
        self.print_button = QPushButton("&Print", left)
        self.print_button.setProperty("kind", "primary")
        self.print_button.setEnabled(False)
        self.pdf_button = QPushButton("&Save as a PDF ...", left)
        self.close_button = QPushButton("Close", left)
        row = QHBoxLayout()
        for button in (self.print_button, self.pdf_button, self.close_button):
            row.addWidget(button)
        column.addLayout(row)
        self.banner = Banner(look, left)
        column.addWidget(self.banner)
        self.status = QLabel(left)
        self.status.setWordWrap(True)
        self.status.setProperty("kind", "muted")
        column.addWidget(self.status)
        column.addStretch(1)
        self.continuity = ContinuityBox(pack, look, left)
        column.addWidget(self.continuity)
        across.addWidget(left)
        across.addLayout(self._right(look), 1)

    def _form(self, left: QWidget) -> QFormLayout:
        self.who = QComboBox(left)
        self.size_box = QComboBox(left)
        for size, words in _SIZES.items():
            self.size_box.addItem(words, size)
        self.size_box.setCurrentIndex(list(_SIZES).index(self._settings.size))
        self.printer = QComboBox(left)
        self.printer.addItem("Looking for printers ...", "")
        self.copies = QSpinBox(left)
        self.copies.setRange(1, 20)
        form = QFormLayout()
        form.setSpacing(self._look.metrics.unit_px)
        form.addRow("&List of", self.who)
        form.addRow("Text si&ze", self.size_box)
        self.boxes: dict[str, QCheckBox] = {}
        for number, (name, words) in enumerate(_CHOICES):
            box = self.boxes[name] = QCheckBox(words, left)
            box.setChecked(self._settings.has(name))
            form.addRow("" if number else "With", box)
        form.addRow("P&rinter", self.printer)
        form.addRow("&Copies", self.copies)
        return form

    def _right(self, look: Look) -> QVBoxLayout:
        unit = look.metrics.unit_px
        column = QVBoxLayout()
        bar = QHBoxLayout()
        self.back = self._tool("left", "Page before (Page Up)")
        self.on = self._tool("right", "Page after (Page Down)")
        self.page_label = QLabel(self)
        bar.addWidget(self.back)
        bar.addWidget(self.page_label)
        bar.addWidget(self.on)
        bar.addStretch(1)
        bar.setSpacing(unit)
        self.preview = PagePreview(look, self)
        column.addLayout(bar)
        column.addWidget(self.preview, 1)
        return column

    def _tool(self, icon: str, hint: str) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(self._look.icons.get(icon, Ink.TEXT))
        button.setToolTip(hint)
        button.setAccessibleName(hint)
        return button

    def _connect(self) -> None:
        self.who.currentIndexChanged.connect(self._on_choice)
        self.size_box.currentIndexChanged.connect(self._on_choice)
        for box in self.boxes.values():
            box.toggled.connect(self._on_choice)
        self.print_button.clicked.connect(self._on_print)
        self.pdf_button.clicked.connect(self._on_pdf)
        self.close_button.clicked.connect(self.reject)
        self.close_button.setAutoDefault(False)
        self.back.clicked.connect(self._on_back)
        self.on.clicked.connect(self._on_on)
        self.preview.turned.connect(self._turn_by)
        self.preview.sent_to.connect(self._on_sent_to)
        self.preview.width_changed.connect(self._draw)
        for key, slot in (
            (QKeySequence(Qt.Key.Key_PageUp), self._on_back),
            (QKeySequence(Qt.Key.Key_PageDown), self._on_on),
            (QKeySequence(QKeySequence.StandardKey.Save), self._on_pdf),
        ):
            QShortcut(key, self).activated.connect(slot)
        self._desk.time.minute_passed.connect(self._refresh)
        self._desk.loaded.connect(self._on_day)

    # -- what is printed

    def _choice(self) -> Choice:
        return Choice(
            clinician_id=self.who.currentData() or "",
            **{name: box.isChecked() for name, box in self.boxes.items()},
        )

    def _records(self) -> DayRecords:
        desk = self._desk
        fresh = desk.freshness
        as_at = desk.time.now() if fresh.state is State.LIVE else fresh.since
        return open_day(desk.stores, as_at, is_whole=desk.is_complete)

    async def _laid_out(self) -> Booklet:
        """The open day as it is now; who is only known by name is asked for."""
        records, desk = self._records(), self._desk
        warning = self._warning(records)
        if records.unmet and not warning:
            with suppress(Problem):  # the names are there, and the sheet says what is not known
                records = await desk.read_day(records.day)
        held, choice = desk.organization, self._choice()
        words = {
            "title": "Day list" if choice.clinician_id else "Day list of the whole practice",
            "practice": held.name if held is not None else "",
            "printed_by": desk.me.display,
            "warning": warning,
        }
        font, size = QFont(self._look.metrics.font), self.size_box.currentData()
        return await asyncio.to_thread(
            _laid_out, records, choice, desk.time.now(), words, font, size
        )

    def _warning(self, records: DayRecords) -> str:
        fresh = self._desk.freshness
        if not records.is_whole:
            return "Not complete: the day has not been loaded yet."
        if fresh.state is State.SILENT:
            since = wall_clock(fresh.since)
            return f"May be out of date: no contact with the practice since {since}."
        return ""

    # -- the preview

    @Slot()
    def _on_day(self) -> None:
        """Another day is open, or it is complete now."""
        day, held = self._desk.day, self.who.currentData()
        self.setWindowTitle(f"Print {short_day(day)}")
        self.heading.setText(f"Day list of {long_day(day)}")
        with QSignalBlocker(self.who):
            self.who.clear()
            self.who.addItem(_WHOLE, "")
            for clinician_id, name in clinicians_of(self._records()):
                self.who.addItem(name, clinician_id)
            self.who.setCurrentIndex(max(0, self.who.findData(held)))
        self._refresh()

    @Slot()
    def _on_choice(self) -> None:
        self._settings.size = self.size_box.currentData()
        for name, box in self.boxes.items():
            self._settings.keep_choice(name, wanted=box.isChecked())
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        self._turn += 1
        self.tasks.start(self._show(self._turn), on_problem=self.banner.show_problem)

    async def _show(self, turn: int) -> None:
        booklet = await self._laid_out()
        if turn == self._turn:
            self.booklet = booklet
            self.number = min(self.number, len(booklet.pages) - 1)
            self._draw()

    @Slot()
    def _draw(self) -> None:
        if self.booklet is not None:
            self.tasks.start(self._drawn_page(self.booklet, self.number))

    async def _drawn_page(self, booklet: Booklet, number: int) -> None:
        image = await asyncio.to_thread(image_of, booklet, number, self.preview.width_px)
        if booklet is not self.booklet or number != self.number:
            return
        self.preview.show_page(image, booklet.spoken(number))
        pages = len(booklet.pages)
        self.page_label.setText(f"Page {number + 1} of {pages}")
        self.back.setEnabled(number > 0)
        self.on.setEnabled(number + 1 < pages)

    @Slot(int)
    def _turn_by(self, pages: int) -> None:
        if self.booklet is None:
            return
        number = max(0, min(self.number + pages, len(self.booklet.pages) - 1))
        if number != self.number:
            self.number = number
            announce(self.preview, self.booklet.spoken(number))
            self._draw()

    @Slot()
    def _on_back(self) -> None:
        self._turn_by(-1)

    @Slot()
    def _on_on(self) -> None:
        self._turn_by(1)

    @Slot(bool)
    def _on_sent_to(self, last: bool) -> None:
        pages = len(self.booklet.pages) if self.booklet is not None else 0
        self._turn_by(pages if last else -pages)

    # -- printing

    async def _find_printers(self) -> None:
        names = await asyncio.to_thread(printer_names)
        self.printer.clear()
        for name in names:
            self.printer.addItem(name, name)
        self.printer.setCurrentIndex(max(0, self.printer.findData(self._settings.printer)))
        for widget in (self.printer, self.copies, self.print_button):
            widget.setEnabled(bool(names))
        if names:
            self.print_button.setDefault(True)
            self.print_button.setFocus()
        else:
            self.printer.addItem("No printer", "")
            self.status.setText(
                "No printer was found on this computer. The list can be saved as a PDF."
            )
            self.pdf_button.setDefault(True)
            self.pdf_button.setFocus()

    @Slot()
    def _on_print(self) -> None:
        name = self.printer.currentData()
        if name:
            self._settings.printer = name
            self._begin(self._print(name, self.copies.value()))

    async def _print(self, name: str, copies: int) -> str:
        document = f"Day list {short_day(self._desk.day)}"
        booklet = await self._laid_out()
        await asyncio.to_thread(send, booklet, name, copies, document, self._note)
        pages = len(booklet.pages)
        return f"{pages} pages sent to {name}." if pages > 1 else f"One page sent to {name}."

    @Slot()
    def _on_pdf(self) -> None:
        held = self._desk.organization
        who = self.who.currentText() if self.who.currentData() else ""
        name = file_name(held.name if held is not None else "Day list", self._desk.day, who)
        folder = self._settings.pdf_folder
        if not folder or not Path(folder).is_dir():
            documents = QStandardPaths.StandardLocation.DocumentsLocation
            folder = QStandardPaths.writableLocation(documents)
        dialog = QFileDialog(self, "Save the day list as a PDF", folder, "PDF (*.pdf)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("pdf")
        dialog.selectFile(name)
        dialog.fileSelected.connect(self._on_file)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot(str)
    def _on_file(self, path: str) -> None:
        self._settings.pdf_folder = str(Path(path).parent)
        self._begin(self._save(Path(path)))

    async def _save(self, path: Path) -> str:
        booklet = await self._laid_out()
        await asyncio.to_thread(_put, booklet, path, self._note)
        return f"Saved as {path.name} in {path.parent}."

    def _begin(self, work: _Work) -> None:
        if self._is_busy:
            work.close()
            return
        self._is_busy, self._drawn = True, (0, 0)
        self.banner.hide()
        self.status.clear()
        self._slow.start()
        self.tasks.start(self._worked(work), on_problem=self._on_problem)

    async def _worked(self, work: _Work) -> None:
        try:
            sentence = await work
        finally:
            self._is_busy = False
            self._slow.stop()
            self.status.clear()
        self.banner.say(sentence, Weight.INFO)

    def _note(self, done: int, pages: int) -> None:
        """How far the drawing is; told on the thread that draws."""
        self._drawn = (done, pages)

    @Slot()
    def _show_progress(self) -> None:
        done, pages = self._drawn
        self.status.setText(f"Page {done} of {pages} ..." if pages else "Working ...")

    @Slot(Problem)
    def _on_problem(self, problem: Problem) -> None:
        self.banner.show_problem(problem)


def _laid_out(
    records: DayRecords,
    choice: Choice,
    now: datetime,
    words: dict[str, str],
    font: QFont,
    size: TextSize,
) -> Booklet:
    """The sheet and its pages, on a thread of its own."""
    return lay_out(day_sheet([records], choice, printed_at=now, **words), font, size)


def _put(booklet: Booklet, path: Path, told: Callable[[int, int], None]) -> None:
    """Draw and write, on a thread of its own."""
    write_whole(path, pdf_of(booklet, told))
