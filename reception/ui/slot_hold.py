"""The slots that somebody is booking: held, counted down, renewed once while they type."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from reception.desk.desk import Desk
from reception.records import Slot as SlotRecord
from reception.records.problem import Problem
from reception.ui.tasks import Tasks
from reception.widgets.board_cell import clock_text

TICK_MS = 1000
RENEW_BEFORE = timedelta(seconds=20)


class SlotHold(QObject):
    """What is held for one booking. A slot that somebody else has is not tried for."""

    changed = Signal()
    failed = Signal(object)  # Problem

    def __init__(self, desk: Desk, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self._tasks = desk, tasks
        self._ids: tuple[str, ...] = ()
        self._was_held = self._typed = self._renewed = False
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self.tick)

    def take(self, slots: Sequence[SlotRecord]) -> None:
        """Hold these, and let go of what was held before and is not among them."""
        before, self._ids = self._ids, tuple(slot.id for slot in slots)
        if set(before) != set(self._ids):
            self._was_held = self._typed = self._renewed = False
        self._drop(slot_id for slot_id in before if slot_id not in self._ids)
        now = self._desk.time.now()
        fresh = [slot.id for slot in slots if slot.id not in before and slot.is_bookable(now)]
        if fresh:
            self._tasks.start(self._hold(fresh), on_problem=self.failed.emit)
        if self._ids:
            self._timer.start()
        else:
            self._timer.stop()

    def let_go(self) -> None:
        """Give up."""
        self.take(())

    def forget(self) -> None:
        """The hold became the booking."""
        self._ids = ()
        self._timer.stop()

    @Slot()
    def typed(self) -> None:
        """Somebody is at it."""
        self._typed = bool(self._ids)

    def ends(self) -> datetime | None:
        """When the first of the holds runs out; None while not all are held by this user."""
        me, now = f"{self._desk.me.id}/", self._desk.time.now()
        slots = [self._desk.slots.newest(slot_id) for slot_id in self._ids]
        if not slots or not all(
            slot is not None and slot.hold.startswith(me) and slot.is_held(now) for slot in slots
        ):
            return None
        return min(slot.hold_ends for slot in slots if slot is not None)

    @property
    def text(self) -> str:
        """`Held for you until 09:12 (1:45 left)`, that it has run out, or nothing."""
        ends = self.ends()
        if ends is not None:
            left = max(0, int((ends - self._desk.time.now()).total_seconds()))
            return f"Held for you until {clock_text(ends)} ({left // 60}:{left % 60:02d} left)"
        if self._was_held and self._ids:
            return "No longer held for you: anybody may book it. Booking tries all the same."
        return ""

    @Slot()
    def tick(self) -> None:
        """Count down; renew once, while somebody types, what runs out and is still to be had."""
        ends, now = self.ends(), self._desk.time.now()
        self._was_held = self._was_held or ends is not None
        if self._was_held and self._typed and not self._renewed and self._runs_out(ends, now):
            self._renewed = True
            self._tasks.start(self._desk.hold_slot(*self._ids), on_problem=self.failed.emit)
        self.changed.emit()

    def _runs_out(self, ends: datetime | None, now: datetime) -> bool:
        if ends is not None:
            return ends - now <= RENEW_BEFORE
        slots = [self._desk.slots.newest(slot_id) for slot_id in self._ids]
        return all(slot is not None and slot.is_bookable(now) for slot in slots)

    async def _hold(self, slot_ids: Sequence[str]) -> None:
        await self._desk.hold_slot(*slot_ids)
        if gone := [slot_id for slot_id in slot_ids if slot_id not in self._ids]:
            await self._desk.drop_hold(*gone)
        self.tick()

    def _drop(self, slot_ids: Iterable[str]) -> None:
        if ids := list(slot_ids):
            self._tasks.start(self._desk.drop_hold(*ids), on_problem=self._ignore)

    @staticmethod
    def _ignore(_problem: Problem) -> None:
        """A hold that could not be dropped ends by itself after two minutes."""
