"""The whole story of one cell at the side of the board, and what can be done about it."""

from collections.abc import Sequence

from PySide6.QtCore import QSignalMapper, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QGridLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from reception.desk.desk import Desk
from reception.records import Appointment, Patient, PatientFlag
from reception.records.marks import ATTEMPTS
from reception.widgets.appointment_cancel import CancelStrip
from reception.widgets.appointment_late import LateStrip
from reception.widgets.board_cell import TO_COME, Cell, CellState, clock_text
from reception.widgets.board_face import short_name
from reception.widgets.board_model import BoardModel
from reception.widgets.board_story import StoryLine, history_of, state_words, story_of
from reception.widgets.chip import Chip
from reception.widgets.look import Look
from reception.widgets.palette import Ink
from reception.widgets.patient_words import born_line
from reception.widgets.side_frame import CloseButton, SideBody

_Acts = Sequence[tuple[str, str]]
_GO = (("m", "Move"), ("x", "Cancel"))
_LATE = (("o", "Late, they rang"), ("O", "Late until"))
_AT_DESK: _Acts = (("a", "Arrived"), ("s", "Send in"), ("d", "Did not attend"), *_LATE, *_GO)
_BY_PHONE: _Acts = (("t", "Call, 1 of 3"), *_LATE, *_GO)
_AT_HOME: _Acts = (("v", "Seen at home"), ("N", "Not seen"), *_GO)
_ACTS: dict[CellState, _Acts] = {
    CellState.ARRIVED: (("s", "Send in"), ("S", "Send in quietly"), ("w", "Walked out"), *_GO),
    CellState.SENT_IN: (("l", "Left"),),
    CellState.FREE: (("b", "Book"),),
}
_QUIET_WORDS = {"s": "Send in quietly", "S": "Send in by name"}
"""Where the patient asks to be called quietly."""
_INKS = {
    CellState.ARRIVED: (Ink.ARRIVED, Ink.ARRIVED_TINT),
    CellState.SENT_IN: (Ink.SENT_IN, Ink.SENT_IN_TINT),
    CellState.CALLING: (Ink.SENT_IN, Ink.SENT_IN_TINT),
    CellState.OVERDUE: (Ink.WARN, Ink.WARN_TINT),
    CellState.LATE: (Ink.WARN, Ink.WARN_TINT),
    CellState.NOT_AT_HOME: (Ink.DNA, Ink.DNA_TINT),
    CellState.HELD: (Ink.HELD, Ink.HELD_TINT),
    CellState.DID_NOT_ATTEND: (Ink.DNA, Ink.DNA_TINT),
    CellState.NO_ANSWER: (Ink.DNA, Ink.DNA_TINT),
    CellState.WALKED_OUT: (Ink.DNA, Ink.DNA_TINT),
    CellState.FREE: (Ink.ACCENT, Ink.ONLINE_TINT),
}


class AppointmentPanel(QWidget):
    """Follows one cell of a `BoardModel` while it is shown."""

    act_requested = Signal(str, str)  # letter of the verb, key of the cell
    cancel_confirmed = Signal(object)  # Cancellation
    late_confirmed = Signal(str, object)  # appointment id, datetime expected
    patient_wanted = Signal(str)  # id of somebody whose record is not here yet
    closed = Signal()

    def __init__(
        self, desk: Desk, look: Look, model: BoardModel, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._desk, self._model = desk, model
        self._key = ""
        self._mapper = QSignalMapper(self)
        self._mapper.mappedString.connect(self._on_act)
        self.buttons: list[QPushButton] = []
        self._build(look)
        self.cancel.confirmed.connect(self.cancel_confirmed)
        self.cancel.given_up.connect(self._on_kept)
        self.late.chosen.connect(self.late_confirmed)
        self.late.given_up.connect(self._on_kept)
        self._close.clicked.connect(self.closed)
        model.dataChanged.connect(self._refresh)
        model.modelReset.connect(self._refresh)
        model.rowsInserted.connect(self._refresh)
        model.rowsRemoved.connect(self._refresh)
        desk.patients.added.connect(self._on_patient)
        desk.patients.changed.connect(self._on_patient_changed)
        desk.flags.added.connect(self._on_flag)
        desk.flags.changed.connect(self._on_flag_changed)
        desk.freshness.changed.connect(self._refresh)

    def _build(self, look: Look) -> None:
        unit = look.metrics.unit_px
        self.name, self.born = QLabel(self), QLabel(self)
        self.name.setFont(look.metrics.title)
        for label in (self.name, self.born):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.state = Chip(look, parent=self)
        self._close = CloseButton(look, "Close the panel", self)
        self._notes = QLabel(self)
        self._notes.setProperty("kind", "warn")
        self._notes.setWordWrap(True)
        self._story, self._history = QGridLayout(), QGridLayout()
        for grid in (self._story, self._history):
            grid.setHorizontalSpacing(2 * unit)
            grid.setVerticalSpacing(unit // 2)
            grid.setColumnStretch(1, 1)
        self._past = QLabel("What happened", self)
        self._past.setProperty("kind", "heading")
        self._acts = QGridLayout()
        self._acts.setSpacing(unit // 2)
        self.cancel, self.late = CancelStrip(look, self), LateStrip(look, self)
        self._hint = QLabel(self)
        self._hint.setProperty("kind", "muted")
        self._hint.setWordWrap(True)

        area = SideBody(look, self.name, self._close, self)
        column = area.column
        column.addWidget(self.born)
        column.addWidget(self.state, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._notes)
        column.addSpacing(unit)
        column.addLayout(self._acts)
        column.addWidget(self.cancel)
        column.addWidget(self.late)
        column.addWidget(self._hint)
        column.addSpacing(unit)
        column.addLayout(self._story)
        column.addSpacing(unit)
        column.addWidget(self._past)
        column.addLayout(self._history)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)

    @property
    def key(self) -> str:
        """Key of the cell it shows."""
        return self._key

    def show_cell(self, key: str) -> None:
        """Show the cell *key*."""
        if key != self._key:
            self.cancel.hide()
            self.late.hide()
        self._key = key
        self._refresh()

    def ask_to_cancel(self) -> None:
        """Open the strip that asks for a reason."""
        cell = self._model.cell(self._key)
        if cell is not None and cell.appointment is not None:
            self.late.hide()
            self.cancel.ask(cell.appointment, self._who(cell))

    def ask_until_when(self) -> None:
        """Open the strip that asks when somebody who rang expects to be here."""
        cell = self._model.cell(self._key)
        held = cell.appointment if cell is not None else None
        if cell is not None and held is not None and held.status == "booked":
            self.cancel.hide()
            now = self._model.now().replace(second=0, microsecond=0)
            self.late.ask(held.id, self._who(cell), max(held.start, now))

    @Slot()
    def _refresh(self) -> None:
        cell = self._model.cell(self._key)
        if cell is None:
            self.name.setText("Nothing here any more" if self._key else "")
            self.born.hide()
            self.state.hide()
            self._fill(self._story, [])
            self._fill(self._history, [])
            self._set_acts(None)
            return
        now = self._model.now()
        clinician = self._model.clinician(cell)
        self._show_person(cell)
        ink, ground = _INKS.get(cell.state(now), (Ink.MUTED, Ink.RAISED))
        words = state_words(cell, now)
        self.state.say(f"{words}, saving" if self._model.is_saving(cell) else words, ink, ground)
        self.state.show()
        self._fill(self._story, story_of(cell, clinician))
        past = history_of(cell, now)
        self._past.setVisible(bool(past))
        self._fill(self._history, past)
        self._set_acts(cell)

    def _show_person(self, cell: Cell) -> None:
        held = cell.appointment
        notes: list[str] = []
        if held is None:
            clinician = self._model.clinician(cell)
            self.name.setText(f"{clock_text(cell.start)} {clinician}")
            self.born.hide()
        else:
            self.name.setText(held.patient_name or "Not named")
            patient = self._patient(cell)
            self.born.setText(self._identity(patient) if patient else "Birth date not loaded yet")
            self.born.show()
            notes = [
                f.text for f in self._desk.flags if f.active and f.patient_id == held.patient_id
            ]
            if held.patient_id:  # with their flags, which no board brings along
                self.patient_wanted.emit(held.patient_id)
        self._notes.setText("\n".join(notes))
        self._notes.setVisible(bool(notes))

    def _identity(self, patient: Patient) -> str:
        line = born_line(patient, self._desk.time.today())
        phone = f"Tel {patient.phones[0]}" if patient.phones else "No phone"
        return f"{line}\nNHS {patient.spaced_nhs_number}\n{phone}"

    def _patient(self, cell: Cell) -> Patient | None:
        return self._desk.patients.get(cell.appointment.patient_id) if cell.appointment else None

    def _who(self, cell: Cell) -> str:
        if cell.appointment is None:
            return f"{clock_text(cell.start)} {self._model.clinician(cell)}"
        patient = self._patient(cell)
        parts = [short_name(cell.appointment), patient.born_text if patient else ""]
        return " · ".join(filter(None, parts))

    def _set_acts(self, cell: Cell | None) -> None:
        acts = self._acts_of(cell) if cell is not None else []
        while len(self.buttons) > len(acts):
            button = self.buttons.pop()
            self._mapper.removeMappings(button)
            self._acts.removeWidget(button)
            button.hide()
            button.deleteLater()
        while len(self.buttons) < len(acts):
            button = QPushButton(self)
            button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            button.clicked.connect(self._mapper.map)
            place = len(self.buttons)
            if place:
                self._acts.addWidget(button, (place + 1) // 2, (place + 1) % 2)
            else:
                self._acts.addWidget(button, 0, 0, 1, 2)
            self.buttons.append(button)
        saving = cell is not None and self._model.is_saving(cell)
        fresh = self._desk.freshness.can_book
        for place, (button, (letter, words)) in enumerate(zip(self.buttons, acts, strict=True)):
            assert cell is not None
            key = f"Shift+{letter}" if letter.isupper() else letter.upper()
            who = "" if place else f"\n{self._who(cell)}"
            button.setText(f"{words}   ({key}){who}")
            button.setAccessibleName(f"{words}, {self._who(cell)}")
            button.setEnabled(not saving and (fresh or letter != "b"))
            kind = "danger" if letter == "x" else "primary" if place == 0 else ""
            if button.property("kind") != kind:
                button.setProperty("kind", kind)
                button.style().polish(button)
            self._mapper.setMapping(button, letter)
        locked = bool(acts) and acts[0][0] == "b" and not fresh
        self._hint.setText("Booking opens again when the practice is in contact." if locked else "")
        self._hint.setVisible(locked)

    def _acts_of(self, cell: Cell) -> list[tuple[str, str]]:
        held, state = cell.appointment, cell.state(self._model.now())
        if held is None:
            return list(_ACTS.get(state, ()))
        if state in TO_COME:
            acts = list(_AT_HOME if held.is_visit else _BY_PHONE if held.is_phone else _AT_DESK)
        elif state is CellState.CALLING:
            acts = self._acts_while_calling(held)
        else:
            acts = list(_ACTS.get(state, ()))
        if self._desk.asks_quiet(held.patient_id):
            acts = [(letter, _QUIET_WORDS.get(letter, words)) for letter, words in acts]
        return acts

    @staticmethod
    def _acts_while_calling(held: Appointment) -> list[tuple[str, str]]:
        acts = [("l", "Call is over")]
        if held.calls_tried < len(ATTEMPTS):
            acts.append(("t", f"Call again, {held.calls_tried + 1} of 3"))
        return [*acts, ("h", "No answer")]

    @staticmethod
    def _fill(grid: QGridLayout, lines: Sequence[StoryLine]) -> None:
        while grid.count() > 2 * len(lines):
            item = grid.takeAt(grid.count() - 1)
            if item is not None and (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for row, line in enumerate(lines):
            for column, text in enumerate(line):
                item = grid.itemAtPosition(row, column)
                label = item.widget() if item is not None else None
                if not isinstance(label, QLabel):
                    label = QLabel()
                    label.setWordWrap(column == 1)
                    label.setTextFormat(Qt.TextFormat.PlainText)
                    label.setAlignment(Qt.AlignmentFlag.AlignTop)
                    if column == 0:
                        label.setProperty("kind", "muted")
                    grid.addWidget(label, row, column)
                label.setText(text)

    @Slot(str)
    def _on_act(self, letter: str) -> None:
        if letter == "x":
            self.ask_to_cancel()
        elif letter == "O":
            self.ask_until_when()
        else:
            self.act_requested.emit(letter, self._key)

    @Slot()
    def _on_kept(self) -> None:
        self.cancel.hide()
        self.late.hide()
        if self.buttons:
            self.buttons[0].setFocus()

    @Slot(object)
    def _on_patient(self, patient: Patient) -> None:
        cell = self._model.cell(self._key)
        if cell and cell.appointment and cell.appointment.patient_id == patient.id:
            self._refresh()

    @Slot(object)
    def _on_flag(self, flag: PatientFlag) -> None:
        cell = self._model.cell(self._key)
        if cell and cell.appointment and cell.appointment.patient_id == flag.patient_id:
            self._refresh()

    @Slot(object, object)
    def _on_flag_changed(self, _before: PatientFlag, after: PatientFlag) -> None:
        self._on_flag(after)

    @Slot(object, object)
    def _on_patient_changed(self, _before: Patient, after: Patient) -> None:
        self._on_patient(after)
