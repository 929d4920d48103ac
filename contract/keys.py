"""Idempotency keys that follow from something else, so that two desks arrive at the same.

Source: docs/contract.md 7, 8.
"""

import uuid

from contract.systems import CANONICAL


def notes_key(request_id: str) -> str:
    """The message-key of the one internal thread that a request (Task) has."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{CANONICAL}/notes/Task/{request_id}"))


def query_key(patient_id: str, order: str, item_id: str) -> str:
    """The message-key of the one thread in which a patient is asked about a repeat order.

    *order* is the order number, which is only that patient's: numbers come from outside, and two
    people may arrive with the same. An item that stands in no order has a thread of its own.
    """
    name = f"Patient/{patient_id}/order/{order}" if order else f"Task/{item_id}"
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{CANONICAL}/query/{name}"))
