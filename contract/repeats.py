"""Repeat orders: where an item and an order stand, from what is on the wire.

Source: docs/contract.md 4.3, 7; domain words 2.4.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from contract.codes import RepeatState, RequestState

OPEN: Final = frozenset(
    {
        RepeatState.REQUESTED,
        RepeatState.WITH_PHARMACY,
        RepeatState.WITH_PRESCRIBER,
        RepeatState.QUERY,
        RepeatState.BACK,
    }
)
"""States in which an item still waits for somebody."""

_ENDED: Final = {
    "completed": RepeatState.APPROVED,
    "rejected": RepeatState.REJECTED,
    "failed": RepeatState.REJECTED,
    "cancelled": RepeatState.CANCELLED,
    "entered-in-error": RepeatState.CANCELLED,
}
_IN_HAND: Final = {
    RequestState.WITH_PHARMACY: RepeatState.WITH_PHARMACY,
    RequestState.WITH_PRESCRIBER: RepeatState.WITH_PRESCRIBER,
    RequestState.REOPENED: RepeatState.BACK,
    RequestState.DELIVERY_FAILED: RepeatState.BACK,
}


class OrderState(StrEnum):
    """Where a whole order stands."""

    REQUESTED = "requested"
    WITH_PHARMACY = "with-pharmacy"
    WITH_PRESCRIBER = "with-prescriber"
    QUERY = "query"
    BACK = "back"
    APPROVED = "approved"
    PART_APPROVED = "part-approved"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


_FIRST: Final = (
    RepeatState.BACK,
    RepeatState.REQUESTED,
    RepeatState.WITH_PHARMACY,
    RepeatState.WITH_PRESCRIBER,
    RepeatState.QUERY,
)
"""Of the items that are open, whose state the order is told by: what waits for reception first."""


def repeat_state(status: str, state: str | None) -> RepeatState:
    """The state of an item with this Task.status and businessStatus code (None or empty: none).

    A code that is not ours counts as none.
    """
    ended = _ENDED.get(status)
    if ended is not None:
        return ended
    if status == "on-hold":
        asked = state == RequestState.AWAITING_PATIENT
        return RepeatState.QUERY if asked else RepeatState.REQUESTED
    if status in ("requested", "received"):
        return RepeatState.REQUESTED
    known = RequestState(state) if state in set(RequestState) else None
    return _IN_HAND.get(known, RepeatState.REQUESTED) if known else RepeatState.REQUESTED


def order_state(items: Iterable[RepeatState]) -> OrderState:
    """The state of an order with items in these states.

    Raises:
        ValueError: an order has at least one item.
    """
    states = set(items)
    if not states:
        raise ValueError("an order without items")
    for state in _FIRST:
        if state in states:
            return OrderState(state.value)
    if RepeatState.APPROVED not in states:
        rejected = RepeatState.REJECTED in states
        return OrderState.REJECTED if rejected else OrderState.CANCELLED
    if RepeatState.REJECTED in states:
        return OrderState.PART_APPROVED
    return OrderState.APPROVED
