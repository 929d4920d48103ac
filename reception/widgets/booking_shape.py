"""How a booking is given, how it was asked for, and how long it is."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QRadioButton,
    QSpinBox,
    QWidget,
)

from contract.codes import Channel, Mark
from reception.widgets.look import Look

MODES = (
    (Channel.IN_PERSON, "In person"),
    (Channel.TELEPHONE, "Telephone"),
    (Channel.VIDEO, "Video"),
)


class BookingShape(QWidget):
    """Mode, how it was booked, and how many touching slots are booked as one."""

    changed = Signal()
    count_wanted = Signal(int)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.mode, self.how = QButtonGroup(self), QButtonGroup(self)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(look.metrics.unit_px // 2)
        self._row(0, "Mode", self.mode, [words for _, words in MODES])
        self._row(1, "How", self.how, ["At the desk", "By phone"])
        self.count = QSpinBox(self)
        self.count.setRange(1, 1)
        self.count.setAccessibleName("Slots booked together")
        self.count.setToolTip("Several slots that touch are booked as one appointment (Ctrl+D)")
        self._length = self._heading("Length")
        self._grid.addWidget(self._length, 2, 0)
        self._grid.addWidget(self.count, 2, 1, Qt.AlignmentFlag.AlignLeft)
        self._grid.setColumnStretch(1, 1)
        self.mode.idToggled.connect(self._on_toggled)
        self.count.valueChanged.connect(self.count_wanted)

    @property
    def channel(self) -> Channel:
        """How care is given."""
        return MODES[max(0, self.mode.checkedId())][0]

    @property
    def via(self) -> Mark:
        """How it was booked."""
        return Mark.VIA_PHONE if self.how.checkedId() == 1 else Mark.VIA_DESK

    def set_channel(self, channel: str) -> None:
        """Choose a mode, as the slot says."""
        places = [code for code, _ in MODES]
        self.mode.button(places.index(Channel(channel)) if channel in places else 0).setChecked(
            True
        )

    def set_length(self, count: int, most: int, minutes: int) -> None:
        """Show *count* of at most *most* slots; nothing to choose where there is only one."""
        blocked = self.count.blockSignals(True)
        self.count.setRange(1, max(1, most))
        self.count.setValue(count)
        slots = "slot" if count == 1 else "slots"
        self.count.setSuffix(f" {slots}, {minutes} min")
        self.count.blockSignals(blocked)
        for widget in (self._length, self.count):
            widget.setVisible(most > 1)

    def show_modes(self, on: bool) -> None:
        """A walk-in stands at the desk: there is nothing to choose."""
        for column in range(2):
            for row in range(2):
                item = self._grid.itemAtPosition(row, column)
                widget = item.widget() if item is not None else None
                if widget is not None:
                    widget.setVisible(on)

    def _row(self, row: int, name: str, group: QButtonGroup, words: list[str]) -> None:
        holder = QWidget(self)
        holder.setAccessibleName(name)
        across = QHBoxLayout(holder)
        across.setContentsMargins(0, 0, 0, 0)
        for number, text in enumerate(words):
            button = QRadioButton(text, holder)
            group.addButton(button, number)
            across.addWidget(button)
        across.addStretch(1)
        group.button(0).setChecked(True)
        self._grid.addWidget(self._heading(name), row, 0)
        self._grid.addWidget(holder, row, 1)

    def _heading(self, text: str) -> QLabel:
        label = QLabel(text, self)
        label.setProperty("kind", "heading")
        return label

    @Slot(int, bool)
    def _on_toggled(self, _number: int, _on: bool) -> None:
        self.changed.emit()
