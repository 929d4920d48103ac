"""Where a free slot is to be parted: the time, and what the two parts will be."""

from datetime import datetime, timedelta

from PySide6.QtCore import Qt, QTime, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QTimeEdit, QWidget

from contract.core_hours import LONDON
from reception.desk.session_pattern import BadPattern
from reception.desk.session_plan import halves
from reception.records import Slot as SlotRecord
from reception.widgets.banner import announce
from reception.widgets.board_cell import clock_text
from reception.widgets.look import Look
from reception.widgets.pop_card import PopCard

STEP_MIN = 5


class FiveMinutes(QTimeEdit):
    """A time whose minutes go up and down by five; any other can be typed."""

    def stepBy(self, steps: int) -> None:
        """Go *steps* times five minutes on, or hours where the keyboard is on the hours."""
        by_hours = self.currentSection() == QTimeEdit.Section.HourSection
        minutes = 60 if by_hours else STEP_MIN
        self.setTime(self.time().addSecs(steps * minutes * 60))


class PartCard(PopCard):
    """Asks where; Enter parts it."""

    chosen = Signal(str, object)  # slot id, datetime (aware) at which the second part begins

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(look, "Part this slot", parent)
        self._slot: SlotRecord | None = None
        self.at = FiveMinutes(self)
        self.at.setDisplayFormat("HH:mm")
        self.at.setAccessibleName("The second part begins at")
        self.said = QLabel(self)
        self.part = QPushButton("Part it   (Enter)", self)
        self.part.setProperty("kind", "primary")
        label = QLabel("The second part begins at", self)
        label.setBuddy(self.at)
        row = QHBoxLayout()
        row.addWidget(label)
        row.addWidget(self.at)
        row.addStretch(1)
        self.column.addLayout(row)
        self.column.addWidget(self.said)
        self.column.addWidget(self.part)
        self.said.setMinimumWidth(round(look.metrics.text_px("09:10, 100 minutes, and 09:50, 100")))
        self.at.timeChanged.connect(self._on_time)
        self.part.clicked.connect(self._on_part)
        look.fit(self)

    def ask(self, slot: SlotRecord) -> None:
        """Ask where *slot* is to be parted; it begins with the middle."""
        self._slot = slot
        try:
            cut = halves(slot)[1].astimezone(LONDON)
        except BadPattern:
            cut = slot.start.astimezone(LONDON)
        self.title.setText(f"Part the {clock_text(slot.start)}, {slot.minutes} minutes")
        self.at.setTime(QTime(cut.hour, cut.minute))
        self._on_time()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter parts it."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._on_part()
        else:
            super().keyPressEvent(event)

    @property
    def cut(self) -> datetime | None:
        """When the second part would begin, aware; None where there is no slot."""
        if self._slot is None:
            return None
        start, clock = self._slot.start.astimezone(LONDON), self.at.time()
        at = start.replace(hour=clock.hour(), minute=clock.minute(), fold=0)
        return at if at > start else at + timedelta(days=1)

    @Slot()
    def _on_time(self) -> None:
        slot = self._slot
        if slot is None:
            return
        try:
            start, cut, end = halves(slot, self.cut)
        except BadPattern as bad:
            self.said.setText(str(bad))
            self.part.setEnabled(False)
            return
        one, two = _minutes(cut - start), _minutes(end - cut)
        words = f"{clock_text(start)}, {one} min, and {clock_text(cut)}, {two} min"
        self.said.setText(words)
        self.part.setEnabled(True)
        if self.isVisible():
            announce(self, words)

    @Slot()
    def _on_part(self) -> None:
        slot, cut = self._slot, self.cut
        if slot is not None and cut is not None and self.part.isEnabled():
            self.put_away()
            self.chosen.emit(slot.id, cut)


def _minutes(length: timedelta) -> int:
    return length // timedelta(minutes=1)
