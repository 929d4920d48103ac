"""Repeat booking: every how many weeks, how often, and which days that makes."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from reception.desk.repeat_booking import Found
from reception.desk.repeat_days import MOST_TIMES, MOST_WEEKS
from reception.records import Slot as SlotRecord
from reception.widgets.banner import announce
from reception.widgets.look import Look


class RepeatChoice(QWidget):
    """Shut until it is asked for; lists each day with what there is, and lets days be left out."""

    changed = Signal()
    wanted = Signal(int, int)  # every so many weeks, so many times

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._line_px = look.metrics.line_px
        self._found: list[Found] = []
        self.on = QCheckBox("Repeat", self)
        self.weeks, self.times = QSpinBox(self), QSpinBox(self)
        self.weeks.setRange(1, MOST_WEEKS)
        self.weeks.setPrefix("every ")
        self.weeks.setSuffix(" wk")
        self.weeks.setAccessibleName("Every how many weeks")
        self.times.setRange(2, MOST_TIMES)
        self.times.setSuffix(" times")
        self.times.setAccessibleName("How many times")
        self.days = QListWidget(self)
        self.days.setAccessibleName("Days of the series; space leaves one out")
        self.days.setWordWrap(True)
        self.days.setTabKeyNavigation(False)
        self.days.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        across = QHBoxLayout()
        for widget in (self.weeks, self.times):
            widget.setMinimumWidth(1)  # the panel is narrow: they share what there is
            widget.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            across.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.on)
        column.addLayout(across)
        column.addWidget(self.days)
        self.on.toggled.connect(self._on_asked)
        self.weeks.valueChanged.connect(self._on_asked)
        self.times.valueChanged.connect(self._on_asked)
        self.days.itemChanged.connect(self._on_day_changed)
        self._show()

    @property
    def is_on(self) -> bool:
        """Whether a series is to be booked."""
        return self.on.isChecked()

    @property
    def is_found(self) -> bool:
        """Whether the days have been looked up."""
        return bool(self._found)

    @property
    def slots(self) -> list[SlotRecord]:
        """What would be booked: the slots of the days that are ticked."""
        return [
            found.slot
            for row, found in enumerate(self._found)
            if found.slot is not None and self.days.item(row).checkState() is Qt.CheckState.Checked
        ]

    def tell(self, found: Sequence[Found]) -> None:
        """List the days; one with nothing free cannot be ticked, one at another time can be."""
        self._found = []
        self.days.clear()
        for each in found:
            item = QListWidgetItem(each.text, self.days)
            flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
            item.setFlags(flags | Qt.ItemFlag.ItemIsUserCheckable if each.slot else flags)
            item.setCheckState(Qt.CheckState.Checked if each.slot else Qt.CheckState.Unchecked)
        self._found = list(found)
        self._show()
        missing = sum(each.slot is None for each in found)
        other = sum(each.slot is not None and not each.is_exact for each in found)
        announce(self, f"{len(found)} days, {missing} with nothing free, {other} at another time.")
        self.changed.emit()

    def look_again(self) -> None:
        """What was found is out of date: it is asked for anew."""
        self._on_asked()

    def clear(self) -> None:
        """No series."""
        self.on.setChecked(False)

    @Slot()
    def _on_asked(self) -> None:
        self._found = []
        self.days.clear()
        self._show()
        if self.is_on:
            self.wanted.emit(self.weeks.value(), self.times.value())
        self.changed.emit()

    @Slot(QListWidgetItem)
    def _on_day_changed(self, _item: QListWidgetItem) -> None:
        if self._found:
            self.changed.emit()

    def _show(self) -> None:
        for widget in (self.weeks, self.times):
            widget.setVisible(self.is_on)
        self.days.setVisible(self.is_on and self.is_found)
        rows = min(6, max(2, self.days.count()))
        self.days.setFixedHeight(round(self._line_px * 1.4 * rows) + 4)
