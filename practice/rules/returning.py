"""What comes back to the practice when its time has come, whether or not a desk is open.

A request that slept wakes; one whose patient has not answered comes back; one that was handed to
somebody and that nobody has touched since falls back into the pool.

Source: docs/contract.md 4.3; domain words 2.3; contract/assignments.py.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

from contract import assignments
from contract.codes import RequestState
from contract.core_hours import CoreHours
from contract.systems import AUDIT_SUBTYPE
from practice.clock import instant
from practice.refusal import Refusal
from practice.rules import documents, offers, requests
from practice.rules.hours import core_hours
from practice.rules.opening import Found
from practice.rules.trees import last_updated, moment, reference_of, target
from practice.store import Param, Query, Stored, Tree, Unit

DOCUMENTS: Final = ("core-hours", "assignments")
"""The documents that these moments follow from."""
_STATES: Final = ("on-hold", "accepted", "in-progress")
_MARKS: Final = tuple(f'"{state}"'.encode() for state in _STATES)
_BACK: Final = frozenset({RequestState.REOPENED, RequestState.OFFER_LAPSED})
_HANDED: Final = _BACK | {RequestState.ASSIGNED}
"""Repeat prescriptions with the pharmacy team or a prescriber keep to a clock of their own."""
_PERSONS: Final = ("Practitioner/", "PractitionerRole/", "CareTeam/")
_PAGE: Final = 1000

WOKEN: Final = "woken"
UNANSWERED: Final = "unanswered"
FELL_BACK: Final = "fell-back-to-pool"
_SAID: Final = {
    WOKEN: "The time came until which it was put aside.",
    UNANSWERED: "The patient had not answered by the time set.",
    FELL_BACK: "Nobody touched it for as long as the practice allows; it is in the pool again.",
}


class Rules:
    """What a practice has set, as of one moment.

    Attributes:
        hours: when it is open.
        patience: how long an assignment may lie.
    """

    def __init__(self, hours: CoreHours, patience: assignments.Patience) -> None:
        self.hours, self.patience = hours, patience

    @classmethod
    def of(cls, unit: Unit) -> "Rules":
        """Those in force."""
        text = documents.text(unit, assignments.DOCUMENT)
        return cls(core_hours(unit), assignments.Patience.from_text(text))


def comes_back_at(task: Tree, rules: Rules) -> datetime | None:
    """When the service brings *task* back by itself (aware UTC); None where it never will."""
    if task.get("status") == "on-hold":
        return requests.due_of(task)
    if not _is_handed(task):
        return None
    length = rules.patience.with_priority(str(task.get("priority", "")))
    if length is None:
        return None
    touched = task.get("lastModified")
    since = moment(touched, "Task.lastModified") if touched else last_updated(task)
    return rules.hours.after(since, length)


def brought_back(task: Tree, rules: Rules, now: datetime) -> tuple[Tree, str] | None:
    """*task* as it is by *now*, and what happened to it; None where its time has not come."""
    when = comes_back_at(task, rules)
    if when is None or when > now:
        return None
    if task["status"] == "on-hold":
        slept = requests.state_of(task) == RequestState.SNOOZED
        offered = bool(offers.offered_in(task))
        state = RequestState.OFFER_LAPSED if offered else RequestState.REOPENED
        awake = requests.reopened(offers.without_offer(task), state, now, rules.hours)
        return awake, WOKEN if slept else UNANSWERED
    pooled = {k: v for k, v in task.items() if k != "owner"} | {"lastModified": instant(now)}
    if requests.state_of(task) not in _BACK:
        matched = bool(target(task.get("for")))
        state = RequestState.NEW if matched else RequestState.UNMATCHED
        pooled = requests.in_state({**pooled, "status": "requested"}, state)
    return pooled, FELL_BACK


def may_come_back(stored: Stored) -> bool:
    """Whether a version may be one that comes back; cheap, and never wrongly no."""
    return stored.type == "Task" and any(mark in stored.raw for mark in _MARKS)


def due_time(stored: Stored, rules: Rules) -> datetime | None:
    """When the service has to look at a stored request again; None where it never has to."""
    try:
        return comes_back_at(stored.tree(), rules)
    except Refusal:  # a time that cannot be read, brought in without rules
        return None


def bring_back(unit: Unit, task_ids: Iterable[str]) -> int:
    """Bring back whichever of these requests are due; how many were."""
    rules, changed = Rules.of(unit), 0
    for task_id in task_ids:
        stored = unit.get("Task", task_id)
        if stored is None or due_time(stored, rules) is None:
            continue
        found = brought_back(stored.tree(), rules, unit.now)
        if found is not None:
            after, what = found
            unit.update(after)
            unit.create(event(after, what, unit.now))
            changed += 1
    return changed


def event(task: Tree, what: str, now: datetime) -> Tree:
    """The AuditEvent of the service's own act: nobody asked for it."""
    entities = [{"what": {"reference": reference_of(task)}}]
    patient = target(task.get("for"))
    if patient:
        entities.append({"what": {"reference": patient}})
    return {
        "resourceType": "AuditEvent",
        "type": {
            "system": "http://dicom.nema.org/resources/ontology/DCM",
            "code": "110100",
            "display": "Application Activity",
        },
        "subtype": [{"system": AUDIT_SUBTYPE, "code": what}],
        "action": "U",
        "recorded": instant(now),
        "outcome": "0",
        "outcomeDesc": _SAID[what],
        "agent": [{"who": {"display": "Reception practice service"}, "requestor": False}],
        "source": {"observer": {"display": "Reception practice service"}},
        "entity": entities,
    }


def searches() -> tuple[Query, ...]:
    """The searches that find every request that may come back."""
    return (Query("Task", (Param("status", _STATES),), count=_PAGE, total="none"),)


def look(unit: Unit, query: Query, rules: Rules) -> Found:
    """One page of *query*: when each request has to be looked at."""
    page = unit.search(query)
    times = tuple(
        (stored.id, when)
        for stored in page.matches
        if (when := due_time(stored, rules)) is not None
    )
    return Found(times, replace(query, cursor=page.next) if page.next else None)


def _is_handed(task: Tree) -> bool:
    return (
        task.get("status") in ("accepted", "in-progress")
        and requests.state_of(task) in _HANDED
        and target(task.get("owner")).startswith(_PERSONS)
    )
