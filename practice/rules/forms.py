"""Forms that patients fill in (QuestionnaireResponse).

Source: docs/contract.md 3 (Task.input), 12.2.
"""

from practice.rules.act import Act
from practice.rules.rights import denied
from practice.rules.trees import target
from practice.store import Tree


def check_new(act: Act, tree: Tree) -> Tree:
    """A filled-in form; a patient's is about themselves and in their own name.

    Raises:
        Refusal: 403 for somebody else.
    """
    if not act.by_patient:
        return tree
    if target(tree.get("subject")) not in ("", act.own):
        raise denied("You can fill in a form only for yourself.")
    for name in ("author", "source"):
        if target(tree.get(name)) not in ("", act.caller.reference, act.own):
            raise denied("You can fill in a form only in your own name.")
    author = {**tree.get("author", {}), "reference": act.caller.reference}
    return {**tree, "subject": {"reference": act.own}, "author": author}
