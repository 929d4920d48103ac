"""What a practice sets for its queue: core hours, and how long an assignment may lie."""

from datetime import timedelta

from PySide6.QtCore import Slot
from PySide6.QtGui import QCloseEvent, QFontDatabase, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from contract import assignments, core_hours, documents
from contract.assignments import Patience
from contract.codes import Role
from contract.core_hours import CoreHours
from reception.desk.desk import Desk
from reception.desk.words import span, when
from reception.records.problem import Problem
from reception.ui.tasks import Tasks
from reception.widgets.banner import announce
from reception.widgets.look import Look

NAMES = (core_hours.DOCUMENT, assignments.DOCUMENT)


class PracticeSettings(QDialog):
    """One document at a time: read while it is typed, and what it means said below it."""

    def __init__(self, desk: Desk, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self.tasks = Tasks(self)
        self._may = desk.me.role == Role.MANAGER
        self._name = NAMES[0]
        self._typed: dict[str, str] = {}
        """What is typed and not saved, by document: turning to the other loses nothing."""
        self._asked = False
        self.setWindowTitle("Core hours and assignments")
        unit = look.metrics.unit_px
        self.sheets = QButtonGroup(self)
        sheets = QHBoxLayout()
        for number, name in enumerate(NAMES):
            button = QPushButton(documents.TITLES[name], self)
            button.setCheckable(True)
            button.setChecked(number == 0)
            button.setAutoDefault(False)
            self.sheets.addButton(button, number)
            sheets.addWidget(button)
        sheets.addStretch(1)
        self.text = QPlainTextEdit(self)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setReadOnly(not self._may)
        self.text.setTabChangesFocus(True)
        self.means = QLabel(self)
        self.means.setWordWrap(True)
        self.note = QLabel(self)
        self.note.setWordWrap(True)
        self.note.setProperty("kind", "muted")
        self.note.setText(
            "Saved, it counts at once at every desk, for what comes in from then on."
            if self._may
            else "Managers can change this. Everybody can read it."
        )
        self.shipped = QPushButton("Back to what is usual", self)
        self.save = QPushButton("Save  (Ctrl+S)", self)
        self.leave = QPushButton("Close", self)
        self.save.setProperty("kind", "primary")
        foot = QHBoxLayout()
        foot.addWidget(self.note, 1)
        for button in (self.shipped, self.save, self.leave):
            button.setAutoDefault(False)
            foot.addWidget(button)
        self.shipped.setVisible(self._may)
        self.save.setVisible(self._may)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * unit, 2 * unit, 2 * unit, 2 * unit)
        column.setSpacing(unit)
        column.addLayout(sheets)
        column.addWidget(self.text, 1)
        column.addWidget(self.means)
        column.addLayout(foot)
        self.resize(unit * 100, unit * 75)
        self.sheets.idClicked.connect(self._on_sheet)
        self.text.textChanged.connect(self._on_typed)
        self.save.clicked.connect(self._on_save)
        self.shipped.clicked.connect(self._on_shipped)
        self.leave.clicked.connect(self.close)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Save), self).activated.connect(
            self._on_save
        )
        desk.documents.changed.connect(self._on_document)
        self._show()

    @property
    def is_unsaved(self) -> bool:
        """Whether what is shown differs from what is in force."""
        return self.text.toPlainText() != self._desk.documents.text(self._name)

    def reject(self) -> None:
        """Escape: as closing."""
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        """What is not saved keeps the window open, once."""
        if self._may and self._typed and not self._asked:
            event.ignore()
            self._asked = True
            self._tell("Not saved yet. Save, or close again to leave it as it was.", good=False)
            return
        self.tasks.cancel_all()
        event.accept()
        super().closeEvent(event)
        self.deleteLater()

    @Slot(int)
    def _on_sheet(self, number: int) -> None:
        self._name = NAMES[number]
        self._show()

    def _show(self) -> None:
        self.text.setAccessibleName(documents.TITLES[self._name])
        text = self._typed.get(self._name, self._desk.documents.text(self._name))
        if text != self.text.toPlainText():
            self.text.setPlainText(text)
        self._say()

    @Slot()
    def _on_typed(self) -> None:
        if self.is_unsaved:
            self._typed[self._name] = self.text.toPlainText()
        else:
            self._typed.pop(self._name, None)
        self._say()

    def _say(self) -> None:
        try:
            said = documents.read(self._name, self.text.toPlainText())
            words, good = self._meaning(said), True
        except ValueError as broken:
            words, good = str(broken), False
        self._tell(words, good=good)
        self.save.setEnabled(good and self.is_unsaved)

    def _tell(self, words: str, *, good: bool) -> None:
        if words != self.means.text() and not good:
            announce(self, words)
        self.means.setText(words)
        self.means.setProperty("kind", "muted" if good else "warn")
        self.means.style().polish(self.means)

    def _meaning(self, said: dict[str, object]) -> str:
        """What it would mean now, in a sentence."""
        if self._name == core_hours.DOCUMENT:
            hours, now = CoreHours.of(said), self._desk.time.now()
            today = self._desk.time.today()
            urgent, routine = (hours.due_at(now, urgent=u) for u in (True, False))
            return (
                f"What comes in now is due at {when(urgent, today)} if it is urgent, "
                f"else at {when(routine, today)}."
            )
        patience = Patience.of(said)
        parts = [
            f"{name} {_length(length)}"
            for name, length in (
                ("emergencies", patience.emergency),
                ("urgent ones", patience.urgent),
                ("others", patience.routine),
            )
        ]
        return f"Untouched assignments go back into the pool: {', '.join(parts)} of core hours."

    @Slot()
    def _on_save(self) -> None:
        if self._may and self.save.isEnabled():
            self.tasks.start(
                self._save(self._name, self.text.toPlainText()), on_problem=self._on_problem
            )

    async def _save(self, name: str, text: str) -> None:
        await self._desk.documents.save(name, text)
        if self._typed.get(name) == text:
            del self._typed[name]
        self._show()

    @Slot()
    def _on_shipped(self) -> None:
        self.tasks.start(self._use_shipped(self._name), on_problem=self._on_problem)

    async def _use_shipped(self, name: str) -> None:
        await self._desk.documents.use_shipped(name)
        self._typed.pop(name, None)
        self._show()

    def _on_problem(self, problem: Problem) -> None:
        self._tell(problem.sentence, good=False)

    @Slot(str)
    def _on_document(self, name: str) -> None:
        if name == self._name:
            self._show()


def _length(length: timedelta | None) -> str:
    return "never" if length is None else f"after {span(length)}"
