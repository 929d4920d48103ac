"""Painting one line of a list row: words, chips and marks from both ends towards the middle."""

from enum import Enum

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF

from reception.widgets.look import Look
from reception.widgets.palette import Ink


class Shape(Enum):
    """The outline a letter stands in, so that no state is told by colour alone."""

    CIRCLE = "circle"
    SQUARE = "square"
    DIAMOND = "diamond"
    TRIANGLE = "triangle"
    HEXAGON = "hexagon"
    PILL = "pill"


def outline(shape: Shape, box: QRectF) -> QPainterPath:
    """*shape* as large as it fits into *box*."""
    path = QPainterPath()
    x, y, w, h = box.x(), box.y(), box.width(), box.height()
    corners = {
        Shape.DIAMOND: [(0.5, 0.0), (1.0, 0.5), (0.5, 1.0), (0.0, 0.5)],
        Shape.TRIANGLE: [(0.5, 0.02), (1.0, 0.98), (0.0, 0.98)],
        Shape.HEXAGON: [(0.25, 0.0), (0.75, 0.0), (1.0, 0.5), (0.75, 1.0), (0.25, 1.0), (0.0, 0.5)],
    }.get(shape)
    if corners:
        path.addPolygon(QPolygonF([QPointF(x + u * w, y + v * h) for u, v in corners]))
        path.closeSubpath()
    elif shape is Shape.CIRCLE:
        path.addEllipse(box)
    elif shape is Shape.SQUARE:
        path.addRoundedRect(box, w * 0.16, w * 0.16)
    else:
        path.addRoundedRect(box.adjusted(0, h * 0.14, 0, -h * 0.14), h * 0.36, h * 0.36)
    return path


class RowPainter:
    """One line of a row. What is painted takes its room from the left or from the right."""

    def __init__(self, painter: QPainter, look: Look, line: QRectF) -> None:
        self._painter, self._look = painter, look
        self._gap = look.metrics.unit_px
        self.line = line
        self.left, self.right = line.left(), line.right()

    @property
    def room(self) -> float:
        """How much width is left."""
        return max(0.0, self.right - self.left)

    def words(self, text: str, ink: Ink = Ink.TEXT, font: QFont | None = None) -> None:
        """*text* from the left, elided to the room there is."""
        self._words(text, ink, font or self._look.metrics.font, from_right=False)

    def words_right(self, text: str, ink: Ink = Ink.TEXT, font: QFont | None = None) -> None:
        """*text* at the right end."""
        self._words(text, ink, font or self._look.metrics.font, from_right=True)

    def chip(self, text: str, ink: Ink, ground: Ink, *, from_right: bool = False) -> None:
        """*text* on a small tinted plate; left out where there is no room to read it."""
        font = self._look.metrics.small
        measured = QFontMetricsF(font)
        pad = self._gap * 0.6
        if self.room < self._gap * 6:
            return
        text = measured.elidedText(text, Qt.TextElideMode.ElideRight, self.room - 2 * pad)
        width = measured.horizontalAdvance(text) + 2 * pad
        height = min(self.line.height(), measured.height() + 2)
        top = self.line.center().y() - height / 2
        x = self.right - width if from_right else self.left
        plate = QRectF(x, top, width, height)
        painter, palette = self._painter, self._look.palette
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette[ground])
        painter.drawRoundedRect(plate, height * 0.22, height * 0.22)
        painter.setPen(palette[ink])
        painter.setFont(font)
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)
        self._took(width, from_right=from_right)

    def mark(
        self, letter: str, shape: Shape, ink: Ink, ground: Ink, *, from_right: bool = False
    ) -> None:
        """*letter* in *shape*, outlined in *ink*."""
        side = self.line.height()
        x = self.right - side if from_right else self.left
        box = QRectF(x, self.line.top(), side, side).adjusted(0.5, 0.5, -0.5, -0.5)
        draw_mark(self._painter, self._look, box, letter, shape, ink, ground)
        self._took(side, from_right=from_right)

    def _words(self, text: str, ink: Ink, font: QFont, *, from_right: bool) -> None:
        if not text or self.room < self._gap:
            return
        measured = QFontMetricsF(font)
        text = measured.elidedText(text, Qt.TextElideMode.ElideRight, self.room)
        width = min(measured.horizontalAdvance(text), self.room)
        x = self.right - width if from_right else self.left
        self._painter.setPen(self._look.palette[ink])
        self._painter.setFont(font)
        baseline = self.line.center().y() + (measured.ascent() - measured.descent()) / 2
        self._painter.drawText(QPointF(x, baseline), text)
        self._took(width, from_right=from_right)

    def _took(self, width: float, *, from_right: bool) -> None:
        if from_right:
            self.right -= width + self._gap
        else:
            self.left += width + self._gap


def draw_focus(painter: QPainter, look: Look, row: QRectF) -> None:
    """The ring around the row that has the keyboard."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(look.palette[Ink.FOCUS], 1.5))
    painter.drawRect(row.adjusted(1, 1, -1.5, -2))


def draw_mark(
    painter: QPainter,
    look: Look,
    box: QRectF,
    letter: str,
    shape: Shape,
    ink: Ink,
    ground: Ink,
) -> None:
    """*letter* in *shape* filling *box*."""
    path = outline(shape, box)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillPath(path, look.palette[ground])
    painter.strokePath(path, QPen(look.palette[ink], 1.2))
    painter.setPen(look.palette[ink])
    font = QFont(look.metrics.bold)
    font.setPixelSize(max(7, round(box.height() * (0.5 if shape is Shape.TRIANGLE else 0.62))))
    painter.setFont(font)
    measured = QFontMetricsF(font)
    drop = box.height() * 0.12 if shape is Shape.TRIANGLE else 0.0
    baseline = box.center().y() + drop + (measured.capHeight()) / 2
    x = box.center().x() - measured.horizontalAdvance(letter) / 2
    painter.drawText(QPointF(x, baseline), letter)
    painter.restore()
