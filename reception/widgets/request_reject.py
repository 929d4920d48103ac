"""Refusing a request: never without words that the patient will read."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QPlainTextEdit, QPushButton, QWidget

from contract.codes import Reject
from reception.records import Patient
from reception.widgets.flow import Flow
from reception.widgets.look import Look
from reception.widgets.patient_words import on_button
from reception.widgets.queue_words import REJECTS
from reception.widgets.request_tool import Tool


class RejectTool(Tool):
    """Reasons to choose from, words to change, and a button that says who will read them."""

    rejected = Signal(Reject, str)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, "Reject", parent)
        self.hint.setText("The patient reads these words.")
        strip = QWidget(self)
        flow = Flow(strip, gap_px=look.metrics.unit_px, line_px=look.metrics.unit_px // 2)
        self._group = QButtonGroup(self)
        self._reasons: dict[QPushButton, tuple[Reject, str]] = {}
        for why, words, text in REJECTS:
            button = QPushButton(words, strip)
            button.setCheckable(True)
            self._group.addButton(button)
            self._reasons[button] = (why, text)
            flow.addWidget(button)
        self.text = QPlainTextEdit(self)
        self.text.setAccessibleName("What the patient will read")
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(round(look.metrics.line_px * 3 + 2 * look.metrics.unit_px))
        self.text.installEventFilter(self)
        self.confirm = QPushButton(self)
        self.confirm.setProperty("kind", "danger")
        self.body.addWidget(strip)
        self.body.addWidget(self.text)
        self.body.addWidget(self.confirm, 0, Qt.AlignmentFlag.AlignLeft)
        self._group.buttonClicked.connect(self._on_reason)
        self.text.textChanged.connect(self._on_text_changed)
        self.confirm.clicked.connect(self._on_confirmed)
        self.setFocusProxy(next(iter(self._reasons)))

    def ask(self, patient: Patient | None, name: str) -> None:
        """Ask why the request of *patient* (or of an unmatched person called *name*) is refused."""
        self._group.setExclusive(False)
        for button in self._reasons:
            button.setChecked(False)
        self._group.setExclusive(True)
        self.text.clear()
        who = on_button(patient) if patient else name
        self.confirm.setText(f"Reject the request of {who}   (Ctrl+Enter)")
        self._on_text_changed()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ctrl+Enter in the text rejects, Escape puts the tool away."""
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

    @Slot(object)
    def _on_reason(self, button: QPushButton) -> None:
        _, text = self._reasons[button]
        ours = {words for _, _, words in REJECTS}
        if self.text.toPlainText().strip() in ours | {""}:
            self.text.setPlainText(text)
        self.text.setFocus()
        self._on_text_changed()

    @Slot()
    def _on_text_changed(self) -> None:
        ready = self._group.checkedButton() is not None and self.text.toPlainText().strip()
        self.confirm.setEnabled(bool(ready))

    @Slot()
    def _on_confirmed(self) -> None:
        button = self._group.checkedButton()
        text = self.text.toPlainText().strip()
        if isinstance(button, QPushButton) and text:
            self.rejected.emit(self._reasons[button][0], text)
