"""What is written to the patient about ordered items: a refusal with its reason, or a question."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QLabel, QPlainTextEdit, QPushButton, QWidget

from contract.codes import Reject, RepeatState
from reception.desk.desk import Desk
from reception.desk.repeat_orders import Item
from reception.desk.repeats import NO_RIGHT
from reception.records import Patient
from reception.widgets.flow import Flow
from reception.widgets.look import Look
from reception.widgets.patient_words import on_button, plain
from reception.widgets.request_tool import Tool

REASONS: tuple[tuple[str, Reject, str], ...] = (
    ("1", Reject.TOO_EARLY, "Too early"),
    ("2", Reject.REVIEW_DUE, "Review due"),
    ("3", Reject.DUPLICATE, "Ordered already"),
    ("4", Reject.NOT_SUITABLE, "Not suitable"),
    ("5", Reject.OTHER, "Another reason"),
)
"""Why an item is not approved, with the key that chooses it; the fourth is a prescriber's."""


class PatientTool(Tool):
    """Words to a patient, below them what the patient will read, and a button that says who."""

    def __init__(self, desk: Desk, look: Look, title: str, parent: QWidget | None = None) -> None:
        super().__init__(look, title, parent)
        self._desk = desk
        self._items: tuple[Item, ...] = ()
        self._draft = ""
        unit = look.metrics.unit_px
        self.text = QPlainTextEdit(self)
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(round(look.metrics.line_px * 3 + 2 * unit))
        self.text.installEventFilter(self)
        self.preview = QLabel(self)
        self.preview.setWordWrap(True)
        self.preview.setProperty("kind", "muted")
        self.preview.setTextFormat(Qt.TextFormat.PlainText)
        self.confirm = QPushButton(self)
        self.text.textChanged.connect(self._on_text_changed)
        self.confirm.clicked.connect(self._on_confirmed)

    @property
    def items(self) -> tuple[Item, ...]:
        """What it is about."""
        return self._items

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ctrl+Enter in the text confirms, Escape puts the tool away; the words are kept."""
        if watched is self.text and isinstance(event, QKeyEvent):
            if event.type() != QEvent.Type.KeyPress:
                return super().eventFilter(watched, event)
            enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self._on_confirmed()
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.closed.emit()
                return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """No letter goes on to the acts of the page while something is being written."""
        if event.text().isprintable() and event.text():
            event.accept()
        else:
            super().keyPressEvent(event)

    def settled(self) -> None:
        """The words were sent: they are no draft any more."""
        if self._draft:
            self._desk.drafts.drop(self._draft)
        self._draft = ""

    def _begin(self, items: Sequence[Item], draft: str) -> None:
        self._items, self._draft = tuple(items), ""
        self.text.setPlainText(self._desk.drafts.text(draft))
        self._draft = draft

    @Slot()
    def _on_text_changed(self) -> None:
        if self._draft:
            self._desk.drafts.keep(self._draft, self.text.toPlainText())
        self._say()

    def _say(self) -> None:
        """Show what the patient will read, and whether it can be sent."""
        raise NotImplementedError

    @Slot()
    def _on_confirmed(self) -> None:
        raise NotImplementedError


class RejectItemTool(PatientTool):
    """Reasons by key, words with dates and a next step, and exactly what the patient will read."""

    rejected = Signal(str, Reject, str)  # id of the item, why, the words

    def __init__(self, desk: Desk, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(desk, look, "Not approve", parent)
        self.text.setAccessibleName("The reason, and what to do next")
        strip = QWidget(self)
        flow = Flow(strip, gap_px=look.metrics.unit_px, line_px=look.metrics.unit_px // 2)
        self._group = QButtonGroup(self)
        self._reasons: dict[QPushButton, Reject] = {}
        for key, why, words in REASONS:
            button = QPushButton(f"{key}  {words}", strip)
            button.setCheckable(True)
            if why is Reject.NOT_SUITABLE and not desk.repeats.may_approve:
                button.setEnabled(False)
                button.setToolTip(NO_RIGHT)
                button.setAccessibleDescription(NO_RIGHT)
            self._group.addButton(button)
            self._reasons[button] = why
            flow.addWidget(button)
        self.confirm.setProperty("kind", "danger")
        for widget in (strip, self.text, self.preview):
            self.body.addWidget(widget)
        self.body.addWidget(self.confirm, 0, Qt.AlignmentFlag.AlignLeft)
        self._group.buttonClicked.connect(self._on_reason)
        self.setFocusProxy(next(iter(self._reasons)))

    @property
    def why(self) -> Reject | None:
        """The reason chosen."""
        button = self._group.checkedButton()
        return self._reasons[button] if isinstance(button, QPushButton) else None

    def ask(self, item: Item, patient: Patient | None, name: str) -> None:
        """Ask why *item* of *patient* (or of somebody called *name*) is not approved."""
        self._group.setExclusive(False)
        for button in self._reasons:
            button.setChecked(False)
        self._group.setExclusive(True)
        self.hint.setText(f"{item.name}: a reason and a next step, in plain words")
        who = on_button(patient) if patient else name
        self.confirm.setText(f"Do not approve {plain(item.name)} for {who}   (Ctrl+Enter)")
        self._begin([item], f"{item.request.patient_id}/not-approved-{item.id}")
        self._say()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A digit chooses a reason."""
        for button in self._reasons:
            if button.text().partition(" ")[0] == event.text() and button.isEnabled():
                button.click()
        super().keyPressEvent(event)

    @Slot(object)
    def _on_reason(self, button: QPushButton) -> None:
        item, why = self._items[0], self._reasons[button]
        ours = {self._desk.repeats.reason_words(item, each) for _, each, _ in REASONS}
        if self.text.toPlainText().strip() in ours | {""}:
            words = "" if why is Reject.OTHER else self._desk.repeats.reason_words(item, why)
            self.text.setPlainText(words)
        self.text.setFocus()
        self._say()

    def _say(self) -> None:
        text = self.text.toPlainText().strip()
        self.confirm.setEnabled(self.why is not None and bool(text))
        if not self._items:
            return
        words = self._desk.repeats.preview(self._items[0], RepeatState.REJECTED, text)
        self.preview.setText(f"The patient will read: “{words}”" if text else "Choose a reason.")

    @Slot()
    def _on_confirmed(self) -> None:
        text, why = self.text.toPlainText().strip(), self.why
        if why is not None and text and self._items:
            self.rejected.emit(self._items[0].id, why, text)


class AskTool(PatientTool):
    """A question to the patient about one item or a whole order."""

    asked = Signal(object, str)  # ids of the items, the question

    def __init__(self, desk: Desk, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(desk, look, "Ask the patient", parent)
        self.text.setAccessibleName("Your question")
        self.text.setPlaceholderText("Your question; the patient answers by message")
        self.confirm.setProperty("kind", "primary")
        for widget in (self.text, self.preview):
            self.body.addWidget(widget)
        self.body.addWidget(self.confirm, 0, Qt.AlignmentFlag.AlignLeft)
        self.setFocusProxy(self.text)

    def ask(self, items: Sequence[Item], patient: Patient | None, name: str) -> None:
        """Ask what is to be known about *items* of *patient* (or somebody called *name*)."""
        about = items[0].name if len(items) == 1 else f"{len(items)} items"
        self.hint.setText(f"About {about}; the answer brings it back to the top")
        who = on_button(patient) if patient else name
        self.confirm.setText(f"Send the question to {who}   (Ctrl+Enter)")
        first = items[0].request
        self._begin(items, f"{first.patient_id}/question-{first.order or first.id}")
        self._say()

    def _say(self) -> None:
        self.confirm.setEnabled(bool(self.text.toPlainText().strip()))
        if self._items:
            words = self._desk.repeats.preview(self._items[0], RepeatState.QUERY)
            self.preview.setText(f"Beside the item the patient will read: “{words}”")

    @Slot()
    def _on_confirmed(self) -> None:
        text = self.text.toPlainText().strip()
        if text and self._items:
            self.asked.emit(tuple(item.id for item in self._items), text)
