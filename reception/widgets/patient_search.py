"""Finding a patient: one field, answers as you type, and a stop before a near-twin."""

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from reception.records import Patient
from reception.records.problem import Problem
from reception.widgets.banner import announce
from reception.widgets.look import Look
from reception.widgets.palette import Ink
from reception.widgets.patient_results import PatientResultsModel, PatientResultsView
from reception.widgets.patient_words import on_button, standing

if TYPE_CHECKING:
    from reception.desk.desk import Desk

_PAUSE_MS = 180
"""A pause in typing this long asks the practice."""
_LEAST_CHARS = 2
_HINT = "Name, birth date, NHS number, phone or postcode; two of them find most people."


class Starts(Protocol):
    """What a widget needs of its page's `Tasks`."""

    def start(
        self,
        coroutine: Coroutine[Any, Any, object],
        *,
        on_problem: Callable[[Problem], object] | None = None,
    ) -> object:
        """Run *coroutine*; a Problem goes to *on_problem*."""


class PatientSearch(QWidget):
    """A field and what it finds.

    Up and Down move, Enter takes the current person, Escape gives up. A near-twin, or somebody
    who has died or left, is taken only by a second Enter, on a button that says who it is.
    Who shows near-twins side by side afterwards makes it with *stops_at_twins* false.
    """

    chosen = Signal(Patient)
    given_up = Signal()

    def __init__(
        self,
        desk: "Desk",
        look: Look,
        tasks: Starts,
        parent: QWidget | None = None,
        *,
        stops_at_twins: bool = True,
    ) -> None:
        super().__init__(parent)
        self._stops_at_twins = stops_at_twins
        self._desk, self._look, self._tasks = desk, look, tasks
        self._asked = 0
        self._is_answered = False
        self._doubtful: Patient | None = None
        unit = look.metrics.unit_px

        self.field = QLineEdit(self)
        self.field.setPlaceholderText("Find a patient")
        self.field.setAccessibleName("Find a patient")
        self.field.setClearButtonEnabled(True)
        self._icon = self.field.addAction(
            look.icons.get("search", Ink.MUTED), QLineEdit.ActionPosition.LeadingPosition
        )
        self.model = PatientResultsModel(desk.time.today, parent=self)
        self.view = PatientResultsView(look, desk.time.today, self)
        self.view.setModel(self.model)
        self.said = QLabel(_HINT, self)
        self.said.setProperty("kind", "muted")
        self.said.setWordWrap(True)

        self._stop = QFrame(self)
        self._stop.setObjectName("twinStop")
        self._stop_words = QLabel(self._stop)
        self._stop_words.setWordWrap(True)
        self.confirm = QPushButton(self._stop)
        self.confirm.setProperty("kind", "primary")
        inside = QVBoxLayout(self._stop)
        inside.setContentsMargins(unit, unit, unit, unit)
        inside.addWidget(self._stop_words)
        inside.addWidget(self.confirm, 0, Qt.AlignmentFlag.AlignLeft)
        self._stop.hide()

        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(unit)
        column.addWidget(self.field)
        column.addWidget(self.said)
        column.addWidget(self._stop)
        column.addWidget(self.view, 1)
        self.setFocusProxy(self.field)

        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._on_pause)
        self.field.textEdited.connect(self._on_edited)
        self.field.textChanged.connect(self._on_text_changed)
        self.field.installEventFilter(self)
        self.view.installEventFilter(self)
        self.view.clicked.connect(self._on_clicked)
        self.confirm.clicked.connect(self._on_confirmed)
        look.palette.changed.connect(self._dress)
        self._dress()

    @property
    def current(self) -> Patient | None:
        """The person the next Enter would take; nobody while other words are being looked for."""
        return self.model.patient(self.view.currentIndex().row()) if self._is_answered else None

    def ask(self, text: str) -> None:
        """Search for *text* now, as if it had been typed."""
        self.field.setText(text)
        self._on_pause()

    def clear(self) -> None:
        """Empty the field and the list."""
        self.field.clear()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Up, Down, Enter and Escape, whether the field or the list has the focus."""
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return super().eventFilter(watched, event)
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._on_enter()
            return True
        if key == Qt.Key.Key_Escape:
            self._on_escape()
            return True
        if watched is self.field and key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self._step(1 if key == Qt.Key.Key_Down else -1)
            return True
        return super().eventFilter(watched, event)

    def _step(self, by: int) -> None:
        rows = self.model.rowCount()
        if rows:
            row = max(0, min(rows - 1, self.view.currentIndex().row() + by))
            self._withdraw_stop()
            self.view.setCurrentIndex(self.model.index(row))

    def _on_enter(self) -> None:
        if self._pause.isActive():
            self._on_pause()
        elif self._doubtful is not None:
            self._on_confirmed()
        elif (patient := self.current) is not None:
            self._take(patient)

    def _on_escape(self) -> None:
        if self._doubtful is not None:
            self._withdraw_stop()
        elif self.field.text():
            self.field.clear()
        else:
            self.given_up.emit()

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        if (patient := self.model.patient(index.row())) is not None:
            self._take(patient)

    def _take(self, patient: Patient) -> None:
        gone = standing(patient)
        twin = self._stops_at_twins and self.model.is_twin(patient)
        if not gone and not twin:
            self.chosen.emit(patient)
            return
        self._doubtful = patient
        if gone:
            words = f"{patient.name} is marked: {gone.lower()}. Is this the person?"
        else:
            words = (
                f"Somebody else here is also {patient.family.upper()}, born {patient.born_text}. "
                f"Ask for the address: {patient.address or 'none held'} {patient.postcode}, "
                f"NHS number {patient.spaced_nhs_number}."
            )
        self._stop_words.setText(words)
        self.confirm.setText(f"Yes, {on_button(patient)}   (Enter)")
        self._stop.show()
        announce(self, words)

    @Slot()
    def _on_confirmed(self) -> None:
        patient = self._doubtful
        self._withdraw_stop()
        if patient is not None:
            self.chosen.emit(patient)

    def _withdraw_stop(self) -> None:
        self._doubtful = None
        self._stop.hide()

    @Slot(str)
    def _on_edited(self, _text: str) -> None:
        self._pause.start()

    @Slot(str)
    def _on_text_changed(self, text: str) -> None:
        self._withdraw_stop()
        self._asked += 1  # whatever is on its way belongs to another text
        self._is_answered = False  # and so does whoever is marked
        if not text.strip():
            self._pause.stop()
            self.model.show([], frozenset())
            self._say(_HINT)

    @Slot()
    def _on_pause(self) -> None:
        self._pause.stop()
        text = self.field.text().strip()
        if len(text) < _LEAST_CHARS:
            return
        self._asked += 1
        number = self._asked

        def problem_met(problem: Problem) -> None:
            if number == self._asked:
                self.model.show([], frozenset())
                self._say(problem.sentence, kind="warn")

        self._say("Searching…")
        self._tasks.start(self._search(text, number), on_problem=problem_met)

    async def _search(self, text: str, number: int) -> None:
        found = await self._desk.find_patients(text)
        if number == self._asked:
            self._show(found)

    def _show(self, found: list[Patient]) -> None:
        known = [twin for patient in found for twin in self._desk.patients_like(patient)]
        twins = frozenset(
            p.id for p in found if any(p.is_near_twin_of(other) for other in (*found, *known))
        )
        self.model.show(found, twins)
        self._is_answered = True
        if found:
            self.view.setCurrentIndex(self.model.index(0))
        count = len(found)
        if not count:
            self._say("Nobody found. Check the spelling, or try birth date and postcode.")
        else:
            self._say(
                f"{count} found. Enter takes the marked one."
                if count > 1
                else "1 found. Enter takes it."
            )
        announce(self, self.said.text())

    def _say(self, sentence: str, kind: str = "muted") -> None:
        self.said.setText(sentence)
        if self.said.property("kind") != kind:
            self.said.setProperty("kind", kind)
            self.said.style().polish(self.said)

    @Slot()
    def _dress(self) -> None:
        palette = self._look.palette
        self._icon.setIcon(self._look.icons.get("search", Ink.MUTED))
        self._stop.setStyleSheet(
            f"#twinStop {{ background: {palette.css(Ink.WARN_TINT)}; "
            f"border-left: {self._look.metrics.unit_px // 2}px solid {palette.css(Ink.WARN)}; }}"
        )
