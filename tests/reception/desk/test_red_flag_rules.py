"""Rules that a practice writes: read, or refused with a sentence that names the line."""

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from contract.codes import Priority
from contract.red_flag_rules import RulesRefused, parse_rules
from reception.desk.red_flag_reader import Person, Unheard
from reception.desk.red_flags import RedFlags, raised, shipped_rules, what_to_do
from tests.red_flag_corpus import labelled

FLAGS = RedFlags(shipped_rules())
TEXTS = [one.text for one in (*labelled("tuned"), *labelled("held_out"))]
RANK = list(Priority)

SMALL = """\
[words]
chest = ["chset"]

[spelling]
near = 7

[scope]
deny = ["no", "not"]
between = ["any", "my"]
until = ["before"]
long_ago = ["years ago"]
now = ["again"]

[[family]]
id = "chest"
title = "Chest pain"
raise = "stat"
do = "Ring now."
phrases = ["chest & pain*", "breathless*"]
except = ["chest of drawers"]

[[family]]
id = "jaw"
title = "Jaw"
raise = "urgent"
do = "Today."
min_age = 50
sex = "female"
phrases = ["jaw ... chew*"]
"""


def changed(old: str, new: str) -> str:
    assert SMALL.count(old) == 1, old
    return SMALL.replace(old, new)


def refusal_of(text: str) -> RulesRefused | None:
    try:
        parse_rules(text)
    except RulesRefused as refused:
        return refused
    return None


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (changed('raise = "stat"', 'raise = "loud"'), 17, "stat (emergency), asap and urgent"),
        (changed('raise = "stat"', "raise = 1"), 17, "“raise” of “Chest pain”"),
        (changed('raise = "stat"', "raise = "), 17, "cannot be read"),
        (changed('"breathless*"', '"bre*thless"'), 19, "is no word"),
        (changed('"breathless*"', '"a*"'), 19, "would fit almost any word"),
        (changed('"breathless*"', '"pain ..."'), 19, "ends with a gap"),
        (changed('"breathless*"', '"pain & "'), 19, "empty part"),
        (changed('"breathless*"', '""'), 19, "no word in quotes"),
        (changed('"breathless*"', '"a b c d e f g h i"'), 19, "eight words at most"),
        (changed('phrases = ["jaw ... chew*"]', "phrases = []"), 22, "would find nothing"),
        (changed('phrases = ["jaw ... chew*"]', ""), 22, "“Jaw” has no phrases"),
        (changed('phrases = ["jaw ... chew*"]', 'phrases = "jaw"'), 29, "square brackets"),
        (changed("min_age = 50", "min_age = 50.5"), 27, "whole years"),
        (changed("min_age = 50", "min_age = 50\nmax_age = 9"), 28, "for nobody"),
        (changed('sex = "female"', 'sex = "f"'), 28, "female or male"),
        (changed('id = "jaw"', 'id = "chest"'), 23, "already"),
        (changed('id = "jaw"', ""), 22, "needs id"),
        (changed('do = "Today."', 'doo = "Today."'), 26, "“doo” is not known"),
        (changed("near = 7", 'near = "x"'), 5, "number of letters"),
        (changed('until = ["before"]', 'til = ["before"]'), 10, "“til” is not known"),
        (changed('["no", "not"]', '["no", 7]'), 8, "no word in quotes"),
        (f"{SMALL}[colours]\n", 30, "“colours” is not known"),
        ("", 0, "no [[family]]"),
        ("family = 3", 0, "no [[family]]"),
        ("x" * 300_000, 0, "too long"),
    ],
)
def test_a_broken_rule_is_refused_with_its_line(text: str, line: int, says: str) -> None:
    with pytest.raises(RulesRefused) as refused:
        parse_rules(text)
    assert says in str(refused.value)
    assert refused.value.line == line
    assert str(refused.value).startswith(f"Line {line}: " if line else "")
    assert str(refused.value).endswith((".", "”"))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(shipped_rules())), st.text(max_size=12), st.integers(0, 40))
def test_any_slip_in_the_rules_is_read_or_refused_in_a_sentence(
    at: int, typed: str, cut: int
) -> None:
    rules = shipped_rules()[:9000]
    at = at % len(rules)
    text = rules[:at] + typed + rules[at + cut :]
    refused = refusal_of(text)
    if refused is None:
        RedFlags(text).found_in("pain in my chest, can't breathe")
        return
    assert len(str(refused)) > 20
    assert refused.line <= text.count("\n") + 1


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["words", "scope", "spelling", "family", "other"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=8),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(["id", "raise", "phrases", "near", "deny"]), inner
                )
            ),
            max_leaves=8,
        ),
    )
)
def test_any_table_is_read_or_refused(told: dict[str, object]) -> None:
    refused = refusal_of(_toml(told))
    assert refused is None or str(refused)


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "\n".join(f"{key} = {_inline(one)}" for key, one in value.items())
    return _inline(value)


def _inline(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_inline(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_inline, value)) + "]"
    return str(value) if isinstance(value, int) else repr(str(value))


@pytest.mark.parametrize(
    ("text", "unheard", "by"),
    [
        ("no chest pain", Unheard.DENIED, "no"),
        ("not any pain in my chest", Unheard.DENIED, "not"),
        ("chest pain: no", Unheard.DENIED, ": no"),
        ("chest not painful", Unheard.DENIED, "not"),
        ("chest pain years ago", Unheard.LONG_AGO, "years ago"),
        ("chest pain in 1998", Unheard.LONG_AGO, "1998"),
        ("the chest of drawers gave me a pain", Unheard.OTHER, "chest of drawers"),
        ("my chset has a pain", None, ""),
        ("no chest pain before this", None, ""),
        ("no fever. chest pain", None, ""),
        ("chest pain years ago and again today", None, ""),
        ("chest pain? no idea what it is", None, ""),
        ("chest pain\nno", None, ""),
        ("I could not sleep, chest pain all night", None, ""),
    ],
)
def test_what_is_told_and_what_is_not(text: str, unheard: Unheard | None, by: str) -> None:
    (match,) = RedFlags(SMALL).matches(text)
    assert (match.unheard, match.by) == (unheard, by)
    assert bool(RedFlags(SMALL).found_in(text)) == (unheard is None)


def test_a_slip_of_one_letter_is_known_and_said() -> None:
    flags = RedFlags(SMALL)
    for slip in ("breathles", "breahtless", "brethless", "breatthless", "braethlessness"):
        (match,) = flags.matches(f"so {slip} today")
        assert match.unheard is None
        assert match.slips == (f"{slip} → breathless",)
    assert flags.matches("so heartless today") == []


@pytest.mark.parametrize(
    ("person", "counts"),
    [
        (Person(), True),
        (Person(70, "female"), True),
        (Person(70, "unknown"), True),
        (Person(None, "female"), True),
        (Person(49, "female"), False),
        (Person(70, "male"), False),
    ],
)
def test_limits_count_only_where_age_and_sex_are_known(person: Person, counts: bool) -> None:
    flags = RedFlags(SMALL)
    assert bool(flags.found_in("jaw hurts to chew", person)) is counts
    (match,) = flags.matches("jaw hurts to chew", person)
    assert (match.unheard is Unheard.NOT_THIS_PERSON) is not counts


def test_what_to_do_begins_with_the_most_pressing() -> None:
    found = RedFlags(SMALL).found_in("jaw hurts to chew. chest pain. breathless")
    assert what_to_do(found) == "Ring now. Today."


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(TEXTS),
    st.lists(st.sampled_from(TEXTS), max_size=3),
    st.lists(st.sampled_from(TEXTS), max_size=3),
    st.sampled_from([". ", "\n", "! ", " ; "]),
)
def test_adding_text_never_takes_a_flag_away(
    text: str, before: list[str], after: list[str], between: str
) -> None:
    together = between.join([*before, text, *after])
    alone = {flag.family for flag in FLAGS.found_in(text)}
    assert alone <= {flag.family for flag in FLAGS.found_in(together)}
    priority = raised(Priority.ROUTINE, FLAGS.found_in(together))
    assert RANK.index(priority) >= RANK.index(raised(Priority.ROUTINE, FLAGS.found_in(text)))


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(TEXTS),
    st.sampled_from(
        ["no", "not any of that", "never, honestly, never", "I deny all that", "in 1990"]
    ),
    st.sampled_from([". ", "\n", "! ", "; "]),
    st.booleans(),
)
def test_a_denial_in_one_sentence_hides_nothing_in_another(
    text: str, denial: str, between: str, first: bool
) -> None:
    together = between.join([denial, text] if first else [text, denial])
    alone = [(flag.family, text[flag.start : flag.end]) for flag in FLAGS.found_in(text)]
    found = [(flag.family, together[flag.start : flag.end]) for flag in FLAGS.found_in(together)]
    assert set(alone) <= set(found)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_read_and_places_lie_in_it(text: str) -> None:
    for match in FLAGS.matches(text):
        assert text[match.start : match.end]
