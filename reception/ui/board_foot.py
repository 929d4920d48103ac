"""Under the board: who looks missed, whom a freed slot would suit, what was not sent.

Quiet lines that come from below, so that nothing moves under the mouse; each can be waved away.
"""

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from reception.desk.clashes import OtherBookings
from reception.desk.desk import Desk
from reception.desk.missed import Absence
from reception.desk.problems import SlotTaken
from reception.desk.words import when
from reception.records import Request
from reception.records import Slot as SlotRecord
from reception.records.problem import Problem
from reception.ui.clash_ask import ClashAsk, Wish
from reception.ui.tasks import Tasks
from reception.ui.teller import Teller
from reception.widgets.freed_offer import FreedOffer
from reception.widgets.look import Look
from reception.widgets.missed_bar import MissedBar
from reception.widgets.slot_offer import SlotOffer
from reception.widgets.unsent_letters import UnsentLetters

SETTLED_MS = 250
"""Many changes are looked at together, once they have come."""


class BoardFoot(QWidget):
    """Watches the day and offers; acts only when somebody presses."""

    review_requested = Signal()
    absences_changed = Signal(object)  # list[Absence]
    problem_met = Signal(Problem)

    def __init__(self, desk: Desk, look: Look, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._tasks = desk, tasks
        self._request_id = ""
        self.absences: list[Absence] = []
        self.missed, self.freed = MissedBar(look, self), FreedOffer(look, self)
        self.instead = SlotOffer(look, self)
        self.clashes = ClashAsk(look, self._book, self)
        self.teller = Teller(desk, tasks, UnsentLetters(look, self))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (
            self.teller.line,
            self.clashes,
            self.instead,
            self.freed,
            self.missed,
        ):
            column.addWidget(widget)
        self._timer = QTimer(self, singleShot=True, interval=SETTLED_MS)
        self._timer.timeout.connect(self._look_for_missed)
        self.missed.review_requested.connect(self.review_requested)
        self.freed.chosen.connect(self._on_freed_chosen)
        self.instead.chosen.connect(self._on_instead_chosen)
        for store in (desk.appointments, desk.requests, desk.messages):
            for signal in (store.added, store.changed, store.removed, store.reset):
                signal.connect(self._timer.start)
        desk.slots.changed.connect(self._on_slot_changed)
        desk.time.minute_passed.connect(self._timer.start)
        desk.freshness.changed.connect(self._timer.start)
        desk.loaded.connect(self._timer.start)
        desk.day_changed.connect(self._on_day_changed)
        self._timer.start()

    def offer_freed(self, slot_id: str) -> None:
        """Offer a slot that has come free to those whom it suits; nothing where it suits nobody."""
        slot = self._desk.slots.get(slot_id)
        found = self._desk.fitting_requests(slot_id) if slot is not None else []
        if slot is None or not found:
            return
        people = [(match.request.id, self._who(match.request), match.text) for match in found]
        clinician = self._desk.clinician_of(slot)[1]
        hour = when(slot.start, self._desk.time.today())
        whom = f" with {clinician}" if clinician else ""
        count = len(people)
        suits = "It suits an open request" if count == 1 else f"It suits {count} open requests"
        self.freed.offer(
            slot_id,
            f"{hour}{whom} is free again. {suits}; booking tells the patient and closes it.",
            people,
        )

    def _who(self, request: Request) -> str:
        patient = self._desk.patients.get(request.patient_id)
        name = self._desk.patient_name(request)
        return f"{name} \N{MIDDLE DOT} {patient.born_text}" if patient is not None else name

    @Slot(str, str)
    def _on_freed_chosen(self, request_id: str, slot_id: str) -> None:
        self._request_id = request_id
        self._book(Wish(request_id, slot_id))

    def _book(self, wish: Wish) -> None:
        self._tasks.start(self._booked(wish), on_problem=self._on_problem)

    async def _booked(self, wish: Wish) -> None:
        try:
            await wish.book(self._desk)
        except OtherBookings as others:
            self.clashes.ask(wish, others)

    @Slot(str)
    def _on_instead_chosen(self, slot_id: str) -> None:
        self._on_freed_chosen(self._request_id, slot_id)

    def _on_problem(self, problem: Problem) -> None:
        if isinstance(problem, SlotTaken) and problem.alternatives:
            near = [(slot, self._desk.clinician_of(slot)[1]) for slot in problem.alternatives]
            self.instead.offer(problem.sentence, near)
        else:
            self.problem_met.emit(problem)

    @Slot(object, object)
    def _on_slot_changed(self, _before: SlotRecord, after: SlotRecord) -> None:
        if after.id == self.freed.slot_id and not after.is_bookable(self._desk.time.now()):
            self.freed.clear()

    @Slot()
    def _on_day_changed(self) -> None:
        self.freed.clear()
        self.instead.clear()
        self.clashes.clear()
        self._timer.start()

    @Slot()
    def _look_for_missed(self) -> None:
        self.absences = self._desk.absences()
        self.missed.show_missed([absence for absence in self.absences if absence.is_proposed])
        self.absences_changed.emit(self.absences)
