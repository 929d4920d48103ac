"""Cancelling: why and by whom is asked for in a strip, and the button says whose it is."""

from dataclasses import dataclass

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from contract.codes import CancelReason
from reception.desk.told import cancelled_words
from reception.records import Appointment
from reception.widgets.look import Look
from reception.widgets.palette import Ink
from reception.widgets.tell_patient import TellBox

_REASONS = (
    (CancelReason.PATIENT, "By the patient"),
    (CancelReason.PRACTICE, "By the practice"),
    (CancelReason.OTHER, "Another reason, in words"),
    (CancelReason.BOOKED_IN_ERROR, "Booked in error (no undo)"),
)
_WALKED_OUT = (CancelReason.WALKED_OUT, "Walked out before being seen")


@dataclass(frozen=True)
class Cancellation:
    """What was decided.

    Attributes:
        appointment: as it stood.
        reason: why and by whom.
        words: a few words about it, for colleagues.
        message: what to send the patient; empty for nothing.
    """

    appointment: Appointment
    reason: CancelReason
    words: str
    message: str


class CancelStrip(QFrame):
    """Reason, a few words, what the patient is told, and the button; Escape keeps it."""

    confirmed = Signal(object)  # Cancellation
    given_up = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._appointment: Appointment | None = None
        unit = look.metrics.unit_px
        self._head = QLabel(self)
        self._head.setProperty("kind", "heading")
        self._head.setWordWrap(True)
        self.reasons = QButtonGroup(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(unit, unit, unit, unit)
        column.setSpacing(unit // 2)
        column.addWidget(self._head)
        for number, (_, words) in enumerate((*_REASONS, _WALKED_OUT)):
            button = QRadioButton(words, self)
            self.reasons.addButton(button, number)
            column.addWidget(button)
        self.words = QLineEdit(self)
        self.words.setPlaceholderText("A few words, if they help")
        self.words.setAccessibleName("Reason in words")
        self.words.setMaxLength(100)
        self.tell = TellBox(look, self)
        self.confirm = QPushButton(self)
        self.confirm.setProperty("kind", "danger")
        self.confirm.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._missing = QLabel(self)
        self._missing.setProperty("kind", "muted")
        keep = QPushButton("Keep it (Esc)", self)
        for widget in (self.words, self.tell, self.confirm, self._missing, keep):
            column.addWidget(widget)
        self.reasons.idToggled.connect(self._on_reason)
        self.words.textChanged.connect(self._show)
        self.tell.changed.connect(self._show)
        self.words.returnPressed.connect(self._on_confirm)
        self.confirm.clicked.connect(self._on_confirm)
        keep.clicked.connect(self.given_up)
        self.setObjectName("cancelStrip")
        look.palette.changed.connect(self._dress)
        self._dress()
        self.hide()

    def ask(self, appointment: Appointment, who: str) -> None:
        """Ask why the appointment of *who* ends."""
        self._appointment = appointment
        self._head.setText(f"Cancel {who}: why?")
        self.confirm.setText(f"Cancel the appointment\n{who}")
        self.reasons.setExclusive(False)
        for button in self.reasons.buttons():
            button.setChecked(False)
        self.reasons.setExclusive(True)
        self.reasons.button(len(_REASONS)).setVisible(appointment.status == "arrived")
        self.words.clear()
        self.tell.clear()
        self._show()
        self.show()
        self.reasons.button(0).setFocus()

    @property
    def reason(self) -> CancelReason | None:
        """What is chosen."""
        number = self.reasons.checkedId()
        return (*_REASONS, _WALKED_OUT)[number][0] if number >= 0 else None

    @Slot(int, bool)
    def _on_reason(self, _number: int, on: bool) -> None:
        if on and self.reason is not None and self._appointment is not None:
            self.tell.propose(cancelled_words(self._appointment, self.reason))
        self._show()

    @Slot()
    def _show(self) -> None:
        reason = self.reason
        in_words = reason is CancelReason.OTHER
        self.words.setPlaceholderText("Which reason?" if in_words else "A few words, if they help")
        # Who walked out was here and knows.
        self.tell.setVisible(reason is not None and reason is not CancelReason.WALKED_OUT)
        lacking = in_words and not self.words.text().strip()
        self._missing.setText("Say which reason, in a few words." if lacking else "")
        self._missing.setVisible(lacking)
        self.confirm.setEnabled(reason is not None and not lacking and self.tell.fits)

    @Slot()
    def _on_confirm(self) -> None:
        reason, held = self.reason, self._appointment
        if reason is None or held is None or not self.confirm.isEnabled():
            return
        message = "" if self.tell.isHidden() else self.tell.message
        self.hide()
        self.confirmed.emit(Cancellation(held, reason, self.words.text().strip(), message))

    @Slot()
    def _dress(self) -> None:
        palette = self._look.palette
        self.setStyleSheet(
            f"#cancelStrip {{ background: {palette.css(Ink.URGENT_TINT)}; "
            f"border-left: {self._look.metrics.unit_px // 2}px solid {palette.css(Ink.URGENT)}; }}"
        )
