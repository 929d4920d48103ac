"""Which rows stand on which page: plain arithmetic, without a font or a printer."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Tall:
    """A row that has been measured.

    Attributes:
        row: its number among the rows of its section.
        lines: how many lines of text it needs, at least one.
    """

    row: int
    lines: int


@dataclass(frozen=True)
class Placed:
    """Where a row stands on its page.

    Attributes:
        row: its number among the rows of its section.
        top: lines above it on the page, counted with the space of the rows.
        first: its first line here; above 0 only where one row is longer than a page.
        lines: how many of its lines are here.
    """

    row: int
    top: float
    first: int
    lines: int


@dataclass(frozen=True)
class PageOf:
    """One page of one section.

    Attributes:
        section: number of the section.
        sheet: which page of its section, from 1.
        sheets: how many pages the section has.
        number: which page of the document, from 1.
        pages: how many pages the document has.
        rows: what stands on it, from the top.
    """

    section: int
    sheet: int
    sheets: int
    number: int
    pages: int
    rows: tuple[Placed, ...]


def paged(sections: Sequence[Sequence[Tall]], room: int, gap: float) -> list[PageOf]:
    """The pages of *sections*, each of which begins on a new one.

    A row is never split, unless it alone is longer than a page: then it goes on overleaf, since
    cutting it off would be worse.

    Args:
        sections: the rows of each, measured.
        room: lines that fit on a page.
        gap: space between two rows, in lines.

    Raises:
        ValueError: a page has no room for a line.
    """
    if room < 1:
        raise ValueError("a page must have room for a line")
    filled = [_filled(rows, room, gap) for rows in sections]
    pages, number, made = sum(map(len, filled)), 0, []
    for section, sheets in enumerate(filled):
        for sheet, rows in enumerate(sheets, start=1):
            number += 1
            made.append(PageOf(section, sheet, len(sheets), number, pages, rows))
    return made


def _filled(rows: Sequence[Tall], room: int, gap: float) -> list[tuple[Placed, ...]]:
    sheets: list[list[Placed]] = [[]]
    top = 0.0
    for tall in rows:
        if sheets[-1] and top + tall.lines > room:
            sheets.append([])
            top = 0.0
        first = 0
        while tall.lines - first > room:
            sheets[-1].append(Placed(tall.row, 0.0, first, room))
            sheets.append([])
            first += room
        sheets[-1].append(Placed(tall.row, top, first, tall.lines - first))
        top += tall.lines - first + gap
    return [tuple(sheet) for sheet in sheets]
