"""Messages: conversations by who acts next, the open one, and the patient beside it."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QLabel,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from contract.codes import Outcome
from reception.desk.desk import Desk
from reception.records import Message, Request
from reception.records.problem import ChangedElsewhere, Problem
from reception.ui.page import Page
from reception.ui.request_conversation import RequestConversation
from reception.ui.request_sender import Sender
from reception.ui.tasks import Tasks
from reception.widgets.banner import Banner, Weight
from reception.widgets.composer import Composer, draft_key, target_of
from reception.widgets.look import Look
from reception.widgets.palette import Ink
from reception.widgets.patient_banner import PatientBanner
from reception.widgets.patient_story import PatientStoryView
from reception.widgets.request_outcome import OutcomeTool
from reception.widgets.send_bar import SendBar
from reception.widgets.sending import Outgoing
from reception.widgets.thread_conversation import Conversation
from reception.widgets.thread_row import ThreadLane, thread_list


class MessagesPage(Page):
    """Three panes: conversations, the open one with its composer, the patient's story."""

    title = "Messages"
    icon = "messages"

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
        self._turn = 0
        self._request: Request | None = None
        self._said = RequestConversation(desk)
        self.mail = sender or Sender(desk, parent=self)
        self.page_banner = Banner(look, self)
        self.threads = thread_list(desk, look, self)
        self.banner = PatientBanner(desk, look, self)
        self.topic = QLabel(self)
        self.topic.setProperty("kind", "heading")
        self.topic.setWordWrap(True)
        self.conversation = Conversation(look, self)
        self.composer = Composer(desk.drafts, self.mail.waiting, look, self)
        self.outcome = OutcomeTool(look, self)
        self.story = PatientStoryView(desk, look, self)
        self.send_bar = SendBar(self.mail.waiting, look, self)
        self._build(look.metrics.unit_px)
        self._connect()

    def _build(self, unit: int) -> None:
        body = QWidget(self)
        body.setObjectName("conversationBody")
        inside = QVBoxLayout(body)
        inside.setContentsMargins(2 * unit, unit, 2 * unit, unit)
        inside.addWidget(self.topic)
        inside.addWidget(self.conversation)
        inside.addStretch(1)
        self._scroll = QScrollArea(self)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(body)
        opened = QWidget(self)
        column = QVBoxLayout(opened)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addWidget(self._scroll, 1)
        column.addWidget(self.outcome)
        column.addWidget(self.composer)
        self.outcome.hide()
        nothing = QLabel("Enter opens the marked conversation", self)
        nothing.setProperty("kind", "muted")
        nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(nothing)
        self._stack.addWidget(opened)
        self.splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self.splitter.setObjectName("messagesSplitter")
        self.splitter.setChildrenCollapsible(False)
        for pane, stretch, least in (
            (self.threads, 0, 40),
            (self._stack, 3, 50),
            (self.story, 2, 36),
        ):
            pane.setMinimumWidth(unit * least)
            self.splitter.addWidget(pane)
            self.splitter.setStretchFactor(self.splitter.count() - 1, stretch)
        self.splitter.setSizes([unit * 58, unit * 100, unit * 56])
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.page_banner)
        outer.addWidget(self.splitter, 1)
        outer.addWidget(self.send_bar)

    def _connect(self) -> None:
        desk = self._desk
        self.threads.opened.connect(self.open)
        self.threads.counts_changed.connect(self._on_counts_changed)
        self.composer.closed.connect(self._to_list)
        self.composer.sent.connect(self._on_sent)
        self.composer.note_written.connect(self._on_note_written)
        self.outcome.closed.connect(self._on_outcome_closed)
        self.outcome.chosen.connect(self._on_outcome)
        self.send_bar.taken_back.connect(self._on_taken_back)
        self.mail.failed.connect(self._on_not_sent)
        self.story.request_chosen.connect(self._on_request_chosen)
        self.page_banner.pressed.connect(self._on_take_over)
        desk.messages.added.connect(self._on_message)
        desk.messages.changed.connect(self._on_message_changed)
        desk.messages.reset.connect(self._show_conversation)
        desk.requests.changed.connect(self._on_request_changed)
        self._look.palette.changed.connect(self._dress)
        self._dress()

    @property
    def request(self) -> Request | None:
        """The request whose conversation is open."""
        return self._request

    def came_to_front(self) -> None:
        """Work goes on in the list."""
        self.threads.view.setFocus()

    def focus_search(self) -> None:
        """`/` filters the conversations."""
        self.threads.focus_filter()

    def show_reference(self, reference: str) -> None:
        """Open the conversation of the request that *reference* (`Task/x`) names."""
        kind, _, request_id = reference.partition("/")
        request = self._desk.requests.get(request_id) if kind == "Task" else None
        if request is not None:
            lane = next((x for x in ThreadLane if x.takes(request, "")), ThreadLane.US)
            self.threads.show_lane(lane)
            self.open(request_id)

    @Slot(str)
    def open(self, request_id: str) -> None:
        """Open that conversation, claim it, and read it."""
        request = self._desk.requests.get(request_id)
        if request is None or (self._request is not None and self._request.id == request_id):
            return
        self._let_go()
        self._turn += 1
        self._request = request
        self.page_banner.hide()
        self.outcome.hide()
        self.composer.show()
        self.conversation.show_messages([], self._desk.time.today())
        self.story.hide_story()
        self._show_person(request)
        self._show_conversation()
        self._stack.setCurrentIndex(1)
        self.threads.set_open(request_id)
        self._tasks.start(self._read(request, self._turn), on_problem=self._show_problem)
        if request.patient_id:
            self._tasks.start(
                self._read_story(request.patient_id, self._turn), on_problem=self._show_problem
            )
        if request.is_open:
            self._tasks.start(self._claim(request.id, self._turn), on_problem=self._show_problem)

    def close_open(self) -> None:
        """Close what is open."""
        self._let_go()
        self._turn += 1
        self._request = None
        self.composer.aim(None)
        self.story.hide_story()
        self._stack.setCurrentIndex(0)
        self.threads.set_open("")
        self._to_list()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """R writes, E ends, the rest is the list's; what is typed never comes here."""
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if plain and event.text() and self._on_key(event.text()):
            return
        if event.key() == Qt.Key.Key_Escape and self._request is not None:
            self.close_open()
            return
        super().keyPressEvent(event)

    def _on_key(self, text: str) -> bool:
        if text == ".":
            self.threads.admit()
        elif text == "/":
            self.focus_search()
        elif text in ("j", "k"):
            self.threads.view.step(1 if text == "j" else -1)
        elif text in ("r", "e"):
            marked = self.threads.view.current_id
            if marked and (self.threads.view.hasFocus() or self._request is None):
                self.open(marked)
            if self._request is None or self._request.is_unmatched:
                return False
            if text == "r":
                self.outcome.hide()
                self.composer.show()
                self.composer.setFocus()
            else:
                self.outcome.ask(self._request)
                self.composer.keep()
                self.composer.hide()
                self.outcome.show()
                self.outcome.setFocus()
        else:
            return False
        return True

    # Reading

    async def _claim(self, request_id: str, turn: int) -> None:
        try:
            await self._desk.open_request(request_id)
        except ChangedElsewhere as theirs:
            if turn == self._turn:
                self.page_banner.say(theirs.sentence, Weight.WARN, offer="Take over")

    async def _read(self, request: Request, turn: int) -> None:
        await self._said.read(request)
        if turn != self._turn:
            return
        self._show_conversation()
        if request.thread_id:
            await self._desk.mark_read(request.thread_id)

    async def _read_story(self, patient_id: str, turn: int) -> None:
        story = await self._desk.story(patient_id, panel="messages")
        request = self._request
        if story is None or turn != self._turn or request is None:
            return
        if story.banner.patient.id == request.patient_id:
            self.banner.show_patient(story.banner.patient)
            self.banner.show_facts(story.banner)
            self.story.show_story(story)
            self.composer.aim(target_of(request, story.banner.patient))
            patient = story.banner.patient
            self.banner.show_twins(patient.id, await self._desk.twins_of(patient))

    def _show_person(self, request: Request) -> None:
        patient = self._desk.patients.get(request.patient_id) if request.patient_id else None
        if request.is_unmatched:
            self.banner.show_unmatched(request.patient_name)
        elif patient is None:
            self.banner.show_loading(request.patient_name)
        else:
            self.banner.show_patient(patient)
        self.composer.aim(target_of(request, patient))
        self.composer.setEnabled(not request.is_unmatched)

    @Slot()
    def _show_conversation(self) -> None:
        request = self._request
        if request is None:
            return
        header = self._desk.messages.get(request.thread_id)
        self.topic.setText((header.topic if header else "") or request.description)
        messages = self._said.held(request)
        bar = self._scroll.verticalScrollBar()
        at_end = bar.value() >= bar.maximum() - 4
        fresh = self.conversation.show_messages(messages, self._desk.time.today())
        if fresh and at_end:
            self.conversation.adjustSize()
            body = self._scroll.widget()
            if body is not None and (layout := body.layout()) is not None:
                layout.activate()
                body.adjustSize()
            bar.setValue(bar.maximum())

    def _let_go(self) -> None:
        request = self._request
        self.composer.keep()
        if request is None or not request.is_open:
            return
        key = draft_key(request.patient_id, request.id, request.thread_id)
        if not self.mail.waiting.is_busy_with(key):
            self._tasks.start(self._desk.close_request(request.id), on_problem=self._show_problem)

    # Acting

    @Slot(object)
    def _on_sent(self, out: Outgoing) -> None:
        if self._request is not None and self._request.id == out.request_id:
            self.close_open()

    @Slot(str, str, str)
    def _on_note_written(self, request_id: str, text: str, draft: str) -> None:
        self._tasks.start(self._note(request_id, text, draft), on_problem=self._show_problem)

    async def _note(self, request_id: str, text: str, draft: str) -> None:
        await self._desk.note(request_id, text)
        self.composer.settled(draft)

    @Slot(Outcome)
    def _on_outcome(self, outcome: Outcome) -> None:
        request = self._request
        if request is not None:
            self._tasks.start(self._end(request.id, outcome), on_problem=self._show_problem)

    async def _end(self, request_id: str, outcome: Outcome) -> None:
        await self._desk.complete(request_id, outcome)
        if self._request is not None and self._request.id == request_id:
            self.close_open()
        self.threads.let_go(request_id)

    @Slot()
    def _on_outcome_closed(self) -> None:
        self.outcome.hide()
        self.composer.show()
        self._to_list()

    @Slot()
    def _on_take_over(self) -> None:
        if self._request is not None:
            self.page_banner.hide()
            self._tasks.start(self._desk.take_over(self._request.id), on_problem=self._show_problem)

    @Slot(object)
    def _on_taken_back(self, out: Outgoing) -> None:
        self.open(out.request_id)
        self.composer.setFocus()

    @Slot(object, Problem)
    def _on_not_sent(self, out: Outgoing, problem: Problem) -> None:
        self.page_banner.say(
            f"Not sent to {out.patient.name}. {problem.sentence} The draft is kept.", Weight.URGENT
        )

    @Slot(str)
    def _on_request_chosen(self, request_id: str) -> None:
        self.page_requested.emit("Desk", f"Task/{request_id}")

    def _show_problem(self, problem: Problem) -> None:
        self.page_banner.show_problem(problem)

    @Slot()
    def _to_list(self) -> None:
        self.threads.view.setFocus()

    # What the stores say

    @Slot(object)
    def _on_message(self, message: Message) -> None:
        self.threads.model.refresh_thread(message.header_id or message.id)
        if self._request is not None and self._said.concerns(message, self._request):
            self._show_conversation()

    @Slot(object, object)
    def _on_message_changed(self, _before: Message, after: Message) -> None:
        self._on_message(after)

    @Slot(object, object)
    def _on_request_changed(self, before: Request, after: Request) -> None:
        if self._request is None or after.id != self._request.id:
            return
        self._request = after
        if before.patient_id != after.patient_id:
            self._show_person(after)

    @Slot()
    def _on_counts_changed(self) -> None:
        model = self.threads.model
        urgent = any(r.is_emergency and ThreadLane.US.takes(r, "") for r in self._desk.requests)
        self.badge_changed.emit(model.count(ThreadLane.US), urgent)

    @Slot()
    def _dress(self) -> None:
        ground = self._look.palette.css(Ink.SURFACE)
        self._scroll.setStyleSheet(f"#conversationBody {{ background: {ground}; }}")
