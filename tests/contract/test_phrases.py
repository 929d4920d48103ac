"""The practice's phrases: read, refused with a sentence, filled in, written back."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract import documents, phrases
from contract.codes import Outcome
from contract.phrases import OFFER, Phrase
from reception.desk.documents import shipped

WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="{}"), min_size=1)
LINES = st.lists(WORDS, min_size=1, max_size=4).map("\n".join)
USES = st.sampled_from(["", *Outcome])


@given(
    st.lists(st.tuples(WORDS, LINES, USES), max_size=6, unique_by=lambda p: p[0].strip().casefold())
)
def test_what_is_written_is_read_again(listed: list[tuple[str, str, str]]) -> None:
    wanted = [
        Phrase(name.strip()[:60].strip(), text.strip(), use)
        for name, text, use in listed
        if name.strip() and text.strip()
    ]
    names = {phrase.name.casefold() for phrase in wanted}
    if len(names) < len(wanted):
        return
    text = phrases.written(wanted)
    assert list(phrases.read(documents.read("phrases", text) and tomllib.loads(text))) == wanted


def test_those_that_ship_serve_every_ending_and_the_offer() -> None:
    found = phrases.read(tomllib.loads(shipped("phrases")))
    assert {phrase.use for phrase in found} >= {"", OFFER, *Outcome}
    booked = [p for p in found if p.use in phrases.BOOKED]
    assert all({"day", "time"} <= set(phrases.places_in(p.text)) for p in booked)


@pytest.mark.parametrize(
    ("phrase", "fault"),
    [
        (Phrase("A", ""), "no words"),
        (
            Phrase("A", "Hello {first nam}"),
            r"\{first nam\} is not known. These are: \{first name\}",
        ),
        (Phrase("A", "Hello {first name"), "has no partner"),
        (Phrase("A", "Hello } {first name}"), "has no partner"),
        (Phrase("A", "At {time}"), "known only where an appointment is booked"),
        (Phrase("A", "At {time}", "self-care"), "known only where an appointment is booked"),
        (Phrase("A", "{times}", "booked-phone"), "known only where appointments are offered"),
        (Phrase("A", "Choose by {until}", "offer"), r"has to say \{times\}"),
        (Phrase("A", "Hello", "sorted"), "“sorted” is not an outcome"),
        (Phrase("A", "x" * 2001), "2001 characters; 2000 fit"),
    ],
)
def test_what_could_not_be_used_is_refused_with_a_sentence(phrase: Phrase, fault: str) -> None:
    with pytest.raises(ValueError, match=f"^“A”: .*{fault}"):
        phrases.check([phrase])
    with pytest.raises(ValueError, match=f"“A”: .*{fault}"):
        phrases.read(tomllib.loads(phrases.written([phrase])))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("greeting = 'x'", "“greeting” is not known here"),
        ("phrase = 'x'", r"\[\[phrase\]\]"),
        ("phrase = ['x']", "Phrase 1 has neither name nor text"),
        ("[[phrase]]\ntext = 'x'", "has no name"),
        ("[[phrase]]\nname = 'A'\ntext = 3", "“A”: text has to be words"),
        ("[[phrase]]\nname = 'A'\ntext = 'x'\nuse = 'y'", "“use” is not known"),
        ("[[phrase]]\nname = 'A'\ntext = 'x'\n[[phrase]]\nname = 'a'\ntext = 'y'", "Two phrases"),
    ],
)
def test_a_document_that_is_wrong_names_the_place(text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        documents.read("phrases", text)


@given(st.dictionaries(st.sampled_from(["first name", "day"]), st.text(max_size=20), max_size=2))
def test_only_known_places_are_filled_and_what_fills_them_is_left_alone(
    values: dict[str, str],
) -> None:
    text = phrases.filled("Hello {first name}, {day}", values)
    expected = [values.get(name) or f"{{{name}}}" for name in ("first name", "day")]
    assert text == f"Hello {expected[0]}, {expected[1]}"
