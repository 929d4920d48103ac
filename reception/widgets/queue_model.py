"""The queue in order of work, which never moves under somebody's hand.

While it is pinned (a row is hovered, focused or open) no row appears, goes or moves: what has
changed is counted, and let in by `admit`. A request that ends meanwhile stays where it is and says
that it has ended.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from PySide6.QtCore import (
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
    Slot,
)

from reception.desk.store import RecordStore
from reception.records import Request
from reception.widgets.queue_lane import LaneLike
from reception.widgets.queue_order import HeldBack, WorkOrder, rising

Index = QModelIndex | QPersistentModelIndex
REQUEST_ROLE = int(Qt.ItemDataRole.UserRole)
ROW_ROLE = REQUEST_ROLE + 1
_WORDS = re.compile(r"[\w']+")
REQUEST_MIME = "application/x-reception-request"


class Row(Protocol):
    """What the model needs of a row; the rest is between its maker and its delegate."""

    @property
    def name(self) -> str:
        """Who it is about."""

    @property
    def sentence(self) -> str:
        """All of it in one sentence, for a screen reader."""


class QueueModel(QAbstractListModel):
    """Open requests in order of work.

    Args:
        requests: the store it shows.
        order: the key to sort by; smaller is sooner.
        describe: how a request is shown at this moment, and whether it has ended.
        me: reference of who looks.
        lane: the lane to begin with.
        parent: the Qt parent.
    """

    held_back_changed = Signal()
    """What waits for `admit` may be something else."""
    counts_changed = Signal()
    """The number of requests in some lane may be another one."""

    def __init__(
        self,
        requests: RecordStore[Request],
        *,
        order: Callable[[Request], Any],
        describe: Callable[[Request, bool], Row],
        me: str,
        lane: LaneLike,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._requests, self._describe, self._me = requests, describe, me
        self._order = WorkOrder(order)
        self._ids: list[str] = []
        self._places: dict[str, int] = {}
        self._last: dict[str, Request] = {}
        self._described: dict[str, Row] = {}
        self._lane, self._needle = lane, ""
        self._pinned = False
        self._held: HeldBack | None = None
        requests.added.connect(self._on_added)
        requests.changed.connect(self._on_changed)
        requests.removed.connect(self._on_removed)
        requests.reset.connect(self._on_reset)
        self._on_reset()

    # What is shown

    @property
    def lane(self) -> LaneLike:
        """The lane shown."""
        return self._lane

    @property
    def ids(self) -> Sequence[str]:
        """Ids of the requests shown, top to bottom."""
        return tuple(self._ids)

    @property
    def held_back(self) -> HeldBack:
        """What waits to be let in."""
        if self._held is None:
            self._held = HeldBack.between(
                self._ids, self._places, self._order.ids, self._is_emergency
            )
        return self._held

    @property
    def is_pinned(self) -> bool:
        """Whether the rows stand still."""
        return self._pinned

    def row_of(self, request_id: str) -> int:
        """The row of that request, or -1."""
        return self._places.get(request_id, -1)

    def request(self, row: int) -> Request | None:
        """The request in *row*, if there is one; its newest copy."""
        return self._last.get(self._ids[row]) if 0 <= row < len(self._ids) else None

    def count(self, lane: LaneLike) -> int:
        """How many requests stand in *lane*, let in or not."""
        return self.counts((lane,))[lane]

    def counts(self, lanes: Iterable[LaneLike]) -> dict[LaneLike, int]:
        """How many requests stand in each of *lanes*, let in or not."""
        return {lane: sum(lane.takes(r, self._me) for r in self._requests) for lane in lanes}

    # What changes it

    def show(self, lane: LaneLike, needle: str = "") -> None:
        """Show *lane*, and of it what has words that begin like those of *needle*.

        The user asked, so the rows are laid out afresh even while they are pinned.
        """
        self._lane, self._needle = lane, needle.strip().casefold()
        self._sort()
        self.admit()

    def pin(self, pinned: bool) -> None:
        """Hold the rows still, or let them follow the work again."""
        if pinned == self._pinned:
            return
        self._pinned = pinned
        if not pinned:
            self.admit()

    @Slot()
    def admit(self) -> None:
        """Let in everything that was held back."""
        self._lay_out(self._order.ids)
        self._tell_held()

    def release(self, request_id: str) -> None:
        """Let that one row follow the work although the others are pinned: the user moved it."""
        row = self.row_of(request_id)
        if row >= 0 and request_id not in self._order:
            self._take_out(row, row)
        self._tell_held()

    # Qt's questions

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Rows below *parent*; a list has them only at the top."""
        return 0 if parent.isValid() else len(self._ids)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The request, its row as it is shown, or its sentence."""
        if not index.isValid() or not 0 <= index.row() < len(self._ids):
            return None
        request_id = self._ids[index.row()]
        if role == REQUEST_ROLE:
            return self._last[request_id]
        row = self._row(request_id)
        if role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return row.name
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return row.sentence
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Rows can be dragged onto the board."""
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsDragEnabled if index.isValid() else flags

    def mimeTypes(self) -> list[str]:
        """What a dragged row carries."""
        return [REQUEST_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """The id of the dragged request, and nothing about the patient."""
        carried = QMimeData()
        if indexes and (request := self.request(indexes[0].row())) is not None:
            carried.setData(REQUEST_MIME, request.id.encode())
        return carried

    @Slot()
    def refresh(self) -> None:
        """Say everything about time again: a minute has passed, or a colleague moved."""
        self._described.clear()
        if self._ids:
            self.dataChanged.emit(self.index(0), self.index(len(self._ids) - 1))
        self._sort()
        self._follow()

    def refresh_patient(self, patient_id: str) -> None:
        """Say the rows of that patient again: more is known of them."""
        for request_id in self._ids:
            if self._last[request_id].patient_id == patient_id:
                self._repaint(request_id)

    def refresh_thread(self, header_id: str) -> None:
        """Say the row of that conversation again: something was said in it."""
        for request_id in self._ids:
            if self._last[request_id].thread_id == header_id:
                self._repaint(request_id)

    # What the store says

    @Slot(object)
    def _on_added(self, request: Request) -> None:
        self._take(request)

    @Slot(object, object)
    def _on_changed(self, _before: Request, after: Request) -> None:
        self._take(after)

    @Slot(object)
    def _on_removed(self, gone: Request) -> None:
        self._take(self._requests.newest(gone.id) or gone)

    def _take(self, request: Request) -> None:
        if request.id in self._places:
            self._last[request.id] = request
            self._repaint(request.id)
        if request.id in self._requests and self._takes(request):
            self._order.put(request)
        else:
            self._order.drop(request.id)
        self._follow()
        self.counts_changed.emit()

    @Slot()
    def _on_reset(self) -> None:
        self._described.clear()
        for request_id in self._ids:
            if (request := self._requests.newest(request_id)) is not None:
                self._last[request_id] = request
        if self._ids:
            self.dataChanged.emit(self.index(0), self.index(len(self._ids) - 1))
        self._sort()
        self._follow()
        self.counts_changed.emit()

    # How rows move

    def _takes(self, request: Request) -> bool:
        if not self._lane.takes(request, self._me):
            return False
        if not self._needle:
            return True
        text = f"{request.patient_name} {request.description} {request.owner_name}"
        words = _WORDS.findall(text.casefold())
        return all(
            any(word.startswith(begun) for word in words) for begun in _WORDS.findall(self._needle)
        )

    def _sort(self) -> None:
        self._order.fill(r for r in self._requests if self._takes(r))

    def _follow(self) -> None:
        if not self._pinned or not self._ids:
            self._lay_out(self._order.ids)
        self._tell_held()

    def _tell_held(self) -> None:
        self._held = None
        self.held_back_changed.emit()

    def _is_emergency(self, request_id: str) -> bool:
        request = self._requests.get(request_id)
        return request is not None and request.is_emergency

    def _lay_out(self, wanted: list[str]) -> None:
        if wanted == self._ids:
            return
        self._remove_all_but(set(wanted))
        self._put_in_order([i for i in wanted if i in self._places])
        for place, request_id in enumerate(wanted):
            if request_id not in self._places:
                self._insert(place, wanted)

    def _put_in_order(self, wanted: list[str]) -> None:
        """Move as few rows as will do until those shown stand as *wanted*."""
        if wanted == self._ids:
            return
        kept = {self._ids[place] for place in rising([self._places[i] for i in wanted])}
        before = -1
        for request_id in wanted:
            if request_id not in kept:
                self._move(self._places[request_id], before + 1)
            before = self._places[request_id]

    def _remove_all_but(self, kept: set[str]) -> None:
        last = len(self._ids) - 1
        while last >= 0:
            if self._ids[last] in kept:
                last -= 1
                continue
            head = last
            while head > 0 and self._ids[head - 1] not in kept:
                head -= 1
            self._take_out(head, last)
            last = head - 1

    def _take_out(self, head: int, last: int) -> None:
        self.beginRemoveRows(QModelIndex(), head, last)
        for request_id in self._ids[head : last + 1]:
            del self._last[request_id]
            self._described.pop(request_id, None)
        del self._ids[head : last + 1]
        self._number()
        self.endRemoveRows()

    def _insert(self, place: int, wanted: list[str]) -> None:
        """Put in the run of new requests that begins at *place* of *wanted*."""
        end = place + 1
        while end < len(wanted) and wanted[end] not in self._places:
            end += 1
        run = wanted[place:end]
        self.beginInsertRows(QModelIndex(), place, end - 1)
        self._ids[place:place] = run
        for request_id in run:
            held = self._requests.get(request_id)
            assert held is not None, "wanted() names what the store holds"
            self._last[request_id] = held
        self._number()
        self.endInsertRows()

    def _move(self, source: int, gap: int) -> None:
        """Bring the row at *source* into the gap above the row that is at *gap* now."""
        if gap in (source, source + 1):
            return
        self.beginMoveRows(QModelIndex(), source, source, QModelIndex(), gap)
        moved = self._ids.pop(source)
        self._ids.insert(gap if gap < source else gap - 1, moved)
        self._number()
        self.endMoveRows()

    def _number(self) -> None:
        self._places = {request_id: row for row, request_id in enumerate(self._ids)}

    def _row(self, request_id: str) -> Row:
        if request_id not in self._described:
            request = self._last[request_id]
            ended = self._requests.get(request_id) is None or not request.is_open
            self._described[request_id] = self._describe(request, ended)
        return self._described[request_id]

    def _repaint(self, request_id: str) -> None:
        self._described.pop(request_id, None)
        index = self.index(self._places[request_id])
        self.dataChanged.emit(index, index)
