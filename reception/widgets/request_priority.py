"""Another priority; an emergency is lowered only by a person who says why."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QWidget

from contract.codes import Priority
from reception.records import Request
from reception.widgets.look import Look
from reception.widgets.request_tool import Tool

_CHOICES = (
    (Priority.STAT, "Emergency"),
    (Priority.URGENT, "Urgent"),
    (Priority.ROUTINE, "Routine"),
)


class PriorityTool(Tool):
    """Emergency, urgent or routine, and a line for why."""

    chosen = Signal(Priority, str)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, "Priority", parent)
        self._is_emergency = False
        self.reason = QLineEdit(self)
        self.reason.setAccessibleName("Why")
        self.reason.installEventFilter(self)
        self.body.addWidget(self.reason)
        row = QHBoxLayout()
        self.buttons: dict[Priority, QPushButton] = {}
        for priority, word in _CHOICES:
            button = QPushButton(word, self)
            button.setProperty("priority", str(priority))
            button.clicked.connect(self._on_clicked)
            row.addWidget(button)
            self.buttons[priority] = button
        row.addStretch(1)
        self.body.addLayout(row)
        self.reason.textChanged.connect(self._on_text_changed)

    def ask(self, request: Request) -> None:
        """Ask about *request*."""
        self._is_emergency = request.is_emergency
        self.reason.clear()
        if self._is_emergency:
            self.hint.setText("To lower an emergency, say why.")
            self.reason.setPlaceholderText("Why it is no emergency")
        else:
            self.hint.setText("")
            self.reason.setPlaceholderText("Why (if it needs saying)")
        self.setFocusProxy(self.reason if self._is_emergency else self.buttons[Priority.URGENT])
        self._on_text_changed("")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Escape in the line puts the tool away."""
        if (
            watched is self.reason
            and isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() == Qt.Key.Key_Escape
        ):
            self.closed.emit()
            return True
        return super().eventFilter(watched, event)

    @Slot(str)
    def _on_text_changed(self, _text: str) -> None:
        may_lower = not self._is_emergency or bool(self.reason.text().strip())
        for priority, button in self.buttons.items():
            button.setEnabled(may_lower or priority is Priority.STAT)

    @Slot()
    def _on_clicked(self) -> None:
        sender = self.sender()
        if sender is not None:
            self.chosen.emit(Priority(str(sender.property("priority"))), self.reason.text().strip())
