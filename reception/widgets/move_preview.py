"""One appointment's move before it is made: from, to, what to think about, what is told."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QVBoxLayout, QWidget

from reception.desk.moving import MovePreview
from reception.widgets.look import Look
from reception.widgets.tell_patient import TellBox


class MoveCard(QFrame):
    """Who, from where, to where, the warnings, and the message."""

    changed = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.preview: MovePreview | None = None
        unit = look.metrics.unit_px
        self.who = QLabel(self)
        self.who.setFont(look.metrics.bold)
        self.who.setWordWrap(True)
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * unit)
        grid.setVerticalSpacing(unit // 2)
        grid.setColumnStretch(1, 1)
        self.before, self.after = QLabel(self), QLabel(self)
        self.after.setFont(look.metrics.bold)
        for row, (name, words) in enumerate((("From", self.before), ("To", self.after))):
            label = QLabel(name, self)
            label.setProperty("kind", "muted")
            label.setAlignment(Qt.AlignmentFlag.AlignTop)
            words.setWordWrap(True)
            grid.addWidget(label, row, 0)
            grid.addWidget(words, row, 1)
        self.warnings = QLabel(self)
        self.warnings.setProperty("kind", "warn")
        self.warnings.setWordWrap(True)
        self.tell = TellBox(look, self)
        self.tell.changed.connect(self._on_changed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(unit)
        column.addWidget(self.who)
        column.addLayout(grid)
        column.addWidget(self.warnings)
        column.addWidget(self.tell)
        self.hide()

    def show_preview(self, preview: MovePreview, who: str) -> None:
        """Show *preview* of the appointment of *who* (name and birth date)."""
        self.preview = preview
        self.who.setText(who)
        self.before.setText(f"{preview.before.where}\n{preview.before.how}")
        self.after.setText(f"{preview.after.where}\n{preview.after.how}")
        self.warnings.setText("\n".join(f"\N{BULLET} {words}" for words in preview.warnings))
        self.warnings.setVisible(bool(preview.warnings))
        self.warnings.setAccessibleName(f"To think about: {' '.join(preview.warnings)}")
        self.tell.propose(preview.words)
        self.show()

    def clear(self) -> None:
        """Show nothing."""
        self.preview = None
        self.tell.clear()
        self.hide()

    @Slot()
    def _on_changed(self) -> None:
        self.changed.emit()
