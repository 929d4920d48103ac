"""Which doctors still have a slot free today, and from when."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from reception.desk.practice_time import PracticeTime
from reception.desk.store import RecordStore
from reception.desk.stores import SlotStore
from reception.records import Session
from reception.records import Slot as SlotRecord

_PAUSE_MS = 400
"""Many changes are looked at together; a sign that comes half a second later misleads nobody."""
_AT_ONCE = 8
"""So many clinicians are looked at in one go: the window has its turn between two."""
_BREATH_MS = 5
_Kind = tuple[str, str]
"""Type code and channel of a slot."""


class Day(Protocol):
    """The part of the stores that is read."""

    @property
    def sessions(self) -> RecordStore[Session]:
        """The day's sessions."""

    @property
    def slots(self) -> SlotStore:
        """The day's slots."""


class TimeLeft(QObject):
    """The next free slot of each kind of each clinician, on the open day."""

    changed = Signal(object)
    """Frozenset of the ids of the practitioners whose next free slot of some kind is another."""

    def __init__(self, day: Day, time: PracticeTime, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._day, self._time = day, time
        self._known: dict[str, Mapping[_Kind, datetime]] = {}
        self._stale: set[str] = set()
        self._pause = QTimer(self, singleShot=True)
        self._pause.timeout.connect(self._on_pause)
        slots, sessions = day.slots, day.sessions
        slots.added.connect(self._on_slot)
        slots.removed.connect(self._on_slot)
        slots.changed.connect(self._on_slot_changed)
        for signal in (slots.reset, sessions.reset, sessions.added, sessions.removed):
            signal.connect(self._on_all_new)
        sessions.changed.connect(self._on_all_new)
        time.minute_passed.connect(self._on_minute_passed)

    def next_free(self, practitioner_id: str, type_code: str, channel: str) -> datetime | None:
        """When the next slot like that begins which could be booked; None where there is none."""
        if practitioner_id not in self._known:
            self._known[practitioner_id] = self._read(practitioner_id)
        return self._known[practitioner_id].get((type_code, channel))

    def _read(self, practitioner_id: str) -> Mapping[_Kind, datetime]:
        now, found = self._time.now(), dict[_Kind, datetime]()
        for session in self._day.sessions:
            if session.practitioner_id != practitioner_id or not session.active:
                continue
            for slot in self._day.slots.of_session(session.id):
                if slot.start > now and slot.is_bookable(now):
                    kind = slot.type_code, slot.channel
                    found[kind] = min(slot.start, found.get(kind, slot.start))
        return found

    @Slot(object)
    def _on_slot(self, slot: SlotRecord) -> None:
        session = self._day.sessions.get(slot.schedule_id)
        if session is not None and session.practitioner_id in self._known:
            self._look_again(session.practitioner_id)

    @Slot(object, object)
    def _on_slot_changed(self, before: SlotRecord, after: SlotRecord) -> None:
        for slot in (before, after):
            self._on_slot(slot)

    @Slot()
    def _on_minute_passed(self) -> None:
        for practitioner_id in self._known:
            self._look_again(practitioner_id)

    def _look_again(self, practitioner_id: str) -> None:
        self._stale.add(practitioner_id)
        if not self._pause.isActive():
            self._pause.start(_PAUSE_MS)

    @Slot()
    def _on_all_new(self) -> None:
        """Another day, or other sessions: whoever shows it reads it anew as well."""
        self._known.clear()
        self._stale.clear()

    @Slot()
    def _on_pause(self) -> None:
        self._stale &= self._known.keys()
        some = list(self._stale)[:_AT_ONCE]
        self._stale.difference_update(some)
        moved = set()
        for practitioner_id in some:
            fresh = self._read(practitioner_id)
            if fresh != self._known[practitioner_id]:
                self._known[practitioner_id] = fresh
                moved.add(practitioner_id)
        if self._stale:
            self._pause.start(_BREATH_MS)
        if moved:
            self.changed.emit(frozenset(moved))
