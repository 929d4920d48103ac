"""Moving at the side of the board: taken up, put down, looked at, done.

Taken up by M or by the mouse; the arrows, another day and Enter lead to the place. Nothing is
moved before it was shown from where to where, with what to think about. A place that has gone
is answered with the nearest ones like it.
"""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from contract.codes import Mark
from reception.desk.desk import Desk
from reception.desk.letters import Letter
from reception.desk.moving import MovePreview
from reception.desk.problems import NotPossible, SlotTaken
from reception.desk.told import place_text
from reception.desk.words import who_and_when
from reception.records import Appointment
from reception.records import Slot as SlotRecord
from reception.records.problem import Problem
from reception.ui.tasks import Tasks
from reception.widgets.banner import Banner, Weight, announce
from reception.widgets.board_cell import Cell
from reception.widgets.look import Look
from reception.widgets.move_preview import MoveCard
from reception.widgets.side_frame import CloseButton, SideBody
from reception.widgets.slot_offer import SlotOffer

_HOW = (
    "Arrows go to the new place, Alt+Left and Alt+Right to another day. Enter puts it down: on a "
    "free slot to move it, on another appointment to swap the two. Esc leaves it where it is."
)


class MoveFlow(QWidget):
    """One move at a time."""

    carried = Signal(str)  # appointment id in hand, or nothing
    done = Signal(str)  # appointment id: it has been moved
    freed = Signal(str)  # slot id that it has left
    tell_wanted = Signal(object)  # Letter
    place_wanted = Signal()  # another place is to be chosen on the board
    closed = Signal()

    def __init__(self, desk: Desk, look: Look, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._tasks = desk, tasks
        self._held: Appointment | None = None
        self._other: Appointment | None = None
        self._slot_id = ""
        self._busy = self._anew = False
        self.banner, self.offer = Banner(look, self), SlotOffer(look, self)
        self.cards = (MoveCard(look, self), MoveCard(look, self))
        self._build(look)
        self._connect()

    def _build(self, look: Look) -> None:
        self._title = QLabel("Move", self)
        self._title.setFont(look.metrics.title)
        self._close = CloseButton(look, "Close without moving", self)
        self.who = QLabel(self)
        self.who.setFont(look.metrics.bold)
        self.who.setWordWrap(True)
        self.how = QLabel(_HOW, self)
        self.how.setWordWrap(True)
        self.confirm = QPushButton(self)
        self.confirm.setProperty("kind", "primary")
        self.confirm.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.another = QPushButton("Choose another place", self)
        self._hint = QLabel(self)
        self._hint.setProperty("kind", "muted")
        self._hint.setWordWrap(True)
        area = SideBody(look, self._title, self._close, self)
        column = area.column
        for widget in (self.who, self.banner, self.offer, self.how, *self.cards):
            column.addWidget(widget)
        column.addWidget(self.confirm)
        column.addWidget(self.another)
        column.addWidget(self._hint)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)

    def _connect(self) -> None:
        self.offer.chosen.connect(self._on_offer_chosen)
        self.confirm.clicked.connect(self._on_confirm)
        self.another.clicked.connect(self._on_another)
        self._close.clicked.connect(self.give_up)
        for card in self.cards:
            card.changed.connect(self._show)
        self._desk.freshness.changed.connect(self._show)
        self._desk.slots.changed.connect(self._on_slot_changed)
        self._desk.appointments.changed.connect(self._on_appointment_changed)

    # What is in hand

    @property
    def held(self) -> Appointment | None:
        """The appointment in hand."""
        return self._held

    @property
    def is_carrying(self) -> bool:
        """Whether a place is still to be chosen on the board."""
        return self._held is not None and not self._is_previewing

    @property
    def _is_previewing(self) -> bool:
        return self.cards[0].preview is not None

    def pick_up(self, held: Appointment) -> bool:
        """Take *held* in hand; whether it can be moved at all."""
        if not held.is_movable:
            self._on_problem(NotPossible(f"{who_and_when(held)} cannot be moved any more."))
            return False
        self._take(held, anew=False)
        announce(self, f"Moving {who_and_when(held)}. {_HOW}")
        self._show()
        return True

    def put_down(self, cell: Cell) -> None:
        """Show what it would mean to put it into *cell*: a free slot, or another's place."""
        if self._held is None:
            return
        self.banner.hide()
        self.offer.clear()
        try:
            if cell.appointment is not None:
                self._other, self._slot_id = cell.appointment, ""
                previews = self._desk.preview_swap(self._held, cell.appointment)
                self._look_at(previews)
            elif cell.slot is not None:
                self._try_slot(cell.slot.id)
        except Problem as problem:
            self._on_problem(problem)

    def offer_instead(self, lost: SlotTaken) -> None:
        """Offer other places for an appointment that lost the one it was to go back to."""
        if lost.instead_of is not None:
            now = self._desk.appointments.newest(lost.instead_of.id)
            self._take(lost.instead_of, anew=now is None or not now.is_movable)
            self._on_problem(lost)

    @Slot()
    def give_up(self) -> None:
        """Leave it where it is."""
        self._clear()
        self.closed.emit()

    def _take(self, held: Appointment, *, anew: bool) -> None:
        self._clear()
        self._held, self._anew = held, anew
        self.carried.emit(held.id)

    def _try_slot(self, slot_id: str) -> None:
        if self._held is not None:
            self._other, self._slot_id = None, slot_id
            self._look_at((self._desk.preview_move(self._held, slot_id),))

    def _look_at(self, previews: Sequence[MovePreview]) -> None:
        for card, preview in zip(self.cards, previews, strict=False):
            card.show_preview(preview, self._person(preview.appointment))
        for card in self.cards[len(previews) :]:
            card.clear()
        first = previews[0]
        announce(
            self,
            f"From {first.before.where} to {first.after.where}. {' '.join(first.warnings)}",
        )
        self._show()
        self.confirm.setFocus()

    def _person(self, held: Appointment) -> str:
        patient = self._desk.patients.get(held.patient_id)
        born = f" · {patient.born_text}" if patient is not None else ""
        return f"{held.patient_name or 'Not named'}{born}"

    def _clear(self) -> None:
        self._held = self._other = None
        self._slot_id = ""
        self.banner.hide()
        self.offer.clear()
        for card in self.cards:
            card.clear()
        self.carried.emit("")
        self._show()

    # Doing it

    @Slot()
    def _on_confirm(self) -> None:
        if self._held is None or not self.confirm.isEnabled():
            return
        self._busy = True
        self._show()
        self._tasks.start(self._do(self._held, self._other), on_problem=self._on_problem)

    async def _do(self, held: Appointment, other: Appointment | None) -> None:
        shown = [card for card in self.cards if card.preview is not None]
        letters = [
            Letter.of_move(card.preview, card.tell.message, anew=self._anew)
            for card in shown
            if card.preview is not None and card.tell.message
        ]
        try:
            async with self._desk.letters.beside(letters):
                if other is not None:
                    await self._desk.swap(held.id, other.id)
                elif self._anew:
                    await self._book_again(
                        held, [s for c in shown if c.preview for s in c.preview.slot_ids]
                    )
                else:
                    await self._desk.move(held.id, self._slot_id)
        finally:
            self._busy = False
            self._show()
        for letter in letters:
            self.tell_wanted.emit(letter)
        self._clear()
        self.done.emit(held.id)
        if other is None and held.slot_ids:
            self.freed.emit(held.slot_ids[0])

    async def _book_again(self, held: Appointment, slot_ids: Sequence[str]) -> None:
        """What was cancelled stays so; the patient gets another place, with the same words."""
        patient = self._desk.patients.get(held.patient_id)
        if patient is None:
            found = await self._desk.banner(held.patient_id, panel="move")
            patient = found.patient if found is not None else None
        if patient is None:
            raise NotPossible("Their record could not be read. Nothing was saved.")
        via = Mark(held.via) if held.via else Mark.VIA_DESK
        await self._desk.book(
            slot_ids, patient, reason=held.description, note=held.comment, via=via
        )

    def _on_problem(self, problem: Problem) -> None:
        if isinstance(problem, SlotTaken):
            for card in self.cards:
                card.clear()
            near = [(s, self._desk.clinician_of(s)[1]) for s in problem.alternatives]
            self.offer.offer(problem.sentence, near)
        elif isinstance(problem, NotPossible):
            self.banner.say(problem.sentence, Weight.WARN)
        else:
            self.banner.show_problem(problem)
        self._show()

    @Slot(str)
    def _on_offer_chosen(self, slot_id: str) -> None:
        try:
            self._try_slot(slot_id)
        except Problem as problem:
            self._on_problem(problem)

    @Slot()
    def _on_another(self) -> None:
        held = self._held
        if held is not None:
            self._take(held, anew=self._anew)
            self._show()
            self.place_wanted.emit()

    @Slot(object, object)
    def _on_slot_changed(self, _before: SlotRecord, after: SlotRecord) -> None:
        """A colleague may be quicker while it is being looked at."""
        preview = self.cards[0].preview
        if self._busy or preview is None or self._other is not None:
            return
        if after.id in preview.slot_ids and after.id not in preview.appointment.slot_ids:
            try:
                self._desk.preview_move(preview.appointment, self._slot_id)
            except Problem as problem:
                self._on_problem(problem)

    @Slot(object, object)
    def _on_appointment_changed(self, _before: Appointment, after: Appointment) -> None:
        if self._busy or self._held is None or self._anew:
            return
        if after.id == self._held.id:
            was, self._held = self._held, after
            if not after.is_movable or after.slot_ids != was.slot_ids:
                self._give_way(f"{who_and_when(after)} has just been changed by a colleague.")
        elif self._other is not None and after.id == self._other.id:
            was, self._other = self._other, after
            if not after.is_movable or after.slot_ids != was.slot_ids:
                self._give_way(f"{who_and_when(after)} has just been changed by a colleague.")

    def _give_way(self, sentence: str) -> None:
        for card in self.cards:
            card.clear()
        self._on_problem(NotPossible(sentence))

    # What is shown

    @Slot()
    def _show(self) -> None:
        held = self._held
        self._title.setText("Swap" if self._other is not None else "Move")
        place = place_text(held, held.practitioner_name) if held else ""
        self.who.setText(f"{self._person(held)}\n{place}" if held else "")
        self.who.setVisible(not self._is_previewing)
        self.how.setVisible(self.is_carrying and self.offer.isHidden())
        self.confirm.setVisible(self._is_previewing)
        self.another.setVisible(self._is_previewing or not self.offer.isHidden())
        fresh = self._desk.freshness.can_book
        fits = all(card.tell.fits for card in self.cards if card.preview is not None)
        verb = "Swap" if self._other is not None else "Move"
        names = [self._person(c.preview.appointment) for c in self.cards if c.preview is not None]
        doing = f"{verb}ping" if self._other is not None else "Moving"
        self.confirm.setText("\n".join([doing if self._busy else f"{verb}   (Enter)", *names]))
        self.confirm.setEnabled(fresh and fits and not self._busy)
        self._hint.setText("" if fresh else "Moving opens again when the practice is in contact.")
        self._hint.setVisible(not fresh)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter confirms what is shown; Escape gives up."""
        if event.key() == Qt.Key.Key_Escape:
            self.give_up()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._is_previewing:
            self._on_confirm()
        else:
            super().keyPressEvent(event)
