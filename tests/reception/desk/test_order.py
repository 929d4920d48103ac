"""The order of work and the due clock."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from contract.codes import Priority
from contract.core_hours import due_at
from reception.desk.order import closing_sweep, due_of, due_text, queue_key
from reception.desk.red_flags import RedFlags
from reception.records import Request
from tests.reception.desk.trees import a_request

MONDAY_8 = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)

moments = st.integers(0, 14 * 24 * 60).map(lambda m: MONDAY_8 + timedelta(minutes=m))
requests = st.builds(
    a_request,
    st.uuids().map(str),
    moments,
    priority=st.sampled_from(list(Priority)),
    status=st.sampled_from(["requested", "received", "accepted", "in-progress", "on-hold"]),
    state=st.sampled_from(["new", "snoozed", "awaiting-patient", "reopened", "assigned"]),
    due=st.none() | moments,
)


@settings(max_examples=80, deadline=None)
@given(st.lists(requests, max_size=12, unique_by=lambda r: r.id), st.randoms(), moments)
def test_the_order_is_total_and_does_not_depend_on_how_they_came(
    queue: list[Request], chance: object, now: datetime
) -> None:
    def ordered(some: list[Request]) -> list[str]:
        return [r.id for r in sorted(some, key=lambda r: queue_key(r, now))]

    shuffled = list(queue)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert ordered(shuffled) == ordered(queue)
    assert len({queue_key(r, now) for r in queue}) == len(queue)


@settings(max_examples=80, deadline=None)
@given(st.lists(requests, min_size=2, max_size=12, unique_by=lambda r: r.id), moments)
def test_emergency_then_due_then_longest_waiting(queue: list[Request], now: datetime) -> None:
    rows = sorted(queue, key=lambda r: queue_key(r, now))
    for earlier, later in pairwise(rows):
        if later.is_emergency:
            assert earlier.is_emergency
        if earlier.status != "on-hold" and later.status != "on-hold":
            same = earlier.is_emergency == later.is_emergency
            assert not same or due_of(earlier) <= due_of(later)


@settings(max_examples=80, deadline=None)
@given(moments)
def test_urgent_is_never_due_later_than_routine(authored: datetime) -> None:
    routine = a_request("r", authored)
    urgent = a_request("u", authored, priority="urgent")
    assert due_of(urgent) <= due_of(routine)
    assert due_of(routine) == due_at(authored, urgent=False)


@pytest.mark.parametrize(
    ("now", "text"),
    [
        (MONDAY_8 + timedelta(hours=1), "due 18:30"),
        (MONDAY_8 + timedelta(hours=9, minutes=43), "47 min left"),
        (MONDAY_8 + timedelta(hours=8, minutes=30), "2 h left"),
        (MONDAY_8 + timedelta(hours=10, minutes=30), "due now"),
        (MONDAY_8 + timedelta(hours=12, minutes=30), "2 h late"),
        (MONDAY_8 + timedelta(days=3), "2 days late"),
    ],
)
def test_the_due_clock_in_words(now: datetime, text: str) -> None:
    assert due_text(a_request("r", MONDAY_8, priority="urgent"), now) == text


def test_routine_work_names_its_day_and_sleepers_their_hour() -> None:
    assert due_text(a_request("r", MONDAY_8), MONDAY_8) == "due Tue 18:30"
    asleep = a_request(
        "s", MONDAY_8, status="on-hold", state="snoozed", due=MONDAY_8 + timedelta(hours=6)
    )
    assert due_text(asleep, MONDAY_8) == "asleep until 14:00"
    waiting = a_request(
        "w", MONDAY_8, status="on-hold", state="awaiting-patient", due=MONDAY_8 + timedelta(days=7)
    )
    assert due_text(waiting, MONDAY_8) == "with the patient until Monday 30 November"
    woken = MONDAY_8 + timedelta(hours=6, minutes=10)
    assert due_text(asleep, woken) == "10 min late"
    rows = sorted([a_request("r", MONDAY_8), asleep], key=lambda r: queue_key(r, woken))
    assert rows[0] is asleep  # it comes back on top


def test_the_closing_sweep_counts_what_must_not_be_left() -> None:
    now = MONDAY_8 + timedelta(hours=10)
    sweep = closing_sweep(
        [
            a_request("new-urgent", MONDAY_8, priority="urgent"),
            a_request("new-routine", MONDAY_8),
            a_request("late", MONDAY_8 - timedelta(days=4), status="accepted"),
            a_request("stat", MONDAY_8, priority="stat", status="received"),
            a_request("done", MONDAY_8, status="completed"),
            a_request("asleep", MONDAY_8, status="on-hold", due=now + timedelta(hours=1)),
        ],
        now,
    )
    assert (sweep.unread, sweep.due_today, sweep.late, sweep.emergencies) == (2, 3, 1, 1)


@settings(max_examples=80, deadline=None)
@given(requests, moments, st.sampled_from(list(Priority)))
def test_the_patients_words_only_bring_a_request_sooner(
    held: Request, now: datetime, raised: Priority
) -> None:
    assert queue_key(held, now, raised) <= queue_key(held, now)


def test_an_unread_red_flag_comes_before_what_came_earlier() -> None:
    phrases = RedFlags.shipped()
    quiet = a_request("a", MONDAY_8 - timedelta(days=2), words="Can I have a sick note please")
    chest = a_request("b", MONDAY_8, words="My chest is tight and I can't breathe")
    taken_on = a_request("c", MONDAY_8, words="My chest is tight", status="accepted")
    order = sorted(
        (quiet, chest, taken_on),
        key=lambda r: queue_key(r, MONDAY_8, phrases.raised_for(r)),
    )
    assert order[0] is chest
    assert phrases.raised_for(taken_on) is Priority.ROUTINE
