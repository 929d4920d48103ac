"""Room for extra slots: never over another, always in the range, none left out."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from reception.desk.gaps import gaps
from reception.records import Session, Slot
from reception.records.tree import wire_time

EIGHT = datetime(2026, 11, 23, 8, tzinfo=UTC)


def at(minute: int) -> datetime:
    return EIGHT + timedelta(minutes=minute)


def session(key: str, start: int, end: int) -> Session:
    horizon = {"start": wire_time(at(start)), "end": wire_time(at(end))}
    return Session.from_tree({"resourceType": "Schedule", "id": key, "planningHorizon": horizon})


def slot(number: int, start: int, minutes: int, status: str = "free") -> Slot:
    return Slot.from_tree(
        {
            "resourceType": "Slot",
            "id": f"s{number}",
            "schedule": {"reference": "Schedule/am"},
            "status": status,
            "start": wire_time(at(start)),
            "end": wire_time(at(start + minutes)),
        }
    )


AM, PM = session("am", 0, 180), session("pm", 360, 540)


@given(
    taken=st.lists(
        st.tuples(
            st.integers(0, 600),
            st.integers(1, 60),
            st.sampled_from(["free", "busy", "busy-unavailable", "entered-in-error"]),
        ),
        max_size=20,
    ),
    minutes=st.integers(1, 60),
    start=st.integers(-60, 600),
    long=st.integers(-10, 660),
)
def test_every_gap_is_room_and_all_room_is_found(
    taken: list[tuple[int, int, str]], minutes: int, start: int, long: int
) -> None:
    slots = [slot(n, *one) for n, one in enumerate(taken)]
    length, end = timedelta(minutes=minutes), at(start + long)
    found = gaps([PM, AM], slots, length, at(start), end)
    stands = [(s.start, s.end) for s in slots if s.status != "entered-in-error"]
    for gap in found:
        assert gap.end - gap.start == length
        assert at(start) <= gap.start
        assert gap.end <= end
        assert gap.start >= gap.session.start
        assert gap.session is PM or gap.end <= PM.start
        assert not any(s < gap.end and e > gap.start for s, e in stands)
        assert gap.is_late == (gap.end > gap.session.end)
    for one, other in pairwise(found):
        assert one.end <= other.start
    for minute in range(max(0, start), start + long - minutes + 1):
        here, there = at(minute), at(minute) + length
        if here < PM.start < there:
            continue  # across the beginning of the next session
        busy = [*stands, *((g.start, g.end) for g in found)]
        assert any(s < there and e > here for s, e in busy)


def test_the_end_of_the_session_is_told() -> None:
    found = gaps([AM], [slot(1, 0, 170)], timedelta(minutes=10), at(0), at(200))
    assert [(g.start, g.is_late) for g in found] == [
        (at(170), False), (at(180), True), (at(190), True),
    ]  # fmt: skip


def test_a_length_of_nothing_finds_nothing() -> None:
    assert gaps([AM], [], timedelta(), at(0), at(200)) == []
