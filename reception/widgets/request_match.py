"""Saying who an unmatched person is, before anything else can be done for them."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QWidget

from reception.desk.desk import Desk
from reception.records import Patient, Request
from reception.records.tree import Tree, each, text_at
from reception.widgets.look import Look
from reception.widgets.patient_search import PatientSearch, Starts
from reception.widgets.request_tool import Tool


class MatchTool(Tool):
    """What they wrote about themselves, and the search among the practice's patients."""

    chosen = Signal(Patient)

    def __init__(
        self, desk: Desk, look: Look, tasks: Starts, parent: QWidget | None = None
    ) -> None:
        super().__init__(look, "Who is this?", parent)
        self.hint.setText("Match the person first: nothing can be booked or sent until then.")
        self.said = QLabel(self)
        self.said.setWordWrap(True)
        self.search = PatientSearch(desk, look, tasks, self)
        self.search.setMinimumHeight(round(look.metrics.line_px * 12))
        self.body.addWidget(self.said)
        self.body.addWidget(self.search, 1)
        self.setFocusProxy(self.search)
        self.search.chosen.connect(self.chosen)
        self.search.given_up.connect(self.closed)

    def ask(self, request: Request) -> None:
        """Ask about *request*, beginning with the name and birth date that came with it."""
        person: Tree = next(
            (c for c in each(request.tree, "contained") if c.get("resourceType") == "Patient"), {}
        )
        born = text_at(person, "birthDate")
        facts = [
            request.patient_name,
            f"born {born}" if born else "",
            ", ".join(str(t.get("value", "")) for t in each(person, "telecom")),
            text_at(person, "address", "postalCode"),
        ]
        self.said.setText(
            f"They wrote: {'; '.join(filter(None, facts)) or 'nothing about themselves'}"
        )
        family = text_at(person, "name", "family") or request.patient_name
        self.search.ask(" ".join(filter(None, (family, born))).strip())
