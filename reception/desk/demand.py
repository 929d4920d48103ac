"""What patients ask for beside what there is: requests that wait, bookings that were refused.

Source: docs/contract.md 6 (`Slot/$demand`), 7.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from PySide6.QtCore import QObject, Signal

from contract import systems
from contract.codes import Priority
from contract.core_hours import day_bounds
from reception.api.wire import Wire
from reception.desk.outlook import DAYS
from reception.desk.practice_time import PracticeTime
from reception.desk.stores import RequestStore
from reception.records import Request, Tree
from reception.records.problem import Problem
from reception.records.tree import maps, wire_time

URGENT = frozenset({Priority.URGENT, Priority.ASAP, Priority.STAT})
_WORDS = {
    "appointment-request": ("appointment", "appointments"),
    "online-consultation": ("online consultation", "online consultations"),
    "admin-query": ("admin query", "admin queries"),
    "records-access": ("records access", "records access"),
    "thread": ("message", "messages"),
    "repeat": ("repeat item", "repeat items"),
}


@dataclass(frozen=True)
class Waiting:
    """Requests of one type that the practice has to act on.

    Attributes:
        type_code: a `RequestType`, or `repeat`.
        count: how many.
        urgent: how many of them are more than routine.
    """

    type_code: str
    count: int
    urgent: int

    @property
    def words(self) -> str:
        """`31 appointments (3 urgent)`."""
        one, many = _WORDS.get(self.type_code, ("request", "requests"))
        words = f"{self.count} {one if self.count == 1 else many}"
        return f"{words} ({self.urgent} urgent)" if self.urgent else words


@dataclass(frozen=True)
class Turned:
    """Bookings refused in the last hour, of one type of slot.

    Attributes:
        type_code: a `SlotType`; empty for slots without one.
        patients: tried by patients themselves.
        staff: tried by staff.
    """

    type_code: str
    patients: int
    staff: int


def waiting(requests: Iterable[Request]) -> list[Waiting]:
    """The requests that wait for the practice, by type, the most first."""
    count: Counter[str] = Counter()
    urgent: Counter[str] = Counter()
    for request in requests:
        if request.waits_for_us:
            count[request.type_code] += 1
            urgent[request.type_code] += request.priority in URGENT
    return [Waiting(code, number, urgent[code]) for code, number in count.most_common()]


def turned_away(parameters: Tree) -> list[Turned]:
    """The `refused` counts in the answer of `Slot/$demand`; what makes no sense is left out."""
    found = []
    for parameter in maps(parameters, "parameter"):
        if parameter.get("name") != "refused":
            continue
        parts = {str(part.get("name")): part for part in maps(parameter, "part")}
        coding = parts.get("slot-type", {}).get("valueCoding")
        code = ""
        if isinstance(coding, dict) and coding.get("system") == systems.SLOT_TYPE:
            code = str(coding.get("code") or "")
        patients, staff = (_number(parts.get(name, {})) for name in ("patients", "staff"))
        if patients or staff:
            found.append(Turned(code, patients, staff))
    return sorted(found, key=lambda t: (-(t.patients + t.staff), t.type_code))


def _number(part: Tree) -> int:
    value = part.get("valueInteger")
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


class Demand(QObject):
    """Counts what waits, and asks what was refused while somebody looks.

    `refused` is None where the service does not tell.
    """

    changed = Signal()

    def __init__(
        self, wire: Wire, requests: RequestStore, time: PracticeTime, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._wire, self._requests, self._time = wire, requests, time
        self.refused: list[Turned] | None = None

    def waiting(self) -> list[Waiting]:
        """The requests that wait for the practice, by type, the most first."""
        return waiting(self._requests)

    async def ask(self) -> None:
        """Ask which bookings, of today or a day ahead, were refused in the last hour.

        Where the service has no such question, or may not answer it to this user, or cannot be
        reached, `refused` is None rather than an old number.
        """
        today = self._time.today()
        begin, end = day_bounds(today)[0], day_bounds(today + timedelta(days=DAYS - 1))[1]
        params = [("start", f"ge{wire_time(begin)}"), ("start", f"lt{wire_time(end)}")]
        try:
            fresh = turned_away(await self._wire.ask("Slot/$demand", params))
        except Problem:
            fresh = None
        if fresh != self.refused:
            self.refused = fresh
            self.changed.emit()
