"""Prescriptions: repeat orders, the open one item by item, and what is confirmed for signing."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QStackedWidget, QVBoxLayout, QWidget

from contract.codes import Reject, RepeatState
from reception.desk.desk import Desk
from reception.desk.repeat_orders import Item, Order, key_of
from reception.desk.repeats import NO_RIGHT
from reception.records import Message
from reception.records.problem import Problem
from reception.ui.page import Page
from reception.ui.tasks import Tasks
from reception.widgets.banner import Banner, Weight, announce
from reception.widgets.look import Look
from reception.widgets.order_list import OrderList
from reception.widgets.order_panel import OrderPanel
from reception.widgets.order_words import OrderLane, OrderSort
from reception.widgets.panes import side_by_side
from reception.widgets.patient_story import PatientStoryView
from reception.widgets.sign_sheet import SignBar, SignSheet

_STORY_UNITS = 180
"""From so many units of width on the patient's story stands beside the order."""
_HAND_ON = {
    "p": RepeatState.WITH_PHARMACY,
    "d": RepeatState.WITH_PRESCRIBER,
    "h": RepeatState.REQUESTED,
}


class PrescriptionsPage(Page):
    """The list of orders, the open one, the patient's story, and the bar of what is confirmed."""

    title = "Prescriptions"
    icon = "prescriptions"

    def __init__(self, desk: Desk, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._look = desk, look
        self._tasks = Tasks(self)
        self._turn = 0
        self.page_banner = Banner(look, self)
        self.orders = OrderList(desk, look, self)
        self.panel = OrderPanel(desk, look, self)
        self.sheet = SignSheet(desk.signing, look, self)
        self.sign_bar = SignBar(desk.signing, look, self)
        self.story = PatientStoryView(desk, look, self)
        self._build()
        self._connect()
        if desk.repeats.may_approve:
            self.orders.show_lane(OrderLane.PRESCRIBER)

    def _build(self) -> None:
        nothing = QLabel("Enter opens the marked order", self)
        nothing.setProperty("kind", "muted")
        nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.stack = QStackedWidget(self)
        for widget in (nothing, self.panel, self.sheet):
            self.stack.addWidget(widget)
        self.splitter = side_by_side(
            self._look,
            self,
            "prescriptionsSplitter",
            (
                (self.orders, 0, 44),
                (self.stack, 3, 60),
                (self.story, 2, 36),
            ),
            (58, 90, 56),
        )
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.page_banner)
        outer.addWidget(self.splitter, 1)
        outer.addWidget(self.sign_bar)

    def _connect(self) -> None:
        desk, panel = self._desk, self.panel
        self.orders.opened.connect(self.open)
        self.orders.counts_changed.connect(self._on_counts_changed)
        panel.items.enter_pressed.connect(self._on_item_entered)
        panel.act_requested.connect(self._on_act_requested)
        panel.reject.closed.connect(self._on_tool_closed)
        panel.ask.closed.connect(self._on_tool_closed)
        panel.reject.rejected.connect(self._on_rejected)
        panel.ask.asked.connect(self._on_asked)
        self.sheet.closed.connect(self._on_sheet_closed)
        self.sheet.signed.connect(self._on_signed)
        self.sign_bar.review_requested.connect(self.look_over)
        self.story.request_chosen.connect(self._on_request_chosen)
        desk.orders.changed.connect(self._on_orders_changed)
        desk.orders.reset.connect(self._on_orders_reset)
        desk.messages.added.connect(self._on_message)
        desk.signing.voided.connect(self._on_voided)

    # The page

    @property
    def order(self) -> Order | None:
        """The open order."""
        return self.panel.order if self.stack.currentIndex() == 1 else None

    def came_to_front(self) -> None:
        """Work goes on in the list."""
        self.orders.view.setFocus()

    def focus_search(self) -> None:
        """`/` filters the orders."""
        self.orders.focus_filter()

    def show_reference(self, reference: str) -> None:
        """Open the order of the item that *reference* (`Task/x`) names."""
        kind, _, request_id = reference.partition("/")
        request = self._desk.requests.get(request_id) if kind == "Task" else None
        if request is not None and request.is_repeat:
            self.orders.show_lane(OrderLane.ALL if request.is_open else OrderLane.DONE)
            self.open(key_of(request))
            self.panel.choose(request_id)

    def kept(self) -> dict[str, str]:
        """The lane and what comes first."""
        return {"lane": self.orders.lane.value, "sort": self.orders.model.sorting.value}

    def recall(self, kept: Mapping[str, str]) -> None:
        """Show the lane of last time."""
        lane = next((lane for lane in OrderLane if lane.value == kept.get("lane")), None)
        sort = next((sort for sort in OrderSort if sort.value == kept.get("sort")), None)
        if lane is not None:
            self.orders.show_lane(lane, sort)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The story stands beside the order where there is room."""
        super().resizeEvent(event)
        self.story.setVisible(self.width() >= _STORY_UNITS * self._look.metrics.unit_px)

    # Opening

    @Slot(str)
    def open(self, key: str) -> None:
        """Open that order and go to its items."""
        order = self._desk.orders.get(key)
        if order is None:
            return
        if self.order is None or self.order.key != key:
            self._turn += 1
            self.page_banner.hide()
            self.story.hide_story()
            self.panel.show_order(order)
            self._tasks.start(self._read(order, self._turn), on_problem=self._show_problem)
            if order.patient_id:
                self._tasks.start(
                    self._read_story(order.patient_id, self._turn), on_problem=self._show_problem
                )
        self.stack.setCurrentWidget(self.panel)
        self.orders.set_open(key)
        self.panel.items.setFocus()

    def close_open(self) -> None:
        """Close what is open."""
        self._turn += 1
        self.stack.setCurrentIndex(0)
        self.story.hide_story()
        self.orders.set_open("")
        self.orders.view.setFocus()

    async def _read(self, order: Order, turn: int) -> None:
        messages = await self._desk.repeats.conversation(order)
        if turn == self._turn:
            self.panel.show_messages(messages)

    async def _read_story(self, patient_id: str, turn: int) -> None:
        story = await self._desk.story(patient_id, panel="prescriptions")
        if story is None or turn != self._turn or self.order is None:
            return
        if story.banner.patient.id == self.order.patient_id:
            patient = story.banner.patient
            self.panel.banner.show_patient(patient)
            self.panel.banner.show_facts(story.banner)
            self.story.show_story(story)
            self.panel.banner.show_twins(patient.id, await self._desk.twins_of(patient))

    # Keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The acts by their letters; what is typed never comes here."""
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.look_over()
            return
        if event.key() == Qt.Key.Key_Escape and self.stack.currentIndex():
            self.close_open()
            return
        if self.stack.currentWidget() is self.sheet:
            super().keyPressEvent(event)
            return
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        others = event.modifiers() & ~(
            Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
        )
        if not others and event.text() and self._on_key(event.text().lower(), whole=shift):
            return
        super().keyPressEvent(event)

    def _on_key(self, text: str, *, whole: bool) -> bool:
        if text == ".":
            self.orders.admit()
        elif text == "/":
            self.focus_search()
        elif text in ("j", "k"):
            self.orders.view.step(1 if text == "j" else -1)
        elif text in _HAND_ON or text in ("q", "x", "a"):
            self.act(text, whole=whole)
        else:
            return False
        return True

    @Slot(str)
    def _on_act_requested(self, letter: str) -> None:
        self.panel.items.setFocus()
        self.act(letter.lower())

    def act(self, letter: str, *, whole: bool = False) -> None:
        """Do what *letter* stands for with the marked item; *whole*: with every open item.

        In the list of orders it is about the marked order, which is opened first; what is decided
        item by item (`x`, `a`) then waits for the letter again.
        """
        if self.stack.currentWidget() is not self.panel or self.orders.view.hasFocus():
            marked = self.orders.view.current_key
            if not marked:
                return
            self.open(marked)
            if letter in ("x", "a"):
                return
            whole = True
        order, item = self.order, self.panel.item
        if order is None or item is None:
            return
        items: Sequence[Item] = order.open_items if whole else [item]
        if letter == "a":
            self._confirm(item)
        elif not items or not all(one.is_open for one in items):
            self.page_banner.say(f"{item.name} is decided. Z takes back what was done last.")
        elif letter == "x":
            patient = self._desk.patients.get(order.patient_id)
            self.panel.reject.ask(item, patient, order.patient_name)
            self.panel.open_tool(self.panel.reject)
        elif letter == "q":
            patient = self._desk.patients.get(order.patient_id)
            self.panel.ask.ask(items, patient, order.patient_name)
            self.panel.open_tool(self.panel.ask)
        else:
            work = self._hand_on(order.key, [one.id for one in items], _HAND_ON[letter])
            self._tasks.start(work, on_problem=self._show_problem)

    # Acting

    def _confirm(self, item: Item) -> None:
        if not self._desk.repeats.may_approve:
            self.page_banner.say(NO_RIGHT, Weight.WARN)
            return
        signing = self._desk.signing
        if signing.is_confirmed(item.id):
            signing.drop(item.id)
            return
        try:
            signing.confirm(item)
        except Problem as problem:
            self._show_problem(problem)
            return
        self.page_banner.hide()
        if self.panel.next_open(item.id):
            announce(self, f"{item.name} confirmed")
        else:
            announce(self, f"{item.name} confirmed, the last of this order. Enter: the next order")

    async def _hand_on(self, key: str, ids: Sequence[str], to: RepeatState) -> None:
        await self._desk.repeats.hand_on(ids, to)
        self._dealt_with(key)

    @Slot(str, Reject, str)
    def _on_rejected(self, item_id: str, why: Reject, text: str) -> None:
        order = self.order
        if order is not None:
            work = self._reject(order.key, item_id, why, text)
            self._tasks.start(work, on_problem=self._show_problem)

    async def _reject(self, key: str, item_id: str, why: Reject, text: str) -> None:
        await self._desk.repeats.reject([item_id], why, text)
        self.panel.reject.settled()
        self._on_tool_closed()
        self._dealt_with(key)

    @Slot(object, str)
    def _on_asked(self, ids: tuple[str, ...], text: str) -> None:
        order = self.order
        if order is not None:
            work = self._ask(order, ids, text, self._turn)
            self._tasks.start(work, on_problem=self._show_problem)

    async def _ask(self, order: Order, ids: Sequence[str], text: str, turn: int) -> None:
        await self._desk.repeats.ask(ids, text)
        self.panel.ask.settled()
        self._on_tool_closed()
        self._dealt_with(order.key)
        if turn == self._turn:
            await self._read(order, turn)

    def _dealt_with(self, key: str) -> None:
        """The row of that order may leave; the order stays open until another is opened."""
        self.orders.let_go(key)

    @Slot(str)
    def _on_item_entered(self, _item_id: str) -> None:
        """Enter among the items goes on to the next order of the list."""
        order = self.order
        row = self.orders.model.row_of(order.key) if order is not None else -1
        keys = self.orders.model.keys
        after = row + 1 if row >= 0 else max(0, self.orders.view.currentIndex().row())
        if after < len(keys):
            self.open(keys[after])
        else:
            self.close_open()

    @Slot()
    def _on_tool_closed(self) -> None:
        self.panel.put_away()
        self.panel.items.setFocus()

    # Signing

    @Slot()
    def look_over(self) -> None:
        """Show everything that is confirmed, to be signed."""
        if not self._desk.repeats.may_approve:
            self.page_banner.say(NO_RIGHT, Weight.WARN)
            return
        if not self._desk.signing.seals:
            self.page_banner.say("Nothing is confirmed. A confirms the marked item.")
            return
        self.page_banner.hide()
        self.story.hide_story()  # the sheet is about several people, the story would be of one
        self.sheet.begin()
        self.stack.setCurrentWidget(self.sheet)
        self.sheet.setFocus()

    @Slot()
    def _on_signed(self) -> None:
        self._tasks.start(self._sign(), on_problem=self._show_problem)

    async def _sign(self) -> None:
        seals = {seal.item.id: seal for seal in self._desk.signing.seals}
        signed = await self._desk.signing.sign()
        failed = {
            one.item_id: (seals[one.item_id], one.problem.sentence)
            for one in signed
            if one.problem is not None
        }
        for one in signed:
            if one.problem is None:
                self.orders.let_go(key_of(seals[one.item_id].item.request))
        self.sheet.show_failed(failed)
        if failed:
            names = ", ".join(seal.item.name for seal, _ in failed.values())
            self.page_banner.say(f"Not issued: {names}. Look at them again.", Weight.URGENT)
        elif self.stack.currentWidget() is self.sheet:
            self.close_open()

    @Slot()
    def _on_sheet_closed(self) -> None:
        order = self.panel.order
        if order is not None and self.orders.model.row_of(order.key) >= 0:
            self.stack.setCurrentWidget(self.panel)
            self.panel.items.setFocus()
            if order.patient_id:
                work = self._read_story(order.patient_id, self._turn)
                self._tasks.start(work, on_problem=self._show_problem)
        else:
            self.close_open()

    # What the stores say

    @Slot(str)
    def _on_voided(self, sentence: str) -> None:
        self.page_banner.say(sentence, Weight.WARN)

    @Slot(object)
    def _on_orders_changed(self, keys: frozenset[str]) -> None:
        order = self.panel.order
        if order is not None and order.key in keys:
            self._refresh(order.key)

    @Slot()
    def _on_orders_reset(self) -> None:
        if self.panel.order is not None:
            self._refresh(self.panel.order.key)

    def _refresh(self, key: str) -> None:
        fresh = self._desk.orders.get(key)
        if fresh is not None:
            self.panel.show_order(fresh)

    @Slot(object)
    def _on_message(self, message: Message) -> None:
        order = self.order
        if order is not None and message.patient_id == order.patient_id:
            self._tasks.start(self._read(order, self._turn), on_problem=self._show_problem)

    @Slot(str)
    def _on_request_chosen(self, request_id: str) -> None:
        self.page_requested.emit("Desk", f"Task/{request_id}")

    @Slot()
    def _on_counts_changed(self) -> None:
        mine = OrderLane.PRESCRIBER if self._desk.repeats.may_approve else OrderLane.RECEPTION
        urgent = any(order.is_emergency for order in self._desk.orders)
        self.badge_changed.emit(self.orders.model.count(mine), urgent)

    def _show_problem(self, problem: Problem) -> None:
        self.page_banner.show_problem(problem)
