"""A file that came with a message, looked at inside the window. Nothing is ever run.

What is shown follows from the file's own bytes, never from its name. Only who asks for it twice
has it opened by another program, under a name of ours.
"""

import asyncio
import tempfile
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QSize, Qt, QUrl, Signal, Slot
from PySide6.QtGui import (
    QDesktopServices,
    QHideEvent,
    QImage,
    QImageReader,
    QKeyEvent,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from contract.attachment import ENDINGS, PDF, TEXT
from reception.desk.enclosure import Received, size_text
from reception.records import Attachment
from reception.records.problem import Problem
from reception.widgets.flow import Flow
from reception.widgets.look import Look
from reception.widgets.palette import Ink
from reception.widgets.patient_search import Starts
from reception.widgets.thread_conversation import file_text

_MOST_MB = 256
"""A picture that would need more memory than this is not unpacked."""
_LONGEST_PX = 2400
"""A picture is kept no larger than this; a screen shows no more."""
_NOT_SHOWN = {
    PDF: "This is a PDF document. Reception does not show PDFs itself: save a copy, or have "
    "another program open it.",
    "": "This file is not what it says it is, or of a kind that Reception does not take. It is "
    "not shown and cannot be opened from here. Ask the patient to send a picture or a PDF.",
}


class FileView(QFrame):
    """One file: a picture, a text, or a plain statement why it is not shown."""

    closed = Signal()

    def __init__(self, look: Look, tasks: Starts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look, self._tasks = look, tasks
        self._turn = 0
        self._file: Received | None = None
        self._picture = QImage()
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        unit = look.metrics.unit_px
        self.title = QLabel(self)
        self.title.setProperty("kind", "heading")
        self.title.setWordWrap(True)
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.note = QLabel(self)
        self.note.setProperty("kind", "muted")
        self.note.setWordWrap(True)
        self.picture = QLabel(self)
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.picture.setMinimumSize(QSize(1, 1))
        self.text = QPlainTextEdit(self)
        self.text.setReadOnly(True)
        self.text.setAccessibleName("The text of the file")
        self.statement = QLabel(self)
        self.statement.setWordWrap(True)
        self.statement.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedWidget(self)
        for widget in (self.statement, self.picture, self.text):
            self._stack.addWidget(widget)
        self.back = QPushButton("Back  (Esc)", self)
        self.save = QPushButton("Save a copy…", self)
        self.outside = QPushButton("Open in another program…", self)
        self.sure = QPushButton("Yes, open it outside Reception", self)
        self.sure.setProperty("kind", "danger")
        strip = QWidget(self)
        flow = Flow(strip, gap_px=unit, line_px=max(2, unit // 2))
        for button in (self.back, self.save, self.outside, self.sure):
            flow.addWidget(button)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * unit, unit, 2 * unit, unit)
        column.setSpacing(unit)
        column.addLayout(head)
        column.addWidget(self.note)
        column.addWidget(self._stack, 1)
        column.addWidget(strip)
        self.setObjectName("fileView")
        self.setFocusProxy(self.back)
        self.back.clicked.connect(self.closed)
        self.save.clicked.connect(self._on_save)
        self.outside.clicked.connect(self._on_outside)
        self.sure.clicked.connect(self._on_sure)
        look.palette.changed.connect(self._dress)
        self._dress()

    def wait_for(self, attachment: Attachment) -> None:
        """*attachment* is on its way."""
        self._turn += 1
        self._forget()
        self.title.setText(file_text(attachment))
        self.note.setText("")
        self._state("Loading…")

    def show_file(self, attachment: Attachment, file: Received) -> None:
        """Show *file*, which *attachment* has brought."""
        self._turn += 1
        self._forget()
        self._file = file
        self.title.setText(file_text(attachment))
        kind = file.kind.partition("/")[2].upper() if file.kind else "unknown kind"
        self.note.setText(f"{'Text' if file.kind == TEXT else kind}, {size_text(len(file.data))}")
        for button in (self.save, self.outside):
            button.setVisible(bool(file.kind))
        if file.kind == TEXT:
            self.text.setPlainText(file.text)
            self._stack.setCurrentWidget(self.text)
        elif file.kind.startswith("image/"):
            self._state("Loading…")
            self._tasks.start(self._unpack(file, self._turn), on_problem=self.show_problem)
        else:
            self._state(_NOT_SHOWN.get(file.kind, _NOT_SHOWN[""]))

    def show_problem(self, problem: Problem) -> None:
        """It could not be fetched."""
        self._state(problem.sentence)

    def clear(self) -> None:
        """Forget what was shown."""
        self._turn += 1
        self._forget()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape goes back."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A picture fits."""
        super().resizeEvent(event)
        self._fit()

    def hideEvent(self, event: QHideEvent) -> None:
        """An unanswered question is withdrawn."""
        super().hideEvent(event)
        self.sure.hide()

    def _forget(self) -> None:
        self._file = None
        self._picture = QImage()
        self.picture.clear()
        self.text.clear()
        for button in (self.save, self.outside, self.sure):
            button.hide()

    def _state(self, sentence: str) -> None:
        self.statement.setText(sentence)
        self._stack.setCurrentWidget(self.statement)

    async def _unpack(self, file: Received, turn: int) -> None:
        picture = await asyncio.to_thread(unpacked, file.data)
        if turn != self._turn:
            return
        if picture.isNull():
            self._state(
                "This picture cannot be shown here: it is broken, too large, or of a kind that "
                "this computer does not know (HEIC). Save a copy to look at it elsewhere."
            )
            return
        self._picture = picture
        self.picture.setAccessibleName(f"Picture, {picture.width()} by {picture.height()}")
        self._stack.setCurrentWidget(self.picture)
        self._fit()

    def _fit(self) -> None:
        if self._picture.isNull():
            return
        ratio = self.devicePixelRatioF()
        room = self._stack.size() * ratio
        keep = Qt.AspectRatioMode.KeepAspectRatio
        shown = self._picture
        if shown.width() > room.width() or shown.height() > room.height():
            shown = shown.scaled(room, keep, Qt.TransformationMode.SmoothTransformation)
        pixmap = QPixmap.fromImage(shown)
        pixmap.setDevicePixelRatio(ratio)
        self.picture.setPixmap(pixmap)

    @Slot()
    def _on_save(self) -> None:
        if self._file is None:
            return
        dialog = QFileDialog(self, "Save a copy", str(Path.home() / safe_name(self._file)))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(ENDINGS[self._file.kind][0])
        dialog.fileSelected.connect(self._on_save_to)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot(str)
    def _on_save_to(self, name: str) -> None:
        if self._file is not None:
            self._tasks.start(self._save(Path(name), self._file.data))

    async def _save(self, path: Path, data: bytes) -> None:
        try:
            await asyncio.to_thread(path.write_bytes, data)
        except OSError as fault:
            self.note.setText(f"Not saved: {fault.strerror}.")
        else:
            self.note.setText(f"Saved as {path}.")

    @Slot()
    def _on_outside(self) -> None:
        self.note.setText(
            "Another program will open a copy. It may be able to do more with the file than show "
            "it: only if you expected it from this patient."
        )
        self.sure.show()
        self.sure.setFocus()

    @Slot()
    def _on_sure(self) -> None:
        self.sure.hide()
        if self._file is not None:
            self._tasks.start(self._open_outside(self._file))

    async def _open_outside(self, file: Received) -> None:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="reception-")
        path = Path(self._folder.name) / safe_name(file)
        await asyncio.to_thread(path.write_bytes, file.data)
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
            self.note.setText("No program here opens such a file. Save a copy instead.")

    @Slot()
    def _dress(self) -> None:
        self.setStyleSheet(
            f"#fileView {{ background: {self._look.palette.css(Ink.SURFACE)}; border: none; }}"
        )


def safe_name(file: Received) -> str:
    """A name for a copy: the letters of its title, and an ending that its bytes deserve."""
    stem = Path(file.title.replace("\\", "/")).stem
    kept = "".join(c for c in stem if c.isalnum() or c in " -_")[:60].strip()
    return f"{kept or 'attachment'}.{ENDINGS[file.kind][0]}"


def unpacked(data: bytes) -> QImage:
    """The picture in *data*, turned as its camera says, no larger than a screen; null if none.

    Blocks: call it on a thread.
    """
    held = QByteArray(data)
    buffer = QBuffer(held)
    buffer.open(QBuffer.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    QImageReader.setAllocationLimit(_MOST_MB)
    reader.setAutoTransform(True)
    size = reader.size()
    if size.isValid() and max(size.width(), size.height()) > _LONGEST_PX:
        keep = Qt.AspectRatioMode.KeepAspectRatio
        reader.setScaledSize(size.scaled(QSize(_LONGEST_PX, _LONGEST_PX), keep))
    return reader.read()
