"""When more comes in than is answered: what the next hour brings, who helps, what patients read.

Nothing is capped or closed by any of it.

Source: docs/contract.md 3 (Library), 7 (`Task/$forecast`, `Task/$waiting`).
"""

import tomllib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from PySide6.QtCore import QObject, Signal, Slot

from contract import triagers, waiting_text
from contract.core_hours import london_day
from contract.triagers import Triager
from contract.waiting_text import WaitingText
from reception.desk.documents import Documents, shipped
from reception.desk.hours import core_hours
from reception.desk.problems import NotPossible
from reception.desk.workbench import Workbench
from reception.records import Tree
from reception.records.problem import Problem
from reception.records.tree import maps, moment

TRIAGERS, WAITING = "triagers", "waiting-text"
_LEAST_MORE = 5
_LEAST_SHARE = 0.25


@dataclass(frozen=True)
class Pace:
    """The answer of `Task/$forecast`.

    Attributes:
        arrived, answered: requests of the last hour.
        waiting: requests that wait for the practice.
        expected: requests of the next hour by type; a mean.
        quarters: the same by the start of each quarter of an hour.
        days: how many days like this one are known.
        by_history: whether *expected* follows from those days, not from the weights of any day.
        most: minutes of core hours within which 9 of 10 get a first answer; None: too few to say.
    """

    arrived: int
    answered: int
    waiting: int
    expected: Mapping[str, float]
    quarters: Mapping[datetime, float]
    days: int
    by_history: bool
    most: int | None

    @property
    def coming(self) -> int:
        """Requests of the next hour, whole, rounded up."""
        return -int(-sum(self.expected.values()) // 1)


def pace_of(parameters: Tree) -> Pace:
    """The answer of `Task/$forecast`; what makes no sense is left out."""
    numbers: dict[str, int] = {}
    expected: dict[str, float] = defaultdict(float)
    quarters: dict[datetime, float] = defaultdict(float)
    most: int | None = None
    basis = ""
    for told in maps(parameters, "parameter"):
        name = str(told.get("name"))
        parts = {str(part.get("name")): part for part in maps(told, "part")}
        if name == "basis":
            basis = str(told.get("valueCode"))
        elif name == "expected":
            count = parts.get("requests", {}).get("valueDecimal")
            coding = parts.get("request-type", {}).get("valueCoding")
            start = moment(parts.get("start", {}).get("valueInstant"))
            if isinstance(count, int | float) and count >= 0 and start is not None:
                code = coding.get("code") if isinstance(coding, dict) else ""
                expected[str(code or "")] += count
                quarters[start] += count
        elif name == "first-answer":
            most = _number(parts.get("most", {}))
        elif (number := _number(told)) is not None:
            numbers[name] = number
    return Pace(
        numbers.get("arrived", 0),
        numbers.get("answered", 0),
        numbers.get("waiting", 0),
        dict(expected),
        dict(quarters),
        numbers.get("days", 0),
        basis == "history",
        most,
    )


def _number(told: Tree) -> int | None:
    value = told.get("valueInteger")
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def outruns(pace: Pace, *, before: bool) -> bool:
    """Whether arrivals outrun answers; *before*: they did at the last look.

    It begins when clearly more came than was answered and more than an hour's answers wait. It
    ends when as much is answered as comes in, or less than an hour's answers wait.
    """
    more = pace.arrived - pace.answered
    if before:
        return more > 0 and pace.waiting > pace.answered
    clearly = more >= max(_LEAST_MORE, _LEAST_SHARE * pace.arrived)
    return clearly and pace.waiting > pace.answered


class Surge(QObject):
    """Asks while somebody looks.

    Args:
        bench: what every verb works with.
        documents: where it stands who triages and what patients read.
        parent: the Qt parent.
    """

    changed = Signal()

    def __init__(
        self, bench: Workbench, documents: Documents, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._bench, self._documents = bench, documents
        self.pace: Pace | None = None
        """None where the service does not tell."""
        self.is_on = False
        documents.changed.connect(self._on_document)

    async def ask(self) -> None:
        """Look again. Where the service does not tell, nothing is said rather than an old number.

        Raises only what cancels it.
        """
        try:
            pace = pace_of(await self._bench.wire.ask("Task/$forecast", []))
        except Problem:
            pace = None
        on = pace is not None and outruns(pace, before=self.is_on)
        if (pace, on) != (self.pace, self.is_on):
            self.pace, self.is_on = pace, on
            self.changed.emit()

    # -- who triages

    @property
    def triagers(self) -> list[Triager]:
        """Who has said today that they triage."""
        today = self._bench.time.today()
        return [one for one in self._all() if london_day(one.since) == today]

    @property
    def am_triaging(self) -> bool:
        """Whether this user has."""
        return any(one.reference == self._bench.me.reference for one in self.triagers)

    async def triage_too(self) -> None:
        """Say at every desk that this user triages as well.

        Raises:
            Problem: it could not be written.
        """
        if self.am_triaging:
            return
        me = self._bench.me
        mine = Triager(me.reference, me.display, self._bench.time.now())
        await self._documents.save(TRIAGERS, triagers.written([*self.triagers, mine]))

    async def triage_no_more(self) -> None:
        """Say at every desk that this user does not triage any more.

        Raises:
            Problem: it could not be written.
        """
        me = self._bench.me.reference
        others = [one for one in self.triagers if one.reference != me]
        await self._documents.save(TRIAGERS, triagers.written(others))

    def _all(self) -> list[Triager]:
        try:
            return triagers.read(tomllib.loads(self._documents.text(TRIAGERS)))
        except ValueError:
            return []  # written past the service's rules

    # -- what patients read

    @property
    def waiting_text(self) -> WaitingText:
        """What patients are told about waiting, shown or not."""
        try:
            return waiting_text.read(tomllib.loads(self._documents.text(WAITING)))
        except ValueError:
            return waiting_text.read(tomllib.loads(shipped(WAITING)))

    @property
    def tells_patients(self) -> bool:
        """Whether patients are told at this moment."""
        return self.waiting_text.is_shown(self._bench.time.now())

    def preview(self, text: str) -> str:
        """What patients would read now.

        Raises:
            ValueError: *text* cannot be shown; a sentence.
        """
        pace = self.pace
        words = waiting_text.read({"show": True, "text": text})
        return words.filled(pace.most if pace else None, pace.waiting if pace else 0)

    async def tell_patients(self, text: str, until: datetime) -> None:
        """Show patients *text*, with the time as measured, until then.

        Raises:
            NotPossible: it cannot be shown.
            Problem: it could not be written.
        """
        await self._save(text, until)

    async def tell_patients_no_more(self) -> None:
        """Show it no longer.

        Raises:
            Problem: it could not be written.
        """
        await self._save(self.waiting_text.text, None)

    async def _save(self, text: str, until: datetime | None) -> None:
        try:
            waiting_text.read({"show": True, "text": text})
        except ValueError as broken:
            raise NotPossible(str(broken)) from None
        await self._documents.save(WAITING, waiting_text.written(text, until))

    def until(self) -> datetime:
        """When it ends by itself: at the close of this day; two hours from now after that."""
        now = self._bench.time.now()
        bounds = core_hours(self._bench.stores).bounds(self._bench.time.today())
        if bounds is not None and bounds[1] > now:
            return bounds[1]
        return now + timedelta(hours=2)

    @Slot(str)
    def _on_document(self, name: str) -> None:
        if name in (TRIAGERS, WAITING):
            self.changed.emit()
