"""The drawer below the open request: one tool at a time, put away by Escape."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from reception.widgets.look import Look
from reception.widgets.palette import Ink


class Tool(QFrame):
    """A titled strip with something to choose or to write.

    Subclasses fill `body`, and may add to `head` before the button that closes.
    """

    closed = Signal()

    def __init__(self, look: Look, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.look = look
        unit = look.metrics.unit_px
        self.title = QLabel(title, self)
        self.title.setProperty("kind", "heading")
        self.hint = QLabel("", self)
        self.hint.setProperty("kind", "muted")
        self.hint.setWordWrap(True)  # or a long one would make the panel wider than its room
        self._close = QToolButton(self)
        self._close.setAccessibleName("Put away")
        self._close.setToolTip("Put away (Esc)")
        self._close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._close.clicked.connect(self.closed)
        self.head = QHBoxLayout()
        self.head.setSpacing(unit)
        self.head.addWidget(self.title)
        self.head.addWidget(self.hint, 1)
        self.head.addWidget(self._close)
        self.body = QVBoxLayout()
        self.body.setSpacing(unit)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * unit, unit, 2 * unit, unit)
        column.setSpacing(unit)
        column.addLayout(self.head)
        column.addLayout(self.body, 1)
        self.setObjectName("tool")
        look.palette.changed.connect(self.dress)
        self.dress()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape puts it away."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def ground(self) -> Ink:
        """What it stands on."""
        return Ink.RAISED

    @Slot()
    def dress(self) -> None:
        """Take the colours in force."""
        palette = self.look.palette
        self._close.setIcon(self.look.icons.get("close", Ink.MUTED))
        self.setStyleSheet(
            f"#tool {{ background: {palette.css(self.ground())}; "
            f"border-top: 2px solid {palette.css(Ink.ACCENT)}; }}"
        )
