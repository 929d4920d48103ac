"""What goes along with a message: the files, what may be one, and how to choose another."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton, QVBoxLayout, QWidget

from contract.attachment import ENDINGS, RULE, SHORT_RULE
from reception.desk.enclosure import MOST, Enclosure, read_file
from reception.records.problem import Problem
from reception.widgets.banner import announce
from reception.widgets.flow import Flow
from reception.widgets.look import Look
from reception.widgets.palette import Ink
from reception.widgets.patient_search import Starts
from reception.widgets.patient_words import plain

_PATTERNS = " ".join(f"*.{ending}" for endings in ENDINGS.values() for ending in endings)
FILTER = f"Pictures, PDF and text ({_PATTERNS})"


class EnclosureStrip(QWidget):
    """A button that says what may be sent (Alt+F), and each chosen file with a way to drop it.

    A file belongs to the draft for which it was chosen, even if another one is open by the time
    it has been read.
    """

    enclosed = Signal(str, object)
    """For the draft of this key this Enclosure has been read."""
    dropped = Signal(int)
    """The file of this number is not to go."""

    def __init__(self, look: Look, tasks: Starts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look, self._tasks = look, tasks
        self._key = ""
        self._count = 0
        self._dialog: QFileDialog | None = None
        unit = look.metrics.unit_px
        self.choose = QPushButton(f"Attach: {SHORT_RULE}…  (Alt+F)", self)
        self.choose.setShortcut("Alt+F")
        self.choose.setToolTip(RULE)
        self.complaint = QLabel(self)
        self.complaint.setProperty("kind", "warn")
        self.complaint.setWordWrap(True)
        self.complaint.hide()
        strip = QWidget(self)
        self._flow = Flow(strip, gap_px=unit, line_px=max(2, unit // 2))
        self._flow.addWidget(self.choose)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(max(2, unit // 3))
        column.addWidget(strip)
        column.addWidget(self.complaint)
        self._buttons: list[QPushButton] = []
        self.choose.clicked.connect(self._on_choose)
        look.palette.changed.connect(self._dress)
        self._dress()

    def add(self, widget: QWidget) -> None:
        """Have *widget* stand in the same line."""
        self._flow.addWidget(widget)

    def show_files(self, key: str, files: Sequence[Enclosure]) -> None:
        """The files of the draft *key*."""
        self._key, self._count = key, len(files)
        for button in self._buttons:
            self._flow.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._buttons = []
        for number, file in enumerate(files):
            button = QPushButton(f"{plain(file.words)}   ×", self)
            button.setAccessibleName(f"Attached: {file.words}. Press to take it out")
            button.setToolTip("Take it out")
            button.setProperty("number", number)
            button.clicked.connect(self._on_dropped)
            self._flow.addWidget(button)
            button.show()
            self._buttons.append(button)
        self.complaint.hide()
        self.choose.setEnabled(bool(key) and self._count < MOST)
        self.updateGeometry()

    def read(self, paths: Sequence[Path]) -> None:
        """Read these files for the draft that is open now."""
        room = MOST - self._count
        if len(paths) > room:
            self._say(f"At most {MOST} files go with one message.")
        for path in paths[:room]:
            self._tasks.start(self._read(self._key, path), on_problem=self._on_problem)

    async def _read(self, key: str, path: Path) -> None:
        file = await asyncio.to_thread(read_file, path)
        self.enclosed.emit(key, file)

    def _on_problem(self, problem: Problem) -> None:
        self._say(problem.sentence)

    def _say(self, sentence: str) -> None:
        self.complaint.setText(sentence)
        self.complaint.show()
        announce(self, sentence)

    @Slot()
    def _on_choose(self) -> None:
        dialog = QFileDialog(self, f"Attach: {RULE}", str(Path.home()), FILTER)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setLabelText(QFileDialog.DialogLabel.Accept, "Attach")
        dialog.filesSelected.connect(self._on_chosen)
        dialog.finished.connect(dialog.deleteLater)
        self._dialog = dialog
        dialog.open()

    @Slot(list)
    def _on_chosen(self, names: list[str]) -> None:
        self.read([Path(name) for name in names])

    @Slot()
    def _on_dropped(self) -> None:
        sender = self.sender()
        if sender is not None:
            self.dropped.emit(int(sender.property("number")))
            self.choose.setFocus()

    @Slot()
    def _dress(self) -> None:
        self.choose.setIcon(self._look.icons.get("paperclip", Ink.MUTED))
