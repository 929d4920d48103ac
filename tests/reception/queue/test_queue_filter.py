"""What is typed to narrow the queue: read for what it means, never an error, always a sentence."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.came_by import CameBy, came_by, input_of
from reception.desk import queue_filter
from reception.desk.queue_filter import Eyes, Term, begins_in, read_filter
from reception.records import Request
from reception.records.tree import wire_time
from tests.reception.queue.requests import ME, NOW, request

TEAM = "CareTeam/reception"
EYES = Eyes(
    me=ME,
    teams={TEAM},
    now=NOW,
    words=lambda r: f"{r.patient_name}\n{r.description} {r.owner_name}".casefold(),
    is_flagged=lambda r: "blood" in r.description,
    is_urgent=lambda r: r.is_urgent,
)
PHOTO = {"type": {"text": "Photo"}, "valueReference": {"reference": "DocumentReference/d1"}}
WORDS = st.text(st.characters(codec="utf-8", exclude_characters='"', categories=["L", "N", "P"]))
KEYED = st.sampled_from(
    ["older: 2h", "newer: 30m", "due: late", "due: 3d", "type: admin, records", "is: urgent",
     "-is: unread", "has: photo", "came: phone", "with: me, nobody", 'from: "van der berg"']
)  # fmt: skip


def due(hours: float) -> dict[str, Any]:
    return {"restriction": {"period": {"end": wire_time(NOW + timedelta(hours=hours))}}}


QUEUE = [
    request("knee", minutes_ago=300, restriction=due(-1)["restriction"], priority="urgent"),
    request("photo", words="A rash, see the photo", input=[PHOTO], **due(9)),
    request("phoned", words="Rang about a form", kind="admin-query", minutes_ago=20,
            input=[input_of(CameBy.PHONE)], **due(30)),
    request("counter", words="Blood in it", kind="admin-query", minutes_ago=5, patient="",
            input=[input_of(CameBy.WALK_IN)], **due(30)),
    request("mine", status="accepted", owner=ME, owner_name="Priya Shah", minutes_ago=90, **due(9)),
    request("teams", status="accepted", owner=TEAM, owner_name="Reception team", minutes_ago=4000,
            **due(120)),
    request("asleep", status="on-hold", state="snoozed", **due(4)),
    request("contact", kind="admin-query", about="Appointment/a1", **due(9)),
    request("over", status="completed"),
    request("proxy", requester={"reference": "RelatedPerson/mum"}, words="Her cough", **due(9)),
]  # fmt: skip


def found(text: str) -> list[str]:
    wanted = read_filter(text)
    assert not wanted.complaint
    return [r.id for r in QUEUE if wanted.takes(r, EYES)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rash", ["photo"]),
        ("ash", []),
        ("smith, photo", ["photo"]),
        ('"see the"', ["photo"]),
        ('"the see"', []),
        ("form -rang", []),
        ("from: smith older: 2h", ["knee", "teams"]),
        ("from: nobody", []),
        ("from: rang", []),
        ("with: me", ["mine"]),
        ("with: priya", ["mine"]),
        ("with: team, me", ["mine", "teams"]),
        ("with: nobody is: urgent", ["knee"]),
        ("newer: 15m with: nobody -is: proxy type: admin", ["counter"]),
        ("due: late", ["knee"]),
        ("due: 10h -due: late", ["photo", "mine", "contact", "proxy"]),
        ("due: tomorrow", ["phoned", "counter"]),
        ("due: later", ["teams"]),
        ("due: asleep", ["asleep"]),
        ("type: admin", ["phoned", "counter"]),
        ("type: contact", ["contact"]),
        ("has: photo", ["photo"]),
        ("came: phone, walkin", ["phoned", "counter"]),
        ("is: unmatched", ["counter"]),
        ("is: proxy", ["proxy"]),
        ("is: done", ["over"]),
        ("IS:Assigned", ["mine", "teams"]),
    ],
)
def test_each_key_finds_what_it_says(text: str, expected: list[str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("older:", "Say what after “older:”, as in older: 2h."),
        ("older: soon knee", "“soon” is no length of time: write older: 2h, with m, h, d or w."),
        ("re: knee", "There is nothing called “re:” to filter by, only from, with, older"),
        ("is: sad", "“is: sad” is not known: emergency, urgent"),
        ("due: never", "“due: never” is not known: late, today"),
    ],
)
def test_what_cannot_be_read_is_a_sentence_and_hides_nothing(text: str, complaint: str) -> None:
    wanted = read_filter(text)
    assert wanted.complaint.startswith(complaint)
    assert wanted.complaint.endswith(".")
    assert all(term.key == "" for term in wanted.terms)


@given(st.text())
def test_anything_typed_is_read_without_an_error(text: str) -> None:
    wanted = read_filter(text)
    again = read_filter(str(wanted))
    assert again.terms == wanted.terms
    assert not again.complaint
    for each in QUEUE:
        assert isinstance(wanted.takes(each, EYES), bool)


@given(st.lists(KEYED | WORDS.map(lambda w: f'"{w}"'), max_size=5))
def test_terms_side_by_side_must_all_hold(parts: list[str]) -> None:
    together = read_filter(" ".join(parts))
    assert not together.complaint
    for each in QUEUE:
        alone = all(read_filter(part).takes(each, EYES) for part in parts)
        assert together.takes(each, EYES) == alone


@given(KEYED)
def test_a_minus_turns_a_term_round(text: str) -> None:
    (term,) = read_filter(text).terms
    other = Term(term.key, term.values, is_not=not term.is_not)
    assert all(term.holds(r, EYES) != other.holds(r, EYES) for r in QUEUE)


@given(st.text("ab '-1"), st.text("ab1", min_size=1))
def test_words_are_found_by_how_they_begin(text: str, needle: str) -> None:
    words = "".join(c if c.isalnum() or c in "_'" else " " for c in text).split()
    assert begins_in(needle, text) == any(word.startswith(needle) for word in words)


@pytest.mark.parametrize("way", [CameBy.PHONE, CameBy.WALK_IN])
def test_how_it_came_is_written_and_read_alike(way: CameBy) -> None:
    assert came_by({"input": [PHOTO, input_of(way)]}) is way
    assert came_by({"input": ["nonsense", PHOTO]}) is CameBy.ONLINE
    assert Request.from_tree({"resourceType": "Task", "id": "x"}).came_by is CameBy.ONLINE


def test_every_example_in_the_documentation_can_be_read() -> None:
    text = (Path(__file__).parents[3] / "docs" / "queue.md").read_text(encoding="utf-8")
    table = [line for line in text.splitlines() if line.startswith("| `")]
    examples = [found for line in table for found in re.findall(r"`([^`]+)`", line.split("|")[1])]
    assert len(examples) > 12
    for example in examples:
        wanted = read_filter(example)
        assert wanted.terms, example
        assert not wanted.complaint, example
    keys = {term.key for example in examples for term in read_filter(example).terms}
    assert keys == set(queue_filter._TESTS)
    said = text.split("## What")[0]
    for key, values in queue_filter._ALLOWED.items():
        assert all(f"`{value}`" in said or f"{key}: {value}" in said for value in values), key
