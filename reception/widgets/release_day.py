"""The day that the release page is about: the open one from the stores, any other looked ahead."""

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QObject, Signal
from PySide6.QtCore import Slot as QtSlot

from reception.desk.desk import Desk
from reception.desk.release import why_not_release
from reception.records import Session, Slot


class ReleaseDay(QObject):
    """Which day is meant, its slots as they stand, and what may be done with them."""

    changed = Signal()  # another day, or its slots are others now

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self._day: date | None = None
        for store in (desk.slots, desk.sessions):
            for signal in (store.reset, store.added, store.removed, store.changed):
                signal.connect(self._on_open_day)
        desk.outlook.changed.connect(self._on_ahead)

    @property
    def day(self) -> date:
        """The day that is meant (London): the open one until another is chosen."""
        return self._day or self.desk.day

    @property
    def is_open(self) -> bool:
        """Whether it is the day that is open on the board."""
        return self.day == self.desk.day

    def choose(self, day: date) -> None:
        """Mean *day* from now on."""
        if day != self.day:
            self._day = day
            self.changed.emit()

    def follow_board(self) -> None:
        """Mean the day that is open on the board."""
        self._day = None
        self.changed.emit()

    def slots(self) -> list[Slot]:
        """Its slots, in no promised order."""
        return list(self.desk.slots) if self.is_open else self.desk.outlook.slots(self.day)

    def session_of(self, slot: Slot) -> Session | None:
        """The session *slot* stands in."""
        return self.desk.outlook.session_of(slot)

    def named(self, slot: Slot) -> tuple[str, str]:
        """Practitioner id and name of whose session *slot* stands in."""
        known = self.desk.clinician_of(slot)
        return known if known[0] else self.desk.outlook.clinician_of(slot)

    def lend(self, slots: Sequence[Slot]) -> None:
        """Make the copies that are shown known to the verbs, before one is called."""
        if not self.is_open:
            self.desk.outlook.lend(slots)

    @property
    def why_not(self) -> str:
        """Why nothing can be released now, in a sentence; empty where it can."""
        denied = why_not_release(self.desk.me.role)
        if denied:
            return denied
        if not self.desk.freshness.can_book:
            return "No contact with the practice: nothing can be released until it is back."
        return ""

    @QtSlot()
    @QtSlot(object)
    @QtSlot(object, object)
    def _on_open_day(self, *_: object) -> None:
        if self.is_open:
            self.changed.emit()

    @QtSlot(object)
    def _on_ahead(self, day: date) -> None:
        if day == self.day and not self.is_open:
            self.changed.emit()
