"""Moves that an appointment, a slot and a request may make from state to state.

Both sides read these tables: the client to offer only what can succeed, the service to refuse
the rest with 422 INVALID_UPDATE. A missing pair is a forbidden move.

Source: docs/contract.md 4.
"""

from collections.abc import Mapping
from typing import Final

from contract.codes import RepeatState, SupplyState

APPOINTMENT_MOVES: Final[Mapping[str, frozenset[str]]] = {
    "booked": frozenset({"arrived", "checked-in", "cancelled", "noshow", "entered-in-error"}),
    "arrived": frozenset({"checked-in", "cancelled", "entered-in-error"}),
    "checked-in": frozenset({"fulfilled", "noshow", "entered-in-error"}),
    "fulfilled": frozenset(),
    "cancelled": frozenset(),
    "noshow": frozenset(),
    "entered-in-error": frozenset(),
}
"""Forward moves. `checked-in` to `noshow` is a phone call that nobody answered."""

VISIT_MOVES: Final[Mapping[str, frozenset[str]]] = {"booked": frozenset({"fulfilled"})}
"""More forward moves of a home visit: nobody arrives at a desk before they are seen."""

APPOINTMENT_UNDO: Final[Mapping[str, frozenset[str]]] = {
    "arrived": frozenset({"booked"}),
    "checked-in": frozenset({"arrived", "booked"}),
    "fulfilled": frozenset({"checked-in"}),
    "noshow": frozenset({"booked", "checked-in"}),
    "cancelled": frozenset({"booked", "arrived"}),
}
"""Backward moves, allowed only to the previous state and on the same London day."""

APPOINTMENT_LIVE: Final = frozenset({"booked", "arrived", "checked-in", "fulfilled", "noshow"})
"""States that keep the slot: at most one such appointment per slot not marked overbooked."""

SLOT_MOVES: Final[Mapping[str, frozenset[str]]] = {
    "free": frozenset({"busy", "busy-tentative", "busy-unavailable", "entered-in-error"}),
    "busy-tentative": frozenset({"busy", "free", "busy-unavailable", "entered-in-error"}),
    "busy": frozenset({"free", "entered-in-error"}),
    "busy-unavailable": frozenset({"free", "busy", "entered-in-error"}),
    "entered-in-error": frozenset(),
}
"""`busy-tentative` is a hold; an embargoed or blocked slot is `busy-unavailable`."""

TASK_OPEN: Final = frozenset({"requested", "received", "accepted", "in-progress", "on-hold"})
"""States in which a request still waits for somebody."""

_ENDS: Final = frozenset({"completed", "rejected", "failed", "entered-in-error"})

TASK_MOVES: Final[Mapping[str, frozenset[str]]] = {
    "requested": TASK_OPEN | _ENDS | {"cancelled"},
    "received": TASK_OPEN | _ENDS | {"cancelled"},
    "accepted": TASK_OPEN | _ENDS,
    "in-progress": TASK_OPEN | _ENDS,
    "on-hold": TASK_OPEN | _ENDS,
    "completed": frozenset({"in-progress"}),
    "rejected": frozenset({"in-progress"}),
    "cancelled": frozenset(),
    "failed": frozenset({"in-progress"}),
    "entered-in-error": frozenset(),
}
"""A finished request is reopened by a late reply or by undo, always to `in-progress`."""

_AT_WORK: Final = frozenset(
    {RepeatState.REQUESTED, RepeatState.WITH_PHARMACY, RepeatState.WITH_PRESCRIBER}
)
_DECIDED: Final = frozenset({RepeatState.APPROVED, RepeatState.REJECTED})

REPEAT_MOVES: Final[Mapping[RepeatState, frozenset[RepeatState]]] = {
    RepeatState.REQUESTED: _AT_WORK | _DECIDED | {RepeatState.QUERY, RepeatState.CANCELLED},
    RepeatState.WITH_PHARMACY: _AT_WORK | _DECIDED | {RepeatState.QUERY},
    RepeatState.WITH_PRESCRIBER: _AT_WORK | _DECIDED | {RepeatState.QUERY},
    RepeatState.QUERY: _AT_WORK | {RepeatState.BACK, RepeatState.REJECTED},
    RepeatState.BACK: _AT_WORK | _DECIDED | {RepeatState.QUERY},
    RepeatState.APPROVED: _AT_WORK | {RepeatState.BACK},
    RepeatState.REJECTED: _AT_WORK | {RepeatState.BACK},
    RepeatState.CANCELLED: frozenset(),
}
"""Moves of one item of a repeat order, beside those of its Task. Nothing is approved while the
patient is asked about it; what was approved comes back only without its prescription."""

SUPPLY_MOVES: Final[Mapping[SupplyState, frozenset[SupplyState]]] = {
    SupplyState.SENT: frozenset({SupplyState.READY, SupplyState.COLLECTED}),
    SupplyState.READY: frozenset({SupplyState.COLLECTED}),
    SupplyState.COLLECTED: frozenset(),
}
"""What a pharmacy that tells of it does with an issued prescription."""


def appointment_may_move(before: str, after: str, *, visit: bool = False) -> bool:
    """Whether an appointment may go forward from status *before* to *after*; staying is allowed.

    *visit*: it is a home visit (slot type `visit`).
    """
    if before == after or after in APPOINTMENT_MOVES.get(before, frozenset()):
        return True
    return visit and after in VISIT_MOVES.get(before, frozenset())


def appointment_may_undo(before: str, after: str, *, visit: bool = False) -> bool:
    """Whether *after* is a state that *before* can be taken back to."""
    if after in APPOINTMENT_UNDO.get(before, frozenset()):
        return True
    return visit and before in VISIT_MOVES.get(after, frozenset())


def slot_may_move(before: str, after: str) -> bool:
    """Whether a slot may go from status *before* to *after*; staying is allowed."""
    return before == after or after in SLOT_MOVES.get(before, frozenset())


def task_may_move(before: str, after: str) -> bool:
    """Whether a request may go from status *before* to *after*; staying is allowed."""
    return before == after or after in TASK_MOVES.get(before, frozenset())


def repeat_may_move(before: RepeatState, after: RepeatState) -> bool:
    """Whether an item of a repeat order may go from *before* to *after*; staying is allowed."""
    return before is after or after in REPEAT_MOVES[before]


def supply_may_move(before: SupplyState, after: SupplyState) -> bool:
    """Whether an issued prescription may go from *before* to *after*; staying is allowed."""
    return before is after or after in SUPPLY_MOVES[before]
