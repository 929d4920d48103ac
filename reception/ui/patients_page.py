"""Patients: find one, see who it is and their story."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from reception.desk.desk import Desk
from reception.records import Patient
from reception.records.problem import Problem
from reception.ui.page import Page
from reception.ui.tasks import Tasks
from reception.widgets.banner import Banner
from reception.widgets.look import Look
from reception.widgets.palette import Ink
from reception.widgets.panes import side_by_side
from reception.widgets.patient_banner import PatientBanner
from reception.widgets.patient_search import PatientSearch
from reception.widgets.patient_story import PatientStoryView
from reception.widgets.patient_words import on_button, standing


class PatientsPage(Page):
    """The search at the left; banner and story at the right."""

    title = "Patients"
    icon = "patients"

    def __init__(self, desk: Desk, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._look = desk, look
        self._tasks = Tasks(self)
        self._shown = ""
        unit = look.metrics.unit_px
        self.problem_banner = Banner(look, self)
        left = QWidget(self)
        left.setObjectName("patientsLeft")
        self.search = PatientSearch(desk, look, self._tasks, left)
        inside = QVBoxLayout(left)
        inside.setContentsMargins(unit, unit, unit, 0)
        inside.addWidget(self.search)
        self.banner = PatientBanner(desk, look, self)
        self.story = PatientStoryView(desk, look, self)
        self.book = QPushButton("&Book an appointment", self)
        self.book.setProperty("kind", "primary")
        self.book.setToolTip("Choose a slot on the board (Alt+B)")
        shown = QWidget(self)
        strip = QWidget(shown)
        strip.setObjectName("patientsActs")
        acts = QHBoxLayout(strip)
        acts.setContentsMargins(2 * unit, unit, 2 * unit, 0)
        self.message = QPushButton(strip)
        acts.addWidget(self.book)
        acts.addWidget(self.message)
        acts.addStretch(1)
        column = QVBoxLayout(shown)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addWidget(strip)
        column.addWidget(self.story, 1)
        nothing = QLabel("Find a patient to see their story", self)
        nothing.setProperty("kind", "muted")
        nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(nothing)
        self._stack.addWidget(shown)
        self.splitter = side_by_side(
            self._look,
            self,
            "patientsSplitter",
            ((left, 0, 48), (self._stack, 1, 48)),
            (75, 100),
        )
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.problem_banner)
        outer.addWidget(self.splitter, 1)
        self.search.chosen.connect(self.show_patient)
        self.message.clicked.connect(self._on_message)
        self.book.clicked.connect(self._on_book)
        self.story.request_chosen.connect(self._on_request_chosen)
        look.palette.changed.connect(self._dress)
        self._dress()

    def came_to_front(self) -> None:
        """Work begins in the search field."""
        self.search.setFocus()
        self.search.field.selectAll()

    def focus_search(self) -> None:
        """`/` is the search."""
        self.came_to_front()

    def show_reference(self, reference: str) -> None:
        """`find:smith 1980` searches; `Patient/x` shows that person."""
        if reference.startswith("find:"):
            self.search.ask(reference.removeprefix("find:"))
            self.came_to_front()
            return
        kind, _, patient_id = reference.partition("/")
        if kind == "Patient" and patient_id:
            known = self._desk.patients.get(patient_id)
            if known is not None:
                self.show_patient(known)
            else:
                self._ask(patient_id)

    @Slot(Patient)
    def show_patient(self, patient: Patient) -> None:
        """Show *patient*: who it is at once, the story when it has come."""
        self.problem_banner.hide()
        self.banner.show_patient(patient)
        self._name_button(patient)
        self._show_book(patient)
        self._stack.setCurrentIndex(1)
        self._ask(patient.id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape goes back to the search."""
        if event.key() == Qt.Key.Key_Escape:
            self.came_to_front()
        else:
            super().keyPressEvent(event)

    def _ask(self, patient_id: str) -> None:
        if patient_id != self._shown:
            self.story.hide_story()
        self._shown = patient_id
        self._tasks.start(self._read(patient_id), on_problem=self._show_problem)

    async def _read(self, patient_id: str) -> None:
        story = await self._desk.story(patient_id, panel="patients")
        if story is None or patient_id != self._shown:
            return
        self.banner.show_patient(story.banner.patient)
        self._name_button(story.banner.patient)
        self.banner.show_facts(story.banner)
        self.story.show_story(story)
        self._show_book(story.banner.patient)
        self._stack.setCurrentIndex(1)
        patient = story.banner.patient
        self.banner.show_twins(patient.id, await self._desk.twins_of(patient))

    def _show_problem(self, problem: Problem) -> None:
        self.problem_banner.show_problem(problem)

    def _name_button(self, patient: Patient) -> None:
        self.message.setText(f"Write to {on_button(patient)}")
        self.message.setEnabled(not standing(patient))

    @Slot()
    def _on_message(self) -> None:
        if self.banner.patient is not None:
            self.page_requested.emit("Messages", self.banner.patient.reference)

    def _show_book(self, patient: Patient) -> None:
        """Booking is offered for whoever can come."""
        self.book.setEnabled(not patient.deceased)

    @Slot()
    def _on_book(self) -> None:
        self.page_requested.emit("Board", f"Patient/{self._shown}")

    @Slot(str)
    def _on_request_chosen(self, request_id: str) -> None:
        self.page_requested.emit("Desk", f"Task/{request_id}")

    @Slot()
    def _dress(self) -> None:
        ground = self._look.palette.css(Ink.SURFACE)
        self.setStyleSheet(f"#patientsLeft, #patientsActs {{ background: {ground}; }}")
