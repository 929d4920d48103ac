"""Red flags highlight and raise; they never lower and never promise."""

import hypothesis.strategies as st
import pytest
from hypothesis import example, given, settings

from contract.codes import Priority
from practice.demo.generate import phrases
from reception.desk.red_flags import NONE_FOUND, RedFlags, raised, shipped_rules, titles

FLAGS = RedFlags(shipped_rules())
RANK = list(Priority)

texts = st.lists(
    st.sampled_from(
        [
            "chest pain", "no", "I", "have", "can't breathe", "not", "and", "my", "knee", ".",
            "vomiting blood", "want to die", "without", "baby", "is", "floppy", "but", "rash", ",",
        ]
    ),
    max_size=12,
).map(" ".join)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ("I have had chest pain since six this morning", "chest-pain"),
        ("Tightness in my chest when I walk", "chest-pain"),
        ("Please change my address. I've been vomiting blood since Friday.", "bleeding"),
        ("my son can’t breathe properly", "breathing"),
        ("No fever but his lips are turning blue", "breathing"),
        ("She is slurring her words", "stroke"),
        ("I don't want to live any more", "self-harm"),
        ("never had chest pain before", "chest-pain"),
        ("baby is very floppy and won't feed", "child"),
        ("I found a lump", "cancer"),
        ("no relief from the chest pain", "chest-pain"),
    ],
)
def test_what_must_be_seen_is_seen(text: str, family: str) -> None:
    found = FLAGS.found_in(text)
    assert family in {flag.family for flag in found}
    assert all(0 <= flag.start < flag.end <= len(text) for flag in found)


@pytest.mark.parametrize(
    "text",
    [
        "no chest pain",
        "I have not had any chest pain.",
        "denies chest pain",
        "No fever or chest pain, just a cough",
        "without shortness of breath",
        "I would like a repeat of my tablets",
        "",
    ],
)
def test_what_is_denied_is_not_highlighted(text: str) -> None:
    assert FLAGS.found_in(text) == []
    assert titles([]) == NONE_FOUND == "No phrase matched"


def test_what_is_denied_hides_nothing_that_is_told_after_it() -> None:
    told = FLAGS.found_in("There is no baby seat. Our baby is very floppy.")
    assert [flag.family for flag in told] == ["child"]


@settings(max_examples=100, deadline=None)
@given(texts, texts)
@example("no baby", "baby floppy")
def test_more_words_never_take_a_flag_away(before: str, after: str) -> None:
    together = {f.family for f in FLAGS.found_in(f"{before}. {after}")}
    assert {f.family for f in FLAGS.found_in(before)} <= together
    assert {f.family for f in FLAGS.found_in(after)} <= together


@settings(max_examples=100, deadline=None)
@given(texts, st.sampled_from(RANK))
def test_flags_only_raise(text: str, priority: Priority) -> None:
    flags = FLAGS.found_in(text)
    suggested = raised(priority, flags)
    assert RANK.index(suggested) >= RANK.index(priority)
    assert all(RANK.index(suggested) >= RANK.index(flag.raises) for flag in flags)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read_without_a_fault(text: str) -> None:
    for flag in FLAGS.found_in(text):
        assert text[flag.start : flag.end]


def test_no_phrase_of_the_seeded_corpus_is_missed() -> None:
    """What the invented patients write in danger, in every kind of form."""
    corpus = [*phrases.RED_FLAGS, *phrases.CHILD_RED_FLAGS, *phrases.ORDER_RED_FLAGS]
    missed = [words for words in corpus if not FLAGS.found_in(words)]
    assert missed == []
