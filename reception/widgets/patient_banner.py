"""Who this is, above everything about them: never scrolled away, never of two people."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from reception.desk.desk import Desk
from reception.desk.story import Banner as BannerFacts
from reception.records import Patient
from reception.widgets.chip import Chip
from reception.widgets.flow import Flow
from reception.widgets.look import Look
from reception.widgets.palette import Ink
from reception.widgets.patient_words import born_line, spoken, standing


class PatientBanner(QFrame):
    """Name, birth date and age, NHS number, usual GP, phone; what to know; whether here at all.

    It is given a whole person at once (`show_patient`, then `show_facts` when the rest has come)
    and drops facts of anybody else.
    """

    def __init__(self, desk: Desk, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._look = desk, look
        self._patient: Patient | None = None
        unit = look.metrics.unit_px
        self._name, self._born, self._number = QLabel(self), QLabel(self), QLabel(self)
        self._name.setFont(look.metrics.title)
        self._number.setFont(look.metrics.bold)
        for label in (self._name, self._born, self._number):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setTextFormat(Qt.TextFormat.PlainText)
        self._number.setToolTip("NHS number")
        self._standing = Chip(look, parent=self)
        self._twin = Chip(look, parent=self)
        self._contact = QLabel(self)
        self._contact.setProperty("kind", "muted")
        self._contact.setTextFormat(Qt.TextFormat.PlainText)
        self._contact.setWordWrap(True)
        self._notes = QWidget(self)
        self._notes_flow = Flow(self._notes, gap_px=max(2, unit // 2), line_px=max(2, unit // 2))

        head = QHBoxLayout()
        head.setSpacing(unit)
        head.addWidget(self._name)
        head.addWidget(self._standing)
        head.addWidget(self._twin)
        head.addStretch(1)
        head.addWidget(self._number)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * unit, unit, 2 * unit, unit)
        column.setSpacing(max(2, unit // 2))
        column.addLayout(head)
        column.addWidget(self._born)
        column.addWidget(self._contact)
        column.addWidget(self._notes)
        self.setObjectName("patientBanner")
        desk.patients.changed.connect(self._on_patient_changed)
        look.palette.changed.connect(self._dress)
        self._dress()
        self.clear()

    @property
    def patient(self) -> Patient | None:
        """Whose banner this is."""
        return self._patient

    def clear(self) -> None:
        """Nobody."""
        self._patient = None
        self.hide()

    def show_unmatched(self, name: str) -> None:
        """Somebody who calls themselves *name* and has not been matched to a record."""
        self._show_name(name or "Name not given", "Not matched to anybody on the list yet")
        self._standing.say("Unmatched", Ink.HELD, Ink.HELD_TINT)

    def show_loading(self, name: str) -> None:
        """Somebody on the list whose record has not come yet."""
        self._show_name(name, "Loading…")

    def _show_name(self, name: str, line: str) -> None:
        self._patient = None
        self._name.setText(name)
        self._born.setText(line)
        self._number.setText("")
        self._contact.hide()
        for chip in (self._standing, self._twin):
            chip.say("", Ink.TEXT, Ink.RAISED)
        self._set_notes([])
        self.setAccessibleName(f"{name}, {line}")
        self.show()

    def show_patient(self, patient: Patient) -> None:
        """Who it is; what to know of them comes by `show_facts`."""
        again = self._patient is not None and self._patient.id == patient.id
        self._patient = patient
        today = self._desk.time.today()
        self._name.setText(patient.name)
        self._born.setText(born_line(patient, today))
        self._number.setText(patient.spaced_nhs_number)
        here = standing(patient)
        self._standing.say(here, Ink.URGENT, Ink.URGENT_TINT)
        if not again:
            self._name_twins(self._desk.patients_like(patient))
        self._contact.setText(_contact_line(patient))
        self._contact.setVisible(bool(self._contact.text()))
        if not again:
            self._set_notes(self._flag_notes())
        self.setAccessibleName(spoken(patient, today))
        self.show()

    def show_twins(self, patient_id: str, twins: Sequence[Patient]) -> None:
        """Who else is easily taken for the person of that id, if it is the one shown."""
        if self._patient is not None and self._patient.id == patient_id:
            self._name_twins(twins)

    def _name_twins(self, twins: Sequence[Patient]) -> None:
        self._twin.say(f"Near-twin: {twins[0].name}" if twins else "", Ink.WARN, Ink.WARN_TINT)
        self._twin.setToolTip("\n".join(f"{t.name}, {t.spaced_nhs_number}" for t in twins))

    def show_facts(self, facts: BannerFacts) -> None:
        """Flags and allergies, if they are of the person shown."""
        if self._patient is None or facts.patient.id != self._patient.id:
            return
        self.show_patient(facts.patient)
        notes = [(flag.text, Ink.WARN, Ink.WARN_TINT) for flag in facts.flags if flag.active]
        if facts.allergies:
            allergies = ", ".join(line.text for line in facts.allergies)
            notes.append((f"Allergies: {allergies}", Ink.URGENT, Ink.URGENT_TINT))
        else:
            notes.append(("No allergies recorded", Ink.MUTED, Ink.RAISED))
        self._set_notes(notes)

    def _flag_notes(self) -> list[tuple[str, Ink, Ink]]:
        patient = self._patient
        return [
            (flag.text, Ink.WARN, Ink.WARN_TINT)
            for flag in self._desk.flags
            if patient is not None and flag.patient_id == patient.id and flag.active
        ]

    def _set_notes(self, notes: list[tuple[str, Ink, Ink]]) -> None:
        while (item := self._notes_flow.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for text, ink, ground in notes:
            chip = Chip(self._look, text, ink, ground, self._notes)
            chip.setWordWrap(len(text) > 60)
            self._notes_flow.addWidget(chip)
            chip.show()
        self._notes.setVisible(bool(notes))

    @Slot(object, object)
    def _on_patient_changed(self, _before: Patient, after: Patient) -> None:
        if self._patient is not None and after.id == self._patient.id:
            self.show_patient(after)

    @Slot()
    def _dress(self) -> None:
        palette = self._look.palette
        self.setStyleSheet(
            f"#patientBanner {{ background: {palette.css(Ink.SURFACE)}; "
            f"border-bottom: 1px solid {palette.css(Ink.LINE)}; "
            f"border-left: 4px solid {palette.css(Ink.ACCENT)}; }}"
        )


def _contact_line(patient: Patient) -> str:
    parts = [
        f"Usual GP {patient.usual_gp_name}" if patient.usual_gp_name else "",
        f"Tel {patient.phones[0]}" if patient.phones else "No phone",
        ", ".join(filter(None, (patient.address, patient.postcode))),
    ]
    return "   ".join(filter(None, parts))
