"""My next patient and who is waiting, in a card that is read at a glance."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout, QWidget

from contract.core_hours import LONDON
from reception.desk.desk import Desk
from reception.desk.next_patient import MyList, is_here
from reception.records import Appointment
from reception.widgets.flow import Flow
from reception.widgets.look import Look
from reception.widgets.palette import Ink
from reception.widgets.patient_words import born_line, day_text, on_button

_SHOWN = 4


class NextCard(QFrame):
    """Who, when, why, how long they have waited; P shows their story, C calls them in."""

    story_requested = Signal()
    call_requested = Signal(str)
    """The patient of this appointment is to be sent in."""

    def __init__(self, desk: Desk, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._look = desk, look
        self._next: Appointment | None = None
        unit = look.metrics.unit_px
        self.heading = QLabel("Next patient", self)
        self.heading.setProperty("kind", "muted")
        self.name = QLabel(self)
        self.name.setFont(look.metrics.title)
        self.name.setWordWrap(True)
        self.who = QLabel(self)
        self.what = QLabel(self)
        self.state = QLabel(self)
        self.waiting = QLabel(self)
        self.waiting.setProperty("kind", "muted")
        for label in (self.name, self.who, self.what, self.state, self.waiting):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self.story = QPushButton("Story  (P)", self)
        self.call = QPushButton("Send in  (C)", self)
        self.call.setProperty("kind", "primary")
        strip = QWidget(self)
        flow = Flow(strip, gap_px=unit, line_px=max(2, unit // 2))
        flow.addWidget(self.call)
        flow.addWidget(self.story)
        column = QVBoxLayout(self)
        column.setContentsMargins(round(1.5 * unit), unit, round(1.5 * unit), unit)
        column.setSpacing(max(2, unit // 3))
        for widget in (self.heading, self.name, self.who, self.what, self.state, strip):
            column.addWidget(widget)
        column.addWidget(self.waiting)
        self.setObjectName("nextCard")
        self.story.clicked.connect(self.story_requested)
        self.call.clicked.connect(self._on_call)
        look.palette.changed.connect(self._dress)
        self._dress()

    @property
    def next(self) -> Appointment | None:
        """Whose card it is."""
        return self._next

    def show_list(self, held: MyList, other_day: str = "") -> None:
        """Show how the list stands; *other_day*: the board is open on that day instead."""
        self._next = held.next if not other_day else None
        appointment = self._next
        for widget in (self.who, self.what, self.state, self.story, self.call):
            widget.setVisible(appointment is not None)
        if other_day:
            self.name.setText(f"The board is on {other_day}")
            self.waiting.setText("Alt+T brings it back to today, and your list with it.")
        elif appointment is None:
            self.name.setText("Nobody else today")
            self.waiting.setText(_inside_text(held))
        else:
            self._show(appointment, held)
        self.setAccessibleName(
            ", ".join(
                label.text()
                for label in (
                    self.heading,
                    self.name,
                    self.who,
                    self.what,
                    self.state,
                    self.waiting,
                )
                if label.text() and not label.isHidden()
            )
        )

    def _show(self, appointment: Appointment, held: MyList) -> None:
        desk, now = self._desk, self._desk.time.now()
        patient = desk.patients.get(appointment.patient_id)
        self.name.setText(patient.name if patient else appointment.patient_name or "No name")
        self.who.setText(born_line(patient, desk.time.today()) if patient else "")
        at = f"{appointment.start.astimezone(LONDON):%H:%M}"
        kind = "by phone" if appointment.is_phone else "visit" if appointment.is_visit else ""
        parts = (at, kind, appointment.type_text, appointment.description)
        self.what.setText("  ·  ".join(filter(None, parts)))
        waited = appointment.waiting_min(now)
        kind_of_state = "muted"
        if waited is not None:
            words = f"A  Here, waiting {waited} min" if waited else "A  Here"
            kind_of_state = "good" if waited < 20 else "warn"
        elif is_here(appointment, now):
            words, kind_of_state = "T  To be rung now", "good"
        elif appointment.is_overdue(now):
            words, kind_of_state = "!  Overdue, not here", "warn"
        else:
            words = "Not here yet"
        self.state.setText(words)
        self.state.setProperty("kind", kind_of_state)
        self.state.style().polish(self.state)
        self.call.setText(f"{'Ring' if appointment.is_phone else 'Send in'}  (C)")
        self.call.setToolTip(f"{on_button(patient)}" if patient else "")
        self.call.setEnabled(is_here(appointment, now) and patient is not None)
        others = [a for a in held.waiting if a.id != appointment.id]
        lines = [_inside_text(held)] if held.inside else []
        if others:
            names = "\n".join(self._waiting_line(a) for a in others[:_SHOWN])
            more = f"\nand {len(others) - _SHOWN} more" if len(others) > _SHOWN else ""
            lines.append(f"Waiting after that: {len(others)}\n{names}{more}")
        elif held.to_come - (not is_here(appointment, now)) > 0:
            lines.append("Nobody else is here yet")
        self.waiting.setText("\n".join(filter(None, lines)))

    def _waiting_line(self, appointment: Appointment) -> str:
        waited = appointment.waiting_min(self._desk.time.now())
        name = self._desk.patient_name(appointment)
        at = day_text(appointment.start, self._desk.time.today()).removeprefix("today ")
        return f"{at}  {name}{f', {waited} min' if waited is not None else ', to be rung'}"

    @Slot()
    def _on_call(self) -> None:
        if self._next is not None:
            self.call_requested.emit(self._next.id)

    @Slot()
    def _dress(self) -> None:
        palette = self._look.palette
        self.setStyleSheet(
            f"#nextCard {{ background: {palette.css(Ink.SURFACE)}; border: none; "
            f"border-bottom: 1px solid {palette.css(Ink.LINE)}; "
            f"border-left: 4px solid {palette.css(Ink.ACCENT)}; }}"
        )


def _inside_text(held: MyList) -> str:
    names = ", ".join(a.patient_name for a in held.inside if a.patient_name)
    return f"With you now: {names}" if names else ""
