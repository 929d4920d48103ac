"""Attachments (Binary): what may be sent along with a message, and who may open it.

Source: docs/contract.md 8.
"""

import base64
import binascii

from contract.attachment import ENDINGS, TAKEN
from contract.codes import MessageCategory
from contract.limits import ATTACHMENT_BYTES
from practice.rules import messages
from practice.rules.act import Act
from practice.rules.consent import subject_of
from practice.rules.trees import invalid, missing, target, unknown
from practice.store import Tree, Unit


def check_new(act: Act, tree: Tree) -> Tree:
    """A new attachment.

    Raises:
        Refusal: 422 too big, of a type that is not taken, or bound to a thread that is not there.
    """
    kind = str(tree.get("contentType", "")).partition(";")[0].strip().lower()
    if kind not in ENDINGS:
        raise invalid("Binary.contentType", f"{TAKEN} can be attached, nothing else.")
    try:
        size = len(base64.b64decode(str(tree.get("data", "")), validate=True))
    except (binascii.Error, ValueError) as bad:
        raise invalid("Binary.data", "The attachment is not in base64.") from bad
    if size > ATTACHMENT_BYTES:
        raise invalid("Binary.data", "An attachment can be at most 5 MB.")
    if not size:
        raise missing("Binary.data", "The attachment is empty.")
    guard = target(tree.get("securityContext"))
    if not guard and act.by_patient:
        return {**tree, "securityContext": {"reference": act.own}}
    if guard:
        held = act.after(guard)
        if held is None or (act.by_patient and not _opens(held, guard, act.own)):
            raise unknown("Binary.securityContext", guard)
    return tree


def opens_for(unit: Unit, tree: Tree, patient: str) -> bool:
    """Whether `Patient/<id>` may open an attachment: its thread or its owner is theirs."""
    guard = target(tree.get("securityContext"))
    kind, _, logical_id = guard.partition("/")
    held = unit.get(kind, logical_id) if logical_id else None
    return held is not None and _opens(held.tree(), guard, patient)


def _opens(held: Tree, guard: str, patient: str) -> bool:
    if guard.startswith("Communication/"):
        patients_own = messages.category(held) == MessageCategory.PATIENT
        return patients_own and subject_of(held) == patient
    return guard == patient
