"""Templates to dates, and the difference to the diary: by property, over every day of the year."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract import systems
from contract.core_hours import LONDON, is_core_day
from contract.template import in_reference_weeks
from reception.desk.session_pattern import (
    BadPattern,
    Pattern,
    Piece,
    Recipe,
    minute_of,
    on_wall,
    pattern_of,
    reference_day,
)
from reception.desk.session_plan import (
    Dated,
    Difference,
    Kind,
    Skip,
    dated,
    difference,
    halves,
    holiday_on,
    longer,
    why_not_merged,
)
from reception.records import Appointment, Session, Slot
from reception.records.new_session import (
    like,
    new_session,
    new_slot,
    reshaped,
    slot_key,
    with_times,
    withdrawn,
)
from reception.records.tree import Tree, wire_time

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
FORWARD, BACK = date(2027, 3, 28), date(2026, 10, 25)
"""The Sundays on which the clocks change."""
days = st.dates(date(2026, 1, 1), date(2028, 12, 31))
kinds = st.sampled_from(["gp-routine", "gp-urgent", "phone-call"])
channels = st.sampled_from(["In-person", "Telephone"])
rules = st.sampled_from(
    [
        frozenset({"reception"}),
        frozenset({"reception", "online"}),
        frozenset({"reception", "on-the-day"}),
        frozenset({"reception", "48h"}),
        frozenset({"nhs111", "until-1000"}),
    ]
)


@st.composite
def pieces(draw: st.DrawFn, start: int = 8 * 60) -> tuple[Piece, ...]:
    at, made = start + draw(st.integers(0, 120)), []
    for _ in range(draw(st.integers(1, 8))):
        length = draw(st.sampled_from([5, 7, 10, 15, 20]))
        if draw(st.booleans()):
            made.append(Piece(at, length, draw(kinds), "A", draw(channels), draw(rules)))
        else:
            made.append(Piece(at, length, "break", "Break", is_break=draw(st.just(True))))
        at += length + draw(st.sampled_from([0, 0, 0, 5]))
    return tuple(made)


def pattern(
    made: tuple[Piece, ...], weekday: int = 0, week: int = 0, who: str = "grant"
) -> Pattern:
    return Pattern(f"usual/{who}/{weekday}", "GP surgery", who, "Dr Grant", "", weekday, week, made)


def stored(tree: Tree, record_id: str, version: int = 1) -> Tree:
    at = wire_time(LONG_AGO + timedelta(minutes=version))
    return {**tree, "id": record_id, "meta": {"versionId": str(version), "lastUpdated": at}}


class Diary:
    """A session as the service would hold it once differences are applied."""

    def __init__(self) -> None:
        self.session: Session | None = None
        self.slots: dict[str, Slot] = {}
        self._number = 0

    def apply(self, found: Difference, now: datetime) -> None:
        one = found.dated
        if self.session is None:
            tree = new_session(
                key=one.session_key,
                key_system=systems.SESSION_KEY,
                name=one.pattern.name,
                practitioner_id=one.pattern.practitioner_id,
                practitioner_name=one.pattern.practitioner_name,
                location_id="",
                start=one.start,
                end=one.end,
            )
            self.session = Session.from_tree(stored(tree, "sc1"))
        for slot in found.withdraw:
            self.put(withdrawn(slot), slot.id)
        for slot, want in found.alter:
            self.put(
                reshaped(
                    slot,
                    start=want.start,
                    end=want.end,
                    status=want.status(now),
                    type_code=want.piece.type_code,
                    type_text=want.piece.type_text,
                    channel=want.piece.channel,
                    access=want.piece.access,
                ),
                slot.id,
            )
        for want in found.add:
            used = [s.tree["identifier"][0]["value"] for s in self.slots.values()]
            key = slot_key("sc1", want.start, used)
            assert key not in used
            self.put(
                new_slot(
                    key=key,
                    session_id="sc1",
                    start=want.start,
                    end=want.end,
                    status=want.status(now),
                    type_code=want.piece.type_code,
                    type_text=want.piece.type_text,
                    channel=want.piece.channel,
                    access=want.piece.access,
                )
            )

    def put(self, tree: Tree, slot_id: str = "") -> None:
        self._number += 1
        name = slot_id or f"s{self._number}"
        self.slots[name] = Slot.from_tree(stored(tree, name, self._number))

    @property
    def standing(self) -> list[Slot]:
        live = [s for s in self.slots.values() if s.status != "entered-in-error"]
        return sorted(live, key=lambda s: s.start)


def booking(slot: Slot, name: str) -> Appointment:
    return Appointment.from_tree(
        stored(
            {
                "resourceType": "Appointment",
                "status": "booked",
                "start": wire_time(slot.start),
                "end": wire_time(slot.end),
                "slot": [{"reference": slot.reference}],
                "participant": [{"actor": {"reference": f"Patient/{name}", "display": name}}],
            },
            f"a-{slot.id}",
        )
    )


@given(days, st.integers(0, 24 * 60 - 1))
def test_a_wall_time_is_that_time_on_the_wall_unless_the_clock_skips_it(day: date, at: int) -> None:
    found = on_wall(day, at).astimezone(LONDON)
    skipped = day.month == 3 and (day + timedelta(7)).month == 4 and day.weekday() == 6
    if skipped and 60 <= at < 120:
        assert found.date() == day
        assert minute_of(found) == at + 60
    else:
        assert (found.date(), minute_of(found)) == (day, at)


@given(pieces(), st.integers(0, 6), days, st.integers(0, 60))
def test_every_core_day_of_its_weekday_gets_the_session_and_no_other(
    made: tuple[Piece, ...], weekday: int, first: date, length: int
) -> None:
    last = first + timedelta(days=length)
    found, skipped = dated([pattern(made, weekday)], first, last, LONG_AGO)
    meant = [first + timedelta(d) for d in range(length + 1)]
    meant = [d for d in meant if d.weekday() == weekday]
    assert sorted([d.day for d in found] + [s.day for s in skipped]) == meant
    assert all(holiday_on(s.day) and s.why is Skip.HOLIDAY for s in skipped)
    assert all(is_core_day(d.day) or d.day.weekday() > 4 for d in found)
    for one in found:
        assert minute_of(one.start) == one.pattern.start_min
        assert [minute_of(w.start) for w in one.wanted()] == [p.at_min for p in made]
        assert all(w.end - w.start == timedelta(minutes=w.piece.minutes) for w in one.wanted())


@pytest.mark.parametrize("sunday", [FORWARD, BACK])
def test_a_night_session_on_the_night_the_clocks_change(sunday: date) -> None:
    hours = tuple(Piece(h * 60, 30, "gp-urgent") for h in range(5))
    (one,), _ = dated([pattern(hours, 6)], sunday, sunday, LONG_AGO)
    wanted = one.wanted()
    assert [minute_of(w.start) // 60 for w in wanted] == (
        [0, 2, 3, 4] if sunday == FORWARD else [0, 1, 2, 3, 4]
    )
    assert all(early.end <= late.start for early, late in pairwise(wanted))
    week_before = on_wall(sunday - timedelta(7), 9 * 60)
    assert on_wall(sunday, 9 * 60) - week_before == timedelta(
        days=7, hours=-1 if sunday == FORWARD else 1
    )


def test_christmas_is_skipped_with_a_word() -> None:
    fridays = pattern((Piece(540, 10, "gp-routine"),), weekday=4)
    found, skipped = dated([fridays], date(2026, 12, 18), date(2027, 1, 8), LONG_AGO)
    assert [d.day for d in found] == [date(2026, 12, 18), date(2027, 1, 8)]
    assert [(s.day, s.words) for s in skipped] == [
        (date(2026, 12, 25), "bank holiday: Christmas Day"),
        (date(2027, 1, 1), "bank holiday: New Year's Day"),
    ]


@given(days)
def test_of_two_weeks_that_alternate_each_comes_every_second_week(first: date) -> None:
    one = (Piece(540, 10, "gp-routine"),)
    both = [
        pattern(one, 2, 0),
        pattern(one, 2, 1),
        pattern(one, 2, 0, "weekly"),
    ]
    found, skipped = dated(both, first, first + timedelta(days=55), LONG_AGO)
    mine = sorted(
        [(d.day, d.pattern.week) for d in found if d.pattern.practitioner_id == "grant"]
        + [(s.day, s.pattern.week) for s in skipped if s.pattern.practitioner_id == "grant"]
    )
    assert len(mine) == 8
    assert all(a[1] != b[1] for a, b in pairwise(mine))
    meant = [d.pattern.practitioner_id for d in found] + [
        s.pattern.practitioner_id for s in skipped
    ]
    assert meant.count("weekly") == 8


@given(pieces(), days)
def test_what_has_begun_is_left_alone(made: tuple[Piece, ...], day: date) -> None:
    one = Dated(pattern(made, day.weekday()), day)
    found, skipped = dated([one.pattern], day, day, one.start)
    assert found == []
    assert [s.why for s in skipped] == [Skip.HOLIDAY if holiday_on(day) else Skip.PAST]


@given(pieces(), pieces(), days, st.data())
def test_applying_a_difference_gives_the_template_and_keeps_whoever_is_booked(
    first: tuple[Piece, ...], second: tuple[Piece, ...], day: date, data: st.DataObject
) -> None:
    now = on_wall(day, 0) - timedelta(days=3)
    diary, before = Diary(), Dated(pattern(first, day.weekday()), day)
    fresh = difference(before, None, [], [], now)
    assert fresh.kind is Kind.ADDED
    diary.apply(fresh, now)
    again = difference(before, diary.session, diary.slots.values(), [], now)
    assert again.kind is Kind.UNCHANGED
    assert again.writes == 0

    bookable = [s for s in diary.standing if s.type_code != "break"]
    booked = data.draw(st.lists(st.sampled_from(bookable), unique=True)) if bookable else []
    people = []
    for number, slot in enumerate(booked):
        diary.put(slot.to_busy(), slot.id)
        people.append(booking(slot, f"p{number}"))
    after = Dated(pattern(second, day.weekday()), day)
    change = difference(after, diary.session, list(diary.slots.values()), people, now)
    taken = {s.id for s in booked}
    assert not taken & {s.id for s in change.withdraw}
    assert not taken & {s.id for s, _ in change.alter}
    kept = {i: diary.slots[i].tree for i in taken}
    diary.apply(change, now)
    assert {i: diary.slots[i].tree for i in taken} == kept
    standing = diary.standing
    assert all(a.end <= b.start for a, b in pairwise(standing)), "nothing overlaps"
    odd = {s.id for s in booked if not any(w.matches(diary.slots[s.id]) for w in after.wanted())}
    assert {a.id for a in change.touched} == {f"a-{i}" for i in odd}
    for want in after.wanted():
        mine = [s for s in standing if want.matches(s)]
        blocked_by = [
            s for s in booked if s.id in odd and s.start < want.end and want.start < s.end
        ]
        assert len(mine) == (0 if blocked_by else 1)
    assert len(standing) == len(odd) + sum(
        any(want.matches(s) for s in standing) for want in after.wanted()
    )
    settled = difference(after, diary.session, list(diary.slots.values()), people, now)
    assert settled.writes == 0
    assert settled.touched == change.touched


@given(pieces(), st.integers(0, 6), st.integers(0, 1))
def test_a_pattern_survives_being_stored_in_the_reference_week(
    made: tuple[Piece, ...], weekday: int, week: int
) -> None:
    wanted = pattern(made, weekday, week)
    day = reference_day(wanted)
    diary = Diary()
    tree = new_session(
        key=wanted.key,
        key_system=systems.TEMPLATE_KEY,
        name=wanted.name,
        practitioner_id=wanted.practitioner_id,
        practitioner_name=wanted.practitioner_name,
        location_id="",
        start=on_wall(day, wanted.start_min),
        end=on_wall(day, wanted.end_min),
        active=False,
    )
    diary.session = Session.from_tree(stored(tree, "sc1"))
    for want in Dated(wanted, day).wanted():
        assert in_reference_weeks(want.start)
        diary.put(
            new_slot(
                key=slot_key("sc1", want.start),
                session_id="sc1",
                start=want.start,
                end=want.end,
                status="busy-unavailable" if want.piece.is_break else "free",
                type_code=want.piece.type_code,
                type_text=want.piece.type_text,
                channel=want.piece.channel,
                access=want.piece.access,
            )
        )
    found = pattern_of(diary.session, diary.slots.values())
    assert (found.pieces, found.weekday, found.week) == (made, weekday, week)
    assert (found.key, found.name) == (wanted.key, wanted.name)
    found.check()


@given(
    st.integers(0, 23 * 60),
    st.integers(1, 600),
    st.integers(1, 60),
    st.one_of(st.none(), st.integers(0, 24 * 60)),
)
def test_a_recipe_fills_its_time_without_overlap(
    start: int, length: int, slot_min: int, pause: int | None
) -> None:
    recipe = Recipe(start, start + length, slot_min, "gp-routine", break_at_min=pause)
    try:
        made = recipe.pieces()
    except BadPattern:
        assert slot_min > length or pause is not None
        return
    assert all(a.end_min == b.at_min or b.is_break for a, b in pairwise(made))
    assert all(a.end_min <= b.at_min for a, b in pairwise(made))
    assert start <= made[0].at_min
    assert made[-1].end_min <= start + length
    assert sum(p.is_break for p in made) <= 1
    assert {p.minutes for p in made if not p.is_break} == {slot_min}


def slot_at(day: date, at: int, minutes: int, number: int = 0, status: str = "free") -> Slot:
    start = on_wall(day, at)
    tree = new_slot(
        key=slot_key("sc1", start),
        session_id="sc1",
        start=start,
        end=start + timedelta(minutes=minutes),
        status=status,
        type_code="gp-routine",
        type_text="Routine GP",
        channel="In-person",
        access=["reception"],
    )
    return Slot.from_tree(stored(tree, f"s{number}"))


@given(days, st.integers(180, 1200), st.integers(2, 120), st.integers(0, 130))
def test_split_and_merged_again_a_slot_is_what_it_was(
    day: date, at: int, minutes: int, cut_at: int
) -> None:
    slot = slot_at(day, at, minutes)
    try:
        start, cut, end = halves(slot, slot.start + timedelta(minutes=cut_at))
    except BadPattern:
        assert not 0 < cut_at < minutes
        start, cut, end = halves(slot)
        assert abs((end - cut) - (cut - start)) <= timedelta(minutes=1)
    first = Slot.from_tree(with_times(slot, start, cut))
    second = Slot.from_tree(
        stored(like(slot, key=slot_key("sc1", cut), start=cut, end=end), "s-new")
    )
    assert why_not_merged([first, second], LONG_AGO) == ""
    assert first.minutes + second.minutes == minutes
    merged = Slot.from_tree(with_times(first, first.start, second.end))
    assert merged.tree == slot.tree


@pytest.mark.parametrize(
    ("meant", "found", "status", "same"),
    [
        ({"reception"}, {"reception", "online"}, "free", True),
        ({"reception", "48h"}, {"reception", "48h"}, "free", True),
        ({"reception", "48h"}, {"reception", "72h"}, "busy-unavailable", False),
        ({"reception", "on-the-day"}, {"reception"}, "busy-unavailable", True),
        ({"reception", "on-the-day"}, {"reception"}, "free", False),
        ({"nhs111", "until-1000"}, {"reception"}, "free", True),
        ({"nhs111", "until-1000"}, {"nhs111"}, "free", False),
        ({"reception"}, {"nhs111"}, "busy", True),
    ],
)
def test_what_the_day_has_done_to_a_slot_is_no_difference(
    meant: set[str], found: set[str], status: str, same: bool
) -> None:
    day = date(2026, 11, 23)
    piece = Piece(540, 10, "gp-routine", "Routine GP", "In-person", frozenset(meant))
    (want,) = Dated(pattern((piece,)), day).wanted()
    start = on_wall(day, 540)
    tree = new_slot(
        key=slot_key("sc1", start),
        session_id="sc1",
        start=start,
        end=start + timedelta(minutes=10),
        status=status,
        type_code="gp-routine",
        type_text="Routine GP",
        channel="In-person",
        access=found,
    )
    assert want.matches(Slot.from_tree(stored(tree, "s1"))) is same


def test_only_touching_free_slots_of_a_kind_are_merged() -> None:
    day = date(2026, 11, 23)
    nine, ten_past, half = slot_at(day, 540, 10), slot_at(day, 550, 10, 1), slot_at(day, 570, 10, 2)
    assert why_not_merged([nine], LONG_AGO).startswith("There is no free slot after it")
    assert why_not_merged([nine, half], LONG_AGO) == "Only slots that touch can be merged."
    taken = slot_at(day, 550, 10, 1, status="busy")
    assert why_not_merged([nine, taken], LONG_AGO) == "Only free slots can be merged."
    with pytest.raises(BadPattern, match="one minute"):
        halves(slot_at(day, 540, 1))
    assert why_not_merged([nine, ten_past], LONG_AGO) == ""


@given(days, st.integers(1, 12), st.integers(5, 30), st.integers(0, 200))
def test_a_longer_session_goes_on_where_it_ended(
    day: date, count: int, length: int, more: int
) -> None:
    slots = [slot_at(day, 540 + n * length, length, n) for n in range(count)]
    end = slots[-1].end
    made = longer(slots, end + timedelta(minutes=more), length)
    assert len(made) == more // length
    edges = [(end, end), *made]
    assert all(a[1] == b[0] for a, b in pairwise(edges))
