"""Reading, trying and changing the practice's rules for red flags.

Rules are read while they are typed; broken ones cannot be saved, and those in force stay so.
"""

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import (
    QCloseEvent,
    QFontDatabase,
    QKeySequence,
    QShortcut,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QSplitter,
    QTextBrowser,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from contract.codes import Role
from contract.red_flag_rules import RulesRefused
from reception.desk.desk import Desk
from reception.desk.red_flag_reader import Person, Reader
from reception.desk.red_flag_watch import DOCUMENT
from reception.records.problem import Problem
from reception.ui.tasks import Tasks
from reception.widgets.banner import announce
from reception.widgets.look import Look
from reception.widgets.palette import Ink
from reception.widgets.red_flag_text import findings, findings_html

MAY_EDIT = frozenset({Role.CLINICIAN, Role.PRESCRIBER, Role.MANAGER})
"""Who may change the rules; the service decides, this only says so beforehand."""
_PAUSE_MS = 250
_EXAMPLE = "Please change my address. No fever, but pain in my chest since this morning."


class RedFlagEditor(QDialog):
    """The rules at the left, a text to try them on at the right."""

    def __init__(self, desk: Desk, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk, self._look = desk, look
        self.tasks = Tasks(self)
        self._may = desk.me.role in MAY_EDIT
        self._reader: Reader | None = None
        self._bad_line = 0
        self._held = desk.documents.held(DOCUMENT)
        self._shown = desk.documents.text(DOCUMENT)
        self.setWindowTitle("Red-flag rules")
        unit = look.metrics.unit_px

        self.rules = QPlainTextEdit(self._shown, self)
        self.rules.setAccessibleName("Rules")
        self.rules.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.rules.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.rules.setReadOnly(not self._may)
        self.rules.setTabChangesFocus(True)
        self.state = QLabel(self)
        self.state.setWordWrap(True)
        self.go_to_line = QPushButton("Go to the line", self)
        self.note = QLabel(self)
        self.note.setWordWrap(True)
        self.note.setProperty("kind", "muted")
        self.note.setText(
            "Saved rules are in force at every desk at once. They only ever raise."
            if self._may
            else "Clinicians and managers can change these rules. Everybody can read and try them."
        )
        self.theirs = QPushButton("Show what they saved", self)
        self.theirs.hide()

        self.text = QPlainTextEdit(_EXAMPLE, self)
        self.text.setAccessibleName("A text to try")
        self.text.setTabChangesFocus(True)
        self.age = QSpinBox(self)
        self.age.setRange(-1, 120)
        self.age.setValue(-1)
        self.age.setSpecialValueText("not known")
        self.age.setAccessibleName("Age of the patient in years")
        self.sex = QComboBox(self)
        for word, code in (("not known", ""), ("female", "female"), ("male", "male")):
            self.sex.addItem(word, code)
        self.sex.setAccessibleName("Sex of the patient")
        self.found = QTextBrowser(self)
        self.found.setAccessibleName("What matches, and why")

        self.save = QPushButton("Save  Ctrl+S", self)
        self.save.setVisible(self._may)
        self.shipped = QPushButton("Back to the rules as shipped", self)
        self.shipped.setVisible(self._may)
        self.leave = QPushButton("Close", self)
        for button in (self.save, self.shipped, self.leave, self.go_to_line, self.theirs):
            button.setAutoDefault(False)
        self._lay_out(unit)

        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._on_pause)
        self.rules.textChanged.connect(self._pause.start)
        self.text.textChanged.connect(self._try)
        self.age.valueChanged.connect(self._try)
        self.sex.currentIndexChanged.connect(self._try)
        self.go_to_line.clicked.connect(self._on_go_to_line)
        self.save.clicked.connect(self._on_save)
        self.shipped.clicked.connect(self._on_shipped)
        self.theirs.clicked.connect(self._on_theirs)
        self.leave.clicked.connect(self.close)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Save), self).activated.connect(
            self._on_save
        )
        desk.documents.changed.connect(self._on_document)
        look.palette.changed.connect(self._try)
        self.save.setEnabled(False)
        self.go_to_line.hide()
        self._on_pause()
        self.text.setFocus()

    def _lay_out(self, unit: int) -> None:
        left, right = QWidget(self), QWidget(self)
        rules, trial = QVBoxLayout(left), QVBoxLayout(right)
        for column in (rules, trial):
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(unit)
        rules.setContentsMargins(0, 0, unit // 2, 0)
        trial.setContentsMargins(unit // 2, 0, 0, 0)
        rules.addWidget(self.rules, 1)
        state = QHBoxLayout()
        state.addWidget(self.state, 1)
        state.addWidget(self.go_to_line)
        state.addWidget(self.theirs)
        rules.addLayout(state)
        title = QLabel("Try a text", right)
        title.setFont(self._look.metrics.bold)
        title.setBuddy(self.text)
        trial.addWidget(title)
        trial.addWidget(self.text, 2)
        who = QHBoxLayout()
        who.setSpacing(unit)
        for word, field in (("Age", self.age), ("Sex", self.sex)):
            label = QLabel(word, right)
            label.setBuddy(field)
            who.addWidget(label)
            who.addWidget(field)
        who.addStretch(1)
        trial.addLayout(who)
        trial.addWidget(self.found, 3)
        split = QSplitter(Qt.Orientation.Horizontal, self)
        split.setChildrenCollapsible(False)
        split.addWidget(left)
        split.addWidget(right)
        split.setSizes([unit * 75, unit * 50])
        foot = QHBoxLayout()
        foot.setSpacing(unit)
        foot.addWidget(self.note, 1)
        for button in (self.shipped, self.save, self.leave):
            foot.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * unit, 2 * unit, 2 * unit, 2 * unit)
        column.setSpacing(unit)
        column.addWidget(split, 1)
        column.addLayout(foot)
        self.resize(unit * 140, unit * 80)

    @property
    def is_unsaved(self) -> bool:
        """Whether there is something that `save` would change."""
        return self.rules.toPlainText() != self._shown

    # -- reading

    @Slot()
    def _on_pause(self) -> None:
        self.tasks.start(self._read(self.rules.toPlainText()))

    async def _read(self, text: str) -> None:
        try:
            reader = await self._desk.red_flag_watch.compiled(text)
        except RulesRefused as refused:
            if text == self.rules.toPlainText():
                self._say(str(refused), line=refused.line, good=False)
            return
        if text != self.rules.toPlainText():
            return  # typed on since; it is read again
        self._reader = reader
        self._say("These rules can be saved." if self.is_unsaved else "These rules are in force.")
        self._try()

    def _say(self, sentence: str, *, line: int = 0, good: bool = True) -> None:
        self._bad_line = line
        self.go_to_line.setVisible(bool(line))
        self.save.setEnabled(good and self.is_unsaved)
        kind = "muted" if good else "urgent"
        if self.state.text() != sentence:
            announce(self, sentence)
        self.state.setText(sentence)
        self.state.setProperty("kind", kind)
        self.state.style().polish(self.state)

    @Slot()
    def _try(self) -> None:
        if self._reader is None:
            return
        text = self.text.toPlainText()
        age = self.age.value()
        person = Person(age if age >= 0 else None, str(self.sex.currentData()))
        matches = self._reader.matches(text, person)
        self.found.setHtml(findings_html(text, matches, self._look.palette))
        self.found.setAccessibleDescription(" ".join(findings(text, matches)))
        told = [match for match in matches if match.unheard is None]
        self.text.setExtraSelections([self._mark(match.start, match.end) for match in told])

    def _mark(self, start: int, end: int) -> QTextEdit.ExtraSelection:
        mark = QTextEdit.ExtraSelection()
        cursor = self.text.textCursor()
        text = self.text.toPlainText()
        cursor.setPosition(_in_qt(text, start))
        cursor.setPosition(_in_qt(text, end), QTextCursor.MoveMode.KeepAnchor)
        shape = QTextCharFormat()
        shape.setBackground(self._look.palette[Ink.URGENT_TINT])
        shape.setForeground(self._look.palette[Ink.URGENT])
        shape.setFontUnderline(True)
        mark.cursor, mark.format = cursor, shape
        return mark

    @Slot()
    def _on_go_to_line(self) -> None:
        block = self.rules.document().findBlockByNumber(self._bad_line - 1)
        if block.isValid():
            cursor = QTextCursor(block)
            cursor.movePosition(
                QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor
            )
            self.rules.setTextCursor(cursor)
            self.rules.centerCursor()
        self.rules.setFocus()

    # -- saving

    @Slot()
    def _on_save(self) -> None:
        if self._may and self.is_unsaved:
            self.tasks.start(self._save(self.rules.toPlainText()), on_problem=self._on_problem)

    async def _save(self, text: str) -> None:
        try:
            await self._desk.red_flag_watch.compiled(text)
            self._shown = text  # what comes back is our own
            await self._desk.documents.save(DOCUMENT, text, on=self._held)
        except RulesRefused as refused:
            self._say(str(refused), line=refused.line, good=False)
            return
        except BaseException:
            self._shown = self._desk.documents.text(DOCUMENT)
            raise
        self._held = self._desk.documents.held(DOCUMENT)
        self._say("Saved. These rules are in force at every desk.")

    @Slot()
    def _on_shipped(self) -> None:
        self.tasks.start(self._use_shipped(), on_problem=self._on_problem)

    async def _use_shipped(self) -> None:
        await self._desk.documents.use_shipped(DOCUMENT)
        self._on_theirs()

    def _on_problem(self, problem: Problem) -> None:
        self._say(problem.sentence, good=False)
        self.save.setEnabled(self.is_unsaved)

    @Slot(str)
    def _on_document(self, name: str) -> None:
        if name != DOCUMENT or self._desk.documents.text(DOCUMENT) == self._shown:
            return
        if not self.is_unsaved:
            self._on_theirs()
            return
        self.theirs.show()
        self._say("Somebody has saved other rules meanwhile. Yours are not saved.", good=False)

    @Slot()
    def _on_theirs(self) -> None:
        self.theirs.hide()
        self._held = self._desk.documents.held(DOCUMENT)
        self._shown = self._desk.documents.text(DOCUMENT)
        self.rules.setPlainText(self._shown)

    def reject(self) -> None:
        """Escape: as closing, so that nothing typed is lost by it."""
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Rules that are not saved keep the window open, once."""
        if self._may and self.is_unsaved and self.state.property("asked") != "yes":
            event.ignore()
            self.state.setProperty("asked", "yes")
            self._say("Not saved yet. Save, or close again to leave the rules as they are.")
            return
        self.tasks.cancel_all()
        event.accept()
        super().closeEvent(event)
        self.deleteLater()


def _in_qt(text: str, place: int) -> int:
    """A place in *text* as Qt counts: signs beyond the first plane, such as emoji, are two."""
    return place + sum(ord(sign) > 0xFFFF for sign in text[:place])
