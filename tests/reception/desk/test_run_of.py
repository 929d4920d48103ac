"""Where a double goes: into as many slots that touch and are alike, never into fewer minutes."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from contract import systems
from reception.desk.moving import run_of
from reception.records import Appointment, Slot
from reception.records.tree import concept, wire_time

NINE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def slot(
    number: int, start_min: int, minutes: int, *, session: str = "s", kind: str = "gp-routine"
) -> Slot:
    begin = NINE + timedelta(minutes=start_min)
    return Slot.from_tree(
        {
            "resourceType": "Slot",
            "id": f"slot-{number}",
            "meta": {"versionId": "1", "lastUpdated": wire_time(NINE)},
            "schedule": {"reference": f"Schedule/{session}"},
            "status": "free",
            "start": wire_time(begin),
            "end": wire_time(begin + timedelta(minutes=minutes)),
            "serviceType": [concept(systems.SLOT_TYPE, kind)],
        }
    )


def appointment(slots: int, minutes: int) -> Appointment:
    return Appointment.from_tree(
        {
            "resourceType": "Appointment",
            "id": "a",
            "meta": {"versionId": "1", "lastUpdated": wire_time(NINE)},
            "status": "booked",
            "start": wire_time(NINE - timedelta(hours=1)),
            "end": wire_time(NINE - timedelta(hours=1) + timedelta(minutes=minutes)),
            "slot": [{"reference": f"Slot/old-{n}"} for n in range(slots)],
            "participant": [{"actor": {"reference": "Patient/p"}, "status": "accepted"}],
        }
    )


def row(lengths: list[int], gaps: frozenset[int] = frozenset()) -> list[Slot]:
    """Slots of these lengths, one after another; before those in *gaps* five minutes are left."""
    made, at = [], 0
    for number, minutes in enumerate(lengths):
        at += 5 if number in gaps else 0
        made.append(slot(number, at, minutes))
        at += minutes
    return made


@given(
    lengths=st.lists(st.sampled_from([5, 10, 15, 20]), min_size=1, max_size=6),
    gaps=st.frozensets(st.integers(1, 5), max_size=3),
    taken=st.frozensets(st.integers(1, 5), max_size=3),
    slots=st.integers(1, 4),
    minutes=st.sampled_from([10, 15, 20, 30, 40]),
)
def test_a_run_touches_is_alike_and_is_no_longer_than_it_must_be(
    lengths: list[int],
    gaps: frozenset[int],
    taken: frozenset[int],
    slots: int,
    minutes: int,
) -> None:
    every = row(lengths, gaps)
    open_slots = [s for number, s in enumerate(every) if number not in taken]
    head, held = every[0], appointment(slots, minutes)
    run = run_of(held, head, reversed(open_slots))
    long_enough = next(
        (n for n in range(1, slots + 1) if n == slots or sum(lengths[:n]) >= minutes), slots
    )
    reachable = all(
        number < len(every) and number not in gaps and number not in taken
        for number in range(1, long_enough)
    )
    assert (run is not None) == reachable
    if run is not None:
        assert run == every[:long_enough]
        assert all(one.end == other.start for one, other in pairwise(run))


def test_another_session_kind_or_extra_is_not_joined() -> None:
    head, held = slot(0, 0, 10), appointment(2, 20)
    assert run_of(held, head, [head, slot(1, 10, 10, session="other")]) is None
    assert run_of(held, head, [head, slot(1, 10, 10, kind="nurse")]) is None
    alike = slot(1, 10, 10)
    assert run_of(held, head, [head, alike]) == [head, alike]


def test_a_single_goes_into_one_whatever_its_length() -> None:
    head = slot(0, 0, 5)
    assert run_of(appointment(1, 20), head, []) == [head]


def test_a_double_fits_into_one_that_is_long_enough() -> None:
    head = slot(0, 0, 20)
    assert run_of(appointment(2, 20), head, [slot(1, 20, 10)]) == [head]
