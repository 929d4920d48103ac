"""Open more slots to patients, or take them back: a wish, what it would do, and the way back."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QLabel, QListWidget, QPushButton, QVBoxLayout, QWidget

from reception.desk.words import day_text
from reception.records import Slot as SlotRecord
from reception.records.problem import Problem
from reception.ui.tasks import Tasks
from reception.widgets.banner import announce
from reception.widgets.board_cell import clock_text
from reception.widgets.look import Look
from reception.widgets.release_day import ReleaseDay
from reception.widgets.slot_counts import Kind, chosen
from reception.widgets.slot_wish import WishForm

_CHANNELS = {"Telephone": "by telephone", "Video": "by video"}


def patient_words(slot: SlotRecord, clinician: str) -> str:
    """A slot as patients read it: `15:00  Routine GP with Dr N Grant, in person, 10 minutes`."""
    return f"{clock_text(slot.start)}  {kind_words(slot, clinician)}"


def kind_words(slot: SlotRecord, clinician: str) -> str:
    """What of a slot is not its time: `Routine GP with Dr N Grant, in person, 10 minutes`."""
    how = _CHANNELS.get(slot.channel, "in person")
    kind = slot.type_text or "Appointment"
    return f"{kind} with {clinician}, {how}, {slot.minutes} minutes"


def slots_text(count: int) -> str:
    """`1 slot`, `6 slots`."""
    return "1 slot" if count == 1 else f"{count} slots"


def preview_list(parent: QWidget, name: str) -> QListWidget:
    """A list that only tells what would happen."""
    made = QListWidget(parent)
    made.setAccessibleName(name)
    made.setWordWrap(True)
    made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    made.setSelectionMode(QListWidget.SelectionMode.NoSelection)
    return made


def show_lines(target: QListWidget, lines: Sequence[str]) -> None:
    """Show *lines*; what is shown already stays untouched."""
    if list(lines) != [target.item(row).text() for row in range(target.count())]:
        target.clear()
        target.addItems(list(lines))


class OpenPane(QWidget):
    """By number, by time, by type and clinician."""

    problem_met = Signal(object)
    failed = Signal(str)  # some could not be changed

    def __init__(
        self, day: ReleaseDay, tasks: Tasks, look: Look, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._day, self._tasks = day, tasks
        self._picked: list[SlotRecord] = []
        self._opened: list[str] = []
        self._said = ""
        self._busy = False
        self.form = WishForm(look, self)
        self._build(look)
        self.form.changed.connect(self.refresh)
        self.apply.clicked.connect(self._on_apply)
        self.withdraw.clicked.connect(self._on_withdraw)

    def _build(self, look: Look) -> None:
        unit = look.metrics.unit_px
        side = QVBoxLayout(self)
        side.setContentsMargins(0, unit, 0, 0)
        side.setSpacing(unit)
        self.said = QLabel(self)
        self.said.setWordWrap(True)
        self.said.setProperty("kind", "heading")
        self.list = preview_list(self, "What patients will see")
        self.apply = QPushButton(self)
        self.apply.setProperty("kind", "primary")
        self.result = QLabel(self)
        self.result.setWordWrap(True)
        self.result.setTextFormat(Qt.TextFormat.PlainText)
        self.withdraw = QPushButton(self)
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

    @property
    def picked(self) -> Sequence[SlotRecord]:
        """The slots that Apply would change."""
        return self._picked

    def offer(self, kinds: Sequence[Kind]) -> None:
        """Let choose among these."""
        self.form.offer(kinds)

    def choose(self, practitioner_id: str, type_code: str) -> None:
        """Mean this kind."""
        self.form.choose(practitioner_id, type_code)

    def start_anew(self) -> None:
        """Another day is meant: what was opened before is no longer offered to be withdrawn."""
        self._opened = []
        self.result.hide()
        self.withdraw.hide()

    @Slot()
    def refresh(self) -> None:
        """Say again what would happen."""
        desk = self._day.desk
        wish = self.form.wish(self._day.day)
        self._picked, able = chosen(wish, self._day.slots(), self._day.named, desk.time.now())
        slots = slots_text(len(self._picked))
        if not able:
            none = "can be opened" if wish.opening else "is online"
            self.said.setText(f"Nothing like this {none}. Choose another time, type or clinician.")
        else:
            short = f" Only {able} can be changed." if able < wish.count else ""
            what = "Patients will see" if wish.opening else "Patients will no longer see"
            day = self._day.day
            ahead = "" if day == desk.time.today() else f" on {day_text(day)}"
            self.said.setText(f"{what} {slots}{ahead}.{short}")
        lines = []
        for slot in self._picked:
            words = patient_words(slot, self._day.named(slot)[1])
            lines.append(f"{words}   (embargoed)" if slot.is_embargoed else words)
        show_lines(self.list, lines)
        self.apply.setText(f"Open {slots} online" if wish.opening else f"Withdraw {slots}")
        why_not = self._day.why_not
        if self._busy and (self.apply.hasFocus() or self.withdraw.hasFocus()):
            self.form.count.setFocus()  # a disabled button passes the keyboard on to anything
        self.apply.setEnabled(bool(self._picked) and not why_not and not self._busy)
        self.apply.setToolTip(why_not)
        self.withdraw.setEnabled(not why_not and not self._busy)
        self._tell_taken()

    @Slot()
    def _on_apply(self) -> None:
        ids = [slot.id for slot in self._picked]
        if ids and not self._busy:
            self._day.lend(self._picked)
            self._run(ids, opening=self.form.opening)

    @Slot()
    def _on_withdraw(self) -> None:
        if self._opened and not self._busy:
            self._run(list(self._opened), opening=False)

    def _run(self, ids: Sequence[str], *, opening: bool) -> None:
        self._busy = True
        self.failed.emit("")
        self.refresh()
        self._tasks.start(self._change(ids, opening=opening), on_problem=self._on_problem)

    async def _change(self, ids: Sequence[str], *, opening: bool) -> None:
        desk = self._day.desk
        verb = desk.open_online if opening else desk.withdraw_online
        try:
            failed = await verb(ids)
        finally:
            self._busy = False
            self.refresh()
        done = [slot_id for slot_id in ids if slot_id not in failed]
        self._tell(done, failed, opening=opening)

    def _tell(self, done: Sequence[str], failed: dict[str, str], *, opening: bool) -> None:
        slots = slots_text(len(done))
        lines = [f"{slots} {'open to online booking' if opening else 'withdrawn'}."]
        lines += failed.values()
        self._said = "\n".join(lines)
        self._opened = list(done) if opening else []
        self._tell_taken()
        self.result.show()
        self.withdraw.setText(f"Withdraw these {slots} again, as far as nobody has taken them")
        self.withdraw.setVisible(bool(self._opened))
        announce(self, lines[0])
        if failed:
            some = slots_text(len(failed))
            self.failed.emit(f"{some} could not be changed; the reasons are below.")

    def _tell_taken(self) -> None:
        """Of what was just opened, name what somebody has taken since, by time."""
        opened = set(self._opened)
        taken = [s for s in self._day.slots() if s.id in opened and s.status == "busy"]
        taken.sort(key=lambda s: (s.start, s.id))
        words = ", ".join(f"{clock_text(s.start)} {s.type_text}".strip() for s in taken)
        self.result.setText(f"{self._said}\nTaken already: {words}." if words else self._said)

    def _on_problem(self, problem: Problem) -> None:
        self.problem_met.emit(problem)
