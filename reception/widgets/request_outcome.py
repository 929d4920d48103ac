"""How a request ended: a card of every outcome, one key each."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton, QWidget

from contract.codes import Outcome
from reception.desk.endings import can_end
from reception.records import Request
from reception.widgets.flow import Flow
from reception.widgets.look import Look
from reception.widgets.patient_words import plain
from reception.widgets.queue_words import OUTCOMES
from reception.widgets.request_tool import Tool


class OutcomeTool(Tool):
    """A strip of outcomes, each with its key; those that cannot be are shown, not offered."""

    chosen = Signal(Outcome)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, "Done", parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.hint.setText("What came of it? One key.")
        strip = QWidget(self)
        flow = Flow(strip, gap_px=look.metrics.unit_px, line_px=look.metrics.unit_px)
        self._by_key: dict[str, Outcome] = {}
        self.buttons: dict[Outcome, QPushButton] = {}
        for key, outcome, words in OUTCOMES:
            button = QPushButton(f"{key}   {plain(words)}", strip)
            button.setProperty("outcome", str(outcome))
            button.setAccessibleName(words)
            button.setAccessibleDescription(f"Key {key}")
            button.clicked.connect(self._on_clicked)
            flow.addWidget(button)
            self._by_key[key] = outcome
            self.buttons[outcome] = button
        self.body.addWidget(strip)

    def ask(self, request: Request) -> None:
        """Ask about *request*."""
        self.title.setText(f"Done: {request.patient_name}" if request.patient_name else "Done")
        for outcome, button in self.buttons.items():
            why_not = can_end(request, outcome)
            button.setEnabled(not why_not)
            button.setToolTip(why_not)
        matched = not request.is_unmatched
        self.hint.setText(
            "What came of it? One key." if matched else "Nobody knows yet whose it is: only these."
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A key that stands on a button is that button."""
        outcome = self._by_key.get(event.text().upper())
        if outcome is None:
            super().keyPressEvent(event)
        elif self.buttons[outcome].isEnabled():
            self.chosen.emit(outcome)

    @Slot()
    def _on_clicked(self) -> None:
        sender = self.sender()
        if sender is not None:
            self.chosen.emit(Outcome(str(sender.property("outcome"))))
