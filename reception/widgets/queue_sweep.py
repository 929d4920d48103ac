"""The closing sweep: at 18:00 what nobody has read is listed under the queue, by name."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from reception.desk.desk import Desk
from reception.desk.hours import sweeps_at
from reception.desk.order import Sweep, waiting_since
from reception.desk.words import clock
from reception.records import Request
from reception.widgets.banner import announce
from reception.widgets.look import Look
from reception.widgets.palette import Ink
from reception.widgets.queue_words import kind_of, waiting_text

NAMED = 5
"""So many are named; the list shows the others."""


class SweepBar(QFrame):
    """There from half an hour before the close until nothing is left to read or to do today.

    It stands under the list: a row under somebody's hand stays where it is.
    """

    show_requested = Signal(str)
    """What is left is wanted in the list: this filter."""

    def __init__(self, desk: Desk, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._look = desk, look
        self._told_at = ""
        unit = look.metrics.unit_px
        self.words = QLabel(self)
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.button = QPushButton("Show them (W)", self)
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.clicked.connect(self.show_left)
        self.title = QLabel(self)
        self.title.setFont(look.metrics.bold)
        self.title.setWordWrap(True)
        row = QHBoxLayout()
        row.setSpacing(unit)
        row.addWidget(self.title, 1)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(unit, unit, unit, unit)
        column.setSpacing(unit // 2)
        column.addLayout(row)
        column.addWidget(self.words)
        self._filter = ""
        desk.time.minute_passed.connect(self.look)
        desk.documents.changed.connect(self.look)
        look.palette.changed.connect(self._dress)
        self._dress()
        self.hide()
        self.look()

    @Slot()
    def look(self, _name: str = "") -> None:
        """See whether it is time, and what is left."""
        desk, now = self._desk, self._desk.time.now()
        begins = sweeps_at(now, desk.core_hours)
        if begins is None or now < begins:
            self.hide()
            return
        sweep = desk.closing_sweep()
        if not sweep.unread and not sweep.due_today:
            self.hide()
            return
        title, names = self._title(sweep, clock(begins)), self._names(sweep)
        if (title, names) != (self.title.text(), self.words.text()):
            self.title.setText(title)
            self.words.setText(names)
            self.words.setVisible(bool(names))
        self._filter = "is: unread" if sweep.unread else "due: today"
        self.show()
        if self._told_at != begins.isoformat():
            self._told_at = begins.isoformat()
            announce(self, f"{title} {names}".strip())

    @Slot()
    def show_left(self) -> None:
        """Show in the list what is left."""
        if not self.isHidden():
            self.show_requested.emit(self._filter)

    def _title(self, sweep: Sweep, at: str) -> str:
        unread = f"{sweep.unread} unread" if sweep.unread else "everything has been read"
        left = f", {sweep.due_today} due today still open" if sweep.due_today else ""
        return f"Closing sweep, {at}: {unread}{left}."

    def _names(self, sweep: Sweep) -> str:
        """Who has not been read yet, the first of them in the order of work."""
        first = sorted(sweep.to_read, key=self._desk.queue_key)[:NAMED]
        more = f"; and {sweep.unread - NAMED} more" if sweep.unread > NAMED else ""
        return "; ".join(map(self._named, first)) + more

    def _named(self, request: Request) -> str:
        name = self._desk.patient_name(request) or "Name not given"
        wait = waiting_text(waiting_since(request), self._desk.time.now())
        return f"{name} ({kind_of(request).word.lower()}, {wait})"

    @Slot()
    def _dress(self) -> None:
        palette = self._look.palette
        self.setStyleSheet(
            f"SweepBar {{ background: {palette.css(Ink.WARN_TINT)}; "
            f"border-top: 1px solid {palette.css(Ink.WARN)}; }}"
            f"SweepBar QLabel {{ color: {palette.css(Ink.WARN)}; }}"
        )
