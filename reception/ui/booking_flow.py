"""Booking at the side of the board: a slot, a patient, a reason, one button.

The slot is held while somebody is at it. A slot that has gone is answered with the nearest ones
like it; a near-twin is booked only after somebody has said which of the two it is.
"""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from contract.codes import Mark
from contract.limits import COMMENT_CHARS, DESCRIPTION_CHARS
from reception.desk.desk import Desk
from reception.desk.problems import SlotTaken
from reception.records import Patient
from reception.records import Slot as SlotRecord
from reception.records.problem import Problem
from reception.ui.tasks import Tasks
from reception.widgets.appointment_text import CountedText
from reception.widgets.appointment_twins import TwinChoice
from reception.widgets.banner import Banner
from reception.widgets.board_cell import clock_text
from reception.widgets.look import Look
from reception.widgets.palette import Ink
from reception.widgets.patient_search import PatientSearch
from reception.widgets.patient_words import born_line
from reception.widgets.slot_offer import SlotOffer, slot_words

NEAREST = 3


class BookingFlow(QWidget):
    """One booking at a time."""

    booked = Signal(str)  # appointment id
    closed = Signal()

    def __init__(self, desk: Desk, look: Look, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._look, self._tasks = desk, look, tasks
        self._slot: SlotRecord | None = None
        self._patient: Patient | None = None
        self._attempt = 0
        self._busy = False
        self.banner = Banner(look, self)
        self.offer = SlotOffer(look, self)
        self.search = PatientSearch(desk, look, tasks, self, stops_at_twins=False)
        self.twins = TwinChoice(look, self)
        self.reason = CountedText(
            look, "Reason", "What it is about, as the board shows it", DESCRIPTION_CHARS
        )
        self.note = CountedText(
            look, "Note", "For staff; the patient does not see it", COMMENT_CHARS, lines=3
        )
        self._build(look)
        self._connect()
        self._show()

    def _build(self, look: Look) -> None:
        unit = look.metrics.unit_px
        self._title = QLabel("Book", self)
        self._title.setFont(look.metrics.title)
        self._close = QToolButton(self)
        self._close.setAccessibleName("Close without booking")
        self._close.setToolTip("Close without booking (Esc)")
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._close)
        self.where = QLabel(self)
        self.where.setWordWrap(True)
        self.where.setFont(look.metrics.bold)
        self.held = QLabel(self)
        self.held.setProperty("kind", "muted")

        self.card = QFrame(self)
        self.card.setProperty("kind", "card")
        self.person = QLabel(self.card)
        self.person.setTextFormat(Qt.TextFormat.PlainText)
        self.person.setWordWrap(True)
        self.other = QPushButton("Somebody else", self.card)
        inside = QVBoxLayout(self.card)
        inside.setContentsMargins(unit, unit, unit, unit)
        inside.addWidget(self.person)
        inside.addWidget(self.other, 0, Qt.AlignmentFlag.AlignLeft)

        self.how = QButtonGroup(self)
        across = QHBoxLayout()
        label = QLabel("How", self)
        label.setProperty("kind", "heading")
        across.addWidget(label)
        for number, words in enumerate(("At the desk", "By phone")):
            button = QRadioButton(words, self)
            self.how.addButton(button, number)
            across.addWidget(button)
        across.addStretch(1)
        self.how.button(0).setChecked(True)
        self.book = QPushButton(self)
        self.book.setProperty("kind", "primary")
        self.book.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._hint = QLabel(self)
        self._hint.setProperty("kind", "muted")
        self._hint.setWordWrap(True)

        body = QWidget(self)
        column = QVBoxLayout(body)
        column.setContentsMargins(2 * unit, 2 * unit, 2 * unit, 2 * unit)
        column.setSpacing(unit)
        column.addLayout(head)
        for widget in (self.where, self.held, self.banner, self.offer, self.search, self.twins):
            column.addWidget(widget)
        column.addWidget(self.card)
        column.addWidget(self.reason)
        column.addWidget(self.note)
        column.addLayout(across)
        column.addWidget(self.book)
        column.addWidget(self._hint)
        column.addStretch(1)
        column.setStretchFactor(self.search, 1)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setWidget(body)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)

    def _connect(self) -> None:
        self.search.chosen.connect(self._on_chosen)
        self.search.given_up.connect(self.close_flow)
        self.twins.chosen.connect(self._on_twin_chosen)
        self.offer.chosen.connect(self.take_slot)
        self.other.clicked.connect(self._on_other)
        self.reason.changed.connect(self._show)
        self.note.changed.connect(self._show)
        self.book.clicked.connect(self._on_book)
        self._close.clicked.connect(self.close_flow)
        self._desk.freshness.changed.connect(self._show)
        self._desk.slots.changed.connect(self._on_slot_changed)
        self._desk.time.minute_passed.connect(self._show)
        self._look.palette.changed.connect(self._dress)
        self._dress()

    # What is being booked

    @property
    def slot_id(self) -> str:
        """The slot, or an empty string."""
        return self._slot.id if self._slot is not None else ""

    @property
    def patient(self) -> Patient | None:
        """Who it is for, once nobody can be taken for somebody else."""
        return self._patient

    @property
    def is_open(self) -> bool:
        """Whether there is a slot or a patient in hand."""
        return self._slot is not None or self._patient is not None

    @Slot(str)
    def take_slot(self, slot_id: str) -> None:
        """Book into this slot; it is held from now on. The patient and the words stay."""
        slot = self._desk.slots.get(slot_id)
        if slot is None or slot_id == self.slot_id:
            return
        self._let_go()
        self._slot = slot
        self.offer.clear()
        self.banner.hide()
        self._tasks.start(self._hold(slot), on_problem=self._on_problem)
        self._show()
        self._to_next_field()

    def take_patient(self, patient: Patient) -> None:
        """Book for this person; a slot may be chosen before or after."""
        self._on_chosen(patient)

    @Slot()
    def close_flow(self) -> None:
        """Give up: the slot is let go, what was written is cleared."""
        self._let_go()
        self._clear()
        self.closed.emit()

    async def _hold(self, slot: SlotRecord) -> None:
        if not await self._desk_holds(slot):
            return
        if self._slot is None or self._slot.id != slot.id:
            await self._desk.drop_hold(slot.id)

    async def _desk_holds(self, slot: SlotRecord) -> bool:
        now = self._desk.time.now()
        if not slot.is_bookable(now):
            return False
        await self._desk.hold_slot(slot.id)
        return True

    def _let_go(self) -> None:
        slot, self._slot = self._slot, None
        if slot is not None:
            self._tasks.start(self._desk.drop_hold(slot.id), on_problem=self._ignore)

    @staticmethod
    def _ignore(_problem: Problem) -> None:
        """A hold that could not be dropped ends by itself after two minutes."""

    # Who

    @Slot(Patient)
    def _on_chosen(self, patient: Patient) -> None:
        self._attempt += 1
        self._tasks.start(self._check_twins(patient, self._attempt), on_problem=self._on_problem)

    async def _check_twins(self, patient: Patient, attempt: int) -> None:
        twins = [t for t in await self._desk.twins_of(patient) if t.is_near_twin_of(patient)]
        if attempt != self._attempt:
            return
        if twins:
            self.search.hide()
            self.twins.ask([patient, *twins])
        else:
            self._on_twin_chosen(patient)

    @Slot(Patient)
    def _on_twin_chosen(self, patient: Patient) -> None:
        self._patient = patient
        self.search.clear()
        self._show()
        self._to_next_field()

    @Slot()
    def _on_other(self) -> None:
        self._attempt += 1
        self._patient = None
        self.twins.clear()
        self._show()
        self._to_next_field()

    # Booking

    @Slot()
    def _on_book(self) -> None:
        slot, patient = self._slot, self._patient
        if slot is None or patient is None or not self.book.isEnabled():
            return
        via = Mark.VIA_PHONE if self.how.checkedId() == 1 else Mark.VIA_DESK
        self._busy = True
        self.banner.hide()
        self._show()
        booking = self._book(slot, patient, self.reason.text, self.note.text, via)
        self._tasks.start(booking, on_problem=self._on_problem)

    async def _book(
        self, slot: SlotRecord, patient: Patient, reason: str, note: str, via: Mark
    ) -> None:
        try:
            booked = await self._desk.book([slot.id], patient, reason=reason, note=note, via=via)
        finally:
            self._busy = False
            self._show()
        self._slot = None  # the hold became the booking
        self._clear()
        self.booked.emit(booked.id)

    def _on_problem(self, problem: Problem) -> None:
        if isinstance(problem, SlotTaken):
            self._offer(problem.sentence, problem.alternatives)
        else:
            self.banner.show_problem(problem)
        self._show()

    def _offer(self, sentence: str, slots: Sequence[SlotRecord]) -> None:
        self._slot = None
        near = [(slot, self._desk.clinician_of(slot)[1]) for slot in slots[:NEAREST]]
        self.offer.offer(sentence, near)

    @Slot(object, object)
    def _on_slot_changed(self, _before: SlotRecord, after: SlotRecord) -> None:
        if self._slot is None or after.id != self._slot.id:
            return
        mine = after.hold.startswith(f"{self._desk.me.id}/")
        if self._busy or mine or after.is_bookable(self._desk.time.now()):
            self._slot = after
        else:
            words = f"The {clock_text(after.start)} has just been taken."
            self._offer(words, self._desk.nearest(after, NEAREST))
        self._show()

    # What is shown

    @Slot()
    def _show(self) -> None:
        slot, patient = self._slot, self._patient
        if slot is not None:
            self.where.setText(slot_words(slot, self._desk.clinician_of(slot)[1]))
        else:
            self.where.setText("Choose a free slot on the board, then press B.")
        me, now = f"{self._desk.me.id}/", self._desk.time.now()
        mine = slot is not None and slot.hold.startswith(me) and slot.is_held(now)
        self.held.setText(f"Held for you until {clock_text(slot.hold_ends)}" if slot else "")
        self.held.setVisible(mine)
        asking = not self.twins.isHidden()
        self.search.setVisible(patient is None and not asking)
        self.card.setVisible(patient is not None)
        if patient is not None:
            self.person.setText(self._identity(patient))
        self._show_button(slot, patient)

    def _show_button(self, slot: SlotRecord | None, patient: Patient | None) -> None:
        fresh = self._desk.freshness.can_book
        missing = [
            "a slot" if slot is None else "",
            "a patient" if patient is None else "",
            "a shorter reason" if not self.reason.fits else "",
            "a shorter note" if not self.note.fits else "",
        ]
        needed = " and ".join(filter(None, missing))
        verb = "Booking" if self._busy else "Book"
        who = f" {patient.name} · {patient.born_text}" if patient is not None else ""
        when = ""
        if slot is not None:
            when = f"{clock_text(slot.start)} with {self._desk.clinician_of(slot)[1]}"
        joint = "\n" if who and when else " "
        self.book.setText(f"{verb}{who}{joint}{when}".rstrip())
        self.book.setEnabled(not needed and fresh and not self._busy)
        if not fresh:
            self._hint.setText("Booking opens again when the practice is in contact.")
        else:
            self._hint.setText(f"Still needed: {needed}." if needed else "Ctrl+Enter books.")

    def _identity(self, patient: Patient) -> str:
        lines = (
            patient.name,
            born_line(patient, self._desk.time.today()),
            f"NHS {patient.spaced_nhs_number}",
            ", ".join(filter(None, (patient.address, patient.postcode))),
            f"Usual GP {patient.usual_gp_name}" if patient.usual_gp_name else "",
        )
        return "\n".join(filter(None, lines))

    def _to_next_field(self) -> None:
        if not self.twins.isHidden():
            return
        (self.search if self._patient is None else self.reason).setFocus()

    def _clear(self) -> None:
        self._attempt += 1
        self._patient = None
        self.search.clear()
        self.twins.clear()
        self.offer.clear()
        self.reason.set_text("")
        self.note.set_text("")
        self.banner.hide()
        self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter in the reason or Ctrl+Enter anywhere books; Escape gives up."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_flow()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._on_book()
        else:
            super().keyPressEvent(event)

    @Slot()
    def _dress(self) -> None:
        self._close.setIcon(self._look.icons.get("close", Ink.MUTED))
