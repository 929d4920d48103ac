"""The day as an item model: one row per cell, column by column, from the top."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
    Slot,
)

from contract.core_hours import CLOSES, LONDON, OPENS
from reception.records import Appointment, Session
from reception.records import Slot as SlotRecord
from reception.widgets.board_cell import Cell, sentence_of
from reception.widgets.board_filter import BoardFilter, Columns
from reception.widgets.board_reading import LONG, DayReading
from reception.widgets.board_source import (
    BoardCells,
    BoardSource,
    Column,
    ColumnFacts,
    ColumnRank,
    facts_of,
)
from reception.widgets.board_story import tooltip_of

Index = QModelIndex | QPersistentModelIndex
_Rank = tuple[ColumnRank, datetime, str]

_NO_INDEX = QModelIndex()
_NAMES_MS = 20
"""Who works here comes one by one; the columns are named once."""


class BoardRole(IntEnum):
    """What `data` answers beside Qt's own roles."""

    KEY = Qt.ItemDataRole.UserRole + 1
    CELL = Qt.ItemDataRole.UserRole + 2
    START = Qt.ItemDataRole.UserRole + 3


_ANSWERS: Mapping[int, Callable[[Cell], object]] = {
    BoardRole.KEY: lambda cell: cell.key,
    BoardRole.CELL: lambda cell: cell,
    BoardRole.START: lambda cell: cell.start.timestamp(),
}


class BoardModel(QAbstractListModel):
    """The cells of the open day, kept in step with the desk's stores."""

    columns_changed = Signal()
    facts_changed = Signal(str)  # key of a column
    minute_passed = Signal()

    def __init__(
        self,
        source: BoardSource,
        parent: QObject | None = None,
        plan: BoardCells | None = None,
    ) -> None:
        super().__init__(parent)
        self._source = source
        self._plan = BoardCells(source) if plan is None else plan
        self._columns: dict[str, Column] = {}
        self._ranks: list[_Rank] = []
        self._cells: list[Cell] = []
        self._by_key: dict[str, Cell] = {}
        self._facts: dict[str, ColumnFacts] = {}
        self._reading: DayReading | None = None
        self._stores = (source.sessions, source.slots, source.appointments)
        for store in self._stores:
            store.reset.connect(self._on_store_reset)
        self._names = QTimer(self, singleShot=True, interval=_NAMES_MS)
        self._names.timeout.connect(self._on_names)
        self._follow(source)
        source.time.minute_passed.connect(self._on_minute_passed)
        source.day_changed.connect(self._on_reset)
        source.saving_changed.connect(self._on_saving_changed)
        self._hold(self._plan.all())

    # What the board shows

    @property
    def kind(self) -> Columns:
        """What a column is."""
        return self._plan.kind

    @property
    def filter(self) -> BoardFilter:
        """Which part of the day is shown."""
        return self._plan.filter

    def show_part(self, kind: Columns, part: BoardFilter) -> None:
        """Show *part* of the day in columns of *kind*."""
        if (kind, part) != (self._plan.kind, self._plan.filter):
            self._plan.kind, self._plan.filter = kind, part
            self._on_reset()

    def left_out_waiting(self) -> int:
        """How many patients wait whom the filter leaves out."""
        if not self.filter.is_on:
            return 0
        shown = (cell.appointment for cell in self._cells if cell.appointment is not None)
        return _waiting(self._source.appointments) - _waiting(shown)

    @property
    def columns(self) -> list[Column]:
        """Left to right."""
        return list(self._columns.values())

    def column(self, key: str) -> Column | None:
        """The column of that key."""
        return self._columns.get(key)

    def cell(self, key: str) -> Cell | None:
        """The cell of that key."""
        return self._by_key.get(key)

    def cells(self) -> list[Cell]:
        """All cells, as the rows stand."""
        return list(self._cells)

    def cell_at(self, index: Index) -> Cell | None:
        """The cell of *index*."""
        return self._cells[index.row()] if index.isValid() else None

    def index_of(self, key: str) -> QModelIndex:
        """The index of the cell *key*; an invalid one if there is none."""
        cell = self._by_key.get(key)
        return self.index(self._row(cell)) if cell is not None else QModelIndex()

    def key_of(self, appointment: Appointment) -> str:
        """Key of the cell in which *appointment* stands, or an empty string."""
        keys = [f"Slot/{slot_id}" for slot_id in appointment.slot_ids]
        for key in (*keys, appointment.reference):
            cell = self._by_key.get(key)
            if cell and cell.appointment and cell.appointment.id == appointment.id:
                return key
        return ""

    def facts(self, column: str) -> ColumnFacts:
        """What the header over *column* tells now."""
        if column not in self._facts:
            held: Iterable[Cell] = self._column_cells(column)
            if self.filter.is_on:  # the header tells of the clinician, not of the filter
                held = self._plan.everything_in(self._columns[column])
            self._facts[column] = facts_of(held, self.now())
        return self._facts[column]

    def extent(self) -> tuple[datetime, datetime]:
        """From when until when the board reaches: its cells and sessions, in half hours."""
        day = self._source.day
        sessions = [s for column in self._columns.values() for s in column.sessions]
        held = [(c.start, c.end) for c in self._cells] + [(s.start, s.end) for s in sessions]
        first = min((start for start, _ in held), default=datetime.combine(day, OPENS, LONDON))
        last = max((end for _, end in held), default=datetime.combine(day, CLOSES, LONDON))
        half = timedelta(minutes=30)
        floor = timedelta(seconds=first.timestamp() % half.total_seconds())
        ceil = timedelta(seconds=-last.timestamp() % half.total_seconds())
        return first - floor, last + ceil

    def now(self) -> datetime:
        """The practice's time."""
        return self._source.time.now()

    def is_saving(self, cell: Cell) -> bool:
        """Whether something about *cell* is on its way to the practice."""
        saving = self._source.saving
        if not saving:
            return False
        held = (cell.slot, cell.appointment)
        return any(record is not None and record.reference in saving for record in held)

    def clinician(self, cell: Cell) -> str:
        """The name above the column of *cell*."""
        if self.kind is Columns.ROOMS:
            return self._plan.clinician_of(cell)
        column = self._columns.get(cell.column)
        return column.clinician if column is not None else ""

    def sentence(self, cell: Cell) -> str:
        """*cell* as it is read aloud."""
        return sentence_of(cell, self.clinician(cell), self.now(), saving=self.is_saving(cell))

    # Qt's side

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        """How many cells there are."""
        return 0 if parent.isValid() else len(self._cells)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Words, key or record of a cell."""
        if not index.isValid() or index.row() >= len(self._cells):
            return None
        cell = self._cells[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.sentence(cell)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip_of(cell, self.clinician(cell), self.now())
        return _ANSWERS[role](cell) if role in _ANSWERS else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Every cell can be chosen; requests can be dropped on those that are free."""
        cell = self.cell_at(index)
        if cell is None:
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if cell.is_bookable(self.now()):
            flags |= Qt.ItemFlag.ItemIsDropEnabled
        return flags

    # The stores' side

    def _follow(self, source: BoardSource) -> None:
        source.sessions.added.connect(self._on_sessions_changed)
        source.sessions.changed.connect(self._on_session_changed)
        source.sessions.removed.connect(self._on_sessions_changed)
        source.slots.added.connect(self._on_slot)
        source.slots.changed.connect(self._on_slot_changed)
        source.slots.removed.connect(self._on_slot)
        source.appointments.added.connect(self._on_appointment)
        source.appointments.changed.connect(self._on_appointment_changed)
        source.appointments.removed.connect(self._on_appointment)
        source.cues.changed.connect(self._on_cues)
        for names in (source.practitioners, source.roles, source.places):
            names.added.connect(self._names.start)
            names.changed.connect(self._names.start)

    @Slot(object)
    def _on_slot(self, slot: SlotRecord) -> None:
        self._refresh(self._plan.touched_by_slot(slot.id))

    @Slot(object, object)
    def _on_slot_changed(self, _before: SlotRecord, after: SlotRecord) -> None:
        self._refresh(self._plan.touched_by_slot(after.id))

    @Slot(object)
    def _on_appointment(self, appointment: Appointment) -> None:
        self._refresh(self._plan.touched_by_appointment(appointment))

    @Slot(object, object)
    def _on_appointment_changed(self, before: Appointment, after: Appointment) -> None:
        self._refresh(self._plan.touched_by_appointment(before, after))

    @Slot(object)
    def _on_sessions_changed(self, _session: Session) -> None:
        self._on_reset()

    @Slot(object, object)
    def _on_session_changed(self, _before: Session, _after: Session) -> None:
        self._on_reset()

    @Slot(object)
    def _on_cues(self, patient_ids: frozenset[str]) -> None:
        if self._is_in_bulk():
            return
        theirs = (a for i in patient_ids for a in self._source.appointments.of_patient(i))
        self._refresh(self._plan.touched_by_appointment(*theirs))

    @Slot()
    def _on_names(self) -> None:
        if self._is_in_bulk() or self._reading is not None:
            return
        fresh = self._plan.columns(self._cells)
        if list(fresh.values()) != list(self._columns.values()):
            self._on_reset()

    @Slot()
    def _on_store_reset(self) -> None:
        if not self._is_in_bulk():
            self._on_reset()

    def _is_in_bulk(self) -> bool:
        """Whether a store is being filled: its own reset follows, and a day is read just once."""
        return any(store.in_bulk for store in self._stores)

    @Slot()
    def _on_reset(self) -> None:
        """Read the day afresh; until a long one is read, what was shown stays."""
        if self._reading is not None:
            self._reading.give_up()
            self._reading = None
        keys = self._plan.keys()
        if len(keys) > LONG:
            self._reading = DayReading(keys, self._plan.at, self)
            self._reading.done.connect(self._on_read)
        else:
            self._show(self._plan.all())

    @Slot()
    def _on_read(self) -> None:
        read, self._reading = self._reading, None
        if read is not None:
            self._show(read.cells)
            read.deleteLater()

    def _show(self, cells: list[Cell]) -> None:
        self.beginResetModel()
        self._hold(cells)
        self.endResetModel()
        self.columns_changed.emit()

    @Slot()
    def _on_minute_passed(self) -> None:
        self._facts.clear()
        if self.filter.is_of_cells:  # what was free has begun
            self._refresh(list(self._by_key))
        if self._cells:
            self.dataChanged.emit(self.index(0), self.index(len(self._cells) - 1))
        self.minute_passed.emit()

    @Slot(str)
    def _on_saving_changed(self, reference: str) -> None:
        cell = self._by_key.get(reference)
        if cell is None:
            kind, _, record_id = reference.partition("/")
            held = self._source.appointments.get(record_id) if kind == "Appointment" else None
            cell = self._by_key.get(self.key_of(held)) if held is not None else None
        if cell is not None:
            at = self.index(self._row(cell))
            self.dataChanged.emit(at, at)

    # Rows

    def _hold(self, cells: list[Cell]) -> None:
        self._columns = self._plan.columns(cells)
        ranked = sorted(((self._rank(cell), cell) for cell in cells), key=lambda pair: pair[0])
        self._ranks = [rank for rank, _ in ranked]
        self._cells = [cell for _, cell in ranked]
        self._by_key = {cell.key: cell for cell in cells}
        self._facts.clear()

    def _refresh(self, keys: Iterable[str]) -> None:
        if self._reading is not None:
            self._reading.read_again(keys)
            return
        fresh = {key: self._plan.at(key) for key in keys}
        if any(cell is not None and cell.column not in self._columns for cell in fresh.values()):
            self._on_reset()
            return
        touched: set[str] = set()
        for key, cell in fresh.items():
            before = self._by_key.get(key)
            if before == cell:
                continue
            touched.update(c.column for c in (before, cell) if c is not None)
            if before is not None and cell is not None and self._rank(before) == self._rank(cell):
                self._change(cell)
            else:
                if before is not None:
                    self._take_out(before)
                if cell is not None:
                    self._put_in(cell)
        for column in touched:
            self._facts.pop(column, None)
            self.facts_changed.emit(column)
        if any(not self._columns[c].sessions and not self._has_cells(c) for c in touched):
            self._on_reset()

    def _change(self, cell: Cell) -> None:
        row = self._row(cell)
        self._cells[row] = cell
        self._by_key[cell.key] = cell
        at = self.index(row)
        self.dataChanged.emit(at, at)

    def _put_in(self, cell: Cell) -> None:
        rank = self._rank(cell)
        row = bisect_left(self._ranks, rank)
        self.beginInsertRows(QModelIndex(), row, row)
        self._ranks.insert(row, rank)
        self._cells.insert(row, cell)
        self._by_key[cell.key] = cell
        self.endInsertRows()

    def _take_out(self, cell: Cell) -> None:
        row = self._row(cell)
        self.beginRemoveRows(QModelIndex(), row, row)
        del self._ranks[row], self._cells[row], self._by_key[cell.key]
        self.endRemoveRows()

    def _rank(self, cell: Cell) -> _Rank:
        return self._columns[cell.column].rank, cell.start, cell.key

    def _row(self, cell: Cell) -> int:
        return bisect_left(self._ranks, self._rank(cell))

    def _column_cells(self, column: str) -> Iterator[Cell]:
        rank = self._columns[column].rank
        first = bisect_left(self._ranks, rank, key=_column_rank)
        last = bisect_right(self._ranks, rank, key=_column_rank)
        return iter(self._cells[first:last])

    def _has_cells(self, column: str) -> bool:
        return next(self._column_cells(column), None) is not None


def _waiting(appointments: Iterable[Appointment]) -> int:
    return sum(held.status == "arrived" for held in appointments)


def _column_rank(rank: _Rank) -> ColumnRank:
    return rank[0]
