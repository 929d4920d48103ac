"""Booking at the side of the board: a slot, a patient, a reason, one button.

The slot is held while somebody is at it. A slot that has gone is answered with the nearest ones
like it; a near-twin is booked only after somebody has said which of the two it is; another booking
of the same day is shown before this one is made.
"""

import asyncio
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from reception.desk.clashes import Clash
from reception.desk.desk import Desk
from reception.desk.problems import SlotTaken
from reception.records import Patient
from reception.records import Slot as SlotRecord
from reception.records.problem import Problem
from reception.ui.booking_aim import Aim, run
from reception.ui.booking_form import BookingForm
from reception.ui.slot_hold import SlotHold
from reception.ui.tasks import Tasks
from reception.widgets.board_cell import clock_text
from reception.widgets.look import Look
from reception.widgets.patient_words import born_line

NEAREST = 3
MOST_TOGETHER = 4
"""How many touching slots can be booked as one appointment."""
_NO_SWAP_FOR_SERIES = "A series takes no booking's place: cancel that one by itself if need be (X)."


class BookingFlow(BookingForm):
    """One booking at a time."""

    booked = Signal(str)  # appointment id
    closed = Signal()
    place_wanted = Signal()
    """Who it is for is known, where it is to stand is not: that is chosen on the board."""

    def __init__(self, desk: Desk, look: Look, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(desk, look, tasks, parent)
        self._desk, self._tasks = desk, tasks
        self._aim = Aim()
        self._patient: Patient | None = None
        self._attempt = 0
        self._busy = False
        self._asked_about: tuple[object, ...] = ()
        self._kept: set[str] = set()
        self._told: set[str] = set()
        self.hold = SlotHold(desk, tasks, self)
        self._connect()
        self._show()

    def _connect(self) -> None:
        self.search.chosen.connect(self._on_chosen)
        self.search.given_up.connect(self.close_flow)
        self.twins.chosen.connect(self._on_twin_chosen)
        self.offer.chosen.connect(self.take_slot)
        self.other.clicked.connect(self._on_other)
        self.clashes.kept.connect(self._on_kept)
        self.clashes.swap_wanted.connect(self._on_swap_wanted)
        self.shape.count_wanted.connect(self._on_count_wanted)
        self.repeat.wanted.connect(self._on_series_wanted)
        self.repeat.changed.connect(self._show)
        for field in (self.why, self.reason, self.note):
            field.changed.connect(self._show)
            field.changed.connect(self.hold.typed)
        self.search.field.textEdited.connect(self._on_typed)
        self.hold.changed.connect(self._show_hold)
        self.hold.failed.connect(self._on_hold_failed)
        self.book.clicked.connect(self._on_book)
        self._close.clicked.connect(self.close_flow)
        self._desk.freshness.changed.connect(self._show)
        self._desk.slots.changed.connect(self._on_slot_changed)
        self._desk.time.minute_passed.connect(self._show)

    # What is being booked

    @property
    def slot_id(self) -> str:
        """The (first) slot, or an empty string."""
        return self._aim.head.id if self._aim.head is not None else ""

    @property
    def aim(self) -> Aim:
        """Where it is to stand."""
        return self._aim

    @property
    def patient(self) -> Patient | None:
        """Who it is for, once nobody can be taken for somebody else."""
        return self._patient

    @property
    def is_open(self) -> bool:
        """Whether there is a slot or a patient in hand."""
        return self._aim != Aim() or self._patient is not None

    @property
    def is_busy(self) -> bool:
        """Whether a booking is on its way; until its answer is here no other is begun."""
        return self._busy

    @Slot(str)
    def take_slot(self, slot_id: str) -> None:
        """Book into this slot; it is held from now on. The patient and the words stay."""
        slot = self._desk.slots.get(slot_id)
        if slot is None or (slot_id == self.slot_id and not self._aim.is_extra):
            return
        self.shape.set_channel(slot.channel)
        self._aim_at(Aim((slot,), clinician=self._desk.clinician_of(slot)[1]))

    @Slot(str)
    def squeeze_in(self, slot_id: str) -> None:
        """Book an extra at the time of a slot that somebody else has; a reason is asked for."""
        slot = self._desk.slots.get(slot_id)
        if slot is None:
            return
        self.shape.set_channel(slot.channel)
        clinician = self._desk.clinician_of(slot)[1]
        self._aim_at(Aim((slot,), is_extra=True, clinician=clinician))

    @Slot(str, str)
    def walk_in(self, practitioner_id: str, clinician: str) -> None:
        """Put somebody down who stands here now, for this clinician, without a slot."""
        self._aim_at(Aim(practitioner_id=practitioner_id, clinician=clinician))

    def take_patient(self, patient: Patient) -> None:
        """Book for this person; a slot may be chosen before or after."""
        self._on_chosen(patient)

    @Slot()
    def close_flow(self) -> None:
        """Give up: the slot is let go, what was written is cleared."""
        self._aim = Aim()
        self.hold.let_go()
        self._clear()
        self.closed.emit()

    def _aim_at(self, aim: Aim) -> None:
        self._aim = aim
        self.offer.clear()
        self.banner.hide()
        self.repeat.clear()
        self.hold.take(aim.held)
        self._show()
        self._look_for_clashes()
        self._to_next_field()

    @Slot(int)
    def _on_count_wanted(self, count: int) -> None:
        self._aim = self._aim.with_count(self._desk, count)
        self.hold.take(self._aim.held)
        self._show()
        self._look_for_clashes()

    @Slot()
    def _on_typed(self) -> None:
        self.hold.typed()

    @Slot(object)
    def _on_hold_failed(self, problem: Problem) -> None:
        if isinstance(problem, SlotTaken) and len(self._aim.slots) > 1:
            self._only_first()
        else:
            self._on_problem(problem)

    def _only_first(self) -> None:
        """Of several slots one has gone: the first is kept, and that is said."""
        self._aim = Aim(self._aim.slots[:1], clinician=self._aim.clinician)
        self.hold.take(self._aim.held)
        self.banner.say("The slot after it has just been taken, so this is a single one again.")
        self._show()

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
        self._look_for_clashes()
        self._to_next_field()

    @Slot()
    def _on_other(self) -> None:
        self._attempt += 1
        self._patient = None
        self.twins.clear()
        self._look_for_clashes()
        self._show()
        self._to_next_field()

    # The patient's other bookings

    def _look_for_clashes(self) -> None:
        """Show early what else the patient has that day; it is asked again when it is booked."""
        asked = (self._patient and self._patient.id, self._aim.slots and self._aim.slots[0].id,
                 len(self._aim.slots), self._aim.practitioner_id)  # fmt: skip
        if asked == self._asked_about:
            return
        self._asked_about, self._kept = asked, set()
        self.clashes.clear()
        if self._patient is not None and (self._aim.slots or self._aim.is_walk_in):
            looking = self._look_early(self._patient, asked)
            self._tasks.start(looking, on_problem=self._ignore)

    async def _look_early(self, patient: Patient, asked: tuple[object, ...]) -> None:
        found = await self._clashes_of(patient, [])
        if asked == self._asked_about and not self._busy:
            self._tell_clashes(patient, found)

    async def _clashes_of(self, patient: Patient, series: Sequence[SlotRecord]) -> list[Clash]:
        spans = [(s.start, s.end) for s in series] or [self._aim.span(self._desk.time.now())]
        found = await asyncio.gather(*(self._desk.clashes(patient.id, *span) for span in spans))
        return [c for some in found for c in some if c.other.id not in self._kept]

    def _tell_clashes(self, patient: Patient, found: Sequence[Clash]) -> None:
        self._told = {clash.other.id for clash in found}
        if found:
            why_not = _NO_SWAP_FOR_SERIES if self.repeat.is_on else ""
            self.clashes.tell(patient.name, found, why_no_swap=why_not)
        else:
            self.clashes.clear()
        self._show()

    @Slot()
    def _on_kept(self) -> None:
        self._kept |= self._told
        self.clashes.clear()
        self._show()
        (self.book if self.book.isEnabled() else self.reason).setFocus()

    @Slot(str)
    def _on_swap_wanted(self, other_id: str) -> None:
        if self.book.isEnabled():
            self._start_booking(other_id)

    @staticmethod
    def _ignore(_problem: Problem) -> None:
        """It is asked again when it is booked, and said then."""

    # Several at once

    @Slot(int, int)
    def _on_series_wanted(self, weeks: int, times: int) -> None:
        if (slot := self._aim.head) is not None:
            self._tasks.start(self._find_series(slot, weeks, times), on_problem=self._on_problem)

    async def _find_series(self, slot: SlotRecord, weeks: int, times: int) -> None:
        found = await self._desk.find_series(slot, weeks, times)
        asked = (self.repeat.weeks.value(), self.repeat.times.value())
        if self.repeat.is_on and self.slot_id == slot.id and asked == (weeks, times):
            self.repeat.tell(found)

    # Booking

    @Slot()
    def _on_book(self) -> None:
        if self.book.isEnabled():
            if self.clashes.isHidden():
                self._start_booking("")
            else:
                self._ask_about_clashes()

    def _ask_about_clashes(self) -> None:
        self.clashes.ask()
        self.area.ensureWidgetVisible(self.clashes)

    def _start_booking(self, instead_of: str) -> None:
        patient = self._patient
        if patient is None:
            return
        self._busy = True
        self.banner.hide()
        self._show()
        self._tasks.start(self._book(self._aim, patient, instead_of), on_problem=self._on_problem)

    async def _book(self, aim: Aim, patient: Patient, instead_of: str) -> None:
        series = self.repeat.slots if self.repeat.is_on else []
        found: list[Clash] = []
        try:
            if not instead_of:
                found = await self._clashes_of(patient, series)
            booked = "" if found else await self._write(aim, patient, series, instead_of)
        finally:
            self._busy = False
            self._show()
        if found:
            self._tell_clashes(patient, found)
            self._ask_about_clashes()
            return
        self.hold.forget()
        self._aim = Aim()
        self._clear()
        self.booked.emit(booked)

    async def _write(
        self, aim: Aim, patient: Patient, series: Sequence[SlotRecord], instead_of: str
    ) -> str:
        """Book as it has been chosen; the id of the (first) appointment."""
        desk, shape, slot_ids = self._desk, self.shape, [slot.id for slot in aim.slots]
        reason, note, via, mode = self.reason.text, self.note.text, shape.via, shape.channel
        if aim.is_walk_in:
            made = await desk.walk_in(
                patient, aim.practitioner_id, reason=reason, note=note, instead_of=instead_of
            )
        elif aim.is_extra:
            made = await desk.overbook(
                slot_ids[0], patient, why=self.why.text, reason=reason, note=note, via=via,
                channel=mode, instead_of=instead_of,
            )  # fmt: skip
        elif series:
            clinician = desk.clinician_of(aim.slots[0])
            all_made = await desk.book_series(
                series, patient, clinician=clinician, reason=reason, note=note, via=via,
                channel=mode,
            )  # fmt: skip
            made = all_made[0]
        elif instead_of:
            made = await desk.book_instead(
                instead_of, slot_ids, patient, reason=reason, note=note, via=via, channel=mode
            )
        else:
            made = await desk.book(
                slot_ids, patient, reason=reason, note=note, via=via, channel=mode
            )
        return made.id

    def _on_problem(self, problem: Problem) -> None:
        if isinstance(problem, SlotTaken) and self.repeat.is_on:
            self.banner.show_problem(problem)
            self.repeat.look_again()
        elif isinstance(problem, SlotTaken):
            self._offer(problem.sentence, problem.alternatives)
        else:
            self.banner.show_problem(problem)
        self._show()

    def _offer(self, sentence: str, slots: Sequence[SlotRecord]) -> None:
        self._aim = Aim()
        self.hold.let_go()
        self.repeat.clear()
        near = [(slot, self._desk.clinician_of(slot)[1]) for slot in slots[:NEAREST]]
        self.offer.offer(sentence, near)

    @Slot(object, object)
    def _on_slot_changed(self, _before: SlotRecord, after: SlotRecord) -> None:
        if all(after.id != slot.id for slot in self._aim.slots):
            return
        mine = after.hold.startswith(f"{self._desk.me.id}/")
        aim = self._aim
        if self._busy or mine or aim.is_extra or after.is_bookable(self._desk.time.now()):
            self._aim = aim.with_newest(after)
        elif after.id != self.slot_id:
            self._only_first()
        else:
            words = f"The {clock_text(after.start)} has just been taken."
            self._offer(words, self._desk.nearest(after, NEAREST))
        self._show()

    # What is shown

    @Slot()
    def _show(self) -> None:
        aim, patient = self._aim, self._patient
        self.where.setText(aim.words)
        self._show_hold()
        asking = not self.twins.isHidden()
        self.search.setVisible(patient is None and not asking)
        self.card.setVisible(patient is not None)
        if patient is not None:
            self.person.setText(self._identity(patient))
        self.why.setVisible(aim.is_extra)
        self.shape.show_modes(not aim.is_walk_in)
        plain = bool(aim.held)
        most = len(run(self._desk, aim.slots[0], MOST_TOGETHER)) if plain else 1
        most = 1 if self.repeat.is_on else max(most, len(aim.slots))
        self.shape.set_length(len(aim.slots), most, aim.minutes)
        self.repeat.setVisible(plain and len(aim.slots) == 1)
        self._show_button(aim, patient)

    @Slot()
    def _show_hold(self) -> None:
        text = self.hold.text
        self.held.setText(text)
        self.held.setVisible(bool(text))

    def _show_button(self, aim: Aim, patient: Patient | None) -> None:
        fresh = self._desk.freshness.can_book
        series = self.repeat.is_on
        missing = [
            "a slot" if not aim.slots and not aim.is_walk_in else "",
            "a patient" if patient is None else "",
            "why somebody is squeezed in" if aim.is_extra and not self.why.text else "",
            "a shorter why" if aim.is_extra and not self.why.fits else "",
            "the days" if series and not self.repeat.slots else "",
            "a shorter reason" if not self.reason.fits else "",
            "a shorter note" if not self.note.fits else "",
        ]
        needed = " and ".join(filter(None, missing))
        verb = "Booking" if self._busy else "Book"
        who = f" {patient.name} · {patient.born_text}" if patient is not None else ""
        when = f"{aim.short}, {len(self.repeat.slots)} times" if series else aim.short
        joint = "\n" if who and when else " "
        self.book.setText(f"{verb}{who}{joint}{when}".rstrip())
        self.book.setEnabled(not needed and fresh and not self._busy)
        if not fresh:
            self._hint.setText("Booking opens again when the practice is in contact.")
        elif not needed and not self.clashes.isHidden():
            self._hint.setText(f"{self.clashes.question} Ctrl+Enter goes there.")
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
        if self._patient is not None and not self._aim.slots and not self._aim.is_walk_in:
            self.place_wanted.emit()
            return
        words = self.why if self._aim.is_extra and not self.why.text else self.reason
        (self.search if self._patient is None else words).setFocus()

    def _clear(self) -> None:
        self._attempt += 1
        self._patient = None
        self._look_for_clashes()
        self.search.clear()
        self.twins.clear()
        self.offer.clear()
        self.repeat.clear()
        for field in (self.why, self.reason, self.note):
            field.set_text("")
        self.banner.hide()
        self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter in the reason or Ctrl+Enter anywhere books; Ctrl+D is a double; Escape gives up."""
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if event.key() == Qt.Key.Key_Escape:
            self.close_flow()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._on_book()
        elif control and event.key() == Qt.Key.Key_D:
            count = self.shape.count
            count.setValue(count.value() + 1 if count.value() < count.maximum() else 1)
        else:
            super().keyPressEvent(event)
