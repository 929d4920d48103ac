"""Lengths, ordinals, due times and people in words."""

import html
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.codes import Outcome, Reject
from reception.records import Patient
from reception.widgets.patient_words import age_text, born_line, day_text, on_button, standing
from reception.widgets.queue_row import contact_text, holder_of
from reception.widgets.queue_words import (
    OUTCOMES,
    REJECTS,
    Nearness,
    due_of,
    ordinal,
    short_name,
    span_text,
)
from reception.widgets.thread_conversation import marked_html
from tests.reception.queue.requests import ME, NOW, request


def person(born: str = "1980-02-03", **more: object) -> Patient:
    return Patient.from_tree(
        {
            "resourceType": "Patient",
            "id": "p1",
            "name": [{"family": "Smith", "given": ["Jane"]}],
            "gender": "female",
            "birthDate": born,
            **more,
        }
    )


@pytest.mark.parametrize(
    ("minutes", "text"),
    [(0, "now"), (1, "1 min"), (59, "59 min"), (60, "1 h 00"), (135, "2 h 15"), (3000, "2 d")],
)
def test_a_length_of_time_is_short(minutes: int, text: str) -> None:
    assert span_text(timedelta(minutes=minutes)) == text


@given(st.integers(0, 400), st.integers(1, 400))
def test_a_longer_wait_never_reads_shorter(minutes: int, more: int) -> None:
    def read(text: str) -> int:
        if text == "now":
            return 0
        head, unit, *rest = text.split()
        return int(head) * (1 if unit == "min" else 60) + (int(rest[0]) if rest else 0)

    shorter, longer = (span_text(timedelta(minutes=m)) for m in (minutes, minutes + more))
    assert read(shorter) < read(longer)


def test_ordinals() -> None:
    assert [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 112)] == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "112th",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Sam Whitlock", "Sam"),
        ("Dr N Grant", "Dr Grant"),
        ("Prescribers", "Prescribers"),
        ("", "Somebody"),
    ],
)
def test_colleagues_are_called_as_colleagues_call_them(name: str, short: str) -> None:
    assert short_name(name) == short


def test_a_due_time_says_how_near_it_is() -> None:
    urgent = request("a", priority="urgent")
    due = due_of(urgent, NOW)
    assert due is not None
    assert (due.nearness, due.text) == (Nearness.TODAY, "9 h 50 left")
    evening = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
    soon = due_of(urgent, evening)
    assert soon is not None
    assert (soon.nearness, soon.text) == (Nearness.SOON, "1 h 30 left")
    late = due_of(urgent, evening + timedelta(hours=3))
    assert late is not None
    assert (late.nearness, late.text) == (Nearness.LATE, "1 h 30 late")
    later = due_of(request("b"), NOW)
    assert later is not None
    assert (later.nearness, later.text) == (Nearness.LATER, "Tue 18:30")
    assert due_of(request("c", status="completed"), NOW) is None


def test_who_has_it_is_said_and_lapses() -> None:
    held = request(
        "a", status="received", state="viewing", owner="Practitioner/sam", owner_name="Sam Whitlock"
    )
    assert holder_of(held, ME, NOW) == ("Sam has it", True)
    assert holder_of(held, "Practitioner/sam", NOW) == ("You have it", False)
    assert holder_of(held, ME, NOW + timedelta(minutes=4)) == ("", False)
    team = request("b", status="accepted", owner="CareTeam/t", owner_name="Pharmacy team")
    assert holder_of(team, ME, NOW) == ("With Pharmacy team", False)


def test_repeated_contact_is_counted_within_nine_days() -> None:
    day = 24 * 60
    first = request("a", minutes_ago=12 * day)
    second = request("b", minutes_ago=5 * day)
    third = request("c", minutes_ago=10)
    assert contact_text(third, [first, second, third]) == "2nd in 9 days"
    assert contact_text(second, [first, second, third]) == "2nd in 9 days"
    assert contact_text(first, [first, second, third]) == ""
    assert contact_text(request("d", patient=""), [first, second]) == ""


def test_an_infant_is_months_old() -> None:
    today = date(2026, 11, 23)
    assert age_text(person("1980-02-03"), today) == "46 y"
    assert age_text(person("2026-06-24"), today) == "4 mo"
    assert age_text(person("2026-11-23"), today) == "0 mo"
    assert born_line(person(), today) == "03-Feb-1980 (46 y) F"


def test_a_button_names_the_person_and_their_birth_date() -> None:
    assert on_button(person()) == "SMITH, Jane, 03-Feb-1980"
    odd = person(name=[{"family": "Marks & Sons", "given": ["A"]}])
    assert "&&" in on_button(odd)


def test_the_dead_and_the_departed_are_marked() -> None:
    assert standing(person(deceasedBoolean=True)) == "Deceased"
    assert standing(person(active=False)) == "Not registered here"
    assert standing(person()) == ""


def test_days_are_said_as_people_say_them() -> None:
    today = date(2026, 11, 23)
    assert day_text(NOW, today) == "today 08:40"
    assert day_text(NOW - timedelta(days=1), today) == "yesterday 08:40"
    assert day_text(NOW + timedelta(days=1), today) == "tomorrow 08:40"
    assert day_text(datetime(2025, 7, 1, 8, 0, tzinfo=UTC), today) == "Tue 1 Jul 2025 09:00"


def test_every_outcome_and_every_refusal_has_its_own_key_and_words() -> None:
    assert {outcome for _, outcome, _ in OUTCOMES} == set(Outcome)
    assert len({key for key, _, _ in OUTCOMES}) == len(OUTCOMES)
    assert {why for why, _, _ in REJECTS} == set(Reject)


@given(
    st.text(max_size=60), st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=4)
)
def test_lit_words_are_the_words_untouched(text: str, spans: list[tuple[int, int]]) -> None:
    """However the phrases lie, taking the tags away gives back what the patient wrote."""
    cut = [(a, b) for a, b in spans if a < b <= len(text)]
    shown = marked_html(text, cut, "#ffffff", "#000000")
    assert html.unescape(re.sub(r"<(?:/?div|/?span)[^>]*>", "", shown)) == text


def test_the_key_that_asks_for_an_outcome_is_none() -> None:
    """Struck twice it must not end a request."""
    keys = [key for key, _, _ in OUTCOMES]
    assert "E" not in keys
    assert len(set(keys)) == len(keys)
