"""The menu of a cell and of a column of the board: what can be done there, each with its key.

Others add to it with `add_cell_acts` and `add_column_acts`; what is chosen is told by name.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QObject, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from contract.moves import appointment_may_move
from reception.records import Appointment
from reception.records.marks import ATTEMPTS
from reception.widgets.board_cell import Cell
from reception.widgets.board_source import Column


@dataclass(frozen=True, slots=True)
class Act:
    """One line of the menu.

    Attributes:
        name: what is told when it is chosen.
        words: as it is read.
        key: the key that does the same, shown beside it; empty where there is none.
        why_not: why it cannot be done now; such a line is shown, but cannot be chosen.
        about: what it is about, where that is not the cell or column itself.
    """

    name: str
    words: str
    key: str = ""
    why_not: str = ""
    about: str = ""


SEPARATOR = Act("", "")
CellActs = Callable[[Cell], Sequence[Act]]
ColumnActs = Callable[[Column], Sequence[Act]]


class BoardMenu(QObject):
    """Builds and shows the menu; does nothing by itself."""

    cell_act_chosen = Signal(str, str)  # name of the act, key of the cell
    column_act_chosen = Signal(str, str)  # name of the act, what it is about

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._window = parent
        self._cell_acts: list[CellActs] = []
        self._column_acts: list[ColumnActs] = []
        self._key, self._of_cell = "", True
        self.shown: QMenu | None = None
        """The menu that is open, for tests and for those who close it."""

    def add_cell_acts(self, acts: CellActs) -> None:
        """Ask *acts* as well when the menu of a cell is made."""
        self._cell_acts.append(acts)

    def add_column_acts(self, acts: ColumnActs) -> None:
        """Ask *acts* as well when the menu of a column is made."""
        self._column_acts.append(acts)

    def acts_of(self, cell: Cell) -> list[Act]:
        """Every line for *cell*."""
        return _joined([ask(cell) for ask in self._cell_acts])

    def acts_of_column(self, column: Column) -> list[Act]:
        """Every line for *column*."""
        return _joined([ask(column) for ask in self._column_acts])

    def show_for_cell(self, cell: Cell, at: QPoint) -> None:
        """Open the menu of *cell* at a point of the screen."""
        self._key, self._of_cell = cell.key, True
        self._show(self.acts_of(cell), at)

    def show_for_column(self, column: Column, at: QPoint) -> None:
        """Open the menu of *column* at a point of the screen."""
        self._key, self._of_cell = column.key, False
        self._show(self.acts_of_column(column), at)

    def _show(self, acts: Sequence[Act], at: QPoint) -> None:
        if not acts:
            return
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        for act in acts:
            if act is SEPARATOR:
                menu.addSeparator()
                continue
            words = f"{act.words}\t{act.key}" if act.key else act.words
            line = QAction(words, menu)
            line.setEnabled(not act.why_not)
            line.setToolTip(act.why_not or act.words)
            line.setData((act.name, act.about or self._key))
            menu.addAction(line)
        menu.triggered.connect(self._on_triggered)
        menu.destroyed.connect(self._on_destroyed)
        self.shown = menu
        menu.popup(at)

    @Slot(QAction)
    def _on_triggered(self, line: QAction) -> None:
        name, about = line.data()
        (self.cell_act_chosen if self._of_cell else self.column_act_chosen).emit(name, about)

    @Slot()
    def _on_destroyed(self) -> None:
        self.shown = None


def appointment_acts(cell: Cell, now: datetime) -> list[Act]:
    """What reception does with whoever is booked in *cell* at *now*; its names are the letters.

    By telephone, at home and at the desk it differs, as it does by key.
    """
    held = cell.appointment
    if held is None:
        return []
    if held.is_visit:
        acts = _visit_acts(held)
    elif held.is_phone and held.status in ("booked", "checked-in"):
        acts = _call_acts(held)
    else:
        acts = _desk_acts(held, now)
    if held.status in ("booked", "arrived"):
        acts += [Act("m", "Move to another time", "M"), Act("x", "Cancel, with a reason", "X")]
    return [*acts, Act("open", "Open", "Enter")]


def _desk_acts(held: Appointment, now: datetime) -> list[Act]:
    early = "It is not their time yet." if held.start > now else ""
    steps = (
        ("a", "Arrived", "A", "arrived"),
        ("s", "Sent in", "S", "checked-in"),
        ("l", "Has left", "L", "fulfilled"),
    )
    acts = [
        Act(letter, words, key)
        for letter, words, key, status in steps
        if status != held.status and appointment_may_move(held.status, status)
    ]
    if held.status == "booked":
        acts += [Act("d", "Did not attend", "D", early), *_late_acts()]
    if held.status == "arrived":
        acts.append(Act("w", "Walked out before being seen", "W"))
    return acts


def _late_acts() -> list[Act]:
    return [Act("o", "Rang: will be late", "O"), Act("O", "Late until a time", "Shift+O")]


def _call_acts(held: Appointment) -> list[Act]:
    number = held.calls_tried + 1
    call = [Act("t", f"Call, {number} of {len(ATTEMPTS)}", "T")] if number <= len(ATTEMPTS) else []
    if held.status == "booked":
        return [*call, *_late_acts()]
    return [Act("l", "The call is over", "L"), *call, Act("h", "No answer", "H")]


def _visit_acts(held: Appointment) -> list[Act]:
    if held.status != "booked":
        return []
    return [Act("v", "Seen at home", "V"), Act("N", "Not seen at home", "Shift+N")]


def _joined(groups: Sequence[Sequence[Act]]) -> list[Act]:
    lines: list[Act] = []
    for group in groups:
        if group:
            lines += [SEPARATOR, *group] if lines else group
    return lines
