"""What the letters of the board stand for, in one line."""

from PySide6.QtCore import QRectF, QSize, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from reception.widgets.look import Look
from reception.widgets.palette import Ink
from reception.widgets.row_painter import RowPainter, Shape

_LETTERS = (
    ("A", Shape.CIRCLE, Ink.ARRIVED, "arrived"),
    ("S", Shape.SQUARE, Ink.SENT_IN, "sent in"),
    ("L", Shape.PILL, Ink.MUTED, "left"),
    ("D", Shape.DIAMOND, Ink.DNA, "did not attend"),
    ("W", Shape.HEXAGON, Ink.DNA, "walked out"),
    ("T", Shape.SQUARE, Ink.SENT_IN, "calling"),
    ("H", Shape.DIAMOND, Ink.DNA, "no answer"),
    ("\N{EN DASH}", Shape.PILL, Ink.WARN, "late, said so"),
    ("!", Shape.TRIANGLE, Ink.WARN, "overdue"),
)


class BoardLegend(QWidget):
    """Letter, shape and word of every state; gives way where there is no room."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        words = (f"{letter} {word}" for letter, _, _, word in _LETTERS)
        self.setAccessibleName(f"Letters: {', '.join(words)}")
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        look.palette.changed.connect(self._on_palette_changed)

    def sizeHint(self) -> QSize:
        """One line."""
        metrics = self._look.metrics
        words = sum(metrics.text_px(word, metrics.small) for *_, word in _LETTERS)
        marks = len(_LETTERS) * (metrics.line_px + 3 * metrics.unit_px)
        return QSize(round(words + marks), round(metrics.line_px + 2))

    def minimumSizeHint(self) -> QSize:
        """It may be squeezed away."""
        return QSize(0, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """As many as fit."""
        painter = QPainter(self)
        metrics = self._look.metrics
        line = QRectF(0, 1, self.width(), metrics.line_px)
        row = RowPainter(painter, self._look, line)
        for letter, shape, ink, word in _LETTERS:
            needed = metrics.line_px + metrics.text_px(word, metrics.small) + 2 * metrics.unit_px
            if row.room < needed:
                break
            row.mark(letter, shape, ink, Ink.SURFACE)
            row.left -= metrics.unit_px / 2
            row.words(word, Ink.MUTED, metrics.small)
            row.left += metrics.unit_px
        painter.end()

    @Slot()
    def _on_palette_changed(self) -> None:
        self.update()
