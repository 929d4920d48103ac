"""The contact list: who has to be told, with phone numbers, and what came of it."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from contract.contact import ATTEMPTS_NEEDED, ContactOutcome
from reception.desk.desk import Desk
from reception.records import Request
from reception.records.contact import about, attempts, is_on_contact_list
from reception.records.problem import Problem
from reception.ui.tasks import Tasks
from reception.widgets.banner import announce
from reception.widgets.look import Look
from reception.widgets.session_table import RowsModel, RowsTable
from reception.widgets.session_words import CONTACT_TITLES, contact_row, count

_OUTCOMES = (
    ("r", ContactOutcome.REBOOKED, "Told and rebooked (R)"),
    ("c", ContactOutcome.CANCELLED, "Told and cancelled (C)"),
    ("p", ContactOutcome.KEEPS, "Keeps another (P)"),
    ("u", ContactOutcome.NOT_REACHED, "Could not be reached (U)"),
)
_LETTERS = {"r": 0, "c": 1, "p": 2, "u": 3}


class SessionContacts(QWidget):
    """One line a patient; a key each for what came of it. Nothing else empties the list."""

    problem_met = Signal(Problem)
    counted = Signal(int, bool)
    appointment_wanted = Signal(str)

    def __init__(self, desk: Desk, look: Look, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._tasks = desk, tasks
        self._fetching: set[str] = set()
        self.rows = RowsModel(CONTACT_TITLES, look, self)
        self.table = RowsTable(self.rows, look, "Patients to tell", 7, self)
        self.table.letters = frozenset("trcpu")
        self._build(look)
        self.table.chosen.connect(self._show_buttons)
        self.table.letter_struck.connect(self._on_letter)
        self.table.opened.connect(self._on_opened)
        self.tried.clicked.connect(self._on_tried)
        self.how.returnPressed.connect(self._on_tried)
        for button in self.outcomes:
            button.clicked.connect(self._on_outcome)
        desk.requests.added.connect(self._on_request)
        desk.requests.changed.connect(self._on_request)
        desk.requests.removed.connect(self._on_request)
        desk.requests.reset.connect(self.show_list)
        desk.patients.added.connect(self._on_patient)
        self.show_list()

    def _build(self, look: Look) -> None:
        unit = look.metrics.unit_px
        title = QLabel("To contact", self)
        title.setFont(look.metrics.title)
        self.said = QLabel(self)
        self.said.setWordWrap(True)
        self.how = QLineEdit(self)
        self.how.setPlaceholderText("How it went: no answer, voicemail left, wrong number ...")
        self.how.setAccessibleName("How the attempt went")
        self.how.setMaxLength(120)
        self.tried = QPushButton("Tried, not reached yet (T)", self)
        self.outcomes = [QPushButton(words, self) for _, _, words in _OUTCOMES]
        for button, (_, outcome, _words) in zip(self.outcomes, _OUTCOMES, strict=True):
            button.setProperty("outcome", str(outcome))
        first, second = QHBoxLayout(), QHBoxLayout()
        for row in (first, second):
            row.setSpacing(unit)
        first.addWidget(self.how, 1)
        first.addWidget(self.tried)
        for button in self.outcomes:
            second.addWidget(button)
        second.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * unit, unit, 2 * unit, 2 * unit)
        column.setSpacing(unit)
        column.addWidget(title)
        column.addWidget(self.said)
        column.addLayout(first)
        column.addLayout(second)
        column.addWidget(self.table, 1)

    # What it shows

    @property
    def request(self) -> Request | None:
        """The chosen contact."""
        return self._desk.requests.get(self.table.key) if self.table.key else None

    @Slot()
    def show_list(self) -> None:
        """Show whoever is still to be told."""
        waiting = self._desk.contacts.waiting()
        rows = []
        for request in waiting:
            held = self._desk.stores.appointments.newest(about(request))
            if held is None:
                self._fetch(request)
            rows.append(contact_row(request, self._desk.patients.get(request.patient_id), held))
        self.rows.show_rows(rows)
        self.said.setText(
            f"{count(len(rows), 'patient')} to tell. Nobody leaves this list without an outcome; "
            f"“could not be reached” takes {ATTEMPTS_NEEDED} attempts. Enter shows the "
            "appointment on the board."
            if rows
            else "Nobody has to be told. Patients come here when their session is cancelled, "
            "shortened or changed."
        )
        self.counted.emit(len(rows), any(r.is_emergency for r in waiting))
        self._show_buttons()

    def _fetch(self, request: Request) -> None:
        if request.id not in self._fetching:
            self._fetching.add(request.id)
            self._tasks.start(self._fetched(request), on_problem=self._on_problem)

    async def _fetched(self, request: Request) -> None:
        await self._desk.contacts.appointment(request)
        self.show_list()

    @Slot()
    def _on_request(self, request: Request, after: Request | None = None) -> None:
        if is_on_contact_list(request) or (after is not None and is_on_contact_list(after)):
            self.show_list()

    @Slot(object)
    def _on_patient(self, _patient: object) -> None:
        if self.rows.rowCount():
            self.show_list()

    @Slot()
    def _show_buttons(self) -> None:
        request = self.request
        for button in (self.tried, *self.outcomes):
            button.setEnabled(request is not None)
        if request is None:
            return
        left = ATTEMPTS_NEEDED - attempts(request)
        reached = self.outcomes[-1]
        reached.setToolTip(
            f"{count(left, 'more attempt')} first" if left > 0 else "Three attempts are logged"
        )

    # Doing it

    @Slot(str)
    def _on_letter(self, letter: str) -> None:
        if letter == "t":
            self._on_tried()
        else:
            self.outcomes[_LETTERS[letter]].click()

    @Slot(str)
    def _on_opened(self, key: str) -> None:
        request = self._desk.requests.get(key)
        if request is not None:
            self.appointment_wanted.emit(about(request))

    @Slot()
    def _on_tried(self) -> None:
        request = self.request
        if request is not None:
            words = self.how.text()
            self.how.clear()
            self._tasks.start(
                self._desk.contacts.tried(request.id, words), on_problem=self._on_problem
            )

    @Slot()
    def _on_outcome(self) -> None:
        request, sender = self.request, self.sender()
        if request is not None and sender is not None:
            outcome = ContactOutcome(str(sender.property("outcome")))
            self._tasks.start(self._finish(request, outcome), on_problem=self._on_problem)

    async def _finish(self, request: Request, outcome: ContactOutcome) -> None:
        await self._desk.contacts.finish(request.id, outcome)
        announce(self, f"{count(self.rows.rowCount(), 'patient')} to tell")

    def _on_problem(self, problem: Problem) -> None:
        self.problem_met.emit(problem)
