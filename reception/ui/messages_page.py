"""Messages: conversations by who acts next, the open one, and the patient beside it."""

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from reception.desk.desk import Desk
from reception.records import Message, Patient, Request
from reception.records.problem import Problem
from reception.ui.new_message import NewMessage
from reception.ui.page import Page
from reception.ui.request_sender import Sender
from reception.ui.tasks import Tasks
from reception.ui.thread_panel import ThreadPanel
from reception.widgets.banner import Banner, Weight
from reception.widgets.ending_mail import EndingMail
from reception.widgets.look import Look
from reception.widgets.panes import side_by_side
from reception.widgets.send_bar import SendBar
from reception.widgets.sending import Outgoing
from reception.widgets.thread_row import ThreadLane, is_conversation, thread_list

_READ_MS = 60
"""Threads that are met at the same time are read together."""
_MOST_READ = 300
"""So many threads are read with the desk, so that their rows say what was said last."""
_THREAD = "thread"


class MessagesPage(Page):
    """Three panes: conversations, the open one with its tools, the patient's story."""

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
        self._spoken = desk.requests.index(_spoken)
        self._unread: set[str] = set()
        self._known: set[str] = set()
        self.mail = sender or Sender(desk, parent=self)
        self.page_banner = Banner(look, self)
        self.threads = thread_list(desk, look, self)
        self.new = QPushButton("New message  (N)", self)
        self.panel = ThreadPanel(desk, look, self._tasks, self.mail, self)
        self.letter = NewMessage(desk, look, self._tasks, self)
        self.send_bar = SendBar(self.mail.waiting, look, self)
        panel = self.panel
        self.banner, self.conversation = panel.banner, panel.conversation
        self.composer, self.outcome, self.story = panel.composer, panel.outcome, panel.story
        self._soon = QTimer(self, singleShot=True, interval=_READ_MS)
        self._build(look.metrics.unit_px)
        self._connect()
        self._meet_all()

    def _build(self, unit: int) -> None:
        left = self._left = QWidget(self)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.threads, 1)
        foot = QHBoxLayout()
        foot.setContentsMargins(unit, unit // 2, unit, unit // 2)
        foot.addWidget(self.new)
        column.addLayout(foot)
        self._middle = QStackedWidget(self)
        self._middle.addWidget(self.panel)
        self._middle.addWidget(self.letter)
        self.splitter = side_by_side(
            self._look,
            self,
            "messagesSplitter",
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
        self.threads.opened.connect(self.open)
        self.threads.counts_changed.connect(self._on_counts_changed)
        self.new.clicked.connect(self._on_new)
        self.letter.closed.connect(self._on_letter_closed)
        self.panel.opened.connect(self._on_opened)
        self.panel.left.connect(self._to_list)
        self.panel.file_shown.connect(self._on_file_shown)
        self.panel.ended.connect(self.threads.let_go)
        self.panel.request_chosen.connect(self._on_request_chosen)
        self.send_bar.taken_back.connect(self._on_taken_back)
        self.mail.failed.connect(self._on_not_sent)
        self.mail.sent.connect(self._on_sent)
        self._soon.timeout.connect(self._on_soon)
        desk.loaded.connect(self._meet_all)
        desk.requests.reset.connect(self._meet_all)
        desk.requests.added.connect(self._on_request)
        desk.requests.changed.connect(self._on_request_changed)
        desk.messages.added.connect(self._on_message)
        desk.messages.changed.connect(self._on_message_changed)
        desk.drafts.changed.connect(self._on_draft_changed)

    @property
    def request(self) -> Request | None:
        """The request whose conversation is open."""
        return self.panel.request

    def came_to_front(self) -> None:
        """Work goes on in the list."""
        if self._middle.currentWidget() is self.letter:
            self.letter.setFocus()
        else:
            self.threads.view.setFocus()

    def focus_search(self) -> None:
        """`/` filters the conversations."""
        self.threads.focus_filter()

    def show_reference(self, reference: str) -> None:
        """Open the conversation of `Task/x`; `Patient/x`: begin a new message to them."""
        kind, _, record_id = reference.partition("/")
        request = self._desk.requests.get(record_id) if kind == "Task" else None
        if request is not None:
            lane = next((x for x in ThreadLane if x.takes(request, "")), ThreadLane.US)
            self.threads.show_lane(lane)
            self.open(record_id)
        elif kind == "Patient" and record_id:
            self._tasks.start(self._write_to(record_id), on_problem=self._show_problem)

    @Slot(str)
    def open(self, request_id: str) -> None:
        """Open that conversation."""
        if self._middle.currentWidget() is self.letter:
            self.letter.put_away()
        self.page_banner.hide()
        self.panel.open(request_id)

    def close_open(self) -> None:
        """Close what is open."""
        self.panel.close_open()

    def write(self, patient: Patient | None = None) -> None:
        """Begin a new message, to *patient* if it is known to whom."""
        self.panel.close_open()
        self._middle.setCurrentWidget(self.letter)
        self.panel.side.hide()
        self.letter.begin(patient)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """N begins, R writes, E ends, the rest is the list's; what is typed never comes here."""
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if plain and event.text() and self._on_key(event.text()):
            return
        if event.key() == Qt.Key.Key_Escape and self.request is not None:
            self.panel.close_open()
            return
        super().keyPressEvent(event)

    def _on_key(self, text: str) -> bool:
        if text == ".":
            self.threads.admit()
        elif text == "/":
            self.focus_search()
        elif text == "n":
            self.write()
        elif text in ("j", "k"):
            self.threads.view.step(1 if text == "j" else -1)
        elif text in self.panel.bar.buttons:
            if marked := self._marked():
                self.open(marked)
            return self.panel.press(text)
        else:
            return False
        return True

    def _marked(self) -> str:
        """What a key is meant for: the marked row, unless what is open stands in no row."""
        view, request = self.threads.view, self.request
        in_list = request is None or self.threads.model.row_of(request.id) >= 0
        return view.current_id if in_list and (view.hasFocus() or request is None) else ""

    async def _write_to(self, patient_id: str) -> None:
        known = self._desk.patients.get(patient_id)
        if known is None:
            banner = await self._desk.banner(patient_id, panel="write")
            known = banner.patient if banner is not None else None
        if known is not None:
            self.write(known)

    # What is told

    @Slot()
    def _on_new(self) -> None:
        self.write()

    @Slot()
    def _on_letter_closed(self) -> None:
        self._middle.setCurrentWidget(self.panel)
        self.panel.side.show()
        self._to_list()

    @Slot(str)
    def _on_opened(self, request_id: str) -> None:
        self.threads.set_open(request_id)

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

    @Slot(object)
    def _on_sent(self, out: Outgoing) -> None:
        """What has ended leaves the list."""
        for one in out.all if isinstance(out, EndingMail) else ():
            self.threads.let_go(one.request_id)

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
        self.threads.view.setFocus()

    # What was said last, in every row

    @Slot()
    def _meet_all(self) -> None:
        for request in self._spoken.of(_THREAD)[:_MOST_READ]:
            self._on_request(request)

    @Slot(object)
    def _on_request(self, request: Request) -> None:
        header_id = request.thread_id
        if header_id and header_id not in self._known and is_conversation(request):
            self._known.add(header_id)
            self._unread.add(header_id)
            if not self._soon.isActive():
                self._soon.start()

    @Slot(object, object)
    def _on_request_changed(self, _before: Request, after: Request) -> None:
        self._on_request(after)

    @Slot()
    def _on_soon(self) -> None:
        some, self._unread = sorted(self._unread), set()
        if some:
            self._tasks.start(self._read(some), on_problem=self._not_read)

    async def _read(self, header_ids: list[str]) -> None:
        await self._desk.read_threads(header_ids)

    def _not_read(self, _problem: Problem) -> None:
        """Rows say less then; the next load asks again."""
        self._known.clear()

    @Slot(object)
    def _on_message(self, message: Message) -> None:
        self.threads.model.refresh_thread(message.header_id or message.id)

    @Slot(object, object)
    def _on_message_changed(self, _before: Message, after: Message) -> None:
        self._on_message(after)

    @Slot(str)
    def _on_draft_changed(self, key: str) -> None:
        self.threads.model.refresh_thread(key.partition("/")[2])

    @Slot()
    def _on_counts_changed(self) -> None:
        urgent = any(r.is_emergency and r.waits_for_us for r in self._spoken.of(_THREAD))
        self.badge_changed.emit(self.threads.model.count(ThreadLane.US), urgent)


def _spoken(request: Request) -> tuple[str, ...]:
    """Open conversations: of all that a day brings, what this page is about."""
    return (_THREAD,) if request.is_open and is_conversation(request) else ()
