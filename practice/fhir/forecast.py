"""What the next hour is expected to bring, whether arrivals outrun answers, and how long it takes.

All of it is counted from the requests themselves; nothing is kept beside them.

Source: docs/contract.md 7 (`Task/$forecast`, `Task/$waiting`).
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from contract import documents, forecast, waiting_text
from contract.codes import REPEAT_RENEWAL, RequestState
from contract.core_hours import CoreHours, day_bounds, is_core_day, london_day
from contract.errors import ErrorCode
from contract.forecast import Expected
from contract.moves import TASK_OPEN
from contract.systems import REQUEST_TYPE, SNOMED
from practice.clock import instant
from practice.refusal import Refusal
from practice.rules.caller import Caller
from practice.rules.documents import text as document_text
from practice.rules.hours import core_hours
from practice.rules.requests import state_of
from practice.rules.rights import denied
from practice.rules.trees import codings, moment
from practice.store import Pairs, Param, Query, Store, Stored, Tree, Unit
from practice.store.stored import encode

if TYPE_CHECKING:
    from practice.fhir.work import Operation
    from practice.rules.gate import Gate

NAME: Final = "$forecast"
WAITING_NAME: Final = "$waiting"
_HOUR: Final = timedelta(hours=1)
_MEASURED: Final = timedelta(hours=2)
_FRESH: Final = timedelta(seconds=10)
_RECENT_DAYS: Final = 14
_RECENT: Final = 5
_LEAST_SHARE: Final = 0.25
_LEAST_PASSED: Final = 0.02
_LEAST_SAMPLE: Final = 5
_PAGE: Final = 1000
_OURS: Final = tuple(sorted(TASK_OPEN - {"on-hold"}))
_ANSWERED: Final = ("completed", "failed", "on-hold", "rejected")
_CLERICAL: Final = frozenset({"_format", "_pretty"})
_DOCUMENT: Final = "waiting-text"


@dataclass(frozen=True, slots=True)
class Pace:
    """How the last hours went.

    Attributes:
        arrived, answered: requests of the last hour.
        waiting: requests that wait for the practice.
        first_answer: minutes of core hours until a first answer, one for each request answered in
            the last two hours and for each that still waits (so far), by length.
    """

    arrived: int
    answered: int
    waiting: int
    first_answer: tuple[int, ...]

    def minutes(self, share: float) -> int | None:
        """The time within which *share* of them were answered; None for too few."""
        if len(self.first_answer) < _LEAST_SAMPLE:
            return None
        place = int(len(self.first_answer) * share)
        return self.first_answer[min(len(self.first_answer) - 1, place)]


class Paces:
    """The pace of each practice, counted anew every few seconds however many desks ask."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[datetime, Pace]] = {}

    def of(self, unit: Unit) -> Pace:
        """How the last hours went."""
        held = self._known.get(unit.ods)
        if held is not None and timedelta() <= unit.now - held[0] < _FRESH:
            return held[1]
        pace = pace_of(unit)
        self._known[unit.ods] = unit.now, pace
        return pace


def operations(gate: "Gate") -> dict[str, "Operation"]:
    """The operations on all requests."""
    paces = Paces()
    return {NAME: _operation(gate, paces), WAITING_NAME: _waiting_operation(gate, paces)}


def _operation(gate: "Gate", paces: Paces) -> "Operation":
    """`$forecast` on Task, for staff who see requests."""

    def answer(unit: Unit, caller: Caller, _base: str, _id: str, pairs: Pairs) -> bytes:
        if caller.patient is not None:
            raise denied("Only the practice itself can ask what the next hour brings.")
        gate.allow(unit, caller, "Task", "s")
        _check(pairs)
        return encode(forecast_tree(unit, paces.of(unit)))

    return answer


def _waiting_operation(gate: "Gate", paces: Paces) -> "Operation":
    """`$waiting` on Task: what patients are told about waiting, for them and for staff."""

    def answer(unit: Unit, caller: Caller, _base: str, _id: str, pairs: Pairs) -> bytes:
        gate.allow(unit, caller, "Task", "s")
        _check(pairs)
        return encode(waiting_tree(unit, paces))

    return answer


def notice(store: Store) -> Callable[[str], Awaitable[str]]:
    """Asks what the patients of a practice are told about waiting; empty while it is nothing."""
    paces = Paces()

    async def told(ods: str) -> str:
        tree = await store.read(ods, lambda unit: waiting_tree(unit, paces))
        parts = tree.get("parameter", ())
        return next((str(p["valueString"]) for p in parts if p["name"] == "text"), "")

    return told


def _check(pairs: Pairs) -> None:
    for name, value in pairs:
        if name not in _CLERICAL:
            text = f"{name[:60]}={value[:60]} is not offered; this is asked without parameters."
            raise Refusal(400, "invalid", ErrorCode.INVALID_PARAMETER, text)


def forecast_tree(unit: Unit, pace: Pace) -> Tree:
    """What is expected, and the pace, as Parameters."""
    now = unit.now
    days, expected = _expected(unit)
    basis = "history" if days >= forecast.LEAST_DAYS else "hour-weights"
    parameters: list[dict[str, Any]] = [
        {"name": "from", "valueInstant": instant(now)},
        {"name": "until", "valueInstant": instant(now + _HOUR)},
        {"name": "basis", "valueCode": basis},
        _number("days", days),
        _number("arrived", pace.arrived),
        _number("answered", pace.answered),
        _number("waiting", pace.waiting),
    ]
    median, most = pace.minutes(0.5), pace.minutes(0.9)
    if median is not None and most is not None:
        measured = [_number("median", median), _number("most", most)]
        parameters.append({"name": "first-answer", "part": measured})
    for one in expected:
        system = SNOMED if one.type_code.isdigit() else REQUEST_TYPE
        parts = [
            {"name": "start", "valueInstant": instant(one.start)},
            {"name": "request-type", "valueCoding": {"system": system, "code": one.type_code}},
            {"name": "requests", "valueDecimal": one.requests},
        ]
        parameters.append({"name": "expected", "part": parts})
    return {"resourceType": "Parameters", "parameter": parameters}


def waiting_tree(unit: Unit, paces: Paces) -> Tree:
    """What patients are told about waiting, as Parameters; empty while they are told nothing."""
    text = document_text(unit, _DOCUMENT)
    parameters: list[dict[str, Any]] = []
    if text is not None:
        words = waiting_text.read(documents.read(_DOCUMENT, text))
        if words.is_shown(unit.now):
            pace = paces.of(unit)
            minutes = pace.minutes(0.9)
            parameters.append({"name": "text", "valueString": words.filled(minutes, pace.waiting)})
            if minutes is not None:
                parameters.append(_number("minutes", minutes))
    told = {"parameter": parameters} if parameters else {}  # R4 has no empty list
    return {"resourceType": "Parameters", **told}


def pace_of(unit: Unit) -> Pace:
    """How the last hours went."""
    now, hours = unit.now, core_hours(unit)
    arrived = sum(1 for _ in _asked(unit, now - _HOUR, now))
    waits: list[int] = []
    waiting = answered = 0
    for stored in _every(unit, Query("Task", (Param("status", _OURS),))):
        waiting += 1
        task = stored.tree()
        if _is_first(task):
            waits.append(_wait(task, now, hours))
    lately = Param("modified", (f"ge{instant(now - _MEASURED)}",))
    for stored in _every(unit, Query("Task", (Param("status", _ANSWERED), lately))):
        task = stored.tree()
        if task.get("status") == "on-hold" and state_of(task) != RequestState.AWAITING_PATIENT:
            continue
        at = moment(str(task.get("lastModified")), "Task.lastModified")
        answered += at >= now - _HOUR
        if _is_first(task):
            waits.append(_wait(task, at, hours))
    return Pace(arrived, answered, waiting, tuple(sorted(waits)))


def _is_first(task: Tree) -> bool:
    """Whether it waits, or waited, for a first answer; repeat items have days of their own."""
    return _type_of(task) != REPEAT_RENEWAL and state_of(task) != RequestState.REOPENED


def _wait(task: Tree, until: datetime, hours: CoreHours) -> int:
    begun = task.get("authoredOn")
    return forecast.core_minutes(moment(begun, "Task.authoredOn"), until, hours) if begun else 0


def _expected(unit: Unit) -> tuple[int, list[Expected]]:
    """How many like days are known, and what is expected."""
    now, today = unit.now, london_day(unit.now)
    alike = {day: _number_on(unit, day) for day in forecast.like_days(today)}
    recent = {day: _number_on(unit, day) for day in _recent(today)}
    most = max([*alike.values(), *recent.values()], default=0)
    # A day with hardly anything on it is from before the service was in use, not a quiet one.
    known = [day for day, number in alike.items() if number and number >= most * _LEAST_SHARE]
    if len(known) >= forecast.LEAST_DAYS:
        hours = []
        for day in known:
            begin = forecast.on_day(now, day)
            came = _asked(unit, begin, begin + _HOUR)
            hours.append([(now + (at - begin), kind) for at, kind in came])
        return len(known), forecast.from_history(now, hours)
    some = [day for day, number in recent.items() if number and number >= most * _LEAST_SHARE]
    return len(known), forecast.from_weights(now, _per_day(unit, some))


def _recent(today: date) -> list[date]:
    """The last few days that are open, or shut, as today is."""
    core = is_core_day(today)
    days = (today - timedelta(days=back) for back in range(1, _RECENT_DAYS + 1))
    return [day for day in days if is_core_day(day) == core][:_RECENT]


def _number_on(unit: Unit, day: date) -> int:
    """How many requests came on a London day."""
    asked = Query("Task", _within(*day_bounds(day)), summary="count", total="accurate")
    return unit.search(asked).total or 0


def _per_day(unit: Unit, days: Sequence[date]) -> dict[str, float]:
    """How many come on a day, by type: the mean of *days*; of today so far, if there are none."""
    if days:
        came = (kind for day in days for _, kind in _asked(unit, *day_bounds(day)))
        return {kind: number / len(days) for kind, number in Counter(came).items()}
    begin = day_bounds(london_day(unit.now))[0]
    so_far = Counter(kind for _, kind in _asked(unit, begin, unit.now))
    return {
        kind: number / passed
        for kind, number in so_far.items()
        if (passed := _passed(begin, unit.now, kind)) > _LEAST_PASSED
    }


def _passed(begin: datetime, now: datetime, kind: str) -> float:
    """The share of a day that is over."""
    total, at = 0.0, begin
    while at < now:
        until = min(now, at + _HOUR)
        total += forecast.share(at, until, kind)
        at = until
    return total


def _asked(unit: Unit, begin: datetime, end: datetime) -> Iterator[tuple[datetime, str]]:
    """When requests came in [begin, end), and of which type."""
    for stored in _every(unit, Query("Task", _within(begin, end))):
        task = stored.tree()
        if begun := task.get("authoredOn"):
            yield moment(begun, "Task.authoredOn"), _type_of(task)


def _within(begin: datetime, end: datetime) -> tuple[Param, ...]:
    bounds = (f"ge{instant(begin)}", f"lt{instant(end)}")
    return tuple(Param("authored-on", (bound,)) for bound in bounds)


def _type_of(task: Tree) -> str:
    known = [code for system, code in codings(task.get("code")) if system in (REQUEST_TYPE, SNOMED)]
    return known[0] if known else "other"


def _every(unit: Unit, query: Query) -> Iterator[Stored]:
    query = replace(query, count=_PAGE, total="none")
    while True:
        page = unit.search(query)
        yield from page.matches
        if page.next is None:
            return
        query = replace(query, cursor=page.next)


def _number(name: str, number: int) -> dict[str, Any]:
    return {"name": name, "valueInteger": number}
