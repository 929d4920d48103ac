"""A line across the top of a page: what went wrong, or what to know, in one sentence."""

from enum import Enum

from PySide6.QtCore import Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from reception.records.problem import Problem, Saved
from reception.widgets.look import Look
from reception.widgets.palette import Ink


class Weight(Enum):
    """How much a sentence matters."""

    INFO = "info"
    WARN = "warn"
    URGENT = "urgent"


_INKS = {
    Weight.INFO: (Ink.INFO_TINT, Ink.ACCENT, "info"),
    Weight.WARN: (Ink.WARN_TINT, Ink.WARN, "warning"),
    Weight.URGENT: (Ink.URGENT_TINT, Ink.URGENT, "warning"),
}


def announce(widget: QWidget, sentence: str) -> None:
    """Have a screen reader say *sentence* now."""
    QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, sentence))


class Banner(QFrame):
    """Hidden until there is something to say; goes when dismissed or told to."""

    pressed = Signal()
    """The one thing offered beside the sentence was pressed."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._weight = Weight.INFO
        self._icon, self._text = QLabel(self), QLabel(self)
        self._text.setWordWrap(True)
        self._offer = QPushButton(self)
        self._close = QToolButton(self)
        self._close.setAccessibleName("Dismiss")
        self._close.setToolTip("Dismiss")
        row = QHBoxLayout(self)
        unit = look.metrics.unit_px
        row.setContentsMargins(unit, unit // 2, unit // 2, unit // 2)
        row.setSpacing(unit)
        row.addWidget(self._icon)
        row.addWidget(self._text, 1)
        row.addWidget(self._offer)
        row.addWidget(self._close)
        self._close.clicked.connect(self.hide)
        self._offer.clicked.connect(self.pressed)
        look.palette.changed.connect(self._on_palette_changed)
        self.hide()

    @property
    def sentence(self) -> str:
        """What it says."""
        return self._text.text()

    def show_problem(self, problem: Problem) -> None:
        """Say *problem*; what may have been saved is a warning, what was not is urgent."""
        weight = Weight.WARN if problem.saved is Saved.UNKNOWN else Weight.URGENT
        self.say(problem.sentence, weight)

    def say(self, sentence: str, weight: Weight = Weight.INFO, *, offer: str = "") -> None:
        """Show *sentence*, with one button *offer* beside it if there is one."""
        self._weight = weight
        self._text.setText(sentence)
        self._offer.setText(offer)
        self._offer.setVisible(bool(offer))
        self._on_palette_changed()
        self.show()
        announce(self, sentence)

    def _on_palette_changed(self) -> None:
        ground, ink, icon = _INKS[self._weight]
        palette, unit = self._look.palette, self._look.metrics.unit_px
        self.setStyleSheet(
            f"Banner {{ background: {palette.css(ground)}; "
            f"border-left: {unit // 2}px solid {palette.css(ink)}; }}"
        )
        self._icon.setPixmap(self._look.icons.get(icon, ink).pixmap(unit * 2, unit * 2))
        self._close.setIcon(self._look.icons.get("close", Ink.MUTED))
