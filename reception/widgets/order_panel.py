"""The open order: who, what they wrote, item by item, the conversation, and what can be done."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from contract.codes import RepeatState
from reception.desk.desk import Desk
from reception.desk.red_flags import RedFlags, titles
from reception.desk.repeat_orders import Item, Order
from reception.desk.repeats import NO_RIGHT
from reception.records import Message
from reception.widgets.chip import Chip
from reception.widgets.flow import Flow
from reception.widgets.held_list import HeldList
from reception.widgets.look import Look
from reception.widgets.order_items import ItemDelegate, ItemModel
from reception.widgets.order_tools import AskTool, RejectItemTool
from reception.widgets.order_words import age_sign, order_sign, runs_out_text
from reception.widgets.palette import Ink
from reception.widgets.patient_banner import PatientBanner
from reception.widgets.patient_words import day_text
from reception.widgets.thread_conversation import Conversation, marked_html

ACTS = (
    ("P", "Pharmacy team", "Give the item to the pharmacy team; with Shift, the whole order"),
    ("D", "Prescriber", "Give the item to a prescriber to sign; with Shift, the whole order"),
    ("H", "Reception", "Hand the item back to reception; with Shift, the whole order"),
    ("Q", "Ask", "Ask the patient about the item; with Shift, about the whole order"),
    ("X", "Not approve", "Do not approve the item, with a reason the patient reads"),
    ("A", "Confirm", "Confirm the item by name and strength, to be signed; again to drop it"),
)
"""Every act with its key: the letter, the word on the button, and what it does."""


class OrderPanel(QWidget):
    """Banner, facts, note, items, conversation, and below them the acts or one tool."""

    act_requested = Signal(str)  # the letter of an act

    def __init__(self, desk: Desk, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._look = desk, look
        self._order: Order | None = None
        unit = look.metrics.unit_px
        self.banner = PatientBanner(desk, look, self)
        self._state, self._age, self._out = (Chip(look, parent=self) for _ in range(3))
        self._pharmacy = Chip(look, parent=self)
        self._when = QLabel(self)
        self._when.setProperty("kind", "muted")
        head = QFrame(self)
        head.setProperty("kind", "strip")
        facts = QWidget(head)
        flow = Flow(facts, gap_px=unit, line_px=max(2, unit // 2))
        across = QHBoxLayout(head)
        across.setContentsMargins(2 * unit, unit // 2, 2 * unit, unit // 2)
        across.addWidget(facts, 1)
        for widget in (self._state, self._age, self._out, self._pharmacy, self._when):
            flow.addWidget(widget)
        self.note = QLabel(self)
        self.note.setWordWrap(True)
        self.note.setTextFormat(Qt.TextFormat.RichText)
        self.note.setContentsMargins(2 * unit, unit, 2 * unit, unit)
        self.note.setObjectName("orderNote")
        self.found = QLabel(self)
        self.found.setProperty("kind", "urgent")
        self.found.setContentsMargins(2 * unit, 0, 2 * unit, unit)
        self.found.setObjectName("orderFound")
        self.model = ItemModel(desk.signing.is_confirmed, self)
        self.items = HeldList(look, ItemDelegate(look), "Items of this order", self)
        self.items.setModel(self.model)
        self.conversation = Conversation(look, self)
        talk = QWidget(self)
        talk.setObjectName("orderTalk")
        inside = QVBoxLayout(talk)
        inside.setContentsMargins(2 * unit, unit, 2 * unit, unit)
        inside.addWidget(self.conversation)
        inside.addStretch(1)
        self._talk = QScrollArea(self)
        self._talk.setWidgetResizable(True)
        self._talk.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._talk.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._talk.setWidget(talk)
        self._talk.hide()

        self.reject = RejectItemTool(desk, look, self)
        self.ask = AskTool(desk, look, self)
        self.tools = QStackedWidget(self)
        self.tools.addWidget(self.reject)
        self.tools.addWidget(self.ask)
        self.tools.hide()
        self._bar = QFrame(self)
        self._bar.setProperty("kind", "strip")
        row = QHBoxLayout(self._bar)
        row.setContentsMargins(2 * unit, unit // 2, 2 * unit, unit // 2)
        row.setSpacing(unit)
        self.buttons: dict[str, QPushButton] = {}
        for letter, word, hint in ACTS:
            button = QPushButton(f"{word}  {letter}", self._bar)
            button.setToolTip(hint)
            button.setObjectName(letter)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(self._on_button)
            self.buttons[letter] = button
            row.addWidget(button)
        row.addStretch(1)
        if not desk.repeats.may_approve:
            self.buttons["A"].setToolTip(NO_RIGHT)
            self.buttons["A"].setAccessibleDescription(NO_RIGHT)
        else:
            self.buttons["A"].setProperty("kind", "primary")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (self.banner, head, self.note, self.found):
            column.addWidget(part)
        column.addWidget(self.items, 3)
        column.addWidget(self._talk, 2)
        column.addWidget(self.tools)
        column.addWidget(self._bar)
        self.items.current_changed.connect(self._on_current_changed)
        desk.signing.changed.connect(self._on_signing_changed)
        desk.time.minute_passed.connect(self._on_minute)
        look.palette.changed.connect(self._dress)
        self._dress()

    @property
    def order(self) -> Order | None:
        """The order shown."""
        return self._order

    @property
    def item(self) -> Item | None:
        """The item in the current row, as it stands now."""
        return self.model.item(self.items.currentIndex().row())

    def show_order(self, order: Order) -> None:
        """Show *order*; another one than before begins with nothing of the last."""
        another = self._order is None or self._order.key != order.key
        self._order = order
        if another:
            patient = self._desk.patients.get(order.patient_id)
            if patient is not None:
                self.banner.show_patient(patient)
            else:
                self.banner.show_loading(order.patient_name)
            self.show_messages([])
            self.put_away()
        self.model.show(order)
        if not self.items.currentIndex().isValid() and self.model.rowCount():
            waiting = [row for row, item in enumerate(order.items) if item.is_open]
            self.items.go_to(waiting[0] if waiting else 0)
        self._say()

    def choose(self, item_id: str) -> None:
        """Stand on the item with that id."""
        for row in range(self.model.rowCount()):
            if self._id_of(row) == item_id:
                self.items.go_to(row)

    def show_messages(self, messages: Sequence[Message]) -> None:
        """What was asked and answered."""
        self._talk.setVisible(bool(messages))
        self.conversation.show_messages(messages, self._desk.time.today())

    def open_tool(self, tool: RejectItemTool | AskTool) -> None:
        """Show *tool* below the items."""
        self.tools.setCurrentWidget(tool)
        self.tools.show()
        self._bar.hide()
        tool.setFocus()

    def put_away(self) -> None:
        """No tool, but the acts."""
        self.tools.hide()
        self._bar.show()

    def next_open(self, item_id: str) -> bool:
        """Go to the next item after that one that can be confirmed; whether there is one."""
        rows = [row for row in range(self.model.rowCount()) if self._waits(row)]
        here = next((r for r in range(self.model.rowCount()) if self._id_of(r) == item_id), -1)
        later = [row for row in rows if row > here] or rows
        if later:
            self.items.go_to(later[0])
        return bool(later)

    def _waits(self, row: int) -> bool:
        item = self.model.item(row)
        return item is not None and item.is_open and not self.model.is_confirmed(item.id)

    def _id_of(self, row: int) -> str:
        item = self.model.item(row)
        return item.id if item is not None else ""

    def _say(self) -> None:
        order = self._order
        if order is None:
            return
        today = self._desk.time.today()
        sign, age = order_sign(order), age_sign(order)
        self._state.say(f"{sign.letter}  {sign.word}", sign.ink, sign.ground)
        waited = f"{age.letter}  waits {age.word}" if age else ""
        ink, ground = (age.ink, age.ground) if age else (Ink.TEXT, Ink.RAISED)
        self._age.say(waited, ink, ground)
        out, ink = runs_out_text(order.runs_out, today)
        ground = {Ink.URGENT: Ink.URGENT_TINT, Ink.WARN: Ink.WARN_TINT}.get(ink, Ink.RAISED)
        self._out.say(out, Ink.TEXT if ink is Ink.MUTED else ink, ground)
        self._pharmacy.say(order.pharmacy, Ink.TEXT, Ink.RAISED)
        number = f"{order.number}, " if order.number else ""
        self._when.setText(f"{number}ordered {day_text(order.ordered, today)}")
        self._say_note(order)
        self._say_buttons()

    def _say_note(self, order: Order) -> None:
        palette = self._look.palette
        found = RedFlags.shipped().found_in(order.note)
        said = "The patient wrote: "
        spans = [(len(said) + flag.start, len(said) + flag.end) for flag in found]
        text = f"{said}{order.note}"
        self.note.setText(
            marked_html(text, spans, palette.css(Ink.URGENT_TINT), palette.css(Ink.URGENT))
        )
        self.note.setAccessibleName(text)
        self.note.setVisible(bool(order.note))
        self.found.setText(f"Phrase matched: {titles(found)}" if found else "")
        self.found.setVisible(bool(found))

    def _say_buttons(self) -> None:
        item = self.item
        is_open = item is not None and item.is_open
        self.buttons["A"].setText("Confirm  A")
        for letter, button in self.buttons.items():
            button.setEnabled(is_open and (letter != "A" or self._desk.repeats.may_approve))
        if item is not None and is_open:
            self.buttons["P"].setEnabled(item.state is not RepeatState.WITH_PHARMACY)
            self.buttons["D"].setEnabled(item.state is not RepeatState.WITH_PRESCRIBER)
            self.buttons["H"].setEnabled(item.state is not RepeatState.REQUESTED)
            confirmed = self._desk.signing.is_confirmed(item.id)
            self.buttons["A"].setText("Drop  A" if confirmed else "Confirm  A")

    @Slot()
    def _on_button(self) -> None:
        self.act_requested.emit(self.sender().objectName())

    @Slot(str)
    def _on_current_changed(self, _key: str) -> None:
        self._say_buttons()

    @Slot()
    def _on_signing_changed(self) -> None:
        self.model.refresh()
        self._say_buttons()

    @Slot()
    def _on_minute(self) -> None:
        self._say()

    @Slot()
    def _dress(self) -> None:
        palette = self._look.palette
        ground = palette.css(Ink.SURFACE)
        self.setStyleSheet(f"#orderTalk, #orderNote, #orderFound {{ background: {ground}; }}")
        if self._order is not None:
            self._say_note(self._order)
