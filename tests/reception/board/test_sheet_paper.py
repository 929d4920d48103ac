"""The day list on paper: read back from the drawing, the picture and the PDF."""

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from PySide6.QtCore import QBuffer, QRectF
from PySide6.QtGui import QFont, QFontMetricsF, QPainter
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtSvg import QSvgGenerator

from reception.desk.day_sheet import STATES, Choice
from reception.desk.problems import NotPossible
from reception.ui.printers import printer_names, send
from reception.widgets.metrics import interface_font
from reception.widgets.sheet_layout import (
    CONFIDENTIAL,
    MARGIN,
    PAGE_H,
    PAGE_W,
    Booklet,
    TextSize,
    lay_out,
    wrapped,
)
from reception.widgets.sheet_painter import (
    SHAPES,
    image_of,
    paint_page,
    pdf_of,
    print_on,
)
from tests.reception.board.diary import Diary, at, busy_monday
from tests.reception.board.test_day_sheet import a_patient, records_of, sheet_of

LONG = "Pneumonoultramicroscopicsilicovolcanoconiosis " + "and what came of it " * 60


@pytest.fixture(params=list(TextSize), ids=lambda size: size.name)
def booklet(diary: Diary, request: pytest.FixtureRequest) -> Booklet:
    busy_monday(diary, columns=4)
    session = next(iter(diary.sessions))
    slot = diary.slot("long", session.id, at("12:00"), 10, status="busy")
    name = "FEATHERSTONEHAUGH-CHOLMONDELEY, Bartholomew Maximilian (Professor Sir)"
    diary.appointment("long", slot, name, reason=LONG, comment="Łódź lift, wide door")
    people = {
        a.patient_id: a_patient(
            a.patient_id,
            birthDate="1980-02-03",
            identifier=[{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000018"}],
            telecom=[{"system": "phone", "value": "07700 900123"}],
        )
        for a in diary.appointments
    }
    records = records_of(diary, patients=people)
    sheet = sheet_of(records, Choice(free=True, blocked=True, phones=True))
    return lay_out(sheet, interface_font(), request.param)


def words_of(booklet: Booklet, number: int) -> list[str]:
    """The words drawn on page *number*, read back from a drawing."""
    held = QBuffer()
    generator = QSvgGenerator()
    generator.setOutputDevice(held)
    generator.setViewBox(QRectF(0, 0, PAGE_W, PAGE_H))
    painter = QPainter(generator)
    paint_page(painter, booklet, number)
    painter.end()
    tree = ET.fromstring(bytes(held.data().data()))
    return ["".join(e.itertext()).strip() for e in tree.iter() if e.tag.endswith("text")]


def test_every_page_says_whose_what_when_and_which(booklet: Booklet) -> None:
    assert len(booklet.pages) > len(booklet.sheet.sections)
    for number, page in enumerate(booklet.pages):
        words = words_of(booklet, number)
        section = booklet.sheet.sections[page.section]
        for wanted in (
            section.clinician,
            "Monday 23 November 2026",
            "Otterbrook Surgery",
            "Printed Mon 23 Nov 2026 09:40 by Priya Shah",
            CONFIDENTIAL,
            booklet.legend,
            f"Page {number + 1} of {len(booklet.pages)}",
            *(column.heading for column in booklet.columns),
        ):
            assert wanted in words, (wanted, words)
        of_several = f"Sheet {page.sheet} of {page.sheets} of {section.clinician}"
        assert (of_several in words) == (page.sheets > 1)


def test_every_word_of_every_row_is_drawn(booklet: Booklet) -> None:
    drawn = Counter(word for n in range(len(booklet.pages)) for word in words_of(booklet, n))
    wanted = Counter(
        line.text for rows in booklet.rows for row in rows for cell in row.cells for line in cell
    )
    missing = {text: n for text, n in wanted.items() if drawn[text] < n}
    assert not missing
    letters = Counter(row.letter for row in booklet.sheet.rows if row.letter)
    assert letters.keys() <= SHAPES.keys()
    assert all(drawn[letter] >= n for letter, n in letters.items())
    [long] = [row for rows in booklet.rows for row in rows if row.row.key == "Appointment/long"]
    reason = "".join(line.text for line in long.cells[-1]).replace(" ", "")
    assert reason == (LONG + "Note: Łódź lift, wide door").replace(" ", "")


def test_nothing_reaches_over_its_column_or_the_page(booklet: Booklet) -> None:
    for rows in booklet.rows:
        for row in rows:
            for cell, column in zip(row.cells, booklet.columns, strict=True):
                for line in cell:
                    wide = QFontMetricsF(booklet.fonts.of(line.type))
                    assert wide.horizontalAdvance(line.text) <= column.width + 1
    assert booklet.columns[-1].left + booklet.columns[-1].width <= PAGE_W - MARGIN + 1
    image = image_of(booklet, 0, 1200)
    edge = round(MARGIN / PAGE_W * 1200) - 3
    white = image.pixel(0, 0)
    for x in range(image.width()):
        for y in (*range(edge), *range(image.height() - edge, image.height())):
            assert image.pixel(x, y) == white, (x, y)


def test_the_legend_of_every_letter_there_is_fits(booklet: Booklet) -> None:
    rows = [replace(booklet.sheet.rows[0], letter=s, state=w) for s, w in STATES.items()]
    section = replace(booklet.sheet.sections[0], rows=tuple(rows))
    full = lay_out(replace(booklet.sheet, sections=(section,)), interface_font(), TextSize.LARGE)
    assert full.legend.count("   ") == len(SHAPES) - 1
    wide = QFontMetricsF(full.fonts.foot).horizontalAdvance(full.legend)
    assert wide <= PAGE_W - 2 * MARGIN


def test_it_is_black_and_white(booklet: Booklet) -> None:
    assert image_of(booklet, 0, 1200).allGray()
    assert not image_of(booklet, 0, 1200).isNull()


def test_large_type_takes_more_pages(booklet: Booklet) -> None:
    normal = lay_out(booklet.sheet, interface_font(), TextSize.NORMAL)
    large = lay_out(booklet.sheet, interface_font(), TextSize.LARGE)
    assert large.fonts.plain.pixelSize() == 140
    assert normal.fonts.plain.pixelSize() == 110
    assert len(large.pages) > len(normal.pages)


def test_the_pdf_has_every_page_across(booklet: Booklet) -> None:
    told: list[tuple[int, int]] = []
    pdf = pdf_of(booklet, lambda done, pages: told.append((done, pages)))
    pages = len(booklet.pages)
    assert pdf.startswith(b"%PDF-")
    assert pdf.rstrip().endswith(b"%%EOF")
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf)) == pages
    boxes = re.findall(rb"/MediaBox\s*\[([^\]]*)\]", pdf)
    assert {tuple(round(float(x)) for x in box.split()) for box in boxes} == {(0, 0, 842, 595)}
    assert told == [(n + 1, pages) for n in range(pages)]


@pytest.mark.qt_log_ignore("QPainter::begin", extend=True)
def test_a_printer_is_drawn_on_as_the_pdf_is(booklet: Booklet, tmp_path: Path) -> None:
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(f"{tmp_path}/list.pdf")
    assert print_on(printer, printer.resolution(), booklet)
    pdf = (tmp_path / "list.pdf").read_bytes()
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf)) == len(booklet.pages)
    printer.setOutputFileName(f"{tmp_path}/no/list.pdf")
    assert not print_on(printer, printer.resolution(), booklet)


def test_a_printer_that_is_gone_is_said(booklet: Booklet) -> None:
    assert "No such printer" not in printer_names()
    with pytest.raises(NotPossible, match="The printer No such printer is not there any more"):
        send(booklet, "No such printer", 1, "Day list", lambda done, pages: None)


def test_words_are_wrapped_and_none_is_lost(qapp: object) -> None:
    font = QFont(interface_font())
    font.setPixelSize(110)
    for text in (LONG, "\U0001f6aa" * 80, "a\tb\n\nc", "x" * 400, ""):
        lines = wrapped(text, font, 1500)
        assert "".join(lines).replace(" ", "") == "".join(text.split())
        assert all(QFontMetricsF(font).horizontalAdvance(line) <= 1501 for line in lines)
    assert wrapped("NHS\xa0999\xa0000\xa00018", font, 5000) == ["NHS\xa0999\xa0000\xa00018"]
