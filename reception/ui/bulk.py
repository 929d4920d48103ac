"""Several requests of the queue ended together: from what is marked to what is written."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from reception.desk.bulk import Foreseen, Foresight
from reception.desk.desk import Desk
from reception.desk.endings import Ending
from reception.desk.red_flags import RedFlags
from reception.records import Patient, Request
from reception.records.problem import Problem
from reception.ui.request_sender import Sender
from reception.ui.tasks import Tasks
from reception.widgets.bulk_sheet import BulkSheet
from reception.widgets.composer import draft_key
from reception.widgets.ending_mail import EndingMail
from reception.widgets.look import Look
from reception.widgets.queue_row import holder_of, phrases_in


class BulkEndings(QObject):
    """The sheet with what will happen, and the way from there.

    With messages they wait their twenty seconds together, and are taken back together.
    """

    done = Signal()
    """They are on their way, or ended."""
    problem_met = Signal(Problem)

    def __init__(
        self,
        desk: Desk,
        look: Look,
        tasks: Tasks,
        sender: Sender,
        red_flags: RedFlags,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._desk, self._tasks, self._sender = desk, tasks, sender
        self._red_flags = red_flags
        self._ids: tuple[str, ...] = ()
        foresight = Foresight(desk.phrases, desk.patients.get, self._phrases_in, self._holder_of)
        self.sheet = BulkSheet(desk.phrases, foresight, look, parent)
        self.sheet.confirmed.connect(self._on_confirmed)
        desk.requests.changed.connect(self._on_changed)
        desk.requests.removed.connect(self._on_removed)
        desk.patients.added.connect(self._on_patient)

    @property
    def is_open(self) -> bool:
        """Whether several are marked."""
        return bool(self._ids)

    def ask(self, request_ids: Sequence[str]) -> None:
        """These are marked."""
        self._ids = tuple(request_ids)
        self._show()

    def leave(self) -> None:
        """They are marked no longer."""
        self._ids = ()
        self.sheet.clear()

    def _show(self) -> None:
        held = (self._desk.requests.newest(request_id) for request_id in self._ids)
        self.sheet.ask([request for request in held if request is not None])

    def _phrases_in(self, request: Request) -> list[str]:
        return phrases_in(self._red_flags, request)

    def _holder_of(self, request: Request) -> tuple[str, bool]:
        return holder_of(request, self._desk.me.reference, self._desk.time.now())

    @Slot(object, object)
    def _on_changed(self, _before: Request, after: Request) -> None:
        if after.id in self._ids:
            self._show()

    @Slot(object)
    def _on_removed(self, gone: Request) -> None:
        if gone.id in self._ids:
            self._show()

    @Slot(object)
    def _on_patient(self, patient: Patient) -> None:
        """A record that was missing has come."""
        if any(r.patient_id == patient.id for r in self.sheet.requests):
            self._show()

    @Slot(list)
    def _on_confirmed(self, happening: list[Foreseen]) -> None:
        outcome = self.sheet.outcome
        told = [one for one in happening if one.words]
        silent = [
            Ending(one.request.id, one.request.patient_id, outcome)
            for one in happening
            if not one.words
        ]
        mails = [
            EndingMail(
                draft_key(one.patient.id, one.request.id, one.request.thread_id),
                one.patient,
                one.request.id,
                one.words,
                done=True,
                outcome=outcome,
            )
            for one in told
            if one.patient is not None
        ]
        self.leave()
        self.done.emit()
        if mails:
            first, *more = mails
            self._sender.waiting.put(
                EndingMail(
                    first.key,
                    first.patient,
                    first.request_id,
                    first.text,
                    done=True,
                    message_key=first.message_key,
                    outcome=outcome,
                    more=tuple(more),
                )
            )
        if silent:
            self._tasks.start(self._desk.endings.end_each(silent), on_problem=self._on_problem)

    def _on_problem(self, problem: Problem) -> None:
        self.problem_met.emit(problem)
