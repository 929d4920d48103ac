"""A slot that has come free, and who would be glad of it."""

from collections.abc import Sequence

from PySide6.QtCore import QSignalMapper, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from reception.widgets.banner import announce
from reception.widgets.flow import Flow
from reception.widgets.look import Look
from reception.widgets.palette import Ink


class FreedOffer(QFrame):
    """Up to three open requests, each a button with name and birth date."""

    chosen = Signal(str, str)  # request id, slot id

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.slot_id = ""
        self._mapper = QSignalMapper(self)
        self._mapper.mappedString.connect(self._on_pressed)
        self.words = QLabel(self)
        self.words.setWordWrap(True)
        self.buttons: list[QPushButton] = []
        self._close = QToolButton(self)
        self._close.setAccessibleName("Leave it free")
        self._close.setToolTip("Leave it free")
        unit = look.metrics.unit_px
        row = QHBoxLayout(self)
        row.setContentsMargins(unit, unit // 2, unit // 2, unit // 2)
        row.setSpacing(unit)
        self._flow = Flow(gap_px=unit, line_px=unit // 2)
        row.addWidget(self.words, 2)
        row.addLayout(self._flow, 3)
        row.addWidget(self._close)
        self._close.clicked.connect(self.clear)
        self.setObjectName("freedOffer")
        look.palette.changed.connect(self._dress)
        self._dress()
        self.hide()

    def offer(self, slot_id: str, sentence: str, people: Sequence[tuple[str, str, str]]) -> None:
        """Offer the slot to *people*: request id, name and birth date, why it suits."""
        self.clear()
        if not people:
            return
        self.slot_id = slot_id
        self.words.setText(sentence)
        for request_id, who, why in people:
            words = "\n".join(filter(None, (f"Book {who}", why)))
            button = QPushButton(words.replace("&", "&&"), self)
            button.setAccessibleDescription(why)
            button.clicked.connect(self._mapper.map)
            self._mapper.setMapping(button, request_id)
            self._flow.addWidget(button)
            self.buttons.append(button)
        self.show()
        announce(self, sentence)

    @Slot()
    def clear(self) -> None:
        """Offer nothing."""
        self.slot_id = ""
        for button in self.buttons:
            self._mapper.removeMappings(button)
            self._flow.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = []
        self.hide()

    @Slot(str)
    def _on_pressed(self, request_id: str) -> None:
        slot_id = self.slot_id
        self.clear()
        self.chosen.emit(request_id, slot_id)

    @Slot()
    def _dress(self) -> None:
        palette = self._look.palette
        self.setStyleSheet(
            f"#freedOffer {{ background: {palette.css(Ink.INFO_TINT)}; "
            f"border-left: {self._look.metrics.unit_px // 2}px solid {palette.css(Ink.ACCENT)}; }}"
        )
        self._close.setIcon(self._look.icons.get("close", Ink.MUTED))
