"""Practice documents (Library): who may write which, and that each can be read.

Source: docs/contract.md 3 (Library), 12.1.
"""

from typing import Final

from contract import documents
from contract.systems import PRACTICE_DOCUMENT
from practice.refusal import Refusal
from practice.rules.act import Act
from practice.rules.caller import Right
from practice.rules.rights import require
from practice.rules.trees import invalid
from practice.store import Tree, Unit

_RIGHTS: Final = {
    "phrases": Right.EDIT_PHRASES,
    "prescription-phrases": Right.EDIT_PHRASES,
    "red-flags": Right.EDIT_RED_FLAGS,
    "triagers": Right.EDIT_PHRASES,
    "waiting-text": Right.EDIT_PHRASES,
}
"""The right to write a document; of all others: to set how the practice works."""


def text(unit: Unit, name: str) -> str | None:
    """What the practice has written as the document *name*; None: what ships is in force."""
    held = unit.by_key("Library", PRACTICE_DOCUMENT, name)
    if held is None or (tree := held.tree()).get("status") != "active":
        return None
    try:
        return documents.text_of(tree)
    except ValueError:
        return None  # loaded without rules; nobody can write one like it


def check_new(act: Act, tree: Tree) -> Tree:
    """A new document.

    Raises:
        Refusal: 403 for want of the right; 422, it is none that is known, or cannot be read.
    """
    _check(act, documents.name_of(tree), tree)
    return tree


def check_change(act: Act, before: Tree, after: Tree) -> Tree:
    """A document's next version.

    Raises:
        Refusal: as for a new one; 422 also for another name.
    """
    name = documents.name_of(before)
    if documents.name_of(after) != name:
        raise invalid("Library.identifier", "A practice document keeps its name.")
    _check(act, name, after)
    return after


def _check(act: Act, name: str, tree: Tree) -> None:
    if name not in documents.TITLES:
        known = ", ".join(sorted(documents.TITLES))
        raise invalid("Library.identifier", f"The practice documents are: {known}.")
    require(act.caller, _RIGHTS.get(name, Right.SET_PRACTICE))
    try:
        documents.read(name, documents.text_of(tree))
    except ValueError as broken:
        raise _unreadable(name, str(broken)) from None


def _unreadable(name: str, why: str) -> Refusal:
    return invalid("Library.content[0].data", f"{documents.TITLES[name]}: {why}")
