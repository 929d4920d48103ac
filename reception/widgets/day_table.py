"""The board's rows as a table: a line per cell, a column per question."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, Slot

from contract.codes import Mark
from reception.widgets.board_cell import Cell, clock_text, wait_min
from reception.widgets.board_filter import mode_of
from reception.widgets.board_model import BoardModel, BoardRole, Index

_NO_INDEX = QModelIndex()
_VIA = {
    Mark.VIA_DESK: "Desk",
    Mark.VIA_PHONE: "Phone",
    Mark.VIA_ONLINE: "Online",
    Mark.VIA_111: "NHS 111",
}
SORT_ROLE = BoardRole.START


class Question(NamedTuple):
    """A column: its name, its words, and what it is sorted by where that is not the words."""

    name: str
    words: Callable[[BoardModel, Cell], str]
    rank: Callable[[BoardModel, Cell], Any] | None = None


def _patient(_board: BoardModel, cell: Cell) -> str:
    return cell.appointment.patient_name if cell.appointment is not None else ""


def _state(board: BoardModel, cell: Cell) -> str:
    held = cell.appointment
    words = cell.state(board.now()).value
    return f"{held.letter}  {words}" if held is not None and held.letter else words


def _wait(board: BoardModel, cell: Cell) -> str:
    waited = wait_min(cell, board.now())
    return f"{waited} min" if waited is not None else ""


def _wait_rank(board: BoardModel, cell: Cell) -> int:
    waited = wait_min(cell, board.now())
    return -1 if waited is None else waited


def _via(_board: BoardModel, cell: Cell) -> str:
    held = cell.appointment
    return _VIA.get(Mark(held.via), "") if held is not None and held.via else ""


def _time_rank(_board: BoardModel, cell: Cell) -> float:
    return cell.start.timestamp()


QUESTIONS: Sequence[Question] = (
    Question("Time", lambda _, cell: clock_text(cell.start), _time_rank),
    Question("Patient", _patient),
    Question("State", _state),
    Question("Wait", _wait, _wait_rank),
    Question("Clinician", lambda board, cell: board.clinician(cell)),
    Question("Type", lambda _, cell: cell.type_text),
    Question("Mode", lambda _, cell: mode_of(cell).value.capitalize()),
    Question("Booked", _via),
    Question(
        "Reason",
        lambda _, cell: cell.appointment.description if cell.appointment is not None else "",
    ),
)


class DayTableModel(QAbstractTableModel):
    """Row for row what the board's model holds."""

    def __init__(self, board: BoardModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._board = board
        board.rowsAboutToBeInserted.connect(self._on_inserting)
        board.rowsInserted.connect(self._on_inserted)
        board.rowsAboutToBeRemoved.connect(self._on_removing)
        board.rowsRemoved.connect(self._on_removed)
        board.modelAboutToBeReset.connect(self.beginResetModel)
        board.modelReset.connect(self.endResetModel)
        board.dataChanged.connect(self._on_changed)

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        """How many cells there are."""
        return 0 if parent.isValid() else self._board.rowCount()

    def columnCount(self, parent: Index = _NO_INDEX) -> int:
        """How many questions."""
        return 0 if parent.isValid() else len(QUESTIONS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Words, sort key, or the whole row as it is read aloud."""
        cell = self.cell_at(index)
        if cell is None:
            return None
        question = QUESTIONS[index.column()]
        words = question.words(self._board, cell)
        if role == Qt.ItemDataRole.DisplayRole:
            return words
        if role == SORT_ROLE:
            return question.rank(self._board, cell) if question.rank else words.casefold()
        if role == Qt.ItemDataRole.AccessibleTextRole and index.column():
            return f"{question.name}: {words or 'none'}"
        # The first column speaks for the whole row.
        return self._board.data(self._board.index(index.row()), role)

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """The names of the questions."""
        if role == Qt.ItemDataRole.DisplayRole and orientation is Qt.Orientation.Horizontal:
            return QUESTIONS[section].name
        return None

    def cell_at(self, index: Index) -> Cell | None:
        """The cell of *index*."""
        if not index.isValid() or index.row() >= self._board.rowCount():
            return None
        return self._board.cell_at(self._board.index(index.row()))

    @Slot(QModelIndex, int, int)
    def _on_inserting(self, _parent: QModelIndex, first: int, last: int) -> None:
        self.beginInsertRows(QModelIndex(), first, last)

    @Slot()
    def _on_inserted(self) -> None:
        self.endInsertRows()

    @Slot(QModelIndex, int, int)
    def _on_removing(self, _parent: QModelIndex, first: int, last: int) -> None:
        self.beginRemoveRows(QModelIndex(), first, last)

    @Slot()
    def _on_removed(self) -> None:
        self.endRemoveRows()

    @Slot(QModelIndex, QModelIndex)
    def _on_changed(self, first: QModelIndex, last: QModelIndex) -> None:
        self.dataChanged.emit(
            self.index(first.row(), 0), self.index(last.row(), len(QUESTIONS) - 1)
        )
