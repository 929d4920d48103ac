"""Draws one cell of the board."""

import math
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from functools import cache

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QPainterPath,
    QPen,
    QPolygonF,
    QStaticText,
)

from reception.widgets.board_face import Face, Fill
from reception.widgets.board_glyphs import glyph_path
from reception.widgets.look import Look
from reception.widgets.palette import Ink
from reception.widgets.row_painter import draw_mark

_TEXTS_KEPT = 8_000
_HATCH_ALPHA = 90


class Type(Enum):
    """A kind of type used in cells."""

    PLAIN = auto()
    STRONG = auto()
    STRUCK = auto()
    SMALL = auto()
    SMALL_STRONG = auto()


class Zoom(StrEnum):
    """How large the board is drawn."""

    COMPACT = "compact"
    NORMAL = "normal"
    ROOMY = "roomy"

    def step(self, by: int) -> "Zoom":
        """The next larger or smaller one; stops at the ends."""
        sizes = list(Zoom)
        return sizes[min(len(sizes) - 1, max(0, sizes.index(self) + by))]


_WIDER = {Zoom.COMPACT: 0.86, Zoom.NORMAL: 1.0, Zoom.ROOMY: 1.5}


@dataclass(frozen=True, slots=True)
class Mood:
    """What holds for a cell just now, apart from what it is.

    Attributes:
        current: the keyboard is on it.
        focused: and the board has the focus.
        hovered: the mouse is on it.
        saving: something about it is on its way.
        lit: 1 for the best of the slots that suit, more for the others, 0 for the rest.
        target: a request is being dragged over it.
    """

    current: bool = False
    focused: bool = False
    hovered: bool = False
    saving: bool = False
    lit: int = 0
    target: bool = False


CALM, SAVING = Mood(), Mood(saving=True)


@dataclass(slots=True)
class _Room:
    """The part of a line that is still empty."""

    left: float
    right: float
    middle: float

    @property
    def width(self) -> float:
        return self.right - self.left


class BoardPainter:
    """Draws faces into boxes with the look in force; remembers texts it has laid out."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self.zoom = Zoom.NORMAL
        small_strong, struck = QFont(look.metrics.small), QFont(look.metrics.font)
        small_strong.setWeight(QFont.Weight.DemiBold)
        struck.setStrikeOut(True)
        self._fonts = {
            Type.PLAIN: look.metrics.font,
            Type.STRONG: look.metrics.bold,
            Type.STRUCK: struck,
            Type.SMALL: look.metrics.small,
            Type.SMALL_STRONG: small_strong,
        }
        self._measures = {kind: QFontMetricsF(font) for kind, font in self._fonts.items()}
        self._texts: dict[tuple[str, Type, int], tuple[QStaticText, float]] = {}
        self.line_px = round(self._measures[Type.PLAIN].height())
        self._time_px = self._measures[Type.SMALL].horizontalAdvance("00:00")
        self._name_px = self._measures[Type.PLAIN].horizontalAdvance("SMITHSON,")

    def least_column_px(self) -> int:
        """The narrowest column in which letter, time, a name and a wait can be read."""
        least = self.line_px + self._time_px + self._name_px + 4 * self._gap
        return round(least * _WIDER[self.zoom])

    def least_px_per_min(self) -> float:
        """The scale at which ten minutes hold a line, and a call-back of seven a smaller one.

        Compact gives ten minutes the smaller line; roomy gives them two lines.
        """
        small = self._measures[Type.SMALL].height()
        if self.zoom is Zoom.COMPACT:
            return (small + 1) / 10
        if self.zoom is Zoom.ROOMY:
            return (self.line_px + small + 4) / 10
        return max((self.line_px + 4) / 10, (small + 1) / 7)

    @property
    def _gap(self) -> float:
        return self._look.metrics.unit_px / 2

    def paint(self, painter: QPainter, box: QRect, face: Face, mood: Mood = CALM) -> None:
        """Draw *face* into *box*."""
        body = box.adjusted(1, 0, -2, -1)
        self._ground(painter, body, face)
        bar = max(2, round(self._gap * 0.75))
        if face.bar is not None:
            painter.fillRect(QRect(body.x(), body.y(), bar, body.height()), self._ink(face.bar))
        two_lines = body.height() >= self.line_px + self._measures[Type.SMALL].height() + 0.5
        height = min(body.height(), self.line_px + (2 if two_lines else 4))
        left = body.x() + bar + self._gap / 2
        room = _Room(left, body.right() - self._gap, body.y() + height / 2)
        tight = height < self.line_px
        if tight:  # a line is higher than the cell
            painter.save()
            painter.setClipRect(body, Qt.ClipOperation.IntersectClip)
        self._first_line(painter, room, face, mood, height)
        if two_lines:
            self._second_line(painter, body, face, left)
        elif room.width > self._name_px:
            self._words(painter, room, face.type_text, Type.SMALL, Ink.MUTED)
        if tight:
            painter.restore()
        self._frame(painter, body, mood)

    def _first_line(
        self, painter: QPainter, room: _Room, face: Face, mood: Mood, height: float
    ) -> None:
        self._words(painter, room, face.time, Type.SMALL, Ink.MUTED)
        side = min(height, self.line_px)
        box = QRectF(room.left - 0.5, room.middle - side / 2 + 0.5, side - 1, side - 1)
        if mood.lit:
            self._lit_badge(painter, box, best=mood.lit == 1)
            room.left += side + 1
        elif face.badge is not None:
            badge = face.badge
            draw_mark(painter, self._look, box, badge.letter, badge.shape, badge.ink, badge.ground)
            room.left += side + 1
        if mood.saving:
            self._words_right(painter, room, "saving", Type.SMALL, Ink.ACCENT)
        if face.wait:
            self._wait(painter, room, face)
        kind = self._name_type(face, tight=height < self.line_px)
        needed = self._measures[kind].horizontalAdvance(face.name)
        self._glyphs(painter, room, face, min(needed, self._name_px))
        self._words(painter, room, face.name, kind, face.name_ink)

    @staticmethod
    def _name_type(face: Face, *, tight: bool) -> Type:
        if face.struck:
            return Type.STRUCK
        if face.strong:
            return Type.SMALL_STRONG if tight else Type.STRONG
        return Type.SMALL if tight else Type.PLAIN

    def _second_line(self, painter: QPainter, body: QRect, face: Face, indent: float) -> None:
        middle = body.y() + 1 + self.line_px + self._measures[Type.SMALL].height() / 2
        room = _Room(indent, body.right() - self._gap, middle)
        self._words(painter, room, face.type_text, Type.SMALL, Ink.MUTED)
        if face.more and room.width > self.line_px * 2:
            ink = Ink.MUTED if face.name_ink is Ink.MUTED else Ink.TEXT
            self._words(painter, room, face.more, Type.SMALL, ink)

    def _ground(self, painter: QPainter, body: QRect, face: Face) -> None:
        painter.fillRect(body, self._ink(face.ground))
        if face.fill is Fill.HATCHED:
            self._hatch(painter, body)
        elif face.fill is Fill.OUTLINED:
            self._outline(painter, body, 1, Ink.FREE_LINE)
        elif face.fill is Fill.DOTTED:
            self._outline(painter, body, 2, Ink.HELD, dotted=True)

    def _frame(self, painter: QPainter, body: QRect, mood: Mood) -> None:
        if mood.saving:
            line = QRect(body.x(), body.bottom() - 1, body.width(), 2)
            self._bar(painter, line, Ink.ACCENT, dotted=True)
        if mood.lit or mood.target:
            width = 3 if body.height() > self.line_px else 2
            self._outline(painter, body, width, Ink.ACCENT if mood.target else Ink.LIT)
        if mood.current or mood.hovered:
            width = 2 if mood.current and mood.focused else 1
            self._outline(painter, body, width, Ink.FOCUS)

    def _outline(
        self, painter: QPainter, box: QRect, width: int, ink: Ink, *, dotted: bool = False
    ) -> None:
        """A frame of four filled bars: lines change their corners where they are clipped."""
        inner = box.height() - 2 * width
        for bar in (
            QRect(box.x(), box.y(), box.width(), width),
            QRect(box.x(), box.bottom() - width + 1, box.width(), width),
            QRect(box.x(), box.y() + width, width, inner),
            QRect(box.right() - width + 1, box.y() + width, width, inner),
        ):
            self._bar(painter, bar, ink, dotted=dotted)

    def _bar(self, painter: QPainter, bar: QRect, ink: Ink, *, dotted: bool) -> None:
        if not dotted:
            painter.fillRect(bar, self._ink(ink))
            return
        step, colour = 6, self._ink(ink)
        for x in range(bar.x(), bar.right() + 1, step):
            for y in range(bar.y(), bar.bottom() + 1, step):
                painter.fillRect(QRect(x, y, 4, 4) & bar, colour)

    def _hatch(self, painter: QPainter, body: QRect) -> None:
        """Slanting stripes. Qt's own pattern brushes stick to the screen, not to the cell."""
        step, height = self._look.metrics.unit_px, body.height()
        stripes = QPainterPath()
        for x in range(body.x() - height, body.right() + 1, step):
            corners = ((0, height), (height, 0), (height + 1.4, 0), (1.4, height))
            points = [QPointF(x + dx, body.y() + dy) for dx, dy in corners]
            stripes.addPolygon(QPolygonF(points))
        colour = QColor(self._ink(Ink.FREE_LINE))
        colour.setAlpha(_HATCH_ALPHA)
        painter.save()
        painter.setClipRect(body, Qt.ClipOperation.IntersectClip)
        painter.fillPath(stripes, colour)
        painter.restore()

    def _lit_badge(self, painter: QPainter, box: QRectF, *, best: bool) -> None:
        """A star for the best of the slots that suit, a ring for the others."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._ink(Ink.ACCENT), 1.4))
        if best:
            painter.setBrush(self._ink(Ink.ACCENT))
            painter.translate(box.center())
            painter.scale(box.width() / 2, box.width() / 2)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawPolygon(_star())
        else:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            inset = box.width() * 0.28
            painter.drawEllipse(box.adjusted(inset, inset, -inset, -inset))
        painter.restore()

    def _wait(self, painter: QPainter, room: _Room, face: Face) -> None:
        measure = self._measures[Type.SMALL_STRONG]
        width = measure.horizontalAdvance(face.wait)
        if face.wait_ground is not None:
            pad = self._gap / 2
            height = measure.height()
            plate = QRectF(
                room.right - width - 2 * pad, room.middle - height / 2, width + 2 * pad, height
            )
            painter.fillRect(plate, self._ink(face.wait_ground))
            room.right -= pad
        self._words_right(painter, room, face.wait, Type.SMALL_STRONG, face.wait_ink)

    def _glyphs(self, painter: QPainter, room: _Room, face: Face, kept: float) -> None:
        side = round(self.line_px * 0.62)
        for glyph in face.glyphs:
            if room.width - side < kept:
                return
            path = glyph_path(glyph)
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.translate(room.right - side, room.middle - side / 2)
            painter.scale(side / 12, side / 12)
            pen = QPen(self._ink(Ink.MUTED), 1.3)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(path)
            painter.restore()
            room.right -= side + self._gap / 2

    def _words(self, painter: QPainter, room: _Room, text: str, kind: Type, ink: Ink) -> None:
        if room.width < self._gap or not text:
            return
        laid, width = self._laid(text, kind, int(room.width))
        painter.setPen(self._ink(ink))
        painter.setFont(self._fonts[kind])
        y = room.middle - self._measures[kind].height() / 2
        painter.drawStaticText(QPointF(room.left, y), laid)
        room.left += width + self._gap

    def _words_right(self, painter: QPainter, room: _Room, text: str, kind: Type, ink: Ink) -> None:
        width = self._measures[kind].horizontalAdvance(text)
        here = _Room(max(room.left, room.right - width), room.right + 1, room.middle)
        self._words(painter, here, text, kind, ink)
        room.right -= width + self._gap

    def _laid(self, text: str, kind: Type, width: int) -> tuple[QStaticText, float]:
        key = (text, kind, width)
        known = self._texts.get(key)
        if known is None:
            measure = self._measures[kind]
            whole = measure.horizontalAdvance(text)
            if whole > width:
                text = measure.elidedText(text, Qt.TextElideMode.ElideRight, width)
                whole = measure.horizontalAdvance(text)
            laid = QStaticText(text)
            laid.setTextFormat(Qt.TextFormat.PlainText)
            laid.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
            laid.prepare(font=self._fonts[kind])
            if len(self._texts) >= _TEXTS_KEPT:
                self._texts.clear()
            known = self._texts[key] = (laid, whole)
        return known

    def _ink(self, ink: Ink) -> QColor:
        return self._look.palette[ink]


@cache
def _star() -> QPolygonF:
    """A five-pointed star in a circle of radius 1."""
    points = []
    for corner in range(10):
        turn = corner * math.pi / 5 - math.pi / 2
        reach = 0.45 if corner % 2 else 1.0
        points.append(QPointF(reach * math.cos(turn), reach * math.sin(turn)))
    return QPolygonF(points)
