"""The release page: what is left of the day, and opening more of it to patients."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from reception.desk.desk import Desk
from reception.records import Slot as SlotRecord
from reception.records.problem import Problem
from reception.ui.page import Page
from reception.ui.tasks import Tasks
from reception.widgets.banner import Banner, Weight, announce
from reception.widgets.board_cell import clock_text
from reception.widgets.look import Look
from reception.widgets.slot_counts import chosen
from reception.widgets.slot_table import SlotTable, SlotTableModel
from reception.widgets.slot_wish import WishForm

_CHANNELS = {"Telephone": "by telephone", "Video": "by video"}


def patient_words(slot: SlotRecord, clinician: str) -> str:
    """A slot as patients read it: `15:00  Routine GP with Dr N Grant, in person, 10 minutes`."""
    how = _CHANNELS.get(slot.channel, "in person")
    kind = slot.type_text or "Appointment"
    return f"{clock_text(slot.start)}  {kind} with {clinician}, {how}, {slot.minutes} minutes"


class ReleasePage(Page):
    """Counts, a wish, exactly what it would do, and the way back."""

    title = "Release"
    icon = "release"

    def __init__(self, desk: Desk, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.tasks = Tasks(self)
        self._picked: list[SlotRecord] = []
        self._opened: list[str] = []
        self._busy = False
        self.banner = Banner(look, self)
        self.counts = SlotTableModel(desk, look, self)
        self.table = SlotTable(self.counts, look, self)
        self.form = WishForm(look, self)
        self._build(look)
        self.counts.counted.connect(self._on_counted)
        self.table.kind_chosen.connect(self._on_kind_chosen)
        self.form.changed.connect(self._preview)
        self.apply.clicked.connect(self._on_apply)
        self.withdraw.clicked.connect(self._on_withdraw)
        desk.freshness.changed.connect(self._preview)
        desk.day_changed.connect(self._on_day_changed)
        self._on_counted()

    def _build(self, look: Look) -> None:
        unit = look.metrics.unit_px
        self.heading = QLabel(self)
        self.heading.setFont(look.metrics.title)
        self.sums = QLabel(self)
        self.sums.setProperty("kind", "muted")
        left = QVBoxLayout()
        left.setSpacing(unit)
        left.addWidget(self.heading)
        left.addWidget(self.sums)
        left.addWidget(self.table, 1)

        card = QFrame(self)
        card.setProperty("kind", "card")
        card.setMinimumWidth(unit * 44)
        card.setMaximumWidth(unit * 64)
        side = QVBoxLayout(card)
        side.setContentsMargins(2 * unit, 2 * unit, 2 * unit, 2 * unit)
        side.setSpacing(unit)
        title = QLabel("Open more, or take back", card)
        title.setFont(look.metrics.title)
        self.said = QLabel(card)
        self.said.setWordWrap(True)
        self.said.setProperty("kind", "heading")
        self.list = QListWidget(card)
        self.list.setAccessibleName("What patients will see")
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setSelectionMode(QListWidget.SelectionMode.NoSelection)
        self.apply = QPushButton(card)
        self.apply.setProperty("kind", "primary")
        self.result = QLabel(card)
        self.result.setWordWrap(True)
        self.result.setTextFormat(Qt.TextFormat.PlainText)
        self.withdraw = QPushButton(card)
        side.addWidget(title)
        side.addWidget(self.form)
        side.addWidget(self.said)
        side.addWidget(self.list, 1)
        side.addWidget(self.apply)
        side.addWidget(self.result)
        side.addWidget(self.withdraw)
        for widget in (self.result, self.withdraw):
            # Its room is kept: nothing else may come under the mouse where Apply was.
            policy = widget.sizePolicy()
            policy.setRetainSizeWhenHidden(True)
            widget.setSizePolicy(policy)
            widget.hide()

        across = QHBoxLayout()
        across.setContentsMargins(2 * unit, 2 * unit, 2 * unit, 2 * unit)
        across.setSpacing(2 * unit)
        across.addLayout(left, 3)
        across.addWidget(card, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.banner)
        column.addLayout(across, 1)

    def showEvent(self, event: QShowEvent) -> None:
        """Keep the count up to date from now on."""
        super().showEvent(event)
        self.counts.follow()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks at the count."""
        super().hideEvent(event)
        self.counts.rest()

    def came_to_front(self) -> None:
        """The keyboard goes to the number."""
        self.form.count.setFocus()
        self.form.count.selectAll()

    @property
    def picked(self) -> Sequence[SlotRecord]:
        """The slots that Apply would change."""
        return self._picked

    # What would happen

    @Slot()
    def _on_counted(self) -> None:
        day = self._desk.day
        self.heading.setText(f"Slots on {day:%A} {day.day} {day:%B}")
        total = self.counts.total
        self.sums.setText(
            f"{total.free} free, {total.online} of them online   {total.embargoed} embargoed   "
            f"{total.booked} booked"
            if total.total
            else "No sessions on this day"
        )
        self.form.offer(self.counts.rows)
        self._preview()

    @Slot(str, str)
    def _on_kind_chosen(self, practitioner_id: str, type_code: str) -> None:
        self.form.choose(practitioner_id, type_code)

    @Slot()
    def _on_day_changed(self) -> None:
        self._opened = []
        self.result.hide()
        self.withdraw.hide()
        self.counts.recount()

    @Slot()
    def _preview(self) -> None:
        wish = self.form.wish(self._desk.day)
        now = self._desk.time.now()
        self._picked, able = chosen(wish, self._desk.slots, self._desk.clinician_of, now)
        count = len(self._picked)
        slots = "1 slot" if count == 1 else f"{count} slots"
        if not able:
            none = "can be opened" if wish.opening else "is online"
            self.said.setText(f"Nothing like this {none}. Choose another time, type or clinician.")
        else:
            short = f" Only {able} can be changed." if able < wish.count else ""
            what = "Patients will see" if wish.opening else "Patients will no longer see"
            self.said.setText(f"{what} {slots}.{short}")
        self._list_picked()
        self.apply.setText(f"Open {slots} online" if wish.opening else f"Withdraw {slots}")
        fresh = self._desk.freshness.can_book
        if self._busy and (self.apply.hasFocus() or self.withdraw.hasFocus()):
            self.form.count.setFocus()  # a disabled button passes the keyboard on to anything
        self.apply.setEnabled(bool(self._picked) and fresh and not self._busy)
        self.withdraw.setEnabled(fresh and not self._busy)

    def _list_picked(self) -> None:
        lines = []
        for slot in self._picked:
            words = patient_words(slot, self._desk.clinician_of(slot)[1])
            lines.append(f"{words}   (embargoed)" if slot.is_embargoed else words)
        if lines != [self.list.item(row).text() for row in range(self.list.count())]:
            self.list.clear()
            self.list.addItems(lines)

    # Doing it

    @Slot()
    def _on_apply(self) -> None:
        ids = [slot.id for slot in self._picked]
        if not ids or self._busy:
            return
        self._run(ids, opening=self.form.opening)

    @Slot()
    def _on_withdraw(self) -> None:
        if self._opened and not self._busy:
            self._run(list(self._opened), opening=False)

    def _run(self, ids: Sequence[str], *, opening: bool) -> None:
        self._busy = True
        self.banner.hide()
        self._preview()
        self.tasks.start(self._change(ids, opening=opening), on_problem=self._on_problem)

    async def _change(self, ids: Sequence[str], *, opening: bool) -> None:
        verb = self._desk.open_online if opening else self._desk.withdraw_online
        try:
            failed = await verb(ids)
        finally:
            self._busy = False
            self._preview()
        done = [slot_id for slot_id in ids if slot_id not in failed]
        self._tell(done, failed, opening=opening)

    def _tell(self, done: Sequence[str], failed: dict[str, str], *, opening: bool) -> None:
        slots = "1 slot" if len(done) == 1 else f"{len(done)} slots"
        lines = [f"{slots} {'open to online booking' if opening else 'withdrawn'}."]
        lines += failed.values()
        self.result.setText("\n".join(lines))
        self.result.show()
        self._opened = list(done) if opening else []
        self.withdraw.setText(f"Withdraw these {slots} again, as far as nobody has taken them")
        self.withdraw.setVisible(bool(self._opened))
        announce(self, lines[0])
        if failed:
            taken = "1 slot" if len(failed) == 1 else f"{len(failed)} slots"
            self.banner.say(f"{taken} could not be changed; the reasons are below.", Weight.WARN)

    def _on_problem(self, problem: Problem) -> None:
        self.banner.show_problem(problem)
