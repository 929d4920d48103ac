"""A clinician's page between two patients: who is next, my messages and tasks, one key each."""

from enum import Enum

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from contract.codes import RequestState
from reception.desk.desk import Desk
from reception.desk.next_patient import MyList, my_list
from reception.desk.red_flags import RedFlags
from reception.desk.story import PatientStory
from reception.desk.words import day_text
from reception.records import Patient, Request
from reception.records.problem import Problem
from reception.ui.page import Page
from reception.ui.request_sender import Sender
from reception.ui.tasks import Tasks
from reception.ui.thread_panel import SIGNERS, ThreadPanel
from reception.widgets.banner import Banner, Weight
from reception.widgets.ending_mail import EndingMail
from reception.widgets.look import Look
from reception.widgets.next_card import NextCard
from reception.widgets.panes import side_by_side
from reception.widgets.patient_banner import PatientBanner
from reception.widgets.patient_story import PatientStoryView
from reception.widgets.queue_eyes import QueueEyes
from reception.widgets.queue_lane import LaneLike, TeamLane
from reception.widgets.queue_model import QueueModel
from reception.widgets.queue_pane import QueuePane
from reception.widgets.queue_row import QueueReader
from reception.widgets.queue_view import QueueDelegate, QueueView
from reception.widgets.send_bar import SendBar
from reception.widgets.sending import Outgoing

_LOOK_MS = 150
_AHEAD = 6
"""So many of the first cards have their patient's story, and what was said, ready."""

_MINE = "mine"


class WorkLane(Enum):
    """What a clinician is asked for; the value is the word on the chip."""

    MINE = "For me"
    SIGN = "To sign"
    WAITING = "With patient"

    def takes(self, request: Request, me: str) -> bool:
        """Whether *request* stands here for *me*."""
        if not request.is_open:
            return False
        to_sign = request.is_repeat and request.state == RequestState.WITH_PRESCRIBER
        if self is WorkLane.SIGN:
            return to_sign
        if self is WorkLane.WAITING:
            return request.owner == me and not request.waits_for_us
        return request.owner == me and request.waits_for_us

    @property
    def nothing(self) -> str:
        """What to say when nothing stands here."""
        return {
            WorkLane.MINE: "Nothing is with you",
            WorkLane.SIGN: "Nothing waits to be signed",
            WorkLane.WAITING: "You wait for no answer",
        }[self]


class WorkPage(Page):
    """Next patient and cards at the left; the open card, or the next patient, beside them."""

    title = "My work"
    icon = "work"

    def __init__(
        self,
        desk: Desk,
        look: Look,
        sender: Sender | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk, self._look = desk, look
        self._tasks = Tasks(self)
        me = desk.me.reference
        self._mine = desk.requests.index(lambda r: (_MINE,) if WorkLane.MINE.takes(r, me) else ())
        self._read: set[str] = set()
        self._story: PatientStory | None = None
        self.mail = sender or Sender(desk, parent=self)
        self.page_banner = Banner(look, self)
        self.next = NextCard(desk, look, self)
        self.cards = self._cards()
        self.panel = ThreadPanel(desk, look, self._tasks, self.mail, self)
        self.next_banner = PatientBanner(desk, look, self)
        self.next_story = PatientStoryView(desk, look, self, record_first=True)
        self.send_bar = SendBar(self.mail.waiting, look, self)
        self._soon = QTimer(self, singleShot=True, interval=_LOOK_MS)
        self._build()
        self._connect()
        self._on_soon()

    def _cards(self) -> QueuePane:
        desk, flags = self._desk, RedFlags.shipped()
        model = QueueModel(
            desk.requests,
            order=desk.queue_key,
            describe=QueueReader(desk, flags).describe,
            me=desk.me.reference,
            lane=WorkLane.MINE,
        )
        view = QueueView(self._look, QueueDelegate(self._look), "My messages and tasks")
        eyes = QueueEyes(desk, flags)
        lanes: list[LaneLike] = [WorkLane.MINE, TeamLane(eyes.teams), WorkLane.WAITING]
        if desk.me.role in SIGNERS:
            lanes.insert(1, WorkLane.SIGN)
        return QueuePane(desk, self._look, model, view, lanes, _order_text, self, eyes)

    def _build(self) -> None:
        left = self._left = QWidget(self)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.next)
        column.addWidget(self.cards, 1)
        between = QWidget(self)
        down = QVBoxLayout(between)
        down.setContentsMargins(0, 0, 0, 0)
        down.setSpacing(0)
        down.addWidget(self.next_banner)
        down.addWidget(self.next_story, 1)
        self._middle = QStackedWidget(self)
        self._middle.addWidget(between)
        self._middle.addWidget(self.panel)
        self.panel.side.hide()
        self.splitter = side_by_side(
            self._look,
            self,
            "workSplitter",
            (
                (left, 0, 40),
                (self._middle, 3, 50),
                (self.panel.side, 2, 36),
            ),
            (46, 112, 48),
        )
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.page_banner)
        outer.addWidget(self.splitter, 1)
        outer.addWidget(self.send_bar)

    def _connect(self) -> None:
        desk = self._desk
        self.next.story_requested.connect(self.show_next)
        self.next.call_requested.connect(self._on_call)
        self.cards.opened.connect(self.open)
        self.cards.counts_changed.connect(self._on_counts_changed)
        self.panel.opened.connect(self._on_opened)
        self.panel.left.connect(self._to_list)
        self.panel.file_shown.connect(self._on_file_shown)
        self.panel.ended.connect(self.cards.let_go)
        self.panel.request_chosen.connect(self._on_request_chosen)
        self.next_story.request_chosen.connect(self._on_request_chosen)
        self.send_bar.taken_back.connect(self._on_taken_back)
        self.mail.failed.connect(self._on_not_sent)
        self._soon.timeout.connect(self._on_soon)
        desk.ahead.ready.connect(self._on_ready)
        for store in (desk.appointments, desk.requests):
            store.added.connect(self._on_any)
            store.changed.connect(self._on_any_change)
            store.removed.connect(self._on_any)
            store.reset.connect(self._look_soon)
        desk.patients.added.connect(self._on_any)
        desk.time.minute_passed.connect(self._look_soon)
        desk.day_changed.connect(self._on_any)
        desk.loaded.connect(self._look_soon)

    @property
    def request(self) -> Request | None:
        """The request whose card is open."""
        return self.panel.request

    def came_to_front(self) -> None:
        """Work goes on in the cards."""
        self.cards.view.setFocus()

    def focus_search(self) -> None:
        """`/` filters the cards."""
        self.cards.focus_filter()

    def show_reference(self, reference: str) -> None:
        """Open the card of `Task/x`."""
        kind, _, request_id = reference.partition("/")
        if kind == "Task":
            self.open(request_id)

    @Slot(str)
    def open(self, request_id: str) -> None:
        """Open that card."""
        self.page_banner.hide()
        self.panel.open(request_id)

    @Slot()
    def show_next(self) -> None:
        """The next patient's story instead of a card."""
        self.panel.close_open()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """One key each; what is typed never comes here."""
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if plain and event.text() and self._on_key(event.text()):
            return
        if event.key() == Qt.Key.Key_Escape and self.request is not None:
            self.panel.close_open()
            return
        super().keyPressEvent(event)

    def _on_key(self, text: str) -> bool:
        if text == ".":
            self.cards.admit()
        elif text == "/":
            self.focus_search()
        elif text == "p":
            self.show_next()
        elif text == "c":
            if self.next.call.isEnabled() and not self.next.call.isHidden():
                self.next.call.click()
        elif text in ("j", "k"):
            self.cards.view.step(1 if text == "j" else -1)
        elif text in self.panel.bar.buttons:
            if marked := self._marked():
                self.open(marked)
            return self.panel.press(text)
        else:
            return False
        return True

    def _marked(self) -> str:
        """What a key is meant for: the marked row, unless what is open stands in no row."""
        view, request = self.cards.view, self.request
        in_list = request is None or self.cards.model.row_of(request.id) >= 0
        return view.current_id if in_list and (view.hasFocus() or request is None) else ""

    # What is told

    @Slot(str)
    def _on_opened(self, request_id: str) -> None:
        self.cards.set_open(request_id)
        self._middle.setCurrentIndex(1 if request_id else 0)
        self.panel.side.setVisible(bool(request_id))
        self._look_soon()

    @Slot(str)
    def _on_call(self, appointment_id: str) -> None:
        appointment = self._desk.appointments.get(appointment_id)
        rings = appointment is not None and appointment.is_phone
        verb = self._desk.call if rings else self._desk.send_in
        self._tasks.start(verb(appointment_id), on_problem=self._show_problem)

    @Slot(bool)
    def _on_file_shown(self, shown: bool) -> None:
        """A picture gets the room of the list while it is looked at."""
        self._left.setVisible(not shown)

    @Slot(object)
    def _on_taken_back(self, out: Outgoing) -> None:
        if isinstance(out, EndingMail) and out.more:
            return  # they stay as they were, every one
        self.open(out.request_id)
        self.panel.resume(out)

    @Slot(object, Problem)
    def _on_not_sent(self, out: Outgoing, problem: Problem) -> None:
        self.page_banner.say(
            f"Not sent to {out.who}. {problem.sentence} The draft is kept.", Weight.URGENT
        )

    @Slot(str)
    def _on_request_chosen(self, request_id: str) -> None:
        self.page_requested.emit("Desk", f"Task/{request_id}")

    def _show_problem(self, problem: Problem) -> None:
        self.page_banner.show_problem(problem)

    @Slot()
    def _to_list(self) -> None:
        self.cards.view.setFocus()

    @Slot()
    def _on_counts_changed(self) -> None:
        urgent = any(request.is_emergency for request in self._mine.of(_MINE))
        self.badge_changed.emit(self.cards.model.count(WorkLane.MINE), urgent)
        self._look_soon()

    # Who is next, and what will be needed

    @Slot(object)
    def _on_any(self, _what: object) -> None:
        self._look_soon()

    @Slot(object, object)
    def _on_any_change(self, _before: object, _after: object) -> None:
        self._look_soon()

    @Slot()
    def _look_soon(self) -> None:
        if not self._soon.isActive():
            self._soon.start()

    @Slot()
    def _on_soon(self) -> None:
        desk = self._desk
        today, here = desk.time.today(), desk.day
        away = "" if here == today else day_text(here)
        held = my_list(desk.appointments, desk.me.id, desk.time.now()) if not away else MyList()
        self.next.show_list(held, away)
        self._show_next()
        first = [r for i in self.cards.model.ids[:_AHEAD] if (r := desk.requests.get(i))]
        following = held.next.patient_id if held.next is not None else ""
        desk.ahead.want([following, *(r.patient_id for r in first)])
        threads = sorted({r.thread_id for r in first if r.thread_id} - self._read)
        if threads:
            self._read.update(threads)
            self._tasks.start(desk.read_threads(threads), on_problem=self._not_read)

    def _not_read(self, _problem: Problem) -> None:
        """It is read when the card is opened."""
        self._read.clear()

    def _show_next(self) -> None:
        appointment = self.next.next
        patient_id = appointment.patient_id if appointment is not None else ""
        shown = self.next_banner.patient
        patient = self._desk.patients.get(patient_id) if patient_id else None
        if patient is None:
            self._story = None
            self.next_banner.clear()
            self.next_story.hide_story()
            return
        if shown is None or shown.id != patient_id:
            self._story = None
            self.next_story.hide_story()
            self.next_banner.show_patient(patient)
        story = self._desk.ahead.held(patient_id)
        if story is not None and story is not self._story and self._is_of(story, patient):
            self._story = story
            self.next_banner.show_facts(story.banner)
            self.next_story.show_story(story)

    @Slot(str)
    def _on_ready(self, patient_id: str) -> None:
        if self.next.next is not None and self.next.next.patient_id == patient_id:
            self._show_next()

    @staticmethod
    def _is_of(story: PatientStory, patient: Patient) -> bool:
        return story.banner.patient.id == patient.id


def _order_text() -> str:
    return "Emergency first, then due, then longest waiting"
