"""Idempotency keys that follow from something else, so that two desks arrive at the same.

Source: docs/contract.md 8.
"""

import uuid

from contract.systems import CANONICAL


def notes_key(request_id: str) -> str:
    """The message-key of the one internal thread that a request (Task) has."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{CANONICAL}/notes/Task/{request_id}"))
