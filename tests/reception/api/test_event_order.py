"""Whatever order events come in, they are told in their own, once each."""

from hypothesis import given, settings
from hypothesis import strategies as st

from reception.api.event_order import EventOrder
from reception.api.notification import Event


def event(number: int) -> Event:
    return Event(number, {"resourceType": "Task", "id": str(number)})


@st.composite
def arrivals(draw: st.DrawFn) -> tuple[int, list[list[int]]]:
    """A start, and frames that together hold every number after it, some of them twice."""
    start = draw(st.integers(0, 50))
    numbers = list(range(start + 1, start + 1 + draw(st.integers(1, 30))))
    repeated = numbers + draw(st.lists(st.sampled_from([*numbers, start, 0]), max_size=15))
    shuffled = draw(st.permutations(repeated))
    frames: list[list[int]] = []
    for number in shuffled:
        if not frames or draw(st.booleans()):
            frames.append([])
        frames[-1].append(number)
    return start, frames


@settings(max_examples=100)
@given(arrivals())
def test_every_event_is_told_once_and_in_order(given_: tuple[int, list[list[int]]]) -> None:
    start, frames = given_
    order, told = EventOrder(start), []
    for frame in frames:
        for tree in order.take([event(n) for n in frame]):
            told.append(int(tree["id"]))
            assert told == list(range(start + 1, start + 1 + len(told)))
        assert order.last == start + len(told)
    assert told == sorted({n for frame in frames for n in frame if n > start})
    assert not order.has_gap


def test_what_stands_behind_a_gap_waits() -> None:
    order = EventOrder(4)
    assert order.take([event(6), event(7)]) == []
    assert order.has_gap
    assert order.last == 4
    assert [t["id"] for t in order.take([event(5)])] == ["5", "6", "7"]
    assert not order.has_gap


def test_a_heartbeat_shows_a_gap_that_no_event_showed() -> None:
    order = EventOrder(4)
    order.saw(4)
    assert not order.has_gap
    order.saw(6)
    assert order.has_gap
    assert [t["id"] for t in order.take([event(5), event(6)])] == ["5", "6"]
    assert not order.has_gap


def test_an_event_outside_our_rights_counts_but_tells_nothing() -> None:
    order = EventOrder(0)
    assert order.take([Event(1, None), event(2)]) == [event(2).tree]
    assert order.last == 2


def test_giving_up_on_a_gap_forgets_what_waited() -> None:
    order = EventOrder(0)
    order.take([event(5)])
    order.skip()
    assert order.last == 5
    assert not order.has_gap
    assert [t["id"] for t in order.take([event(6)])] == ["6"]
