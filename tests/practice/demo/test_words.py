"""What patients write: never empty, never too long, in nobody's braces."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from contract.codes import RequestType, SlotType
from contract.limits import DESCRIPTION_CHARS
from practice.demo.generate import phrases
from practice.demo.generate.people import Person
from practice.demo.generate.reasons import board_line, complaint_for
from practice.demo.generate.words import MESSAGE_CHARS, SUBJECT_CHARS, Writer
from tests.practice.demo.invented import invented

_PEOPLE = invented(400).practice.people
_seeds = st.integers(0, 2**32)
_people = st.sampled_from(_PEOPLE)


@settings(max_examples=100, deadline=None)
@given(
    seed=_seeds,
    one=_people,
    kind=st.sampled_from(list(RequestType)),
    red_flag=st.booleans(),
    emergency=st.booleans(),
    proxy=st.booleans(),
)
def test_a_request_reads_as_a_person_wrote_it(
    seed: int, one: Person, kind: RequestType, red_flag: bool, emergency: bool, proxy: bool
) -> None:
    writer = Writer(Random(seed), {})
    said = writer.request(one, kind, red_flag=red_flag, emergency=emergency)
    if proxy:
        said = writer.by_proxy(said, one)
    assert 4 <= len(said.text.strip()) <= MESSAGE_CHARS
    assert 3 <= len(said.subject) <= SUBJECT_CHARS
    assert "{" not in said.text + said.subject
    assert "}" not in said.text + said.subject
    assert said.red_flag == (red_flag or emergency)
    assert said.emergency == emergency
    if red_flag and not emergency:
        dangers = (*phrases.RED_FLAGS, *phrases.CHILD_RED_FLAGS)
        assert any(danger in said.text for danger in dangers)


@settings(max_examples=60, deadline=None)
@given(seed=_seeds, one=_people, red_flag=st.booleans())
def test_replies_and_notes_say_something(seed: int, one: Person, red_flag: bool) -> None:
    writer = Writer(Random(seed), {})
    for text in (writer.reply(one), writer.order_note(one, red_flag=red_flag)):
        assert text.strip()
        assert "{" not in text


_KINDS = [kind for kind in SlotType if kind not in (SlotType.BREAK, SlotType.CATCH_UP)]


@settings(max_examples=100, deadline=None)
@given(seed=_seeds, one=_people, kind=st.sampled_from(_KINDS))
def test_a_board_line_fits_the_board(seed: int, one: Person, kind: SlotType) -> None:
    rng = Random(seed)
    line = board_line(rng, complaint_for(rng, one, kind))
    assert 3 <= len(line) <= DESCRIPTION_CHARS


def test_a_day_of_requests_has_hundreds_of_different_texts() -> None:
    rng = Random(5)
    writer = Writer(rng, {})
    adults = [one for one in _PEOPLE if one.age >= 18]
    kinds = list(RequestType)
    texts = {
        writer.request(rng.choice(adults), rng.choice(kinds), red_flag=False).text
        for _ in range(1000)
    }
    assert len(texts) > 800
