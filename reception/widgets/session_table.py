"""A plain table of rows with a key each: sessions, templates, differences, people to tell."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from reception.widgets.column_room import give_room
from reception.widgets.look import Look
from reception.widgets.palette import Ink

Index = QModelIndex | QPersistentModelIndex
_NO_INDEX = QModelIndex()


@dataclass(frozen=True, slots=True)
class Row:
    """One line.

    Attributes:
        key: what it stands for; stays while the thing does.
        cells: its words, one a column.
        ink: the colour of its words, by role; what it means is said in words as well.
        bold: whether it heads others.
    """

    key: str
    cells: tuple[str, ...]
    ink: Ink = Ink.TEXT
    bold: bool = False


class RowsModel(QAbstractTableModel):
    """Rows as they were last given; a row that stays is told as changed, not as new."""

    def __init__(self, titles: Sequence[str], look: Look, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._titles, self._look = tuple(titles), look
        self._rows: list[Row] = []

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show *rows* from now on."""
        fresh = list(rows)
        if [row.key for row in fresh] != [row.key for row in self._rows]:
            self.beginResetModel()
            self._rows = fresh
            self.endResetModel()
        elif fresh != self._rows:
            self._rows = fresh
            last = self.index(len(fresh) - 1, len(self._titles) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def key(self, row: int) -> str:
        """Key of *row*; empty outside."""
        return self._rows[row].key if 0 <= row < len(self._rows) else ""

    def row_of(self, key: str) -> int:
        """Where *key* stands; -1 where it does not."""
        return next((n for n, row in enumerate(self._rows) if row.key == key), -1)

    @property
    def rows(self) -> Sequence[Row]:
        """As they stand."""
        return self._rows

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        """How many there are."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NO_INDEX) -> int:
        """As many as titles."""
        return 0 if parent.isValid() else len(self._titles)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Titles of the columns."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._titles[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Words, and how they look."""
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        text = row.cells[index.column()]
        title = self._titles[index.column()]
        return {
            Qt.ItemDataRole.DisplayRole: text,
            Qt.ItemDataRole.ToolTipRole: text,
            Qt.ItemDataRole.AccessibleTextRole: f"{title}: {text}" if title else text,
            Qt.ItemDataRole.ForegroundRole: self._look.palette[row.ink],
            Qt.ItemDataRole.FontRole: self._look.metrics.bold if row.bold else None,
        }.get(Qt.ItemDataRole(role))


class RowsTable(QTableView):
    """Shows rows; one is always chosen, and stays chosen while it is there."""

    chosen = Signal(str)  # key, or an empty string
    opened = Signal(str)  # key
    letter_struck = Signal(str)

    def __init__(
        self, model: RowsModel, look: Look, name: str, wide: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._rows, self._kept, self._wide = model, "", wide
        self.letters: frozenset[str] = frozenset()
        """Which single letters are told of, lower case."""
        model.modelAboutToBeReset.connect(self._on_about_to_be_reset)
        self.setModel(model)
        model.modelReset.connect(self._on_reset)
        self.setObjectName("slotTable")
        self.setAccessibleName(name)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        row_px = round(look.metrics.line_px + look.metrics.unit_px)
        self.verticalHeader().setDefaultSectionSize(row_px)
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.activated.connect(self._on_activated)
        self.selectionModel().currentRowChanged.connect(self._on_current)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """One column has the rest of the width."""
        super().resizeEvent(event)
        give_room(self, self._wide)

    @property
    def key(self) -> str:
        """Key of the chosen row."""
        return self._rows.key(self.currentIndex().row())

    def choose(self, key: str) -> None:
        """Choose the row *key*."""
        row = self._rows.row_of(key)
        if row >= 0:
            self.selectRow(row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move, or tell a letter; other letters go on to the window."""
        letter = event.text().lower()
        plain = not event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier
        if plain and letter in ("j", "k"):
            row = self.currentIndex().row() + (1 if letter == "j" else -1)
            if 0 <= row < self._rows.rowCount():
                self.selectRow(row)
        elif plain and letter and letter in self.letters:
            self.letter_struck.emit(letter)
        elif plain and event.text() and event.text().isprintable():
            event.ignore()
        else:
            super().keyPressEvent(event)

    @Slot()
    def _on_about_to_be_reset(self) -> None:
        self._kept = self.key

    @Slot()
    def _on_reset(self) -> None:
        give_room(self, self._wide)
        row = self._rows.row_of(self._kept)
        if self._rows.rowCount():
            self.selectRow(max(0, row))
        else:
            self.chosen.emit("")

    @Slot(QModelIndex)
    def _on_activated(self, index: QModelIndex) -> None:
        self.opened.emit(self._rows.key(index.row()))

    @Slot(QModelIndex, QModelIndex)
    def _on_current(self, current: QModelIndex, _previous: QModelIndex) -> None:
        self.chosen.emit(self._rows.key(current.row()))
