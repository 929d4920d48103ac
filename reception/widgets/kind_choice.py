"""Which type of slot, and whose."""

from collections.abc import Iterable

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QWidget

from reception.records import Slot as SlotRecord
from reception.widgets.look import Look
from reception.widgets.slot_counts import Kind, Named
from reception.widgets.slot_wish import choose_in, refill, type_names


class KindChoice(QWidget):
    """Two boxes side by side.

    Args:
        look: colours and sizes.
        any_clinician: whether all may be meant at once.
        parent: the Qt parent.
    """

    changed = Signal()

    def __init__(
        self, look: Look, parent: QWidget | None = None, *, any_clinician: bool = True
    ) -> None:
        super().__init__(parent)
        self._any_clinician = any_clinician
        self.kind, self.clinician = QComboBox(self), QComboBox(self)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(look.metrics.unit_px)
        grid.setColumnStretch(1, 1)
        pairs = (("Type", self.kind), ("Clinician", self.clinician))
        for row, (words, box) in enumerate(pairs):
            label = QLabel(words, self)
            label.setBuddy(box)
            box.setAccessibleName(words)
            box.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            grid.addWidget(label, row, 0)
            grid.addWidget(box, row, 1)
            box.currentIndexChanged.connect(self._on_changed)

    @property
    def type_code(self) -> str:
        """The type that is meant; empty for any."""
        return str(self.kind.currentData() or "")

    @property
    def practitioner_id(self) -> str:
        """The clinician who is meant; empty for any."""
        return str(self.clinician.currentData() or "")

    def offer(self, kinds: Iterable[Kind]) -> None:
        """Let choose among these; what is chosen stays if it is there."""
        held = list(kinds)
        people = {k.practitioner_id: k.clinician for k in sorted(held)}
        refill(self.kind, "Any type", type_names(held))
        refill(self.clinician, "Any clinician" if self._any_clinician else "", people)

    def choose(self, practitioner_id: str, type_code: str) -> None:
        """Mean this kind."""
        choose_in(self.clinician, practitioner_id)
        choose_in(self.kind, type_code)

    def holds(self, slot: SlotRecord, named: Named) -> bool:
        """Whether *slot* is of the kind that is meant."""
        if self.type_code and slot.type_code != self.type_code:
            return False
        return not self.practitioner_id or named(slot)[0] == self.practitioner_id

    @Slot()
    def _on_changed(self) -> None:
        self.changed.emit()
