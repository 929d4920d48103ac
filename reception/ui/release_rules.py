"""The release rules by slot type: what they say, and what another rule would do."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLabel, QListWidget, QPushButton, QVBoxLayout, QWidget

from contract.core_hours import LONDON
from reception.desk.release_rules import (
    Rule,
    codes_under,
    effect,
    example,
    rule_words,
    who_of,
    who_words,
)
from reception.desk.words import clock, day_text
from reception.records import Service
from reception.records.problem import Problem, Refused
from reception.ui.release_open import slots_text
from reception.ui.tasks import Tasks
from reception.widgets.banner import announce
from reception.widgets.look import Look
from reception.widgets.release_day import ReleaseDay
from reception.widgets.rule_form import RuleForm
from reception.widgets.slot_counts import Kind


class RulesPane(QWidget):
    """Choose a slot type, change its rule, see what that touches, apply."""

    problem_met = Signal(object)
    failed = Signal(str)

    def __init__(
        self, day: ReleaseDay, tasks: Tasks, look: Look, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._day, self._tasks = day, tasks
        self.services: list[Service] = []
        self._sentence = "Reading the rules."
        self._is_asked = self._busy = False
        self._news = ""
        self._later: dict[str, int] = {}
        unit = look.metrics.unit_px
        column = QVBoxLayout(self)
        column.setContentsMargins(0, unit, 0, 0)
        column.setSpacing(unit)
        self.list = QListWidget(self)
        self.list.setAccessibleName("Slot types and their release rules")
        self.list.setWordWrap(True)
        self.form = RuleForm(look, self)
        self.said = QLabel(self)
        self.said.setWordWrap(True)
        self.apply = QPushButton("Change the rule", self)
        self.apply.setProperty("kind", "primary")
        column.addWidget(self.list, 1)
        column.addWidget(self.form)
        column.addWidget(self.said)
        column.addWidget(self.apply)
        self.list.currentRowChanged.connect(self._on_current)
        self.form.changed.connect(self.refresh)
        self.apply.clicked.connect(self._on_apply)
        for signal in (day.desk.services.added, day.desk.services.changed):
            signal.connect(self._on_told)
        day.desk.loaded.connect(self._on_reloaded)

    @property
    def service(self) -> Service | None:
        """The slot type that is meant."""
        row = self.list.currentRow()
        return self.services[row] if 0 <= row < len(self.services) else None

    def offer(self, kinds: Sequence[Kind]) -> None:
        """It offers what the practice's rules name."""

    def choose(self, practitioner_id: str, type_code: str) -> None:
        """Mean the rule of this type."""
        rows = [n for n, s in enumerate(self.services) if s.type_code == type_code]
        if rows:
            self.list.setCurrentRow(rows[0])

    def start_anew(self) -> None:
        """Rules are of no day."""

    @Slot()
    def refresh(self) -> None:
        """Say what the rule that is filled in would do; read the rules first."""
        if not self._is_asked:
            self._is_asked = True
            self._tasks.start(self._load(), on_problem=self._on_not_loaded)
        service, rule = self.service, self.form.rule
        self.form.setEnabled(service is not None and not self._busy)
        why_not = self._day.why_not
        differs = service is not None and self._differs(service)
        self.said.setText(self._sentence if service is None else self._told(service, rule))
        self.apply.setEnabled(differs and not why_not and not self._busy)
        self.apply.setToolTip(why_not)

    def _differs(self, service: Service) -> bool:
        """Whether something else is filled in than the practice's rule."""
        form = self.form
        return form.rule != Rule.of(service.codes) or form.who != who_of(service.codes)

    def _told(self, service: Service, rule: Rule) -> str:
        """What *rule* means for one slot, and what it would do to those there are."""
        desk = self._day.desk
        day = desk.outlook.days[-1]
        start = datetime.combine(day, time(9, 10), LONDON)
        opens, closes = example(rule, start)
        parts = [self._news]
        parts += [f"A slot at 09:10 on {day_text(day)} opens {_at(opens)}." if opens else ""]
        parts += [f"Patients can book it until {_at(closes)}." if closes else ""]
        if self._differs(service):
            parts += self._effect(service, rule)
        return " ".join(filter(None, parts)) or "Slots are open as soon as they are made."

    def _effect(self, service: Service, rule: Rule) -> list[str]:
        """What the change would do: to the days that are here, counted, and to what comes after."""
        outlook = self._day.desk.outlook
        known = [day for day in outlook.days if outlook.knows(day)]
        slots = [slot for day in known for slot in outlook.slots(day)]
        new = codes_under(service.codes, rule, self.form.who)
        now = self._day.desk.time.now()
        does = effect(slots, service.type_code, service.codes, new, now)
        until = f"Until {day_text(known[-1])}" if known else "So far"
        follow = "follows" if does.followers == 1 else "follow"
        parts = [
            f"{until}, {slots_text(does.followers)} {follow} this rule: "
            f"{does.opening} would open at once, {does.shutting} would shut until their time."
            if does.followers
            else f"{until}, no slot follows this rule; new ones will."
        ]
        kept_for = who_words(self.form.who)
        whom = (
            (does.to_online, "could be booked by patients online"),
            (does.from_online, "could no longer be booked by patients online"),
            (does.kept, f"would be {kept_for[:1].lower()}{kept_for[1:]}"),
            (does.given_back, "would be the practice's again"),
        )
        parts += [f"{slots_text(count)} {words}." for count, words in whom if count]
        if does.first_opens is not None:
            parts.append(f"The first opens {_at(does.first_opens)}.")
        later = self._later.get(service.type_code)
        if later:
            parts.append(
                f"After that there {'is' if later == 1 else 'are'} {slots_text(later)} of this "
                "type, free or shut; those that follow the rule change as well."
            )
        return parts

    async def _ask_later(self, type_code: str) -> None:
        """How many come after the days that are here; without an answer it is not told."""
        desk = self._day.desk
        first = desk.outlook.days[-1] + timedelta(days=1)
        after = datetime.combine(first, time(), LONDON)
        self._later[type_code] = await desk.later_slots(type_code, after)
        self.refresh()

    async def _load(self) -> None:
        self._show(await self._day.desk.load_rules())

    def _show(self, services: list[Service]) -> None:
        """List them; what somebody is filling in stays, with word of what it would replace."""
        chosen = self.service
        unsaved = chosen is not None and self._differs(chosen)
        self.services = services
        self._sentence = "Choose a slot type." if services else "The practice has no rules yet."
        self.list.blockSignals(True)
        self.list.clear()
        self.list.addItems([f"{s.name}: {rule_words(s.codes)}" for s in services])
        self.list.blockSignals(False)
        row = next((n for n, s in enumerate(services) if chosen and s.id == chosen.id), 0)
        if services:
            self.list.blockSignals(True)
            self.list.setCurrentRow(row)
            self.list.blockSignals(False)
            if unsaved and chosen is not None and services[row].id == chosen.id:
                self._warn_of(chosen, services[row])
                self.refresh()
            else:
                self._on_current(row)
        else:
            self.refresh()

    def _on_not_loaded(self, problem: Problem) -> None:
        refused = isinstance(problem, Refused)
        self._sentence = (
            f"The practice's system does not tell its release rules. {problem.sentence}"
            if refused
            else f"The rules could not be read. {problem.sentence}"
        )
        self.refresh()
        self._is_asked = refused  # what cannot be reached is asked again when it is looked at

    def _warn_of(self, before: Service, after: Service) -> None:
        if before.codes != after.codes:
            self._news = f"A colleague has just changed this rule: {rule_words(after.codes)}."
            announce(self, self._news)

    @Slot()
    def _on_reloaded(self) -> None:
        """After a gap in contact nobody knows what was missed: read them again."""
        if self.services:
            self._tasks.start(self._load(), on_problem=self._on_not_loaded)

    @Slot()
    def _on_told(self) -> None:
        """A colleague has changed a rule, or this desk has: the list says so at once."""
        if self.services and not self._busy:
            self._show(self._day.desk.rules())

    @Slot(int)
    def _on_current(self, _: int) -> None:
        self._news = ""
        service = self.service
        if service is not None:
            self.form.show_rule(Rule.of(service.codes), who_of(service.codes))
            if service.type_code not in self._later:
                self._tasks.start(self._ask_later(service.type_code), on_problem=self._ignore)
        self.refresh()

    @staticmethod
    def _ignore(_problem: Problem) -> None:
        """What comes later was only to be counted."""

    @Slot()
    def _on_apply(self) -> None:
        service = self.service
        if service is not None and not self._busy:
            self._busy = True
            self.failed.emit("")
            self.list.setFocus()
            work = self._change(service, self.form.rule, self.form.who)
            self.refresh()
            self._tasks.start(work, on_problem=self._on_problem)

    async def _change(self, service: Service, rule: Rule, who: frozenset[str]) -> None:
        said_before = who_of(service.codes)
        try:
            whom = None if who == said_before else who
            await self._day.desk.set_rule(service.id, rule, whom, on=service)
        finally:
            self._busy = False
            self.refresh()
        announce(self, f"{service.name}: {rule_words(rule.codes | who)}.")
        await self._load()

    def show_anew(self) -> None:
        """Read the rules again when they are looked at next: somebody may have changed them."""
        self._is_asked = False
        self._later.clear()

    def _on_problem(self, problem: Problem) -> None:
        self.show_anew()
        self.refresh()
        self.problem_met.emit(problem)


def _at(moment: datetime | None) -> str:
    if moment is None:
        return ""
    return f"{clock(moment)} on {day_text(moment.astimezone(LONDON).date())}"
