"""Sends what somebody decided to tell a patient beside an act; what did not go out is offered."""

from PySide6.QtCore import QObject, Slot

from reception.desk.desk import Desk
from reception.desk.letters import Letter
from reception.records.problem import Problem, Saved
from reception.ui.tasks import Tasks
from reception.widgets.unsent_letters import UnsentLetters


class Teller(QObject):
    """Writes to patients; a line of its own offers what was not sent, also by an earlier run.

    Attributes:
        line: to be placed by the page.
    """

    def __init__(self, desk: Desk, tasks: Tasks, line: UnsentLetters) -> None:
        super().__init__(line)
        self._desk, self._tasks = desk, tasks
        self.line = line
        self._why = ""
        self._busy = 0
        line.send_wanted.connect(self._on_send_wanted)
        line.throw_wanted.connect(self._on_throw_wanted)
        desk.letters.changed.connect(self._show)
        desk.loaded.connect(self._on_loaded)

    @property
    def unsent(self) -> list[Letter]:
        """What could not be sent so far."""
        return self._desk.letters.waiting

    @Slot(object)
    def tell(self, letter: Letter) -> None:
        """Send it, in a conversation of its own."""
        self._why = ""
        self._show()
        self._tasks.start(self._tell(letter), on_problem=self._on_problem)

    async def _tell(self, letter: Letter) -> None:
        self._busy += 1
        self._show()
        try:
            await self._desk.letters.send(letter)
        finally:
            self._busy -= 1
            self._show()

    def _on_problem(self, problem: Problem) -> None:
        if problem.saved is Saved.UNKNOWN:  # the outbox settles it; whether it went is looked up
            self._why = "It may have been sent: it is looked for before it is sent again."
        else:
            self._why = problem.sentence
        self._show()

    @Slot()
    def _on_loaded(self) -> None:
        """The practice is in contact: what waits from before is looked for, then offered."""
        if self.unsent and not self._busy:
            self._tasks.start(self._desk.letters.look(), on_problem=self._on_problem)

    @Slot()
    def _on_send_wanted(self) -> None:
        for letter in self.unsent:
            self.tell(letter)

    @Slot()
    def _on_throw_wanted(self) -> None:
        self._why = ""
        for letter in self.unsent:
            self._desk.letters.throw_away(letter)

    def _who(self, letter: Letter) -> str:
        """`SMITH, Jane · 12-Mar-1980`; nothing while the record is not here."""
        patient = self._desk.patients.get(letter.patient_id)
        return f"{patient.name} \N{MIDDLE DOT} {patient.born_text}" if patient is not None else ""

    @Slot()
    def _show(self) -> None:
        waiting = self.unsent
        people = {letter.patient_id: self._who(letter) for letter in waiting}
        self.line.show_letters(waiting, self._why, people)
        self.line.set_busy(self._busy > 0)
