"""Above the board: what its columns are, how large it is, and which part of the day it shows."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QWidget,
)

from reception.widgets.board_filter import BoardFilter, Columns, Mode
from reception.widgets.board_painter import Zoom
from reception.widgets.look import Look
from reception.widgets.palette import Ink
from reception.widgets.pop_card import PopCard

_COLUMNS = {
    Columns.CLINICIANS: "Clinicians",
    Columns.ROOMS: "Rooms",
    Columns.SITES: "By site",
}
_ZOOMS = {Zoom.COMPACT: "Compact", Zoom.NORMAL: "Normal", Zoom.ROOMY: "Roomy"}


class FilterCard(PopCard):
    """Every part of a filter, on a card that opens below its button."""

    changed = Signal(object)  # BoardFilter

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(look, "Show only", parent)
        unit = look.metrics.unit_px
        self._boxes: dict[str, QComboBox] = {}
        form = QFormLayout()
        form.setSpacing(unit)
        for name, words in (
            ("site", "Site"),
            ("role", "Role"),
            ("type_code", "Slot type"),
            ("mode", "Mode"),
        ):
            box = QComboBox(self)
            box.setMinimumWidth(unit * 26)
            box.setAccessibleName(words)
            box.currentIndexChanged.connect(self._on_changed)
            form.addRow(words, box)
            self._boxes[name] = box
        self.column.addLayout(form)
        self.free = QCheckBox("&Free only", self)
        self.arrived = QCheckBox("&Arrived only", self)
        for check in (self.free, self.arrived):
            check.toggled.connect(self._on_changed)
            self.column.addWidget(check)
        self.clear = QPushButton("&Show everything", self)
        self.clear.clicked.connect(self._on_clear)
        self.column.addWidget(self.clear)

    def offer(self, choices: Mapping[str, Sequence[tuple[str, str]]], part: BoardFilter) -> None:
        """Offer *choices* (per part: code and words) with *part* chosen."""
        for name, box in self._boxes.items():
            with QSignalBlocker(box):
                box.clear()
                box.addItem("All", "")
                for code, words in choices.get(name, ()):
                    box.addItem(words, code)
                chosen = str(getattr(part, name))
                if chosen and box.findData(chosen) < 0:
                    box.addItem(chosen, chosen)
                box.setCurrentIndex(max(0, box.findData(chosen)))
        for check, on in ((self.free, part.free_only), (self.arrived, part.arrived_only)):
            with QSignalBlocker(check):
                check.setChecked(on)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter puts it away as well."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.put_away()
        else:
            super().keyPressEvent(event)

    @Slot()
    def _on_changed(self) -> None:
        told = {name: str(box.currentData() or "") for name, box in self._boxes.items()}
        self.changed.emit(
            BoardFilter(
                **told, free_only=self.free.isChecked(), arrived_only=self.arrived.isChecked()
            )
        )

    @Slot()
    def _on_clear(self) -> None:
        self.offer({n: _offered(box) for n, box in self._boxes.items()}, BoardFilter())
        self._on_changed()
        self.put_away()


class BoardBar(QWidget):
    """Tells what is wanted; the page decides what becomes of it."""

    columns_wanted = Signal(object)  # Columns
    zoom_wanted = Signal(object)  # Zoom
    filter_wanted = Signal(object)  # BoardFilter
    left = Signal()
    """The keyboard may go back to the board."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._choices: Callable[[], Mapping[str, Sequence[tuple[str, str]]]] = dict
        self._part = BoardFilter()
        unit = look.metrics.unit_px
        self.columns = QComboBox(self)
        self.columns.setAccessibleName("Columns")
        self.columns.setToolTip("What a column of the board is")
        for kind, words in _COLUMNS.items():
            self.columns.addItem(words, kind)
        self.zoom = QComboBox(self)
        self.zoom.setAccessibleName("Size of the board")
        self.zoom.setToolTip("Ctrl and plus, minus, 0")
        for size, words in _ZOOMS.items():
            self.zoom.addItem(words, size)
        self.filter = QToolButton(self)
        self.filter.setText("Filter (F)")
        self.filter.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.shown = QLabel(self)
        self.shown.setProperty("kind", "warn")
        self.shown.setTextFormat(Qt.TextFormat.PlainText)
        self.clear = QToolButton(self)
        self.clear.setText("Show all (Shift+F)")
        self.clear.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.card = FilterCard(look, self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(unit)
        for widget in (self.columns, self.zoom, self.filter, self.shown, self.clear):
            row.addWidget(widget)
        for quiet in (self.columns, self.zoom, self.filter, self.clear):
            quiet.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.columns.activated.connect(self._on_columns)
        self.zoom.activated.connect(self._on_zoom)
        self.filter.clicked.connect(self.open_filter)
        self.clear.clicked.connect(self.show_all)
        self.card.changed.connect(self.filter_wanted)
        self.card.closed.connect(self.left)
        look.palette.changed.connect(self._dress)
        self._dress()
        self.show_state(Columns.CLINICIANS, Zoom.NORMAL, BoardFilter(), "", 0)

    def set_choices(self, choices: Callable[[], Mapping[str, Sequence[tuple[str, str]]]]) -> None:
        """Where the card asks what there is to choose from, each time it opens."""
        self._choices = choices

    def show_state(
        self, kind: Columns, zoom: Zoom, part: BoardFilter, words: str, elsewhere: int
    ) -> None:
        """Show what is in force: *words* of the filter, and how many wait outside it."""
        self._part = part
        for box, value in ((self.columns, kind), (self.zoom, zoom)):
            with QSignalBlocker(box):
                box.setCurrentIndex(box.findData(value))
        waiting = ""
        if elsewhere:
            waiting = f"   {elsewhere} arrived elsewhere"
        self.shown.setText(f"Showing {words}{waiting}" if part.is_on else "")
        self.shown.setVisible(part.is_on)
        self.clear.setVisible(part.is_on)

    @Slot()
    def open_filter(self) -> None:
        """Open the card."""
        self.card.offer(self._choices(), self._part)
        self.card.open_below(self.filter, self.card.free)

    @Slot()
    def show_all(self) -> None:
        """Leave nothing out any more."""
        self.filter_wanted.emit(BoardFilter())
        self.left.emit()

    @Slot()
    def _on_columns(self) -> None:
        self.columns_wanted.emit(Columns(self.columns.currentData()))
        self.left.emit()

    @Slot()
    def _on_zoom(self) -> None:
        self.zoom_wanted.emit(Zoom(self.zoom.currentData()))
        self.left.emit()

    @Slot()
    def _dress(self) -> None:
        self.filter.setIcon(self._look.icons.get("search", Ink.MUTED))


def _offered(box: QComboBox) -> list[tuple[str, str]]:
    return [(str(box.itemData(row)), box.itemText(row)) for row in range(1, box.count())]


def mode_choices() -> list[tuple[str, str]]:
    """Every mode with its words."""
    return [(mode.value, mode.value.capitalize()) for mode in Mode]
