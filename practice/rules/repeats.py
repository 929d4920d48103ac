"""Repeat prescriptions: one request per item, approved by prescribers only.

Source: docs/contract.md 7 (repeat item).
"""

from contract.codes import REPEAT_RENEWAL, Reject
from contract.errors import ErrorCode
from contract.moves import TASK_OPEN
from contract.systems import REQUEST_REJECT, SNOMED
from practice.refusal import Refusal
from practice.rules.act import Act
from practice.rules.caller import Right
from practice.rules.consent import subject_of
from practice.rules.rights import require
from practice.rules.trees import codes, forbidden_move, missing, target, unknown
from practice.store import Tree


def is_repeat(task: Tree) -> bool:
    """Whether a request is one item of a repeat order."""
    return REPEAT_RENEWAL in codes(task.get("code"), SNOMED)


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


def check_ended(act: Act, after: Tree) -> None:
    """Approving is a prescriber's; so is saying that an item does not suit the patient.

    Raises:
        Refusal: 403 without the right.
    """
    clinical = Reject.NOT_SUITABLE in codes(after.get("statusReason"), REQUEST_REJECT)
    if after.get("status") == "completed" or (after.get("status") == "rejected" and clinical):
        require(act.caller, Right.APPROVE_REPEAT)
