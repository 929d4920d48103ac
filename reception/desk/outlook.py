"""The slots of today and the fourteen days after it, beside the day that is open on the board.

Source: docs/contract.md 5 (Open), 6; domain words, release of slots.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from PySide6.QtCore import QObject, Signal
from PySide6.QtCore import Slot as QtSlot

from contract.core_hours import day_bounds, london_day
from reception.api.network import NetworkThread
from reception.api.wire import Wire
from reception.desk.loading import OVERLAP, parsed
from reception.desk.practice_time import PracticeTime
from reception.desk.stores import Stores
from reception.records import Practitioner, Record, Session, Slot
from reception.records.tree import wire_time

DAYS = 15
"""Today and as far ahead as patients may look."""
KEPT = timedelta(minutes=10)
"""Loaded again after this long when it is looked at; until then the live changes keep it true."""


class Outlook(QObject):
    """Reads fifteen days of slots, a day at a time, and keeps them as changes are told.

    Fetching and parsing happen on the network thread; the window's loop only files what came. It
    never writes: to change a slot of another day, give its copy to the stores first (`lend`).
    """

    changed = Signal(object)  # date: its slots are others now
    progressed = Signal(int, int)  # days loaded, days in all
    loaded = Signal()

    def __init__(
        self,
        wire: Wire,
        network: NetworkThread,
        stores: Stores,
        time: PracticeTime,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._wire, self._network = wire, network
        self._stores, self._time = stores, time
        self._days: dict[date, dict[str, Slot]] = {}
        self._day_of: dict[str, date] = {}
        self._gone: dict[str, Slot] = {}
        self._sessions: dict[str, Session] = {}
        self._names: dict[str, str] = {}
        self._turn = 0
        self._loading = False
        self._loaded_at: datetime | None = None
        stores.diary_told.connect(self._on_told)

    @property
    def days(self) -> list[date]:
        """The days it tells of, from today on (London)."""
        today = self._time.today()
        return [today + timedelta(days=n) for n in range(DAYS)]

    @property
    def is_loading(self) -> bool:
        """Whether days are being fetched."""
        return self._loading

    @property
    def is_due(self) -> bool:
        """Whether it has to be loaded (again): never, for another day, or too long ago."""
        if self._loaded_at is None:
            return True
        now = self._time.now()
        return now - self._loaded_at > KEPT or london_day(self._loaded_at) != london_day(now)

    def knows(self, day: date) -> bool:
        """Whether the slots of *day* have been fetched."""
        return day in self._days

    def slots(self, day: date) -> list[Slot]:
        """The slots of *day*, in no promised order; none where it has not been fetched."""
        return list(self._days.get(day, {}).values())

    def session_of(self, slot: Slot) -> Session | None:
        """The session *slot* stands in, or None where it is not known."""
        return self._sessions.get(slot.schedule_id) or self._stores.sessions.newest(
            slot.schedule_id
        )

    def clinician_of(self, slot: Slot) -> tuple[str, str]:
        """Practitioner id and name of whose session *slot* stands in; empty where unknown."""
        session = self.session_of(slot)
        if session is None:
            return "", ""
        known = self._stores.practitioners.get(session.practitioner_id)
        fallback = known.name if known is not None else self._names.get(session.practitioner_id, "")
        return session.practitioner_id, session.practitioner_name or fallback

    def lend(self, slots: Sequence[Slot]) -> None:
        """Let the stores know these copies, so that a verb on another day need not read them."""
        for slot in slots:
            session = self._sessions.get(slot.schedule_id)
            if session is not None:
                self._stores.take(session)
            self._stores.take(slot)

    async def load(self) -> None:
        """Fetch all days, today first; who asks again meanwhile gets the newer answer.

        Raises:
            Problem: not all could be fetched; what came before stays.
        """
        self._turn += 1
        turn, days, self._loading = self._turn, self.days, True
        try:
            await self._load(turn, days)
        finally:
            if turn == self._turn:
                self._loading = False
        if turn == self._turn:
            self._loaded_at = self._time.now()
            self.loaded.emit()

    async def _load(self, turn: int, days: Sequence[date]) -> None:
        begin, end = day_bounds(days[0])[0], day_bounds(days[-1])[1]
        between = [("date", f"ge{wire_time(begin)}"), ("date", f"lt{wire_time(end)}")]
        more = [("_include", "Schedule:actor"), ("_count", "200")]
        records = await self._fetched("Schedule", [*between, *more])
        if turn != self._turn:
            return
        for record in records:
            if isinstance(record, Session):
                self._keep_session(record)
            elif isinstance(record, Practitioner):
                self._names[record.id] = record.name
        for done, day in enumerate(days, 1):
            asked_at = self._time.now()
            begin, end = day_bounds(day)
            between = [("start", f"ge{wire_time(begin)}"), ("start", f"lt{wire_time(end)}")]
            slots = await self._fetched("Slot", [*between, ("_count", "1000")])
            if turn != self._turn:
                return
            self._file(day, [s for s in slots if isinstance(s, Slot)], asked_at)
            self.progressed.emit(done, len(days))
        for day in [d for d in self._days if d not in days]:
            for slot_id in self._days.pop(day):
                self._day_of.pop(slot_id, None)

    async def _fetched(self, resource_type: str, params: list[tuple[str, str]]) -> list[Record]:
        trees = await self._wire.search(resource_type, params)
        return await self._network.call(parsed(trees))

    def _file(self, day: date, fetched: Sequence[Slot], asked_at: datetime) -> None:
        """Hold what was *fetched* of *day*; a newer copy that was told meanwhile stays."""
        held = self._days.setdefault(day, {})
        seen = {slot.id for slot in fetched}
        for slot in list(held.values()):
            if slot.id not in seen and slot.last_updated < asked_at - OVERLAP:
                held.pop(slot.id)
                self._day_of.pop(slot.id, None)
        for slot in fetched:
            self._hold(slot)
        self.changed.emit(day)

    def _hold(self, fresh: Slot) -> set[date]:
        """Hold *fresh* if it is news; answers the days that are others now."""
        day, before_day = london_day(fresh.start), self._day_of.get(fresh.id)
        before = self._gone.get(fresh.id)
        if before_day is not None:
            before = self._days[before_day][fresh.id]
        if before is not None and not fresh.supersedes(before):
            return set()
        touched = set()
        if before_day is not None:
            del self._days[before_day][fresh.id]
            del self._day_of[fresh.id]
            touched.add(before_day)
        self._gone.pop(fresh.id, None)
        if fresh.status == "entered-in-error":
            self._gone[fresh.id] = fresh
        elif day in self._days:
            self._days[day][fresh.id] = fresh
            self._day_of[fresh.id] = day
            touched.add(day)
        return touched

    def _keep_session(self, fresh: Session) -> None:
        before = self._sessions.get(fresh.id)
        if before is None or fresh.supersedes(before):
            self._sessions[fresh.id] = fresh

    @QtSlot(object)
    def _on_told(self, record: Record) -> None:
        if isinstance(record, Session):
            self._keep_session(record)
        elif isinstance(record, Slot):
            for day in self._hold(record):
                self.changed.emit(day)
