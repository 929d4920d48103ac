"""When slots open and fall back, in a line each; rules put together and taken apart."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from contract import systems
from contract.release import RESTRICTED, is_rule, opens_at
from reception.desk.release_rules import Rule, codes_under, effect, who_words
from reception.records import Slot
from reception.records.tree import concept, wire_time
from reception.widgets.opening_times import grouped, openings

NOW = datetime(2026, 11, 23, 17, tzinfo=UTC)
TODAY = date(2026, 11, 23)

OPENS = st.sampled_from(["", "on-the-day", "24h", "48h", "7d", "14d", "7d@0800", "90m"])
HOLD_BACKS = st.sampled_from(["", "hold-back-30m", "hold-back-1d"])
FALL_BACKS = st.sampled_from(["", "until-1000", "until-90m"])
RULES = st.builds(Rule, OPENS, HOLD_BACKS, FALL_BACKS)
WHO = st.frozensets(st.sampled_from(["reception", "online", "nhs111", "gp-connect"]))


def slot(number: int, start: datetime, status: str, codes: frozenset[str]) -> Slot:
    return Slot.from_tree(
        {
            "resourceType": "Slot",
            "id": f"s{number}",
            "status": status,
            "start": wire_time(start),
            "end": wire_time(start + timedelta(minutes=10)),
            "serviceType": [concept(systems.SLOT_TYPE, "nurse", "Nurse")],
            "serviceCategory": [concept(systems.BOOKING_ACCESS, code) for code in sorted(codes)],
        }
    )


def test_each_moment_is_one_line_and_the_next_comes_first() -> None:
    nine = datetime(2026, 11, 24, 9, tzinfo=UTC)
    shut = frozenset({"on-the-day", "online", "reception"})
    kept = frozenset({"nhs111", "until-1000"})
    slots = [slot(n, nine + timedelta(minutes=10 * n), "busy-unavailable", shut) for n in range(3)]
    slots += [slot(9, nine + timedelta(hours=3), "free", kept)]
    slots += [slot(10, nine, "free", frozenset({"gp-connect"}))]
    slots += [slot(11, NOW - timedelta(hours=1), "busy-unavailable", shut)]
    long = frozenset({"48h", "reception"})
    slots += [
        slot(20 + n, nine + timedelta(days=2, hours=n), "busy-unavailable", long) for n in (1, 0)
    ]
    assert [
        line.words(TODAY)
        for line in openings([grouped(slots[:4], NOW), grouped(slots[4:], NOW)], NOW)
    ] == [
        "Tomorrow 08:00: 3 slots open, online and desk (3 Nurse)",
        "Tomorrow from 09:00: 2 slots open, desk (48 hours before: 2 Nurse)",
        "Tomorrow 10:00: 1 slot kept for NHS 111 falls back to the practice (1 Nurse)",
        "No time set: 1 slot kept for hubs (1 Nurse)",
    ]


@given(WHO, RULES, RULES)
def test_a_rule_is_changed_and_who_may_take_slots_stays(
    who: frozenset[str], old: Rule, new: Rule
) -> None:
    codes = codes_under(who | old.codes, new)
    assert Rule.of(codes) == new
    assert {c for c in codes if not is_rule(c)} == who


@given(WHO, RULES, RULES, WHO)
def test_who_may_take_slots_is_changed_and_counted(
    before: frozenset[str], old: Rule, new: Rule, after: frozenset[str]
) -> None:
    codes, wanted = before | old.codes, codes_under(before | old.codes, new, after)
    assert wanted == after | new.codes
    start = NOW + timedelta(days=30)
    access = codes if before else codes | {"reception"}
    slots = [slot(1, start, "free", access)] if codes else []
    does = effect(slots, "nurse", codes, wanted, NOW)
    if does.followers:
        kept = [bool(RESTRICTED & c) for c in (wanted, codes)]
        assert does.to_online - does.from_online == ("online" in wanted) - ("online" in codes)
        assert does.kept - does.given_back == kept[0] - kept[1]
    assert bool(who_words(after)) == bool(after)
    assert ("online" in who_words(after)) == ("online" in after)


@given(RULES, RULES, st.lists(st.tuples(st.integers(-600, 20_000), st.booleans()), max_size=12))
def test_a_rule_shuts_only_what_opens_later_and_leaves_others_alone(
    old: Rule, new: Rule, starts: list[tuple[int, bool]]
) -> None:
    before, after = (frozenset({"reception"}) | rule.codes for rule in (old, new))
    slots = []
    for number, (minutes, is_theirs) in enumerate(starts):
        start = NOW + timedelta(minutes=minutes)
        codes = before if is_theirs else before | {"nhs111"}
        opens = opens_at(codes, start)
        shut = opens is not None and opens > NOW
        slots.append(slot(number, start, "busy-unavailable" if shut else "free", codes))
    does = effect(slots, "nurse", before, after, NOW)
    followers = [
        s for s, (_, theirs) in zip(slots, starts, strict=True) if theirs and s.start >= NOW
    ]
    assert does.followers == len(followers)
    moments = [opens_at(after, s.start) for s in followers]
    later = [at for at in moments if at is not None and at > NOW]
    shut_now = sum(s.status != "free" for s in followers)
    assert shut_now - does.opening + does.shutting == len(later)
    assert does.first_opens == min(later, default=None)
    assert effect(slots, "hca", before, after, NOW).followers == 0
