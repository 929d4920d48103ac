"""Online services and record access (Consent): who decides on them.

Source: docs/contract.md 3 (Consent), 7 (records-access decision).
"""

from practice.rules.act import Act
from practice.rules.caller import Right
from practice.rules.rights import require
from practice.rules.trees import forbidden_move, target, unknown
from practice.store import Tree

_APPLIED = "proposed"


def check_new(act: Act, tree: Tree) -> Tree:
    """An application; granting one straight away is a decision.

    Raises:
        Refusal: 403 without the right; 422 for an unknown patient.
    """
    patient = target(tree.get("patient"))
    if act.after(patient) is None:
        raise unknown("Consent.patient", patient)
    if tree.get("status") != _APPLIED:
        require(act.caller, Right.DECIDE_ACCESS)
    return tree


def check_change(act: Act, before: Tree, after: Tree) -> Tree:
    """A decision, or an application put right before it is decided.

    Raises:
        Refusal: 403 without the right; 422 for another patient.
    """
    if target(before.get("patient")) != target(after.get("patient")):
        raise forbidden_move("A consent keeps its patient.", "Consent.patient")
    if not before.get("status") == after.get("status") == _APPLIED:
        require(act.caller, Right.DECIDE_ACCESS)
    return after
