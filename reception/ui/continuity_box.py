"""Where the continuity pack goes, and how things stand with it."""

from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from reception.desk.continuity import KEEP_CHOICES
from reception.ui.continuity import ContinuityPack
from reception.widgets.look import Look

_WHAT = (
    "Today and the next days on paper, with telephone numbers, for when the practice's system "
    "cannot be reached. Written at 07:30 and 13:00, or as soon as Reception opens after that. "
    "Choose a folder that only the practice can open."
)


class ContinuityBox(QFrame):
    """Folder, how long packs are kept, and what became of the last one."""

    def __init__(self, pack: ContinuityPack, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pack = pack
        self.setProperty("kind", "card")
        unit = look.metrics.unit_px
        column = QVBoxLayout(self)
        column.setContentsMargins(unit, unit, unit, unit)
        column.setSpacing(unit // 2)
        heading = QLabel("Continuity pack", self)
        heading.setProperty("kind", "heading")
        what = QLabel(_WHAT, self)
        what.setWordWrap(True)
        what.setProperty("kind", "muted")
        self.state = QLabel(self)
        self.state.setWordWrap(True)
        self.state.setAccessibleName("Continuity pack")
        self.left = QLabel(self)
        self.left.setWordWrap(True)
        self.left.setProperty("kind", "warn")
        self.left.setAccessibleName("Old continuity packs")
        self.remove_button = QPushButton("&Remove the old packs", self)
        self.remove_button.setAutoDefault(False)
        self.folder_button = QPushButton("Choose &folder ...", self)
        self.now_button = QPushButton("&Write one now", self)
        self.stop_button = QPushButton("Stop writing", self)
        self.keep = QComboBox(self)
        self.keep.setAccessibleName("Keep packs for")
        for days in KEEP_CHOICES:
            self.keep.addItem("Keep 1 day" if days == 1 else f"Keep {days} days", days)
        self.keep.setCurrentIndex(KEEP_CHOICES.index(pack.keep_days))
        for widget in (heading, what, self.state, self.left, self.remove_button):
            column.addWidget(widget)
        for pair in ((self.folder_button, self.now_button), (self.keep, self.stop_button)):
            row = QHBoxLayout()
            for half in pair:
                row.addWidget(half, 1)
            column.addLayout(row)
        for button in (self.folder_button, self.now_button, self.stop_button):
            button.setAutoDefault(False)
        self.folder_button.clicked.connect(self._on_folder)
        self.now_button.clicked.connect(pack.write_now)
        self.stop_button.clicked.connect(self._on_stop)
        self.keep.activated.connect(self._on_keep)
        self.remove_button.clicked.connect(pack.remove_left)
        pack.changed.connect(self._show_state)
        self._show_state()

    @Slot()
    def _on_folder(self) -> None:
        held = self._pack.folder
        dialog = QFileDialog(self, "Where continuity packs go", str(held or Path.home()))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self._on_chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot(str)
    def _on_chosen(self, folder: str) -> None:
        self._pack.choose(Path(folder))

    @Slot()
    def _on_stop(self) -> None:
        self._pack.choose(None)

    @Slot(int)
    def _on_keep(self, index: int) -> None:
        self._pack.keep_for(int(self.keep.itemData(index)))

    @Slot()
    def _show_state(self) -> None:
        pack = self._pack
        has_folder = pack.folder is not None
        self.state.setText(pack.state())
        kind = "warn" if pack.problem else ""
        if self.state.property("kind") != kind:
            self.state.setProperty("kind", kind)
            self.state.style().polish(self.state)
        words = pack.left_words()
        self.left.setText(words)
        self.left.setVisible(bool(words))
        self.remove_button.setVisible(bool(words))
        self.now_button.setEnabled(has_folder and not pack.is_writing)
        self.stop_button.setEnabled(has_folder)
