"""Repeat orders as a list that never moves under somebody's hand.

While it is pinned no row appears, goes or moves: what has changed is counted, and let in by
`admit`. A row that no longer belongs stays where it is until then, and says how it stands.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
    Slot,
)

from reception.desk.repeat_orders import Order, RepeatOrders
from reception.widgets.held_list import KEY_ROLE
from reception.widgets.order_words import OrderLane, OrderSort
from reception.widgets.queue_order import rising

Index = QModelIndex | QPersistentModelIndex

ORDER_ROLE = KEY_ROLE + 1
_WORDS = re.compile(r"[\w'-]+")


class OrderModel(QAbstractListModel):
    """The orders of one lane.

    Args:
        orders: what it shows.
        say: an order in one sentence, for a screen reader.
        parent: the Qt parent.
    """

    news_changed = Signal()
    """What waits for `admit`, or the number in some lane, may be another."""

    def __init__(
        self, orders: RepeatOrders, say: Callable[[Order], str], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._orders, self._say = orders, say
        self._held: dict[str, Order] = {}
        self._keys: list[str] = []
        self._wanted: list[str] = []
        self._lane, self._sort, self._needle = OrderLane.ALL, OrderSort.WORK, ""
        self._pinned = False
        orders.changed.connect(self._on_changed)
        orders.reset.connect(self._on_reset)
        self._on_reset()

    # What is shown

    @property
    def lane(self) -> OrderLane:
        """The lane shown."""
        return self._lane

    @property
    def sorting(self) -> OrderSort:
        """What comes first."""
        return self._sort

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of the orders shown, top to bottom."""
        return tuple(self._keys)

    @property
    def new(self) -> int:
        """How many orders wait to be let in."""
        return len(set(self._wanted) - set(self._keys))

    @property
    def is_stale(self) -> bool:
        """Whether rows would come, go or move."""
        return self._wanted != self._keys

    def order(self, key: str) -> Order | None:
        """The newest copy of that order."""
        return self._held.get(key)

    def row_of(self, key: str) -> int:
        """Its row, or -1."""
        return self._keys.index(key) if key in self._keys else -1

    def count(self, lane: OrderLane) -> int:
        """How many orders stand in *lane*, let in or not."""
        return sum(lane.takes(order) for order in self._held.values())

    # What changes it

    def show(self, lane: OrderLane, sort: OrderSort, needle: str = "") -> None:
        """Show *lane* by *sort*, and of it what has words that begin like those of *needle*.

        The user asked, so the rows are laid out afresh even while they are pinned.
        """
        self._lane, self._sort, self._needle = lane, sort, needle.casefold()
        self._arrange()
        self.admit()

    def pin(self, pinned: bool) -> None:
        """Hold the rows still, or let them follow the work again."""
        if pinned != self._pinned:
            self._pinned = pinned
            self._follow()

    @Slot()
    def admit(self) -> None:
        """Let in everything that was held back."""
        self._lay_out()
        self.news_changed.emit()

    def release(self, key: str) -> None:
        """Let that one row go although the others are pinned: the user dealt with it."""
        row = self.row_of(key)
        if row >= 0 and key not in self._wanted:
            self._take_out(row)
            self.news_changed.emit()

    @Slot()
    def refresh(self) -> None:
        """Say everything about time again: a minute has passed."""
        for key, held in self._held.items():
            if held.is_open and (order := self._orders.get(key)) is not None:
                self._held[key] = order
        if self._keys:
            self.dataChanged.emit(self.index(0), self.index(len(self._keys) - 1))
        self._arrange()
        self._follow()

    # Qt's questions

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Rows below *parent*; a list has them only at the top."""
        return 0 if parent.isValid() else len(self._keys)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The order, its key, its patient, or its sentence."""
        if not index.isValid() or not 0 <= index.row() < len(self._keys):
            return None
        key = self._keys[index.row()]
        order = self._held[key]
        if role == KEY_ROLE:
            return key
        if role == ORDER_ROLE:
            return order
        if role == Qt.ItemDataRole.DisplayRole:
            return order.patient_name
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return self._say(order)
        return None

    # What the orders say

    @Slot(object)
    def _on_changed(self, keys: frozenset[str]) -> None:
        for key in keys:
            order = self._orders.get(key)
            if order is not None:
                self._held[key] = order
            elif key not in self._keys:
                self._held.pop(key, None)
            row = self.row_of(key)
            if row >= 0:
                self.dataChanged.emit(self.index(row), self.index(row))
        self._arrange()
        self._follow()

    @Slot()
    def _on_reset(self) -> None:
        kept = {key: self._held[key] for key in self._keys if key in self._held}
        self._held = kept | {order.key: order for order in self._orders}
        if self._keys:
            self.dataChanged.emit(self.index(0), self.index(len(self._keys) - 1))
        self._arrange()
        self._follow()

    # How rows move

    def _arrange(self) -> None:
        shown = [order for order in self._held.values() if self._takes(order)]
        self._wanted = [order.key for order in sorted(shown, key=self._key)]

    def _takes(self, order: Order) -> bool:
        if not self._lane.takes(order):
            return False
        begun = _WORDS.findall(self._needle)
        if not begun:
            return True
        names = " ".join(f"{item.name} {item.request.owner_name}" for item in order.items)
        text = f"{order.patient_name} {order.number} {names} {order.pharmacy} {order.note}"
        words = _WORDS.findall(text.casefold())
        return all(any(word.startswith(begin) for word in words) for begin in begun)

    def _key(self, order: Order) -> Any:
        work = self._orders.order_key(order)
        if self._lane is OrderLane.DONE and self._sort is OrderSort.WORK:
            return (-order.modified.timestamp(), work)
        if self._sort is OrderSort.OLDEST:
            return (order.ordered, work)
        if self._sort is OrderSort.RUNS_OUT:
            out = order.runs_out
            return (out is None, out.toordinal() if out else 0, work)
        if self._sort is OrderSort.PATIENT:
            return (order.patient_name.casefold(), work)
        return work

    def _follow(self) -> None:
        if not self._pinned or not self._keys:
            self._lay_out()
        self.news_changed.emit()

    def _lay_out(self) -> None:
        wanted = set(self._wanted)
        for row in range(len(self._keys) - 1, -1, -1):
            if self._keys[row] not in wanted:
                self._take_out(row)
        self._put_in_order([key for key in self._wanted if key in set(self._keys)])
        self._insert_missing()

    def _put_in_order(self, wanted: list[str]) -> None:
        """Move as few rows as will do."""
        kept = {self._keys[row] for row in rising([self._keys.index(key) for key in wanted])}
        before = -1
        for key in wanted:
            if key not in kept:
                self._move(self._keys.index(key), before + 1)
            before = self._keys.index(key)

    def _move(self, source: int, gap: int) -> None:
        if gap in (source, source + 1):
            return
        self.beginMoveRows(QModelIndex(), source, source, QModelIndex(), gap)
        moved = self._keys.pop(source)
        self._keys.insert(gap if gap < source else gap - 1, moved)
        self.endMoveRows()

    def _insert_missing(self) -> None:
        """Put in every run of orders that is missing, at once."""
        row = 0
        while row < len(self._wanted):
            if row < len(self._keys) and self._keys[row] == self._wanted[row]:
                row += 1
                continue
            there = set(self._keys)
            end = row
            while end < len(self._wanted) and self._wanted[end] not in there:
                end += 1
            self.beginInsertRows(QModelIndex(), row, end - 1)
            self._keys[row:row] = self._wanted[row:end]
            self.endInsertRows()
            row = end

    def _take_out(self, row: int) -> None:
        self.beginRemoveRows(QModelIndex(), row, row)
        key = self._keys.pop(row)
        if self._orders.get(key) is None:
            self._held.pop(key, None)
        self.endRemoveRows()


def spoken(parts: Iterable[str]) -> str:
    """*parts* that say something, as one sentence."""
    return ", ".join(part for part in parts if part)
