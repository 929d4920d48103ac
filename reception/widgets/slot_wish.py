"""One sentence to fill in: open six more, of this kind, from then until then."""

from collections.abc import Iterable
from datetime import date, datetime, time

from PySide6.QtCore import QTime, Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QRadioButton,
    QSpinBox,
    QTimeEdit,
    QWidget,
)

from contract.core_hours import LONDON
from reception.widgets.look import Look
from reception.widgets.slot_counts import Kind, Wish


class WishForm(QWidget):
    """What is wanted, in the practice's own times."""

    changed = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        unit = look.metrics.unit_px
        self.what = QButtonGroup(self)
        acts = QHBoxLayout()
        for number, words in enumerate(("Open online", "Withdraw from online")):
            button = QRadioButton(words, self)
            self.what.addButton(button, number)
            acts.addWidget(button)
        acts.addStretch(1)
        self.what.button(0).setChecked(True)
        self.count = QSpinBox(self)
        self.count.setRange(1, 500)
        self.count.setValue(6)
        self.kind, self.clinician = QComboBox(self), QComboBox(self)
        self.start, self.end = QTimeEdit(self), QTimeEdit(self)
        for edit, at in ((self.start, QTime(8, 0)), (self.end, QTime(18, 30))):
            edit.setDisplayFormat("HH:mm")
            edit.setTime(at)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(unit)
        grid.setVerticalSpacing(unit)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        grid.addLayout(acts, 0, 0, 1, 4)
        self._add(grid, 1, 0, "How many", self.count)
        self._add(grid, 2, 0, "From", self.start)
        self._add(grid, 2, 2, "Until", self.end)
        self._add(grid, 3, 0, "Type", self.kind, columns=3)
        self._add(grid, 4, 0, "Clinician", self.clinician, columns=3)
        for box in (self.kind, self.clinician):  # long names must not widen the page
            box.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
        self.what.idToggled.connect(self._on_changed)
        self.count.valueChanged.connect(self._on_changed)
        self.kind.currentIndexChanged.connect(self._on_changed)
        self.clinician.currentIndexChanged.connect(self._on_changed)
        self.start.timeChanged.connect(self._on_changed)
        self.end.timeChanged.connect(self._on_changed)
        self.offer([])

    def _add(
        self,
        grid: QGridLayout,
        row: int,
        column: int,
        words: str,
        widget: QWidget,
        columns: int = 1,
    ) -> None:
        label = QLabel(words, self)
        label.setBuddy(widget)
        widget.setAccessibleName(words)
        grid.addWidget(label, row, column)
        grid.addWidget(widget, row, column + 1, 1, columns)

    def offer(self, kinds: Iterable[Kind]) -> None:
        """Let choose among these types and clinicians; what is chosen stays if it is there."""
        held = list(kinds)
        people = dict(sorted({k.practitioner_id: k.clinician for k in held}.items(), key=_name))
        refill(self.kind, "Any type", type_names(held))
        refill(self.clinician, "Any clinician", people)

    @property
    def opening(self) -> bool:
        """Open if true, else withdraw."""
        return self.what.checkedId() == 0

    def take(self, *, opening: bool, count: int, start: time, end: time) -> None:
        """Mean *count* slots from *start* until *end*, to open or to withdraw."""
        self.what.button(0 if opening else 1).setChecked(True)
        self.set_times(start, end)
        self.count.setValue(count)

    def choose(self, practitioner_id: str, type_code: str) -> None:
        """Mean this kind."""
        choose_in(self.clinician, practitioner_id)
        choose_in(self.kind, type_code)

    def set_times(self, start: time, end: time) -> None:
        """Mean the time from *start* until *end*."""
        self.start.setTime(QTime(start.hour, start.minute))
        self.end.setTime(QTime(end.hour, end.minute))

    def wish(self, day: date) -> Wish:
        """What is wanted on *day*."""
        return Wish(
            opening=self.opening,
            count=self.count.value(),
            start=_at(day, self.start.time()),
            end=_at(day, self.end.time()),
            type_code=str(self.kind.currentData() or ""),
            practitioner_id=str(self.clinician.currentData() or ""),
        )

    @Slot()
    def _on_changed(self) -> None:
        self.changed.emit()


def type_names(kinds: Iterable[Kind]) -> dict[str, str]:
    """Each type's name as it is read; one that goes by several names has them all."""
    names: dict[str, set[str]] = {}
    for kind in kinds:
        names.setdefault(kind.type_code, set()).add(kind.type_text)
    return dict(sorted(((c, " / ".join(sorted(n))) for c, n in names.items()), key=_name))


def _name(pair: tuple[str, str]) -> str:
    return pair[1]


def _at(day: date, clock: QTime) -> datetime:
    return datetime.combine(day, time(clock.hour(), clock.minute()), LONDON)


def refill(box: QComboBox, anything: str, choices: dict[str, str]) -> None:
    """Offer *anything* (nothing, if empty) and *choices*; what is chosen stays if it is there."""
    wanted = [*([("", anything)] if anything else []), *choices.items()]
    if wanted == [(box.itemData(i), box.itemText(i)) for i in range(box.count())]:
        return
    before = box.currentData()
    box.blockSignals(True)
    box.clear()
    for code, words in wanted:
        box.addItem(words, code)
    box.setCurrentIndex(max(0, box.findData(before)))
    box.blockSignals(False)


def choose_in(box: QComboBox, code: str) -> None:
    """Choose *code* in *box*; the first where it is not offered."""
    box.setCurrentIndex(max(0, box.findData(code)))
