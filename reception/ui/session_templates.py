"""Template weeks: keep them, and apply them to dates with the difference shown first."""

from collections.abc import Coroutine
from datetime import date, timedelta
from typing import Any

from PySide6.QtCore import QDate, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDateEdit,
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from reception.desk.applying import MOST_WEEKS, Plan
from reception.desk.desk import Desk
from reception.desk.session_pattern import BadPattern, Pattern
from reception.records.problem import Problem
from reception.ui.tasks import Tasks
from reception.widgets.banner import announce
from reception.widgets.look import Look
from reception.widgets.session_form import SessionForm
from reception.widgets.session_table import RowsModel, RowsTable
from reception.widgets.session_words import (
    PLAN_TITLES,
    TEMPLATE_TITLES,
    clinicians_of,
    count,
    plan_rows,
    plan_words,
    template_rows,
)


class SessionTemplates(QWidget):
    """Templates above, what applying them would do below, one to change at the right."""

    problem_met = Signal(Problem)
    applied = Signal()

    def __init__(self, desk: Desk, look: Look, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._tasks = desk, tasks
        self.patterns: list[Pattern] = []
        self.plan: Plan | None = None
        self._busy = False
        self.rows = RowsModel(TEMPLATE_TITLES, look, self)
        self.table = RowsTable(self.rows, look, "Templates", 3, self)
        self.table.letters = frozenset("nrx")
        self.changes = RowsModel(PLAN_TITLES, look, self)
        self.diff = RowsTable(self.changes, look, "What would change", 4, self)
        self.form = SessionForm(look, on_date=False, parent=self)
        self._build(look)
        self.table.chosen.connect(self._on_chosen)
        self.table.letter_struck.connect(self._on_letter)
        self.new.clicked.connect(self._on_new)
        self.end.clicked.connect(self._on_end)
        self.form.changed.connect(self._show_buttons)
        self.save.clicked.connect(self._on_save)
        self.rename.clicked.connect(self._on_rename)
        self.form.name.returnPressed.connect(self._on_name_entered)
        self.show_plan.clicked.connect(self._on_show_plan)
        self.apply.clicked.connect(self._on_apply)
        self.first.dateChanged.connect(self._forget_plan)
        self.weeks.valueChanged.connect(self._forget_plan)
        self.whose.currentIndexChanged.connect(self._forget_plan)
        desk.practitioners.added.connect(self._offer)
        desk.practitioners.reset.connect(self._offer)
        desk.sessions.reset.connect(self._offer)
        desk.freshness.changed.connect(self._show_buttons)
        self._offer()
        self._show_buttons()

    def _build(self, look: Look) -> None:
        unit = look.metrics.unit_px
        title = QLabel("Template week", self)
        title.setFont(look.metrics.title)
        self.new = QPushButton("New (N)", self)
        self.end = QPushButton("End this template (X)", self)
        top = QHBoxLayout()
        top.setSpacing(unit)
        top.addWidget(title)
        top.addStretch(1)
        top.addWidget(self.new)
        top.addWidget(self.end)
        self.empty = QLabel(
            "No templates yet. Choose a session under Sessions and press T, or make one here.", self
        )
        self.empty.setWordWrap(True)
        self.empty.setProperty("kind", "muted")
        self.first, self.weeks = QDateEdit(self), QSpinBox(self)
        self.whose = QComboBox(self)
        self.first.setDisplayFormat("ddd d MMM yyyy")
        self.whose.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.weeks.setRange(1, MOST_WEEKS)
        self.weeks.setValue(4)
        self.weeks.setSuffix(" weeks")
        self.show_plan = QPushButton("Show what would change", self)
        self.apply = QPushButton("Apply", self)
        self.apply.setProperty("kind", "primary")
        across = QHBoxLayout()
        across.setSpacing(unit)
        for words, widget in (("From", self.first), ("for", self.weeks), ("of", self.whose)):
            label = QLabel(words, self)
            label.setBuddy(widget)
            widget.setAccessibleName(words)
            across.addWidget(label)
            across.addWidget(widget)
        across.addStretch(1)
        self.said = QLabel("Nothing is written before you press Apply.", self)
        self.said.setWordWrap(True)
        self.bar = QProgressBar(self)
        self.bar.setAccessibleName("Progress")
        policy = self.bar.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.bar.setSizePolicy(policy)
        self.bar.hide()
        left = QVBoxLayout()
        left.setSpacing(unit)
        left.addLayout(top)
        left.addWidget(self.empty)
        left.addWidget(self.table, 2)
        below = QHBoxLayout()
        below.setSpacing(unit)
        below.addWidget(self.said, 1)
        below.addWidget(self.show_plan)
        below.addWidget(self.apply)
        left.addLayout(across)
        left.addLayout(below)
        left.addWidget(self.bar)
        left.addWidget(self.diff, 3)

        card = QFrame(self)
        card.setProperty("kind", "card")
        card.setMinimumWidth(unit * 54)
        card.setMaximumWidth(unit * 60)
        side = QVBoxLayout(card)
        side.setContentsMargins(2 * unit, 2 * unit, 2 * unit, 2 * unit)
        side.setSpacing(unit)
        self.form_title = QLabel("A new template", card)
        self.form_title.setFont(look.metrics.title)
        self.save = QPushButton("Save this template", card)
        self.save.setProperty("kind", "primary")
        side.addWidget(self.form_title)
        self.rename = QPushButton("Rename (R)", card)
        self.rename.setToolTip(
            "Only the name: no slot is touched, sessions already made keep theirs"
        )
        side.addWidget(self.form)
        below_form = QHBoxLayout()
        below_form.setSpacing(unit)
        below_form.addWidget(self.rename)
        below_form.addWidget(self.save, 1)
        side.addLayout(below_form)
        side.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * unit, unit, 2 * unit, 2 * unit)
        row.setSpacing(2 * unit)
        row.addLayout(left, 3)
        row.addWidget(card, 2)

    # What it shows

    def refresh(self) -> None:
        """Read the templates again."""
        today = self._desk.time.today()
        monday = today + timedelta(days=7 - today.weekday())
        if self.plan is None and self.first.date() < QDate(today.year, today.month, today.day):
            self.first.setDate(QDate(monday.year, monday.month, monday.day))
        self._tasks.start(self._load(), on_problem=self._on_problem)

    def showing_first(self, day: date) -> None:
        """Apply from *day* on."""
        self.first.setDate(QDate(day.year, day.month, day.day))

    async def _load(self) -> None:
        self.patterns = await self._desk.templates.all()
        self.rows.show_rows(template_rows(self.patterns))
        self.empty.setHidden(bool(self.patterns))
        self._offer_whose()
        self._show_buttons()

    def _offer_whose(self) -> None:
        people = {p.practitioner_id: p.practitioner_name for p in self.patterns}
        wanted = [("", "everybody"), *sorted(people.items(), key=lambda i: i[1].casefold())]
        shown = [
            (self.whose.itemData(n), self.whose.itemText(n)) for n in range(self.whose.count())
        ]
        if wanted == shown:
            return
        before = self.whose.currentData()
        self.whose.blockSignals(True)
        self.whose.clear()
        for person_id, name in wanted:
            self.whose.addItem(name, person_id)
        self.whose.setCurrentIndex(max(0, self.whose.findData(before)))
        self.whose.blockSignals(False)
        self.whose.adjustSize()

    @property
    def pattern(self) -> Pattern | None:
        """The chosen template."""
        key = self.table.key
        return next((p for p in self.patterns if p.session_id == key), None)

    @Slot(str)
    def _on_chosen(self, _key: str) -> None:
        pattern = self.pattern
        if pattern is None:
            self._on_new()
            return
        self.form.show_pattern(pattern)
        self.form_title.setText("Change this template")
        self._show_buttons()

    @Slot()
    def _offer(self) -> None:
        self.form.offer(clinicians_of(self._desk.practitioners, self._desk.sessions))

    @Slot()
    def _show_buttons(self) -> None:
        fresh, free = self._desk.freshness.can_book, not self._busy
        self.save.setEnabled(free and fresh and not self.form.problem)
        self.end.setEnabled(free and fresh and self.form.held is not None)
        self.rename.setEnabled(free and fresh and self.form.held is not None)
        self.show_plan.setEnabled(free and fresh and bool(self.patterns))
        plan = self.plan
        self.apply.setEnabled(free and fresh and plan is not None and plan.writes > 0)
        if plan is None:
            self.apply.setText("Apply")
        else:
            self.apply.setText(f"Apply {count(plan.writes, 'change')}")

    @Slot()
    def _forget_plan(self) -> None:
        if self.plan is not None:
            self.plan = None
            self.changes.show_rows([])
            self.said.setText("Nothing is written before you press Apply.")
            self._show_buttons()

    # Doing it

    @Slot(str)
    def _on_letter(self, letter: str) -> None:
        {"n": self.new, "r": self.rename, "x": self.end}[letter].click()

    @Slot()
    def _on_new(self) -> None:
        self.form.begin()
        self.form_title.setText("A new template")
        self.form.clinician.setFocus() if self.new.hasFocus() else None
        self._show_buttons()

    @Slot()
    def _on_save(self) -> None:
        try:
            wanted = self.form.pattern()
        except BadPattern as bad:
            self.problem_met.emit(Problem(str(bad)))
            return
        self._run(self._changed(self._desk.templates.save(wanted)))

    @property
    def _new_name(self) -> str:
        """The name that is typed for the chosen template, where it is another than it has."""
        held, typed = self.form.held, self.form.name.text().strip()
        return typed if held is not None and typed and typed != held.name else ""

    @Slot()
    def _on_rename(self) -> None:
        """Give it the name that was typed; without one the keyboard goes to the name."""
        held, name = self.form.held, self._new_name
        if held is not None and name:
            self._run(self._changed(self._desk.templates.rename(held, name)))
            self.table.setFocus()
        elif held is not None:
            self.form.name.setFocus()
            self.form.name.selectAll()

    @Slot()
    def _on_name_entered(self) -> None:
        if self._new_name and self.rename.isEnabled():
            self._on_rename()

    @Slot()
    def _on_end(self) -> None:
        held = self.form.held
        if held is not None:
            self._run(self._changed(self._desk.templates.end(held)))

    async def _changed(self, work: Coroutine[Any, Any, object]) -> None:
        await work
        self._forget_plan()
        await self._load()

    @Slot()
    def _on_show_plan(self) -> None:
        chosen = self.first.date()
        first = date(chosen.year(), chosen.month(), chosen.day())
        self._run(self._work_out(first, self.weeks.value(), str(self.whose.currentData() or "")))

    async def _work_out(self, first: date, weeks: int, whose: str) -> None:
        self.said.setText("Comparing with the diary ...")
        patterns = [p for p in self.patterns if whose in ("", p.practitioner_id)]
        plan = await self._desk.templates.plan(patterns, first, weeks, self._on_step)
        self.plan = plan
        self.changes.show_rows(plan_rows(plan))
        self.said.setText(plan_words(plan))
        announce(self, plan_words(plan))
        if self.changes.rowCount():
            self.diff.setFocus()

    @Slot()
    def _on_apply(self) -> None:
        plan = self.plan
        if plan is not None:
            self._run(self._apply(plan))

    async def _apply(self, plan: Plan) -> None:
        self.said.setText("Applying; you can go on working meanwhile.")
        try:
            await self._desk.templates.apply(plan, self._on_step)
        except Problem:
            self.said.setText(
                "Not all of it was applied. Show what would change again: it goes on from there."
            )
            raise
        finally:
            self.plan = None
            self.changes.show_rows([])
        self.said.setText("Applied. Nothing is written before you press Apply again.")
        self.applied.emit()

    def _on_step(self, done: int, total: int) -> None:
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        self.bar.show()

    def _run(self, work: Coroutine[Any, Any, object]) -> None:
        self._busy = True
        self._show_buttons()
        self._tasks.start(self._done(work), on_problem=self._on_problem)

    async def _done(self, work: Coroutine[Any, Any, object]) -> None:
        try:
            await work
        finally:
            self._busy = False
            self.bar.hide()
            self._show_buttons()

    def _on_problem(self, problem: Problem) -> None:
        self.problem_met.emit(problem)
