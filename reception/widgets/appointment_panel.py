"""The whole story of one cell at the side of the board, and what can be done about it."""

from collections.abc import Sequence

from PySide6.QtCore import QSignalMapper, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from reception.desk.desk import Desk
from reception.records import Patient
from reception.widgets.appointment_cancel import CancelStrip
from reception.widgets.board_cell import Cell, CellState, clock_text
from reception.widgets.board_face import short_name
from reception.widgets.board_model import BoardModel
from reception.widgets.board_story import StoryLine, history_of, state_words, story_of
from reception.widgets.chip import Chip
from reception.widgets.look import Look
from reception.widgets.palette import Ink
from reception.widgets.patient_words import born_line

_BEFORE = (("a", "Arrived"), ("s", "Send in"), ("d", "Did not attend"), ("x", "Cancel"))
_ACTS: dict[CellState, Sequence[tuple[str, str]]] = {
    CellState.BOOKED: _BEFORE,
    CellState.OVERDUE: _BEFORE,
    CellState.ARRIVED: (("s", "Send in"), ("S", "Send in quietly"), ("x", "Cancel")),
    CellState.SENT_IN: (("l", "Left"),),
    CellState.CALLING: (("l", "Call is over"), ("d", "No answer")),
    CellState.FREE: (("b", "Book"),),
}
_PHONE_WORDS = {"s": "Call now"}
_INKS = {
    CellState.ARRIVED: (Ink.ARRIVED, Ink.ARRIVED_TINT),
    CellState.SENT_IN: (Ink.SENT_IN, Ink.SENT_IN_TINT),
    CellState.CALLING: (Ink.SENT_IN, Ink.SENT_IN_TINT),
    CellState.OVERDUE: (Ink.WARN, Ink.WARN_TINT),
    CellState.HELD: (Ink.HELD, Ink.HELD_TINT),
    CellState.DID_NOT_ATTEND: (Ink.DNA, Ink.DNA_TINT),
    CellState.NO_ANSWER: (Ink.DNA, Ink.DNA_TINT),
    CellState.WALKED_OUT: (Ink.DNA, Ink.DNA_TINT),
    CellState.FREE: (Ink.ACCENT, Ink.ONLINE_TINT),
}


class AppointmentPanel(QWidget):
    """Follows one cell of a `BoardModel` while it is shown."""

    act_requested = Signal(str, str)  # letter of the verb, key of the cell
    cancel_confirmed = Signal(str, str, str)  # appointment id, reason code, words
    patient_wanted = Signal(str)  # id of somebody whose record is not here yet
    closed = Signal()

    def __init__(
        self, desk: Desk, look: Look, model: BoardModel, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._desk, self._look, self._model = desk, look, model
        self._key = ""
        self._mapper = QSignalMapper(self)
        self._mapper.mappedString.connect(self._on_act)
        self.buttons: list[QPushButton] = []
        self._build(look)
        self.cancel.confirmed.connect(self.cancel_confirmed)
        self.cancel.given_up.connect(self._on_kept)
        self._close.clicked.connect(self.closed)
        model.dataChanged.connect(self._refresh)
        model.modelReset.connect(self._refresh)
        model.rowsInserted.connect(self._refresh)
        model.rowsRemoved.connect(self._refresh)
        desk.patients.added.connect(self._on_patient)
        desk.patients.changed.connect(self._on_patient_changed)
        desk.freshness.changed.connect(self._refresh)
        look.palette.changed.connect(self._dress)
        self._dress()

    def _build(self, look: Look) -> None:
        unit = look.metrics.unit_px
        self.name, self.born = QLabel(self), QLabel(self)
        self.name.setFont(look.metrics.title)
        for label in (self.name, self.born):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.state = Chip(look, parent=self)
        self._close = QToolButton(self)
        self._close.setAccessibleName("Close the panel")
        self._close.setToolTip("Close (Esc)")
        head = QHBoxLayout()
        head.addWidget(self.name, 1)
        head.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
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
        self._acts = QVBoxLayout()
        self._acts.setSpacing(unit // 2)
        self.cancel = CancelStrip(look, self)
        self._hint = QLabel(self)
        self._hint.setProperty("kind", "muted")
        self._hint.setWordWrap(True)

        inside = QWidget(self)
        column = QVBoxLayout(inside)
        column.setContentsMargins(2 * unit, 2 * unit, 2 * unit, 2 * unit)
        column.setSpacing(unit)
        column.addLayout(head)
        column.addWidget(self.born)
        column.addWidget(self.state, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._notes)
        column.addSpacing(unit)
        column.addLayout(self._acts)
        column.addWidget(self.cancel)
        column.addWidget(self._hint)
        column.addSpacing(unit)
        column.addLayout(self._story)
        column.addSpacing(unit)
        column.addWidget(self._past)
        column.addLayout(self._history)
        column.addStretch(1)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setWidget(inside)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
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
        self._key = key
        self._refresh()

    def ask_to_cancel(self) -> None:
        """Open the strip that asks for a reason."""
        cell = self._model.cell(self._key)
        if cell is not None and cell.appointment is not None:
            here = cell.state(self._model.now()) is CellState.ARRIVED
            self.cancel.ask(cell.appointment.id, self._who(cell), here=here)

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
            if patient is None and held.patient_id:
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
            self._acts.addWidget(button)
            self.buttons.append(button)
        saving = cell is not None and self._model.is_saving(cell)
        fresh = self._desk.freshness.can_book
        for place, (button, (letter, words)) in enumerate(zip(self.buttons, acts, strict=True)):
            assert cell is not None
            key = "Shift+S" if letter == "S" else letter.upper()
            button.setText(f"{words}   ({key})\n{self._who(cell)}")
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
        acts = list(_ACTS.get(cell.state(self._model.now()), ()))
        if cell.is_phone:
            skipped = {"a"} if cell.appointment is not None else set()
            acts = [(k, _PHONE_WORDS.get(k, w)) for k, w in acts if k not in skipped and k != "S"]
        return acts

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
        else:
            self.act_requested.emit(letter, self._key)

    @Slot()
    def _on_kept(self) -> None:
        self.cancel.hide()
        if self.buttons:
            self.buttons[0].setFocus()

    @Slot(object)
    def _on_patient(self, patient: Patient) -> None:
        cell = self._model.cell(self._key)
        if cell and cell.appointment and cell.appointment.patient_id == patient.id:
            self._refresh()

    @Slot(object, object)
    def _on_patient_changed(self, _before: Patient, after: Patient) -> None:
        self._on_patient(after)

    @Slot()
    def _dress(self) -> None:
        self._close.setIcon(self._look.icons.get("close", Ink.MUTED))
