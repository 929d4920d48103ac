"""Paints any part of the board: sessions, hours, cells, the line of now."""

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QColor, QPainter

from reception.records.tree import EPOCH
from reception.widgets.board_cell import Cell
from reception.widgets.board_face import Face, face_of
from reception.widgets.board_layout import BoardLayout, Box
from reception.widgets.board_model import BoardModel
from reception.widgets.board_painter import BoardPainter, Mood
from reception.widgets.look import Look
from reception.widgets.palette import Ink

_GREY_ALPHA = 115
_NOW_ALPHA, _NOW_OVER_ALPHA = 170, 85


def paint_now(painter: QPainter, look: Look, line: QRect) -> None:
    """The line of now over the cells of a column: firm at its edge, and faint over the names.

    A firm line through a name strikes it out, and that is how a cancelled one looks.
    """
    ink = look.palette[Ink.NOW_LINE]
    edge = QRect(line.x(), line.y(), look.metrics.unit_px // 2, line.height())
    painter.fillRect(edge, ink)
    painter.fillRect(line, _with_alpha(ink, _NOW_OVER_ALPHA))


def _with_alpha(colour: QColor, alpha: int) -> QColor:
    fainter = QColor(colour)
    fainter.setAlpha(alpha)
    return fainter


class BoardCanvas:
    """Draws what a `BoardLayout` places. Faces are worked out once and kept until forgotten.

    Attributes:
        now: the time drawn. It is told, not asked for: two parts of the board that are painted a
            moment apart must fit together.
    """

    def __init__(self, look: Look, place: BoardLayout) -> None:
        self._look, self._place = look, place
        self._board: BoardModel | None = None
        self.now = EPOCH
        self.pen = BoardPainter(look)
        self._faces: dict[str, tuple[Cell, Face]] = {}

    def forget(self, key: str) -> None:
        """Work the face of *key* out anew when it is next drawn."""
        self._faces.pop(key, None)

    def begin(self, board: BoardModel) -> None:
        """Draw *board* from now on, as it is at present."""
        self._board, self.now = board, board.now()
        self._faces.clear()

    def pass_to(self, now: datetime) -> list[str]:
        """It is *now*: work out the faces drawn so far anew; answer the keys that look new."""
        self.now, fresh = now, []
        for key, (_, face) in list(self._faces.items()):
            cell = self._board.cell(key) if self._board is not None else None
            if cell is None:
                del self._faces[key]
                continue
            looks = face_of(cell, now)
            self._faces[key] = (cell, looks)
            if looks != face:
                fresh.append(key)
        return fresh

    def paint(
        self,
        painter: QPainter,
        rect: QRect,
        offset: QPoint,
        mood: Callable[[Cell], Mood],
        *,
        trusted: bool,
    ) -> None:
        """Draw what shows in *rect* of a viewport scrolled by *offset*; greyed unless *trusted*."""
        painter.setClipRect(rect)
        painter.fillRect(rect, self._ink(Ink.WINDOW))
        board, now = self._board, self.now
        if board is not None:
            area = Box(rect.x() + offset.x(), rect.y() + offset.y(), rect.width(), rect.height())
            painter.translate(-offset)
            is_now_shown = self._place.origin <= now < self._place.end
            self._grid(painter, area, board)
            if is_now_shown:
                line = QRect(area.x, self._place.y_of(now) - 1, area.width, 2)
                painter.fillRect(line, _with_alpha(self._ink(Ink.NOW_LINE), _NOW_ALPHA))
            self._cells(painter, area, board, mood)
            if is_now_shown:
                self._now_over_cells(painter, area, board)
            painter.translate(offset)
        if not trusted:
            painter.fillRect(rect, _with_alpha(self._ink(Ink.WINDOW), _GREY_ALPHA))

    def _now_over_cells(self, painter: QPainter, area: Box, board: BoardModel) -> None:
        y = self._place.y_of(self.now) - 1
        for column in board.columns:
            box = self._place.column_box(column.key)
            if box is not None and box.overlaps(area):
                paint_now(painter, self._look, QRect(box.x, y, box.width - 1, 2))

    def _grid(self, painter: QPainter, area: Box, board: BoardModel) -> None:
        line, surface = self._ink(Ink.LINE), self._ink(Ink.SURFACE)
        for column in board.columns:
            box = self._place.column_box(column.key)
            if box is None or not box.overlaps(area):
                continue
            for session in column.sessions:
                top, bottom = self._place.y_of(session.start), self._place.y_of(session.end)
                painter.fillRect(QRect(box.x, top, box.width, bottom - top), surface)
            painter.fillRect(QRect(box.right - 1, area.y, 1, area.height), line)
        for at in self._place.marks(60):
            painter.fillRect(QRect(area.x, self._place.y_of(at), area.width, 1), line)

    def _cells(
        self, painter: QPainter, area: Box, board: BoardModel, mood: Callable[[Cell], Mood]
    ) -> None:
        for key, box in self._place.exposed(area):
            cell = board.cell(key)
            if cell is not None:
                self.pen.paint(painter, QRect(*box), self._face(cell), mood(cell))

    def _face(self, cell: Cell) -> Face:
        known = self._faces.get(cell.key)
        if known is None or known[0] is not cell:
            known = self._faces[cell.key] = (cell, face_of(cell, self.now))
        return known[1]

    def _ink(self, ink: Ink) -> QColor:
        return self._look.palette[ink]
