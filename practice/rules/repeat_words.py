"""What patients read about the items they ordered, written on the item with every change.

Source: docs/contract.md 4.3, 7.
"""

from datetime import date

from contract.codes import Reject, RepeatState, SupplyState
from contract.core_hours import london_day
from contract.repeat_words import Told, patient_words, reject_words
from contract.repeats import OPEN
from contract.supply import Supply, pharmacy_of, supply_of
from contract.systems import REQUEST_REJECT, SUPPLY_STATE
from practice.clock import instant
from practice.rules import repeats
from practice.rules.act import Act
from practice.rules.trees import codes, moment, target
from practice.store import Tree


def worded(act: Act, task: Tree) -> Tree:
    """*task*, one item of a repeat order, with the words its patient reads (businessStatus.text).

    Its times and its reason have to be filled in before.
    """
    state = repeats.state_of(task)
    plan = act.after(target(task.get("focus"))) or {}
    ordered = moment(task.get("authoredOn") or instant(act.now), "Task.authoredOn")
    end = task.get("restriction", {}).get("period", {}).get("end")
    order = _issued(act, task) if state is RepeatState.APPROVED else None
    told = Told(
        state=state,
        ordered=london_day(ordered),
        by=london_day(moment(end, "Task.restriction.period.end")) if end else None,
        decided=_decided(act, order) if state is RepeatState.APPROVED else None,
        supply=_supply(act, task, plan) if state in OPEN else None,
        reason=str(task.get("statusReason", {}).get("text", "")),
        pharmacy=pharmacy_of(task, plan),
        tracked=tracked_state(order) if order is not None else None,
    )
    words = patient_words(told)
    return {**task, "businessStatus": {**task.get("businessStatus", {}), "text": words}}


def reasoned(act: Act, task: Tree) -> Tree:
    """A rejected item with words that the patient can read: the reason, and what to do next."""
    reason = task["statusReason"]
    if reason.get("text"):
        return task
    known = [code for code in codes(reason, REQUEST_REJECT) if code in set(Reject)]
    why = Reject(known[0]) if known else Reject.OTHER
    plan = act.after(target(task.get("focus"))) or {}
    words = reject_words(why, _supply(act, task, plan))
    return {**task, "statusReason": {**reason, "text": words}}


def tracked_state(order: Tree) -> SupplyState:
    """How far an issued prescription is: sent, where its pharmacy tells nothing."""
    found = codes(order.get("statusReason"), SUPPLY_STATE)
    known = [SupplyState(code) for code in found if code in set(SupplyState)]
    return known[0] if known else SupplyState.SENT


def _supply(act: Act, task: Tree, plan: Tree) -> Supply | None:
    if not plan:
        return None
    issues = act.find("MedicationRequest", patient=target(task.get("for")), intent="order")
    return supply_of(plan, issues, london_day(act.now))


def _issued(act: Act, task: Tree) -> Tree | None:
    orders = (act.after(reference) for reference in repeats.issued_by(task))
    return next((order for order in orders if order is not None), None)


def _decided(act: Act, order: Tree | None) -> date:
    told = (order or {}).get("authoredOn")
    return london_day(moment(told, "MedicationRequest.authoredOn") if _has_time(told) else act.now)


def _has_time(text: object) -> bool:
    return isinstance(text, str) and "T" in text
