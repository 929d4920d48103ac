"""What the patient will be told: what is true by itself, and a message beside it."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QFrame, QLabel, QVBoxLayout, QWidget

from reception.desk.told import NOTHING_SENT
from reception.widgets.appointment_text import CountedText
from reception.widgets.look import Look

MESSAGE_CHARS = 1000
LINES = 5


class TellBox(QFrame):
    """Says that nothing goes out by itself; with a tick, words of one's own go as a message."""

    changed = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._proposed = ""
        self.setProperty("kind", "card")
        unit = look.metrics.unit_px
        head = QLabel("What the patient is told", self)
        head.setProperty("kind", "heading")
        self.true = QLabel(NOTHING_SENT, self)
        self.true.setWordWrap(True)
        self.tick = QCheckBox("Tell them by &message as well", self)
        self.text = CountedText(
            look, "Message", "What the patient reads", MESSAGE_CHARS, lines=LINES, parent=self
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(unit, unit, unit, unit)
        column.setSpacing(unit // 2)
        for widget in (head, self.true, self.tick, self.text):
            column.addWidget(widget)
        self.text.hide()
        self.tick.toggled.connect(self._on_ticked)
        self.text.changed.connect(self.changed)

    def propose(self, words: str) -> None:
        """Propose *words*; what somebody has written over earlier ones stays."""
        if self.text.text in ("", self._proposed):
            self.text.set_text(words)
        self._proposed = words

    def clear(self) -> None:
        """Nothing is to be sent."""
        self._proposed = ""
        self.text.set_text("")
        self.tick.setChecked(False)

    @property
    def message(self) -> str:
        """What is to be sent; empty for nothing."""
        return self.text.text if self.tick.isChecked() else ""

    @property
    def fits(self) -> bool:
        """Whether it can go out as it is."""
        return not self.tick.isChecked() or (self.text.fits and bool(self.text.text))

    @Slot(bool)
    def _on_ticked(self, on: bool) -> None:
        self.text.setVisible(on)
        if on:
            self.text.setFocus()
        self.changed.emit()
