"""Messages that did not arrive: nobody ends their request without saying what was done about them.

Source: docs/contract.md 8.
"""

from practice.rules.act import Act
from practice.rules.trees import missing, reference_of, target, targets
from practice.store import Tree

_ARRIVES = frozenset({"in-progress", "completed"})


def check_ended(act: Act, before: Tree, after: Tree) -> None:
    """Whether a request may end as *after* although a message of its thread did not arrive.

    It may once a later message has gone out, or when the ending names the message in its output
    and says in a reason what was done instead. What was named once is not asked for again.

    Raises:
        Refusal: 422, a message was not delivered.
    """
    thread = target(before.get("focus"))
    if act.by_patient or not thread.startswith("Communication/"):
        return
    left = undelivered(act, thread) - _named(before)
    if not left:
        return
    reason = (after.get("statusReason") or {}).get("text", "")
    fresh = after.get("statusReason") != before.get("statusReason")
    if left - _named(after) or not str(reason).strip() or not fresh:
        raise missing(
            "Task.statusReason", "A message was not delivered: say what was done about it."
        )


def undelivered(act: Act, thread: str) -> set[str]:
    """`Communication/<id>` of every message that did not arrive and was followed by none."""
    planned = {
        reference: tree
        for reference, tree in act.bundle.of_type("Communication")
        if thread in targets(tree.get("partOf"))
    }
    held = {reference_of(tree): tree for tree in act.find("Communication", part_of=thread)}
    found: set[str] = set()
    for reference, tree in sorted(
        (held | planned).items(),
        key=lambda item: (act.bundle.creates(item[0]), str(item[1].get("sent", "")), item[0]),
    ):
        if tree.get("status") == "not-done":
            found.add(reference)
        elif tree.get("status") in _ARRIVES and not _theirs(tree):
            found.clear()
    return found


def _theirs(tree: Tree) -> bool:
    return target(tree.get("sender")).startswith(("Patient/", "RelatedPerson/"))


def _named(task: Tree) -> set[str]:
    return set(targets(output.get("valueReference") for output in task.get("output", ())))
