"""Asks about the patient's other bookings where a request is booked, then books as decided."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from reception.desk.clashes import OtherBookings
from reception.desk.desk import Desk
from reception.widgets.booking_clashes import ClashNotice
from reception.widgets.look import Look


@dataclass(frozen=True)
class Wish:
    """A booking from a request.

    Attributes:
        request_id: whose.
        slot_id: where.
        reason: what the board shows of it; empty: the patient's own words.
        kept: ids of other bookings of that day that stand beside it.
        instead_of: id of the one that is given up for it.
        clinician: id and name of whose slot it is, where its day is not open.
        patient_id: whose the request was when it was decided.
    """

    request_id: str
    slot_id: str
    reason: str = ""
    kept: frozenset[str] = frozenset()
    instead_of: str = ""
    clinician: tuple[str, str] | None = None
    patient_id: str = ""

    def book(self, desk: Desk) -> Coroutine[Any, Any, object]:
        """Book it."""
        return desk.book_from_request(
            self.request_id,
            self.slot_id,
            reason=self.reason,
            kept=self.kept,
            instead_of=self.instead_of,
            clinician=self.clinician,
            patient_id=self.patient_id,
        )


class ClashAsk(QWidget):
    """Keep both, or swap: K, S and the digits; Escape books nothing.

    Args:
        look: how it looks.
        book: books a wish that has been decided.
        parent: the Qt parent.
    """

    given_up = Signal()
    """Nothing is booked after all."""

    def __init__(
        self, look: Look, book: Callable[[Wish], object], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._book = book
        self._wish: Wish | None = None
        self._found: frozenset[str] = frozenset()
        self.notice = ClashNotice(look, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.notice)
        self.notice.kept.connect(self._on_kept)
        self.notice.swap_wanted.connect(self._on_swap_wanted)
        self.hide()

    @property
    def wish(self) -> Wish | None:
        """What waits for an answer."""
        return self._wish

    def ask(self, wish: Wish, others: OtherBookings) -> None:
        """Say what the patient has that day, and take the keyboard."""
        self._wish = wish
        self._found = frozenset(clash.other.id for clash in others.clashes)
        self.notice.tell(others.name, others.clashes)
        self.show()
        self.notice.ask()

    def clear(self) -> None:
        """Ask nothing any more."""
        self._wish = None
        self.notice.clear()
        self.hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape gives up."""
        if event.key() == Qt.Key.Key_Escape:
            self.clear()
            self.given_up.emit()
        else:
            super().keyPressEvent(event)

    @Slot()
    def _on_kept(self) -> None:
        self._decide(lambda wish: replace(wish, kept=wish.kept | self._found))

    @Slot(str)
    def _on_swap_wanted(self, other_id: str) -> None:
        rest = self._found - {other_id}
        self._decide(lambda wish: replace(wish, kept=wish.kept | rest, instead_of=other_id))

    def _decide(self, how: Callable[[Wish], Wish]) -> None:
        wish = self._wish
        if wish is not None:
            self.clear()
            self._book(how(wish))
