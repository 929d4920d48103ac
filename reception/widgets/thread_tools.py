"""What can be done with an open conversation beside answering it: hand it on, settle a failure."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QWidget

from reception.desk.desk import Desk
from reception.records import Message
from reception.widgets.look import Look
from reception.widgets.palette import Ink
from reception.widgets.request_assign import AssignTool
from reception.widgets.request_tool import Tool


class HandOnTool(AssignTool):
    """Hand to a person or a team, with a word that only colleagues read."""

    def __init__(self, desk: Desk, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(desk, look, parent)
        self.note = QLineEdit(self)
        self.note.setPlaceholderText("A word for them (colleagues only), then Enter")
        self.note.setAccessibleName("Note for whoever gets it, colleagues only")
        self.note.setMaxLength(500)
        self.note.installEventFilter(self)
        self.body.addWidget(self.note)
        self.hint.setText("Type part of a name; Tab to add a word; Enter hands it on.")

    def ask(self, owner: str) -> None:
        """Offer everybody but *owner*."""
        super().ask(owner)
        self.note.clear()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The note's Enter hands it to whoever is marked."""
        if watched is self.note and event.type() == QEvent.Type.KeyPress:
            assert isinstance(event, QKeyEvent)
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                if (choice := self.list.current) is not None:
                    self.list.taken.emit(choice.id)
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.closed.emit()
                return True
        return super().eventFilter(watched, event)


class FailureTool(Tool):
    """A message was not delivered: say what was done instead, and only then is it closed."""

    settled = Signal(str)
    """It has been dealt with, in these words."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, "Not delivered", parent)
        self.words_before = QLabel(self)
        self.words_before.setWordWrap(True)
        self.words_before.setTextFormat(Qt.TextFormat.PlainText)
        self.words_before.setProperty("kind", "urgent")
        self.field = QLineEdit(self)
        self.field.setPlaceholderText("What was done instead? “Rang her at work, told her.”")
        self.field.setAccessibleName("What was done about the message that was not delivered")
        self.field.setMaxLength(300)
        self.done = QPushButton("Settled: note it and close  (Enter)", self)
        self.done.setProperty("kind", "primary")
        self.done.setEnabled(False)
        for widget in (self.words_before, self.field):
            self.body.addWidget(widget)
        self.body.addWidget(self.done, 0, Qt.AlignmentFlag.AlignLeft)
        self.setFocusProxy(self.field)
        self.field.textChanged.connect(self._on_text)
        self.field.returnPressed.connect(self._on_done)
        self.done.clicked.connect(self._on_done)

    def ground(self) -> Ink:
        """It is something that went wrong."""
        return Ink.URGENT_TINT

    def ask(self, who: str, lost: list[Message]) -> None:
        """Ask what was done about *lost*, which did not reach *who*."""
        count = len(lost)
        many = "A message" if count == 1 else f"{count} messages"
        why = next((message.reason for message in lost if message.reason), "")
        because = f" ({why})" if why else ""
        self.words_before.setText(
            f"{many} to {who} {'was' if count == 1 else 'were'} not delivered{because}. "
            "It cannot be closed before somebody says what was done."
        )
        self.hint.setText("R writes another message; that settles it as well.")
        self.field.clear()

    @Slot(str)
    def _on_text(self, text: str) -> None:
        self.done.setEnabled(bool(text.strip()))

    @Slot()
    def _on_done(self) -> None:
        words = self.field.text().strip()
        if words:
            self.settled.emit(words)
