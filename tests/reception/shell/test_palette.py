"""The one table of colours can be read by everybody."""

import itertools

import pytest
from PySide6.QtGui import QColor

from reception.widgets.palette import Ink, Palette, Scheme, contrast

GROUNDS = [
    ink
    for ink in Ink
    if ink.name.endswith("_TINT")
    or ink in (Ink.WINDOW, Ink.SURFACE, Ink.RAISED, Ink.SELECTED, Ink.LIT)
]
PAIRS = [
    *((Ink.TEXT, ground) for ground in GROUNDS),
    *((Ink.MUTED, ground) for ground in GROUNDS if ground is not Ink.LIT),
    *itertools.product([Ink.URGENT], [Ink.SURFACE, Ink.URGENT_TINT, Ink.RAISED]),
    *itertools.product([Ink.WARN], [Ink.SURFACE, Ink.WARN_TINT, Ink.RAISED]),
    *itertools.product([Ink.GOOD], [Ink.SURFACE, Ink.GOOD_TINT]),
    *itertools.product([Ink.ACCENT], [Ink.SURFACE, Ink.RAISED, Ink.SELECTED, Ink.INFO_TINT]),
    (Ink.ON_ACCENT, Ink.ACCENT),
    (Ink.ON_RAIL, Ink.RAIL),
    (Ink.ON_RAIL, Ink.RAIL_CURRENT),
    (Ink.ON_RAIL_MUTED, Ink.RAIL),
    (Ink.ARRIVED, Ink.ARRIVED_TINT),
    (Ink.SENT_IN, Ink.SENT_IN_TINT),
    (Ink.DNA, Ink.DNA_TINT),
    (Ink.HELD, Ink.HELD_TINT),
]


@pytest.mark.parametrize("scheme", Scheme)
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_stands_out(scheme: Scheme, text: Ink, ground: Ink) -> None:
    palette = Palette(scheme)
    assert contrast(palette[text], palette[ground]) >= 4.5


def test_contrast_is_the_one_of_wcag() -> None:
    assert contrast(QColor("#000000"), QColor("#ffffff")) == pytest.approx(21)
    assert contrast(QColor("#777777"), QColor("#ffffff")) == pytest.approx(4.48, abs=0.01)


def test_a_change_of_scheme_is_told_once() -> None:
    palette = Palette(Scheme.LIGHT)
    told: list[Scheme] = []
    palette.changed.connect(lambda: told.append(palette.scheme))
    palette.use(Scheme.DARK)
    palette.use(Scheme.DARK)
    assert told == [Scheme.DARK]
