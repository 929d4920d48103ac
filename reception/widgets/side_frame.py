"""What every panel at the side of the board begins with: a title, a way out, a column to scroll."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollArea, QToolButton, QVBoxLayout, QWidget

from reception.widgets.look import Look
from reception.widgets.palette import Ink


class CloseButton(QToolButton):
    """A cross that says what it leaves undone; Escape does the same."""

    def __init__(self, look: Look, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.setAccessibleName(words)
        self.setToolTip(f"{words} (Esc)")
        look.palette.changed.connect(self._dress)
        self._dress()

    @Slot()
    def _dress(self) -> None:
        self.setIcon(self._look.icons.get("close", Ink.MUTED))


def headed(title: QLabel, close: CloseButton) -> QHBoxLayout:
    """The head of a panel: *title* with *close* at its upper right."""
    head = QHBoxLayout()
    head.addWidget(title, 1)
    head.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
    return head


class SideBody(QScrollArea):
    """A column under a head; it scrolls up and down where there is more than room."""

    def __init__(
        self, look: Look, title: QLabel, close: CloseButton, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        unit = look.metrics.unit_px
        body = QWidget(self)
        self.column = QVBoxLayout(body)
        self.column.setContentsMargins(2 * unit, 2 * unit, 2 * unit, 2 * unit)
        self.column.setSpacing(unit)
        self.column.addLayout(headed(title, close))
        self.setWidgetResizable(True)
        self.setWidget(body)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
