"""The open conversation with its patient, its tools and what came with it."""

from collections.abc import Coroutine
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from contract.codes import Outcome, Role
from reception.desk.desk import Desk
from reception.desk.story import PatientStory
from reception.records import Attachment, Message, Patient, Request
from reception.records.problem import ChangedElsewhere, Problem
from reception.ui.request_conversation import RequestConversation
from reception.ui.request_endings import RequestEndings
from reception.ui.request_sender import Sender
from reception.ui.tasks import Tasks
from reception.ui.thread_booking import ThreadBooking
from reception.ui.thread_signing import ThreadSigning
from reception.widgets.banner import Banner, Weight
from reception.widgets.composer import Composer, draft_key, target_of
from reception.widgets.ending_mail import EndingMail
from reception.widgets.file_view import FileView
from reception.widgets.look import Look
from reception.widgets.palette import Ink
from reception.widgets.patient_banner import PatientBanner
from reception.widgets.patient_story import PatientStoryView
from reception.widgets.request_assign import POOL
from reception.widgets.request_fits import FitsTool
from reception.widgets.request_tool import Tool
from reception.widgets.sending import Outgoing
from reception.widgets.sign_tool import SignTool
from reception.widgets.thread_bar import ThreadBar
from reception.widgets.thread_conversation import Conversation
from reception.widgets.thread_tools import FailureTool, HandOnTool

SIGNERS = (Role.PRESCRIBER,)
CLINICIANS = (Role.CLINICIAN, Role.PRESCRIBER)


class ThreadPanel(QWidget):
    """One conversation at a time, or none; `side` has the patient's story, or a file.

    Every question is asked with the turn it belongs to and every answer is keyed to its patient:
    what comes late for somebody else is dropped.
    """

    opened = Signal(str)
    """The request of this id is open now; empty: none is."""
    ended = Signal(str)
    """The user has dealt with the request of this id."""
    left = Signal()
    """The keyboard goes back to the list."""
    file_shown = Signal(bool)
    """A file is looked at in `side`, which could do with more room."""
    request_chosen = Signal(str)
    """Another request of the same patient is wanted."""

    def __init__(
        self, desk: Desk, look: Look, tasks: Tasks, mail: Sender, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._desk, self._look, self._tasks, self._mail = desk, look, tasks, mail
        self._turn = 0
        self._request: Request | None = None
        self._offer, self._at_end = "", True
        self._said = RequestConversation(desk)
        self.notice = Banner(look, self)
        self.banner = PatientBanner(desk, look, self)
        self.topic = QLabel(self)
        self.topic.setProperty("kind", "heading")
        self.topic.setWordWrap(True)
        self.conversation = Conversation(look, self, opens=True)
        self.composer = Composer(
            desk.drafts, mail.waiting, look, self, tasks=tasks, ready=desk.ready_words
        )
        self.endings = RequestEndings(desk, look, mail, self._bring, self._act, self)
        self.outcome, self.ending = self.endings.outcome, self.endings.ending
        self.hand = HandOnTool(desk, look, self)
        self.failure = FailureTool(look, self)
        self.fits = FitsTool(look, self, desk.words_for, offers=False)
        self.sign = SignTool(look, self)
        self._signing = ThreadSigning(desk, self.sign, self._act, self)
        self._booking = ThreadBooking(desk, look, self.fits, self._act, self)
        self.bar = ThreadBar(look, self)
        treats = desk.me.role in CLINICIANS
        self.story = PatientStoryView(desk, look, self, record_first=treats)
        self.file_view = FileView(look, tasks, self)
        self.side = QStackedWidget(self)
        self.side.addWidget(self.story)
        self.side.addWidget(self.file_view)
        self._tools: tuple[Tool, ...] = (
            self.composer,
            self.outcome,
            self.ending,
            self.hand,
            self.failure,
            self.fits,
            self.sign,
        )
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
        self._scroll.setMinimumHeight(unit * 12)
        self._scroll.setWidget(body)
        self._scroll.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self._scroll.verticalScrollBar().rangeChanged.connect(self._on_height_changed)
        shown = QWidget(self)
        column = QVBoxLayout(shown)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.banner, self.notice):
            column.addWidget(widget)
        column.addWidget(self._scroll, 1)
        for tool in self._tools:
            column.addWidget(tool)
            tool.hide()
            tool.closed.connect(self._on_tool_closed)
        column.addWidget(self._booking.clashes)
        column.addWidget(self.bar)
        nothing = QLabel("Enter opens the marked conversation, N begins a new one", self)
        nothing.setProperty("kind", "muted")
        nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        nothing.setWordWrap(True)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(nothing)
        self._stack.addWidget(shown)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)

    def _connect(self) -> None:
        desk = self._desk
        self.composer.sent.connect(self._on_sent)
        self.composer.note_written.connect(self._on_note_written)
        self.composer.text.textChanged.connect(self._keep_claim)
        self.endings.book_asked.connect(self._on_book_asked)
        self.endings.mailed.connect(self._on_sent)
        self.hand.chosen.connect(self._on_handed)
        self.failure.settled.connect(self._on_settled)
        self._signing.told.connect(self._on_told)
        self._booking.booked.connect(self._end)
        self.bar.pressed.connect(self.press)
        self.notice.pressed.connect(self._on_offer)
        self.story.request_chosen.connect(self.request_chosen)
        self.conversation.file_chosen.connect(self._on_file_chosen)
        self.conversation.again_requested.connect(self._on_again)
        self.file_view.closed.connect(self.hide_file)
        desk.messages.added.connect(self._on_message)
        desk.messages.changed.connect(self._on_message_changed)
        desk.messages.reset.connect(self._show_conversation)
        desk.requests.changed.connect(self._on_request_changed)
        self._look.palette.changed.connect(self._dress)
        self._dress()

    # What is open

    @property
    def request(self) -> Request | None:
        """The request whose conversation is open."""
        return self._request

    @property
    def patient(self) -> Patient | None:
        """Whose it is; None while that is not known, or nothing is open."""
        return self.banner.patient if self._request is not None else None

    def open(self, request_id: str) -> None:
        """Open that conversation, claim it, and read it."""
        request = self._desk.requests.get(request_id)
        if request is None or (self._request is not None and self._request.id == request_id):
            return
        self._let_go()
        self._turn += 1
        self._request, self._at_end = request, True
        self.notice.hide()
        self.conversation.show_messages([], self._desk.time.today())
        self.story.hide_story()
        self.hide_file()
        self._show_person(request)
        self._show_conversation()
        self._show_usual(request)
        self._stack.setCurrentIndex(1)
        if request.patient_id and (held := self._desk.ahead.held(request.patient_id)):
            self._show_story(held)
        self._tasks.start(self._read(request, self._turn), on_problem=self.show_problem)
        if request.patient_id:
            self._tasks.start(
                self._read_story(request.patient_id, self._turn), on_problem=self.show_problem
            )
        if request.is_open:
            self._tasks.start(self._claim(request.id, self._turn), on_problem=self.show_problem)
        self.opened.emit(request_id)

    def close_open(self) -> None:
        """Close what is open."""
        self._let_go()
        self._turn += 1
        self._request = None
        self.composer.aim(None)
        self.banner.clear()
        self.story.hide_story()
        self.hide_file()
        self._stack.setCurrentIndex(0)
        self.opened.emit("")
        self.left.emit()

    def press(self, key: str) -> bool:
        """Do what *key* stands for with the open conversation; False if it stands for nothing."""
        request = self._request
        button = self.bar.buttons.get(key)
        if request is None or button is None or button.isHidden() or not button.isEnabled():
            return False
        if key == "r":
            self._show_tool(self.composer)
            self.composer.write_patient()
        elif key == "i":
            self._show_tool(self.composer)
            self.composer.write_note()
        elif key == "h":
            self._act(self._desk.hand_to(request.id, "", ""), request.id)
        else:
            tool = {"e": self.outcome, "t": self.hand, "b": self.fits, "s": self.sign}[key]
            if key == "e" and self._desk.undelivered(request):
                tool = self.failure
            self._use(tool, request)
        return True

    def resume(self, out: Outgoing) -> None:
        """Show again, ready to be changed, what was taken back."""
        request, patient = self._request, self.patient
        if isinstance(out, EndingMail) and request is not None and patient is not None:
            self.endings.resume(out, request, patient)
        else:
            self.composer.setFocus()

    def show_problem(self, problem: Problem) -> None:
        """Say what went wrong, above the conversation."""
        self._offer = ""
        self.notice.show_problem(problem)

    # Reading

    async def _claim(self, request_id: str, turn: int) -> None:
        try:
            await self._desk.open_request(request_id)
        except ChangedElsewhere as theirs:
            if turn == self._turn:
                self._offer = "take"
                self.notice.say(theirs.sentence, Weight.WARN, offer="Take over")

    async def _read(self, request: Request, turn: int) -> None:
        await self._said.read(request)
        if turn != self._turn:
            return
        self._show_conversation()
        self._say_failed(request)
        if request.thread_id:
            await self._desk.mark_read(request.thread_id)

    async def _read_story(self, patient_id: str, turn: int) -> None:
        story = await self._desk.story(patient_id, panel=f"thread {id(self)}")
        request = self._request
        if story is None or turn != self._turn or request is None:
            return
        self._desk.ahead.keep(story)
        if self._show_story(story):
            patient = story.banner.patient
            self.banner.show_twins(patient.id, await self._desk.twins_of(patient))

    def _show_story(self, story: PatientStory) -> bool:
        """Show *story* if it is of the patient whose conversation is open."""
        request, patient = self._request, story.banner.patient
        if request is None or patient.id != request.patient_id:
            return False
        self.banner.show_patient(patient)
        self.banner.show_facts(story.banner)
        self.story.show_story(story)
        self.composer.aim(target_of(request, patient))
        self._show_bar()
        self.endings.name(request, patient)
        if self.fits.is_waiting:
            self._use(self.fits, request)
        return True

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
        self._show_bar()

    def _show_bar(self) -> None:
        if self._request is not None:
            signs = self._desk.me.role in SIGNERS
            self.bar.show_for(self._request, self.patient, signs=signs)

    @Slot()
    def _show_conversation(self) -> None:
        request = self._request
        if request is None:
            return
        header = self._desk.messages.get(request.thread_id)
        topic = (header.topic if header else "") or self._desk.medicine_text(request)
        self.topic.setText(topic or request.description)
        messages = self._said.held(request)
        self.conversation.show_messages(messages, self._desk.time.today())

    @Slot(int)
    def _on_scrolled(self, value: int) -> None:
        self._at_end = value >= self._scroll.verticalScrollBar().maximum() - 4

    @Slot(int, int)
    def _on_height_changed(self, _least: int, most: int) -> None:
        """Who reads the end goes on reading it when more is said; who has scrolled up stays."""
        if self._at_end:
            self._scroll.verticalScrollBar().setValue(most)

    def _say_failed(self, request: Request) -> None:
        lost = self._desk.undelivered(request)
        if lost and request.is_open:
            self._offer = "settle"
            why = f": {lost[-1].reason}" if lost[-1].reason else ""
            self.notice.say(
                f"Not delivered{why}. Write again, send it again, or say what was done.",
                Weight.URGENT,
                offer="Say what was done  (E)",
            )

    def _let_go(self) -> None:
        self.endings.forget()
        request = self._request
        self.composer.keep()
        self._signing.put_away()
        if request is None or not request.is_open:
            return
        key = draft_key(request.patient_id, request.id, request.thread_id)
        if not self._mail.waiting.is_busy_with(key):
            self._tasks.start(self._desk.close_request(request.id), on_problem=self.show_problem)

    # A file

    @Slot(object)
    def _on_file_chosen(self, attachment: Attachment) -> None:
        self.file_view.wait_for(attachment)
        self.side.setCurrentWidget(self.file_view)
        self.file_shown.emit(True)
        self.file_view.setFocus()
        self._tasks.start(
            self._read_file(attachment, self._turn), on_problem=self.file_view.show_problem
        )

    async def _read_file(self, attachment: Attachment, turn: int) -> None:
        file = await self._desk.file(attachment)
        if turn == self._turn and self.side.currentWidget() is self.file_view:
            self.file_view.show_file(attachment, file)

    @Slot()
    def hide_file(self) -> None:
        """Back to the story."""
        focus = QApplication.focusWidget()
        had_keyboard = focus is not None and self.file_view.isAncestorOf(focus)
        self.side.setCurrentWidget(self.story)
        self.file_view.clear()
        self.file_shown.emit(False)
        if had_keyboard:
            self.left.emit()

    # Acting

    def _act(self, verb: Coroutine[Any, Any, object], ends: str = "") -> None:
        """Run *verb*; when it has succeeded the request *ends* (an id) has been dealt with."""
        self.notice.hide()
        self._tasks.start(self._acted(verb, ends), on_problem=self.show_problem)

    async def _acted(self, verb: Coroutine[Any, Any, object], ends: str) -> None:
        await verb
        if ends:
            self._end(ends)

    @Slot(str)
    def _on_told(self, sentence: str) -> None:
        self._offer = ""
        self.notice.say(sentence, Weight.WARN)

    @Slot(str)
    def _end(self, request_id: str) -> None:
        if self._request is not None and self._request.id == request_id:
            self.close_open()
        self.ended.emit(request_id)

    @Slot(object)
    def _on_sent(self, out: Outgoing) -> None:
        if self._request is not None and self._request.id == out.request_id:
            self.close_open()

    @Slot(str, str, str)
    def _on_note_written(self, request_id: str, text: str, draft: str) -> None:
        self._act(self._note(request_id, text, draft))

    async def _note(self, request_id: str, text: str, draft: str) -> None:
        await self._desk.note(request_id, text)
        self.composer.settled(draft)

    @Slot(str)
    def _on_book_asked(self, _way: str) -> None:
        if self._request is not None:
            self._use(self.fits, self._request)

    @Slot(str, str)
    def _on_handed(self, owner: str, name: str) -> None:
        if self._request is not None:
            to = "" if owner == POOL else owner
            note = self.hand.note.text()
            self._act(self._desk.hand_to(self._request.id, to, name, note), self._request.id)

    @Slot(str)
    def _on_settled(self, words: str) -> None:
        request = self._request
        if request is not None:
            settle = self._desk.settle_failure(request.id, Outcome.ADMIN_ANSWERED, words)
            self._act(settle, request.id)

    @Slot(str)
    def _on_again(self, message_id: str) -> None:
        if self._request is not None:
            self._act(self._desk.send_again(self._request.id, message_id), self._request.id)

    @Slot()
    def _on_offer(self) -> None:
        request = self._request
        if request is None:
            return
        if self._offer == "settle":
            self._use(self.failure, request)
        else:
            self._act(self._desk.take_over(request.id))

    @Slot()
    def _keep_claim(self) -> None:
        if self._request is not None and self.composer.text.hasFocus():
            self._tasks.start(
                self._desk.keep_request(self._request.id), on_problem=self.show_problem
            )

    # The drawer

    def _use(self, tool: Tool, request: Request) -> None:
        patient = self.patient
        if tool is self.outcome:
            self.endings.ask(request, patient)
        elif tool is self.hand:
            self.hand.ask(request.owner)
        elif tool is self.failure:
            who = patient.name if patient is not None else self._desk.patient_name(request)
            self.failure.ask(who or "the patient", self._desk.undelivered(request))
        elif tool is self.sign:
            self._signing.ask(request, patient)
        elif tool is self.fits:
            self._booking.ask(request, patient)
        self._bring(tool)

    def _bring(self, tool: Tool) -> None:
        self._show_tool(tool)
        tool.setFocus()

    def _show_usual(self, request: Request) -> None:
        """Where there is a thread, the words to the patient."""
        self._show_tool(self.composer if request.thread_id else None)

    def _show_tool(self, tool: Tool | None) -> None:
        self.composer.keep()
        self._booking.clashes.clear()
        if tool is not self.sign:
            self._signing.put_away()
        for other in self._tools:
            other.setVisible(other is tool)

    @Slot()
    def _on_tool_closed(self) -> None:
        if self._request is not None:
            self._show_usual(self._request)
        self.left.emit()

    # What the stores say

    @Slot(object)
    def _on_message(self, message: Message) -> None:
        if self._request is not None and self._said.concerns(message, self._request):
            self._show_conversation()

    @Slot(object, object)
    def _on_message_changed(self, before: Message, after: Message) -> None:
        self._on_message(after)
        request = self._request
        fresh = after.failed and not before.failed
        if fresh and request is not None and after.header_id == request.thread_id:
            self._say_failed(request)

    @Slot(object, object)
    def _on_request_changed(self, before: Request, after: Request) -> None:
        if self._request is None or after.id != self._request.id:
            return
        self._request = after
        if before.patient_id != after.patient_id:
            self._show_person(after)
        self._show_bar()

    @Slot()
    def _dress(self) -> None:
        ground = self._look.palette.css(Ink.SURFACE)
        self._scroll.setStyleSheet(f"#conversationBody {{ background: {ground}; }}")
