"""The same day as a plain list: sorted as one likes, for screen readers and for printing."""

from PySide6.QtCore import (
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from reception.widgets.board_cell import CellState
from reception.widgets.board_gestures import BoardGestures
from reception.widgets.board_model import BoardModel, BoardRole
from reception.widgets.day_table import QUESTIONS, SORT_ROLE, DayTableModel
from reception.widgets.look import Look

Index = QModelIndex | QPersistentModelIndex
_NOT_LISTED = (CellState.BLOCKED, CellState.LAPSED)
_UNITS = {"Time": 8, "Patient": 25, "State": 20, "Wait": 8, "Clinician": 16, "Type": 20,
          "Mode": 13, "Booked": 9}  # fmt: skip
"""Widths to begin with, in units of the rhythm; the reason has the rest."""
_OWN_WORDS = {"Clinician": 24, "Type": 32}
"""Whose words are the practice's own: these columns fit them, up to so many units."""


class DayListModel(QSortFilterProxyModel):
    """The board's rows in an order of one's own, without what was kept free or went unused.

    Rows of the same rank stay in the order of time.
    """

    def __init__(self, board: BoardModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._board = board
        self.setSortRole(SORT_ROLE)
        self.setDynamicSortFilter(True)
        self.table = DayTableModel(board, self)
        self.setSourceModel(self.table)
        self.sort(0)

    def filterAcceptsRow(self, row: int, _parent: Index) -> bool:
        """Whether the cell in *row* of the board is worth a line."""
        cell = self._board.cell_at(self._board.index(row))
        return cell is not None and cell.state(self._board.now()) not in _NOT_LISTED

    def lessThan(self, left: Index, right: Index) -> bool:
        """By what was asked for, then by time and clinician."""
        one, other = left.data(SORT_ROLE), right.data(SORT_ROLE)
        if one != other:
            return bool(one < other)
        later = self.sortOrder() is Qt.SortOrder.DescendingOrder
        return (self._rank(left) < self._rank(right)) != later

    def _rank(self, index: Index) -> tuple[float, str]:
        cell = self.table.cell_at(index)
        return (cell.start.timestamp(), cell.key) if cell is not None else (0.0, "")


class DayList(QTableView):
    """A line a cell; Enter opens it, the verbs' keys act on it."""

    opened = Signal(str)  # key of a cell
    key_struck = Signal(str, str)  # key of a cell, letter

    def __init__(self, board: BoardModel, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("dayList")
        self.setAccessibleName("The day as a list")
        self.setAlternatingRowColors(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.verticalHeader().hide()
        metrics = look.metrics
        self.verticalHeader().setDefaultSectionSize(round(metrics.line_px + metrics.unit_px * 0.75))
        self.setModel(DayListModel(board, self))
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setStretchLastSection(True)
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for section, question in enumerate(QUESTIONS):
            if question.name in _UNITS:
                header.resizeSection(section, _UNITS[question.name] * metrics.unit_px)
        header.setSortIndicator(0, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
        self.activated.connect(self._on_activated)
        self._board, self._look = board, look
        self._fitted = False
        self.model().modelReset.connect(self._to_first)
        self._to_first()

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
        elif plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit(self.current_key)
        elif plain and letter and (letter in BoardGestures.VERBS or event.text() == "N"):
            shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.key_struck.emit(self.current_key, letter.upper() if shift else letter)
        elif plain and event.text() and event.text().isprintable():
            event.ignore()
        else:
            super().keyPressEvent(event)

    @Slot(QModelIndex)
    def _on_activated(self, index: QModelIndex) -> None:
        self.opened.emit(index.data(BoardRole.KEY) or "")

    @Slot()
    def _to_first(self) -> None:
        """There is always a current line: screen readers begin there."""
        if not self._fitted and self.model().rowCount():
            self._fit()
        if not self.currentIndex().isValid() and self.model().rowCount():
            self.setCurrentIndex(self.model().index(0, 0))

    def _fit(self) -> None:
        """Begin with the words of this practice in full; after that the widths are the user's."""
        self._fitted = True
        metrics, cells = self._look.metrics, list(self._board.cells())
        for section, question in enumerate(QUESTIONS):
            if question.name in _OWN_WORDS:
                words = {question.words(self._board, cell) for cell in cells}
                widest = max(map(metrics.text_px, words), default=0) + 3 * metrics.unit_px
                most = _OWN_WORDS[question.name] * metrics.unit_px
                least = _UNITS[question.name] * metrics.unit_px
                width = min(most, max(least, round(widest)))
                self.horizontalHeader().resizeSection(section, width)
