"""What an answer that is no success means, as a Problem.

The HTTP status decides; the text comes from the OperationOutcome, in whichever of its places this
server puts it (contract 13).
"""

from reception.records.problem import (
    Busy,
    ChangedElsewhere,
    NotFound,
    Problem,
    Refused,
    SignedOut,
)
from reception.records.tree import Tree, each, text_at

STALE = (409, 412)
BUSY = (429, 503)
_ISSUE = "issue"
_GONE = "The practice has no such record."
_FAILED = "Something went wrong at the practice's end. Nothing was saved; try again in a moment."
_NO_REASON = "The practice's system refused this and gave no reason. Nothing was saved."


def outcome_text(outcome: Tree | None) -> str:
    """What the service says in words, or an empty string."""
    for issue in each(outcome, _ISSUE):
        text = text_at(issue, "details", "text") or text_at(issue, "diagnostics")
        if text:
            return text.strip()
    return ""


def outcome_code(outcome: Tree | None) -> str:
    """`details.coding.code` of the first issue that has one, or an empty string."""
    return text_at(outcome, _ISSUE, "details", "coding", "code")


def is_outcome(tree: object) -> bool:
    """Whether *tree* is an OperationOutcome."""
    return isinstance(tree, dict) and tree.get("resourceType") == "OperationOutcome"


def problem_of(status: int, outcome: Tree | None, theirs: Tree | None = None) -> Problem:
    """The Problem that HTTP *status* with *outcome* means to a user."""
    outcome = outcome if is_outcome(outcome) else None
    text, code = outcome_text(outcome), outcome_code(outcome)
    if status == 401:
        return SignedOut()
    if status in STALE:
        # 412 is worded by each server for programmers; 409 names what is taken.
        taken = text if status == 409 else ""
        return ChangedElsewhere(taken, theirs) if taken else ChangedElsewhere(theirs=theirs)
    if status in BUSY:
        return Busy(status=status, code=code)
    if status in (404, 410):
        return NotFound(text or _GONE, status=status, code=code)
    return Refused(text or (_FAILED if status >= 500 else _NO_REASON), status=status, code=code)
