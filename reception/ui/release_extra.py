"""Slots that were not planned, in the gaps of a clinician's day."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from PySide6.QtCore import QTime, Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QTimeEdit,
    QVBoxLayout,
    QWidget,
)

from contract.codes import BookingAccess
from contract.core_hours import LONDON
from reception.desk.gaps import Gap, gaps
from reception.desk.words import day_text
from reception.records import Session
from reception.records import Slot as SlotRecord
from reception.records.problem import Problem
from reception.ui.release_open import kind_words, preview_list, show_lines, slots_text
from reception.ui.tasks import Tasks
from reception.widgets.banner import announce
from reception.widgets.board_cell import clock_text
from reception.widgets.kind_choice import KindChoice
from reception.widgets.look import Look
from reception.widgets.release_day import ReleaseDay
from reception.widgets.slot_counts import Kind


class ExtraPane(QWidget):
    """Whose, of what type, from when until when, how many: proposed, seen, created."""

    problem_met = Signal(object)
    failed = Signal(str)

    def __init__(
        self, day: ReleaseDay, tasks: Tasks, look: Look, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._day, self._tasks = day, tasks
        self._gaps: list[Gap] = []
        self._like: SlotRecord | None = None
        self._kinds: list[Kind] = []
        self._made: list[str] = []
        self._busy = False
        self.choice = KindChoice(look, self, any_clinician=False)
        self.count = QSpinBox(self)
        self.count.setRange(1, 40)
        self.count.setValue(4)
        self.start, self.end = QTimeEdit(QTime(8, 0), self), QTimeEdit(QTime(18, 30), self)
        for edit in (self.start, self.end):
            edit.setDisplayFormat("HH:mm")
        self.who = QButtonGroup(self)
        self.said = QLabel(self)
        self.said.setWordWrap(True)
        self.said.setProperty("kind", "heading")
        self.list = preview_list(self, "Slots that would be created")
        self.apply, self.withdraw = QPushButton(self), QPushButton(self)
        self.apply.setProperty("kind", "primary")
        self._build(look)
        self.choice.changed.connect(self._on_choice)
        for signal in (self.count.valueChanged, self.start.timeChanged, self.end.timeChanged):
            signal.connect(self.refresh)
        self.who.idToggled.connect(self.refresh)
        self.apply.clicked.connect(self._on_apply)
        self.withdraw.clicked.connect(self._on_withdraw)

    def _build(self, look: Look) -> None:
        unit = look.metrics.unit_px
        column = QVBoxLayout(self)
        column.setContentsMargins(0, unit, 0, 0)
        column.setSpacing(unit)
        column.addWidget(self.choice)
        grid = QGridLayout()
        grid.setHorizontalSpacing(unit)
        grid.setVerticalSpacing(unit)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        places = (
            ("From", self.start, 0, 0),
            ("Until", self.end, 0, 2),
            ("How many", self.count, 1, 0),
        )
        for words, widget, at_row, at_column in places:
            label = QLabel(words, self)
            label.setBuddy(widget)
            widget.setAccessibleName(words)
            grid.addWidget(label, at_row, at_column)
            grid.addWidget(widget, at_row, at_column + 1)
        column.addLayout(grid)
        row = QHBoxLayout()
        for number, words in enumerate(("For reception", "Online too")):
            button = QRadioButton(words, self)
            self.who.addButton(button, number)
            row.addWidget(button)
        row.addStretch(1)
        self.who.button(0).setChecked(True)
        column.addLayout(row)
        column.addWidget(self.said)
        column.addWidget(self.list, 1)
        column.addWidget(self.apply)
        column.addWidget(self.withdraw)
        policy = self.withdraw.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.withdraw.setSizePolicy(policy)
        self.withdraw.hide()

    @property
    def proposed(self) -> Sequence[Gap]:
        """The gaps that would be filled."""
        return self._gaps

    def offer(self, kinds: Sequence[Kind]) -> None:
        """Let choose among these."""
        self._kinds = list(kinds)
        self.choice.offer(kinds)

    def choose(self, practitioner_id: str, type_code: str) -> None:
        """Mean this kind."""
        self.choice.choose(practitioner_id or self.choice.practitioner_id, type_code)

    def start_anew(self) -> None:
        """Another day: what was created before is no longer offered to be withdrawn."""
        self._made = []
        self.withdraw.hide()

    @Slot()
    def refresh(self) -> None:
        """Look for gaps again."""
        theirs = self._theirs()
        self._like = self._pattern(theirs)
        sessions = {s.id: s for slot in theirs if (s := self._day.session_of(slot)) is not None}
        self._gaps = self._found(list(sessions.values()), theirs)[: self.count.value()]
        self._say(bool(sessions))
        show_lines(self.list, [self._words(gap) for gap in self._gaps])
        why_not = self._day.why_not
        if self._busy and (self.apply.hasFocus() or self.withdraw.hasFocus()):
            self.count.setFocus()
        self.apply.setText(f"Create {slots_text(len(self._gaps))}")
        self.apply.setEnabled(bool(self._gaps) and not why_not and not self._busy)
        self.apply.setToolTip(why_not)
        self.withdraw.setEnabled(not why_not and not self._busy)

    def _theirs(self) -> list[SlotRecord]:
        wanted = self.choice.practitioner_id
        return [s for s in self._day.slots() if self._day.named(s)[0] == wanted]

    def _pattern(self, theirs: Sequence[SlotRecord]) -> SlotRecord | None:
        """The slot that new ones are made after: of the type that is meant, else the commonest."""
        code = self.choice.type_code
        alike = [
            s for s in theirs if not s.is_blocked and not s.overbooked and code in ("", s.type_code)
        ]
        if not alike and code:  # they have none of this type: as a colleague's
            alike = [s for s in self._day.slots() if s.type_code == code and not s.is_blocked]
        lengths = [(s.type_code, s.minutes, s.channel) for s in alike]
        return max(
            alike,
            key=lambda s: (lengths.count((s.type_code, s.minutes, s.channel)), s.id),
            default=None,
        )

    def _found(self, sessions: Sequence[Session], theirs: Sequence[SlotRecord]) -> list[Gap]:
        if self._like is None:
            return []
        start, end = (self._at(edit) for edit in (self.start, self.end))
        now = self._day.desk.time.now()
        if start <= now:  # the next five minutes on the wall
            past = timedelta(minutes=now.minute % 5, seconds=now.second)
            start = now.replace(microsecond=0) - past + timedelta(minutes=5)
        return gaps(sessions, theirs, timedelta(minutes=self._like.minutes), start, end)

    def _at(self, edit: QTimeEdit) -> datetime:
        clock = edit.time()
        return datetime.combine(self._day.day, time(clock.hour(), clock.minute()), LONDON)

    def _say(self, has_session: bool) -> None:
        if not has_session:
            self.said.setText("No session of theirs on this day, so there is no gap to fill.")
        elif self._like is None:
            self.said.setText("No slot of this type to make new ones after. Choose another type.")
        elif not self._gaps:
            room = f"{self._like.minutes} minutes"
            self.said.setText(f"No gap of {room} in this time. Choose another time or type.")
        else:
            count = len(self._gaps)
            short = f" There is room for {count} only." if count < self.count.value() else ""
            sees = "Patients will see" if self._is_online else "Reception will see"
            day, today = self._day.day, self._day.desk.time.today()
            ahead = "" if day == today else f" on {day_text(day)}"
            self.said.setText(f"{sees} {slots_text(count)} more{ahead}.{short}")

    @property
    def _is_online(self) -> bool:
        return self.who.checkedId() == 1

    def _words(self, gap: Gap) -> str:
        assert self._like is not None
        late = "   (after the session's end)" if gap.is_late else ""
        words = kind_words(self._like, gap.session.practitioner_name or self._whose)
        return f"{clock_text(gap.start)}  {words}{late}"

    @property
    def _whose(self) -> str:
        return self.choice.clinician.currentText()

    @Slot()
    def _on_choice(self) -> None:
        self.refresh()

    @Slot()
    def _on_apply(self) -> None:
        if self._gaps and self._like is not None and not self._busy:
            access = {BookingAccess.RECEPTION.value}
            if self._is_online:
                access.add(BookingAccess.ONLINE.value)
            work = self._create(list(self._gaps), self._like, access)
            self._run()
            self._tasks.start(work, on_problem=self._on_problem)

    @Slot()
    def _on_withdraw(self) -> None:
        if self._made and not self._busy:
            self._run()
            self._tasks.start(self._take_back(list(self._made)), on_problem=self._on_problem)

    def _run(self) -> None:
        self._busy = True
        self.failed.emit("")
        self.refresh()

    async def _create(self, wanted: list[Gap], like: SlotRecord, access: set[str]) -> None:
        try:
            made, failed = await self._day.desk.add_slots(wanted, like, access)
        finally:
            self._busy = False
            self.refresh()
        self._made = [slot.id for slot in made]
        slots = slots_text(len(made))
        self.withdraw.setText(f"Withdraw these {slots} again, as far as nobody has taken them")
        self.withdraw.setVisible(bool(made))
        announce(self, f"{slots} created.")
        if failed:
            self.failed.emit(f"{slots_text(len(failed))} not created. {' '.join(failed)}")

    async def _take_back(self, ids: list[str]) -> None:
        try:
            failed = await self._day.desk.withdraw_slots(ids)
        finally:
            self._busy = False
            self.refresh()
        self._made = []
        self.withdraw.hide()
        announce(self, f"{slots_text(len(ids) - len(failed))} withdrawn.")
        if failed:
            self.failed.emit(" ".join(failed.values()))

    def _on_problem(self, problem: Problem) -> None:
        self.problem_met.emit(problem)
