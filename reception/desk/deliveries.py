"""Which messages did not arrive and still have to be dealt with; the service decides by the same.

Source: docs/contract.md 8.
"""

from collections.abc import Sequence

from reception.records import Message, Request
from reception.records.tree import each


def undelivered(messages: Sequence[Message], request: Request) -> list[Message]:
    """Those of *messages* (of one thread, oldest first) that failed, followed by none of ours.

    What an earlier ending of *request* names has been dealt with.
    """
    found: list[Message] = []
    for message in messages:
        if message.failed:
            found.append(message)
        elif not message.from_patient and message.status in ("in-progress", "completed"):
            found.clear()
    named = {str(r) for r in each(request.tree, "output", "valueReference", "reference")}
    return [message for message in found if message.reference not in named]
