"""Booking from a request: the slots that suit, best first; Enter books the first."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QWidget

from contract.core_hours import LONDON
from contract.limits import DESCRIPTION_CHARS
from reception.desk.fit import Fit
from reception.records import Patient, diary
from reception.widgets.look import Look
from reception.widgets.patient_words import on_button
from reception.widgets.request_choices import Choice, ChoicesView
from reception.widgets.request_tool import Tool


class FitsTool(Tool):
    """The list, the reason line of the booking, and the button that says for whom."""

    book_requested = Signal(str, str)
    """Book this slot, with this reason."""
    slot_pointed = Signal(str)
    """This slot is the current one."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, "Book", parent)
        self._fits: dict[str, Fit] = {}
        self._patient: Patient | None = None
        self.list = ChoicesView(look, "Slots that suit, best first", self)
        self._nothing = QLabel("", self)
        self._nothing.setProperty("kind", "muted")
        self._nothing.setWordWrap(True)
        self.reason = QLineEdit(self)
        self.reason.setPlaceholderText("Reason for the appointment, as the board shows it")
        self.reason.setAccessibleName("Reason for the appointment")
        self.reason.setMaxLength(DESCRIPTION_CHARS)
        self.book = QPushButton(self)
        self.book.setProperty("kind", "primary")
        self.body.addWidget(self.list)
        self.body.addWidget(self._nothing)
        self.body.addWidget(self.reason)
        self.body.addWidget(self.book, 0, Qt.AlignmentFlag.AlignLeft)
        self.setFocusProxy(self.list)
        self.list.taken.connect(self._on_taken)
        self.list.moved.connect(self._on_moved)
        self.reason.returnPressed.connect(self._on_book)
        self.book.clicked.connect(self._on_book)

    @property
    def slot_ids(self) -> frozenset[str]:
        """The slots it offers, for the board to light."""
        return frozenset(self._fits)

    def wait(self) -> None:
        """Nothing to offer before it is known whose appointment it will be."""
        self._patient = None
        self._fits = {}
        self.hint.setText("Finding the patient…")
        for widget in (self.list, self.reason, self.book, self._nothing):
            widget.hide()

    @property
    def is_waiting(self) -> bool:
        """Whether it was asked for before the patient was known."""
        return self._patient is None and not self.isHidden()

    def offer(self, patient: Patient, fits: Sequence[Fit], reason: str) -> None:
        """Offer *fits* for *patient*, the best first."""
        self._patient = patient
        self._fits = {fit.slot.id: fit for fit in fits}
        self.reason.setText(reason)
        self.reason.setCursorPosition(0)
        self.list.show_choices([_choice(fit) for fit in fits])
        self.hint.setText("Enter books the marked one, arrows choose" if fits else "")
        nothing = "Nothing that suits is free on this day. Choose another day, or drag to a slot."
        self._nothing.setText("" if fits else nothing)
        self._nothing.setVisible(not fits)
        for widget in (self.list, self.reason, self.book):
            widget.setVisible(bool(fits))
        self._name_button()

    def offer_instead(self, slots: Sequence[diary.Slot], clinicians: Sequence[str]) -> None:
        """The chosen one has gone: offer the nearest others."""
        if self._patient is not None:
            fits = [
                Fit(slot, clinician, ("nearest to the one that went",))
                for slot, clinician in zip(slots, clinicians, strict=True)
            ]
            self.offer(self._patient, fits, self.reason.text())

    def set_busy(self, busy: bool) -> None:
        """While the booking is under way nothing can be pressed twice."""
        if busy and self.book.hasFocus():
            self.list.setFocus()  # a disabled button would pass the keyboard on to anything
        self.book.setEnabled(not busy)

    def _name_button(self) -> None:
        choice = self.list.current
        if choice is None or self._patient is None:
            return
        fit = self._fits[choice.id]
        self.book.setText(f"Book {_time(fit.slot)} for {on_button(self._patient)}")
        self.book.setToolTip(f"{fit.clinician}, {fit.text}")

    @Slot(str)
    def _on_moved(self, slot_id: str) -> None:
        self._name_button()
        self.slot_pointed.emit(slot_id)

    @Slot(str)
    def _on_taken(self, slot_id: str) -> None:
        if self.book.isEnabled():
            self.book_requested.emit(slot_id, self.reason.text().strip())

    @Slot()
    def _on_book(self) -> None:
        if (choice := self.list.current) is not None:
            self._on_taken(choice.id)


def _choice(fit: Fit) -> Choice:
    slot = fit.slot
    kind = slot.type_text or slot.type_code.replace("-", " ")
    text = f"{fit.clinician}  ·  {kind}, {slot.minutes} min"
    why = ", ".join(reason for reason in fit.why if reason != kind)
    return Choice(slot.id, _time(slot), text, why)


def _time(slot: diary.Slot) -> str:
    return f"{slot.start.astimezone(LONDON):%H:%M}"
