"""How much of a day patients can book themselves: a slider, and exactly which slots that means."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from reception.desk.online_share import PRESETS, Share, ShareRule
from reception.records.problem import Problem
from reception.ui.release_open import patient_words, preview_list, show_lines, slots_text
from reception.ui.tasks import Tasks
from reception.widgets.banner import announce
from reception.widgets.kind_choice import KindChoice
from reception.widgets.look import Look
from reception.widgets.release_day import ReleaseDay
from reception.widgets.slot_counts import Kind


class SharePane(QWidget):
    """The share of one day, type and clinician."""

    problem_met = Signal(object)
    failed = Signal(str)

    def __init__(
        self, day: ReleaseDay, tasks: Tasks, look: Look, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._day, self._tasks = day, tasks
        self._rule: ShareRule | None = None
        self._is_set = self._busy = False
        self.share = Share(0, 0, 0)
        self.choice = KindChoice(look, self)
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setRange(0, 100)
        self.slider.setPageStep(5)
        self.slider.setAccessibleName("Share online in per cent")
        self.percent = QLabel(self)
        self.percent.setFont(look.metrics.title)
        self.percent.setMinimumWidth(round(look.metrics.text_px("100 %", look.metrics.title)))
        self.percent.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.presets = [QPushButton(f"{percent} %", self) for percent in PRESETS]
        self.embargoed = QCheckBox("Release embargoed slots too, before their time", self)
        self.said = QLabel(self)
        self.said.setWordWrap(True)
        self.said.setProperty("kind", "heading")
        self.list = preview_list(self, "What would change")
        self.apply = QPushButton(self)
        self.apply.setProperty("kind", "primary")
        self._build(look)
        self.choice.changed.connect(self._on_kind_changed)
        self.embargoed.toggled.connect(self.refresh)
        self.slider.valueChanged.connect(self._on_moved)
        for button in self.presets:
            button.clicked.connect(self._on_preset)
        self.apply.clicked.connect(self._on_apply)

    def _build(self, look: Look) -> None:
        unit = look.metrics.unit_px
        column = QVBoxLayout(self)
        column.setContentsMargins(0, unit, 0, 0)
        column.setSpacing(unit)
        column.addWidget(self.choice)
        across = QHBoxLayout()
        across.addWidget(self.slider, 1)
        across.addWidget(self.percent)
        column.addLayout(across)
        row = QHBoxLayout()
        for button in self.presets:
            button.setAccessibleName(f"{button.text()} online")
            row.addWidget(button)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(self.embargoed)
        column.addWidget(self.said)
        column.addWidget(self.list, 1)
        column.addWidget(self.apply)

    def offer(self, kinds: Sequence[Kind]) -> None:
        """Let choose among these."""
        self.choice.offer(kinds)

    def choose(self, practitioner_id: str, type_code: str) -> None:
        """Mean this kind."""
        self.choice.choose(practitioner_id, type_code)

    def start_anew(self) -> None:
        """Another day: the slider goes to where its share stands."""
        self._is_set = False

    @Slot()
    def refresh(self) -> None:
        """Read the day again and say what the slider would do."""
        slots = [s for s in self._day.slots() if self.choice.holds(s, self._day.named)]
        now = self._day.desk.time.now()
        self._rule = ShareRule(
            slots, self._day.named, now, with_embargoed=self.embargoed.isChecked()
        )
        if not self._is_set:
            standing = self._rule.at(0)
            percent = round(100 * standing.before / standing.of) if standing.of else 0
            self.slider.blockSignals(True)
            self.slider.setValue(percent)
            self.slider.blockSignals(False)
        self._preview()

    def _preview(self) -> None:
        if self._rule is None:
            return
        percent = self.slider.value()
        self.percent.setText(f"{percent} %")
        # Until somebody has moved it the slider stands for what is, rounded: nothing is asked for.
        share = self.share = self._rule.at(percent)
        if not self._is_set:
            share = self.share = Share(share.of, share.before, share.before)
        changed = len(share.opening) + len(share.closing)
        now = f"{share.before} of {share.of} online now."
        if not share.of:
            self.said.setText("No slots like this on this day.")
        elif not changed:
            rest = "" if share.percent == percent or not self._is_set else self._why_short(percent)
            self.said.setText(f"{now}{rest}")
        else:
            rest = self._why_short(percent)
            opens = f"{slots_text(len(share.opening))} opens" if len(share.opening) == 1 else (
                f"{slots_text(len(share.opening))} open"
            )  # fmt: skip
            closes = f"{slots_text(len(share.closing))} kept for reception"
            what = opens if share.opening else closes
            self.said.setText(f"{now} It would be {share.after}: {what}.{rest}")
        lines = [f"+ {self._words(slot)}" for slot in share.opening]
        lines += [f"− {self._words(slot)}" for slot in share.closing]
        show_lines(self.list, lines)
        self.apply.setText(f"Change {slots_text(changed)}" if changed else "Nothing to change")
        why_not = self._day.why_not
        if self._busy and self.apply.hasFocus():
            self.slider.setFocus()
        self.apply.setEnabled(bool(changed) and not why_not and not self._busy)
        self.apply.setToolTip(why_not)

    def _why_short(self, percent: int) -> str:
        share = self.share
        nearest = (2 * share.of * percent + 100) // 200
        if share.after < nearest:
            return f" No more than {share.percent} % can be reached as the day stands."
        if share.after > nearest:
            return f" No less than {share.percent} % can be reached: the rest is booked."
        return ""

    def _words(self, slot: object) -> str:
        return patient_words(slot, self._day.named(slot)[1])  # type: ignore[arg-type]

    @Slot(int)
    def _on_moved(self, _: int) -> None:
        self._is_set = True
        self._preview()

    @Slot()
    def _on_preset(self) -> None:
        sender = self.sender()
        percent = PRESETS[self.presets.index(sender)]  # type: ignore[arg-type]
        self._is_set = True
        self.slider.setValue(percent)
        self._preview()

    @Slot()
    def _on_kind_changed(self) -> None:
        self._is_set = False
        self.refresh()

    @Slot()
    def _on_apply(self) -> None:
        share = self.share
        if self._busy or not (share.opening or share.closing):
            return
        self._busy = True
        self.failed.emit("")
        self._day.lend([*share.opening, *share.closing])
        self._preview()
        self._tasks.start(self._change(share), on_problem=self._on_problem)

    async def _change(self, share: Share) -> None:
        opening, closing = ([s.id for s in some] for some in (share.opening, share.closing))
        try:
            failed = await self._day.desk.share_online(opening, closing)
        finally:
            self._busy = False
            self.refresh()
        done = len(opening) + len(closing) - len(failed)
        announce(self, f"{slots_text(done)} changed.")
        if failed:
            some = f"{slots_text(len(failed))} could not be changed."
            self.failed.emit(" ".join([some, *sorted(set(failed.values()))]))

    def _on_problem(self, problem: Problem) -> None:
        self.problem_met.emit(problem)
