"""What can be done with the open conversation: a button and a key each."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout, QWidget

from reception.records import Patient, Request
from reception.widgets.flow import Flow
from reception.widgets.look import Look
from reception.widgets.palette import Ink
from reception.widgets.patient_words import on_button
from reception.widgets.verb_button import verb_button

VERBS = (
    ("r", "Reply"),
    ("i", "Note"),
    ("b", "Book"),
    ("s", "Sign"),
    ("t", "Hand to"),
    ("h", "Hand back"),
    ("e", "Done"),
)
"""Key and word, in the order of use."""
_HINTS = {
    "i": "A note for colleagues: the patient can never read it",
    "s": "Sign: the medicine, by name and strength, is confirmed first",
    "t": "Hand to a person or a team, with a word for them",
    "h": "Back to everybody",
    "e": "Done, with an outcome",
}


class ThreadBar(QFrame):
    """The verbs."""

    pressed = Signal(str)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        unit = look.metrics.unit_px
        strip = QWidget(self)
        flow = Flow(strip, gap_px=unit, line_px=max(2, unit // 2))
        self.buttons: dict[str, QPushButton] = {}
        for key, word in VERBS:
            button = verb_button(key, word, strip)
            button.setToolTip(_HINTS.get(key, ""))
            button.clicked.connect(self._on_clicked)
            flow.addWidget(button)
            self.buttons[key] = button
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * unit, max(2, unit // 2), 2 * unit, max(2, unit // 2))
        column.addWidget(strip)
        self.setObjectName("threadBar")
        look.palette.changed.connect(self._dress)
        self._dress()

    def show_for(self, request: Request, patient: Patient | None, *, signs: bool) -> None:
        """What can be done with *request* now; it is for *patient*, once that is known."""
        matched = not request.is_unmatched
        for key, button in self.buttons.items():
            needs = key in ("r", "i", "b", "e", "s")
            button.setEnabled((request.is_open or key in ("r", "i")) and (matched or not needs))
        self.buttons["r"].setEnabled(matched and bool(request.thread_id))
        self.buttons["h"].setVisible(bool(request.owner))
        self.buttons["s"].setVisible(request.is_repeat and signs)
        who = on_button(patient) if patient is not None else ""
        self.buttons["r"].setToolTip(f"Reply to {who}" if who else "Reply")
        self.buttons["b"].setToolTip(f"Book for {who}" if who else "Book")

    @Slot()
    def _on_clicked(self) -> None:
        sender = self.sender()
        if sender is not None:
            self.pressed.emit(str(sender.property("key")))

    @Slot()
    def _dress(self) -> None:
        palette = self._look.palette
        self.setStyleSheet(
            f"#threadBar {{ background: {palette.css(Ink.RAISED)}; "
            f"border-top: 1px solid {palette.css(Ink.LINE)}; }}"
        )
