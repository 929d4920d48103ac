"""The tables of moves are closed, and what they forbid cannot be reached round a corner."""

from collections.abc import Mapping
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.moves import (
    APPOINTMENT_LIVE,
    APPOINTMENT_MOVES,
    APPOINTMENT_UNDO,
    SLOT_MOVES,
    TASK_MOVES,
    TASK_OPEN,
    appointment_may_move,
    appointment_may_undo,
    slot_may_move,
    task_may_move,
)

TABLES = [APPOINTMENT_MOVES, SLOT_MOVES, TASK_MOVES]
KNOWN = {state for table in TABLES for state in table}
APPOINTMENT_ORDER = ["booked", "arrived", "checked-in", "fulfilled"]

appointment_states = st.sampled_from(sorted(APPOINTMENT_MOVES))


@pytest.mark.parametrize("table", TABLES)
def test_every_move_leads_to_a_state_of_the_table(table: Mapping[str, frozenset[str]]) -> None:
    assert {after for moves in table.values() for after in moves} <= table.keys()


@pytest.mark.parametrize("table", TABLES)
def test_entered_in_error_is_final(table: Mapping[str, frozenset[str]]) -> None:
    assert not table["entered-in-error"]


@given(appointment_states, appointment_states)
def test_an_undo_takes_back_a_move_that_was_allowed(before: str, after: str) -> None:
    if appointment_may_undo(before, after):
        assert appointment_may_move(after, before)
        assert not appointment_may_move(before, after)


@given(st.lists(appointment_states, min_size=2, max_size=6))
def test_forward_moves_never_go_round(path: list[str]) -> None:
    steps = [s for n, s in enumerate(path) if n == 0 or s != path[n - 1]]
    if all(appointment_may_move(a, b) for a, b in pairwise(steps)):
        assert len(set(steps)) == len(steps)


@pytest.mark.parametrize(
    ("before", "after", "allowed"),
    [
        ("booked", "arrived", True),
        ("arrived", "checked-in", True),
        ("checked-in", "fulfilled", True),
        ("booked", "checked-in", True),
        ("booked", "cancelled", True),
        ("arrived", "cancelled", True),
        ("booked", "noshow", True),
        ("checked-in", "noshow", True),  # a phone call that nobody answered
        ("booked", "fulfilled", False),
        ("arrived", "noshow", False),
        ("checked-in", "cancelled", False),
        ("fulfilled", "cancelled", False),
        ("arrived", "booked", False),
        ("cancelled", "booked", False),
    ],
)
def test_the_moves_of_the_contract(before: str, after: str, allowed: bool) -> None:
    assert appointment_may_move(before, after) is allowed


@pytest.mark.parametrize("visit", [True, False])
def test_only_a_home_visit_ends_without_an_arrival(visit: bool) -> None:
    assert appointment_may_move("booked", "fulfilled", visit=visit) is visit
    assert appointment_may_undo("fulfilled", "booked", visit=visit) is visit
    assert not appointment_may_move("arrived", "fulfilled", visit=visit)


def test_who_did_not_come_or_was_cancelled_does_not_keep_the_same_things() -> None:
    assert "noshow" in APPOINTMENT_LIVE
    assert not {"cancelled", "entered-in-error"} & APPOINTMENT_LIVE
    assert set(APPOINTMENT_UNDO) <= set(APPOINTMENT_MOVES)
    assert set(APPOINTMENT_ORDER) <= APPOINTMENT_LIVE


@given(st.sampled_from(sorted(SLOT_MOVES)), st.sampled_from(sorted(SLOT_MOVES)))
def test_a_slot_is_never_blocked_under_its_booking(before: str, after: str) -> None:
    if before == "busy" and after in ("busy-tentative", "busy-unavailable"):
        assert not slot_may_move(before, after)


@given(st.sampled_from(sorted(TASK_MOVES)), st.sampled_from(sorted(TASK_MOVES)))
def test_a_finished_request_comes_back_only_to_in_progress(before: str, after: str) -> None:
    assert before in TASK_MOVES
    if before not in TASK_OPEN and before != after and task_may_move(before, after):
        assert after == "in-progress"
    if before in TASK_OPEN:
        assert task_may_move(before, "completed")
    assert task_may_move(before, "cancelled") == (before in ("requested", "received", "cancelled"))


@given(st.text(max_size=20), st.text(max_size=20))
def test_unknown_states_do_not_move(before: str, after: str) -> None:
    for may in (appointment_may_move, slot_may_move, task_may_move):
        if before != after and after not in KNOWN:
            assert not may(before, after)
