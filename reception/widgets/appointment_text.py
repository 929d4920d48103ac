"""Text fields that count down what still fits, and refuse what does not."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from reception.widgets.look import Look


class CountedText(QWidget):
    """A named field with at most so many characters.

    More is not cut off, since half a sentence may say the opposite: the field shows how much is
    too much, and `fits` is false until somebody has shortened it.
    """

    changed = Signal()

    def __init__(
        self,
        look: Look,
        name: str,
        hint: str,
        limit: int,
        *,
        lines: int = 1,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._limit = limit
        self.field: QLineEdit | QPlainTextEdit
        if lines == 1:
            self.field = QLineEdit(self)
        else:
            self.field = _Note(self)
            self.field.setFixedHeight(
                round(look.metrics.line_px * lines + look.metrics.unit_px * 2)
            )
        self.field.setPlaceholderText(hint)
        self.field.setAccessibleName(name)
        label = QLabel(name, self)
        label.setProperty("kind", "heading")
        label.setBuddy(self.field)
        self.left = QLabel(self)
        head = QHBoxLayout()
        head.addWidget(label)
        head.addStretch(1)
        head.addWidget(self.left)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.metrics.unit_px // 2)
        column.addLayout(head)
        column.addWidget(self.field)
        self.setFocusProxy(self.field)
        self.field.textChanged.connect(self._on_changed)
        self._on_changed()

    @property
    def text(self) -> str:
        """What is written, without space around it."""
        field = self.field
        return (field.text() if isinstance(field, QLineEdit) else field.toPlainText()).strip()

    @property
    def fits(self) -> bool:
        """Whether it is short enough."""
        return len(self.text) <= self._limit

    def set_text(self, text: str) -> None:
        """Write *text* instead."""
        if isinstance(self.field, QLineEdit):
            self.field.setText(text)
        else:
            self.field.setPlainText(text)

    @Slot()
    def _on_changed(self) -> None:
        left = self._limit - len(self.text)
        self.left.setText(f"{left} left" if left >= 0 else f"{-left} too many")
        kind = "urgent" if left < 0 else "warn" if left < self._limit // 10 else "muted"
        if self.left.property("kind") != kind:
            self.left.setProperty("kind", kind)
            self.left.style().polish(self.left)
        self.changed.emit()


class _Note(QPlainTextEdit):
    """Tab goes on to the next field."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setTabChangesFocus(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Enter is for whoever holds the field."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and event.modifiers():
            event.ignore()
        else:
            super().keyPressEvent(event)
