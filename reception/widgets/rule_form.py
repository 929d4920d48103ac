"""A release rule to fill in: for whom, when slots open, close to patients, fall back."""

import re

from PySide6.QtCore import QTime, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSpinBox,
    QStackedWidget,
    QTimeEdit,
    QWidget,
)

from contract.codes import BookingAccess
from contract.release import words_of
from reception.desk.release_rules import Rule, who_words
from reception.widgets.look import Look

_OTHER, _AT = "other", "at"
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
_OFFSET = re.compile(r"(\d{1,4})([mhd])")
_DAYS_AT = re.compile(r"(\d{1,3})d@(\d\d)(\d\d)")
_RECEPTION, _ONLINE = BookingAccess.RECEPTION.value, BookingAccess.ONLINE.value
_WHO = tuple(
    frozenset(codes)
    for codes in (
        (_RECEPTION,),
        (_RECEPTION, _ONLINE),
        (BookingAccess.NHS111.value,),
        (BookingAccess.GP_CONNECT.value,),
        (BookingAccess.NHS111.value, BookingAccess.GP_CONNECT.value),
    )
)


class OpensAt(QWidget):
    """When slots open, where it is none of the usual times: so long before, or at a time of day."""

    changed = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        unit = look.metrics.unit_px
        self.number, self.days = QSpinBox(self), QSpinBox(self)
        self.number.setRange(1, 9999)
        self.number.setAccessibleName("How long before")
        self.days.setRange(0, 999)
        self.days.setAccessibleName("Days before")
        self.days.setSpecialValueText("on the day")
        self.days.setSuffix(" days before")
        self.unit = QComboBox(self)
        self.unit.setAccessibleName("Minutes, hours or days")
        for words, code in _UNITS:
            self.unit.addItem(f"{words} before", code)
        self.at = QTimeEdit(QTime(8, 0), self)
        self.at.setDisplayFormat("HH:mm")
        self.at.setAccessibleName("At what time")
        self.sheets = QStackedWidget(self)
        for first, second in ((self.number, self.unit), (self.days, self.at)):
            sheet = QWidget(self)
            row = QHBoxLayout(sheet)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(unit)
            row.addWidget(first, 2)
            row.addWidget(second, 3 if second is self.unit else 2)
            self.sheets.addWidget(sheet)
        column = QHBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.sheets)
        self.number.valueChanged.connect(self.changed)
        self.days.valueChanged.connect(self.changed)
        self.unit.currentIndexChanged.connect(self.changed)
        self.at.timeChanged.connect(self.changed)

    @property
    def offset(self) -> str:
        """`90m`: so long before."""
        return f"{self.number.value()}{self.unit.currentData()}"

    @property
    def days_at(self) -> str:
        """`7d@0800`: at that time, so many days before."""
        return f"{self.days.value()}d@{self.at.time().toString('HHmm')}"

    def show_code(self, code: str) -> str:
        """Fill in *code*; which of the two kinds it is, or an empty string for neither."""
        if match := _DAYS_AT.fullmatch(code):
            self.days.setValue(int(match[1]))
            self.at.setTime(QTime(int(match[2]), int(match[3])))
            return _AT
        if match := _OFFSET.fullmatch(code):
            self.number.setValue(int(match[1]))
            self.unit.setCurrentIndex(self.unit.findData(match[2]))
            return _OTHER
        return ""


class RuleForm(QWidget):
    """Four choices; any other time can be set in numbers."""

    changed = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.whom, self.opens = QComboBox(self), QComboBox(self)
        self.hold_back, self.falls_back = QComboBox(self), QComboBox(self)
        self.other = OpensAt(look, self)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(look.metrics.unit_px)
        grid.setVerticalSpacing(look.metrics.unit_px)
        grid.setColumnStretch(1, 1)
        pairs = (
            ("For", self.whom, 0),
            ("Opens", self.opens, 1),
            ("Closed online", self.hold_back, 3),
            ("Falls back", self.falls_back, 4),
        )
        for words, box, row in pairs:
            label = QLabel(words, self)
            label.setBuddy(box)
            box.setAccessibleName(words)
            grid.addWidget(label, row, 0)
            grid.addWidget(box, row, 1)
        grid.addWidget(self.other, 2, 1)
        self.setTabOrder(self.opens, self.other)
        self.show_rule(Rule(), frozenset())
        for box in (self.whom, self.opens, self.hold_back, self.falls_back):
            box.currentIndexChanged.connect(self._on_changed)
        self.other.changed.connect(self._on_changed)

    @property
    def rule(self) -> Rule:
        """When, as it is filled in."""
        opens = str(self.opens.currentData())
        opens = {_OTHER: self.other.offset, _AT: self.other.days_at}.get(opens, opens)
        return Rule(opens, str(self.hold_back.currentData()), str(self.falls_back.currentData()))

    @property
    def who(self) -> frozenset[str]:
        """Who may take the slots, as it is filled in."""
        return frozenset(str(self.whom.currentData()).split())

    def show_rule(self, rule: Rule, who: frozenset[str]) -> None:
        """Fill in *rule* for *who*, without telling."""
        self.blockSignals(True)
        self.whom.clear()
        for codes in (*_WHO, *([] if who in _WHO else [who])):
            self.whom.addItem(who_words(codes) or "not said: each slot says it", _key(codes))
        self.whom.setCurrentIndex(self.whom.findData(_key(who)))
        special = "" if rule.opens in _OPENS else self.other.show_code(rule.opens)
        _fill(self.opens, _OPENS, special or rule.opens, "at once")
        _fill(self.hold_back, _HOLD_BACKS, rule.hold_back, "never before they begin")
        _fill(self.falls_back, _FALL_BACKS, rule.falls_back, "no time set")
        self._show_other()
        self.blockSignals(False)

    def _show_other(self) -> None:
        chosen = self.opens.currentData()
        self.other.setVisible(chosen in (_OTHER, _AT))
        self.other.sheets.setCurrentIndex(1 if chosen == _AT else 0)

    @Slot()
    def _on_changed(self) -> None:
        self._show_other()
        self.changed.emit()


def _key(who: frozenset[str]) -> str:
    return " ".join(sorted(who))


def _fill(box: QComboBox, codes: tuple[str, ...], chosen: str, nothing: str) -> None:
    """Offer *codes* in words, and what is *chosen* also where it is none of them."""
    box.clear()
    special = {_OTHER: "another time before", _AT: "at a time of day"}
    known = (*codes, *special) if codes is _OPENS else codes
    for code in (*known, *([] if chosen in known else [chosen])):
        box.addItem(special.get(code) or _short(code) or nothing, code)
    box.setCurrentIndex(box.findData(chosen))


def _short(code: str) -> str:
    """`2 days before` of "opens 2 days before"."""
    words = words_of(code)
    leads = ("opens ", "closed to online from ", "falls back to the practice ")
    for lead in leads:
        words = words.removeprefix(lead)
    return words
