"""What the letters of the board stand for, in one line."""

from PySide6.QtCore import QEvent, QRectF, QSize, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from reception.widgets.look import Look
from reception.widgets.palette import Ink
from reception.widgets.parts_label import PartsLabel
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


class BoardTail(QWidget):
    """The end of the strip above the board: the day in numbers, then the letters' meaning.

    The numbers come first: what the letters mean is learned, how many wait is news.
    """

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._gap_px = 2 * look.metrics.unit_px
        self.summary = PartsLabel(self)
        self.summary.setProperty("kind", "muted")
        self.legend = BoardLegend(look, self)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Both in one line."""
        hints = [w.sizeHint() for w in (self.summary, self.legend) if not w.isHidden()]
        width = sum(hint.width() for hint in hints) + self._gap_px
        return QSize(width, max((hint.height() for hint in hints), default=0))

    def minimumSizeHint(self) -> QSize:
        """It may be squeezed away."""
        return QSize(0, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the room anew."""
        super().resizeEvent(event)
        self._share()

    def event(self, event: QEvent) -> bool:
        """Share the room anew when one of the two has become another."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._share()
        return super().event(event)

    def _share(self) -> None:
        wanted = 0 if self.summary.isHidden() else self.summary.sizeHint().width()
        first = min(wanted, self.width())
        self.summary.setGeometry(0, 0, first, self.height())
        rest = max(0, self.width() - first - (self._gap_px if first else 0))
        wide = min(rest, self.legend.sizeHint().width())
        high = self.legend.sizeHint().height()
        self.legend.setGeometry(self.width() - wide, (self.height() - high) // 2, wide, high)
