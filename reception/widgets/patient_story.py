"""The patient's story in its first form: what is coming, what is open, what is on record."""

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from contract.codes import SlotType
from contract.core_hours import london_day
from reception.desk.desk import Desk
from reception.desk.story import Line, PatientStory
from reception.records import Appointment, Request
from reception.widgets.look import Look
from reception.widgets.palette import Ink
from reception.widgets.patient_words import day_text, plain
from reception.widgets.queue_row import ended_text, holder_of
from reception.widgets.queue_words import kind_of, mark_of

_STATES = {
    "arrived": "arrived",
    "checked-in": "sent in",
    "fulfilled": "seen",
    "noshow": "did not attend",
    "cancelled": "cancelled",
}
_SHOWN = 8
_TWO_COLUMNS = 110
"""Units of width from which on the story stands in two columns."""
_NAMES = ("problems", "medicines", "allergies", "immunisations", "results", "documents")


class Section(QFrame):
    """A heading and its lines."""

    def __init__(self, look: Look, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        unit = look.metrics.unit_px
        self._look = look
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, unit)
        self._column.setSpacing(max(2, unit // 3))
        heading = QLabel(title, self)
        heading.setProperty("kind", "heading")
        self._column.addWidget(heading)
        self._lines: list[QWidget] = []

    def show_lines(self, lines: Sequence[str], nothing: str) -> None:
        """Show *lines*; where there is none, say *nothing*."""
        self._clear()
        for line in lines[:_SHOWN]:
            self._add(line, muted=False)
        if len(lines) > _SHOWN:
            self._add(f"and {len(lines) - _SHOWN} more", muted=True)
        if not lines:
            self._add(nothing, muted=True)

    def show_links(self, links: Sequence[tuple[QPushButton, str]], nothing: str) -> None:
        """Show *links*, each with its words below; where there is none, say *nothing*."""
        self._clear()
        for link, words in links[:_SHOWN]:
            self._column.addWidget(link, 0, Qt.AlignmentFlag.AlignLeft)
            self._lines.append(link)
            if words:
                self._add(words, muted=True)
        if not links:
            self._add(nothing, muted=True)

    def _clear(self) -> None:
        for widget in self._lines:
            widget.hide()
            widget.deleteLater()
        self._lines.clear()

    def _add(self, text: str, *, muted: bool) -> None:
        label = QLabel(text, self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        if muted:
            label.setProperty("kind", "muted")
        self._column.addWidget(label)
        self._lines.append(label)


class PatientStoryView(QScrollArea):
    """Sections one below the other; everything in it is of one patient."""

    request_chosen = Signal(str)
    """One of the open requests is to be opened."""

    def __init__(
        self,
        desk: Desk,
        look: Look,
        parent: QWidget | None = None,
        *,
        record_first: bool = False,
    ) -> None:
        super().__init__(parent)
        self._desk, self._look = desk, look
        unit = look.metrics.unit_px
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("The patient's story")
        body = QWidget(self)
        self._columns = QBoxLayout(QBoxLayout.Direction.TopToBottom, body)
        self._columns.setContentsMargins(2 * unit, 2 * unit, 2 * unit, unit)
        self._columns.setSpacing(unit)
        doing, record = QVBoxLayout(), QVBoxLayout()
        # Who treats people looks for the record first, who books them for what is coming.
        for column in (record, doing) if record_first else (doing, record):
            column.setSpacing(unit)
            self._columns.addLayout(column, 1)
        self._coming = Section(look, "Appointments from today", body)
        self._open = Section(look, "Open requests", body)
        self._earlier = Section(look, "Earlier requests", body)
        self._problems = Section(look, "Problems", body)
        self._medicines = Section(look, "Medication", body)
        self._allergies = Section(look, "Allergies", body)
        self._results = Section(look, "Recent results", body)
        self._documents = Section(look, "Documents", body)
        for section in (self._coming, self._open, self._earlier):
            doing.addWidget(section)
        first = (self._problems, self._medicines, self._allergies)
        for section in (
            *(first if record_first else first[::-1]),
            self._results,
            self._documents,
        ):
            record.addWidget(section)
        self._withheld = QLabel(body)
        self._withheld.setProperty("kind", "muted")
        self._withheld.setWordWrap(True)
        record.addWidget(self._withheld)
        record.addStretch(1)
        doing.addStretch(1)
        body.setObjectName("storyBody")
        self.setWidget(body)
        look.palette.changed.connect(self._dress)
        self._dress()
        self.hide_story()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Two columns where there is room for two."""
        super().resizeEvent(event)
        wide = event.size().width() > self._look.metrics.unit_px * _TWO_COLUMNS
        directions = QBoxLayout.Direction
        self._columns.setDirection(directions.LeftToRight if wide else directions.TopToBottom)
        self._columns.setStretch(0, int(wide))  # above each other, the rest of the room is below

    @Slot()
    def _dress(self) -> None:
        ground = self._look.palette.css(Ink.SURFACE)
        self.setStyleSheet(f"PatientStoryView, #storyBody {{ background: {ground}; }}")

    def hide_story(self) -> None:
        """Show nothing: nobody's story has been asked for, or it has not come yet."""
        body = self.widget()
        if body is not None:
            body.hide()

    def show_story(self, story: PatientStory) -> None:
        """Show *story* whole."""
        today = self._desk.time.today()
        banner = story.banner
        self._coming.show_lines(
            [appointment_line(self._desk, a) for a in banner.appointments],
            "None booked",
        )
        self._open.show_links([self._link(r) for r in banner.requests], "None")
        open_ids = {r.id for r in banner.requests}
        self._earlier.show_lines(
            [request_line(self._desk, r) for r in story.earlier if r.id not in open_ids], "None"
        )

        for section, name, held, nothing in (
            (self._problems, "problems", story.problems, "None recorded"),
            (self._medicines, "medicines", story.medicines, "None"),
            (self._allergies, "allergies", banner.allergies, "None recorded"),
            (self._results, "results", story.results, "None"),
            (self._documents, "documents", story.documents, "None"),
        ):
            section.setVisible(name not in story.withheld)
            section.show_lines([_record_line(line, today) for line in held], nothing)
        withheld = [name for name in _NAMES if name in story.withheld]
        self._withheld.setText(_withheld_text(withheld))
        self._withheld.setVisible(bool(withheld))
        body = self.widget()
        if body is not None:
            body.show()
        self.verticalScrollBar().setValue(0)

    def _link(self, request: Request) -> tuple[QPushButton, str]:
        when, what, *rest = request_parts(self._desk, request)
        button = QPushButton(plain(f"{when}  ·  {what}"), self)  # short: a button does not wrap
        button.setProperty("kind", "link")
        button.setProperty("request", request.id)
        button.clicked.connect(self._on_link)
        return button, "  ·  ".join(filter(None, rest))

    def _on_link(self) -> None:
        sender = self.sender()
        if sender is not None:
            self.request_chosen.emit(str(sender.property("request")))


def appointment_line(desk: Desk, appointment: Appointment) -> str:
    """One appointment in a line: when, with whom, for what, how it stands."""
    kind = appointment.type_text or appointment.type_code.replace("-", " ")
    if appointment.type_code == SlotType.PHONE_CALL or appointment.channel == "Telephone":
        kind = kind or "Phone call"
    parts = [
        day_text(appointment.start, desk.time.today()),
        appointment.practitioner_name,
        kind,
        appointment.description,
        _STATES.get(appointment.status, ""),
    ]
    return "  ·  ".join(filter(None, parts))


def request_line(desk: Desk, request: Request) -> str:
    """One request in a line: when, what, how it stands, and how it began."""
    return "  ·  ".join(filter(None, request_parts(desk, request)))


def request_parts(desk: Desk, request: Request) -> list[str]:
    """When *request* came, what it is, how it stands, and how it began; empty where nothing."""
    words = " ".join((request.description or request.note).split())
    mark = mark_of(request)
    holder, _ = holder_of(request, desk.me.reference, desk.time.now())
    return [
        day_text(request.authored, desk.time.today()),
        kind_of(request).word,
        mark.word if mark else "",
        holder if request.is_open else ended_text(request),
        words if len(words) <= 90 else f"{words[:88]}…",
    ]


def _record_line(line: Line, today: date) -> str:
    at = ""
    if line.at is not None:
        day = london_day(line.at)
        at = "today" if day == today else f"{day.day} {day:%b %Y}"
    return "  ·  ".join(filter(None, (line.text, line.detail, at)))


def _withheld_text(names: Sequence[str]) -> str:
    if not names:
        return ""
    *head, last = names
    listed = f"{', '.join(head)} and {last}" if head else last
    return f"{listed.capitalize()} are not shown in your role."
