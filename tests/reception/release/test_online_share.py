"""Which slots go online for a wanted share: any share of any day."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from contract import systems
from contract.codes import BookingAccess
from reception.desk.online_share import Share, ShareRule
from reception.records import Slot
from reception.records.tree import concept, wire_time

EIGHT = datetime(2026, 11, 23, 8, tzinfo=UTC)
KINDS = (
    ("free", ("reception",)),
    ("free", ("online",)),
    ("busy", ("reception",)),
    ("busy", ("online",)),
    ("busy-unavailable", ("reception",)),
    ("busy-unavailable", ("on-the-day",)),
    ("free", ("nhs111",)),
)


def slot(number: int, minute: int, kind: tuple[str, tuple[str, ...]], who: str = "a") -> Slot:
    status, access = kind
    start = EIGHT + timedelta(minutes=minute)
    return Slot.from_tree(
        {
            "resourceType": "Slot",
            "id": f"s{number:03d}",
            "meta": {"versionId": "1", "lastUpdated": wire_time(EIGHT)},
            "schedule": {"reference": f"Schedule/{who}"},
            "status": status,
            "start": wire_time(start),
            "end": wire_time(start + timedelta(minutes=10)),
            "serviceCategory": [concept(systems.BOOKING_ACCESS, code) for code in access],
        }
    )


def named(one: Slot) -> tuple[str, str]:
    return one.schedule_id, one.schedule_id


@st.composite
def days(draw: st.DrawFn) -> list[Slot]:
    made = []
    for number in range(draw(st.integers(0, 24))):
        minute = draw(st.integers(0, 40)) * 10
        kind, who = draw(st.sampled_from(KINDS)), draw(st.sampled_from("abc"))
        made.append(slot(number, minute, kind, who))
    return made


NOW = EIGHT + timedelta(minutes=95)


def online_after(slots: list[Slot], share: Share) -> set[str]:
    """What patients can book, or could, once *share* is applied."""
    opening, closing = ({s.id for s in some} for some in (share.opening, share.closing))
    return {s.id for s in slots if s.is_online and not s.is_blocked} - closing | opening


@given(days(), st.integers(0, 100), st.booleans())
def test_the_share_is_reached_as_near_as_whole_slots_allow(
    slots: list[Slot], percent: int, embargoed: bool
) -> None:
    share = ShareRule(slots, named, NOW, with_embargoed=embargoed).at(percent)
    can_open = [
        s
        for s in slots
        if s.start > NOW
        and ((s.status == "free" and s.access == {"reception"}) or (embargoed and s.is_embargoed))
    ]
    can_close = [s for s in slots if s.start > NOW and s.status == "free" and s.is_online]
    counted = [
        s
        for s in slots
        if not s.is_blocked
        and "nhs111" not in s.access
        and not (s.is_embargoed and not (embargoed and s.start > NOW))
    ]
    assert share.of == len(counted)
    assert share.before == sum(s.is_online for s in counted)
    assert share.after == len(online_after(slots, share))
    lowest, highest = share.before - len(can_close), share.before + len(can_open)
    nearest = min(abs(100 * n - percent * share.of) for n in range(lowest, highest + 1))
    assert abs(100 * share.after - percent * share.of) == nearest
    assert set(share.opening) <= set(can_open)
    assert set(share.closing) <= set(can_close)
    assert not (share.opening and share.closing)


@given(days(), st.integers(0, 100), st.integers(0, 100))
def test_a_greater_share_keeps_what_a_smaller_one_has(
    slots: list[Slot], one: int, other: int
) -> None:
    rule = ShareRule(slots, named, NOW)
    small, great = (online_after(slots, rule.at(p)) for p in sorted((one, other)))
    assert small <= great


@given(days(), st.integers(0, 100))
def test_blocked_and_kept_slots_are_never_touched_nor_embargoed_ones_unasked(
    slots: list[Slot], percent: int
) -> None:
    share = ShareRule(slots, named, NOW).at(percent)
    for touched in (*share.opening, *share.closing):
        assert touched.status == "free"
        assert touched.start > NOW
        assert BookingAccess.NHS111 not in touched.access


@given(st.integers(1, 40), st.integers(0, 100))
def test_what_is_opened_is_spread_over_the_day(count: int, percent: int) -> None:
    """No slot left shut is further from the open ones than these are from each other."""
    slots = [slot(n, 10 * n, KINDS[0]) for n in range(count)]
    opened = ShareRule(slots, named, EIGHT - timedelta(hours=1)).at(percent).opening
    shut = [s for s in slots if s not in opened]
    if len(opened) < 2 or not shut:
        return
    between = min(b.start - a.start for a, b in pairwise(opened))
    for left in shut:
        assert min(abs(left.start - s.start) for s in opened) <= between


@given(st.integers(1, 6), st.integers(1, 8), st.integers(0, 100))
def test_clinicians_at_the_same_times_share_the_load(people: int, times: int, percent: int) -> None:
    slots = [
        slot(100 * p + t, 10 * t, KINDS[0], who=f"dr{p}")
        for p in range(people)
        for t in range(times)
    ]
    opened = ShareRule(slots, named, EIGHT - timedelta(hours=1)).at(percent).opening
    at_time = Counter(s.start for s in opened)
    numbers = [at_time[s.start] for s in slots]
    assert not opened or max(numbers) - min(numbers) <= 1


@given(days(), st.integers(0, 100))
def test_a_share_that_is_reached_asks_for_nothing_more(slots: list[Slot], percent: int) -> None:
    share = ShareRule(slots, named, NOW).at(percent)
    changed = []
    for number, one in enumerate(slots):
        minute = int((one.start - EIGHT) / timedelta(minutes=1))
        if one in share.opening:
            changed.append(slot(number, minute, KINDS[1], one.schedule_id))
        elif one in share.closing:
            changed.append(slot(number, minute, KINDS[0], one.schedule_id))
        else:
            changed.append(one)
    again = ShareRule(changed, named, NOW).at(percent)
    assert (again.opening, again.closing) == ((), ())
    assert again.before == share.after
