"""The board page: one day's board, and at its side the story of a cell or a booking."""

from collections.abc import Mapping
from datetime import date, datetime

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from contract.codes import CancelReason
from reception.desk.desk import Desk
from reception.desk.letters import Letter
from reception.desk.notice import Notice
from reception.desk.problems import SlotTaken
from reception.records import Patient
from reception.records.problem import Problem
from reception.ui.board_foot import BoardFoot
from reception.ui.board_menus import BoardMenus
from reception.ui.board_pane import BoardPane
from reception.ui.board_strip import BoardStrip
from reception.ui.booking_flow import BookingFlow
from reception.ui.move_flow import MoveFlow
from reception.ui.page import Page
from reception.ui.tasks import Tasks
from reception.ui.week_pane import WeekPane, clinician_at
from reception.widgets.appointment_cancel import Cancellation
from reception.widgets.appointment_panel import AppointmentPanel
from reception.widgets.banner import Banner, Weight
from reception.widgets.board_filter import BoardFilter, Columns
from reception.widgets.board_model import BoardModel
from reception.widgets.board_painter import Zoom
from reception.widgets.day_list import DayList
from reception.widgets.look import Look
from reception.widgets.missed_review import MissedReview

_ZOOM_KEYS = {Qt.Key.Key_Plus: 1, Qt.Key.Key_Equal: 1, Qt.Key.Key_Minus: -1, Qt.Key.Key_0: 0}
_SIDE_UNITS = 42
"""Width of the side panel, in units of the look's rhythm."""


class BoardPage(Page):
    """Shows the board, turns its gestures into verbs."""

    title = "Board"
    icon = "board"
    request_dropped = Signal(str, str)  # request id, slot id
    print_requested = Signal()

    def __init__(
        self,
        desk: Desk,
        look: Look,
        parent: QWidget | None = None,
        model: BoardModel | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk, self._look = desk, look
        self.tasks = Tasks(self)
        self.banner = Banner(look, self)
        self.pane = BoardPane(desk, look, self.tasks, self, model)
        self.menus = BoardMenus(desk, look, self.tasks, self.pane)
        self.panel = AppointmentPanel(desk, look, self.pane.model, self)
        self.booking = BookingFlow(desk, look, self.tasks, self)
        self.moving = MoveFlow(desk, look, self.tasks, self)
        self.missed = MissedReview(look, self._born, self)
        self.foot = BoardFoot(desk, look, self.tasks, self)
        self.strip = BoardStrip(desk, look, self.pane, self)
        self.bar, self.summary = self.strip.bar, self.strip.summary
        self.list_button, self.week_button = self.strip.as_list, self.strip.week
        self.now_button, self.print_button = self.strip.now, self.strip.print
        self.sessions_button = self.strip.sessions
        self.list: DayList | None = None
        self.week: WeekPane | None = None
        self._asked: set[str] = set()
        self._build(look)
        self._connect()

    def _build(self, look: Look) -> None:
        self._views = QStackedWidget(self)
        self._views.addWidget(self.pane)
        self.side = QStackedWidget(self)
        self.side.addWidget(self.panel)
        for widget in (self.booking, self.moving, self.missed):
            self.side.addWidget(widget)
        self.side.setMinimumWidth(look.metrics.unit_px * 34)
        self.side.hide()
        self.splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self.splitter.setObjectName("board")
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(self._views)
        self.splitter.addWidget(self.side)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setStretchFactor(1, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addWidget(self.strip)
        column.addWidget(self.splitter, 1)
        column.addWidget(self.foot)

    def _connect(self) -> None:
        pane, panel = self.pane, self.panel
        pane.opened.connect(self._on_opened)
        pane.current_moved.connect(self._on_current_moved)
        pane.book_requested.connect(self._on_book_requested)
        pane.squeeze_requested.connect(self._on_squeeze_requested)
        pane.walk_in_requested.connect(self._on_walk_in_requested)
        pane.cancel_requested.connect(self._on_cancel_requested)
        pane.request_dropped.connect(self.request_dropped)
        pane.problem_met.connect(self._on_problem)
        self.menus.problem_met.connect(self._on_problem)
        self.menus.page_requested.connect(self.page_requested)
        panel.act_requested.connect(self._on_act_requested)
        panel.cancel_confirmed.connect(self._on_cancel_confirmed)
        panel.patient_wanted.connect(self._on_patient_wanted)
        panel.closed.connect(self.close_side)
        self.booking.closed.connect(self.close_side)
        self.booking.booked.connect(self._on_booked)
        self.booking.place_wanted.connect(self._to_view)
        self._connect_acts()
        self._desk.told.connect(self._on_told)
        self.now_button.clicked.connect(self.pane.view.jump_to_now)
        self.sessions_button.clicked.connect(self._on_sessions)
        self.print_button.clicked.connect(self.print_requested)
        self.bar.columns_wanted.connect(self._on_columns_wanted)
        self.bar.zoom_wanted.connect(self._on_zoom_wanted)
        self.bar.filter_wanted.connect(self._on_filter_wanted)
        self.bar.left.connect(self._to_view)
        self.list_button.toggled.connect(self._on_list_toggled)
        self.week_button.toggled.connect(self._on_week_toggled)

    def _connect_acts(self) -> None:
        pane, moving, foot = self.pane, self.moving, self.foot
        pane.move_requested.connect(self._on_move_requested)
        pane.place_chosen.connect(self._on_place_chosen)
        pane.lateness_asked.connect(self._on_lateness_asked)
        pane.missed_asked.connect(self._on_missed_asked)
        self.panel.late_confirmed.connect(self._on_late_confirmed)
        moving.carried.connect(pane.view.carry)
        moving.place_wanted.connect(pane.view.setFocus)
        moving.done.connect(self._on_booked)
        moving.freed.connect(foot.offer_freed)
        moving.tell_wanted.connect(foot.teller.tell)
        moving.closed.connect(self.close_side)
        foot.review_requested.connect(self._on_missed_asked)
        foot.absences_changed.connect(self.missed.show_absences)
        foot.problem_met.connect(self._on_problem)
        self.missed.accepted.connect(self._on_missed_accepted)
        self.missed.pointed.connect(self._on_missed_pointed)
        self.missed.closed.connect(self.close_side)

    # The page in the window

    def came_to_front(self) -> None:
        """The keyboard goes to the board."""
        self.pane.setFocus()

    def show_reference(self, reference: str) -> None:
        """Go to an appointment, or begin what was asked for elsewhere.

        `Slot/x` and `Patient/x` begin a booking, `Squeeze/x` (a slot) an extra, `WalkIn/x/name` (a
        practitioner) a walk-in; `Move/x`, `Late/x` and `Cancel/x` are about an appointment.
        """
        kind, _, record_id = reference.partition("/")
        self.week_button.setChecked(False)
        if kind == "Slot":
            self.pane.view.go_to(reference)
            self.pane.act("b", reference)
        if kind == "Appointment" and self.pane.show_appointment(record_id):
            self._on_opened(self.pane.view.current_key)
        elif kind == "Move":
            appointment_id, _, key = record_id.partition("/")
            self.pane.show_appointment(appointment_id)
            if key:
                self._on_place_chosen(appointment_id, key)
            else:
                self._on_move_requested(appointment_id)
        elif kind in ("Late", "Cancel"):
            self.pane.show_appointment(record_id)
            (self._on_lateness_asked if kind == "Late" else self._on_cancel_requested)(record_id)
        elif kind == "Squeeze":
            self.pane.view.go_to(f"Slot/{record_id}")
            self._on_squeeze_requested(record_id)
        elif kind == "WalkIn":
            practitioner_id, _, clinician = record_id.partition("/")
            self._on_walk_in_requested(practitioner_id, clinician)
        elif kind == "Missed":
            self._on_missed_asked()
        elif kind == "Patient" and (patient := self._desk.patients.get(record_id)) is not None:
            self.book_for(patient)

    def take_problem(self, problem: Problem) -> bool:
        """An undo that found its old place taken offers others instead."""
        if isinstance(problem, SlotTaken) and problem.instead_of is not None:
            self._show_side(self.moving)
            self.moving.offer_instead(problem)
            return True
        return False

    def focus_search(self) -> None:
        """Find a patient to book for."""
        self._show_side(self.booking)
        self.booking.search.setFocus()

    def book_for(self, patient: Patient) -> None:
        """Begin a booking for *patient*; the slot is chosen on the board."""
        self._show_side(self.booking)
        self.booking.take_patient(patient)

    @Slot()
    def close_side(self) -> None:
        """Put the side panel away; the keyboard goes back to the board."""
        self.side.hide()
        self._view().setFocus()

    def kept(self) -> dict[str, str]:
        """Columns, size and filter."""
        model = self.pane.model
        shape = {"columns": model.kind.value, "zoom": self.pane.view.zoom.value}
        return shape | {f"filter.{name}": text for name, text in model.filter.kept().items()}

    def recall(self, kept: Mapping[str, str]) -> None:
        """As it was last time."""
        columns, zoom = kept.get("columns", ""), kept.get("zoom", "")
        kind = Columns(columns) if columns in set(Columns) else Columns.CLINICIANS
        named = {k.removeprefix("filter."): v for k, v in kept.items() if k.startswith("filter.")}
        self.pane.view.set_zoom(Zoom(zoom) if zoom in set(Zoom) else Zoom.NORMAL)
        self._show_part(kind, BoardFilter.of(named))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """F filters, Ctrl with plus, minus and 0 zooms, Escape puts the side panel away."""
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if control and (key := Qt.Key(event.key())) in _ZOOM_KEYS:
            step = _ZOOM_KEYS[key]
            self._on_zoom_wanted(self.pane.view.zoom.step(step) if step else Zoom.NORMAL)
        elif not control and event.key() == Qt.Key.Key_F:
            shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            (self.bar.show_all if shift else self.bar.open_filter)()
        elif event.key() == Qt.Key.Key_Escape and self._is_week_at_hand():
            self.week_button.setChecked(False)
        elif event.key() == Qt.Key.Key_Escape and not self.side.isHidden():
            if self.side.currentWidget() is self.booking:
                self.booking.close_flow()
            elif self.side.currentWidget() is self.moving:
                self.moving.give_up()
            else:
                self.close_side()
        else:
            super().keyPressEvent(event)

    # Which part of the day is shown, and how

    def _show_part(self, kind: Columns, part: BoardFilter) -> None:
        self.pane.model.show_part(kind, part)
        self.strip.show_state()

    @Slot(object)
    def _on_columns_wanted(self, kind: Columns) -> None:
        self._show_part(kind, self.pane.model.filter)

    @Slot(object)
    def _on_filter_wanted(self, part: BoardFilter) -> None:
        self._show_part(self.pane.model.kind, part)

    @Slot(object)
    def _on_zoom_wanted(self, zoom: Zoom) -> None:
        self.pane.view.set_zoom(zoom)
        if self.week is not None:
            self.week.view.set_zoom(zoom)
        self.strip.show_state()

    @Slot()
    def _to_view(self) -> None:
        self._view().setFocus()

    # Gestures

    @Slot(str)
    def _on_opened(self, key: str) -> None:
        if not key:
            return
        if self.moving.is_carrying:
            self._put_down(key)
            return
        self.panel.show_cell(key)
        self._show_side(self.panel)

    @Slot(str)
    def _on_current_moved(self, key: str) -> None:
        if key and not self.side.isHidden() and self.side.currentWidget() is self.panel:
            self.panel.show_cell(key)

    @Slot(str)
    def _on_book_requested(self, slot_id: str) -> None:
        if self.moving.is_carrying:
            self._put_down(f"Slot/{slot_id}")
            return
        if self._must_wait():
            return
        self._show_side(self.booking)
        self.booking.take_slot(slot_id)

    def _must_wait(self) -> bool:
        """Say so while the booking before is still being saved: its answer clears the form."""
        if self.booking.is_busy:
            words = "The booking before is still being saved. Try again in a moment."
            self._desk.told.emit(Notice(words, failed=True))
        return self.booking.is_busy

    def _carry_no_more(self) -> None:
        """Somebody else is to be booked: who was being moved stays where they are."""
        if self.moving.is_carrying:
            self.moving.give_up()

    @Slot(str)
    def _on_squeeze_requested(self, slot_id: str) -> None:
        if self._must_wait():
            return
        self._carry_no_more()
        self._show_side(self.booking)
        self.booking.squeeze_in(slot_id)

    @Slot(str, str)
    def _on_walk_in_requested(self, practitioner_id: str, clinician: str) -> None:
        if self._must_wait():
            return
        self._carry_no_more()
        self._show_side(self.booking)
        self.booking.walk_in(practitioner_id, clinician)

    @Slot(str)
    def _on_cancel_requested(self, appointment_id: str) -> None:
        if self._open_appointment(appointment_id):
            self.panel.ask_to_cancel()

    @Slot(object)
    def _on_cancel_confirmed(self, decided: Cancellation) -> None:
        self.tasks.start(self._cancel(decided), on_problem=self._on_problem)
        self._view().setFocus()

    async def _cancel(self, decided: Cancellation) -> None:
        held, desk = decided.appointment, self._desk
        letters = [Letter.of_cancelling(held, decided.message)] if decided.message else []
        async with desk.letters.beside(letters):
            if decided.reason is CancelReason.WALKED_OUT:
                await desk.walk_out(held.id)
            elif decided.reason is CancelReason.BOOKED_IN_ERROR:
                await desk.book_in_error(held.id)
            else:
                await desk.cancel(held.id, decided.reason, decided.words)
        for letter in letters:
            self.foot.teller.tell(letter)
        if held.slot_ids:
            self.foot.offer_freed(held.slot_ids[0])

    def _open_appointment(self, appointment_id: str) -> bool:
        """Show the story of an appointment of the open day; whether it is there."""
        if self.moving.is_carrying:
            self.moving.give_up()
        held = self._desk.appointments.get(appointment_id)
        key = self.pane.model.key_of(held) if held is not None else ""
        self._on_opened(key)
        return bool(key)

    # Moving

    @Slot(str)
    def _on_move_requested(self, appointment_id: str) -> None:
        held = self._desk.appointments.get(appointment_id)
        if self.moving.is_carrying and self.moving.held is not None:
            again = self.moving.held.id == appointment_id
            self.moving.give_up()
            if again:
                return
        if held is not None:
            self._show_side(self.moving)
            self.moving.pick_up(held)
            self._view().setFocus()

    @Slot(str, str)
    def _on_place_chosen(self, appointment_id: str, key: str) -> None:
        held = self._desk.appointments.get(appointment_id)
        if held is not None:
            self._show_side(self.moving)
            if self.moving.pick_up(held):
                self._put_down(key)

    def _put_down(self, key: str) -> None:
        cell = self.pane.model.cell(key)
        if cell is not None:
            self._show_side(self.moving)
            self.moving.put_down(cell)

    # Late, and missed

    @Slot(str)
    def _on_lateness_asked(self, appointment_id: str) -> None:
        if self._open_appointment(appointment_id):
            self.panel.ask_until_when()

    @Slot(str, object)
    def _on_late_confirmed(self, appointment_id: str, until: datetime) -> None:
        verb = self._desk.note_late(appointment_id, until)
        self.tasks.start(verb, on_problem=self._on_problem)
        self._view().setFocus()

    @Slot()
    def _on_missed_asked(self) -> None:
        absences = self._desk.absences()
        if not absences:
            self._desk.told.emit(Notice("Nobody is ten minutes late or more."))
            return
        self._show_side(self.missed)
        self.missed.show_absences(absences)
        self._on_missed_pointed(self.missed.current_id)
        self.missed.setFocus()

    @Slot(list)
    def _on_missed_accepted(self, appointment_ids: list[str]) -> None:
        self.tasks.start(self._mark_missed(appointment_ids), on_problem=self._on_problem)
        self.close_side()

    async def _mark_missed(self, appointment_ids: list[str]) -> None:
        left = await self._desk.mark_missed(appointment_ids)
        if left:
            self.banner.say(" ".join(problem.sentence for problem in left), Weight.WARN)

    @Slot(str)
    def _on_missed_pointed(self, appointment_id: str) -> None:
        self.pane.show_appointment(appointment_id)

    def _born(self, patient_id: str) -> str:
        patient = self._desk.patients.get(patient_id)
        return patient.born_text if patient is not None else ""

    # The rest

    @Slot()
    def _on_sessions(self) -> None:
        """The session at hand if there is one, else the week."""
        cell = self.pane.model.cell(self.pane.view.current_key)
        slot = cell.slot if cell is not None else None
        self.page_requested.emit("Sessions", f"Schedule/{slot.schedule_id}" if slot else "")

    @Slot(str, str)
    def _on_act_requested(self, letter: str, key: str) -> None:
        self.pane.act(letter, key)
        if letter != "b":
            self._view().setFocus()

    @Slot(str)
    def _on_patient_wanted(self, patient_id: str) -> None:
        if patient_id not in self._asked:
            self._asked.add(patient_id)
            self.tasks.start(self._desk.banner(patient_id), on_problem=self._on_problem)

    @Slot(str)
    def _on_booked(self, appointment_id: str) -> None:
        self.pane.show_appointment(appointment_id)
        self.close_side()

    @Slot(Problem)
    def _on_problem(self, problem: Problem) -> None:
        self.banner.show_problem(problem)

    @Slot(object)
    def _on_told(self, notice: Notice) -> None:
        if not notice.failed:
            self.banner.hide()  # what went wrong before is over

    @Slot(bool)
    def _on_list_toggled(self, on: bool) -> None:
        if on and self.list is None:
            self.list = DayList(self.pane.model, self._look, self)
            self.list.opened.connect(self._on_opened)
            self.list.key_struck.connect(self._on_list_key)
            self._views.addWidget(self.list)
        if on:
            self.week_button.setChecked(False)
        self._show_view(self.list if on else self.pane)

    @Slot(str, str)
    def _on_list_key(self, key: str, letter: str) -> None:
        self.pane.act(letter, key)

    @Slot(bool)
    def _on_week_toggled(self, on: bool) -> None:
        if self.week is None:
            self.week = WeekPane(self._desk, self._look, self.tasks, self)
            self.week.view.set_zoom(self.pane.view.zoom)
            self.week.day_wanted.connect(self._on_day_wanted)
            self.week.problem_met.connect(self._on_problem)
            self.now_button.clicked.connect(self.week.view.jump_to_now)
            self._views.addWidget(self.week)
        if on:
            self.list_button.setChecked(False)
            at_hand = clinician_at(self.pane.model, self.pane.view.current_key)
            self.week.open_week(at_hand, self._desk.day)
        else:
            self.week.close_week()
        self.summary.setVisible(not on)  # it tells of the day
        self._show_view(self.week if on else self.pane)

    @Slot(object, str)
    def _on_day_wanted(self, day: date, key: str) -> None:
        self.week_button.setChecked(False)
        self.tasks.start(self._open_at(day, key), on_problem=self._on_problem)

    async def _open_at(self, day: date, key: str) -> None:
        """Open *day* with the keyboard on *key*; a filter that hides it is taken off."""
        if day != self._desk.day or not self._desk.is_complete:
            await self._desk.open_day(day)
        if self.pane.model.cell(key) is None:
            self._show_part(self.pane.model.kind, BoardFilter())
        self.pane.view.go_to(key)

    def _is_week_at_hand(self) -> bool:
        focus = QApplication.focusWidget()
        return self.week is not None and focus is not None and self.week.isAncestorOf(focus)

    def _show_view(self, widget: QWidget | None) -> None:
        self._views.setCurrentWidget(widget or self.pane)
        self._view().setFocus()

    def _view(self) -> QWidget:
        return self._views.currentWidget() or self.pane

    def _show_side(self, widget: QWidget) -> None:
        view, opening = self.pane.view, self.side.isHidden()
        at_hand = view.viewport().rect().intersects(view.visualRect(view.currentIndex()))
        self.side.setCurrentWidget(widget)
        if opening:
            self.side.show()
            wide = self._look.metrics.unit_px * _SIDE_UNITS
            self.splitter.setSizes([max(1, self.width() - wide), wide])
            if at_hand:
                view.scrollTo(view.currentIndex())
