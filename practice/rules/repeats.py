"""Repeat prescriptions: one request per item, approved by prescribers only.

Source: docs/contract.md 4.3, 7 (repeat item).
"""

from contract.codes import REPEAT_RENEWAL, Outcome, Reject, RepeatState
from contract.errors import ErrorCode
from contract.moves import TASK_OPEN, repeat_may_move
from contract.repeats import repeat_state
from contract.systems import REQUEST_OUTCOME, REQUEST_REJECT, REQUEST_STATE, SNOMED
from practice.refusal import Refusal
from practice.rules.act import Act
from practice.rules.caller import Right
from practice.rules.consent import subject_of
from practice.rules.rights import require
from practice.rules.trees import codes, forbidden_move, missing, target, targets, unknown
from practice.store import Tree

STANDING = frozenset({"active", "on-hold", "completed"})
"""States of an issued prescription that a pharmacy may dispense, or has."""
_WORDS = {
    RepeatState.REQUESTED: "requested",
    RepeatState.WITH_PHARMACY: "with the pharmacy team",
    RepeatState.WITH_PRESCRIBER: "with a prescriber",
    RepeatState.QUERY: "waiting for the patient's answer",
    RepeatState.BACK: "open again",
    RepeatState.APPROVED: "approved",
    RepeatState.REJECTED: "not approved",
    RepeatState.CANCELLED: "cancelled",
}


def is_repeat(task: Tree) -> bool:
    """Whether a request is one item of a repeat order."""
    return REPEAT_RENEWAL in codes(task.get("code"), SNOMED)


def state_of(task: Tree) -> RepeatState:
    """Where the item stands."""
    business = codes(task.get("businessStatus"), REQUEST_STATE)
    return repeat_state(str(task.get("status")), business[0] if business else None)


def check_new(act: Act, tree: Tree) -> None:
    """An item that is ordered.

    Raises:
        Refusal: 409 the same item is pending; 422 there is no such item to repeat.
    """
    patient = target(tree.get("for"))
    if not patient:
        raise missing("Task.for", "An item is ordered for a patient.")
    item = target(tree.get("focus"))
    plan = act.after(item) if item.startswith("MedicationRequest/") else None
    if plan is None or subject_of(plan) != patient:
        raise unknown("Task.focus", item)
    if plan.get("intent") != "plan" or plan.get("status") != "active":
        raise forbidden_move("That item is not on repeat any more.", "Task.focus")
    open_now = tuple(sorted(TASK_OPEN))
    pending = [
        f"Task/{task['id']}"
        for task in act.find("Task", focus=item, status=open_now)
        if is_repeat(task)
    ]
    planned = [
        reference
        for reference, task in act.bundle.of_type("Task")
        if is_repeat(task) and target(task.get("focus")) == item and task.get("status") in TASK_OPEN
    ]
    others = {*pending, *planned} - {f"Task/{tree.get('id')}"}
    if others:
        raise Refusal(
            409,
            "duplicate",
            ErrorCode.DUPLICATE_REJECTED,
            "That item has already been ordered and is being dealt with.",
            expression="Task.focus",
        )


def check_change(act: Act, before: Tree, after: Tree) -> None:
    """An item's next version: its state, and what has to stand behind an approval.

    Raises:
        Refusal: 403 without the right to approve; 422 for a forbidden move, an approval without
            its prescription, or one that is taken back while its prescription stands.
    """
    was, will = state_of(before), state_of(after)
    if will is not was and will is not RepeatState.CANCELLED:
        check_ended(act, after)
    if not repeat_may_move(was, will):
        hint = (
            " Take the question back, or hand the item on, before it is approved."
            if (was, will) == (RepeatState.QUERY, RepeatState.APPROVED)
            else ""
        )
        raise forbidden_move(
            f"An item that is {_WORDS[was]} cannot become {_WORDS[will]}.{hint}", "Task.status"
        )
    if will is RepeatState.APPROVED:
        if before.get("output") != after.get("output") or was is not will:
            _check_issued(act, after)
    elif was is RepeatState.APPROVED:
        for reference in issued_by(before):
            order = act.after(reference)
            if order is not None and order.get("status") in STANDING:
                raise forbidden_move(
                    "This item has been issued: its prescription has to be cancelled with it.",
                    "Task.status",
                )


def check_ended(act: Act, after: Tree) -> None:
    """Approving is a prescriber's; so is saying that an item does not suit the patient.

    Raises:
        Refusal: 403 without the right.
    """
    clinical = Reject.NOT_SUITABLE in codes(after.get("statusReason"), REQUEST_REJECT)
    if after.get("status") == "completed" or (after.get("status") == "rejected" and clinical):
        require(act.caller, Right.APPROVE_REPEAT)


def issued_by(task: Tree) -> list[str]:
    """References of the prescriptions that came of an item."""
    outputs = [output.get("valueReference") for output in task.get("output", ())]
    return [r for r in targets(o for o in outputs if o) if r.startswith("MedicationRequest/")]


def _check_issued(act: Act, after: Tree) -> None:
    """An approved item names the prescription that was issued from its plan."""
    outcomes = {
        code
        for output in after.get("output", ())
        for code in codes(output.get("valueCodeableConcept"), REQUEST_OUTCOME)
    }
    if outcomes - {Outcome.PRESCRIPTION}:
        raise forbidden_move(
            "An item of a repeat order is issued or not approved: there is no other end.",
            "Task.output",
        )
    plan = target(after.get("focus"))
    for reference in issued_by(after):
        order = act.after(reference)
        if (
            order is not None
            and order.get("intent") == "order"
            and order.get("status") in STANDING
            and plan in targets(order.get("basedOn"))
            and target(order.get("subject")) == target(after.get("for"))
        ):
            return
    raise missing(
        "Task.output", "Issue the item first: an approval names the prescription that came of it."
    )
