"""Our own small line icons (`resources/icons`), drawn in the colour that is asked for."""

from importlib.resources import files

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from reception.widgets.palette import Ink, Palette


class Icons:
    """Icons by name, in the colours in force."""

    def __init__(self, palette: Palette) -> None:
        self._palette = palette
        self._made: dict[tuple[str, str], QIcon] = {}

    def get(self, name: str, ink: Ink = Ink.TEXT) -> QIcon:
        """The icon *name* in *ink*.

        Raises:
            KeyError: there is no such icon.
        """
        key = (name, self._palette.css(ink))
        if key not in self._made:
            self._made[key] = _drawn(_source(name), self._palette[ink])
        return self._made[key]


def _source(name: str) -> str:
    path = files("resources") / "icons" / f"{name}.svg"
    if not path.is_file():
        raise KeyError(name)
    return path.read_text(encoding="utf-8")


def _drawn(source: str, colour: QColor) -> QIcon:
    svg = source.replace("currentColor", colour.name())
    renderer = QSvgRenderer(QByteArray(svg.encode()))
    icon = QIcon()
    for size in (16, 20, 24, 32, 48, 64):
        pixmap = QPixmap(QSize(size, size))
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        renderer.render(painter, QRectF(0, 0, size, size))
        painter.end()
        icon.addPixmap(pixmap)
    return icon
