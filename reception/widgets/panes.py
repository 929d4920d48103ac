"""Panes side by side, between which the user moves the borders."""

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QWidget

from reception.widgets.look import Look


def side_by_side(
    look: Look,
    parent: QWidget,
    name: str,
    panes: Iterable[tuple[QWidget, int, int]],
    sizes: Sequence[int],
) -> QSplitter:
    """A splitter of *panes*, none of which can be pushed away.

    Args:
        look: how wide a unit is.
        parent: the Qt parent.
        name: by which the window remembers where the borders are.
        panes: each with its share of what the window gains, and its least width in units.
        sizes: how wide each begins, in units.
    """
    unit = look.metrics.unit_px
    splitter = QSplitter(Qt.Orientation.Horizontal, parent)
    splitter.setObjectName(name)
    splitter.setChildrenCollapsible(False)
    for pane, stretch, least in panes:
        pane.setMinimumWidth(unit * least)
        splitter.addWidget(pane)
        splitter.setStretchFactor(splitter.count() - 1, stretch)
    splitter.setSizes([unit * size for size in sizes])
    return splitter
