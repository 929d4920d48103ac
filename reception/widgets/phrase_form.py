"""One phrase to write: its name, what it is for, its words, and how they will read."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QFrame,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from contract.phrases import OFFER, Phrase, fault_in, filled, places_for
from reception.widgets.flow import Flow
from reception.widgets.look import Look
from reception.widgets.queue_words import OUTCOMES

EXAMPLE = {
    "first name": "Jane",
    "name": "Jane Smith",
    "practice": "the practice",
    "my name": "Priya Shah",
    "clinician": "Dr Grant",
    "day": "Monday 23 November",
    "time": "09:10",
    "type": "Routine GP",
    "times": "- Monday 23 November at 09:10 with Dr Grant\n- Tuesday 24 November at 14:20",
    "until": "11:30 on Monday 23 November",
}
"""What stands in the places of a preview; nobody real."""
USES: tuple[tuple[str, str], ...] = (
    ("", "Any message"),
    (OFFER, "Offering times"),
    *((str(outcome), words) for _, outcome, words in OUTCOMES),
)
"""What a phrase can be for."""


class PhraseForm(QFrame):
    """Fields, places to put in by a click, and a sentence where something is wrong."""

    changed = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        unit = look.metrics.unit_px
        self.name = QLineEdit(self)
        self.name.setMaxLength(60)
        self.use = QComboBox(self)
        for code, words in USES:
            self.use.addItem(words, code)
        self.text = QPlainTextEdit(self)
        self.text.setTabChangesFocus(True)
        self.text.setMinimumHeight(round(look.metrics.line_px * 6))
        self._places = QWidget(self)
        self._flow = Flow(self._places, gap_px=max(2, unit // 2), line_px=max(2, unit // 2))
        self.fault = QLabel(self)
        self.fault.setWordWrap(True)
        self.fault.setProperty("kind", "urgent")
        self.preview = QLabel(self)
        self.preview.setTextFormat(Qt.TextFormat.PlainText)
        self.preview.setWordWrap(True)
        self.preview.setProperty("kind", "muted")
        self.preview.setAlignment(Qt.AlignmentFlag.AlignTop)
        fields = QFormLayout()
        fields.setHorizontalSpacing(2 * unit)
        for label, field in (
            ("&Name", self.name),
            ("&For", self.use),
            ("&Words", self.text),
            ("Put in", self._places),
        ):
            fields.addRow(label, field)
            field.setAccessibleName(label.replace("&", ""))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(unit)
        column.addLayout(fields)
        column.addWidget(self.fault)
        column.addWidget(self.preview, 1)
        self.name.textEdited.connect(self._on_edited)
        self.use.currentIndexChanged.connect(self._on_use_changed)
        self.text.textChanged.connect(self._on_edited)
        self._show_places()

    @property
    def phrase(self) -> Phrase:
        """What is written now."""
        use = str(self.use.currentData() or "")
        return Phrase(self.name.text().strip(), self.text.toPlainText().strip(), use)

    def show_phrase(self, phrase: Phrase | None) -> None:
        """Write on at *phrase*; None: there is none to write at."""
        self.setEnabled(phrase is not None)
        shown = phrase or Phrase("", "")
        for field in (self.name, self.use, self.text):
            field.blockSignals(True)
        self.name.setText(shown.name)
        self.use.setCurrentIndex(max(0, self.use.findData(shown.use)))
        self.text.setPlainText(shown.text)
        for field in (self.name, self.use, self.text):
            field.blockSignals(False)
        self._show_places()
        self._show_state(complain=phrase is not None)

    def _show_places(self) -> None:
        while (item := self._flow.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for place, words in places_for(str(self.use.currentData() or "")).items():
            button = QPushButton(f"{{{place}}}", self._places)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setToolTip(f"{words[:1].upper()}{words[1:]}")
            button.clicked.connect(self._on_place)
            self._flow.addWidget(button)
            button.show()

    def _show_state(self, *, complain: bool) -> None:
        phrase = self.phrase
        fault = fault_in(phrase) if complain else ""
        if complain and not phrase.name:
            fault = "it has no name."
        self.fault.setText(f"{fault[:1].upper()}{fault[1:]}")
        self.fault.setVisible(bool(fault))
        reads = filled(phrase.text, EXAMPLE)
        self.preview.setText(f"Jane Smith would read:\n{reads}" if reads and not fault else "")

    @Slot()
    def _on_edited(self) -> None:
        self._show_state(complain=True)
        self.changed.emit()

    @Slot()
    def _on_use_changed(self) -> None:
        self._show_places()
        self._on_edited()

    @Slot()
    def _on_place(self) -> None:
        sender = self.sender()
        if isinstance(sender, QPushButton):
            self.text.insertPlainText(sender.text())
            self.text.setFocus()
