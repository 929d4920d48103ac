"""The count of one day's slots as a table with totals, kept in step with the desk."""

from collections.abc import Mapping
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
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from reception.widgets.column_room import give_room
from reception.widgets.look import Look
from reception.widgets.palette import Ink
from reception.widgets.release_day import ReleaseDay
from reception.widgets.slot_counts import Counts, Kind, counted

Index = QModelIndex | QPersistentModelIndex
_NO_INDEX = QModelIndex()
_PAUSE_MS = 100
"""Counting follows a burst of changes this long after its first."""
_COLUMNS = (
    ("Clinician", ""),
    ("Type", ""),
    ("Free", "free"),
    ("Online", "online"),
    ("Kept", "kept"),
    ("Embargoed", "embargoed"),
    ("Held", "held"),
    ("Booked", "booked"),
    ("Lapsed", "lapsed"),
    ("Blocked", "blocked"),
    ("All", "total"),
)


class SlotTableModel(QAbstractTableModel):
    """One row a clinician and type, and one of totals at the end.

    It counts again after changes only from `follow` to `rest`: counting 5,000 slots that nobody
    looks at held the window up ten times a second.
    """

    counted = Signal()

    def __init__(self, day: ReleaseDay, look: Look, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._day, self._look = day, look
        self._rows: list[tuple[Kind, Counts]] = []
        self._total = Counts()
        self._is_followed = False
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self.recount)
        day.changed.connect(self._on_changed)
        day.desk.time.minute_passed.connect(self._on_changed)
        self.recount()

    @property
    def total(self) -> Counts:
        """Of all rows."""
        return self._total

    @property
    def rows(self) -> Mapping[Kind, Counts]:
        """Every kind with its count, as they stand."""
        return dict(self._rows)

    def kind(self, row: int) -> Kind | None:
        """The kind in *row*; None for the totals."""
        return self._rows[row][0] if 0 <= row < len(self._rows) else None

    @property
    def is_due(self) -> bool:
        """Whether something has changed that will be counted in a moment."""
        return self._pause.isActive()

    def follow(self) -> None:
        """Count now, and again whenever something changes."""
        self._is_followed = True
        self.recount()

    def rest(self) -> None:
        """Count no more until asked to."""
        self._is_followed = False
        self._pause.stop()

    @Slot()
    def recount(self) -> None:
        """Count now."""
        self._pause.stop()
        table = counted(self._day.slots(), self._day.named, self._day.desk.time.now())
        total = sum(table.values(), Counts())
        if list(table) != [kind for kind, _ in self._rows]:
            self.beginResetModel()
            self._rows, self._total = list(table.items()), total
            self.endResetModel()
        elif table != dict(self._rows):
            self._rows, self._total = list(table.items()), total
            last = self.index(len(self._rows), len(_COLUMNS) - 1)
            self.dataChanged.emit(self.index(0, 0), last)
        self.counted.emit()

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        """Kinds and the totals; nothing at all without slots."""
        return 0 if parent.isValid() or not self._rows else len(self._rows) + 1

    def columnCount(self, parent: Index = _NO_INDEX) -> int:
        """Two of words, nine of numbers."""
        return 0 if parent.isValid() else len(_COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Names of the columns."""
        if orientation is Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return _COLUMNS[section][0]
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return self._alignment(section)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Words, numbers, and how they look."""
        if not index.isValid():
            return None
        row, column = index.row(), index.column()
        is_total = row == len(self._rows)
        counts = self._total if is_total else self._rows[row][1]
        text = self._text(row, column, counts, is_total=is_total)
        ink = Ink.MUTED if column > 1 and text == "0" else Ink.TEXT
        return {
            Qt.ItemDataRole.DisplayRole: text,
            Qt.ItemDataRole.AccessibleTextRole: f"{_COLUMNS[column][0]}: {text}",
            Qt.ItemDataRole.ToolTipRole: text if column < 2 else None,
            Qt.ItemDataRole.TextAlignmentRole: self._alignment(column),
            Qt.ItemDataRole.ForegroundRole: self._look.palette[ink],
            Qt.ItemDataRole.FontRole: self._look.metrics.bold if is_total else None,
        }.get(Qt.ItemDataRole(role))

    def _text(self, row: int, column: int, counts: Counts, *, is_total: bool) -> str:
        if column > 1:
            return str(getattr(counts, _COLUMNS[column][1]))
        if is_total:
            return "All clinicians" if column == 0 else ""
        return self._rows[row][0][column]

    @staticmethod
    def _alignment(column: int) -> Qt.AlignmentFlag:
        side = Qt.AlignmentFlag.AlignRight if column > 1 else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter

    @Slot()
    def _on_changed(self) -> None:
        if self._is_followed and not self._pause.isActive():
            self._pause.start()


class SlotTable(QTableView):
    """Shows the count; choosing a row says which kind is meant."""

    kind_chosen = Signal(str, str)  # practitioner id, type code; both empty for the totals

    def __init__(self, model: SlotTableModel, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._counts = model
        self.setModel(model)
        self.setObjectName("slotCounts")
        self.setAccessibleName("Slots by clinician and type")
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        row_px = round(look.metrics.line_px + look.metrics.unit_px)
        self.verticalHeader().setDefaultSectionSize(row_px)
        self.setMinimumHeight(6 * row_px)
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        model.modelReset.connect(self._give_room)
        self.clicked.connect(self._on_chosen)
        self.activated.connect(self._on_chosen)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Types have the rest of the width."""
        super().resizeEvent(event)
        self._give_room()

    @Slot()
    def _give_room(self) -> None:
        give_room(self, 1)

    @Slot(QModelIndex)
    def _on_chosen(self, index: QModelIndex) -> None:
        kind = self._counts.kind(index.row())
        if kind is None:
            self.kind_chosen.emit("", "")
        else:
            self.kind_chosen.emit(kind.practitioner_id, kind.type_code)
