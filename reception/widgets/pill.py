"""The freshness pill: how far the board can be trusted, by shape, word and tint."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QWidget

from reception.widgets.banner import announce
from reception.widgets.look import Look
from reception.widgets.palette import Ink

_INKS = {
    "live": (Ink.GOOD, Ink.GOOD_TINT),
    "catching-up": (Ink.WARN, Ink.WARN_TINT),
    "silent": (Ink.URGENT, Ink.URGENT_TINT),
}


class Pill(QWidget):
    """A circle for live, a triangle for catching up, a square for no contact."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._state, self._text = "catching-up", ""
        look.palette.changed.connect(self.update)

    @property
    def text(self) -> str:
        """What it says."""
        return self._text

    def show_state(self, state: str, text: str) -> None:
        """Show *state* (`live`, `catching-up`, `silent`) as *text*; a new state is announced."""
        if (state, text) == (self._state, self._text):
            return
        news = state != self._state
        self._state, self._text = state, text
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()
        if news:
            announce(self, text)

    def sizeHint(self) -> QSize:
        """Room for the words and the shape."""
        metrics = self._look.metrics
        width = metrics.text_px(self._text, metrics.bold) + 4.5 * metrics.unit_px
        return QSize(round(width), round(metrics.line_px * 1.7))

    def minimumSizeHint(self) -> QSize:
        """All of it: how fresh the board is must be read on the smallest screen."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the pill."""
        palette, metrics = self._look.palette, self._look.metrics
        ink, tint = _INKS[self._state]
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        height = min(self.height(), round(metrics.line_px * 1.7))
        box = QRectF(0.5, (self.height() - height) / 2 + 0.5, self.width() - 1, height - 1)
        painter.setPen(palette[ink])
        painter.setBrush(palette[tint])
        painter.drawRoundedRect(box, height / 2, height / 2)
        size = QFontMetricsF(metrics.font).xHeight()
        middle = QPointF(box.left() + 1.75 * metrics.unit_px, box.center().y())
        mark = QRectF(middle.x() - size / 2, middle.y() - size / 2, size, size)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette[ink])
        if self._state == "live":
            painter.drawEllipse(mark)
        elif self._state == "silent":
            painter.drawRect(mark)
        else:
            painter.drawPolygon(
                QPolygonF([mark.bottomLeft(), mark.bottomRight(), QPointF(middle.x(), mark.top())])
            )
        painter.setFont(metrics.bold)
        painter.setPen(palette[ink])
        words = box.adjusted(3 * metrics.unit_px, 0, -metrics.unit_px, 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, self._text)
