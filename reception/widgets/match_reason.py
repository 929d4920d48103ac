"""How it is known who somebody is: what they wrote beside what the record says, and a reason."""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QLineEdit, QPushButton, QWidget

from reception.records import Patient
from reception.records.tree import Tree, each, text_at
from reception.widgets.flow import Flow
from reception.widgets.look import Look
from reception.widgets.palette import Ink
from reception.widgets.patient_words import on_button

_OTHERS = ("Spoke to them on the phone", "They are at the desk", "A colleague knows them")
_ENOUGH = 2
"""So many facts have to agree before a reason is proposed from them."""
_WORDS = {True: "✓ agrees", False: "✗ differs", None: "not given"}


@dataclass(frozen=True)
class Fact:
    """One thing they wrote about themselves beside the record's."""

    label: str
    said: str
    held: str
    agrees: bool | None
    """None: one of the two says nothing."""


def facts_of(person: Tree, name: str, patient: Patient) -> list[Fact]:
    """What *person* (a Patient as it came, or an empty tree) and *patient* say of each thing."""
    born = text_at(person, "birthDate")
    said = Patient.from_tree({**person, "resourceType": "Patient", "id": "said"})
    phones = [str(t.get("value", "")) for t in each(person, "telecom") if isinstance(t, dict)]
    phone, held_phone = next(iter(phones), ""), next(iter(patient.phones), "")
    postcode = text_at(person, "address", "postalCode")
    number = said.nhs_number
    return [
        Fact("Name", name, patient.name, _names_agree(person, name, patient)),
        Fact(
            "Birth date",
            said.born_text if said.born else "",
            patient.born_text,
            (patient.born.isoformat() == born) if born and patient.born else None,
        ),
        Fact(
            "Phone",
            phone,
            held_phone,
            _digits(phone) in {_digits(p) for p in patient.phones}
            if phone and held_phone
            else None,
        ),
        Fact(
            "Postcode",
            postcode,
            patient.postcode,
            _close(postcode) == _close(patient.postcode) if postcode and patient.postcode else None,
        ),
        Fact(
            "NHS number",
            number,
            patient.nhs_number,
            number == patient.nhs_number if number and patient.nhs_number else None,
        ),
    ]


def reason_of(facts: list[Fact]) -> str:
    """`Name, birth date and phone agree`; empty where too little agrees, or anything differs."""
    agreeing = [fact.label for fact in facts if fact.agrees]
    if len(agreeing) < _ENOUGH or any(fact.agrees is False for fact in facts):
        return ""
    first, *rest = agreeing
    words = [first, *(w if w == "NHS number" else w.lower() for w in rest)]
    return f"{', '.join(words[:-1])} and {words[-1]} agree"


class MatchReason(QFrame):
    """The comparison, the reason, and the button that says who it is then."""

    confirmed = Signal(Patient, str)
    """It is this patient, for this reason."""
    given_up = Signal()
    """Look for somebody else."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._patient: Patient | None = None
        unit = look.metrics.unit_px
        self._cells: list[QLabel] = []
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(2 * unit)
        self._grid.setVerticalSpacing(max(2, unit // 3))
        self._grid.setColumnStretch(4, 1)
        self.reason = QLineEdit(self)
        self.reason.setPlaceholderText("How do you know who this is?")
        self.reason.setAccessibleName("How you know who this is")
        self.reason.setMaxLength(200)
        chips = QWidget(self)
        flow = Flow(chips, gap_px=max(2, unit // 2), line_px=max(2, unit // 2))
        for words in _OTHERS:
            chip = QPushButton(words, chips)
            chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            chip.clicked.connect(self._on_chip)
            flow.addWidget(chip)
        self.confirm = QPushButton(self)
        self.confirm.setProperty("kind", "primary")
        self.back = QPushButton("Somebody else", self)
        buttons = QWidget(self)
        row = Flow(buttons, gap_px=unit, line_px=max(2, unit // 2))
        row.addWidget(self.confirm)
        row.addWidget(self.back)
        column = QGridLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setVerticalSpacing(unit)
        column.addLayout(self._grid, 0, 0)
        column.addWidget(self.reason, 1, 0)
        column.addWidget(chips, 2, 0)
        column.addWidget(buttons, 3, 0)
        self.setFocusProxy(self.reason)
        self.reason.textChanged.connect(self._on_text_changed)
        self.reason.returnPressed.connect(self._on_confirm)
        self.confirm.clicked.connect(self._on_confirm)
        self.back.clicked.connect(self.given_up)
        look.palette.changed.connect(self._dress)
        self.hide()

    @property
    def patient(self) -> Patient | None:
        """Who it would be."""
        return self._patient

    def ask(self, person: Tree, name: str, patient: Patient) -> None:
        """Ask how it is known that whoever wrote as *person* (called *name*) is *patient*."""
        self.clear()
        self._patient = patient
        facts = facts_of(person, name, patient)
        for column, text in enumerate(("", "They wrote", "The record says", "")):
            self._put(0, column, text, "muted")
        for row, fact in enumerate(facts, start=1):
            self._put(row, 0, fact.label, "muted")
            self._put(row, 1, fact.said or "–", "")
            self._put(row, 2, fact.held or "–", "")
            self._put(row, 3, _WORDS[fact.agrees], "warn" if fact.agrees is False else "muted")
        self.reason.setText(reason_of(facts))
        self.confirm.setText(f"This is {on_button(patient)}  (Enter)")
        self._on_text_changed()
        self.show()
        self.reason.setFocus()

    def clear(self) -> None:
        """Nobody is asked about."""
        self._patient = None
        for cell in self._cells:
            cell.hide()
            cell.deleteLater()
        self._cells.clear()
        self.reason.clear()
        self.hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape looks for somebody else."""
        if event.key() == Qt.Key.Key_Escape:
            self.given_up.emit()
        else:
            super().keyPressEvent(event)

    def _put(self, row: int, column: int, text: str, kind: str) -> None:
        cell = QLabel(text, self)
        cell.setTextFormat(Qt.TextFormat.PlainText)
        if kind:
            cell.setProperty("kind", kind)
        self._grid.addWidget(cell, row, column)
        self._cells.append(cell)
        cell.show()

    @Slot()
    def _on_chip(self) -> None:
        sender = self.sender()
        if isinstance(sender, QPushButton):
            self.reason.setText(sender.text())
            self.reason.setFocus()

    @Slot()
    def _on_text_changed(self) -> None:
        self.confirm.setEnabled(bool(self.reason.text().strip()))

    @Slot()
    def _on_confirm(self) -> None:
        reason = self.reason.text().strip()
        if self._patient is not None and reason:
            self.confirmed.emit(self._patient, reason)

    @Slot()
    def _dress(self) -> None:
        self.setStyleSheet(f"MatchReason {{ background: {self._look.palette.css(Ink.RAISED)}; }}")


def _names_agree(person: Tree, name: str, patient: Patient) -> bool | None:
    family = text_at(person, "name", "family")
    given = next((str(g) for g in each(person, "name", "given")), "")
    if not family:
        words = name.replace(",", " ").casefold().split()
        return patient.family.casefold() in words if words else None
    same = family.casefold() == patient.family.casefold()
    held = patient.given.casefold().split()
    return same and (not given or given.casefold() in held)


def _digits(text: str) -> str:
    digits = "".join(c for c in text if c.isdigit())
    return f"0{digits[2:]}" if digits.startswith("44") else digits


def _close(text: str) -> str:
    return "".join(text.split()).casefold()
