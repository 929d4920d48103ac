"""The week of one clinician, with what chooses whose week and which."""

from datetime import date, timedelta

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from contract.core_hours import london_day
from reception.desk.desk import Desk
from reception.desk.notice import Notice
from reception.desk.week import monday_of
from reception.records.problem import Problem
from reception.ui.tasks import Tasks
from reception.widgets.banner import announce
from reception.widgets.board_model import BoardModel
from reception.widgets.board_strips import BoardHeader, TimeAxis
from reception.widgets.look import Look
from reception.widgets.week_model import WeekModel, day_text
from reception.widgets.week_view import WeekView


class WeekPane(QWidget):
    """Monday to Sunday of one clinician, live and to look at; Enter asks for a day to be opened."""

    day_wanted = Signal(object, str)  # date, key of the cell to go to
    problem_met = Signal(Problem)

    def __init__(self, desk: Desk, look: Look, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._tasks, self.week = desk, tasks, desk.week
        self._is_shown = self._is_failed = False
        self.model = WeekModel(self.week, self)
        self.view = WeekView(look, self)
        self.header = BoardHeader(look, self.view, self)
        self.header.setAccessibleName("Days")
        self.axis = TimeAxis(look, self.view, self)
        self.view.setModel(self.model)
        self.header.follow()
        self._build(look)

        self.view.opened.connect(self._on_opened)
        self.view.key_struck.connect(self._on_key_struck)
        self.view.week_wanted.connect(self._on_week_wanted)
        self.earlier.clicked.connect(self._on_earlier)
        self.later.clicked.connect(self._on_later)
        self.who.activated.connect(self._on_who_chosen)
        self.week.day_changed.connect(self._say)
        self.week.loaded.connect(self._on_week_loaded)
        self.week.practitioners.added.connect(self._say)
        desk.day_changed.connect(self._on_day_changed)
        desk.loaded.connect(self._on_desk_loaded)
        desk.freshness.changed.connect(self._on_freshness_changed)
        self._on_freshness_changed()
        self._say()

    def _build(self, look: Look) -> None:
        unit = look.metrics.unit_px
        strip = QFrame(self)
        strip.setProperty("kind", "strip")
        across = QHBoxLayout(strip)
        across.setContentsMargins(unit, unit // 2, unit, unit // 2)
        self.who = QComboBox(strip)
        self.who.setAccessibleName("Whose week")
        self.who.setMinimumWidth(unit * 24)
        self.earlier = QPushButton("Week before", strip)
        self.earlier.setToolTip("Ctrl+Left")
        self.later = QPushButton("Week after", strip)
        self.later.setToolTip("Ctrl+Right")
        self.title = QLabel(strip)
        self.title.setFont(look.metrics.bold)
        self.said = QLabel(strip)
        self.said.setProperty("kind", "muted")
        self.said.setMinimumWidth(1)  # it gives way before the window has to grow
        across.addWidget(self.who)
        across.addWidget(self.earlier)
        across.addWidget(self.later)
        across.addSpacing(unit)
        across.addWidget(self.title)
        across.addSpacing(2 * unit)
        across.addWidget(self.said, 1)
        board = QWidget(self)
        grid = QGridLayout(board)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(0)
        grid.addWidget(self.header, 0, 1)
        grid.addWidget(self.axis, 1, 0)
        grid.addWidget(self.view, 1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(strip)
        column.addWidget(board, 1)
        self.setFocusProxy(self.view)

    def open_week(self, practitioner_id: str, day: date) -> None:
        """Show the week of *day* of one clinician; of whose was shown last, if that is empty."""
        self._is_shown, self._is_failed = True, False
        self._tasks.start(
            self.week.open(practitioner_id or self.clinician_id, day), on_problem=self._on_problem
        )
        self._say()

    def close_week(self) -> None:
        """Hold nothing any more."""
        self._is_shown = False
        self.week.close()

    @property
    def clinician_id(self) -> str:
        """Whose week is, or was last, shown; empty before the first."""
        return self.week.practitioner_id

    # What hands do

    @Slot(str)
    def _on_opened(self, key: str) -> None:
        cell = self.model.cell(key)
        if cell is not None:
            self.day_wanted.emit(london_day(cell.start), key)

    @Slot(str, str)
    def _on_key_struck(self, key: str, _letter: str) -> None:
        cell = self.model.cell(key)
        if cell is not None:
            words = f"The week is to look at. Enter opens {day_text(london_day(cell.start))}."
            self._desk.told.emit(Notice(words, failed=True))

    @Slot(int)
    def _on_week_wanted(self, weeks: int) -> None:
        self.open_week(self.clinician_id, self.week.day + timedelta(weeks=weeks))

    @Slot()
    def _on_earlier(self) -> None:
        self._on_week_wanted(-1)

    @Slot()
    def _on_later(self) -> None:
        self._on_week_wanted(1)

    @Slot(int)
    def _on_who_chosen(self, number: int) -> None:
        self.open_week(str(self.who.itemData(number)), self.week.day)
        self.view.setFocus()

    # What is told

    @Slot(object)
    def _on_day_changed(self, day: date) -> None:
        """Another day was chosen above: its week, if it lies in another."""
        if self._is_shown and monday_of(day) != self.week.day:
            self.open_week(self.clinician_id, day)

    @Slot()
    def _on_desk_loaded(self) -> None:
        """After a gap the desk has loaded again; so does the week."""
        if self._is_shown and (self.week.is_complete or self._is_failed):
            self._is_failed = False
            self._tasks.start(self.week.reload(), on_problem=self._on_problem)

    @Slot()
    def _on_freshness_changed(self) -> None:
        self.view.set_trusted(self._desk.freshness.can_book)

    @Slot()
    def _on_week_loaded(self) -> None:
        with QSignalBlocker(self.who):
            self.who.clear()
            for practitioner_id, name in self.week.clinicians:
                self.who.addItem(name or "No name", practitioner_id)
            self.who.setCurrentIndex(self.who.findData(self.clinician_id))
        self._say()
        announce(self, f"{self.title.text()}. {self.said.text()}")

    def _on_problem(self, problem: Problem) -> None:
        self._is_failed = True
        self._say()
        self.problem_met.emit(problem)

    @Slot()
    def _say(self) -> None:
        monday = self.week.day
        sunday = monday + timedelta(days=6)
        begins = f"{monday.day} {monday:%B}" if monday.month != sunday.month else str(monday.day)
        span = f"{begins} to {sunday.day} {sunday:%B} {sunday.year}"
        self.title.setText(f"{self.week.clinician}, {span}" if self.week.clinician else span)
        if self._is_failed:
            said = "Not loaded. It loads when the practice can be reached."
        elif not self.week.is_complete:
            said = "Loading"
        elif not len(self.week.sessions):
            said = "No sessions in this week"
        else:
            facts = [self.model.facts(column.key) for column in self.model.columns]
            free, online = sum(f.free for f in facts), sum(f.online for f in facts)
            to_come = sum(f.to_come for f in facts)
            said = f"{to_come} booked to come, {free} free, {online} of them online"
        self.said.setText(said)
        self.said.setToolTip("Enter opens the day")


def clinician_at(board: BoardModel, key: str) -> str:
    """Practitioner id of whose cell *key* is on *board*; else of the first column, if any."""
    cell = board.cell(key)
    if cell is not None and cell.appointment is not None:
        return cell.appointment.practitioner_id
    sessions = [session for column in board.columns for session in column.sessions]
    mine = cell.slot.schedule_id if cell is not None and cell.slot is not None else ""
    here = (s.practitioner_id for s in sessions if s.id == mine)
    return next(here, "") or next((s.practitioner_id for s in sessions), "")
