"""Ending the open request: the card of outcomes, the message to the patient, and on its way."""

from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from contract.codes import Outcome
from reception.desk.desk import Desk
from reception.desk.endings import Ending
from reception.records import Patient, Request
from reception.ui.phrases_window import PhrasesWindow
from reception.ui.request_sender import Sender
from reception.widgets.composer import draft_key
from reception.widgets.ending_mail import EndingMail
from reception.widgets.look import Look
from reception.widgets.queue_words import OUTCOMES
from reception.widgets.request_ending import Chosen, EndingTool
from reception.widgets.request_outcome import OutcomeTool
from reception.widgets.request_tool import Tool

Act = Callable[[Coroutine[Any, Any, object], str], None]
"""Runs a verb; when it has succeeded the request of that id has been dealt with."""
_WORDS = {outcome: words for _, outcome, words in OUTCOMES}
_BOOKS = {
    Outcome.BOOKED_FACE_TO_FACE: "person",
    Outcome.BOOKED_PHONE: "phone",
    Outcome.BOOKED_VISIT: "visit",
}


class RequestEndings(QObject):
    """One request at a time. What is shown and what is sent are of one request and one patient.

    Args:
        desk: the desk.
        look: colours and sizes.
        sender: what waits its twenty seconds.
        show: shows a tool in the drawer.
        act: runs a verb.
        parent: the panel.
    """

    book_asked = Signal(str)
    """It ends with an appointment given in this way (a key of `fit.WAYS`)."""
    mailed = Signal(object)
    """This EndingMail waits to be sent."""

    def __init__(
        self,
        desk: Desk,
        look: Look,
        sender: Sender,
        show: Callable[[Tool], None],
        act: Act,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._desk, self._look, self._sender = desk, look, sender
        self._parent = parent
        self._phrases: PhrasesWindow | None = None
        self._show, self._act = show, act
        self._request: Request | None = None
        self._patient: Patient | None = None
        self._wanted: Outcome | None = None
        self.outcome = OutcomeTool(look, parent)
        self.ending = EndingTool(desk.phrases, look, parent)
        self.outcome.chosen.connect(self._on_outcome)
        self.ending.ended.connect(self._on_ended)
        self.ending.phrases_asked.connect(self.open_phrases)

    @Slot()
    def open_phrases(self) -> None:
        """The practice's phrases, in a window of their own."""
        if self._phrases is None:
            self._phrases = PhrasesWindow(self._desk, self._look, self._parent)
            self._phrases.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            self._phrases.destroyed.connect(self._on_phrases_gone)
            self._phrases.open()
        self._phrases.raise_()

    @Slot()
    def _on_phrases_gone(self) -> None:
        self._phrases = None

    def ask(self, request: Request, patient: Patient | None) -> None:
        """Ask how *request* ends; *patient* is whose it is, as far as that is known."""
        self._request, self._patient, self._wanted = request, patient, None
        self.ending.forget()
        self.outcome.ask(request)

    def name(self, request: Request, patient: Patient) -> None:
        """Who it is has come: a key that was struck before goes on."""
        if self._request is not None and self._request.id == request.id:
            self._request, self._patient = request, patient
            wanted, self._wanted = self._wanted, None
            if wanted is not None and not self.outcome.isHidden():
                self._on_outcome(wanted)

    def forget(self) -> None:
        """Another request, or none, is open."""
        self._request = self._patient = self._wanted = None
        self.ending.forget()

    def resume(self, out: EndingMail, request: Request, patient: Patient) -> None:
        """Show again what was taken back."""
        if (out.request_id, out.patient.id) == (request.id, patient.id):
            self.ask(request, patient)
            self.ending.ask(request.id, patient, out.outcome, _WORDS[out.outcome], out.text)
            self._show(self.ending)

    @Slot(Outcome)
    def _on_outcome(self, outcome: Outcome) -> None:
        request, patient = self._request, self._patient
        if request is None:
            return
        if outcome in _BOOKS:
            self.book_asked.emit(_BOOKS[outcome])
        elif patient is not None and request.thread_id and patient.id == request.patient_id:
            self.ending.ask(request.id, patient, outcome, _WORDS[outcome])
            self._show(self.ending)
        elif request.is_unmatched or not request.thread_id:
            self._end_silently(Ending(request.id, request.patient_id, outcome))
        else:
            self._wanted = outcome
            self.outcome.hint.setText("Finding the patient…")

    def _end_silently(self, ending: Ending) -> None:
        self._act(self._desk.endings.end(ending), ending.request_id)

    @Slot(object)
    def _on_ended(self, chosen: Chosen) -> None:
        request = self._request
        if request is None or chosen.request_id != request.id:
            return
        if chosen.patient.id != request.patient_id:
            return
        if not chosen.words:
            self._end_silently(Ending(request.id, chosen.patient.id, chosen.outcome))
            return
        key = draft_key(chosen.patient.id, request.id, request.thread_id)
        if self._sender.waiting.is_busy_with(key):
            self.ending.hint.setText("A message to them is on its way. Let it go first.")
            return
        self._desk.drafts.keep(key, chosen.words)
        out = EndingMail(
            key, chosen.patient, request.id, chosen.words, done=True, outcome=chosen.outcome
        )
        self._sender.waiting.put(out)
        self.mailed.emit(out)
