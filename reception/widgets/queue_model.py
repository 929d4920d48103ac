"""The queue in order of work, which never moves under somebody's hand.

While it is pinned (a row is hovered, focused or open) no row appears, goes or moves: what has
changed is counted, and let in by `admit`. A request that ends meanwhile stays where it is and says
that it has ended.
"""

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

from reception.desk.queue_filter import Eyes, QueueFilter, read_filter
from reception.desk.store import RecordStore
from reception.records import Request
from reception.records.tree import EPOCH
from reception.widgets.queue_counts import LaneCounts
from reception.widgets.queue_lane import LaneLike, shows_ended
from reception.widgets.queue_order import HeldBack, WorkOrder, rising

Index = QModelIndex | QPersistentModelIndex
REQUEST_ROLE = int(Qt.ItemDataRole.UserRole)
ROW_ROLE = REQUEST_ROLE + 1
REQUEST_MIME = "application/x-reception-request"
MANY_RUNS = 60
"""Rows that change in more pieces than this are laid out in one step."""


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
        self._open = requests.index(lambda r: ("open",) if r.is_open else ())
        self._order = WorkOrder(order)
        self._counts = LaneCounts((), me)
        self._eyes: Callable[[], Eyes] = self._bare_eyes
        self._ids: list[str] = []
        self._numbered: dict[str, int] | None = None
        self._last: dict[str, Request] = {}
        self._described: dict[str, Row] = {}
        self._lane, self._filter = lane, QueueFilter()
        self._filtered_out: set[str] = set()
        self._pinned = False
        self._held: HeldBack | None = None
        requests.added.connect(self._on_added)
        requests.changed.connect(self._on_changed)
        requests.removed.connect(self._on_removed)
        requests.reset.connect(self._on_reset)
        self._on_reset()

    def see_with(self, eyes: Callable[[], Eyes], lanes: Sequence[LaneLike]) -> None:
        """Filter with what *eyes* know from now on, and keep count of *lanes*."""
        self._eyes = eyes
        self._counts = LaneCounts(lanes, self._me)
        self._counts.begin(self._requests)

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
                self._ids, self._places, self._wanted(), self._is_emergency
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

    @property
    def filter(self) -> QueueFilter:
        """What the rows are narrowed by."""
        return self._filter

    def count(self, lane: LaneLike) -> int:
        """How many requests stand in *lane*, let in or not; one of those that are counted."""
        return self._counts.of(lane)

    def counts(self, lanes: Iterable[LaneLike]) -> dict[LaneLike, int]:
        """How many requests stand in each of *lanes*, let in or not."""
        return {lane: self._counts.of(lane) for lane in lanes}

    def go_on(self) -> bool:
        """Do a slice of what is left to count; whether all is counted."""
        return self._counts.is_complete or self._counts.go_on()

    # What changes it

    def show(self, lane: LaneLike, needle: str = "") -> None:
        """Show *lane*, and of it what the filter *needle* takes.

        The user asked, so the rows are laid out afresh even while they are pinned.
        """
        wanted = read_filter(needle)
        if lane is not self._lane:
            self._lane = lane
            self._sort()
        if wanted.terms != self._filter.terms or wanted:
            self._filter = wanted
            self._sift()
        self._filter = wanted
        self._lay_out(self._wanted())
        self._tell_held()

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
        self._lay_out(self._wanted())
        self._tell_held()

    def release(self, request_id: str) -> None:
        """Let that one row follow the work although the others are pinned: the user moved it."""
        row = self.row_of(request_id)
        if row >= 0 and not self._is_wanted(request_id):
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
        for request in self._order.timed():
            self._order.put(request)
        self._sift()
        self._follow()

    @Slot()
    def sort_again(self, _what: object = None) -> None:
        """Put everything in order afresh: what the order follows from has changed."""
        self._order.forget_keys()
        self._on_reset()

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
        if request.id in self._last:
            self._last[request.id] = request
            self._repaint(request.id)
        is_held = request.id in self._requests
        if is_held and self._lane.takes(request, self._me):
            self._order.put(request)
            if self._filter and not self._filter.takes(request, self._eyes()):
                self._filtered_out.add(request.id)
            else:
                self._filtered_out.discard(request.id)
        else:
            self._order.drop(request.id)
            self._filtered_out.discard(request.id)
        if is_held:
            self._counts.put(request)
        else:
            self._counts.drop(request.id)
        self._follow(request.id)
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
        self._sift()
        self._counts.begin(self._requests)
        self._follow()
        self.counts_changed.emit()

    # How rows move

    def _sort(self) -> None:
        some = self._requests if shows_ended(self._lane) else self._open.of("open")
        lane, me = self._lane, self._me
        self._order.fill(r for r in some if lane.takes(r, me))

    def _sift(self) -> None:
        """Find out again what of the lane the filter leaves out."""
        self._filtered_out = set()
        if self._filter:
            takes = self._filter.seen_with(self._eyes())
            self._filtered_out = {r.id for r in self._order.requests if not takes(r)}

    def _wanted(self) -> list[str]:
        ids = self._order.ids
        return [i for i in ids if i not in self._filtered_out] if self._filtered_out else ids

    def _is_wanted(self, request_id: str) -> bool:
        return request_id in self._order and request_id not in self._filtered_out

    def _bare_eyes(self) -> Eyes:
        return Eyes(
            me=self._me,
            teams=(),
            now=EPOCH,
            words=_bare_words,
            is_flagged=lambda _: False,
            is_urgent=lambda request: request.is_urgent,
        )

    def _follow(self, request_id: str = "") -> None:
        """Show the rows as they are wanted, if they may move; *request_id* alone has changed."""
        if not self._pinned or not self._ids:
            if request_id and not self._filtered_out:
                self._follow_one(request_id)
            else:
                self._lay_out(self._wanted())
        self._tell_held()

    def _follow_one(self, request_id: str) -> None:
        """Bring one row to where it belongs, the others being where they belong."""
        source = self.row_of(request_id)
        gap = self._order.place_of(request_id)
        rest = len(self._ids) - (source >= 0)
        if rest != len(self._order) - (gap >= 0):  # something was held back: not only this one
            self._lay_out(self._wanted())
        elif gap < 0:
            if source >= 0:
                self._take_out(source, source)
        elif source < 0:
            self._put_in(gap, [request_id])
        elif gap != source:
            self._move(source, gap if gap < source else gap + 1)

    def _tell_held(self) -> None:
        self._held = None
        self.held_back_changed.emit()

    def _is_emergency(self, request_id: str) -> bool:
        request = self._requests.get(request_id)
        return request is not None and request.is_emergency

    def _lay_out(self, wanted: list[str]) -> None:
        if wanted == self._ids:
            return
        kept, shown = set(wanted), self._places
        if _runs(i in kept for i in self._ids) + _runs(i not in shown for i in wanted) > MANY_RUNS:
            self._begin_again(wanted)
            return
        self._remove_all_but(kept)
        self._put_in_order([i for i in wanted if i in shown])
        place = 0
        while place < len(wanted):
            if wanted[place] in shown:
                place += 1
                continue
            end = place + 1
            while end < len(wanted) and wanted[end] not in shown:
                end += 1
            self._put_in(place, wanted[place:end])
            place = end

    def _begin_again(self, wanted: list[str]) -> None:
        """Lay out *wanted* in one step, where it would take hundreds: views start afresh."""
        self.beginResetModel()
        held = {i: self._last.get(i) or self._requests.newest(i) for i in wanted}
        self._last = {i: request for i, request in held.items() if request is not None}
        self._described = {i: row for i, row in self._described.items() if i in self._last}
        self._ids, self._numbered = list(wanted), None
        self.endResetModel()

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
        self._numbered = None
        self.endRemoveRows()

    def _put_in(self, place: int, run: Sequence[str]) -> None:
        """Put *run* in above the row that is at *place* now."""
        self.beginInsertRows(QModelIndex(), place, place + len(run) - 1)
        self._ids[place:place] = run
        for request_id in run:
            held = self._requests.get(request_id)
            assert held is not None, "the order holds what the store holds"
            self._last[request_id] = held
        self._numbered = None
        self.endInsertRows()

    def _move(self, source: int, gap: int) -> None:
        """Bring the row at *source* into the gap above the row that is at *gap* now."""
        if gap in (source, source + 1):
            return
        self.beginMoveRows(QModelIndex(), source, source, QModelIndex(), gap)
        moved = self._ids.pop(source)
        self._ids.insert(gap if gap < source else gap - 1, moved)
        self._numbered = None
        self.endMoveRows()

    @property
    def _places(self) -> dict[str, int]:
        """Row by id; counted when it is asked for, since one change in hundreds asks."""
        if self._numbered is None:
            self._numbered = {request_id: row for row, request_id in enumerate(self._ids)}
        return self._numbered

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


def _bare_words(request: Request) -> str:
    return f"{request.patient_name}\n{request.description} {request.owner_name}".casefold()


def _runs(flags: Iterable[bool]) -> int:
    """How many runs of the same there are in *flags*."""
    runs, before = 0, None
    for flag in flags:
        runs += flag is not before
        before = flag
    return runs
