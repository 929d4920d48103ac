"""The open request with its verbs: claims it, shows it, answers it, lets it go."""

from collections.abc import Coroutine
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QApplication, QLabel, QStackedWidget, QVBoxLayout, QWidget

from contract.codes import Priority, Reject
from reception.desk.clashes import OtherBookings
from reception.desk.desk import Desk
from reception.desk.problems import SlotTaken
from reception.desk.red_flags import RedFlags
from reception.records import Message, Patient, Request
from reception.records.problem import ChangedElsewhere, Problem
from reception.ui.clash_ask import ClashAsk, Wish
from reception.ui.request_booking import RequestBooking, reason_of
from reception.ui.request_conversation import RequestConversation
from reception.ui.request_endings import RequestEndings
from reception.ui.request_sender import Sender
from reception.ui.tasks import Tasks
from reception.widgets.banner import Banner, Weight
from reception.widgets.composer import Composer, draft_key, target_of
from reception.widgets.ending_mail import EndingMail
from reception.widgets.look import Look
from reception.widgets.offer_strip import OfferStrip
from reception.widgets.queue_row import ended_text, holder_of
from reception.widgets.request_assign import POOL, AssignTool
from reception.widgets.request_bar import RequestBar
from reception.widgets.request_match import MatchTool
from reception.widgets.request_priority import PriorityTool
from reception.widgets.request_reject import RejectTool
from reception.widgets.request_tool import Tool
from reception.widgets.request_view import RequestView
from reception.widgets.sending import Outgoing

_NOTHING_OPEN = "Enter opens the marked request"


class RequestPanel(QWidget):
    """One open request at a time, or none.

    What comes late for a request that is not open any more is dropped: every question is asked
    with the turn it belongs to, and every answer is keyed to the patient it is about.
    """

    closed = Signal(str)
    """The request with this id is no longer open here."""
    ended = Signal(str)
    """The user has dealt with the request of this id."""
    closed_tool = Signal()
    """The drawer is empty again: the keyboard goes back to the list."""
    order_requested = Signal(str)
    """The ordered item with this id is to be dealt with where its whole order stands."""
    lit = Signal(list)
    """These slots suit what is being booked, the best first."""

    def __init__(
        self,
        desk: Desk,
        look: Look,
        tasks: Tasks,
        sender: Sender,
        red_flags: RedFlags,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk, self._look, self._tasks, self._sender = desk, look, tasks, sender
        self._turn = 0
        self._acting = 0
        self._request: Request | None = None
        self._said = RequestConversation(desk)

        self.banner = Banner(look, self)
        self.view = RequestView(desk, look, red_flags, self)
        self.bar = RequestBar(look, self)
        self.offered = OfferStrip(look, self)
        self.booking = RequestBooking(desk, look, tasks, self._use, self._act, self._book, self)
        self.endings = RequestEndings(desk, look, sender, self._use, self._act, self)
        self.fits, self.offer = self.booking.fits, self.booking.offer
        self.outcome, self.ending = self.endings.outcome, self.endings.ending
        self.clashes = ClashAsk(look, self._book, self)
        self.composer = Composer(
            desk.drafts, sender.waiting, look, self, tasks=tasks, ready=desk.ready_words
        )
        self.reject = RejectTool(look, self)
        self.assign = AssignTool(desk, look, self)
        self.priority = PriorityTool(look, self)
        self.match = MatchTool(desk, look, tasks, self)
        self._tools: tuple[Tool, ...] = (
            self.fits,
            self.offer,
            self.composer,
            self.outcome,
            self.ending,
            self.reject,
            self.assign,
            self.priority,
            self.match,
        )
        self._nothing = QLabel(_NOTHING_OPEN, self)
        self._nothing.setProperty("kind", "muted")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        opened = QWidget(self)
        inside = QVBoxLayout(opened)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(0)
        inside.addWidget(self.offered)
        inside.addWidget(self.view, 1)
        for tool in self._tools:
            inside.addWidget(tool)
            tool.hide()
            tool.closed.connect(self._on_tool_closed)
        inside.addWidget(self.clashes)
        inside.addWidget(self.bar)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self._nothing)
        self._stack.addWidget(opened)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addWidget(self._stack, 1)
        self._connect()

    def _connect(self) -> None:
        desk = self._desk
        desk.requests.changed.connect(self._on_request_changed)
        desk.requests.removed.connect(self._on_request_removed)
        desk.requests.reset.connect(self._on_requests_reset)
        desk.patients.added.connect(self._on_patient)
        desk.messages.added.connect(self._on_message)
        desk.messages.changed.connect(self._on_message_changed)
        self.bar.pressed.connect(self.press)
        self.banner.pressed.connect(self.take_over)
        self.booking.lit.connect(self.lit)
        self.booking.problem_met.connect(self.show_problem)
        self.endings.book_asked.connect(self._on_book_asked)
        self.endings.mailed.connect(self._on_sent)
        self.offered.taken_back.connect(self._on_offer_taken_back)
        self.clashes.given_up.connect(self._on_clash_given_up)
        self.composer.sent.connect(self._on_sent)
        self.composer.note_written.connect(self._on_note_written)
        self.composer.text.textChanged.connect(self._keep_claim)
        self.reject.rejected.connect(self._on_rejected)
        self.assign.chosen.connect(self._on_owner_chosen)
        self.priority.chosen.connect(self._on_priority)
        self.match.chosen.connect(self._on_matched)

    # What is open

    @property
    def request(self) -> Request | None:
        """The open request."""
        return self._request

    @property
    def patient(self) -> Patient | None:
        """Whose it is; None while that is not known, or nothing is open."""
        return self.view.banner.patient if self._request is not None else None

    @property
    def tool(self) -> Tool | None:
        """The tool in the drawer."""
        return next((tool for tool in self._tools if not tool.isHidden()), None)

    def open(self, request_id: str) -> None:
        """Open that request and claim it."""
        if self._request is not None and self._request.id == request_id:
            return
        request = self._desk.requests.get(request_id)
        if request is None:
            return
        self._let_go()
        self._turn += 1
        self._request = request
        self.banner.hide()
        self._show(request)
        self._stack.setCurrentIndex(1)
        self._tasks.start(self._claim(request_id, self._turn), on_problem=self.show_problem)
        if request.is_unmatched:
            self._use(self.match)

    def close_open(self) -> None:
        """Close what is open; what was not dealt with goes back."""
        request = self._request
        if request is None:
            return
        self._let_go()
        self._clear()
        self.closed.emit(request.id)

    def press(self, key: str) -> bool:
        """Do what *key* stands for with the open request; False if it stands for nothing here."""
        request = self._request
        button = self.bar.buttons.get(key)
        if request is None or button is None or button.isHidden() or not button.isEnabled():
            return False
        if request.is_repeat and key in ("e", "x"):
            self.close_open()  # an item is issued, or not approved, beside what came with it
            self.order_requested.emit(request.id)
            return True
        self._keep_claim()
        if key == "u" and not request.is_emergency:
            self._on_priority(Priority.ROUTINE if request.is_urgent else Priority.URGENT, "")
            return True
        tool = {
            "b": self.fits,
            "r": self.composer,
            "e": self.outcome,
            "t": self.assign,
            "x": self.reject,
            "u": self.priority,
            "m": self.match,
        }[key]
        self._use(tool)
        return True

    def raise_emergency(self) -> None:
        """Make the open request an emergency."""
        if self._request is not None and not self._request.is_emergency:
            self._on_priority(Priority.STAT, "")

    def book_into(self, request_id: str, slot_id: str) -> None:
        """Book that request into that slot: it was dropped there."""
        request = self._desk.requests.get(request_id)
        if request is None or not request.is_open:
            return
        if request.is_unmatched:
            self.open(request_id)
            self.banner.say("Match the person first; then drop the request again.", Weight.WARN)
            return
        self._book(Wish(request.id, slot_id, reason_of(request), patient_id=request.patient_id))

    def resume(self, out: Outgoing) -> None:
        """Show again, ready to be changed, what was taken back."""
        request, patient = self._request, self.patient
        if request is None or request.id != out.request_id:
            return
        if isinstance(out, EndingMail) and patient is not None:
            self.endings.resume(out, request, patient)
        else:
            self.press("r")

    def show_problem(self, problem: Problem) -> None:
        """Say what went wrong, above the request."""
        self.banner.show_problem(problem)

    # Claiming and reading

    async def _claim(self, request_id: str, turn: int) -> None:
        try:
            await self._desk.open_request(request_id)
        except ChangedElsewhere as theirs:
            if turn == self._turn:
                self.banner.say(theirs.sentence, Weight.WARN, offer="Take over")
        finally:
            if turn == self._turn:
                self._read(turn)

    def _read(self, turn: int) -> None:
        request = self._request
        if request is None:
            return
        if request.patient_id:
            self._tasks.start(
                self._read_story(request.patient_id, turn), on_problem=self.show_problem
            )
        self._tasks.start(self._read_thread(request, turn), on_problem=self.show_problem)
        self._tasks.start(self._read_item(request, turn), on_problem=self.show_problem)
        self._tasks.start(self._read_offer(request, turn), on_problem=self.show_problem)

    async def _read_item(self, request: Request, turn: int) -> None:
        item = await self._desk.items.read(request)
        if turn == self._turn:
            self.view.show_item(item)
            self.booking.read_with(item.words)
            await self.view.form.load(self._desk.items.picture)

    async def _read_offer(self, request: Request, turn: int) -> None:
        slots = await self._desk.offering.offered(request)
        if turn == self._turn and self._request is not None:
            self.offered.show_offer(self._request, slots, self._desk.time.today())

    async def _read_story(self, patient_id: str, turn: int) -> None:
        story = await self._desk.story(patient_id, panel="desk")
        request = self._request
        if story is None or turn != self._turn or request is None:
            return
        if story.banner.patient.id == request.patient_id:
            self.view.show_request(request, story.banner.patient)
            self.view.show_story(story)
            self._show_bar()
            patient = story.banner.patient
            self.view.banner.show_twins(patient.id, await self._desk.twins_of(patient))

    async def _read_thread(self, request: Request, turn: int) -> None:
        messages = await self._said.read(request)
        if turn == self._turn:
            self.view.show_messages(messages)

    @Slot()
    def take_over(self) -> None:
        """Take it from the colleague who has it open."""
        request = self._request
        if request is not None:
            self.banner.hide()
            self._act(self._desk.take_over(request.id))

    @Slot()
    def _keep_claim(self) -> None:
        if self._request is not None:
            self._tasks.start(
                self._desk.keep_request(self._request.id), on_problem=self.show_problem
            )

    def _let_go(self) -> None:
        request = self._request
        self._forget()
        if request is None:
            return
        key = draft_key(request.patient_id, request.id, request.thread_id)
        if request.is_open and not self._sender.waiting.is_busy_with(key):
            self._tasks.start(self._desk.close_request(request.id), on_problem=self.show_problem)

    def _clear(self) -> None:
        self._turn += 1
        self._request = None
        self._forget()
        self.banner.hide()
        self._stack.setCurrentIndex(0)

    def _forget(self) -> None:
        """Nothing of the request that was open stays in any tool."""
        self._put_away()
        self.composer.aim(None)
        self.booking.forget()
        self.endings.forget()
        self.offered.clear()

    # Acting

    def _act(self, verb: Coroutine[Any, Any, object], ends: str = "") -> None:
        """Run *verb*; when it has succeeded the request *ends* (an id) has been dealt with."""
        self.banner.hide()
        self._tasks.start(self._acted(verb, ends), on_problem=self.show_problem)

    async def _acted(self, verb: Coroutine[Any, Any, object], ends: str) -> None:
        self._acting += 1
        self._show_bar()
        try:
            await verb
        finally:
            self._acting -= 1
            self._show_bar()
        if ends:
            self._end(ends)

    def _end(self, request_id: str) -> None:
        if self._request is not None and self._request.id == request_id:
            self._clear()
        self.ended.emit(request_id)

    def _book(self, wish: Wish) -> None:
        self.clashes.clear()
        self._act(self._booked(wish))

    async def _booked(self, wish: Wish) -> None:
        try:
            await wish.book(self._desk)
        except OtherBookings as others:
            self.open(wish.request_id)  # it may have been dropped on the board
            self.clashes.ask(wish, others)
            return
        except SlotTaken as taken:
            if self._request is None or self._request.id != wish.request_id:
                raise
            names = [self._desk.clinician_of(slot)[1] for slot in taken.alternatives]
            self._use(self.fits)
            self.fits.offer_instead(taken.alternatives, names)
            self.lit.emit([slot.id for slot in taken.alternatives])
            raise
        self._end(wish.request_id)

    @Slot()
    def _on_clash_given_up(self) -> None:
        (self.fits if not self.fits.isHidden() else self.bar).setFocus()

    @Slot(str)
    def _on_book_asked(self, way: str) -> None:
        request = self._request
        if request is not None:
            self.booking.ask(request, self.patient, way)
            self._use(self.fits, asked=True)

    @Slot(str)
    def _on_offer_taken_back(self, request_id: str) -> None:
        if self._request is not None and self._request.id == request_id:
            self._act(self._desk.offering.withdraw(request_id))

    @Slot(Reject, str)
    def _on_rejected(self, why: Reject, text: str) -> None:
        request = self._request
        if request is not None:
            self._act(self._desk.reject(request.id, why, text), request.id)

    @Slot(Priority, str)
    def _on_priority(self, priority: Priority, reason: str) -> None:
        request = self._request
        if request is not None:
            self._act(self._desk.prioritise(request.id, priority, reason))
            self._put_away()

    @Slot(str, str)
    def _on_owner_chosen(self, owner: str, name: str) -> None:
        request = self._request
        if request is None:
            return
        if owner == POOL:
            self._act(self._desk.hand_back(request.id), request.id)
        else:
            self._act(self._desk.assign(request.id, owner, name), request.id)

    @Slot(str, Patient, str)
    def _on_matched(self, request_id: str, patient: Patient, reason: str) -> None:
        request = self._request
        if request is not None and request.id == request_id:
            self._put_away()
            self._act(self._match(request_id, patient, reason, self._turn))

    async def _match(self, request_id: str, patient: Patient, reason: str, turn: int) -> None:
        matched = await self._desk.match(request_id, patient, reason)
        if turn == self._turn:
            self._request = matched
            self.view.show_request(matched, patient)
            await self._claim(request_id, turn)  # matching has put it back in the pool

    @Slot(object)
    def _on_sent(self, out: Outgoing) -> None:
        self._end(out.request_id)

    @Slot(str, str, str)
    def _on_note_written(self, request_id: str, text: str, draft: str) -> None:
        self._act(self._note(request_id, text, draft))

    async def _note(self, request_id: str, text: str, draft: str) -> None:
        await self._desk.note(request_id, text)
        self.composer.settled(draft)

    # The drawer

    def _use(self, tool: Tool, *, asked: bool = False) -> None:
        """Show *tool*; *asked*: it has its question already."""
        request, patient = self._request, self.patient
        if request is None:
            return
        if tool is self.fits and not asked and self.fits.isHidden():
            self.booking.ask(request, patient)
        elif tool is self.composer:
            # While a colleague has it the words are a draft: nothing can be sent.
            held = self._is_anothers(request)
            self.composer.aim(target_of(request, None if held else patient))
        elif tool is self.outcome:
            self.endings.ask(request, patient)
        elif tool is self.reject:
            self.reject.ask(patient, request.patient_name or "somebody not matched")
        elif tool is self.assign:
            self.assign.ask(request.owner)
        elif tool is self.priority:
            self.priority.ask(request)
        elif tool is self.match:
            self.match.ask(request)
        for other in self._tools:
            other.setVisible(other is tool)
        if tool not in (self.fits, self.offer):
            self.lit.emit([])
        tool.setFocus()

    def _put_away(self) -> None:
        focus = QApplication.focusWidget()
        had_keyboard = focus is not None and any(t.isAncestorOf(focus) for t in self._tools)
        for tool in self._tools:
            tool.hide()
        self.clashes.clear()
        self.composer.keep()
        self.lit.emit([])
        if had_keyboard:  # a hidden field would pass it on to anything
            self.closed_tool.emit()

    @Slot()
    def _on_tool_closed(self) -> None:
        self._put_away()
        self.closed_tool.emit()

    # What the stores say

    def _show(self, request: Request) -> None:
        known = self._desk.patients.get(request.patient_id) if request.patient_id else None
        held = self.view.banner.patient
        if known is None and held is not None and held.id == request.patient_id:
            known = held
        self.view.show_request(request, known)
        self._show_bar()

    def _show_bar(self) -> None:
        if self._request is not None:
            ready, busy = not self._is_anothers(self._request), self._acting > 0
            self.bar.show_for(self._request, self.patient, ready=ready, busy=busy)
            self.fits.set_busy(busy or not ready)
            if self.patient is not None and ready:
                self._name_patient(self._request, self.patient)

    def _name_patient(self, request: Request, patient: Patient) -> None:
        """Who it is has come: what was asked for before goes on."""
        self.endings.name(request, patient)
        if self.fits.is_waiting:
            self.booking.ask(request, patient, self.fits.way)
            self._use(self.fits, asked=True)
        elif not self.composer.isHidden():
            self.composer.aim(target_of(request, patient))

    def _is_anothers(self, request: Request) -> bool:
        return holder_of(request, self._desk.me.reference, self._desk.time.now())[1]

    @Slot(object, object)
    def _on_request_changed(self, before: Request, after: Request) -> None:
        if self._request is None or after.id != self._request.id:
            return
        was_open = self._request.is_open
        if self._is_anothers(after) and not self._is_anothers(before):
            self.banner.say(
                f"{after.owner_name or 'A colleague'} has it open now.",
                Weight.WARN,
                offer="Take over",
            )
        self._request = after
        self._show(after)
        if before.offered_slots or after.offered_slots or before.state != after.state:
            turn = self._turn
            self._tasks.start(self._read_offer(after, turn), on_problem=self.show_problem)
        if was_open and not after.is_open and not self._acting:
            who = f" by {after.owner_name}" if after.owner_name else ""
            self.banner.say(f"This has been ended{who}: {ended_text(after).lower()}.", Weight.WARN)

    @Slot(object)
    def _on_request_removed(self, gone: Request) -> None:
        if self._request is not None and gone.id == self._request.id and not self._acting:
            self.banner.say("This request is no longer in the queue.", Weight.WARN)

    @Slot()
    def _on_requests_reset(self) -> None:
        if self._request is not None:
            fresh = self._desk.requests.newest(self._request.id)
            if fresh is not None:
                self._request = fresh
                self._show(fresh)

    @Slot(object)
    def _on_patient(self, patient: Patient) -> None:
        if self._request is not None and patient.id == self._request.patient_id:
            self._show(self._request)

    @Slot(object)
    def _on_message(self, message: Message) -> None:
        request = self._request
        if request is not None and self._said.concerns(message, request):
            self.view.show_messages(self._said.held(request))

    @Slot(object, object)
    def _on_message_changed(self, _before: Message, after: Message) -> None:
        self._on_message(after)
