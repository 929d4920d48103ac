"""Whether somebody writes again about the same thing."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reception.desk.fit import wanted_days
from reception.desk.same_problem import SPAN, about_the_same, contacts, same_problem
from reception.records import Request
from tests.reception.desk.trees import a_request

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("The mole on my back is bleeding", "My mole has bled again, it is on my back"),
        ("Knee pain since Friday", "my knees are still painful"),
        ("A cough for three weeks", "Coughing again and bringing up phlegm with the cough"),
    ],
)
def test_the_same_is_seen_as_the_same(first: str, second: str) -> None:
    assert same_problem(first, second) == same_problem(second, first)
    assert same_problem(first, second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("The mole on my back is bleeding", "Please change my address to 4 Mill Lane"),
        ("I would like an appointment this week please", "Please can I have a sick note"),
        ("", "My knee hurts"),
    ],
)
def test_another_thing_is_another(first: str, second: str) -> None:
    assert not same_problem(first, second)


@given(st.text(max_size=80), st.text(max_size=80))
def test_it_never_matters_which_comes_first(first: str, second: str) -> None:
    assert same_problem(first, second) == same_problem(second, first)


def written(number: int, days_ago: float, words: str, patient: str = "p1") -> Request:
    at = NOW - timedelta(days=days_ago)
    return a_request(f"r{number}", at, words=words, patient=patient)


def test_what_came_in_nine_days_counts_the_newest_first() -> None:
    now = written(0, 0, "The mole on my back bleeds again")
    others = [
        written(1, 2, "Change of address"),
        written(2, 5, "A mole on my back is bleeding"),
        written(3, 12, "My mole bleeds"),
        written(4, 1, "Somebody else's mole", patient="p2"),
        written(5, -1, "Written later"),
        now,
    ]
    found = contacts(now, others)
    assert [r.id for r in found] == ["r1", "r2"]
    assert all(now.authored - SPAN <= r.authored for r in found)
    assert [r.id for r in about_the_same(now, found)] == ["r2"]


@pytest.mark.parametrize(
    ("words", "wanted", "never"),
    [
        ("I could come on Thursday or Friday", {3, 4}, set()),
        ("It hurts since Monday", set(), set()),
        ("Not Mondays please, Tuesdays are fine", {1}, {0}),
        ("Not Monday, Tuesday or Friday", set(), {0, 1, 4}),
        ("I can't do Wednesday. Thursday is good", {3}, {2}),
        ("Last Friday it began; Tuesdays suit me", {1}, set()),
        ("whenever", set(), set()),
    ],
)
def test_days_that_are_asked_for(words: str, wanted: set[int], never: set[int]) -> None:
    assert wanted_days(words) == (frozenset(wanted), frozenset(never))
