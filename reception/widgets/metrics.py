"""Sizes, all from the font: nothing in the window is measured in bare pixels of text."""

from PySide6.QtCore import QObject
from PySide6.QtGui import QFont, QFontDatabase, QFontMetricsF

_FAMILIES = ("Inter", "Segoe UI", "SF Pro Text", "Noto Sans")


def interface_font(point_size: float = 10.0) -> QFont:
    """The interface font at *point_size*: the first of our families that is here, else Qt's own."""
    have = set(QFontDatabase.families())
    font = QFont()
    for family in _FAMILIES:
        if family in have:
            font.setFamilies([family, "Noto Sans"])
            break
    font.setPointSizeF(point_size)
    return font


class Metrics(QObject):
    """The rhythm of the window, in pixels, for one interface font."""

    def __init__(self, font: QFont, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.font = font
        self.bold = QFont(font)
        self.bold.setWeight(QFont.Weight.DemiBold)
        self.small = QFont(font)
        self.small.setPointSizeF(font.pointSizeF() * 0.88)
        self.title = QFont(font)
        self.title.setPointSizeF(font.pointSizeF() * 1.35)
        self.title.setWeight(QFont.Weight.DemiBold)
        measured = QFontMetricsF(font)
        self.line_px = measured.height()
        self.unit_px = max(4, round(self.line_px / 2))
        """The rhythm: 8 at the usual size."""
        self.digit_px = measured.horizontalAdvance("0")

    def text_px(self, text: str, font: QFont | None = None) -> float:
        """Width of *text* in *font* (the interface font if not said)."""
        return QFontMetricsF(font or self.font).horizontalAdvance(text)
