"""Acknowledging an emergency: by whom it may be done, and that it stays done.

Source: docs/contract.md 7 (Acknowledge).
"""

from contract.acknowledgement import (
    acknowledged_input,
    acknowledgements,
    is_acknowledgement,
)
from practice.clock import instant
from practice.rules.act import Act
from practice.rules.caller import Right
from practice.rules.rights import require
from practice.rules.trees import forbidden_move
from practice.store import Tree


def check(act: Act, before: Tree, after: Tree) -> Tree:
    """*after* with who acknowledged it, and when, as only the service knows.

    Raises:
        Refusal: 403 without the right; 422 where an acknowledgement is changed or taken away.
    """
    were, are = list(acknowledgements(before)), list(acknowledgements(after))
    if are[: len(were)] != were:
        raise forbidden_move("What was acknowledged stays so.", "Task.input")
    if len(are) == len(were):
        return after
    require(act.caller, Right.ACKNOWLEDGE)
    mine = acknowledged_input(act.caller.reference, act.caller.display, instant(act.now))
    others = [one for one in after["input"] if not is_acknowledgement(one)]
    return {**after, "input": [*others, *were, mine]}


def check_new(act: Act, tree: Tree) -> Tree:
    """A new request: a patient acknowledges nothing."""
    if not act.by_patient:
        return check(act, {}, tree)
    held = [one for one in tree.get("input", ()) if not is_acknowledgement(one)]
    rest = {name: value for name, value in tree.items() if name != "input"}
    return {**rest, "input": held} if held else rest
