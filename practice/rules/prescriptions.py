"""Issued prescriptions (MedicationRequest `order`): from a plan, by a prescriber, to a pharmacy.

Source: docs/contract.md 7 (issue).
"""

from contract.core_hours import london_day
from contract.moves import supply_may_move
from contract.supply import medicine_name
from practice.clock import instant
from practice.rules import repeat_words, repeats
from practice.rules.act import Act
from practice.rules.consent import subject_of
from practice.rules.rights import denied
from practice.rules.trees import (
    forbidden_move,
    invalid,
    moment,
    reference_of,
    target,
    targets,
    unknown,
)
from practice.store import Stored, Tree

_AS_PLANNED = (
    "medicationCodeableConcept",
    "medicationReference",
    "dosageInstruction",
    "substitution",
)
_SUPPLIED = ("quantity", "expectedSupplyDuration")
_MAY_CHANGE = frozenset({"status", "statusReason", "meta", "text"})
_ENDED = frozenset({"cancelled", "entered-in-error"})


def check_new(act: Act, tree: Tree) -> Tree:
    """A prescription that is issued: what the plan says, signed by who issues it.

    Raises:
        Refusal: 403 in another's name; 422 not from a plan of that patient, or another medicine,
            dose or quantity than the plan's.
    """
    if tree.get("intent") != "order" or not targets(tree.get("basedOn")):
        return tree
    reference = targets(tree["basedOn"])[0]
    plan = act.after(reference)
    if plan is None or plan.get("intent") != "plan" or subject_of(plan) != subject_of(tree):
        raise unknown("MedicationRequest.basedOn", reference)
    if plan.get("status") != "active":
        raise forbidden_move("That item is not on repeat any more.", "MedicationRequest.basedOn")
    if tree.get("status") != "active":
        raise invalid("MedicationRequest.status", "A new prescription is “active”.")
    _check_as_planned(plan, tree)
    requester = tree.get("requester", {})
    if target(requester) not in ("", act.caller.reference):
        raise denied("You can issue only in your own name.")
    signed = {**requester, "reference": act.caller.reference, "display": act.caller.display}
    return {**tree, "requester": signed, "authoredOn": instant(act.now)}


def check_change(act: Act, before: Tree, after: Tree) -> Tree:
    """An issued prescription's next version: cancelled at once, or told of by its pharmacy.

    Raises:
        Refusal: 422 for any other change, a later day, or an item left approved.
    """
    if before.get("intent") != "order":
        return after
    for name in sorted(before.keys() | after.keys()):
        if name not in _MAY_CHANGE and before.get(name) != after.get(name):
            raise forbidden_move(
                "What was issued stays as it was signed.", f"MedicationRequest.{name}"
            )
    was, will = before.get("status"), after.get("status")
    told, now = repeat_words.tracked_state(before), repeat_words.tracked_state(after)
    if will in _ENDED and was not in _ENDED:
        _check_cancelled(act, before)
    elif was in _ENDED and will != was:
        raise forbidden_move(
            "A cancelled prescription stays cancelled.", "MedicationRequest.status"
        )
    elif not supply_may_move(told, now):
        raise forbidden_move(
            f"A prescription that is {told.value} cannot become {now.value}.",
            "MedicationRequest.statusReason",
        )
    return after


def follow_up(act: Act, before: Tree | None, stored: Stored) -> None:
    """The patient reads how far the pharmacy is, on the item that the prescription came of."""
    order = stored.tree()
    if before is None or repeat_words.tracked_state(before) is repeat_words.tracked_state(order):
        return
    for task in _items_of(act, order):
        act.unit.update(repeat_words.worded(act, task))


def _check_as_planned(plan: Tree, tree: Tree) -> None:
    for name in _AS_PLANNED:
        if plan.get(name) != tree.get(name):
            raise forbidden_move(
                f"This differs from the plan for {medicine_name(plan) or 'this item'}, which has "
                "changed since, or was changed here. Look at it again.",
                f"MedicationRequest.{name}",
            )
    for name in _SUPPLIED:
        planned = plan.get("dispenseRequest", {}).get(name)
        if planned != tree.get("dispenseRequest", {}).get(name):
            raise forbidden_move(
                f"The plan for {medicine_name(plan) or 'this item'} is for another quantity. "
                "Look at it again.",
                f"MedicationRequest.dispenseRequest.{name}",
            )


def _check_cancelled(act: Act, before: Tree) -> None:
    issued = moment(before.get("authoredOn"), "MedicationRequest.authoredOn")
    if london_day(issued) != london_day(act.now):
        raise forbidden_move(
            "Only what was issued today can be taken back here. Call the pharmacy.",
            "MedicationRequest.status",
        )
    for task in _items_of(act, before):
        after = act.after(reference_of(task)) or task
        if after.get("status") == "completed":
            raise forbidden_move(
                "The item would still read as approved: open it again in the same step.",
                "MedicationRequest.status",
            )


def _items_of(act: Act, order: Tree) -> list[Tree]:
    """Approved items that name *order* as what came of them."""
    reference = reference_of(order)
    plans = targets(order.get("basedOn"))
    return [
        task
        for plan in plans
        for task in act.find("Task", focus=plan, status="completed")
        if repeats.is_repeat(task) and reference in repeats.issued_by(task)
    ]
