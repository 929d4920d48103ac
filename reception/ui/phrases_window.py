"""The practice's phrases: look, change, add, put in order, for everybody at once."""

from dataclasses import replace

from PySide6.QtCore import Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from contract.phrases import Phrase, fault_in
from reception.desk.desk import Desk
from reception.records import PracticeDocument
from reception.records.problem import ChangedElsewhere, Problem
from reception.ui.tasks import Tasks
from reception.widgets.banner import Banner, Weight
from reception.widgets.flow import Flow
from reception.widgets.look import Look
from reception.widgets.phrase_form import USES, PhraseForm

_WORDS = dict(USES)


class PhrasesWindow(QDialog):
    """A list at the left, the marked phrase at the right. Nothing is in force before Save."""

    def __init__(self, desk: Desk, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._look = desk, look
        self._tasks = Tasks(self)
        self._phrases: list[Phrase] = []
        self._began_with: list[Phrase] = []
        self._on: PracticeDocument | None = None
        self._may_leave = False
        self.setWindowTitle("Phrases")
        unit = look.metrics.unit_px
        self.banner = Banner(look, self)
        self.list = QListWidget(self)
        self.list.setAccessibleName("Phrases, in the order in which they are offered")
        self.list.setSpacing(max(1, unit // 4))
        self.form = PhraseForm(look, self)
        self.add = QPushButton("Add", self)
        self.remove = QPushButton("Remove", self)
        self.up = QPushButton("Up", self)
        self.down = QPushButton("Down", self)
        self.shipped = QPushButton("As they came…", self)
        self.shipped.setToolTip("Put back the phrases that came with the program")
        self.state = QLabel(self)
        self.state.setProperty("kind", "muted")
        self.state.setWordWrap(True)
        self.save = QPushButton("Save for everybody  (Ctrl+S)", self)
        self.save.setProperty("kind", "primary")
        self.save.setShortcut("Ctrl+S")
        self.leave = QPushButton("Close", self)
        for button in (self.add, self.remove, self.up, self.down, self.shipped, self.leave):
            button.setAutoDefault(False)
        self.save.setAutoDefault(False)
        beside = QWidget(self)
        flow = Flow(beside, gap_px=max(2, unit // 2), line_px=max(2, unit // 2))
        for button in (self.add, self.remove, self.up, self.down, self.shipped):
            flow.addWidget(button)
        left = QVBoxLayout()
        left.setSpacing(unit)
        left.addWidget(self.list, 1)
        left.addWidget(beside)
        across = QHBoxLayout()
        across.setSpacing(2 * unit)
        across.addLayout(left, 2)
        across.addWidget(self.form, 3)
        foot = QHBoxLayout()
        foot.setSpacing(unit)
        foot.addWidget(self.state, 1)
        foot.addWidget(self.leave)
        foot.addWidget(self.save)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * unit, 2 * unit, 2 * unit, 2 * unit)
        column.setSpacing(unit)
        column.addWidget(self.banner)
        column.addLayout(across, 1)
        column.addLayout(foot)
        self.resize(unit * 118, unit * 76)
        self.list.currentRowChanged.connect(self._on_row_changed)
        self.form.changed.connect(self._on_form_changed)
        self.add.clicked.connect(self._on_add)
        self.remove.clicked.connect(self._on_remove)
        self.up.clicked.connect(self._on_up)
        self.down.clicked.connect(self._on_down)
        self.shipped.clicked.connect(self._on_shipped)
        self.save.clicked.connect(self._on_save)
        self.leave.clicked.connect(self.close)
        desk.phrases.changed.connect(self._on_changed_elsewhere)
        self.read()

    @property
    def tasks(self) -> Tasks:
        """Its coroutines."""
        return self._tasks

    @property
    def phrases(self) -> list[Phrase]:
        """The phrases as they stand here."""
        return list(self._phrases)

    @property
    def is_changed(self) -> bool:
        """Whether something here is not saved."""
        return self._phrases != self._began_with

    def read(self) -> None:
        """Begin with what is in force."""
        book = self._desk.phrases
        self._on = book.held
        self._phrases = list(book.all)
        self._began_with = list(self._phrases)
        if book.problem:
            self.banner.say(book.problem, Weight.WARN)
        self._fill(0)

    def closeEvent(self, event: QCloseEvent) -> None:
        """What is not saved is not thrown away at the first try."""
        if self.is_changed and not self._may_leave:
            self._may_leave = True
            self.banner.say(
                "Not saved yet. Close once more to throw the changes away.", Weight.WARN
            )
            event.ignore()
            return
        self._tasks.cancel_all()
        super().closeEvent(event)

    def reject(self) -> None:
        """Escape closes like any other way."""
        self.close()

    def _fill(self, row: int) -> None:
        self.list.blockSignals(True)
        self.list.clear()
        for phrase in self._phrases:
            self.list.addItem(_line(phrase))
        self.list.blockSignals(False)
        self.list.setCurrentRow(min(max(row, 0), len(self._phrases) - 1))
        if not self._phrases:
            self.form.show_phrase(None)
        self._show_state()

    def _show_state(self) -> None:
        fault = self._fault()
        changed = self.is_changed
        self.state.setText(
            fault or ("Changed, not saved." if changed else "In force as it stands.")
        )
        self.save.setEnabled(changed and not fault)
        row = self.list.currentRow()
        self.remove.setEnabled(row >= 0)
        self.up.setEnabled(row > 0)
        self.down.setEnabled(0 <= row < len(self._phrases) - 1)

    def _fault(self) -> str:
        names: set[str] = set()
        for phrase in self._phrases:
            name = phrase.name or "A phrase"
            if not phrase.name:
                return "A phrase has no name."
            if phrase.name.casefold() in names:
                return f"Two phrases are called “{phrase.name}”."
            names.add(phrase.name.casefold())
            if fault := fault_in(phrase):
                return f"“{name}”: {fault}"
        return ""

    @Slot(int)
    def _on_row_changed(self, row: int) -> None:
        self.form.show_phrase(self._phrases[row] if 0 <= row < len(self._phrases) else None)
        self._show_state()

    @Slot()
    def _on_form_changed(self) -> None:
        row = self.list.currentRow()
        if 0 <= row < len(self._phrases):
            self._may_leave = False
            self._phrases[row] = self.form.phrase
            self.list.item(row).setText(_line(self._phrases[row]))
            self._show_state()

    @Slot()
    def _on_add(self) -> None:
        row = self.list.currentRow() + 1
        use = self._phrases[row - 1].use if row else ""
        self._phrases.insert(row, Phrase(self._free_name(), "Hello {first name}, ", use))
        self._fill(row)
        self.form.name.setFocus()
        self.form.name.selectAll()

    def _free_name(self) -> str:
        names = {phrase.name for phrase in self._phrases}
        numbers = range(1, len(names) + 2)
        wanted = ("New phrase", *(f"New phrase {number}" for number in numbers))
        return next(name for name in wanted if name not in names)

    @Slot()
    def _on_remove(self) -> None:
        row = self.list.currentRow()
        if row >= 0:
            del self._phrases[row]
            self._fill(row)

    @Slot()
    def _on_up(self) -> None:
        self._move(-1)

    @Slot()
    def _on_down(self) -> None:
        self._move(1)

    def _move(self, by: int) -> None:
        row = self.list.currentRow()
        if 0 <= row < len(self._phrases) and 0 <= row + by < len(self._phrases):
            self._phrases.insert(row + by, self._phrases.pop(row))
            self._fill(row + by)

    @Slot()
    def _on_shipped(self) -> None:
        self._tasks.start(self._put_back(), on_problem=self._on_problem)

    async def _put_back(self) -> None:
        await self._desk.phrases.use_shipped()
        self.read()

    @Slot()
    def _on_save(self) -> None:
        if self.save.isEnabled():
            self.save.setEnabled(False)
            wanted = [replace(phrase) for phrase in self._phrases]
            self._tasks.start(self._save(wanted), on_problem=self._on_problem)

    async def _save(self, wanted: list[Phrase]) -> None:
        await self._desk.phrases.save(wanted, on=self._on)
        self._on, self._began_with = self._desk.phrases.held, wanted
        self.banner.hide()
        self._show_state()

    def _on_problem(self, problem: Problem) -> None:
        self.banner.show_problem(problem)
        if isinstance(problem, ChangedElsewhere):
            self._on = self._desk.phrases.held  # the next Save is one after having been told
        self._show_state()

    @Slot()
    def _on_changed_elsewhere(self) -> None:
        """Somebody has saved others: what is not changed here follows."""
        if self._desk.phrases.all == tuple(self._phrases):
            return
        if not self.is_changed:
            self.read()
        else:
            self.banner.say(
                "Somebody has changed the phrases meanwhile. Close to see theirs, or save yours.",
                Weight.WARN,
            )


def _line(phrase: Phrase) -> str:
    name, use = phrase.name or "(no name)", _WORDS.get(phrase.use, phrase.use)
    return name if name == use else f"{name}   ·   {use}"
