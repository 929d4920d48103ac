"""The one column of a table that takes what is left, and never less than its words need."""

from PySide6.QtWidgets import QHeaderView, QTableView

_FITS, _ALL = QHeaderView.ResizeMode.Stretch, QHeaderView.ResizeMode.ResizeToContents


def give_room(table: QTableView, wide: int) -> None:
    """Let column *wide* have the rest of the width; where that is too little, the table scrolls.

    The other columns fit their contents. To be called when the table or its rows are others.
    """
    head = table.horizontalHeader()
    others = sum(head.sectionSize(n) for n in range(head.count()) if n != wide)
    needed = max(table.sizeHintForColumn(wide), head.sectionSizeHint(wide))
    mode = _FITS if others + needed <= table.viewport().width() else _ALL
    if head.sectionResizeMode(wide) is not mode:
        head.setSectionResizeMode(wide, mode)
