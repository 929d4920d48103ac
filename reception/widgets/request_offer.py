"""Offering appointments to choose from: which, until when, and what the patient will read."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QLabel, QPlainTextEdit, QPushButton, QWidget

from contract.core_hours import london_day
from contract.limits import OFFER_H
from contract.phrases import OFFER
from reception.desk.fit import Fit
from reception.desk.offering import BEFORE_START, LEAST
from reception.desk.phrase_book import PhraseBook, unfilled
from reception.desk.words import clock, short_day
from reception.records import Patient
from reception.widgets.flow import Flow
from reception.widgets.look import Look
from reception.widgets.patient_words import on_button
from reception.widgets.request_tool import Tool

_HOURS = (1, 2, 4, 24)


class OfferTool(Tool):
    """The times, how long they are kept, the message, and the button that says to whom."""

    offered = Signal(str, object, list, object, str)
    """Request id, Patient, Fits, until (aware), words."""

    def __init__(self, book: PhraseBook, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, "Offer", parent)
        self._book = book
        self._request_id = ""
        self._patient: Patient | None = None
        self._fits: list[Fit] = []
        self._until: datetime | None = None
        self._filled = ""
        unit = look.metrics.unit_px
        strip = QWidget(self)
        self._flow = Flow(strip, gap_px=max(2, unit // 2), line_px=max(2, unit // 2))
        self._flow.addWidget(QLabel("Kept until", strip))
        self._strip = strip
        self._group = QButtonGroup(self)
        self._group.buttonClicked.connect(self._on_until)
        self.text = QPlainTextEdit(self)
        self.text.setAccessibleName("What the patient will read")
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(round(look.metrics.line_px * 7 + 2 * unit))
        self.text.installEventFilter(self)
        self.send = QPushButton(self)
        self.send.setProperty("kind", "primary")
        self.body.addWidget(strip)
        self.body.addWidget(self.text)
        self.body.addWidget(self.send, 0, Qt.AlignmentFlag.AlignLeft)
        self.setFocusProxy(self.send)
        self.text.textChanged.connect(self._on_text_changed)
        self.send.clicked.connect(self._on_send)

    @property
    def until(self) -> datetime | None:
        """Until when the times are to be kept (aware)."""
        return self._until

    def ask(
        self,
        request_id: str,
        patient: Patient,
        fits: Sequence[Fit],
        until: datetime,
        now: datetime,
    ) -> None:
        """Ask about offering *fits* to *patient*, kept until *until* if nobody says otherwise."""
        self.forget()
        self._request_id, self._patient = request_id, patient
        self._fits = sorted(fits, key=_start)
        count = len(self._fits)
        self.title.setText(f"Offer {count} {'time' if count == 1 else 'times'}: {patient.name}")
        latest = self._fits[0].slot.start - BEFORE_START
        ends = {until}
        for hours in _HOURS:
            end = (now + timedelta(hours=min(hours, OFFER_H))).replace(second=0, microsecond=0)
            if now + LEAST <= end <= latest:
                ends.add(end)
        self._offer_ends(sorted(ends), until, now)
        self._take(until)
        self.send.setText(f"Offer to {on_button(patient)}  (Enter)")

    def forget(self) -> None:
        """Nothing is offered here any more."""
        self._request_id, self._patient, self._fits, self._until = "", None, [], None
        self._filled = ""
        self.text.clear()
        self.send.setText("Offer")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ctrl+Enter in the text offers, Escape puts it away."""
        if watched is self.text and isinstance(event, QKeyEvent):
            if event.type() != QEvent.Type.KeyPress:
                return super().eventFilter(watched, event)
            enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self._on_send()
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.closed.emit()
                return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter offers."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._on_send()
        else:
            super().keyPressEvent(event)

    def _offer_ends(self, ends: Sequence[datetime], chosen: datetime, now: datetime) -> None:
        for button in self._group.buttons():
            self._group.removeButton(button)
            button.hide()
            button.deleteLater()
        for end in ends:
            day = "" if london_day(end) == london_day(now) else f"{short_day(london_day(end))} "
            button = QPushButton(f"{day}{clock(end)}", self._strip)
            button.setCheckable(True)
            button.setChecked(end == chosen)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setProperty("end", end.isoformat())
            self._group.addButton(button)
            self._flow.addWidget(button)
            button.show()

    def _take(self, until: datetime) -> None:
        patient = self._patient
        if patient is None:
            return
        untouched = self.text.toPlainText() in ("", self._filled)
        self._until = until
        phrase = self._book.for_use(OFFER)[0]
        slots = [(fit.slot, fit.clinician) for fit in self._fits]
        values = self._book.values_of_offer(patient, slots, until)
        self._filled = self._book.filled(phrase, values)
        if untouched:
            self.text.setPlainText(self._filled)
        else:
            self.hint.setText("Your own words stay: say there until when the times are kept.")

    @Slot(object)
    def _on_until(self, button: QPushButton) -> None:
        self._take(datetime.fromisoformat(str(button.property("end"))))

    @Slot()
    def _on_text_changed(self) -> None:
        text = self.text.toPlainText()
        missing = unfilled(text)
        self.hint.setText(missing or "Kept for them alone. The first they choose is booked.")
        self.send.setEnabled(bool(text.strip()) and not missing and self._patient is not None)

    @Slot()
    def _on_send(self) -> None:
        words = self.text.toPlainText().strip()
        if self.send.isEnabled() and self._patient is not None and self._until is not None:
            self.offered.emit(self._request_id, self._patient, self._fits, self._until, words)


def _start(fit: Fit) -> tuple[datetime, str]:
    return fit.slot.start, fit.slot.id
