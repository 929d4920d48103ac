"""Taking down what somebody says on the phone or at the counter: who, what, Ctrl+Enter."""

import uuid
from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QButtonGroup,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from contract.came_by import CameBy
from contract.codes import Priority, RequestType
from reception.desk.desk import Desk
from reception.desk.intake import Stranger, TakenDown
from reception.desk.order import waiting_since
from reception.desk.red_flags import RedFlags, titles
from reception.desk.search_text import read_search
from reception.records import Patient
from reception.widgets.banner import announce
from reception.widgets.look import Look
from reception.widgets.palette import Ink
from reception.widgets.patient_search import PatientSearch, Starts
from reception.widgets.patient_words import on_button, plain
from reception.widgets.queue_words import kind_of, waiting_text

_KINDS = (
    (RequestType.APPOINTMENT, "&Appointment"),
    (RequestType.CONSULTATION, "Medical &question"),
    (RequestType.ADMIN, "A&dmin"),
    (RequestType.RECORDS_ACCESS, "&Records"),
)
_WAYS = ((CameBy.PHONE, "On the &phone"), (CameBy.WALK_IN, "At the &counter"))
_PRIORITIES = (
    (Priority.ROUTINE, "R&outine"),
    (Priority.URGENT, "&Urgent"),
    (Priority.STAT, "&Emergency"),
)
_PAUSE_MS = 400
_STRANGER = "unmatched"


class RequestEntry(QFrame):
    """A form for one hand: the search has the keyboard first, then the words.

    What is typed is kept for the person it is about until it is sent or thrown away.
    """

    sent = Signal(object, str, bool)
    """`TakenDown`, its key, and whether it is to be opened at once."""
    left = Signal()
    """Put away, with what is in it."""

    def __init__(
        self,
        desk: Desk,
        look: Look,
        tasks: Starts,
        red_flags: RedFlags,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk, self._look, self._red_flags = desk, look, red_flags
        self._patient: Patient | None = None
        self._key = str(uuid.uuid4())
        self._busy = False
        self.setAccessibleName("New request")
        unit = look.metrics.unit_px

        title = QLabel("New request", self)
        title.setFont(look.metrics.title)
        close = QToolButton(self)
        close.setText("Esc")
        close.setToolTip("Put away; what is typed is kept (Esc)")
        close.setAccessibleName("Put away")
        close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        close.clicked.connect(self.left)
        head = QHBoxLayout()
        head.addWidget(title, 1)
        head.addWidget(close)

        self.ways = _Choice("How they came", _WAYS, self)
        self.search = PatientSearch(desk, look, tasks, self)
        self.stranger_button = QPushButton("Not found: take down a &name", self)
        self.stranger_button.clicked.connect(self._on_stranger)
        finding = QWidget(self)
        inside = QVBoxLayout(finding)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(unit)
        inside.addWidget(self.search, 1)
        inside.addWidget(self.stranger_button, 0, Qt.AlignmentFlag.AlignLeft)

        self.who = QLabel(self)
        self.who.setFont(look.metrics.bold)
        self.who.setWordWrap(True)
        self.who.setTextFormat(Qt.TextFormat.PlainText)
        self.again = QPushButton("So&mebody else", self)
        self.again.clicked.connect(self._on_again)
        self.already = QLabel(self)
        self.already.setProperty("kind", "muted")
        self.already.setWordWrap(True)
        self.already.setTextFormat(Qt.TextFormat.PlainText)
        self.name, self.born, self.phone = QLineEdit(self), QLineEdit(self), QLineEdit(self)
        self.born.setPlaceholderText("1 2 1980, if they say it")
        self._stranger = QWidget(self)
        form = QFormLayout(self._stranger)
        form.setContentsMargins(0, 0, 0, 0)
        for words, field in (("Name", self.name), ("Born", self.born), ("Phone", self.phone)):
            field.setAccessibleName(words)
            form.addRow(words, field)
        self.kinds = _Choice("What they want", _KINDS, self)
        self.priorities = _Choice("How urgent it is", _PRIORITIES, self)
        self.words = QPlainTextEdit(self)
        self.words.setAccessibleName("What they said, in their words")
        self.words.setPlaceholderText("What they want, in their words. The patient can read this.")
        self.words.setTabChangesFocus(True)
        self.words.installEventFilter(self)
        self.flag = QLabel(self)
        self.flag.setObjectName("flag")
        self.flag.setWordWrap(True)
        self.said = QLabel(self)
        self.said.setProperty("kind", "warn")
        self.said.setWordWrap(True)
        self.save = QPushButton(self)
        self.save.setProperty("kind", "primary")
        self.save.clicked.connect(self._on_save)
        told = QWidget(self)
        below = QVBoxLayout(told)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(unit)
        row = QHBoxLayout()
        row.addWidget(self.who, 1)
        row.addWidget(self.again, 0, Qt.AlignmentFlag.AlignTop)
        below.addLayout(row)
        below.addWidget(self.already)
        below.addWidget(self._stranger)
        below.addWidget(self.kinds)
        below.addWidget(self.words, 1)
        below.addWidget(self.flag)
        below.addWidget(self.priorities)
        below.addWidget(self.said)
        below.addWidget(self.save, 0, Qt.AlignmentFlag.AlignLeft)

        self.steps = QStackedWidget(self)
        self.steps.addWidget(finding)
        self.steps.addWidget(told)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * unit, unit, 2 * unit, 2 * unit)
        column.setSpacing(unit)
        column.addLayout(head)
        column.addWidget(self.ways)
        column.addWidget(self.steps, 1)

        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._keep)
        self.search.chosen.connect(self._on_chosen)
        self.search.given_up.connect(self.left)
        self.words.textChanged.connect(self._on_typed)
        for field in (self.name, self.born, self.phone):
            field.textChanged.connect(self._show_save)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self._on_save)
        for keys in ("Ctrl+Shift+Return", "Ctrl+Shift+Enter"):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self._on_save_and_open)
        look.palette.changed.connect(self._dress)
        self._dress()
        self._show_flag()
        self._show_save()

    # What is in it

    @property
    def person(self) -> Patient | Stranger | None:
        """Who it is about, as far as that is known."""
        if self._patient is not None:
            return self._patient
        if self._stranger.isHidden() or not self.name.text().strip():
            return None
        born = read_search(self.born.text(), self._today).born
        return Stranger(self.name.text().strip(), born, self.phone.text().strip())

    def begin(self) -> None:
        """Take the keyboard: where it was left, or at the search."""
        if self.steps.currentIndex() == 0:
            self.search.setFocus()
            self.search.field.selectAll()
        else:
            (self.words if self.name.text() or self._patient else self.name).setFocus()

    def set_busy(self, busy: bool) -> None:
        """It is on its way to the practice, or has not got there."""
        self._busy = busy
        self._show_save()

    def refuse(self, sentence: str) -> None:
        """Say why it was not taken; everything stays as it is."""
        self.said.setText(sentence)
        announce(self, sentence)

    def clear(self) -> None:
        """It is in the queue: begin afresh."""
        self._pause.stop()
        self._desk.drafts.drop(self._draft)
        self._key = str(uuid.uuid4())
        self._start_again()
        self.kinds.choose(0)
        self.priorities.choose(0)
        self.search.clear()

    # What happens

    @Slot(Patient)
    def _on_chosen(self, patient: Patient) -> None:
        self._patient = patient
        self.who.setText(f"{patient.name}, {patient.born_text}, NHS {patient.spaced_nhs_number}")
        self._stranger.hide()
        self._show_already(patient)
        self._to_words()
        self.words.setFocus()

    @Slot()
    def _on_stranger(self) -> None:
        self._patient = None
        typed = self.search.field.text()
        found = read_search(typed, self._today)
        self.name.setText(" ".join(found.names))
        self.born.setText(f"{found.born:%d %b %Y}" if found.born else "")
        self.phone.setText(found.phone)
        self.who.setText("Not found among the patients: somebody will have to match them.")
        self.already.hide()
        self._stranger.show()
        self._to_words()
        self.name.setFocus()

    @Slot()
    def _on_again(self) -> None:
        self._keep()
        self._start_again()
        self.search.setFocus()
        self.search.field.selectAll()

    def _start_again(self) -> None:
        self._patient = None
        for field in (self.name, self.born, self.phone):
            field.clear()
        self._stranger.hide()
        self.words.blockSignals(True)
        self.words.clear()
        self.words.blockSignals(False)
        self.said.clear()
        self._show_flag()
        self.steps.setCurrentIndex(0)
        self._show_save()

    def _to_words(self) -> None:
        """What was typed about this person before comes back; nobody else's does."""
        self.words.blockSignals(True)
        self.words.setPlainText(self._desk.drafts.text(self._draft))
        self.words.blockSignals(False)
        self.said.clear()
        self.steps.setCurrentIndex(1)
        self._show_flag()
        self._show_save()

    @Slot()
    def _on_typed(self) -> None:
        self._pause.start()
        self._show_flag()
        self._show_save()

    @Slot()
    def _keep(self) -> None:
        if self.steps.currentIndex() == 1:
            self._desk.drafts.keep(self._draft, self.words.toPlainText())

    @Slot()
    def _on_save(self) -> None:
        self._send(opens=False)

    @Slot()
    def _on_save_and_open(self) -> None:
        self._send(opens=True)

    def _send(self, *, opens: bool) -> None:
        person = self.person
        if self.steps.currentIndex() == 0 or self._busy:
            return
        if person is None:
            self.refuse("Write down their name, or find them among the patients.")
            self.name.setFocus()
            return
        self.said.clear()
        self._keep()
        said = TakenDown(
            who=person,
            kind=_KINDS[self.kinds.chosen][0],
            words=self.words.toPlainText(),
            way=_WAYS[self.ways.chosen][0],
            priority=_PRIORITIES[self.priorities.chosen][0],
        )
        self.sent.emit(said, self._key, opens)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape puts it away, with what is in it."""
        if event.key() == Qt.Key.Key_Escape:
            self._keep()
            self.left.emit()
        # Nothing typed here is a verb of the page.
        event.accept()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Escape leaves the words, too."""
        if (
            watched is self.words
            and event.type() == QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
        ):
            self.keyPressEvent(event)
            return True
        return super().eventFilter(watched, event)

    # How it looks

    @property
    def _today(self) -> date:
        return self._desk.time.today()

    @property
    def _draft(self) -> str:
        return f"entry/{self._patient.id if self._patient is not None else _STRANGER}"

    def _show_already(self, patient: Patient) -> None:
        now = self._desk.time.now()
        held = [r for r in self._desk.requests.of_patient(patient.id) if r.is_open]
        said = "; ".join(
            f"{kind_of(r).word.lower()} “{' '.join(r.description.split())[:60]}”, "
            f"{waiting_text(waiting_since(r), now)}"
            for r in held[:3]
        )
        more = f"; and {len(held) - 3} more" if len(held) > 3 else ""
        self.already.setText(f"Waiting already: {said}{more}")
        self.already.setVisible(bool(held))

    def _show_flag(self) -> None:
        found = self._red_flags.found_in(self.words.toPlainText())
        self.flag.setText(
            f"⚑ {titles(found)}: read it again, say how urgent it is" if found else ""
        )
        self.flag.setVisible(bool(found))

    @Slot()
    def _show_save(self) -> None:
        person = self.person
        if isinstance(person, Patient):
            name = on_button(person)
        else:
            name = plain(person.name) if person is not None else "…"
        self.save.setText("Saving…" if self._busy else f"Take down for {name}  (Ctrl+Enter)")
        words = self.words.toPlainText().strip()
        self.save.setEnabled(not self._busy and person is not None and bool(words))
        self.save.setToolTip("With Shift as well, it is opened at once")

    @Slot()
    def _dress(self) -> None:
        palette = self._look.palette
        self.setStyleSheet(
            f"RequestEntry {{ background: {palette.css(Ink.SURFACE)}; }}"
            f"QLabel#flag {{ color: {palette.css(Ink.URGENT)}; "
            f"background: {palette.css(Ink.URGENT_TINT)}; "
            f"padding: {self._look.metrics.unit_px // 2}px; }}"
        )


class _Choice(QWidget):
    """A row of buttons of which one is down; Alt and the marked letter, or the arrows."""

    def __init__(
        self, name: str, choices: Sequence[tuple[object, str]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for number, (_, words) in enumerate(choices):
            button = QPushButton(words, self)
            button.setCheckable(True)
            button.setChecked(number == 0)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setAccessibleName(f"{name}: {words.replace('&', '')}")
            self._group.addButton(button, number)
            row.addWidget(button)
        row.addStretch(1)

    @property
    def chosen(self) -> int:
        """The number of the button that is down, from 0."""
        return self._group.checkedId()

    def choose(self, number: int) -> None:
        """Press that one."""
        self._group.button(number).setChecked(True)
