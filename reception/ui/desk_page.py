"""The desk, reception's home: the queue, the open request, the board beside them."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QToolButton, QVBoxLayout, QWidget

from reception.desk.desk import Desk
from reception.desk.intake import TakenDown
from reception.desk.red_flags import RedFlags
from reception.records.contact import is_on_contact_list
from reception.records.problem import Problem
from reception.ui.board_menus import BoardMenus
from reception.ui.board_pane import BoardPane
from reception.ui.bulk import BulkEndings
from reception.ui.page import Page
from reception.ui.request_panel import RequestPanel
from reception.ui.request_sender import Sender
from reception.ui.surge_keeper import SurgeKeeper
from reception.ui.tasks import Tasks
from reception.widgets.banner import Banner, Weight
from reception.widgets.board_model import BoardModel
from reception.widgets.ending_mail import EndingMail
from reception.widgets.look import Look
from reception.widgets.panes import side_by_side
from reception.widgets.queue_lane import Lane
from reception.widgets.queue_pane import request_queue
from reception.widgets.queue_sweep import SweepBar
from reception.widgets.request_entry import RequestEntry
from reception.widgets.send_bar import SendBar
from reception.widgets.sending import Outgoing

THREE_PANES_PX = 1600
"""From this window width on the board stands beside the queue by itself."""


class DeskPage(Page):
    """Three panes; single keys are verbs on the marked or open request."""

    title = "Desk"
    icon = "desk"

    def __init__(
        self,
        desk: Desk,
        look: Look,
        sender: Sender | None = None,
        red_flags: RedFlags | None = None,
        parent: QWidget | None = None,
        model: BoardModel | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk, self._look = desk, look
        self._tasks = Tasks(self)
        self._board_asked: bool | None = None
        self.mail = sender or Sender(desk, parent=self)
        self.banner = Banner(look, self)
        phrases = red_flags or RedFlags.shipped()
        self.queue = request_queue(desk, look, phrases, self)
        self.panel = RequestPanel(desk, look, self._tasks, self.mail, phrases, self)
        self.entry = RequestEntry(desk, look, self._tasks, phrases, self)
        self.bulk = BulkEndings(desk, look, self._tasks, self.mail, phrases, self)
        self.middle = QStackedWidget(self)
        for sheet in (self.panel, self.entry, self.bulk.sheet):
            self.middle.addWidget(sheet)
        self.board = BoardPane(desk, look, self._tasks, self, model)
        self.menus = BoardMenus(desk, look, self._tasks, self.board)
        self.send_bar = SendBar(self.mail.waiting, look, self)
        self.splitter = side_by_side(
            self._look,
            self,
            "deskSplitter",
            (
                (self.queue, 0, 36),
                (self.middle, 3, 44),
                (self.board, 4, 40),
            ),
            (58, 80, 110),
        )
        self.board_button = QToolButton(self.queue)
        self.board_button.setCheckable(True)
        self.board_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.board_button.setToolTip("The board beside the queue (Ctrl+B)")
        self.board_button.setAccessibleName("The board beside the queue")
        self.new_button = QToolButton(self.queue)
        self.new_button.setText("New")
        self.new_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.new_button.setToolTip("Somebody rings, or stands at the counter (N)")
        self.new_button.setAccessibleName("New request, phoned in or told at the counter")
        self.queue.add_beside_filter(self.new_button)
        self.queue.add_beside_filter(self.board_button)
        self.sweep = SweepBar(desk, look, self.queue)
        self.queue.add_below(self.sweep)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.surge = SurgeKeeper(desk, look, self._tasks, self.banner.show_problem, self)
        column.addWidget(self.banner)
        column.addWidget(self.surge.strip)
        column.addWidget(self.splitter, 1)
        column.addWidget(self.send_bar)
        self._connect()
        self._show_board()

    def _connect(self) -> None:
        self.queue.opened.connect(self._on_opened)
        self.queue.view.picked.connect(self._on_picked)
        self.bulk.done.connect(self._on_bulk_done)
        self.bulk.problem_met.connect(self.banner.show_problem)
        self.bulk.sheet.left.connect(self._on_bulk_left)
        self.queue.counts_changed.connect(self._on_counts_changed)
        self.queue.counts_changed.connect(self.sweep.look)
        self.sweep.show_requested.connect(self._on_sweep)
        self._desk.alarm.changed.connect(self._on_counts_changed)
        self.panel.closed.connect(self._on_closed)
        self.panel.closed_tool.connect(self._on_tool_closed)
        self.panel.ended.connect(self._on_ended)
        self.panel.lit.connect(self._on_lit)
        self.panel.order_requested.connect(self._on_order_requested)
        self.panel.fits.slot_pointed.connect(self._on_slot_pointed)
        self.board.request_dropped.connect(self.panel.book_into)
        self.board.book_requested.connect(self._on_board_book)
        self.board.squeeze_requested.connect(self._on_board_squeeze)
        self.board.walk_in_requested.connect(self._on_board_walk_in)
        self.board.cancel_requested.connect(self._on_board_cancel)
        self.board.opened.connect(self._on_board_opened)
        self.board.move_requested.connect(self._on_board_move)
        self.board.place_chosen.connect(self._on_board_place)
        self.board.lateness_asked.connect(self._on_board_late)
        self.board.missed_asked.connect(self._on_board_missed)
        self.board.problem_met.connect(self.banner.show_problem)
        self.menus.problem_met.connect(self.banner.show_problem)
        self.menus.page_requested.connect(self.page_requested)
        self.board_button.toggled.connect(self._on_board_toggled)
        self.new_button.clicked.connect(self.take_down)
        self.entry.sent.connect(self._on_taken_down)
        self.entry.left.connect(self._on_entry_left)
        self.send_bar.taken_back.connect(self._on_taken_back)
        self.mail.failed.connect(self._on_not_sent)
        self.mail.sent.connect(self._on_sent)
        self._look.palette.changed.connect(self._dress)
        self._dress()
        shortcut = QShortcut(QKeySequence("Ctrl+B"), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self.board_button.toggle)

    def came_to_front(self) -> None:
        """Work goes on in the list."""
        self.queue.view.setFocus()

    def show_reference(self, reference: str) -> None:
        """Open the request that *reference* (`Task/x`) names."""
        kind, _, request_id = reference.partition("/")
        if kind != "Task":
            return
        if self.queue.model.row_of(request_id) < 0:
            self.queue.show_lane(Lane.ALL)
        self._on_opened(request_id)

    def focus_search(self) -> None:
        """`/` is the queue's filter."""
        self.queue.focus_filter()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Verbs on the marked request; what is typed into a field never comes here."""
        plain = not event.modifiers() & ~(
            Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
        )
        text = event.text()
        if plain and text and self._on_key(text):
            return
        if event.key() == Qt.Key.Key_Escape and self.bulk.is_open:
            self._on_bulk_left()
            return
        if event.key() == Qt.Key.Key_Escape and self.panel.request is not None:
            self.panel.close_open()
            return
        super().keyPressEvent(event)

    def _on_key(self, text: str) -> bool:
        if text == ".":
            self.queue.admit()
        elif text == "/":
            self.focus_search()
        elif text == "n":
            self.take_down()
        elif text == "v":
            self.queue.offer_views()
        elif text == "w":
            self.sweep.show_left()
        elif text in ("j", "k"):
            self.queue.view.step(1 if text == "j" else -1)
        elif self.bulk.is_open and text in {"U", *self.panel.bar.buttons}:
            return self._on_bulk_key(text)
        elif text == "U":
            self._open_marked()
            self.panel.raise_emergency()
        elif text in self.panel.bar.buttons:
            self._open_marked()
            return self.panel.press(text)
        else:
            return False
        return True

    def _open_marked(self) -> None:
        """In the list a verb is about the marked row; elsewhere about what is open."""
        marked = self.queue.view.current_id
        if marked and (self.queue.view.hasFocus() or self.panel.request is None):
            self._on_opened(marked)

    # Several at once

    @Slot(list)
    def _on_picked(self, request_ids: list[str]) -> None:
        if len(request_ids) > 1:
            if self.panel.request is not None:
                self.panel.close_open()
            self.bulk.ask(request_ids)
            self.middle.setCurrentWidget(self.bulk.sheet)
        elif self.bulk.is_open:
            self.bulk.leave()
            self.middle.setCurrentWidget(self.panel)

    def _on_bulk_key(self, text: str) -> bool:
        """With several marked only ending them together can be meant."""
        if text == "e":
            self.bulk.sheet.setFocus()
        else:
            self.banner.say(
                "Several are marked: E ends them together, Escape marks only one.", Weight.INFO
            )
        return True

    @Slot()
    def _on_bulk_left(self) -> None:
        self.queue.view.pick_only_current()
        self.queue.view.setFocus()

    @Slot()
    def _on_bulk_done(self) -> None:
        self._on_bulk_left()
        self.middle.setCurrentWidget(self.panel)

    @Slot(str)
    def _on_opened(self, request_id: str) -> None:
        request = self._desk.requests.get(request_id)
        if request is not None and request.is_open and is_on_contact_list(request):
            # Nobody leaves that list but by its own outcomes: it has them, and the phone number.
            self.page_requested.emit("Sessions", f"contacts/{request_id}")
            return
        self.middle.setCurrentWidget(self.panel)
        self.panel.open(request_id)
        self.queue.set_open(self.panel.request.id if self.panel.request else "")

    @Slot(str)
    def _on_closed(self, _request_id: str) -> None:
        self.queue.set_open("")
        self.queue.view.setFocus()

    @Slot()
    def _on_tool_closed(self) -> None:
        self.queue.view.setFocus()

    @Slot(str)
    def _on_ended(self, request_id: str) -> None:
        self.queue.set_open(self.panel.request.id if self.panel.request else "")
        self.queue.let_go(request_id)
        if self.panel.request is None:
            self.queue.view.setFocus()

    @Slot()
    def _on_counts_changed(self) -> None:
        model = self.queue.model
        urgent = bool(self._desk.alarm.ringing) or any(
            r.is_emergency for r in self._desk.requests.open_ones()
        )
        self.badge_changed.emit(model.count(Lane.ALL), urgent)

    # What somebody says on the phone or at the counter

    @Slot()
    def take_down(self) -> None:
        """Begin, or go on with, a request that somebody tells."""
        self.middle.setCurrentWidget(self.entry)
        self.entry.begin()

    @Slot(object, str, bool)
    def _on_taken_down(self, said: TakenDown, key: str, opens: bool) -> None:
        self.entry.set_busy(True)
        self._tasks.start(self._take_down(said, key, opens=opens), on_problem=self._on_not_taken)

    async def _take_down(self, said: TakenDown, key: str, *, opens: bool) -> None:
        try:
            made = await self._desk.take_down(said, key)
        finally:
            self.entry.set_busy(False)
        self.entry.clear()
        self._on_entry_left()
        if opens:
            self._on_opened(made.id)

    def _on_not_taken(self, problem: Problem) -> None:
        self.entry.refuse(problem.sentence)

    @Slot()
    def _on_entry_left(self) -> None:
        self.middle.setCurrentWidget(self.panel)
        self.queue.view.setFocus()

    @Slot(str)
    def _on_sweep(self, text: str) -> None:
        self.queue.show_view(Lane.ALL.value, text)
        self.queue.view.setFocus()

    # The board beside

    @Slot(list)
    def _on_lit(self, slot_ids: list[str]) -> None:
        self.board.light(slot_ids)

    @Slot(str)
    def _on_slot_pointed(self, slot_id: str) -> None:
        others = [i for i in self.panel.fits.slot_ids if i != slot_id]
        self.board.light([slot_id, *others])

    @Slot(str)
    def _on_order_requested(self, request_id: str) -> None:
        self.page_requested.emit("Prescriptions", f"Task/{request_id}")

    @Slot(str)
    def _on_board_book(self, slot_id: str) -> None:
        request = self.panel.request
        if request is not None:
            self.panel.book_into(request.id, slot_id)
        else:
            self.page_requested.emit("Board", f"Slot/{slot_id}")

    @Slot(str)
    def _on_board_squeeze(self, slot_id: str) -> None:
        self.page_requested.emit("Board", f"Squeeze/{slot_id}")

    @Slot(str, str)
    def _on_board_walk_in(self, practitioner_id: str, clinician: str) -> None:
        self.page_requested.emit("Board", f"WalkIn/{practitioner_id}/{clinician}")

    @Slot(str)
    def _on_board_cancel(self, appointment_id: str) -> None:
        self.page_requested.emit("Board", f"Cancel/{appointment_id}")

    @Slot(str)
    def _on_board_appointment(self, appointment_id: str) -> None:
        self.page_requested.emit("Board", f"Appointment/{appointment_id}")

    @Slot(str)
    def _on_board_move(self, appointment_id: str) -> None:
        self.page_requested.emit("Board", f"Move/{appointment_id}")

    @Slot(str, str)
    def _on_board_place(self, appointment_id: str, key: str) -> None:
        self.page_requested.emit("Board", f"Move/{appointment_id}/{key}")

    @Slot(str)
    def _on_board_late(self, appointment_id: str) -> None:
        self.page_requested.emit("Board", f"Late/{appointment_id}")

    @Slot()
    def _on_board_missed(self) -> None:
        self.page_requested.emit("Board", "Missed/today")

    @Slot(str)
    def _on_board_opened(self, key: str) -> None:
        cell = self.board.model.cell(key)
        if cell is not None and cell.appointment is not None:
            self._on_board_appointment(cell.appointment.id)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Two panes or three, by width, until the user says otherwise."""
        super().resizeEvent(event)
        self._show_board()

    def showEvent(self, event: QShowEvent) -> None:
        """The window's width is known now."""
        super().showEvent(event)
        self._show_board()

    @Slot(bool)
    def _on_board_toggled(self, shown: bool) -> None:
        self._board_asked = shown
        self._show_board()

    def _show_board(self) -> None:
        wide = self.window().width() >= THREE_PANES_PX
        shown = wide if self._board_asked is None else self._board_asked
        if self.board.isHidden() == shown:
            self.board.setVisible(shown)
        self.board_button.blockSignals(True)
        self.board_button.setChecked(shown)
        self.board_button.blockSignals(False)

    @Slot()
    def _dress(self) -> None:
        self.board_button.setIcon(self._look.icons.get("board"))

    # Messages on their way

    @Slot(object)
    def _on_taken_back(self, out: Outgoing) -> None:
        if isinstance(out, EndingMail) and out.more:
            return  # they stay as they were, every one
        self._on_opened(out.request_id)
        self.panel.resume(out)

    @Slot(object)
    def _on_sent(self, out: Outgoing) -> None:
        for one in out.all if isinstance(out, EndingMail) else (out,):
            self.queue.let_go(one.request_id)

    @Slot(object, Problem)
    def _on_not_sent(self, out: Outgoing, problem: Problem) -> None:
        self.banner.say(
            f"Not sent to {out.who}. {problem.sentence} The draft is kept.", Weight.URGENT
        )
