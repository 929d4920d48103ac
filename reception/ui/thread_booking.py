"""Booking from an open conversation: the slots that suit, and the patient's other bookings."""

from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from contract.limits import DESCRIPTION_CHARS
from reception.desk.clashes import OtherBookings
from reception.desk.desk import Desk
from reception.desk.fit import Fit
from reception.desk.problems import SlotTaken
from reception.records import Patient, Request
from reception.ui.clash_ask import ClashAsk, Wish
from reception.widgets.look import Look
from reception.widgets.request_fits import FitsTool

Act = Callable[[Coroutine[Any, Any, object]], None]


class ThreadBooking(QObject):
    """Joins the tool that offers slots with the desk's booking.

    Args:
        desk: what books.
        look: how it looks.
        tool: what offers.
        act: runs a verb, and says what it meets.
        parent: the Qt parent.
    """

    booked = Signal(str)
    """The request of this id has been booked."""

    def __init__(self, desk: Desk, look: Look, tool: FitsTool, act: Act, parent: QObject) -> None:
        super().__init__(parent)
        self._desk, self._tool, self._act = desk, tool, act
        self._request_id = ""
        self.clashes = ClashAsk(look, self._book)
        self.clashes.given_up.connect(self._on_given_up)
        tool.book_requested.connect(self._on_book_requested)

    def ask(self, request: Request, patient: Patient | None) -> None:
        """Offer what suits *request*, once it is known whose it is."""
        self._request_id = request.id
        if patient is None:
            self._tool.wait()
        else:
            self._tool.offer(
                patient,
                self._desk.best_fit(request),
                reason_line(request),
                today=self._desk.time.today(),
            )

    def _book(self, wish: Wish) -> None:
        self.clashes.clear()
        self._act(self._booked(wish))

    async def _booked(self, wish: Wish) -> None:
        try:
            await wish.book(self._desk)
        except OtherBookings as others:
            if self._is_asked(wish):
                self.clashes.ask(wish, others)
            return
        except SlotTaken as taken:
            if self._is_asked(wish):
                names = [self._desk.clinician_of(slot)[1] for slot in taken.alternatives]
                self._tool.offer_instead(taken.alternatives, names)
            raise
        self.booked.emit(wish.request_id)

    def _is_asked(self, wish: Wish) -> bool:
        return wish.request_id == self._request_id and not self._tool.isHidden()

    @Slot(object, str)
    def _on_book_requested(self, fit: Fit, reason: str) -> None:
        patient = self._tool.patient
        if patient is not None:
            self._book(Wish(self._request_id, fit.slot.id, reason, patient_id=patient.id))

    @Slot()
    def _on_given_up(self) -> None:
        self._tool.setFocus()


def reason_line(request: Request) -> str:
    """The patient's first words, as far as they fit on the board's reason line."""
    words = " ".join((request.description or request.note).split())
    if len(words) <= DESCRIPTION_CHARS:
        return words
    head = words[: DESCRIPTION_CHARS - 1].rsplit(" ", 1)[0]
    return f"{head}…"
