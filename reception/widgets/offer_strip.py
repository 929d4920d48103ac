"""What is offered to the patient of the open request, until when, and how to take it back."""

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from contract.codes import RequestState
from reception.desk.offering import offer_text
from reception.records import Request
from reception.records import Slot as DiarySlot
from reception.widgets.look import Look
from reception.widgets.palette import Ink


class OfferStrip(QFrame):
    """Hidden while nothing is offered, and nothing was."""

    taken_back = Signal(str)
    """Nothing is to be offered any more for the request of this id."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._request_id = ""
        unit = look.metrics.unit_px
        self.words = QLabel(self)
        self.words.setWordWrap(True)
        self.undo = QPushButton("Take the offer back", self)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * unit, unit // 2, unit, unit // 2)
        row.setSpacing(unit)
        row.addWidget(self.words, 1)
        row.addWidget(self.undo)
        self.undo.clicked.connect(self._on_undo)
        self.setObjectName("offerStrip")
        look.palette.changed.connect(self._dress)
        self._dress()
        self.hide()

    def show_offer(self, request: Request, slots: Sequence[DiarySlot], today: date) -> None:
        """Say what is kept for the patient of *request*: *slots*, by time."""
        self._request_id = request.id
        text = offer_text(slots, today)
        lapsed = request.state == RequestState.OFFER_LAPSED
        if not text and lapsed:
            text = "Times were offered, and none was chosen. They are free again."
        self.words.setText(f"◷  {text}" if text else "")
        self.undo.setVisible(not lapsed)
        self.setVisible(bool(text))

    def clear(self) -> None:
        """Nothing is offered."""
        self._request_id = ""
        self.hide()

    @Slot()
    def _on_undo(self) -> None:
        if self._request_id:
            self.taken_back.emit(self._request_id)

    @Slot()
    def _dress(self) -> None:
        palette = self._look.palette
        self.setStyleSheet(
            f"#offerStrip {{ background: {palette.css(Ink.HELD_TINT)}; "
            f"border-bottom: 1px solid {palette.css(Ink.LINE)}; }}"
        )
