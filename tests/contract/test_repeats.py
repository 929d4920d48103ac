"""Repeat medicines: days of supply, working days, moves, and the words to patients."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.codes import Reject, RepeatState, RequestState, SupplyState
from contract.core_hours import LONDON, CoreHours, in_core_hours, is_core_day, london_day
from contract.moves import REPEAT_MOVES, SUPPLY_MOVES, TASK_MOVES, repeat_may_move
from contract.repeat_words import Told, patient_words, reject_words, supply_words
from contract.repeats import OPEN, OrderState, order_state, repeat_state
from contract.special_items import Care, care_of
from contract.supply import Supply, last_issue, pharmacy_of, supply_days, supply_of
from contract.systems import ITEM_CARE
from contract.working_days import working_day_at, working_days

DAYS = st.dates(date(2024, 1, 1), date(2029, 12, 31))
MOMENTS = st.integers(0, 6 * 365 * 86_400).map(
    lambda s: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=s)
)  # over clock changes, weekends and bank holidays
STATES = st.sampled_from(RepeatState)


def london(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON).astimezone(UTC)


def plan(days: object = 28, **more: Any) -> dict[str, Any]:
    supply = {"value": days, "unit": "day", "code": "d"}
    return {
        "resourceType": "MedicationRequest",
        "id": "plan1",
        "intent": "plan",
        "status": "active",
        "medicationCodeableConcept": {"text": "Ramipril 5mg capsules"},
        "dispenseRequest": {"expectedSupplyDuration": supply},
        **more,
    }


def issue(on: str, of: str = "plan1", status: str = "completed") -> dict[str, Any]:
    based = [{"reference": f"MedicationRequest/{of}"}]
    return {"intent": "order", "status": status, "authoredOn": on, "basedOn": based}


# -- working days


@given(MOMENTS, st.integers(0, 12))
def test_a_working_day_is_reached_in_core_hours_and_in_turn(at: datetime, days: int) -> None:
    reached = working_day_at(at, days)
    assert in_core_hours(reached)
    assert working_day_at(at, days + 1) > reached
    if in_core_hours(at):
        assert reached.astimezone(LONDON).time() == at.astimezone(LONDON).time()


@given(MOMENTS, st.integers(0, 10**6))
def test_working_days_count_what_has_been_reached(at: datetime, later_s: int) -> None:
    now = at + timedelta(seconds=later_s)
    days = working_days(at, now)
    assert days == 0 or working_day_at(at, days) <= now
    assert working_day_at(at, days + 1) > now
    assert days <= (now - at).days + 1


@given(MOMENTS)
def test_no_time_at_all_is_no_working_day(at: datetime) -> None:
    assert working_days(at, at) == 0
    assert working_days(at, at - timedelta(days=9)) == 0


@pytest.mark.parametrize(
    ("received", "amber", "red"),
    [
        ("2026-11-27T15:00", "2026-11-30T15:00", "2026-12-01T15:00"),  # a Friday
        ("2026-11-28T11:00", "2026-12-01T08:00", "2026-12-02T08:00"),  # a Saturday
        ("2026-11-23T18:30", "2026-11-25T08:00", "2026-11-26T08:00"),  # at the close
        ("2026-12-24T10:00", "2026-12-29T10:00", "2026-12-30T10:00"),  # before Christmas
        ("2026-11-23T06:10", "2026-11-24T08:00", "2026-11-25T08:00"),  # before opening
    ],
)
def test_amber_at_one_and_red_at_two_working_days(received: str, amber: str, red: str) -> None:
    at = london(received)
    assert working_day_at(at, 1) == london(amber)
    assert working_day_at(at, 2) == london(red)
    assert working_days(at, london(red) - timedelta(minutes=1)) == 1


@given(MOMENTS, st.integers(0, 8))
def test_a_practice_that_opens_on_saturdays_counts_them(at: datetime, days: int) -> None:
    hours = CoreHours.of({"saturday": "09:00-12:00", "wednesday": "08:00-13:00"})
    reached = working_day_at(at, days, hours)
    day = hours.bounds(london_day(reached))
    assert day is not None
    assert day[0] <= reached <= day[1]
    assert working_days(at, reached, hours) >= days
    assert reached <= working_day_at(at, days) or days == 0


# -- supply


@given(DAYS, st.integers(1, 400), DAYS)
def test_dates_follow_from_each_other(issued: date, days: int, on: date) -> None:
    supply = Supply(on, issued, days, None)
    assert supply.runs_out is not None
    assert supply.orderable_on is not None
    assert supply.runs_out - issued == timedelta(days=days)
    assert issued <= supply.orderable_on <= supply.runs_out
    assert (supply.runs_out - supply.orderable_on).days <= 7
    assert supply.is_too_early == (on < supply.orderable_on)
    assert supply.days_left == (supply.runs_out - on).days


@given(st.lists(st.tuples(DAYS, st.sampled_from(["completed", "cancelled", "active"]))), DAYS)
def test_the_last_issue_that_was_not_cancelled_counts(
    issued: list[tuple[date, str]], on: date
) -> None:
    trees = [issue(day.isoformat(), status=status) for day, status in issued]
    trees.append(issue("2029-12-31", of="another"))
    counted = [day for day, status in issued if status != "cancelled"]
    assert last_issue(trees, "plan1") == max(counted, default=None)
    assert supply_of(plan(), trees, on).is_too_early == any(
        on < day + timedelta(days=21) for day in counted
    )


@pytest.mark.parametrize(
    ("told", "days"),
    [
        ({"value": 28, "unit": "day", "code": "d"}, 28),
        ({"value": 4, "unit": "wk", "code": "wk"}, 28),
        ({"value": 2, "unit": "months"}, 60),
        ({"value": 28}, 28),
        ({"value": 0, "code": "d"}, None),
        ({"value": -3, "code": "d"}, None),
        ({"value": True, "code": "d"}, None),
        ({"value": "28", "code": "d"}, None),
        ({"value": 3, "unit": "doses"}, None),
        ({"value": 10**9, "code": "d"}, None),
        ("28 days", None),
        (None, None),
    ],
)
def test_days_of_supply_are_read_or_not_known(told: object, days: int | None) -> None:
    assert supply_days({"dispenseRequest": {"expectedSupplyDuration": told}}) == days


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=12),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["intent", "status", "authoredOn", "basedOn", "dispenseRequest"]),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_no_record_however_odd_stops_the_reading(odd: Any) -> None:
    tree = odd if isinstance(odd, dict) else {"dispenseRequest": odd, "basedOn": odd, "input": odd}
    supply = supply_of(tree, [tree, {**issue("2026-11-02"), "basedOn": odd}], date(2026, 11, 23))
    assert supply.last_issue is None
    assert supply_words(supply)
    assert pharmacy_of(tree, tree) == ""
    assert care_of(tree) is None


def test_the_day_of_an_issue_is_londons() -> None:
    assert last_issue([issue("2026-06-30T23:30:00Z")], "plan1") == date(2026, 7, 1)
    assert last_issue([issue("2026-06"), issue("soon")], "plan1") is None


def test_a_review_is_due_after_its_day() -> None:
    until = plan(dispenseRequest={"validityPeriod": {"end": "2026-11-23"}})
    assert not supply_of(until, [], date(2026, 11, 23)).is_review_due
    assert supply_of(until, [], date(2026, 11, 24)).is_review_due
    assert not supply_of(plan(), [], date(2026, 11, 24)).is_review_due


@pytest.mark.parametrize(
    ("name", "care"),
    [
        ("Co-codamol 30mg/500mg tablets", Care.CONTROLLED),
        ("TRAMADOL 50mg capsules", Care.CONTROLLED),
        ("Methotrexate 2.5mg tablets", Care.MONITORED),
        ("Ramipril 5mg capsules", None),
        ("", None),
    ],
)
def test_special_medicines_are_known_by_name(name: str, care: Care | None) -> None:
    assert care_of(plan(medicationCodeableConcept={"text": name})) is care


def test_a_record_may_say_itself_that_an_item_is_signed_alone() -> None:
    marked = plan(category=[{"coding": [{"system": ITEM_CARE, "code": "sign-alone"}]}])
    assert care_of(marked) is Care.ALONE


# -- states


@given(st.sampled_from(sorted(TASK_MOVES)), st.none() | st.sampled_from(RequestState) | st.text())
def test_every_task_has_one_state(status: str, state: str | None) -> None:
    held = repeat_state(status, state)
    ended = {"completed", "rejected", "failed", "cancelled", "entered-in-error"}
    assert (held not in OPEN) == (status in ended)


@given(STATES, STATES)
def test_moves_lead_to_states_of_the_table(before: RepeatState, after: RepeatState) -> None:
    assert REPEAT_MOVES.keys() == set(RepeatState)
    if repeat_may_move(before, after) and before not in OPEN and before is not after:
        assert after in OPEN
    if after is RepeatState.CANCELLED and before is not after:
        assert repeat_may_move(before, after) == (before is RepeatState.REQUESTED)
    assert not REPEAT_MOVES[RepeatState.CANCELLED]
    assert RepeatState.APPROVED not in REPEAT_MOVES[RepeatState.QUERY]
    assert not SUPPLY_MOVES[SupplyState.COLLECTED]


@given(st.lists(STATES, min_size=1))
def test_an_order_is_told_by_what_waits_first(items: list[RepeatState]) -> None:
    state = order_state(items)
    if set(items) & OPEN:
        assert state.value in {item.value for item in items if item in OPEN}
    elif RepeatState.APPROVED in items and RepeatState.REJECTED in items:
        assert state is OrderState.PART_APPROVED
    else:
        assert state.value in {item.value for item in items}
    assert order_state(reversed(items)) is state


def test_an_order_has_items() -> None:
    with pytest.raises(ValueError, match="without items"):
        order_state([])


# -- words


@given(STATES, DAYS, st.integers(1, 90), DAYS, st.text(max_size=30))
def test_words_name_what_they_follow_from(
    state: RepeatState, on: date, days: int, issued: date, pharmacy: str
) -> None:
    supply = Supply(on, issued, days, issued)
    said = patient_words(Told(state, on, on, on, supply, "Because.", pharmacy))
    starts = {
        RepeatState.APPROVED: "Approved",
        RepeatState.REJECTED: "Not approved. Because.",
        RepeatState.CANCELLED: "Cancelled",
    }.get(state, "Requested")
    assert said.startswith(starts)
    early = state in OPEN - {RepeatState.QUERY} and supply.is_too_early
    assert ("This is early" in said) == early


@given(st.sampled_from(Reject), DAYS, st.none() | DAYS, st.none() | DAYS)
def test_every_rejection_says_what_to_do(
    why: Reject, on: date, issued: date | None, review: date | None
) -> None:
    said = reject_words(why, Supply(on, issued, 28, review))
    assert said.endswith(".")
    assert reject_words(why).endswith(".")
    if why is Reject.TOO_EARLY and issued == on:
        assert (on + timedelta(days=21)).strftime("%Y") in said


def test_the_words_of_an_early_order() -> None:
    supply = supply_of(plan(), [issue("2026-11-10")], date(2026, 11, 23))
    told = Told(RepeatState.REQUESTED, date(2026, 11, 23), date(2026, 11, 24), supply=supply)
    assert patient_words(told) == (
        "Requested on Monday 23 November 2026. We answer by the end of Tuesday 24 November 2026. "
        "This is early: by our records your last supply lasts until about Tuesday 8 December "
        "2026, and it can be ordered from Tuesday 1 December 2026. We look at your order all the "
        "same."
    )
    assert supply_words(supply) == (
        "Last issued 10 Nov for 28 days, runs out about 8 Dec (15 days left)"
    )


def test_the_close_of_a_working_day_is_in_no_core_day_of_another() -> None:
    friday = london("2026-11-27T18:29")
    assert london_day(working_day_at(friday, 1)) == date(2026, 11, 30)
    assert is_core_day(date(2026, 11, 30))
