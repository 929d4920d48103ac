"""The release page: what there is in the next fortnight, and opening more of it to patients."""

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from contract.codes import SlotType
from reception.desk.desk import Desk
from reception.records import Slot as SlotRecord
from reception.records.problem import Problem
from reception.ui.page import Page
from reception.ui.release_extra import ExtraPane
from reception.ui.release_open import OpenPane
from reception.ui.release_rules import RulesPane
from reception.ui.release_share import SharePane
from reception.ui.release_times import TimesPane
from reception.ui.tasks import Tasks
from reception.widgets.banner import Banner, Weight
from reception.widgets.demand_text import demand_text
from reception.widgets.look import Look
from reception.widgets.outlook_model import OutlookModel
from reception.widgets.outlook_view import LEGEND, OutlookView
from reception.widgets.parts_label import PartsLabel
from reception.widgets.release_day import ReleaseDay
from reception.widgets.slot_strip import SlotStrip
from reception.widgets.slot_table import SlotTable, SlotTableModel

_LOADS_AGAIN = "Try again"
_ACTS = (
    ("Open", "Open to online booking or withdraw"),
    ("Share", "Share of the day that is online"),
    ("Extra", "Extra slots in gaps"),
    ("Times", "What opens or falls back when"),
    ("Rules", "Release rules of slot types"),
)


class ReleasePage(Page):
    """The outlook and the chosen day at the left, what one can do about it at the right."""

    title = "Release"
    icon = "release"

    def __init__(self, desk: Desk, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.tasks = Tasks(self)
        self.day = ReleaseDay(desk, self)
        self.banner = Banner(look, self)
        self.outlook = OutlookModel(desk, look, self)
        self.grid = OutlookView(self.outlook, look, self)
        self.strip = SlotStrip(look, self)
        self.counts = SlotTableModel(self.day, look, self)
        self.table = SlotTable(self.counts, look, self)
        self.open_pane = OpenPane(self.day, self.tasks, look, self)
        self.share_pane = SharePane(self.day, self.tasks, look, self)
        self.extra_pane = ExtraPane(self.day, self.tasks, look, self)
        self.times_pane = TimesPane(self.day, self.tasks, look, self)
        self.rules_pane = RulesPane(self.day, self.tasks, look, self)
        self.panes = (
            self.open_pane,
            self.share_pane,
            self.extra_pane,
            self.times_pane,
            self.rules_pane,
        )
        self._build(look)
        self._connect()
        self._on_counted()
        self._on_demand()

    def _build(self, look: Look) -> None:
        unit = look.metrics.unit_px
        self.heading = QLabel(self)
        self.heading.setFont(look.metrics.title)
        self.sums, self.demand, self.legend = PartsLabel(self), QLabel(self), PartsLabel(self)
        self.legend.show_parts(LEGEND)
        for label in (self.sums, self.legend):
            label.setProperty("kind", "muted")
        self.demand.setWordWrap(True)
        self.progress = QProgressBar(self)
        self.progress.setAccessibleName("Days read")
        self.progress.setTextVisible(False)
        self.progress.setMaximumWidth(unit * 16)
        self.rows = QButtonGroup(self)
        left = QVBoxLayout()
        left.setSpacing(unit)
        left.addWidget(self.demand)
        left.addLayout(self._outlook_head(look))
        left.addWidget(self.grid)
        named = QHBoxLayout()
        named.setSpacing(2 * unit)
        named.addWidget(self.heading)
        named.addWidget(self.sums, 1)
        left.addLayout(named)
        left.addWidget(self.strip)
        left.addWidget(self.table, 1)
        across = QHBoxLayout()
        across.setContentsMargins(2 * unit, unit, 2 * unit, 2 * unit)
        across.setSpacing(2 * unit)
        across.addLayout(left, 5)
        across.addWidget(self._card(look), 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.banner)
        column.addLayout(across, 1)

    def _outlook_head(self, look: Look) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(look.metrics.unit_px)
        for number, words in enumerate(("Types", "Clinicians")):
            button = QPushButton(words, self)
            button.setCheckable(True)
            button.setAccessibleName(f"{words} down")
            self.rows.addButton(button, number)
            row.addWidget(button)
        self.rows.button(0).setChecked(True)
        row.addWidget(self.legend, 1)
        row.addWidget(self.progress)
        self.sessions_button = QPushButton("Sessions", self)
        self.sessions_button.setToolTip("The week of the chosen day: sessions and templates")
        self.sessions_button.clicked.connect(self._on_sessions)
        row.addWidget(self.sessions_button)
        return row

    def _card(self, look: Look) -> QFrame:
        unit = look.metrics.unit_px
        card = QFrame(self)
        card.setProperty("kind", "card")
        card.setMinimumWidth(unit * 44)
        card.setMaximumWidth(unit * 72)
        side = QVBoxLayout(card)
        side.setContentsMargins(2 * unit, unit, 2 * unit, 2 * unit)
        side.setSpacing(unit)
        self.acts = QButtonGroup(self)
        row = QHBoxLayout()
        row.setSpacing(unit // 2)
        for number, (words, whole) in enumerate(_ACTS):
            button = QPushButton(words, card)
            button.setAccessibleName(whole)
            button.setToolTip(whole)
            button.setCheckable(True)
            self.acts.addButton(button, number)
            row.addWidget(button)
        row.addStretch(1)
        self.acts.button(0).setChecked(True)
        self.why_not = QLabel(card)
        self.why_not.setWordWrap(True)
        self.why_not.setProperty("kind", "warn")
        self.stack = QStackedWidget(card)
        for pane in self.panes:
            self.stack.addWidget(pane)
        side.addLayout(row)
        side.addWidget(self.why_not)
        side.addWidget(self.stack, 1)
        return card

    def _connect(self) -> None:
        desk = self._desk
        self.counts.counted.connect(self._on_counted)
        self.outlook.counted.connect(self._on_outlook)
        self.table.kind_chosen.connect(self._on_kind_chosen)
        self.grid.cell_chosen.connect(self._on_cell_chosen)
        self.strip.range_chosen.connect(self._on_range_chosen)
        self.open_pane.form.changed.connect(self._show_strip)
        self.rows.idToggled.connect(self._on_rows)
        self.acts.idToggled.connect(self._on_act)
        for pane in self.panes:
            pane.problem_met.connect(self._on_problem)
            pane.failed.connect(self._on_failed)
        desk.freshness.changed.connect(self._on_freshness)
        desk.day_changed.connect(self._on_day_changed)
        desk.time.minute_passed.connect(self._on_minute_passed)
        desk.loaded.connect(self._on_desk_loaded)
        desk.demand.changed.connect(self._on_demand)
        desk.outlook.progressed.connect(self._on_progressed)
        desk.outlook.loaded.connect(self._on_outlook_loaded)
        self.banner.pressed.connect(self._load)
        self.progress.hide()

    @property
    def picked(self) -> Sequence[SlotRecord]:
        """The slots that Apply of the first pane would change."""
        return self.open_pane.picked

    def showEvent(self, event: QShowEvent) -> None:
        """Keep the counts up to date from now on."""
        super().showEvent(event)
        self.counts.follow()
        self.outlook.follow()
        if self._desk.outlook.is_due and not self._desk.outlook.is_loading:
            self._load()
        self._ask_demand()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks at the counts."""
        super().hideEvent(event)
        self.counts.rest()
        self.outlook.rest()

    def came_to_front(self) -> None:
        """The keyboard goes to the number."""
        self.open_pane.form.count.setFocus()
        self.open_pane.form.count.selectAll()

    # The outlook

    @Slot()
    def _load(self) -> None:
        if not self._desk.is_complete:
            return  # the open day comes first; `loaded` starts this
        self.banner.hide()
        self.progress.setRange(0, len(self._desk.outlook.days))
        self.progress.setValue(0)
        self.progress.show()
        self.tasks.start(self._desk.outlook.load(), on_problem=self._on_not_loaded)

    def _on_not_loaded(self, problem: Problem) -> None:
        self.progress.hide()
        sentence = f"The next fourteen days could not be read. {problem.sentence}"
        self.banner.say(sentence, Weight.WARN, offer=_LOADS_AGAIN)

    @Slot(int, int)
    def _on_progressed(self, done: int, of: int) -> None:
        self.progress.setRange(0, of)
        self.progress.setValue(done)

    @Slot()
    def _on_outlook_loaded(self) -> None:
        self.progress.hide()
        self._refresh_pane()

    @Slot()
    def _on_outlook(self) -> None:
        self._name_kept()
        if self.stack.currentWidget() is self.times_pane:
            self.times_pane.refresh()

    @Slot()
    def _on_desk_loaded(self) -> None:
        """The board has caught up after a gap: so must the days ahead."""
        if self.isVisible():
            self._load()

    @Slot(int, bool)
    def _on_rows(self, number: int, on: bool) -> None:
        if on:
            self.outlook.show_clinicians(number == 1)

    @Slot(object, str, bool)
    def _on_cell_chosen(self, day: date, code: str, by_clinician: bool) -> None:
        if day != self.day.day:
            self.day.choose(day)
            self._start_anew()
            self.counts.recount()
        self._on_kind_chosen(code if by_clinician else "", "" if by_clinician else code)

    # The chosen day

    @Slot()
    def _on_counted(self) -> None:
        day, total = self.day.day, self.counts.total
        self.heading.setText(f"Slots on {day:%A} {day.day} {day:%B}")
        if not total.total:
            known = self.day.is_open or self._desk.outlook.knows(day)
            self.sums.show_parts(["No sessions on this day" if known else "Not read yet"])
        else:
            self._name_kept()
        for pane in self.panes:
            pane.offer(list(self.counts.rows))
        self._show_strip()
        self._refresh_pane()

    def _name_kept(self) -> None:
        total = self.counts.total
        if not total.total:
            return
        parts = [
            f"{total.free} free, {total.online} of them online",
            f"{total.embargoed} embargoed",
            f"{total.booked} booked",
        ]
        parts += [f"{total.kept} kept for NHS 111 or a hub"] if total.kept else []
        parts += [f"{total.lapsed} lapsed"] if total.lapsed else []
        self.sums.show_parts(parts)

    def _refresh_pane(self) -> None:
        why_not = self.day.why_not
        self.why_not.setText(why_not)
        self.why_not.setVisible(bool(why_not))
        pane = self.stack.currentWidget()
        for one in self.panes:
            if one is pane:
                one.refresh()

    def _start_anew(self) -> None:
        for pane in self.panes:
            pane.start_anew()

    @Slot()
    def _show_strip(self) -> None:
        wish = self.open_pane.form.wish(self.day.day)
        named = self.day.named
        slots = [
            slot
            for slot in self.day.slots()
            if wish.type_code in ("", slot.type_code)
            and (not wish.practitioner_id or named(slot)[0] == wish.practitioner_id)
            and (wish.type_code or slot.is_online or slot.type_code != SlotType.VISIT)
        ]
        self.strip.strip.show_slots(slots, self._desk.time.now())

    @Slot(bool, int, object, object)
    def _on_range_chosen(self, opening: bool, count: int, start: object, end: object) -> None:
        self.acts.button(0).setChecked(True)
        self.open_pane.form.take(opening=opening, count=count, start=start, end=end)  # type: ignore[arg-type]

    @Slot(str, str)
    def _on_kind_chosen(self, practitioner_id: str, type_code: str) -> None:
        for pane in self.panes:
            pane.choose(practitioner_id, type_code)

    @Slot()
    def _on_day_changed(self) -> None:
        self._start_anew()
        self.day.follow_board()
        self.counts.recount()

    @Slot(int, bool)
    def _on_act(self, number: int, on: bool) -> None:
        if on:
            self.stack.setCurrentIndex(number)
            self.rules_pane.show_anew()
            self._refresh_pane()

    @Slot()
    def _on_freshness(self) -> None:
        self._refresh_pane()

    # Demand

    @Slot()
    def _on_minute_passed(self) -> None:
        if self.isVisible():
            self._on_demand()
            self._ask_demand()

    def _ask_demand(self) -> None:
        self.tasks.start(self._desk.demand.ask())

    @Slot()
    def _on_demand(self) -> None:
        self.demand.setText(demand_text(self._desk.demand.waiting(), self._desk.demand.refused))

    # Where slots come from

    @Slot()
    def _on_sessions(self) -> None:
        """The sessions of the chosen day's week: slots that are not there have to be made."""
        self.tasks.start(self._to_sessions(), on_problem=self._on_problem)

    async def _to_sessions(self) -> None:
        if self.day.day != self._desk.day:
            await self._desk.open_day(self.day.day)
        self.page_requested.emit("Sessions", "")

    # What went wrong

    @Slot(object)
    def _on_problem(self, problem: Problem) -> None:
        self.banner.show_problem(problem)

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        if sentence:
            self.banner.say(sentence, Weight.WARN)
        else:
            self.banner.hide()
