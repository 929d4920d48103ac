"""The top bar: practice, day, time, search, freshness, and who is signed in."""

from datetime import date, timedelta

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QTextCharFormat
from PySide6.QtWidgets import (
    QCalendarWidget,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QToolButton,
    QWidget,
    QWidgetAction,
)

from contract.core_hours import LONDON, is_core_day
from reception.desk.desk import Desk
from reception.widgets.look import Look
from reception.widgets.palette import Ink, Scheme
from reception.widgets.parts_label import PartsLabel
from reception.widgets.pill import Pill


def day_text(day: date, today: date) -> str:
    """*day* as a receptionist reads it: `Today · Monday 23 November`."""
    names = {0: "Today", 1: "Tomorrow", -1: "Yesterday"}
    written = f"{day:%A} {day.day} {day:%B}"
    if day.year != today.year:
        written += f" {day.year}"
    near = names.get((day - today).days)
    return f"{near} · {written}" if near else written


class TopBar(QFrame):
    """What stays the same on every page."""

    day_requested = Signal(object)
    search_requested = Signal(str)
    search_left = Signal()
    """Escape: back to the page."""
    sign_out_requested = Signal()
    scheme_requested = Signal(object)
    keys_requested = Signal()

    def __init__(self, desk: Desk, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._look = desk, look
        unit = look.metrics.unit_px
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * unit, unit // 2, unit, unit // 2)
        row.setSpacing(unit)

        self.practice = PartsLabel(self)  # on a small screen the pill's words are worth more
        self.practice.setFont(look.metrics.bold)
        self.practice.show_parts(["Reception"])
        row.addWidget(self.practice)
        row.addSpacing(unit)

        self.before = self._tool("left", "Day before (Alt+Left)", "Alt+Left")
        self.day = QPushButton(self)
        self.day.setToolTip("Choose a day")
        self.after = self._tool("right", "Day after (Alt+Right)", "Alt+Right")
        self.today = QPushButton("Today", self)
        self.today.setToolTip("Back to today (Alt+T)")
        self.today.setShortcut(QKeySequence("Alt+T"))
        for widget in (self.before, self.day, self.after, self.today):
            row.addWidget(widget)
        row.addStretch(1)

        self.search = QLineEdit(self)
        self.search.setPlaceholderText("Find a patient  (Ctrl+K)")
        self.search.setAccessibleName("Find a patient")
        self.search.setClearButtonEnabled(True)
        self.search.setMinimumWidth(round(look.metrics.digit_px * 12))
        self._glass = QAction(self.search)
        self.search.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        row.addWidget(self.search, 1)
        row.addStretch(1)

        self.clock = QLabel(self)
        self.clock.setFont(look.metrics.bold)
        self.clock.setAccessibleName("Practice time")
        self.clock.setToolTip("Practice time, as the practice service tells it")
        row.addWidget(self.clock)
        self.pill = Pill(look, self)
        row.addWidget(self.pill)
        self.keys = self._tool("help", "Keys (?)", "")
        row.addWidget(self.keys)
        self.person = QToolButton(self)
        self.person.setText(f"{desk.me.display}  ▾")
        self.person.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.person.setMenu(self._menu())
        row.addWidget(self.person)

        self.before.clicked.connect(self._on_before)
        self.after.clicked.connect(self._on_after)
        self.today.clicked.connect(self._on_today)
        self.day.clicked.connect(self._on_day)
        self.search.returnPressed.connect(self._on_search)
        self.keys.clicked.connect(self.keys_requested)
        for button in (self.before, self.day, self.after, self.today, self.keys, self.person):
            # A click leaves the keyboard where it was, in the list or on the board.
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.search.installEventFilter(self)
        desk.day_changed.connect(self._show_day)
        desk.time.minute_passed.connect(self._show_time)
        desk.freshness.changed.connect(self._show_freshness)
        look.palette.changed.connect(self._dress)
        self.setProperty("kind", "panel")
        self._dress()
        self._show_day()
        self._show_time()
        self._show_freshness()

    def _tool(self, icon: str, hint: str, shortcut: str) -> QToolButton:
        button = QToolButton(self)
        button.setProperty("iconName", icon)
        button.setToolTip(hint)
        button.setAccessibleName(hint)
        if shortcut:
            button.setShortcut(QKeySequence(shortcut))
        return button

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        role = menu.addAction(f"Signed in as {self._desk.me.display}, {self._desk.me.role}")
        role.setEnabled(False)
        menu.addSeparator()
        self.dark = menu.addAction("Dark")
        self.dark.setCheckable(True)
        self.dark.setChecked(self._look.palette.scheme is Scheme.DARK)
        self.dark.toggled.connect(self._on_dark_toggled)
        menu.addSeparator()
        self._leave = menu.addAction("Sign out")
        self._leave.triggered.connect(self.sign_out_requested)
        return menu

    def add_menu(self, menu: QMenu) -> None:
        """Offer *menu* under the user's name."""
        self.person.menu().insertMenu(self._leave, menu)

    def add_action(self, words: str) -> QAction:
        """Offer something to do under the user's name."""
        action = QAction(words, self)
        self.person.menu().insertAction(self._leave, action)
        return action

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Escape in the search goes back to the page."""
        if (
            watched is self.search
            and event.type() == QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
        ):
            self.search.clear()
            self.search_left.emit()
            return True
        return super().eventFilter(watched, event)

    @Slot()
    def _on_before(self) -> None:
        self.day_requested.emit(self._desk.day - timedelta(days=1))

    @Slot()
    def _on_after(self) -> None:
        self.day_requested.emit(self._desk.day + timedelta(days=1))

    @Slot()
    def _on_today(self) -> None:
        self.day_requested.emit(self._desk.time.today())

    @Slot()
    def _on_day(self) -> None:
        menu = QMenu(self)
        calendar = QCalendarWidget(menu)
        calendar.setFirstDayOfWeek(Qt.DayOfWeek.Monday)
        calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        muted = QTextCharFormat()
        muted.setForeground(self._look.palette[Ink.MUTED])
        for closed in (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday):
            calendar.setWeekdayTextFormat(closed, muted)  # red stands for urgent
        for name, icon in (("qt_calendar_prevmonth", "left"), ("qt_calendar_nextmonth", "right")):
            if (turn := calendar.findChild(QToolButton, name)) is not None:
                turn.setIcon(self._look.icons.get(icon, Ink.TEXT))
        calendar.setSelectedDate(self._desk.day)  # type: ignore[arg-type]  # takes a date as well
        holder = QWidgetAction(menu)
        holder.setDefaultWidget(calendar)
        menu.addAction(holder)
        calendar.clicked.connect(self._on_calendar_day)
        calendar.activated.connect(self._on_calendar_day)
        calendar.activated.connect(menu.close)
        calendar.clicked.connect(menu.close)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.day.mapToGlobal(self.day.rect().bottomLeft()))
        calendar.setFocus()

    @Slot(object)
    def _on_calendar_day(self, day: object) -> None:
        chosen = day.toPython() if hasattr(day, "toPython") else day
        self.day_requested.emit(chosen)

    @Slot()
    def _on_search(self) -> None:
        text = self.search.text().strip()
        if text:
            self.search.clear()
            self.search_requested.emit(text)

    @Slot(bool)
    def _on_dark_toggled(self, dark: bool) -> None:
        self.scheme_requested.emit(Scheme.DARK if dark else Scheme.LIGHT)

    @Slot()
    def _show_day(self) -> None:
        day, today = self._desk.day, self._desk.time.today()
        text = day_text(day, today)
        if not is_core_day(day):
            text += " · closed"
        self.day.setText(text)
        self.today.setEnabled(day != today)

    @Slot()
    def _show_time(self) -> None:
        self.clock.setText(f"{self._desk.time.now().astimezone(LONDON):%H:%M}")
        self._show_day()

    @Slot()
    def _show_freshness(self) -> None:
        freshness = self._desk.freshness
        text = {
            "live": "Live",
            "catching-up": "Catching up",
            "silent": f"No contact since {freshness.since.astimezone(LONDON):%H:%M:%S}",
        }[freshness.state]
        self.pill.show_state(freshness.state, text)

    @Slot()
    def _dress(self) -> None:
        icons, palette = self._look.icons, self._look.palette
        for button in (self.before, self.after, self.keys):
            button.setIcon(icons.get(button.property("iconName"), Ink.TEXT))
        self._glass.setIcon(icons.get("search", Ink.MUTED))
        self.setStyleSheet(
            f"TopBar {{ background: {palette.css(Ink.SURFACE)}; "
            f"border-bottom: 1px solid {palette.css(Ink.LINE)}; }}"
        )
