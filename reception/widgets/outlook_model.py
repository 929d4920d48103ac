"""Fifteen days of slots as a table: days across, types or clinicians down."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
    Slot,
)

from reception.desk.desk import Desk
from reception.desk.words import day_text
from reception.widgets.look import Look
from reception.widgets.palette import Ink
from reception.widgets.slot_counts import Counts, Kind, counted

Index = QModelIndex | QPersistentModelIndex
_NO_INDEX = QModelIndex()
_PAUSE_MS = 100
COUNTS = int(Qt.ItemDataRole.UserRole) + 1
"""The `Counts` of a cell."""
_NOTHING = Counts()
_PARTS = (
    ("free", "{} free"),
    ("online", "{} of them online"),
    ("kept", "{} kept for NHS 111 or a hub"),
    ("embargoed", "{} embargoed"),
    ("held", "{} being booked"),
    ("booked", "{} booked"),
    ("lapsed", "{} lapsed"),
)


def counts_text(counts: Counts) -> str:
    """`12 free, 4 of them online, 8 embargoed, 30 booked`; what is none is left out."""
    parts = [
        words.format(number)
        for name, words in _PARTS
        if (number := getattr(counts, name)) or name == "free"
    ]
    return ", ".join(parts) if counts.total else "no sessions"


class OutlookModel(QAbstractTableModel):
    """One column a day, one row a slot type or a clinician, and one of totals at the end.

    A change counts its own day anew, one day a turn of the loop, and only from `follow` to `rest`.
    """

    counted = Signal()

    def __init__(self, desk: Desk, look: Look, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self._look = desk, look
        self._by_clinician = False
        self._days: list[date] = desk.outlook.days
        self._tables: dict[date, Mapping[Kind, Counts]] = {}
        self._rows: list[tuple[str, str]] = []  # words as they are read, code or id
        self._cells: dict[date, dict[tuple[str, str], Counts]] = {}
        self._due: set[date] = set()
        self._is_followed = False
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._on_pause_over)
        self._next = QTimer(self, singleShot=True, interval=1)
        self._next.timeout.connect(self._on_pause_over)
        desk.outlook.changed.connect(self._on_changed)
        desk.time.minute_passed.connect(self._on_minute_passed)
        desk.time.day_changed.connect(self._on_day_changed)

    @property
    def days(self) -> list[date]:
        """The days across."""
        return list(self._days)

    @property
    def is_by_clinician(self) -> bool:
        """Clinicians down, rather than types."""
        return self._by_clinician

    @property
    def is_counting(self) -> bool:
        """Whether days have changed that will be counted in a moment."""
        return bool(self._due)

    def show_clinicians(self, wanted: bool) -> None:
        """Clinicians down, or types."""
        if wanted != self._by_clinician:
            self._by_clinician = wanted
            self._arrange()

    def follow(self) -> None:
        """Keep counting from now on."""
        self._is_followed = True
        self._due.update(d for d in self._days if self._desk.outlook.knows(d))
        self._on_pause_over()

    def rest(self) -> None:
        """Nobody looks any more."""
        self._is_followed = False
        self._pause.stop()
        self._next.stop()

    def row_code(self, row: int) -> str:
        """Type code or practitioner id of *row*; empty for the totals."""
        return self._rows[row][1] if 0 <= row < len(self._rows) else ""

    def counts(self, row: int, day: date) -> Counts:
        """What stands in *row* on *day*; the totals in the last."""
        cells = self._cells.get(day, {})
        if row >= len(self._rows):
            return sum(cells.values(), Counts())
        return cells.get(self._rows[row], _NOTHING)

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        """Types or clinicians, and the totals."""
        return 0 if parent.isValid() or not self._rows else len(self._rows) + 1

    def columnCount(self, parent: Index = _NO_INDEX) -> int:
        """Days."""
        return 0 if parent.isValid() else len(self._days)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Days across, types or clinicians down."""
        if orientation is Qt.Orientation.Vertical:
            words = self._rows[section][0] if section < len(self._rows) else "All"
            if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
                return words
            return None
        day = self._days[section]
        if role == Qt.ItemDataRole.DisplayRole:
            with_month = section == 0 or day.day == 1
            return f"{day:%a}\n{day.day}/{day.month}" if with_month else f"{day:%a}\n{day.day}"
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._day_words(day)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The free ones as a number, the whole count as a sentence."""
        if not index.isValid():
            return None
        day = self._days[index.column()]
        counts = self.counts(index.row(), day)
        if role == COUNTS:
            return counts
        if role == Qt.ItemDataRole.DisplayRole:
            return str(counts.free) if counts.total else ""
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            words = self.headerData(index.row(), Qt.Orientation.Vertical)
            known = counts_text(counts) if day in self._tables else "not loaded yet"
            return f"{words}, {self._day_words(day)}: {known}"
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._look.palette[Ink.TEXT if counts.free else Ink.MUTED]
        return None

    def _day_words(self, day: date) -> str:
        away = (day - self._desk.time.today()).days
        return {0: "today", 1: "tomorrow"}.get(away, day_text(day))

    # Counting

    @Slot(object)
    def _on_changed(self, day: date) -> None:
        self._due.add(day)
        if self._is_followed and not self._pause.isActive():
            self._pause.start()

    @Slot()
    def _on_minute_passed(self) -> None:
        self._on_changed(self._desk.time.today())

    @Slot(object)
    def _on_day_changed(self, _: date) -> None:
        self.beginResetModel()
        self._days = self._desk.outlook.days
        self.endResetModel()

    @Slot()
    def _on_pause_over(self) -> None:
        """Count one day; the next has its turn after the window has had its own."""
        outlook = self._desk.outlook
        day = min((d for d in self._due if d in self._days), default=None)
        if day is None:
            self._due.clear()
            return
        self._due.discard(day)
        fresh = counted(outlook.slots(day), outlook.clinician_of, self._desk.time.now())
        if fresh != self._tables.get(day):
            self._tables[day] = fresh
            self._arrange(day)
        self.counted.emit()
        if self._due:
            self._next.start()

    def _arrange(self, only: date | None = None) -> None:
        """Put the counts into rows; the model starts again where the rows are others."""
        kinds = {kind for day in self._days for kind in self._tables.get(day, {})}
        ordered = sorted({self._row_of(kind) for kind in kinds})
        days = [only] if only is not None and ordered == self._rows else self._days
        if ordered != self._rows:
            self.beginResetModel()
            self._rows = ordered
            self._fill(days)
            self.endResetModel()
            return
        self._fill(days)
        for day in days if ordered else ():  # before the first day has come there is no cell
            column = self._days.index(day)
            last = self.index(len(self._rows), column)
            self.dataChanged.emit(self.index(0, column), last)

    def _fill(self, days: list[date]) -> None:
        for day in days:
            cells: dict[tuple[str, str], Counts] = {}
            for kind, counts in self._tables.get(day, {}).items():
                row = self._row_of(kind)
                cells[row] = cells.get(row, _NOTHING) + counts
            self._cells[day] = cells

    def _row_of(self, kind: Kind) -> tuple[str, str]:
        if self._by_clinician:
            return kind.clinician or "No clinician", kind.practitioner_id
        return kind.type_text, kind.type_code
