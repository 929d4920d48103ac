"""Booking from a request: the slots that suit, best first; Enter books the marked one."""

from collections.abc import Callable, Sequence
from datetime import date, datetime

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QWidget

from contract.core_hours import LONDON, london_day
from contract.limits import DESCRIPTION_CHARS, OFFERED_SLOTS
from reception.desk.fit import WAYS, Fit
from reception.desk.words import short_day
from reception.records import Patient, diary
from reception.widgets.flow import Flow
from reception.widgets.look import Look
from reception.widgets.patient_words import on_button
from reception.widgets.request_choices import Choice, ChoicesView
from reception.widgets.request_tool import Tool

Words = Callable[[diary.Slot, Patient, tuple[str, str]], str]
"""What a patient is told who is booked into a slot with that clinician."""
_TICK = "✓ "
_MOST = 9


class FitsTool(Tool):
    """The list, the reason line, what the patient will read, and the button that says for whom.

    What is in the list stays where it is: what is found later is put below.
    """

    book_requested = Signal(object, str)
    """Book this Fit, with this reason."""
    offer_requested = Signal(list)
    """These Fits are to be offered to the patient."""
    slot_pointed = Signal(str)
    """This slot is the current one."""

    def __init__(
        self,
        look: Look,
        parent: QWidget | None = None,
        words: Words | None = None,
        *,
        offers: bool = True,
    ) -> None:
        super().__init__(look, "Book", parent)
        self._words, self._offers = words, offers
        self._fits: dict[str, Fit] = {}
        self._ticked: list[str] = []
        self._patient: Patient | None = None
        self._today: date | None = None
        self._way = ""
        self._offer_from: datetime | None = None
        self.list = ChoicesView(look, "Slots that suit, best first", self)
        self._nothing = QLabel("", self)
        self._nothing.setProperty("kind", "muted")
        self._nothing.setWordWrap(True)
        self.told = QLabel("", self)
        self.told.setTextFormat(Qt.TextFormat.PlainText)
        self.told.setProperty("kind", "muted")
        self.told.setWordWrap(True)
        self.reason = QLineEdit(self)
        self.reason.setPlaceholderText("Reason for the appointment, as the board shows it")
        self.reason.setAccessibleName("Reason for the appointment")
        self.reason.setMaxLength(DESCRIPTION_CHARS)
        self.book = QPushButton(self)
        self.book.setProperty("kind", "primary")
        self.offer_button = QPushButton(self)
        self.offer_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        buttons = QWidget(self)
        row = Flow(buttons, gap_px=look.metrics.unit_px, line_px=max(2, look.metrics.unit_px // 2))
        row.addWidget(self.book)
        row.addWidget(self.offer_button)
        self._buttons = buttons
        for widget in (self.list, self._nothing, self.reason, self.told, buttons):
            self.body.addWidget(widget)
        self.setFocusProxy(self.list)
        self.list.taken.connect(self._on_taken)
        self.list.moved.connect(self._on_moved)
        self.reason.returnPressed.connect(self._on_book)
        self.book.clicked.connect(self._on_book)
        self.offer_button.clicked.connect(self._on_offer)

    @property
    def slot_ids(self) -> frozenset[str]:
        """The slots in the list, for the board to light."""
        return frozenset(self._fits)

    @property
    def patient(self) -> Patient | None:
        """Whom it books for."""
        return self._patient

    @property
    def way(self) -> str:
        """How care is to be given, where that is decided: a key of `fit.WAYS`, or empty."""
        return self._way

    @property
    def to_offer(self) -> list[Fit]:
        """What would be offered: what is ticked, or else the first three to be had in time."""
        ids = self._ticked or [i for i, fit in self._fits.items() if self._is_in_time(fit)]
        return [self._fits[i] for i in ids[:OFFERED_SLOTS] if i in self._fits]

    def _is_in_time(self, fit: Fit) -> bool:
        return self._offer_from is None or fit.slot.start >= self._offer_from

    def wait(self, way: str = "") -> None:
        """Nothing to offer before it is known whose appointment it will be."""
        self._patient, self._way = None, way
        self._fits, self._ticked = {}, []
        self.told.setText("")
        self.hint.setText("Finding the patient…")
        for widget in (self.list, self.reason, self._buttons, self._nothing, self.told):
            widget.hide()

    @property
    def is_waiting(self) -> bool:
        """Whether it was asked for before the patient was known."""
        return self._patient is None and not self.isHidden()

    def offer(
        self,
        patient: Patient,
        fits: Sequence[Fit],
        reason: str,
        *,
        today: date | None = None,
        way: str = "",
        looking: bool = False,
        offer_from: datetime | None = None,
    ) -> None:
        """Show *fits* for *patient*, the best first.

        *looking*: there may be more in a moment. What begins before *offer_from* is too soon to be
        offered to the patient to choose from.
        """
        self._patient, self._way = patient, way
        self._offer_from = offer_from or self._offer_from
        self._today = today or self._today
        self._fits = {fit.slot.id: fit for fit in fits}
        self._ticked = []
        self.title.setText(f"Book, {WAYS[way]}" if way else "Book")
        self.reason.setText(reason)
        self.reason.setCursorPosition(0)
        self.list.show_choices(self._choices())
        self._show_found(looking=looking)
        self._name_button()

    def add(self, patient_id: str, fits: Sequence[Fit]) -> None:
        """More that suits the patient of that id: it goes below what stands there."""
        if self._patient is None or self._patient.id != patient_id:
            return
        had = bool(self._fits)
        for fit in fits:
            if len(self._fits) < _MOST:
                self._fits.setdefault(fit.slot.id, fit)
        self._show_again(keep=had)
        self._show_found(looking=False)
        self._name_button()

    def offer_instead(self, slots: Sequence[diary.Slot], clinicians: Sequence[str]) -> None:
        """The chosen one has gone: offer the nearest others."""
        if self._patient is not None:
            fits = [
                Fit(slot, clinician, ("nearest to the one that went",))
                for slot, clinician in zip(slots, clinicians, strict=True)
            ]
            self.offer(self._patient, fits, self.reason.text(), way=self._way)

    def set_busy(self, busy: bool) -> None:
        """While the booking is under way nothing can be pressed twice."""
        if busy and (self.book.hasFocus() or self.offer_button.hasFocus()):
            self.list.setFocus()  # a disabled button would pass the keyboard on to anything
        self.book.setEnabled(not busy)
        self.offer_button.setEnabled(not busy)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space ticks what is to be offered, O offers."""
        text = event.text().lower()
        if text == "o" and self._fits:
            self._on_offer()
        elif text == " " and self._fits and self._offers:
            self._tick()
        else:
            super().keyPressEvent(event)

    def _tick(self) -> None:
        choice = self.list.current
        if choice is None:
            return
        if choice.id in self._ticked:
            self._ticked.remove(choice.id)
        elif len(self._ticked) < OFFERED_SLOTS:
            self._ticked.append(choice.id)
        else:
            self.hint.setText(f"{OFFERED_SLOTS} are the most. Space takes one away again.")
            return
        self._show_again(keep=True)
        self._name_button()

    def _show_again(self, *, keep: bool) -> None:
        """Show the list again; the marked line stays marked."""
        row = self.list.currentIndex().row() if keep else 0
        self.list.blockSignals(True)
        self.list.show_choices(self._choices())
        self.list.step(row)
        self.list.blockSignals(False)

    def _show_found(self, *, looking: bool) -> None:
        found = bool(self._fits)
        if found:
            also = ", Space ticks, O offers a choice" if self._offers else ", arrows choose"
            self.hint.setText(f"Enter books the marked one{also}")
        else:
            self.hint.setText("Looking through the days ahead…" if looking else "")
        kind = f" {WAYS[self._way]}" if self._way else ""
        nothing = f"Nothing{kind} that suits is free in the days ahead. Or drag to a slot."
        self._nothing.setText("" if found or looking else nothing)
        self._nothing.setVisible(not found and not looking)
        for widget in (self.list, self.reason, self._buttons, self.told):
            widget.setVisible(found)

    def _choices(self) -> list[Choice]:
        return [
            _choice(fit, self._today, fit.slot.id in self._ticked) for fit in self._fits.values()
        ]

    def _name_button(self) -> None:
        choice = self.list.current
        if choice is None or self._patient is None:
            return
        fit, who = self._fits[choice.id], on_button(self._patient)
        self.book.setText(f"Book {_time(fit.slot, self._today)} for {who}")
        self.book.setToolTip(f"{fit.clinician}, {fit.text}")
        number = len(self.to_offer)
        times = "1 time" if number == 1 else f"{number} times"
        self.offer_button.setText(f"Offer {times} to {who}  (O)")
        self.offer_button.setVisible(bool(number) and self._offers)
        if self._words is not None:
            words = self._words(fit.slot, self._patient, (fit.clinician_id, fit.clinician))
            self.told.setText(f"They will read: {words}")

    @Slot(str)
    def _on_moved(self, slot_id: str) -> None:
        self._name_button()
        self.slot_pointed.emit(slot_id)

    @Slot(str)
    def _on_taken(self, slot_id: str) -> None:
        if self.book.isEnabled() and slot_id in self._fits:
            self.book_requested.emit(self._fits[slot_id], self.reason.text().strip())

    @Slot()
    def _on_book(self) -> None:
        if (choice := self.list.current) is not None:
            self._on_taken(choice.id)

    @Slot()
    def _on_offer(self) -> None:
        if self._offers and self.offer_button.isEnabled() and self.to_offer:
            self.offer_requested.emit(self.to_offer)


def _choice(fit: Fit, today: date | None, ticked: bool) -> Choice:
    slot = fit.slot
    kind = slot.type_text or slot.type_code.replace("-", " ")
    text = f"{fit.clinician}  ·  {kind}, {slot.minutes} min"
    why = ", ".join(reason for reason in fit.why if reason != kind)
    return Choice(slot.id, f"{_TICK if ticked else ''}{_time(slot, today)}", text, why)


def _time(slot: diary.Slot, today: date | None) -> str:
    at = f"{slot.start.astimezone(LONDON):%H:%M}"
    day = london_day(slot.start)
    return at if today is None or day == today else f"{short_day(day)} {at}"
