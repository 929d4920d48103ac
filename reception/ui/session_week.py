"""The sessions of a week: add one, let one end earlier or later, cancel one."""

from collections.abc import Coroutine
from datetime import date, datetime, time, timedelta
from typing import Any

from PySide6.QtCore import QTime, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTimeEdit,
    QVBoxLayout,
    QWidget,
)

from contract.core_hours import LONDON
from reception.desk.desk import Desk
from reception.desk.diary import Days
from reception.desk.session_pattern import BadPattern, Pattern
from reception.records import Appointment, Session
from reception.records import Slot as SlotRecord
from reception.records.problem import Problem
from reception.ui.tasks import Tasks
from reception.widgets.banner import announce
from reception.widgets.look import Look
from reception.widgets.session_form import SessionForm
from reception.widgets.session_table import RowsModel, RowsTable
from reception.widgets.session_words import (
    SESSION_TITLES,
    clinicians_of,
    count,
    people_words,
    session_rows,
    session_words,
)

_SETTLED_MS = 300
"""News of colleagues are shown together, once they have come."""


class SessionWeek(QWidget):
    """The week of the open day at the left; the chosen session, and a new one, at the right."""

    problem_met = Signal(Problem)
    template_saved = Signal()

    def __init__(self, desk: Desk, look: Look, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._tasks = desk, tasks
        self._diary: Days | None = None
        self._monday: date | None = None
        self._busy = False
        self._asked, self._cancelling = "", False
        self._armed = False
        self._shown: tuple[str, datetime | None] = ("?", None)
        self._turn = 0
        self.rows = RowsModel(SESSION_TITLES, look, self)
        self.table = RowsTable(self.rows, look, "Sessions of the week", 3, self)
        self.table.letters = frozenset("xte")
        self.form = SessionForm(look, on_date=True, parent=self)
        self._build(look)
        self.table.chosen.connect(self._on_chosen)
        self.table.letter_struck.connect(self._on_letter)
        self.until.timeChanged.connect(self._on_until)
        self.change.clicked.connect(self._on_change)
        self.cancel.clicked.connect(self._on_cancel)
        self.keep.clicked.connect(self._on_keep)
        self.form.changed.connect(self._show_add)
        self.add.clicked.connect(self._on_add)
        desk.practitioners.added.connect(self._offer)
        desk.practitioners.reset.connect(self._offer)
        desk.sessions.reset.connect(self._offer)
        desk.freshness.changed.connect(self._show_add)
        self._news = QTimer(self, singleShot=True, interval=_SETTLED_MS)
        self._news.timeout.connect(self._show_news)
        desk.stores.diary_told.connect(self._on_told)
        desk.appointments.added.connect(self._on_told)
        desk.appointments.changed.connect(self._on_appointment_changed)
        desk.loaded.connect(self._on_desk_loaded)
        self._offer()
        self.form.show_day(desk.day)
        self._on_chosen("")

    def _build(self, look: Look) -> None:
        unit = look.metrics.unit_px
        self.heading, self.said = QLabel(self), QLabel(self)
        self.heading.setFont(look.metrics.title)
        self.said.setProperty("kind", "muted")
        left = QVBoxLayout()
        left.setSpacing(unit)
        left.addWidget(self.heading)
        left.addWidget(self.said)
        left.addWidget(self.table, 1)

        card = QFrame(self)
        card.setProperty("kind", "card")
        card.setMinimumWidth(unit * 54)
        card.setMaximumWidth(unit * 60)
        side = QVBoxLayout(card)
        side.setContentsMargins(2 * unit, 3 * unit // 2, 2 * unit, 3 * unit // 2)
        side.setSpacing(unit)
        self.chosen_title = QLabel("The chosen session", card)
        self.chosen_title.setFont(look.metrics.title)
        self.chosen_words, self.people = QLabel(card), QLabel(card)
        for label in (self.chosen_words, self.people):
            label.setWordWrap(True)
        self.chosen_words.setProperty("kind", "heading")
        self.until = QTimeEdit(card)
        self.until.setDisplayFormat("HH:mm")
        self.until.setAccessibleName("Ends at")
        ends = QLabel("Ends at", card)
        ends.setBuddy(self.until)
        self.change = QPushButton("Change the end", card)
        self.keep = QPushButton("Save as template (T)", card)
        self.cancel = QPushButton("Cancel this session (X)", card)
        self.cancel.setProperty("kind", "danger")
        across = QHBoxLayout()
        across.setSpacing(unit)
        across.addWidget(ends)
        across.addWidget(self.until)
        across.addWidget(self.change, 1)
        below = QHBoxLayout()
        below.setSpacing(unit)
        below.addWidget(self.keep)
        below.addWidget(self.cancel, 1)
        line = QFrame(card)
        line.setFrameShape(QFrame.Shape.HLine)
        title = QLabel("Add a session", card)
        title.setFont(look.metrics.title)
        self.add = QPushButton("Add this session", card)
        self.add.setProperty("kind", "primary")
        for item in (self.chosen_title, self.chosen_words, self.people):
            side.addWidget(item)
        side.addLayout(across)
        side.addLayout(below)
        side.addWidget(line)
        side.addWidget(title)
        side.addWidget(self.form)
        side.addWidget(self.add)
        side.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * unit, unit, 2 * unit, 2 * unit)
        row.setSpacing(2 * unit)
        row.addLayout(left, 3)
        row.addWidget(card, 2)

    # What it shows

    def refresh(self) -> None:
        """Read the week of the open day again."""
        day = self._desk.day
        monday = day - timedelta(days=day.weekday())
        self.heading.setText(
            f"Sessions from {monday:%A} {monday.day} {monday:%B} {monday.year}, one week"
        )
        self.said.setText("Loading ...")
        self._turn += 1
        self._tasks.start(self._load(monday, self._turn), on_problem=self._on_problem)

    async def _load(self, monday: date, turn: int) -> None:
        diary = await self._desk.diary.of_days(monday, monday + timedelta(days=6))
        if turn != self._turn:
            return
        self._diary = diary
        self._monday = monday
        self._show_diary(diary)
        asked, self._asked = self._asked, ""
        if asked:
            self.table.choose(asked)
        self._on_chosen(self.table.key)
        if asked and self._cancelling and self.session is not None:
            self._armed = True
            self._show_cancel()

    def _show_diary(self, diary: Days) -> None:
        rows = session_rows(diary, self._desk.time.now())
        self.rows.show_rows(rows)
        clinicians = {s.practitioner_id for s in diary.sessions if s.active}
        self.said.setText(
            f"{count(len(rows), 'session')} of {count(len(clinicians), 'clinician')}"
            if rows
            else "No sessions in this week. Add one at the right, or apply the templates."
        )

    # What colleagues do meanwhile

    @Slot(object)
    def _on_told(self, record: Session | SlotRecord | Appointment) -> None:
        """A session, slot or appointment is another than it was: so may be the week."""
        diary, monday = self._diary, self._monday
        if diary is None or monday is None or not self.isVisible():
            return  # what nobody looks at is read when it is looked at
        self._diary = diary.with_record(record, monday, monday + timedelta(days=6))
        if self._diary is not diary and not self._news.isActive():
            self._news.start()

    @Slot(object, object)
    def _on_appointment_changed(self, _before: Appointment, after: Appointment) -> None:
        self._on_told(after)

    @Slot()
    def _show_news(self) -> None:
        if self._diary is not None and self.isVisible():
            self._show_diary(self._diary)
            self._on_chosen(self.table.key)

    @Slot()
    def _on_desk_loaded(self) -> None:
        """The desk has filled a gap: what was missed here is read as well."""
        if self.isVisible():
            self.refresh()

    @property
    def is_busy(self) -> bool:
        """Whether an act of this sheet is under way."""
        return self._busy

    def choose(self, session_id: str, *, cancelling: bool = False) -> None:
        """Choose a session, once it is there; *cancelling*: ask whether to cancel it."""
        self._asked, self._cancelling = session_id, cancelling

    @property
    def session(self) -> Session | None:
        """The chosen one."""
        key, diary = self.table.key, self._diary
        if diary is None or not key:
            return None
        return next((s for s in diary.sessions if s.id == key), None)

    def booked(self, after: datetime | None = None) -> list[Appointment]:
        """Who still means to come to the chosen session, from *after* on."""
        session = self.session
        if session is None or self._diary is None:
            return []
        return [
            a
            for a in self._diary.booked_in(session.id)
            if a.status in ("booked", "arrived") and (after is None or a.end > after)
        ]

    @Slot(str)
    def _on_chosen(self, _key: str) -> None:
        session = self.session
        for widget in (self.until, self.change, self.keep, self.cancel):
            widget.setEnabled(session is not None and not self._busy)
        shown = (session.id, session.end) if session is not None else ("", None)
        if shown != self._shown:  # what is read again leaves a half-made choice alone
            self._shown, self._armed = shown, False
            if session is not None:
                end = session.end.astimezone(LONDON)
                self.until.blockSignals(True)
                self.until.setTime(QTime(end.hour, end.minute))
                self.until.blockSignals(False)
        if session is None:
            self.chosen_words.setText("Choose one in the list.")
            self.people.setText("")
            self.change.setText("Change the end (E)")
        else:
            self.chosen_words.setText(session_words(session))
            self._on_until()
        self._show_cancel()

    def _show_cancel(self) -> None:
        """What the button does: ask first, then do it."""
        if not self._armed:
            self.cancel.setText("Cancel this session (X)")
            return
        people = self.booked(self._desk.time.now())
        self.people.setText(people_words(people, "{who} to tell"))
        told = f": {count(len(people), 'patient')} to tell" if people else ""
        self.cancel.setText(f"Really cancel{told} (X)")

    @Slot()
    def _on_until(self) -> None:
        session = self.session
        if session is None:
            return
        wanted = self._wanted_end(session)
        words = f"{self.until.time().toString('HH:mm')}"
        self.change.setEnabled(wanted != session.end and not self._busy)
        if wanted > session.end:
            self.change.setText(f"Extend to {words} (E)")
            self.people.setText(people_words(self.booked(), "{who} booked"))
        elif wanted < session.end:
            self.change.setText(f"Shorten to {words} (E)")
            late = self.booked(wanted)
            self.people.setText(people_words(late, "{who} to tell"))
        else:
            self.change.setText("Change the end (E)")
            self.people.setText(people_words(self.booked(), "{who} booked"))

    def _wanted_end(self, session: Session) -> datetime:
        chosen = self.until.time()
        day = session.start.astimezone(LONDON).date()
        return datetime.combine(day, time(chosen.hour(), chosen.minute()), LONDON)

    @Slot()
    def _offer(self) -> None:
        self.form.offer(clinicians_of(self._desk.practitioners, self._desk.sessions))

    @Slot()
    def _show_add(self) -> None:
        problem = self.form.problem
        self.add.setEnabled(not problem and not self._busy and self._desk.freshness.can_book)

    # Doing it

    @Slot(str)
    def _on_letter(self, letter: str) -> None:
        if letter == "x":
            self.cancel.click()
        elif letter == "t":
            self.keep.click()
        else:
            self.until.setFocus()

    @Slot()
    def _on_add(self) -> None:
        try:
            pattern = self.form.pattern()
        except BadPattern as bad:
            self.problem_met.emit(Problem(str(bad)))
            return
        self._run(self._add(pattern, self.form.chosen_day))

    async def _add(self, pattern: Pattern, day: date) -> None:
        session = await self._desk.diary.add(pattern, day)
        self.choose(session.id)

    @Slot()
    def _on_change(self) -> None:
        session = self.session
        if session is None:
            return
        wanted = self._wanted_end(session)
        verb = self._desk.diary.extend if wanted > session.end else self._desk.diary.shorten
        self._run(verb(session.id, wanted))

    @Slot()
    def _on_cancel(self) -> None:
        """The first press says whom it touches; the second does it."""
        session = self.session
        if session is None:
            return
        if not self._armed:
            self._armed = True
            self._show_cancel()
            announce(self, self.people.text())
            return
        self._armed = False
        self._run(self._desk.diary.cancel(session.id))

    @Slot()
    def _on_keep(self) -> None:
        session = self.session
        if session is not None:
            self._run(self._keep(session.id))

    async def _keep(self, session_id: str) -> None:
        await self._desk.templates.save_session(session_id)
        self.template_saved.emit()

    def _run(self, work: Coroutine[Any, Any, object]) -> None:
        self._busy = True
        self._on_chosen(self.table.key)
        self._show_add()
        self._tasks.start(self._done(work), on_problem=self._on_problem)

    async def _done(self, work: Coroutine[Any, Any, object]) -> None:
        try:
            await work
        finally:
            self._busy = False
            self._on_chosen(self.table.key)
            self._show_add()
            self.refresh()

    def _on_problem(self, problem: Problem) -> None:
        self.problem_met.emit(problem)
