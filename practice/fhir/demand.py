"""Demand beside supply: bookings that came to nothing in the last hour, and requests that wait.

A refused booking is noted with its AuditEvent, by the slot that was wanted, in the same commit.
`$demand` counts those notes; so no second book has to be kept, and none can disagree.

Source: docs/contract.md 6 (Demand), 11.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from contract.codes import Priority
from contract.errors import ErrorCode
from contract.moves import TASK_OPEN
from contract.systems import AUDIT_SUBTYPE, REQUEST_TYPE, SLOT_TYPE, SNOMED
from practice.clock import instant
from practice.fhir.interaction import ID, Code, Interaction
from practice.refusal import Refusal
from practice.rules.caller import Caller
from practice.rules.rights import denied
from practice.rules.trees import codes, codings, id_of, targets
from practice.store import Pairs, Param, Query, Stored, Tree, Unit
from practice.store.query import MOST_VALUES
from practice.store.stored import encode

if TYPE_CHECKING:
    from practice.fhir.work import Operation
    from practice.rules.gate import Gate

NAME: Final = "$demand"
REFUSED_BOOKING: Final = "booking-refused"
"""Code of AuditEvent.subtype, and of the detail that says how a slot was refused."""
WINDOW: Final = timedelta(hours=1)
_PAGE: Final = 1000
_STATUSES: Final = frozenset({409, 412})
_WAITING: Final = tuple(sorted(TASK_OPEN - {"on-hold"}))
"""Requests that wait for the practice; those on hold wait for the patient, or for their time."""
_ROUTINE: Final = Priority.ROUTINE.value
_CLERICAL: Final = frozenset({"_format", "_pretty"})
_PREFIXES: Final = ("ge", "gt", "le", "lt")


def wanted(asked: Interaction | None, body: object) -> list[str] | None:
    """The slots that a write tries to book or to hold, `Slot/<id>`; None where it does neither.

    A booking without a slot, a walk-in, wants none: an empty list.
    """
    if asked is None or not isinstance(body, dict):
        return None
    if asked.code is Code.CREATE and asked.type == "Appointment":
        held = body.get("slot")
        found = targets(held) if isinstance(held, list) else []
        return [reference for reference in found if _is_slot(reference)]
    if asked.code is Code.UPDATE and asked.type == "Slot":
        return [f"Slot/{asked.id}"] if body.get("status") == "busy-tentative" else None
    return None


def _is_slot(reference: str) -> bool:
    return ID.fullmatch(id_of(reference, "Slot") or "") is not None


def is_demand(refusal: Refusal) -> bool:
    """Whether a refusal says that there was nothing to be had, not that it was asked wrongly."""
    broke_rule = refusal.status == 422 and refusal.issue == "business-rule"
    return refusal.status in _STATUSES or broke_rule


def operation(gate: "Gate") -> "Operation":
    """`$demand` on Slot, for staff who see slots and requests."""

    def answer(unit: Unit, caller: Caller, _base: str, _id: str, pairs: Pairs) -> bytes:
        if caller.patient is not None:
            raise denied("Only the practice itself can ask how much its slots are in demand.")
        for kind in ("Slot", "Task"):
            gate.allow(unit, caller, kind, "s")
        return encode(_demand(unit, _within(pairs)))

    return answer


def _within(pairs: Pairs) -> tuple[Param, ...]:
    """The range of slots that is asked about.

    Raises:
        Refusal: 400, something else than a range of `start`.
    """
    given = [(name, value) for name, value in pairs if name not in _CLERICAL]
    for name, value in given:
        if name != "start" or value[:2] not in _PREFIXES:
            text = f"{name[:60]}={value[:60]} is not offered; start=ge… and start=lt… are."
            raise Refusal(400, "invalid", ErrorCode.INVALID_PARAMETER, text)
    return Query.parse("Slot", given).params


def _demand(unit: Unit, within: tuple[Param, ...]) -> Tree:
    since = unit.now - WINDOW
    attempts = list(dict.fromkeys(_attempts(unit, instant(since))))
    kinds = _kinds(unit, {slot for _, slot in attempts if slot}, within)
    refused: dict[str, Counter[str]] = {}
    for who, slot in attempts:
        if slot and slot not in kinds:
            continue  # outside the range
        side = "staff" if who.startswith("Practitioner/") else "patients"
        refused.setdefault(kinds.get(slot, ""), Counter())[side] += 1
    parameters: list[dict[str, Any]] = [
        {"name": "since", "valueInstant": instant(since)},
        {"name": "until", "valueInstant": instant(unit.now)},
    ]
    for kind, by in sorted(refused.items()):
        coding = [_coding("slot-type", SLOT_TYPE, kind)] if kind else []
        counts = [_number(side, by[side]) for side in ("patients", "staff")]
        parameters.append({"name": "refused", "part": [*coding, *counts]})
    for (system, kind), (number, urgent) in sorted(_waiting(unit).items()):
        parts = [_number("requests", number), _number("urgent", urgent)]
        parameters.append(
            {"name": "waiting", "part": [_coding("request-type", system, kind), *parts]}
        )
    return {"resourceType": "Parameters", "parameter": parameters}


def _attempts(unit: Unit, since: str) -> Iterator[tuple[str, str]]:
    """Who wanted which slot in vain: `Patient/p1`, and the slot's id or nothing.

    Trying the same slot again is one attempt; who tries another is one more.
    """
    noted = Param("subtype", (f"{AUDIT_SUBTYPE}|{REFUSED_BOOKING}",))
    for stored in _every(unit, Query("AuditEvent", (noted, Param("date", (f"ge{since}",))))):
        event = stored.tree()
        who = next(
            (
                str(agent.get("who", {}).get("reference", ""))
                for agent in event.get("agent", ())
                if agent.get("requestor")
            ),
            "",
        )
        slots = [
            id_of(entity.get("what", {}).get("reference", ""), "Slot") or ""
            for entity in event.get("entity", ())
            if any(d.get("type") == REFUSED_BOOKING for d in entity.get("detail", ()))
        ]
        yield from ((who, slot) for slot in slots or [""])


def _kinds(unit: Unit, slot_ids: set[str], within: tuple[Param, ...]) -> dict[str, str]:
    """Slot type by id, of those in range; an empty type where a slot has none."""
    kinds: dict[str, str] = {}
    ordered = sorted(slot_ids)
    for first in range(0, len(ordered), MOST_VALUES):
        some = Param("_id", tuple(ordered[first : first + MOST_VALUES]))
        for stored in _every(unit, Query("Slot", (some, *within))):
            kinds[stored.id] = next(iter(codes(stored.tree().get("serviceType"), SLOT_TYPE)), "")
    return kinds


def _waiting(unit: Unit) -> dict[tuple[str, str], tuple[int, int]]:
    """By kind of request: how many wait for the practice, and how many of them are urgent."""
    number: Counter[tuple[str, str]] = Counter()
    urgent: Counter[tuple[str, str]] = Counter()
    for stored in _every(unit, Query("Task", (Param("status", _WAITING),))):
        task = stored.tree()
        kind = _request_type(task)
        number[kind] += 1
        urgent[kind] += task.get("priority", _ROUTINE) != _ROUTINE
    return {kind: (count, urgent[kind]) for kind, count in number.items()}


def _request_type(task: Tree) -> tuple[str, str]:
    known = [one for one in codings(task.get("code")) if one[0] in (REQUEST_TYPE, SNOMED)]
    return known[0] if known else (REQUEST_TYPE, "other")


def _every(unit: Unit, query: Query) -> Iterator[Stored]:
    query = replace(query, count=_PAGE, total="none")
    while True:
        page = unit.search(query)
        yield from page.matches
        if page.next is None:
            return
        query = replace(query, cursor=page.next)


def _coding(name: str, system: str, code: str) -> dict[str, Any]:
    return {"name": name, "valueCoding": {"system": system, "code": code}}


def _number(name: str, number: int) -> dict[str, Any]:
    return {"name": name, "valueInteger": number}


def noted(
    writes: Iterable[tuple[Interaction | None, object]], refusal: Refusal
) -> Sequence[tuple[str, int]] | None:
    """What to note of a refused request: slot, or nothing, and status; None for no booking."""
    if not is_demand(refusal):
        return None
    tried = [slots for asked, body in writes if (slots := wanted(asked, body)) is not None]
    if not tried:
        return None
    found = dict.fromkeys(slot for slots in tried for slot in slots)
    return [(slot, refusal.status) for slot in found]
