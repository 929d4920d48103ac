"""Marks and their times: what is written is read again, and one act is taken back alone."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from contract import systems
from contract.codes import Mark
from reception.records.marks import Marks
from reception.records.tree import concept

OTHER = {"url": "https://elsewhere.example/x", "valueString": "stays"}
marks = st.sampled_from(list(Mark))
times = st.integers(0, 10**9).map(lambda s: datetime.fromtimestamp(s, UTC))
acts = st.lists(st.tuples(marks, st.none() | times, st.none() | times), max_size=6)


def marked(made: list[tuple[Mark, datetime | None, datetime | None]]) -> Marks:
    held = Marks({})
    for mark, at, until in made:
        held = held.with_mark(mark, at, until if at else None)
    return held


@given(acts)
def test_what_is_written_is_read_again(
    made: list[tuple[Mark, datetime | None, datetime | None]],
) -> None:
    held = marked(made)
    tree = held.on({"resourceType": "Appointment", "extension": [OTHER]})
    assert tree["extension"][0] == OTHER
    read = Marks.of(tree)
    assert read.codes == held.codes == {mark for mark, _, _ in made}
    for mark in Mark:
        assert read.times_of(mark) == held.times_of(mark)
    assert Marks({}).on(tree)["extension"] == [OTHER]


@given(marks, times, st.none() | times)
def test_the_time_of_a_mark_is_kept(mark: Mark, at: datetime, until: datetime | None) -> None:
    assert Marks({}).with_mark(mark, at, until).times_of(mark) == (at, until)


@given(acts, acts, acts)
def test_one_act_is_taken_back_and_no_other(
    first: list[tuple[Mark, datetime | None, datetime | None]],
    ours: list[tuple[Mark, datetime | None, datetime | None]],
    theirs: list[tuple[Mark, datetime | None, datetime | None]],
) -> None:
    before, after = marked(first), marked([*first, *ours])
    touched = {c for c in after.codes if after.held[c] != before.held.get(c)}
    others = [act for act in theirs if act[0] not in touched]
    now, wanted = marked([*first, *ours, *others]), marked([*first, *others])
    assert now.taken_back(before, after).held == wanted.held


def test_a_mark_of_another_system_is_no_mark_of_ours_and_stays() -> None:
    foreign = {
        "url": systems.MARK_EXTENSION,
        "valueCodeableConcept": concept("https://elsewhere.example/marks", "late"),
    }
    tree = {"extension": [foreign]}
    assert not Marks.of(tree).codes
    assert Marks({}).on(tree) == tree
