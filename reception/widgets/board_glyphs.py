"""The small signs in cells, as lines in a square of twelve by twelve."""

from functools import cache

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainterPath

from reception.widgets.board_face import Glyph


@cache
def glyph_path(glyph: Glyph) -> QPainterPath:
    """The lines of *glyph*."""
    path = QPainterPath()
    _DRAWN[glyph](path)
    return path


def _phone(path: QPainterPath) -> None:
    path.moveTo(2.2, 1.5)
    path.lineTo(4.4, 1.2)
    path.lineTo(5.4, 4.0)
    path.lineTo(4.0, 5.2)
    path.cubicTo(4.6, 6.6, 5.6, 7.6, 7.0, 8.2)
    path.lineTo(8.2, 6.8)
    path.lineTo(10.9, 7.8)
    path.lineTo(10.6, 10.0)
    path.cubicTo(6.0, 11.5, 0.7, 6.2, 2.2, 1.5)


def _video(path: QPainterPath) -> None:
    path.addRoundedRect(QRectF(0.8, 3, 6.8, 6), 1, 1)
    path.moveTo(7.6, 5.6)
    path.lineTo(11.2, 3.6)
    path.lineTo(11.2, 8.6)
    path.lineTo(7.6, 6.6)


def _online(path: QPainterPath) -> None:
    path.addEllipse(QRectF(1, 1, 10, 10))
    path.addEllipse(QRectF(3.8, 1, 4.4, 10))
    path.moveTo(1, 6)
    path.lineTo(11, 6)


def _nhs111(path: QPainterPath) -> None:
    for x in (2.0, 6.0, 10.0):
        path.moveTo(x - 1.2, 3.2)
        path.lineTo(x, 2.2)
        path.lineTo(x, 10)


def _late(path: QPainterPath) -> None:
    path.addEllipse(QRectF(1, 1, 10, 10))
    path.moveTo(6, 3.4)
    path.lineTo(6, 6.2)
    path.lineTo(8.2, 7.4)


def _quiet(path: QPainterPath) -> None:
    path.moveTo(1.2, 4.6)
    path.lineTo(3.2, 4.6)
    path.lineTo(6, 2.2)
    path.lineTo(6, 9.8)
    path.lineTo(3.2, 7.4)
    path.lineTo(1.2, 7.4)
    path.closeSubpath()
    path.moveTo(8, 4.4)
    path.lineTo(11, 7.6)
    path.moveTo(11, 4.4)
    path.lineTo(8, 7.6)


def _extra(path: QPainterPath) -> None:
    path.moveTo(6, 2)
    path.lineTo(6, 10)
    path.moveTo(2, 6)
    path.lineTo(10, 6)


def _lock(path: QPainterPath) -> None:
    path.addRoundedRect(QRectF(2.2, 5.2, 7.6, 5.6), 0.8, 0.8)
    path.moveTo(3.8, 5.2)
    path.cubicTo(3.8, 0.2, 8.2, 0.2, 8.2, 5.2)


def _note(path: QPainterPath) -> None:
    path.moveTo(2, 1.4)
    path.lineTo(10, 1.4)
    path.lineTo(10, 7.4)
    path.lineTo(6.8, 10.6)
    path.lineTo(2, 10.6)
    path.closeSubpath()
    path.moveTo(4, 4.2)
    path.lineTo(8, 4.2)
    path.moveTo(4, 6.6)
    path.lineTo(7, 6.6)


def _twin(path: QPainterPath) -> None:
    for x in (4.0, 8.0):
        path.addEllipse(QRectF(x - 1.7, 1.4, 3.4, 3.4))
        path.moveTo(x - 3.0, 10.8)
        path.cubicTo(x - 3.0, 5.4, x + 3.0, 5.4, x + 3.0, 10.8)


def _missed(path: QPainterPath) -> None:
    path.moveTo(6, 1)
    path.lineTo(11, 6)
    path.lineTo(6, 11)
    path.lineTo(1, 6)
    path.closeSubpath()
    path.moveTo(6, 3.8)
    path.lineTo(6, 6.6)
    path.moveTo(6, 8.0)
    path.lineTo(6, 8.4)


def _other_gp(path: QPainterPath) -> None:
    path.moveTo(1, 4)
    path.lineTo(10.6, 4)
    path.moveTo(8.2, 1.6)
    path.lineTo(10.6, 4)
    path.lineTo(8.2, 6.4)
    path.moveTo(11, 8.4)
    path.lineTo(1.4, 8.4)
    path.moveTo(3.6, 6.4)
    path.lineTo(1.4, 8.4)
    path.lineTo(3.6, 10.6)


def _desk(path: QPainterPath) -> None:
    path.moveTo(1, 5)
    path.lineTo(11, 5)
    path.moveTo(2.4, 5)
    path.lineTo(2.4, 10.4)
    path.moveTo(9.6, 5)
    path.lineTo(9.6, 10.4)
    path.addEllipse(QRectF(4.6, 1.0, 2.8, 2.8))


def _by_phone(path: QPainterPath) -> None:
    path.moveTo(1.4, 4.6)
    path.cubicTo(1.4, 1.2, 10.6, 1.2, 10.6, 4.6)
    path.lineTo(8.2, 5.4)
    path.lineTo(7.8, 3.8)
    path.lineTo(4.2, 3.8)
    path.lineTo(3.8, 5.4)
    path.closeSubpath()
    path.addRoundedRect(QRectF(2.4, 6.4, 7.2, 4.4), 1, 1)


_DRAWN = {
    Glyph.PHONE: _phone,
    Glyph.VIDEO: _video,
    Glyph.ONLINE: _online,
    Glyph.NHS111: _nhs111,
    Glyph.LATE: _late,
    Glyph.QUIET: _quiet,
    Glyph.EXTRA: _extra,
    Glyph.LOCK: _lock,
    Glyph.NOTE: _note,
    Glyph.TWIN: _twin,
    Glyph.MISSED: _missed,
    Glyph.OTHER_GP: _other_gp,
    Glyph.DESK: _desk,
    Glyph.BY_PHONE: _by_phone,
}
