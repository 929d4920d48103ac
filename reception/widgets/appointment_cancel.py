"""Cancelling: the reason is asked for in a strip, and the button says whose it is."""

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
from reception.widgets.look import Look
from reception.widgets.palette import Ink

_REASONS = (
    (CancelReason.PATIENT, "By the patient"),
    (CancelReason.PRACTICE, "By the practice"),
    (CancelReason.OTHER, "Another reason"),
)
_WALKED_OUT = (CancelReason.WALKED_OUT, "Walked out before being seen")


class CancelStrip(QFrame):
    """Reason, a few words, and the button; Escape keeps the appointment."""

    confirmed = Signal(str, str, str)  # appointment id, reason code, words
    given_up = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._appointment_id = ""
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
        self.confirm = QPushButton(self)
        self.confirm.setProperty("kind", "danger")
        self.confirm.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        keep = QPushButton("Keep it (Esc)", self)
        for widget in (self.words, self.confirm, keep):
            column.addWidget(widget)
        self.reasons.idToggled.connect(self._on_reason)
        self.words.returnPressed.connect(self._on_confirm)
        self.confirm.clicked.connect(self._on_confirm)
        keep.clicked.connect(self.given_up)
        self.setObjectName("cancelStrip")
        look.palette.changed.connect(self._dress)
        self._dress()
        self.hide()

    def ask(self, appointment_id: str, who: str, *, here: bool) -> None:
        """Ask why the appointment of *who* ends; whether they are *here* already."""
        self._appointment_id = appointment_id
        self._head.setText(f"Cancel {who}: why?")
        self.confirm.setText(f"Cancel the appointment\n{who}")
        self.reasons.setExclusive(False)
        for button in self.reasons.buttons():
            button.setChecked(False)
        self.reasons.setExclusive(True)
        self.reasons.button(len(_REASONS)).setVisible(here)
        self.words.clear()
        self.confirm.setEnabled(False)
        self.show()
        self.reasons.button(0).setFocus()

    @Slot(int, bool)
    def _on_reason(self, _number: int, _on: bool) -> None:
        self.confirm.setEnabled(self.reasons.checkedId() >= 0)

    @Slot()
    def _on_confirm(self) -> None:
        number = self.reasons.checkedId()
        if number < 0:
            return
        reason = (*_REASONS, _WALKED_OUT)[number][0]
        self.hide()
        self.confirmed.emit(self._appointment_id, reason.value, self.words.text().strip())

    @Slot()
    def _dress(self) -> None:
        palette = self._look.palette
        self.setStyleSheet(
            f"#cancelStrip {{ background: {palette.css(Ink.URGENT_TINT)}; "
            f"border-left: {self._look.metrics.unit_px // 2}px solid {palette.css(Ink.URGENT)}; }}"
        )
