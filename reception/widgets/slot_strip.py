"""The day in half hours: how many slots could be opened, how many are online. Drag to mean them."""

from collections.abc import Iterable
from datetime import datetime, time
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelection,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from contract.core_hours import LONDON
from reception.records import Slot as SlotRecord
from reception.widgets.look import Look
from reception.widgets.palette import Ink
from reception.widgets.slot_counts import can_open

Index = QModelIndex | QPersistentModelIndex
_NO_INDEX = QModelIndex()
STEP_MIN = 30
_ROWS = ("Can open", "Online")
_FIRST_MIN, _LAST_MIN = 8 * 60, 18 * 60 + 30


class StripModel(QAbstractTableModel):
    """Two rows: what could be opened, what can be taken back; a column for each half hour."""

    def __init__(self, look: Look, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._first = _FIRST_MIN // STEP_MIN
        self._cells: tuple[list[int], list[int]] = ([], [])
        self.show_slots([], datetime.now(LONDON))

    def show_slots(self, slots: Iterable[SlotRecord], now: datetime) -> None:
        """Count *slots*, those of one day that are to come."""
        marks: list[tuple[int, int]] = []
        for slot in slots:
            if slot.start <= now:
                continue
            local = slot.start.astimezone(LONDON)
            step = (local.hour * 60 + local.minute) // STEP_MIN
            if can_open(slot):
                marks.append((0, step))
            elif slot.status == "free" and slot.is_online:
                marks.append((1, step))
        first = min([_FIRST_MIN // STEP_MIN, *(step for _, step in marks)])
        last = max([_LAST_MIN // STEP_MIN, *(step + 1 for _, step in marks)])
        fresh: tuple[list[int], list[int]] = ([0] * (last - first), [0] * (last - first))
        for row, step in marks:
            fresh[row][step - first] += 1
        if (first, len(fresh[0])) != (self._first, len(self._cells[0])):
            self.beginResetModel()
            self._first, self._cells = first, fresh
            self.endResetModel()
        elif fresh != self._cells:
            self._cells = fresh
            self.dataChanged.emit(self.index(0, 0), self.index(1, len(fresh[0]) - 1))

    def time_of(self, column: int) -> time:
        """When *column* begins; midnight is told as 23:59."""
        minutes = (self._first + column) * STEP_MIN
        return time(*divmod(minutes, 60)) if minutes < 24 * 60 else time(23, 59)

    def total(self, row: int, first: int, last: int) -> int:
        """How many there are in *row* from column *first* to *last*."""
        return sum(self._cells[row][first : last + 1])

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        """Two."""
        return 0 if parent.isValid() else len(_ROWS)

    def columnCount(self, parent: Index = _NO_INDEX) -> int:
        """Half hours."""
        return 0 if parent.isValid() else len(self._cells[0])

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Full hours across, what it is down."""
        if orientation is Qt.Orientation.Vertical:
            return _ROWS[section] if role == Qt.ItemDataRole.DisplayRole else None
        at = self.time_of(section)
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{at:%H}" if at.minute == 0 else ""
        return f"{at:%H:%M}" if role == Qt.ItemDataRole.AccessibleTextRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A number; nothing where there is none."""
        if not index.isValid():
            return None
        row, column = index.row(), index.column()
        number = self._cells[row][column]
        if role == Qt.ItemDataRole.DisplayRole:
            return str(number) if number else ""
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignCenter
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            what = "can be opened" if row == 0 else "online"
            begin, end = self.time_of(column), self.time_of(column + 1)
            return f"{begin:%H:%M} to {end:%H:%M}: {number} {what}"
        if role == Qt.ItemDataRole.BackgroundRole and number:
            return self._look.palette[Ink.EMBARGO_TINT if row == 0 else Ink.ONLINE_TINT]
        return None


class SlotStrip(QTableView):
    """Drag over half hours, or Shift with the arrows: these slots are meant."""

    range_chosen = Signal(bool, int, object, object)  # opening, count, start, end (time)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.strip = StripModel(look, self)
        self.setModel(self.strip)
        self.setObjectName("slotStrip")
        self.setAccessibleName("The day in half hours; choose a range to open or to withdraw")
        self.setToolTip("Drag over times to mean these slots")
        self.setShowGrid(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        head, side = self.horizontalHeader(), self.verticalHeader()
        head.setMinimumSectionSize(1)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        head.setHighlightSections(False)
        side.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        side.setDefaultSectionSize(round(look.metrics.line_px + look.metrics.unit_px))
        side.setHighlightSections(False)
        self.setCurrentIndex(self.strip.index(0, 0))
        self.clearSelection()
        self.strip.modelReset.connect(self._on_reset)
        self.setFixedHeight(self.sizeHint().height())

    def sizeHint(self) -> QSize:
        """Two rows and the hours."""
        head = self.horizontalHeader().sizeHint().height()
        return QSize(
            super().sizeHint().width(), head + 2 * self.verticalHeader().sectionSize(0) + 4
        )

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """Another range is meant; it is told in the row in which the drag is."""
        super().selectionChanged(selected, deselected)
        chosen = self.selectedIndexes()
        if not chosen or not self.hasFocus():
            return
        row = self.currentIndex().row()
        columns = [i.column() for i in chosen if i.row() == row]
        if not columns:
            return
        first, last = min(columns), max(columns)
        count = self.strip.total(row, first, last)
        begin, end = self.strip.time_of(first), self.strip.time_of(last + 1)
        self.range_chosen.emit(row == 0, count, begin, end)

    @Slot()
    def _on_reset(self) -> None:
        self.setCurrentIndex(self.strip.index(0, 0))
        self.clearSelection()
