"""What a session is to be: whose, when, and how it is cut into slots."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from PySide6.QtCore import QDate, QTime, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDateEdit,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QTimeEdit,
    QVBoxLayout,
    QWidget,
)

from contract.codes import BookingAccess, Channel, SlotType
from contract.release import words_of
from reception.desk.session_pattern import WEEKDAYS, BadPattern, Pattern, Piece, Recipe, clock_of
from reception.widgets.look import Look

TYPES = (
    (SlotType.GP_ROUTINE, "Doctor, routine"),
    (SlotType.GP_URGENT, "Doctor, urgent"),
    (SlotType.NURSE, "Practice nurse"),
    (SlotType.HCA, "Blood tests and checks"),
    (SlotType.PHONE_CALL, "Telephone call"),
    (SlotType.VISIT, "Home visit"),
    (SlotType.PHARMACIST, "Pharmacist"),
    (SlotType.PHYSIO, "Physiotherapist"),
)
_MODES = (
    (Channel.IN_PERSON, "In person"),
    (Channel.TELEPHONE, "By telephone"),
    (Channel.VIDEO, "By video"),
)
_WHO = (
    ((BookingAccess.RECEPTION,), "Reception books"),
    ((BookingAccess.RECEPTION, BookingAccess.ONLINE), "Reception and online"),
    ((BookingAccess.NHS111,), "Kept for NHS 111"),
)
_WHEN = ("", "on-the-day", "24h", "48h", "72h", "7d@0800", "14d@0800")


class SessionForm(QWidget):
    """One form for a dated session (*on_date*) and for one of a template week."""

    changed = Signal()

    def __init__(self, look: Look, *, on_date: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look, self._on_date = look, on_date
        self._held: Pattern | None = None
        self._pieces: tuple[Piece, ...] | None = None
        unit = look.metrics.unit_px
        self.clinician, self.type = QComboBox(self), QComboBox(self)
        self.mode, self.who, self.opens = QComboBox(self), QComboBox(self), QComboBox(self)
        self.name = QLineEdit(self)
        self.name.setPlaceholderText("GP surgery")
        self.name.setMaxLength(60)
        self.day, self.weekday, self.week = QDateEdit(self), QComboBox(self), QComboBox(self)
        self.day.setDisplayFormat("ddd d MMM yyyy")
        self.day.setCalendarPopup(False)
        self.start, self.end = QTimeEdit(self), QTimeEdit(self)
        for edit, at in ((self.start, QTime(9, 0)), (self.end, QTime(12, 0))):
            edit.setDisplayFormat("HH:mm")
            edit.setTime(at)
        self.length, self.pause_length = QSpinBox(self), QSpinBox(self)
        for box, least, most, value in ((self.length, 5, 120, 10), (self.pause_length, 5, 90, 15)):
            box.setRange(least, most)
            box.setValue(value)
            box.setSuffix(" min")
        self.has_pause = QCheckBox("Break at", self)
        self.pause_at = QTimeEdit(self)
        self.pause_at.setDisplayFormat("HH:mm")
        self.pause_at.setTime(QTime(10, 30))
        for kind, words in TYPES:
            self.type.addItem(words, str(kind))
        for mode, words in _MODES:
            self.mode.addItem(words, str(mode))
        for codes, words in _WHO:
            self.who.addItem(words, ",".join(map(str, codes)))
        for code in _WHEN:
            words = words_of(code)
            self.opens.addItem(words[0].upper() + words[1:] if words else "Open at once", code)
        for number, words in enumerate(WEEKDAYS):
            self.weekday.addItem(words, number)
        self.week.addItem("Every week", 0)
        self.week.addItem("Second of two", 1)
        self.said = QLabel(self)
        self.said.setWordWrap(True)
        self.said.setProperty("kind", "muted")
        self._lay_out(unit)
        self._connect()
        self._tell()

    def _lay_out(self, unit: int) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(unit)
        grid.setVerticalSpacing(unit * 3 // 4)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        rows: list[tuple[tuple[str, QWidget], ...]] = [
            (("Clinician", self.clinician), ("Name", self.name)),
            (("Day", self.day),) if self._on_date else (("Day", self.weekday), ("Week", self.week)),
            (("From", self.start), ("Until", self.end)),
            (("Slots of", self.length), ("Mode", self.mode)),
            (("Type", self.type),),
            (("Who", self.who),),
            (("Opens", self.opens),),
        ]
        for row, pairs in enumerate(rows):
            for number, (words, widget) in enumerate(pairs):
                label = QLabel(words, self)
                label.setBuddy(widget)
                widget.setAccessibleName(words)
                widget.setMinimumWidth(unit * 6)
                grid.addWidget(label, row, 2 * number)
                wide = 1 if len(pairs) > 1 else 3
                grid.addWidget(widget, row, 2 * number + 1, 1, wide)
        for widget in (self.weekday, self.week):
            widget.setHidden(self._on_date)
        self.day.setHidden(not self._on_date)
        pause = QHBoxLayout()
        pause.setSpacing(unit)
        self.pause_at.setAccessibleName("Break at")
        self.pause_length.setAccessibleName("Length of the break")
        pause.addWidget(self.has_pause)
        pause.addWidget(self.pause_at)
        pause.addWidget(self.pause_length)
        pause.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(unit * 3 // 4)
        column.addLayout(grid)
        column.addLayout(pause)
        column.addWidget(self.said)

    def _connect(self) -> None:
        for combo in (self.mode, self.who, self.opens, self.type):
            combo.currentIndexChanged.connect(self._on_cut_anew)
        for edit in (self.start, self.end, self.pause_at):
            edit.timeChanged.connect(self._on_cut_anew)
        for box in (self.length, self.pause_length):
            box.valueChanged.connect(self._on_cut_anew)
        self.has_pause.toggled.connect(self._on_cut_anew)
        for combo in (self.clinician, self.weekday, self.week):
            combo.currentIndexChanged.connect(self._on_changed)
        self.name.textChanged.connect(self._on_changed)
        self.day.dateChanged.connect(self._on_changed)

    # What is in it

    def offer(self, clinicians: Iterable[tuple[str, str]]) -> None:
        """Let choose among these (id, name); who is chosen stays if they are there."""
        wanted = list(clinicians)
        shown = [
            (self.clinician.itemData(n), self.clinician.itemText(n))
            for n in range(self.clinician.count())
        ]
        if wanted == shown:
            return
        before = self.clinician.currentData()
        self.clinician.blockSignals(True)
        self.clinician.clear()
        for person_id, name in wanted:
            self.clinician.addItem(name, person_id)
        self.clinician.setCurrentIndex(max(0, self.clinician.findData(before)))
        self.clinician.blockSignals(False)
        self._on_changed()

    def show_day(self, day: date) -> None:
        """Mean *day*."""
        self.day.setDate(QDate(day.year, day.month, day.day))

    @property
    def chosen_day(self) -> date:
        """The day it is for."""
        chosen = self.day.date()
        return date(chosen.year(), chosen.month(), chosen.day())

    @property
    def held(self) -> Pattern | None:
        """The template that is being changed, or None for a new one."""
        return self._held

    def begin(self) -> None:
        """A new one."""
        self._held, self._pieces = None, None
        self.name.clear()
        self._on_changed()

    def show_pattern(self, pattern: Pattern) -> None:
        """Change *pattern*: its slots stay as they are until a field that cuts them is touched."""
        self._held = pattern
        index = self.clinician.findData(pattern.practitioner_id)
        if index < 0:
            self.clinician.addItem(pattern.practitioner_name, pattern.practitioner_id)
            index = self.clinician.count() - 1
        self.clinician.setCurrentIndex(index)
        self.name.setText(pattern.name)
        self.weekday.setCurrentIndex(pattern.weekday)
        self.week.setCurrentIndex(pattern.week)
        self.start.setTime(_time(pattern.start_min))
        self.end.setTime(_time(pattern.end_min))
        slots = [p for p in pattern.pieces if not p.is_break]
        pauses = [p for p in pattern.pieces if p.is_break]
        if slots:
            first = slots[0]
            self.length.setValue(first.minutes)
            self.type.setCurrentIndex(max(0, self.type.findData(first.type_code)))
            self.mode.setCurrentIndex(max(0, self.mode.findData(first.channel)))
            self._show_access(first.access)
        self.has_pause.setChecked(bool(pauses))
        if pauses:
            self.pause_at.setTime(_time(pauses[0].at_min))
            self.pause_length.setValue(pauses[0].minutes)
        self._pieces = pattern.pieces
        self._on_changed()

    def pattern(self) -> Pattern:
        """What is meant.

        Raises:
            BadPattern: it cannot be a session.
        """
        if self.clinician.currentIndex() < 0:
            raise BadPattern("Choose a clinician.")
        made = Pattern(
            key="",
            name=self.name.text().strip() or self.name.placeholderText(),
            practitioner_id=str(self.clinician.currentData()),
            practitioner_name=self.clinician.currentText(),
            location_id="",
            weekday=self.chosen_day.weekday() if self._on_date else self.weekday.currentIndex(),
            week=0 if self._on_date else self.week.currentIndex(),
            pieces=self._pieces if self._pieces is not None else self._recipe().pieces(),
        )
        if self._held is not None:
            same = self._held.practitioner_id == made.practitioner_id
            made = replace(
                made,
                practitioner_name=(
                    self._held.practitioner_name if same else made.practitioner_name
                ),
                key=self._held.key,
                session_id=self._held.session_id,
                location_id=self._held.location_id,
            )
        made.check()
        return made

    def _recipe(self) -> Recipe:
        codes = {code for code in str(self.who.currentData()).split(",") if code}
        if opens := str(self.opens.currentData()):
            codes.add(opens)
        return Recipe(
            _minutes(self.start.time()),
            _minutes(self.end.time()),
            self.length.value(),
            str(self.type.currentData()),
            self.type.currentText(),
            str(self.mode.currentData()),
            frozenset(codes),
            _minutes(self.pause_at.time()) if self.has_pause.isChecked() else None,
            self.pause_length.value(),
        )

    def _show_access(self, access: frozenset[str]) -> None:
        for number, (codes, _) in enumerate(_WHO):
            if set(map(str, codes)) == {c for c in access if not words_of(c)}:
                self.who.setCurrentIndex(number)
        rule = next((code for code in _WHEN if code and code in access), "")
        self.opens.setCurrentIndex(self.opens.findData(rule))

    # What it says

    @property
    def problem(self) -> str:
        """Why it cannot be a session, or an empty string."""
        try:
            self.pattern()
        except BadPattern as bad:
            return str(bad)
        return ""

    @Slot()
    def _on_cut_anew(self) -> None:
        self._pieces = None
        self._on_changed()

    @Slot()
    def _on_changed(self) -> None:
        self._tell()
        self.changed.emit()

    def _tell(self) -> None:
        self.pause_at.setEnabled(self.has_pause.isChecked())
        self.pause_length.setEnabled(self.has_pause.isChecked())
        try:
            made = self.pattern()
        except BadPattern as bad:
            self.said.setText(str(bad))
            return
        self.said.setText(pieces_words(made))


def pieces_words(pattern: Pattern) -> str:
    """How many of which length: `13 slots of 10 minutes and 2 breaks, 08:30 to 11:30`."""
    slots = [p for p in pattern.pieces if not p.is_break]
    pauses = len(pattern.pieces) - len(slots)
    lengths = sorted({p.minutes for p in slots})
    each = (
        f"{lengths[0]}" if len(lengths) == 1 else f"{lengths[0]} to {lengths[-1]}" if slots else ""
    )
    words = f"{len(slots)} {'slot' if len(slots) == 1 else 'slots'} of {each} minutes"
    if pauses:
        words += f" and {pauses} {'break' if pauses == 1 else 'breaks'}"
    return f"{words}, {clock_of(pattern.start_min)} to {clock_of(pattern.end_min)}."


def _minutes(at: QTime) -> int:
    return at.hour() * 60 + at.minute()


def _time(at_min: int) -> QTime:
    return QTime(at_min // 60 % 24, at_min % 60)
