"""A day list laid out on A4 across: lines, columns, pages. Nothing is drawn here.

Everything is in tenths of a point, whatever it is drawn on, so that the screen, the printer and
the PDF break lines and pages at the same places. Safe on any thread.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from PySide6.QtGui import QFont, QFontMetricsF, QTextLayout, QTextOption

from contract.core_hours import london_day
from reception.desk.day_sheet import (
    DaySheet,
    Kind,
    Section,
    SheetRow,
    long_day,
    short_day,
    wall_clock,
)
from reception.desk.sheet_pages import PageOf, Tall, paged

PAGE_W, PAGE_H = 8419.0, 5953.0
"""A4 across, in tenths of a point."""
MARGIN = 340.0
"""12 mm: no printer needs more."""
ROW_GAP = 0.45
"""Space between two rows, in lines; the rule between them runs through it."""
CONFIDENTIAL = "Confidential: patients' details. Keep out of sight; shred after use."
NOBODY = "Nobody is booked."


_SPACE = re.compile(r"[^\S\u00a0]+")
"""Any space but the one that does not break."""


class TextSize(Enum):
    """How large the type is, in points."""

    NORMAL = 11.0
    LARGE = 14.0


class Type(Enum):
    """How a line is set."""

    PLAIN = "plain"
    BOLD = "bold"
    ITALIC = "italic"


@dataclass(frozen=True)
class Line:
    """One line of a cell, short enough for its column."""

    text: str
    type: Type = Type.PLAIN


@dataclass(frozen=True)
class ColumnAt:
    """A column of the list: its heading and where it stands."""

    heading: str
    left: float
    width: float


@dataclass(frozen=True)
class RowLines:
    """A row, broken into lines, a cell for each column."""

    row: SheetRow
    cells: tuple[tuple[Line, ...], ...]

    @property
    def lines(self) -> int:
        """How many lines it needs."""
        return max(1, *map(len, self.cells))


@dataclass(frozen=True)
class Head:
    """What stands above every page of a section: left and right, broken into lines."""

    name: tuple[str, ...]
    about: tuple[str, ...]
    right: tuple[Line, ...]


class Fonts:
    """The fonts of a sheet, in tenths of a point."""

    def __init__(self, family: QFont, points: float) -> None:
        def made(scale: float, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
            font = QFont(family)
            font.setPixelSize(round(points * 10 * scale))
            font.setWeight(weight)
            font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
            return font

        self.plain, self.bold = made(1.0), made(1.0, QFont.Weight.Bold)
        self.italic = made(1.0)
        self.italic.setItalic(True)
        self.title, self.small = made(1.55, QFont.Weight.Bold), made(0.8)
        self.foot = made(9.0 / points)
        self.line = QFontMetricsF(self.plain).height()
        self.title_line = QFontMetricsF(self.title).height()
        self.small_line = QFontMetricsF(self.small).height()
        self.foot_line = QFontMetricsF(self.foot).height()

    def of(self, kind: Type) -> QFont:
        """The font of a line."""
        return {Type.PLAIN: self.plain, Type.BOLD: self.bold, Type.ITALIC: self.italic}[kind]


@dataclass(frozen=True)
class Booklet:
    """A sheet, laid out.

    Attributes:
        sheet: what is printed.
        heads: one for each section.
        rows: the rows of each section, broken into lines.
        pages: what stands where.
        body_top: where the first row of every page begins.
        head_bottom: where the headings of the columns begin.
    """

    sheet: DaySheet
    fonts: Fonts
    columns: tuple[ColumnAt, ...]
    heads: tuple[Head, ...]
    rows: tuple[tuple[RowLines, ...], ...]
    pages: tuple[PageOf, ...]
    head_bottom: float
    body_top: float

    @property
    def legend(self) -> str:
        """What the letters on it stand for."""
        letters = {row.letter: row.state for row in self.sheet.rows if row.letter}
        return "   ".join(f"{letter} {words}" for letter, words in sorted(letters.items()))

    def spoken(self, number: int) -> str:
        """Page *number* (from 0) in a sentence."""
        page = self.pages[number]
        section = self.sheet.sections[page.section]
        return (
            f"Page {page.number} of {page.pages}: {section.clinician}, "
            f"{long_day(section.day)}, {section.totals}"
        )


def lay_out(sheet: DaySheet, family: QFont, size: TextSize) -> Booklet:
    """*sheet* as pages in type of *size*."""
    fonts = Fonts(family, size.value)
    columns = _columns(fonts)
    heads = tuple(_head(sheet, section, fonts) for section in sheet.sections)
    head_bottom = MARGIN + max((_head_height(head, fonts) for head in heads), default=0.0)
    body_top = head_bottom + fonts.small_line * 1.5
    foot_top = PAGE_H - MARGIN - fonts.foot_line * 2.5
    room = max(1, int((foot_top - body_top) / fonts.line - ROW_GAP))
    rows = tuple(
        tuple(_row_lines(row, columns, fonts) for row in section.rows) for section in sheet.sections
    )
    pages = paged(
        [[Tall(n, row.lines) for n, row in enumerate(some)] for some in rows], room, ROW_GAP
    )
    return Booklet(sheet, fonts, columns, heads, rows, tuple(pages), head_bottom, body_top)


def wrapped(text: str, font: QFont, width: float) -> list[str]:
    """*text* in lines no wider than *width*; a word that is wider is broken, nothing is lost."""
    clean = _SPACE.sub(" ", text).strip()
    if not clean:
        return []
    if QFontMetricsF(font).horizontalAdvance(clean) <= width:
        return [clean]
    layout = QTextLayout(clean, font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.beginLayout()
    lengths = []
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        lengths.append(line.textLength())
    layout.endLayout()
    return list(_cut(clean, lengths))


def _cut(text: str, lengths: Iterable[int]) -> Iterable[str]:
    """*text* in pieces of *lengths*, which Qt counts in UTF-16."""
    units = text.encode("utf-16-le")
    at = 0
    for length in lengths:
        piece = units[2 * at : 2 * (at + length)].decode("utf-16-le", "replace").strip()
        at += length
        if piece:
            yield piece


def _columns(fonts: Fonts) -> tuple[ColumnAt, ...]:
    """Time, state, mode and channel as wide as they need to be; the rest is shared."""
    gap = fonts.line * 0.6

    def wide(*words: str) -> float:
        body, head = QFontMetricsF(fonts.bold), QFontMetricsF(fonts.small)
        return max(*(body.horizontalAdvance(w) for w in words), head.horizontalAdvance(words[-1]))

    time, state = wide("00:00", "Time"), max(fonts.line * 1.1, wide("State"))
    mode, booked = wide("In person", "Mode"), wide("NHS 111", "Booked")
    rest = PAGE_W - 2 * MARGIN - time - state - mode - booked - 6 * gap
    widths = (
        ("Time", time),
        ("State", state),
        ("Patient", rest * 0.48),
        ("Type", rest * 0.2),
        ("Mode", mode),
        ("Booked", booked),
        ("Reason and notes", rest * 0.32),
    )
    columns, left = [], MARGIN
    for heading, width in widths:
        columns.append(ColumnAt(heading, left, width))
        left += width + gap
    return tuple(columns)


def _row_lines(row: SheetRow, columns: Sequence[ColumnAt], fonts: Fonts) -> RowLines:
    named = Type.BOLD if row.kind is Kind.PATIENT else Type.ITALIC
    cells: tuple[list[tuple[str, Type]], ...] = (
        [(row.time, Type.BOLD)],
        [],  # the letter is drawn in its shape
        [(row.name, named), (row.identity, Type.PLAIN), (row.phones, Type.BOLD)],
        [(row.type_text, Type.PLAIN)],
        [(row.mode, Type.PLAIN)],
        [(row.booked, Type.PLAIN)],
        [(row.reason, Type.PLAIN), *((note, Type.ITALIC) for note in row.notes)],
    )
    return RowLines(
        row,
        tuple(
            tuple(
                Line(line, kind)
                for text, kind in cell
                for line in wrapped(text, fonts.of(kind), column.width)
            )
            for cell, column in zip(cells, columns, strict=True)
        ),
    )


def _head(sheet: DaySheet, section: Section, fonts: Fonts) -> Head:
    width = PAGE_W - 2 * MARGIN
    left, right = width * 0.53, width * 0.45
    about = " · ".join(filter(None, (section.totals, section.about)))
    printed, as_at = wall_clock(sheet.printed_at), wall_clock(sheet.as_at)
    by = f"by {sheet.printed_by}" if sheet.printed_by else "by itself"
    words = (
        (long_day(section.day), Type.BOLD),
        (sheet.practice, Type.PLAIN),
        (sheet.title, Type.PLAIN),
        (f"Printed {short_day(london_day(sheet.printed_at))} {printed} {by}", Type.PLAIN),
        (f"As the practice held it at {as_at}" if as_at != printed else "", Type.PLAIN),
        (sheet.warning, Type.BOLD),
    )
    return Head(
        tuple(wrapped(section.clinician, fonts.title, left)),
        tuple(wrapped(about, fonts.plain, left)),
        tuple(
            Line(line, kind) for text, kind in words for line in wrapped(text, fonts.bold, right)
        ),
    )


def _head_height(head: Head, fonts: Fonts) -> float:
    left = len(head.name) * fonts.title_line + len(head.about) * fonts.line
    # Which of several sheets it is stands under the name
    return max(left + fonts.line, len(head.right) * fonts.line) + fonts.line * 0.4
