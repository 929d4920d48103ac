"""How well the shipped rules see danger in invented texts, and how often they cry wolf."""

from collections import Counter
from collections.abc import Callable, Sequence

import pytest

from contract.codes import Priority
from reception.desk.red_flags import RedFlags, raised, shipped_rules
from tests.red_flag_corpus import FORMS, Labelled, labelled

FLAGS = RedFlags(shipped_rules())
RANK = list(Priority)
WANTED = {"emergency": Priority.STAT, "urgent": Priority.URGENT}
TUNED, HELD_OUT = labelled("tuned"), labelled("held_out")

Figure = Callable[[str, object], None]


def _is_seen(one: Labelled) -> bool:
    """Whether it is raised as far as it should be, or further."""
    priority = raised(Priority.ROUTINE, FLAGS.found_in(one.text))
    return RANK.index(priority) >= RANK.index(WANTED[one.kind])


def _share(texts: Sequence[Labelled], holds: Callable[[Labelled], bool]) -> tuple[float, str]:
    hits = sum(map(holds, texts))
    return hits / len(texts), f"{100 * hits / len(texts):.0f} % ({hits}/{len(texts)})"


def _tell(name: str, texts: Sequence[Labelled], figure: Figure) -> dict[str, float]:
    """Note the figures of *texts* for the summary of the run; the shares themselves."""
    shares = {}
    for kind in WANTED:
        some = [one for one in texts if one.is_danger and one.kind == kind]
        shares[kind], words = _share(some, _is_seen)
        figure("figure", f"red flags, {name}: {kind} texts seen {words}")
    calm = [one for one in texts if not one.is_danger]
    shares["false"], words = _share(calm, lambda one: bool(FLAGS.found_in(one.text)))
    figure("figure", f"red flags, {name}: false alarms {words}")
    for form in FORMS:
        some = [one for one in texts if one.is_danger and one.form == form]
        if not some:
            continue
        figure("figure", f"  {name}, danger told by {form}: seen {_share(some, _is_seen)[1]}")
    for family in dict.fromkeys(one.family for one in texts if one.is_danger):
        some = [one for one in texts if one.family == family]
        figure("figure", f"  {name}, {family}: seen {_share(some, _is_seen)[1]}")
    for why in dict.fromkeys(one.kind for one in texts if not one.is_danger):
        some = [one for one in texts if not one.is_danger and one.kind == why]
        alarms = _share(some, lambda one: bool(FLAGS.found_in(one.text)))[1]
        figure("figure", f"  {name}, nothing to see, {why}: false alarms {alarms}")
    return shares


def test_texts_that_the_rules_are_tuned_on(record_property: Figure) -> None:
    shares = _tell("tuned", TUNED, record_property)
    missed = [(o.place, o.text) for o in TUNED if o.is_danger and not _is_seen(o)]
    assert shares["emergency"] >= 0.99, missed
    assert shares["urgent"] >= 0.95, missed
    assert shares["false"] <= 0.03, [
        (o.place, o.text) for o in TUNED if not o.is_danger and FLAGS.found_in(o.text)
    ]


def test_texts_that_the_rules_were_not_tuned_on(record_property: Figure) -> None:
    """The floor is what the rules reached when these were written; it may only go up."""
    shares = _tell("held out", HELD_OUT, record_property)
    assert shares["emergency"] >= 0.8
    assert shares["urgent"] >= 0.75
    assert shares["false"] <= 0.06


def test_the_corpus_is_large_mixed_and_says_nothing_twice() -> None:
    texts = [*TUNED, *HELD_OUT]
    assert len(TUNED) >= 400
    assert len(HELD_OUT) >= 100
    twice = [text for text, times in Counter(one.text for one in texts).items() if times > 1]
    assert twice == []
    for form in ("admin", "repeat", "records", "message", "appointment"):
        assert sum(one.form == form and one.is_danger for one in texts) >= 5, form
    told = {one.family for one in texts} - {"nothing"}
    assert told <= {flag.family for one in texts for flag in FLAGS.found_in(one.text)}


@pytest.mark.parametrize("one", [o for o in TUNED if o.is_danger][::9], ids=lambda one: one.place)
def test_danger_is_seen_in_whatever_is_written_around_it(one: Labelled) -> None:
    """Told between everyday sentences, after a denial of something else, without capitals."""
    around = f"hi there. no rash, not been away.\n{one.text.lower()}\nThanks. No allergies."
    assert {f.family for f in FLAGS.found_in(one.text)} <= {
        f.family for f in FLAGS.found_in(around)
    }
