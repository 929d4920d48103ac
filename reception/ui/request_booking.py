"""Booking from the open request, or offering times to choose from."""

from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from contract.limits import DESCRIPTION_CHARS
from reception.desk.desk import Desk
from reception.desk.fit import Fit
from reception.desk.offering import BEFORE_START, LEAST
from reception.desk.problems import NotPossible
from reception.records import Patient, Request
from reception.records.problem import Problem
from reception.ui.clash_ask import Wish
from reception.ui.tasks import Tasks
from reception.widgets.look import Look
from reception.widgets.request_fits import FitsTool
from reception.widgets.request_offer import OfferTool
from reception.widgets.request_tool import Tool

Act = Callable[[Coroutine[Any, Any, object], str], None]
"""Runs a verb; when it has succeeded the request of that id has been dealt with."""


class RequestBooking(QObject):
    """The slots that suit one request. Answers that come late for another one are dropped.

    Args:
        desk: the desk.
        look: colours and sizes.
        tasks: of the page.
        show: shows a tool in the drawer.
        act: runs a verb.
        book: books as wished; a lost race or another booking is met there.
        parent: the panel.
    """

    lit = Signal(list)
    """These slots (ids) suit, the best first."""
    problem_met = Signal(Problem)

    def __init__(
        self,
        desk: Desk,
        look: Look,
        tasks: Tasks,
        show: Callable[[Tool], None],
        act: Act,
        book: Callable[[Wish], object],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._desk, self._tasks = desk, tasks
        self._show, self._act, self._book = show, act, book
        self._request: Request | None = None
        self._turn = 0
        self._more = ""
        self.fits = FitsTool(look, parent, desk.words_for)
        self.offer = OfferTool(desk.phrases, look, parent)
        self.fits.book_requested.connect(self._on_book_requested)
        self.fits.offer_requested.connect(self._on_offer_requested)
        self.offer.offered.connect(self._on_offered)

    def read_with(self, words: str) -> None:
        """What else the patient has said about when and how: the answers of a form."""
        self._more = words

    def ask(self, request: Request, patient: Patient | None, way: str = "") -> None:
        """Look for slots for *request*; in that *way* (a key of `fit.WAYS`) if one is given."""
        self._turn += 1
        self._request = request
        self.offer.forget()
        if patient is None or patient.id != request.patient_id:
            self.fits.wait(way)
            return
        today = [] if way else self._desk.best_fit(request)
        self.fits.offer(
            patient,
            today,
            reason_of(request),
            today=self._desk.time.today(),
            way=way,
            looking=True,
            offer_from=self._desk.time.now() + LEAST + BEFORE_START,
        )
        self.lit.emit([fit.slot.id for fit in today])
        self._tasks.start(
            self._look_ahead(request, patient, way, self._turn), on_problem=self._on_problem
        )

    def forget(self) -> None:
        """Another request, or none, is open."""
        self._turn += 1
        self._request, self._more = None, ""
        self.fits.wait()
        self.offer.forget()

    async def _look_ahead(self, request: Request, patient: Patient, way: str, turn: int) -> None:
        found = await self._desk.fits(request, more=self._more, way=way)
        if turn == self._turn:
            self.fits.add(patient.id, found)
            self.lit.emit([fit.slot.id for fit in found])

    def _on_problem(self, problem: Problem) -> None:
        self.problem_met.emit(problem)

    @Slot(object, str)
    def _on_book_requested(self, fit: Fit, reason: str) -> None:
        request, patient = self._request, self.fits.patient
        if request is None or patient is None or patient.id != request.patient_id:
            return
        clinician = (fit.clinician_id, fit.clinician) if fit.clinician_id else None
        self._book(
            Wish(request.id, fit.slot.id, reason, clinician=clinician, patient_id=patient.id)
        )

    @Slot(list)
    def _on_offer_requested(self, fits: list[Fit]) -> None:
        request, patient = self._request, self.fits.patient
        if request is None or patient is None or patient.id != request.patient_id:
            return
        try:
            until = self._desk.offering.until([fit.slot for fit in fits])
        except NotPossible as problem:
            self.problem_met.emit(problem)
            return
        self.offer.ask(request.id, patient, fits, until, self._desk.time.now())
        self._show(self.offer)

    @Slot(str, object, list, object, str)
    def _on_offered(
        self, request_id: str, patient: Patient, fits: list[Fit], until: datetime, words: str
    ) -> None:
        request = self._request
        if request is None or (request.id, request.patient_id) != (request_id, patient.id):
            return
        slots = [fit.slot.id for fit in fits]
        self._act(
            self._desk.offering.offer(request_id, patient.id, slots, until, words), request_id
        )


def reason_of(request: Request) -> str:
    """The patient's first words, as far as they fit on the board's reason line."""
    words = " ".join((request.description or request.note).split())
    if len(words) <= DESCRIPTION_CHARS:
        return words
    head = words[: DESCRIPTION_CHARS - 1].rsplit(" ", 1)[0]
    return f"{head}…"
