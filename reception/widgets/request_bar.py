"""What can be done with the open request: a button and a key each."""

from dataclasses import dataclass

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout, QWidget

from reception.records import Patient, Request
from reception.widgets.flow import Flow
from reception.widgets.look import Look
from reception.widgets.palette import Ink
from reception.widgets.patient_words import on_button
from reception.widgets.verb_button import verb_button


@dataclass(frozen=True)
class Verb:
    """A key, a word, and whether it needs to be known whose request it is."""

    key: str
    word: str
    needs_patient: bool = False


VERBS = (
    Verb("b", "Book", needs_patient=True),
    Verb("r", "Reply", needs_patient=True),
    Verb("e", "Done"),
    Verb("u", "Urgent"),
    Verb("t", "Hand to"),
    Verb("x", "Reject"),
)


class RequestBar(QFrame):
    """The verbs, in the order they are used."""

    pressed = Signal(str)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        unit = look.metrics.unit_px
        strip = QWidget(self)
        flow = Flow(strip, gap_px=unit, line_px=max(2, unit // 2))
        self.buttons: dict[str, QPushButton] = {}
        for verb in (*VERBS, Verb("m", "Match")):
            button = verb_button(verb.key, verb.word, strip)
            button.clicked.connect(self._on_clicked)
            flow.addWidget(button)
            self.buttons[verb.key] = button
        self.buttons["b"].setProperty("kind", "primary")
        self.buttons["m"].setProperty("kind", "primary")
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * unit, unit, 2 * unit, unit)
        column.addWidget(strip)
        self.setObjectName("requestBar")
        look.palette.changed.connect(self._dress)
        self._dress()

    def show_for(
        self, request: Request, patient: Patient | None, *, ready: bool, busy: bool
    ) -> None:
        """What can be done with *request* now: nothing unless it is *ready*.

        While it is *busy* with an earlier verb, or with a colleague, words can be written all the
        same: who types on after R must never type verbs.
        """
        for verb in VERBS:
            allowed = request.is_open and (verb.key == "r" or (ready and not busy))
            known = not (verb.needs_patient and request.is_unmatched)
            self.buttons[verb.key].setEnabled(allowed and known)
        self.buttons["m"].setVisible(request.is_unmatched)
        self.buttons["m"].setEnabled(ready and not busy and request.is_open)
        self.buttons["b"].setVisible(not request.is_unmatched)
        who = f" for {on_button(patient)}" if patient is not None else ""
        self.buttons["b"].setToolTip(f"Book{who}")
        self.buttons["r"].setToolTip(f"Reply to {on_button(patient)}" if patient else "Reply")
        word = "Not urgent" if request.is_urgent else "Urgent"
        if request.is_emergency:
            word = "Emergency…"
        self.buttons["u"].setText(f"{word}  U")
        self.buttons["u"].setAccessibleName(word)

    @Slot()
    def _on_clicked(self) -> None:
        sender = self.sender()
        if sender is not None:
            self.pressed.emit(str(sender.property("key")))

    @Slot()
    def _dress(self) -> None:
        palette = self._look.palette
        self.setStyleSheet(
            f"#requestBar {{ background: {palette.css(Ink.RAISED)}; "
            f"border-top: 1px solid {palette.css(Ink.LINE)}; }}"
        )
