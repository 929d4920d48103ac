"""The sessions page: the week's sessions, the template week, and whom to tell."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from contract.core_hours import london_day
from reception.desk.desk import Desk
from reception.desk.notice import Notice
from reception.desk.problems import NotPossible
from reception.records.problem import Problem
from reception.ui.page import Page
from reception.ui.session_contacts import SessionContacts
from reception.ui.session_templates import SessionTemplates
from reception.ui.session_week import SessionWeek
from reception.ui.tasks import Tasks
from reception.widgets.banner import Banner
from reception.widgets.look import Look

_WEEK, _TEMPLATES, _CONTACTS = range(3)


class SessionsPage(Page):
    """Three sheets, one key each: 1, 2, 3."""

    title = "Sessions"
    icon = "sessions"

    def __init__(self, desk: Desk, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.tasks = Tasks(self)
        self.banner = Banner(look, self)
        self.week = SessionWeek(desk, look, self.tasks, self)
        self.templates = SessionTemplates(desk, look, self.tasks, self)
        self.contacts = SessionContacts(desk, look, self.tasks, self)
        self._build(look)
        for sheet in (self.week, self.templates, self.contacts):
            sheet.problem_met.connect(self._on_problem)
        self.week.template_saved.connect(self.templates.refresh)
        self.templates.applied.connect(self._on_applied)
        self.contacts.counted.connect(self._on_counted)
        self.contacts.appointment_wanted.connect(self._on_appointment_wanted)
        self.sheets.idClicked.connect(self.show_sheet)
        desk.day_changed.connect(self._on_day_changed)
        desk.told.connect(self._on_told)
        self.contacts.show_list()

    def _build(self, look: Look) -> None:
        unit = look.metrics.unit_px
        strip = QFrame(self)
        strip.setProperty("kind", "strip")
        across = QHBoxLayout(strip)
        across.setContentsMargins(2 * unit, unit // 2, 2 * unit, unit // 2)
        across.setSpacing(unit)
        self.sheets = QButtonGroup(self)
        for number, words in enumerate(("Sessions (1)", "Templates (2)", "To contact (3)")):
            button = QPushButton(words, strip)
            button.setCheckable(True)
            self.sheets.addButton(button, number)
            across.addWidget(button)
        across.addStretch(1)
        self.sheets.button(_WEEK).setChecked(True)
        self.stack = QStackedWidget(self)
        for sheet in (self.week, self.templates, self.contacts):
            self.stack.addWidget(sheet)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addWidget(strip)
        column.addWidget(self.stack, 1)

    # The page in the window

    def came_to_front(self) -> None:
        """Read anew what is shown; the keyboard goes to the list."""
        self.show_sheet(self.stack.currentIndex())

    def show_reference(self, reference: str) -> None:
        """Show a sheet: `contacts` (or `contacts/x`), `templates`, the session of `Schedule/x`.

        `Cancel/x` also asks whether to cancel it.
        """
        kind, _, record_id = reference.partition("/")
        if kind in ("Schedule", "Cancel"):
            self.week.choose(record_id, cancelling=kind == "Cancel")
            self.show_sheet(_WEEK)
        elif kind in ("contacts", "templates"):
            self.show_sheet(_CONTACTS if kind == "contacts" else _TEMPLATES)
            if kind == "contacts" and record_id:
                self.contacts.table.choose(record_id)

    @Slot(int)
    def show_sheet(self, number: int) -> None:
        """Show one of the three sheets."""
        button = self.sheets.button(number)
        if button is not None:
            button.setChecked(True)
        self.stack.setCurrentIndex(number)
        if number == _WEEK:
            self.week.refresh()
            self.week.table.setFocus()
        elif number == _TEMPLATES:
            self.templates.refresh()
            self.templates.table.setFocus()
        else:
            self.contacts.show_list()
            self.contacts.table.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """1, 2 and 3 turn to a sheet."""
        plain = event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        )
        if plain and event.text() in ("1", "2", "3"):
            self.show_sheet(int(event.text()) - 1)
        else:
            super().keyPressEvent(event)

    # What happens

    @Slot()
    def _on_day_changed(self) -> None:
        self.week.form.show_day(self._desk.day)
        if self.isVisible() and self.stack.currentIndex() == _WEEK:
            self.week.refresh()

    @Slot()
    def _on_applied(self) -> None:
        if self.contacts.rows.rowCount():
            self.contacts.show_list()

    @Slot(int, bool)
    def _on_counted(self, number: int, emergency: bool) -> None:
        self.sheets.button(_CONTACTS).setText(
            f"To contact: {number} (3)" if number else "To contact (3)"
        )
        self.badge_changed.emit(number, emergency)

    @Slot(str)
    def _on_appointment_wanted(self, appointment_id: str) -> None:
        held = self._desk.stores.appointments.newest(appointment_id)
        if held is not None:
            self.tasks.start(self._go_to(appointment_id), on_problem=self._on_problem)

    async def _go_to(self, appointment_id: str) -> None:
        held = self._desk.stores.appointments.newest(appointment_id)
        if held is None:
            return
        day = london_day(held.start)
        if day != self._desk.day:
            await self._desk.open_day(day)
        self.page_requested.emit("Board", f"Appointment/{appointment_id}")

    @Slot(object)
    def _on_told(self, notice: Notice) -> None:
        if not notice.failed:
            self.banner.hide()  # what went wrong before is over
            if self.isVisible() and self.stack.currentIndex() == _WEEK:
                if not self.week.is_busy:  # it reads the week itself when its act has ended
                    self.week.refresh()
            elif self.isVisible() and self.stack.currentIndex() == _TEMPLATES:
                self.templates.refresh()

    @Slot(Problem)
    def _on_problem(self, problem: Problem) -> None:
        if isinstance(problem, NotPossible):
            self._desk.told.emit(Notice(problem.sentence, failed=True))
        self.banner.show_problem(problem)
