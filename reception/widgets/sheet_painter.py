"""Drawing a laid-out day list: black on white, on a printer, into a PDF or an image.

Safe on any thread, as long as one page is drawn on one: whoever shows a window draws elsewhere.
"""

from collections.abc import Callable

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QImage,
    QPagedPaintDevice,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QPen,
)

from reception.desk.sheet_pages import PageOf, Placed
from reception.widgets.row_painter import Shape, outline
from reception.widgets.sheet_layout import (
    CONFIDENTIAL,
    MARGIN,
    NOBODY,
    PAGE_H,
    PAGE_W,
    ROW_GAP,
    Booklet,
    RowLines,
)

SHAPES = {
    "A": Shape.CIRCLE,
    "S": Shape.SQUARE,
    "Q": Shape.SQUARE,
    "T": Shape.SQUARE,
    "L": Shape.PILL,
    "V": Shape.PILL,
    "\N{EN DASH}": Shape.PILL,
    "D": Shape.DIAMOND,
    "H": Shape.DIAMOND,
    "N": Shape.DIAMOND,
    "W": Shape.HEXAGON,
    "!": Shape.TRIANGLE,
}
_BLACK = QColor(0, 0, 0)
_INCH = 720.0
"""Tenths of a point."""

Told = Callable[[int, int], None]
"""Told how many pages of how many have been drawn; on the thread that draws."""


def page_setup() -> QPageLayout:
    """A4 across, to the edge of the paper: the margins are ours."""
    size = QPageSize(QPageSize.PageSizeId.A4)
    made = QPageLayout(size, QPageLayout.Orientation.Landscape, QMarginsF())
    made.setMode(QPageLayout.Mode.FullPageMode)
    return made


def pdf_of(booklet: Booklet, told: Told | None = None) -> bytes:
    """*booklet* as a PDF."""
    held = QBuffer()
    held.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(held)
    writer.setTitle(booklet.sheet.title)
    writer.setCreator("Reception")
    writer.setResolution(300)
    print_on(writer, writer.resolution(), booklet, told)
    held.close()
    return bytes(held.data().data())


def print_on(
    device: QPagedPaintDevice, dots_per_inch: int, booklet: Booklet, told: Told | None = None
) -> bool:
    """Draw every page on *device*; whether it took them all."""
    device.setPageLayout(page_setup())
    painter = QPainter()
    if not painter.begin(device):
        return False
    try:
        painter.scale(dots_per_inch / _INCH, dots_per_inch / _INCH)
        for number in range(len(booklet.pages)):
            if number and not device.newPage():
                return False
            paint_page(painter, booklet, number)
            if told is not None:
                told(number + 1, len(booklet.pages))
        return True
    finally:
        painter.end()


def image_of(booklet: Booklet, number: int, width_px: int) -> QImage:
    """Page *number* (from 0) as a picture of *width_px*."""
    height_px = round(width_px * PAGE_H / PAGE_W)
    image = QImage(max(1, width_px), max(1, height_px), QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
    painter.scale(width_px / PAGE_W, width_px / PAGE_W)
    paint_page(painter, booklet, number)
    painter.end()
    return image


def paint_page(painter: QPainter, booklet: Booklet, number: int) -> None:
    """Draw page *number* (from 0); *painter* counts in tenths of a point from the corner."""
    page = booklet.pages[number]
    _Hand(painter, booklet).page(page)


class _Hand:
    """Draws one page."""

    def __init__(self, painter: QPainter, booklet: Booklet) -> None:
        self._painter, self._booklet = painter, booklet
        self._fonts = booklet.fonts
        painter.setPen(QPen(_BLACK, 6))
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def page(self, page: PageOf) -> None:
        """All of *page*."""
        self._head(page)
        self._headings()
        rows = self._booklet.rows[page.section]
        for placed in page.rows:
            self._row(rows[placed.row], placed)
        if not rows:
            self._words(NOBODY, MARGIN, self._booklet.body_top, self._fonts.italic)
        self._foot(page)

    def _head(self, page: PageOf) -> None:
        fonts, head = self._fonts, self._booklet.heads[page.section]
        top = MARGIN
        for line in head.name:
            self._words(line, MARGIN, top, fonts.title)
            top += fonts.title_line
        for line in head.about:
            self._words(line, MARGIN, top, fonts.plain)
            top += fonts.line
        if page.sheets > 1:
            name = self._booklet.sheet.sections[page.section].clinician
            self._words(f"Sheet {page.sheet} of {page.sheets} of {name}", MARGIN, top, fonts.bold)
        top = MARGIN
        for words in head.right:
            self._words(words.text, PAGE_W - MARGIN, top, fonts.of(words.type), from_right=True)
            top += fonts.line

    def _headings(self) -> None:
        top, fonts = self._booklet.head_bottom, self._fonts
        self._rule(top, 12)
        for column in self._booklet.columns:
            self._words(column.heading, column.left, top + fonts.small_line * 0.1, fonts.small)
        self._rule(top + fonts.small_line * 1.2, 6)

    def _row(self, row: RowLines, placed: Placed) -> None:
        fonts, columns = self._fonts, self._booklet.columns
        top = self._booklet.body_top + placed.top * fonts.line
        for cell, column in zip(row.cells, columns, strict=True):
            lines = cell[placed.first : placed.first + placed.lines]
            for number, line in enumerate(lines):
                at = top + number * fonts.line
                self._words(line.text, column.left, at, fonts.of(line.type))
        if placed.first:
            self._words(f"{row.row.time} goes on", MARGIN, top, fonts.small)
        elif row.row.letter:
            self._letter(row.row.letter, QRectF(columns[1].left, top, fonts.line, fonts.line))
        self._rule(top + (placed.lines + ROW_GAP / 2) * fonts.line, 2)

    def _letter(self, letter: str, box: QRectF) -> None:
        painter = self._painter
        painter.save()
        painter.setPen(QPen(_BLACK, 9))
        painter.drawPath(outline(SHAPES.get(letter, Shape.SQUARE), box.adjusted(4, 4, -4, -4)))
        font = QFont(self._fonts.bold)
        font.setPixelSize(round(font.pixelSize() * 0.72))
        painter.setFont(font)
        low = 0.16 if letter == "!" else 0.0  # a triangle is wide at the bottom
        painter.drawText(
            box.translated(0, box.height() * low), Qt.AlignmentFlag.AlignCenter, letter
        )
        painter.restore()

    def _foot(self, page: PageOf) -> None:
        font, line = self._fonts.foot, self._fonts.foot_line
        top = PAGE_H - MARGIN - line
        self._rule(top - line * 1.2, 6)
        self._words(self._booklet.legend, MARGIN, top - line, font)
        self._words(CONFIDENTIAL, MARGIN, top, font)
        number = f"Page {page.number} of {page.pages}"
        self._words(number, PAGE_W - MARGIN, top, font, from_right=True)

    def _words(
        self, text: str, x: float, top: float, font: QFont, *, from_right: bool = False
    ) -> None:
        metrics = QFontMetricsF(font)
        left = x - metrics.horizontalAdvance(text) if from_right else x
        self._painter.setFont(font)
        self._painter.drawText(QPointF(left, top + metrics.ascent()), text)

    def _rule(self, y: float, width: float) -> None:
        self._painter.save()
        self._painter.setPen(QPen(_BLACK, width))
        self._painter.drawLine(QPointF(MARGIN, y), QPointF(PAGE_W - MARGIN, y))
        self._painter.restore()
