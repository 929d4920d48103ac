"""The board with its strips, its empty and loading states, and the verbs of its cells.

Used whole by the board page and beside the queue by the desk page.
"""

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QApplication,
    QGridLayout,
    QLabel,
    QProgressBar,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from reception.desk.desk import Desk
from reception.desk.freshness import State
from reception.desk.notice import Notice
from reception.desk.problems import NotPossible
from reception.records.problem import Problem
from reception.ui.board_acts import BoardActs
from reception.ui.tasks import Tasks
from reception.widgets.board_cell import Cell, clock_text
from reception.widgets.board_model import BoardModel
from reception.widgets.board_strips import BoardHeader, TimeAxis
from reception.widgets.board_view import BoardView
from reception.widgets.look import Look


def day_words(day: date) -> str:
    """`Sunday 22 November`."""
    return f"{day:%A} {day.day} {day:%B}"


class BoardPane(QWidget):
    """One day's board, live: arrive, send in, left and did-not-attend are done here.

    For the rest it tells what is asked for.
    """

    opened = Signal(str)  # key of a cell
    current_moved = Signal(str)  # key of a cell
    book_requested = Signal(str)  # slot id
    squeeze_requested = Signal(str)  # slot id
    walk_in_requested = Signal(str, str)  # practitioner id, name
    cancel_requested = Signal(str)  # appointment id
    move_requested = Signal(str)  # appointment id
    place_chosen = Signal(str, str)  # appointment id, key of the cell it was dropped on
    lateness_asked = Signal(str)  # appointment id
    missed_asked = Signal()
    request_dropped = Signal(str, str)  # request id, slot id
    problem_met = Signal(Problem)

    def __init__(
        self,
        desk: Desk,
        look: Look,
        tasks: Tasks,
        parent: QWidget | None = None,
        model: BoardModel | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk, self._look, self._tasks = desk, look, tasks
        self._acts = BoardActs(desk)
        self._loaded = len(desk.practitioners) > 0 and not desk.is_loading
        self.model = BoardModel(desk, self) if model is None else model
        self.view = BoardView(look, self)
        self.header = BoardHeader(look, self.view, self)
        self.axis = TimeAxis(look, self.view, self)
        self.view.setModel(self.model)
        self.header.follow()
        self._build(look)

        self.view.opened.connect(self.opened)
        self.view.current_moved.connect(self.current_moved)
        self.view.request_dropped.connect(self.request_dropped)
        self.view.appointment_dropped.connect(self.place_chosen)
        self.view.key_struck.connect(self._on_key_struck)
        self.model.modelReset.connect(self._show_state)
        self.model.rowsInserted.connect(self._show_state)
        self.model.rowsRemoved.connect(self._show_state)
        desk.freshness.changed.connect(self._on_freshness_changed)
        desk.day_changed.connect(self._on_day_changed)
        desk.loaded.connect(self._on_loaded)
        self._on_freshness_changed()
        self._show_state()

    def _build(self, look: Look) -> None:
        board = QWidget(self)
        grid = QGridLayout(board)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(0)
        self._corner = QLabel(board)
        self._corner.setAlignment(Qt.AlignmentFlag.AlignCenter)
        grid.addWidget(self._corner, 0, 0)
        grid.addWidget(self.header, 0, 1)
        grid.addWidget(self.axis, 1, 0)
        grid.addWidget(self.view, 1, 1)
        self.said = QLabel(self)
        self.said.setFont(look.metrics.title)
        self.said.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._hint = QLabel(self)
        self._hint.setProperty("kind", "muted")
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._progress = QProgressBar(self)
        self._progress.setRange(0, 0)
        self._progress.setTextVisible(False)
        self._progress.setFixedWidth(look.metrics.unit_px * 30)
        self._instead = QWidget(self)
        self._instead.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        column = QVBoxLayout(self._instead)
        column.setSpacing(look.metrics.unit_px)
        column.addStretch(2)
        column.addWidget(self.said)
        column.addWidget(self._hint)
        column.addWidget(self._progress, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(board)
        self._stack.addWidget(self._instead)
        self.setFocusProxy(self.view)

    # For those who embed it

    def light(self, slot_ids: Sequence[str]) -> None:
        """Light these slots, the best first; an empty list puts them out."""
        self.view.light(slot_ids)

    def show_appointment(self, appointment_id: str) -> bool:
        """Put the keyboard on an appointment; whether it is on the board."""
        held = self._desk.appointments.get(appointment_id)
        key = self.model.key_of(held) if held is not None else ""
        self.view.go_to(key)
        return bool(key)

    def act(self, letter: str, key: str) -> None:
        """Do what *letter* stands for on the cell *key*; upper case is with Shift."""
        if letter == "D":
            self.missed_asked.emit()
            return
        cell = self.model.cell(key)
        if cell is None or letter == "n":
            return
        if letter == "B":
            self._ask_to_squeeze_in(cell)
        elif letter == "b":
            self._ask_to_book(cell)
        elif letter in ("i", "I"):
            self._ask_for_walk_in(cell)
        elif cell.appointment is None:
            self._on_problem(NotPossible(f"Nobody is booked at {clock_text(cell.start)}."))
        elif letter in ("x", "X"):
            self.cancel_requested.emit(cell.appointment.id)
        elif letter in ("m", "M"):
            self.move_requested.emit(cell.appointment.id)
        elif letter == "O":
            self.lateness_asked.emit(cell.appointment.id)
        else:
            verb = self._acts.verb(letter, cell.appointment)
            self._tasks.start(verb, on_problem=self._on_problem)

    # What happens

    def _ask_to_book(self, cell: Cell) -> None:
        mine = cell.slot is not None and cell.slot.hold.startswith(f"{self._desk.me.id}/")
        if not self._desk.freshness.can_book:
            since = clock_text(self._desk.freshness.since)
            sentence = (
                f"No contact with the practice since {since}, so this board may be out of date. "
                "Booking opens again by itself."
            )
            self._on_problem(NotPossible(sentence))
        elif cell.slot is not None and (mine or cell.is_bookable(self.model.now())):
            self.book_requested.emit(cell.slot.id)
        else:
            words = f"{clock_text(cell.start)} with {self.model.clinician(cell)} is not free."
            self._on_problem(NotPossible(words))

    def _ask_to_squeeze_in(self, cell: Cell) -> None:
        slot = cell.slot
        if slot is None:
            self._on_problem(NotPossible(f"There is no slot at {clock_text(cell.start)}."))
            return
        try:
            self._desk.must_be_taken(slot)
        except NotPossible as problem:
            self._on_problem(problem)
        else:
            self.squeeze_requested.emit(slot.id)

    def _ask_for_walk_in(self, cell: Cell) -> None:
        who, name = (
            self._desk.clinician_of(cell.slot)
            if cell.slot is not None
            else (cell.appointment.practitioner_id, cell.appointment.practitioner_name)
            if cell.appointment is not None
            else ("", "")
        )
        if self._desk.day != self._desk.time.today():
            self._on_problem(NotPossible("A walk-in is for now: go to today with Alt+T."))
        elif not who:
            self._on_problem(NotPossible("Nobody knows whose column that is."))
        else:
            self.walk_in_requested.emit(who, name)

    def _on_problem(self, problem: Problem) -> None:
        if isinstance(problem, NotPossible):
            # A key struck on the wrong cell: no reason to push the board down under the mouse.
            self._desk.told.emit(Notice(problem.sentence, failed=True))
        else:
            self.problem_met.emit(problem)

    @Slot(str, str)
    def _on_key_struck(self, key: str, letter: str) -> None:
        self.act(letter, key)

    @Slot()
    def _on_freshness_changed(self) -> None:
        self.view.set_trusted(self._desk.freshness.can_book)
        self._show_state()

    @Slot()
    def _on_day_changed(self) -> None:
        self._loaded = False
        self._show_state()

    @Slot()
    def _on_loaded(self) -> None:
        self._loaded = True
        self._show_state()

    @Slot()
    def _show_state(self) -> None:
        if self.model.columns:
            self._turn_to(0, self.view)
            return
        words = day_words(self._desk.day)
        silent = self._desk.freshness.state is State.SILENT
        if self._loaded:
            said, hint = f"No sessions on {words}", "Alt+T goes to today, Alt+Right a day on."
        elif silent:
            said, hint = f"{words} is not loaded", "It loads when the practice can be reached."
        else:
            said, hint = f"Loading {words}", ""
        self.said.setText(said)
        self._hint.setText(hint)
        self._progress.setVisible(not self._loaded and not silent)
        self._turn_to(1, self._instead)

    def _turn_to(self, number: int, widget: QWidget) -> None:
        """Show the board, or what is said instead; the keyboard goes along."""
        focus = QApplication.focusWidget()
        had_keyboard = focus is not None and self.isAncestorOf(focus)
        self.setFocusProxy(widget)
        self._stack.setCurrentIndex(number)
        if had_keyboard:
            widget.setFocus()
