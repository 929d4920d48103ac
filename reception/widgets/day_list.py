"""The same day as a plain list by time: for screen readers and for printing."""

from PySide6.QtCore import (
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QListView, QWidget

from reception.widgets.board_cell import CellState
from reception.widgets.board_model import BoardModel, BoardRole

Index = QModelIndex | QPersistentModelIndex
_NOT_LISTED = (CellState.BLOCKED, CellState.LAPSED)


class DayListModel(QSortFilterProxyModel):
    """The board's rows by time, without what was kept free of patients or went unused."""

    def __init__(self, board: BoardModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._board = board
        self.setSortRole(BoardRole.START)
        self.setDynamicSortFilter(True)
        self.setSourceModel(board)
        self.sort(0)

    def filterAcceptsRow(self, row: int, _parent: Index) -> bool:
        """Whether the cell in *row* of the board is worth a line."""
        cell = self._board.cell_at(self._board.index(row))
        return cell is not None and cell.state(self._board.now()) not in _NOT_LISTED


class DayList(QListView):
    """One sentence a cell; Enter opens it."""

    opened = Signal(str)  # key of a cell
    key_struck = Signal(str, str)  # key of a cell, letter

    VERBS = frozenset("asldxb")

    def __init__(self, board: BoardModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("The day as a list")
        self.setUniformItemSizes(True)
        self.setAlternatingRowColors(True)
        self.setModel(DayListModel(board, self))
        self.activated.connect(self._on_activated)

    @property
    def current_key(self) -> str:
        """Key of the current line's cell."""
        return self.currentIndex().data(BoardRole.KEY) or ""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move, or tell a verb; other letters go on to the window."""
        letter = event.text().lower()
        plain = event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.ShiftModifier,
        )
        if plain and letter in ("j", "k"):
            row = self.currentIndex().row() + (1 if letter == "j" else -1)
            if 0 <= row < self.model().rowCount():
                self.setCurrentIndex(self.model().index(row, 0))
        elif plain and letter and letter in self.VERBS:
            shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.key_struck.emit(self.current_key, letter.upper() if shift else letter)
        elif plain and event.text() and event.text().isprintable():
            event.ignore()
        else:
            super().keyPressEvent(event)

    def _on_activated(self, index: QModelIndex) -> None:
        self.opened.emit(index.data(BoardRole.KEY) or "")
