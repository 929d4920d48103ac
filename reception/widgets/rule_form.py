"""A release rule to fill in: when slots open, when they close to patients, when they fall back."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLabel, QSpinBox, QWidget

from contract.release import words_of
from reception.desk.release_rules import Rule
from reception.widgets.look import Look

_OTHER = "other"
_OPENS = ("", "on-the-day", "24h", "48h", "72h", "7d", "14d")
_HOLD_BACKS = (
    "",
    "hold-back-15m",
    "hold-back-30m",
    "hold-back-60m",
    "hold-back-2h",
    "hold-back-1d",
)
_FALL_BACKS = ("", "until-0900", "until-1000", "until-1100", "until-1200", "until-60m", "until-90m")
_UNITS = (("minutes", "m"), ("hours", "h"), ("days", "d"))


class RuleForm(QWidget):
    """Three choices; any other time before the start can be set as a number."""

    changed = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.opens, self.hold_back, self.falls_back = (QComboBox(self) for _ in range(3))
        self.number = QSpinBox(self)
        self.number.setRange(1, 9999)
        self.number.setAccessibleName("How long before")
        self.unit = QComboBox(self)
        self.unit.setAccessibleName("Minutes, hours or days")
        for words, code in _UNITS:
            self.unit.addItem(f"{words} before", code)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(look.metrics.unit_px)
        grid.setVerticalSpacing(look.metrics.unit_px)
        grid.setColumnStretch(1, 1)
        other = QHBoxLayout()
        other.addWidget(self.number, 1)
        other.addWidget(self.unit, 2)
        pairs = (
            ("Opens", self.opens, 0),
            ("Closed online", self.hold_back, 2),
            ("Falls back", self.falls_back, 3),
        )
        for words, box, row in pairs:
            label = QLabel(words, self)
            label.setBuddy(box)
            box.setAccessibleName(words)
            grid.addWidget(label, row, 0)
            grid.addWidget(box, row, 1)
        grid.addLayout(other, 1, 1)
        self.show_rule(Rule())
        for box in (self.opens, self.hold_back, self.falls_back, self.unit):
            box.currentIndexChanged.connect(self._on_changed)
        self.number.valueChanged.connect(self._on_changed)

    @property
    def rule(self) -> Rule:
        """What is filled in."""
        opens = str(self.opens.currentData())
        if opens == _OTHER:
            opens = f"{self.number.value()}{self.unit.currentData()}"
        return Rule(opens, str(self.hold_back.currentData()), str(self.falls_back.currentData()))

    def show_rule(self, rule: Rule) -> None:
        """Fill in *rule*, without telling."""
        self.blockSignals(True)
        _fill(self.opens, _OPENS, rule.opens, "at once", other=True)
        _fill(self.hold_back, _HOLD_BACKS, rule.hold_back, "never before they begin")
        _fill(self.falls_back, _FALL_BACKS, rule.falls_back, "no time set")
        self._show_other()
        self.blockSignals(False)

    def _show_other(self) -> None:
        is_other = self.opens.currentData() == _OTHER
        self.number.setVisible(is_other)
        self.unit.setVisible(is_other)

    @Slot()
    def _on_changed(self) -> None:
        self._show_other()
        self.changed.emit()


def _fill(
    box: QComboBox, codes: tuple[str, ...], chosen: str, nothing: str, *, other: bool = False
) -> None:
    """Offer *codes* in words, and what is *chosen* also where it is none of them."""
    box.clear()
    for code in (*codes, *([] if chosen in codes else [chosen])):
        box.addItem(_short(code) or nothing, code)
    if other:
        box.addItem("another time before", _OTHER)
    box.setCurrentIndex(box.findData(chosen))


def _short(code: str) -> str:
    """`2 days before` of "opens 2 days before"."""
    words = words_of(code)
    leads = ("opens ", "closed to online from ", "falls back to the practice ")
    for lead in leads:
        words = words.removeprefix(lead)
    return words
