"""A slot that has gone, and the nearest ones like it, each a button away."""

from collections.abc import Sequence

from PySide6.QtCore import QSignalMapper, Signal, Slot
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from reception.records import Slot as SlotRecord
from reception.widgets.banner import announce
from reception.widgets.board_cell import clock_text
from reception.widgets.look import Look
from reception.widgets.palette import Ink


def slot_words(slot: SlotRecord, clinician: str) -> str:
    """`09:10 Dr Grant, Routine GP, 10 min`."""
    kind = slot.type_text or slot.type_code.replace("-", " ")
    return f"{clock_text(slot.start)} {clinician}, {kind}, {slot.minutes} min"


class SlotOffer(QFrame):
    """Says what happened and offers what is left; choosing one is enough."""

    chosen = Signal(str)  # slot id

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._mapper = QSignalMapper(self)
        self._mapper.mappedString.connect(self._on_pressed)
        self.said = QLabel(self)
        self.said.setWordWrap(True)
        self.buttons: list[QPushButton] = []
        self._column = QVBoxLayout(self)
        unit = look.metrics.unit_px
        self._column.setContentsMargins(unit, unit, unit, unit)
        self._column.setSpacing(unit // 2)
        self._column.addWidget(self.said)
        self.setObjectName("slotOffer")
        look.palette.changed.connect(self._dress)
        self._dress()
        self.hide()

    def offer(self, sentence: str, slots: Sequence[tuple[SlotRecord, str]]) -> None:
        """Say *sentence* and offer *slots*, each with its clinician's name; the best first."""
        self.clear()
        self.said.setText(sentence)
        for slot, clinician in slots:
            button = QPushButton(slot_words(slot, clinician).replace(", ", "\n", 1), self)
            button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            button.clicked.connect(self._mapper.map)
            self._mapper.setMapping(button, slot.id)
            self._column.addWidget(button)
            self.buttons.append(button)
        self.show()
        announce(self, sentence)
        if self.buttons:
            self.buttons[0].setFocus()

    def clear(self) -> None:
        """Offer nothing."""
        for button in self.buttons:
            self._mapper.removeMappings(button)
            button.hide()
            button.deleteLater()
        self.buttons = []
        self.hide()

    @Slot(str)
    def _on_pressed(self, slot_id: str) -> None:
        self.clear()
        self.chosen.emit(slot_id)

    @Slot()
    def _dress(self) -> None:
        palette = self._look.palette
        self.setStyleSheet(
            f"#slotOffer {{ background: {palette.css(Ink.WARN_TINT)}; "
            f"border-left: {self._look.metrics.unit_px // 2}px solid {palette.css(Ink.WARN)}; }}"
        )
