"""How a request ended: one key each."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton, QWidget

from contract.codes import Outcome
from reception.records import Request
from reception.widgets.flow import Flow
from reception.widgets.look import Look
from reception.widgets.patient_words import plain
from reception.widgets.queue_words import OUTCOMES
from reception.widgets.request_tool import Tool


class OutcomeTool(Tool):
    """A strip of outcomes, each with its key."""

    chosen = Signal(Outcome)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, "Done", parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.hint.setText("What came of it? One key.")
        strip = QWidget(self)
        flow = Flow(strip, gap_px=look.metrics.unit_px, line_px=look.metrics.unit_px)
        self._by_key: dict[str, Outcome] = {}
        for key, outcome, words in OUTCOMES:
            button = QPushButton(f"{key}   {plain(words)}", strip)
            button.setProperty("outcome", str(outcome))
            button.clicked.connect(self._on_clicked)
            flow.addWidget(button)
            self._by_key[key] = outcome
        self.body.addWidget(strip)

    def ask(self, request: Request) -> None:
        """Ask about *request*."""
        self.title.setText(f"Done: {request.patient_name}" if request.patient_name else "Done")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A key that stands on a button is that button."""
        outcome = self._by_key.get(event.text().upper())
        if outcome is not None:
            self.chosen.emit(outcome)
        else:
            super().keyPressEvent(event)

    @Slot()
    def _on_clicked(self) -> None:
        sender = self.sender()
        if sender is not None:
            self.chosen.emit(Outcome(str(sender.property("outcome"))))
