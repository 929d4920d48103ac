"""Saying who an unmatched person is, before anything else can be done for them."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLabel, QWidget

from reception.desk.desk import Desk
from reception.records import Patient, Request
from reception.records.problem import Problem
from reception.records.tree import Tree, each, text_at
from reception.widgets.appointment_twins import TwinChoice
from reception.widgets.look import Look
from reception.widgets.match_reason import MatchReason
from reception.widgets.patient_search import PatientSearch, Starts
from reception.widgets.request_tool import Tool


class MatchTool(Tool):
    """What they wrote about themselves, and the search among the practice's patients."""

    chosen = Signal(str, Patient, str)
    """The request of this id is this patient's, for this reason."""

    def __init__(
        self, desk: Desk, look: Look, tasks: Starts, parent: QWidget | None = None
    ) -> None:
        super().__init__(look, "Who is this?", parent)
        self.hint.setText("Match the person first: nothing can be booked or sent until then.")
        self.said = QLabel(self)
        self.said.setWordWrap(True)
        self.search = PatientSearch(desk, look, tasks, self, stops_at_twins=False)
        self.twins = TwinChoice(look, self)
        self.reason = MatchReason(look, self)
        self._desk, self._tasks = desk, tasks
        self._asked = 0
        self._request: Request | None = None
        self._person: Tree = {}
        self.search.setMinimumHeight(round(look.metrics.line_px * 12))
        self.body.addWidget(self.said)
        self.body.addWidget(self.search, 1)
        self.setFocusProxy(self.search)
        self.body.addWidget(self.twins)
        self.body.addWidget(self.reason)
        self.search.chosen.connect(self._on_found)
        self.twins.chosen.connect(self._on_meant)
        self.reason.confirmed.connect(self._on_confirmed)
        self.reason.given_up.connect(self._on_given_up)
        self.search.given_up.connect(self.closed)

    def ask(self, request: Request) -> None:
        """Ask about *request*, beginning with the name and birth date that came with it."""
        person: Tree = next(
            (c for c in each(request.tree, "contained") if c.get("resourceType") == "Patient"), {}
        )
        self._request, self._person = request, person
        born = text_at(person, "birthDate")
        facts = [
            request.patient_name,
            f"born {Patient.from_tree(person).born_text}" if born else "",
            ", ".join(str(t.get("value", "")) for t in each(person, "telecom")),
            text_at(person, "address", "postalCode"),
        ]
        self._clear_twins()
        self.said.setText(
            f"They wrote: {'; '.join(filter(None, facts)) or 'nothing about themselves'}"
        )
        family = text_at(person, "name", "family") or request.patient_name
        self.search.ask(" ".join(filter(None, (family, born))).strip())

    @Slot(Patient)
    def _on_found(self, patient: Patient) -> None:
        self._asked += 1
        self._tasks.start(self._check(patient, self._asked), on_problem=self._on_problem)

    async def _check(self, patient: Patient, asked: int) -> None:
        twins = await self._desk.twins_of(patient)
        if asked != self._asked:
            return
        if twins:
            self.search.hide()
            self.twins.ask([patient, *twins])
            self.twins.buttons[0].setFocus()
        else:
            self._on_meant(patient)

    @Slot(Patient)
    def _on_meant(self, patient: Patient) -> None:
        if self._request is not None:
            self.twins.clear()
            self.search.hide()
            self.reason.ask(self._person, self._request.patient_name, patient)

    @Slot(Patient, str)
    def _on_confirmed(self, patient: Patient, reason: str) -> None:
        if self._request is not None:
            self.chosen.emit(self._request.id, patient, reason)

    @Slot()
    def _on_given_up(self) -> None:
        self._clear_twins()
        self.search.setFocus()

    def _on_problem(self, problem: Problem) -> None:
        self.said.setText(problem.sentence)

    def _clear_twins(self) -> None:
        self._asked += 1
        self.twins.clear()
        self.reason.clear()
        self.search.show()
