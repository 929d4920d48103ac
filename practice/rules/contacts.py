"""The contact list: nobody leaves it without having been told, or tried for three times.

Source: docs/contract.md 6 (cancel a session).
"""

from contract.contact import is_contact, why_not_done
from practice.rules.trees import forbidden_move, missing
from practice.store import Tree


def check_ended(before: Tree, after: Tree) -> None:
    """Refuse to end a contact in any other way than with an outcome.

    Raises:
        Refusal: 422, with what is still to do.
    """
    if not is_contact(before):
        return
    if after["status"] in ("rejected", "cancelled", "failed"):
        raise forbidden_move("This patient has to be told: a contact ends only with an outcome.")
    if after["status"] == "completed" and (why := why_not_done(after)):
        raise missing("Task.output", why)
