"""What opens when, and to whom; and what is kept for others, given back before its time."""

import asyncio
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QLabel,
    QListWidget,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from reception.desk.stores import BREATH_S
from reception.records import Slot as SlotRecord
from reception.records.problem import Problem
from reception.ui.release_open import slots_text
from reception.ui.tasks import Tasks
from reception.widgets.banner import announce
from reception.widgets.look import Look
from reception.widgets.opening_times import Opening, grouped, openings
from reception.widgets.release_day import ReleaseDay
from reception.widgets.slot_counts import Kind


class TimesPane(QWidget):
    """The moments of the next fifteen days, one line each."""

    problem_met = Signal(object)
    failed = Signal(str)

    def __init__(
        self, day: ReleaseDay, tasks: Tasks, look: Look, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._day, self._tasks = day, tasks
        self._lines: list[Opening] = []
        self._busy = self._is_telling = self._again = False
        unit = look.metrics.unit_px
        column = QVBoxLayout(self)
        column.setContentsMargins(0, unit, 0, 0)
        column.setSpacing(unit)
        self.said = QLabel(self)
        self.said.setWordWrap(True)
        self.said.setProperty("kind", "muted")
        self.list = QListWidget(self)
        self.list.setAccessibleName("When slots open or fall back")
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.list.setTextElideMode(Qt.TextElideMode.ElideNone)
        # Always there: where it comes and goes, lines that are wrapped keep their old heights.
        self.list.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.list.setSpacing(max(1, unit // 4))
        self.give_back = QPushButton(self)
        column.addWidget(self.said)
        column.addWidget(self.list, 1)
        column.addWidget(self.give_back)
        self.list.currentRowChanged.connect(self._on_current)
        self.give_back.clicked.connect(self._on_give_back)

    @property
    def lines(self) -> Sequence[Opening]:
        """What is shown."""
        return self._lines

    def offer(self, kinds: Sequence[Kind]) -> None:
        """It tells of all kinds."""

    def choose(self, practitioner_id: str, type_code: str) -> None:
        """It tells of all kinds."""

    def start_anew(self) -> None:
        """It tells of all days."""

    @Slot()
    def refresh(self) -> None:
        """Tell again what opens when; a day a turn, so that the window never waits for it."""
        if self._is_telling:
            self._again = True
            return
        self._is_telling = True
        self._tasks.start(self._retell(), on_problem=self._on_problem)

    async def _retell(self) -> None:
        desk = self._day.desk
        try:
            self._again = True
            while self._again:
                self._again = False
                now, days = desk.time.now(), []
                for day in desk.outlook.days:
                    days.append(grouped(desk.outlook.slots(day), now))
                    await asyncio.sleep(BREATH_S)
                self._show(openings(days, now))
        finally:
            self._is_telling = False

    def _show(self, fresh: list[Opening]) -> None:
        outlook = self._day.desk.outlook
        today = self._day.desk.time.today()
        words = [line.words(today) for line in fresh]
        if words != [self.list.item(row).text() for row in range(self.list.count())]:
            row = self.list.currentRow()
            chosen = self._lines[row] if 0 <= row < len(self._lines) else None
            self.list.blockSignals(True)
            self.list.clear()
            self.list.addItems(words)
            for row, text in enumerate(words):
                self.list.item(row).setToolTip(text)
            self.list.blockSignals(False)
            if fresh:
                self.list.setCurrentRow(fresh.index(chosen) if chosen in fresh else 0)
        self._lines = fresh
        if fresh:
            self.said.setText("Slots open and fall back by themselves, also when no desk is open.")
        elif outlook.is_loading:
            self.said.setText("Reading the next fourteen days.")
        else:
            self.said.setText("Nothing is embargoed or kept for others in the next fourteen days.")
        self._on_current(self.list.currentRow())

    def _kept(self) -> list[SlotRecord]:
        row = self.list.currentRow()
        line = self._lines[row] if 0 <= row < len(self._lines) else None
        return list(line.slots) if line is not None and line.falls_back else []

    @Slot(int)
    def _on_current(self, _: int) -> None:
        kept, why_not = self._kept(), self._day.why_not
        self.give_back.setText(
            f"Give {slots_text(len(kept))} back to the practice now"
            if kept
            else "Nothing chosen to give back"
        )
        self.give_back.setEnabled(bool(kept) and not why_not and not self._busy)
        self.give_back.setToolTip(why_not)

    @Slot()
    def _on_give_back(self) -> None:
        kept = self._kept()
        if kept and not self._busy:
            self._busy = True
            self.failed.emit("")
            self.list.setFocus()
            self._day.desk.outlook.lend(kept)
            self._on_current(0)
            work = self._give([slot.id for slot in kept])
            self._tasks.start(work, on_problem=self._on_problem)

    async def _give(self, ids: list[str]) -> None:
        try:
            failed = await self._day.desk.fall_back(ids)
        finally:
            self._busy = False
            self.refresh()
        announce(self, f"{slots_text(len(ids) - len(failed))} back with the practice.")
        if failed:
            some = f"{slots_text(len(failed))} could not be changed."
            self.failed.emit(" ".join([some, *sorted(set(failed.values()))]))

    def _on_problem(self, problem: Problem) -> None:
        self.problem_met.emit(problem)
