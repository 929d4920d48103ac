"""Pages cover everything exactly once, whatever the order, and stay put when rows are added."""

import itertools
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from practice.refusal import Refusal
from practice.store import Query, Store, Stored, Unit

numbers = itertools.count()
Tree = dict[str, Any]
tasks = st.fixed_dictionaries(
    {"status": st.sampled_from(["requested", "received", "completed"])},
    optional={
        "priority": st.sampled_from(["routine", "urgent"]),
        "authoredOn": st.sampled_from([f"2026-11-{day:02d}" for day in range(1, 5)]),
    },
)
sorts = st.lists(
    st.sampled_from(
        [
            "status",
            "-status",
            "priority",
            "-priority",
            "authored-on",
            "-authored-on",
            "_id",
            "-_id",
            "_lastUpdated",
            "-_lastUpdated",
        ]
    ),
    max_size=3,
    unique_by=lambda name: name.strip("-"),
)


def walked(store: Store, ods: str, query: Query, between: Any = None) -> list[Stored]:
    found: list[Stored] = []
    cursor: str | None = None
    while True:
        page = store.read_now(ods, lambda unit: unit.search(replace(query, cursor=cursor)))  # noqa: B023
        assert len(page.matches) <= query.count
        found += page.matches
        cursor = page.next
        if cursor is None:
            return found
        assert len(page.matches) == query.count
        if between is not None:
            between()


def key(tree: Tree, name: str) -> tuple[bool, str]:
    """Missing ones last, whichever way it goes."""
    element = {"status": "status", "priority": "priority", "authored-on": "authoredOn", "_id": "id"}
    value = tree["meta"]["lastUpdated"] if name == "_lastUpdated" else tree.get(element[name])
    return (value is None, value or "")


def ordered(trees: list[Tree], sort: list[str]) -> list[str]:
    for name in reversed(sort):
        bare = name.removeprefix("-")
        if name.startswith("-"):
            trees.sort(key=lambda t: (not key(t, bare)[0], key(t, bare)[1]), reverse=True)
            # A reversed sort keeps equal ones in place; that is what we want here.
        else:
            trees.sort(key=lambda t: key(t, bare))
    return [tree["id"] for tree in trees]


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(tasks, max_size=25), sorts, st.integers(1, 7))
def test_every_match_stands_on_one_page_in_order(
    shared: Store, made: list[Tree], sort: list[str], count: int
) -> None:
    ods = f"P{next(numbers)}"
    trees = [
        {"resourceType": "Task", "id": f"t{n:02d}", "intent": "order", **t}
        for n, t in enumerate(made)
    ]
    shared.load(ods, trees)
    pairs = [("_count", str(count))] + ([("_sort", ",".join(sort))] if sort else [])
    found = walked(shared, ods, Query.parse("Task", pairs))
    assert [one.id for one in found] == ordered([one.tree() for one in found], sort)
    assert sorted(one.id for one in found) == [tree["id"] for tree in trees]


def test_rows_that_come_in_between_move_no_page(store: Store) -> None:
    def task(number: int, day: int) -> Tree:
        return {
            "resourceType": "Task",
            "id": f"t{number}",
            "status": "requested",
            "intent": "order",
            "authoredOn": f"2026-11-{day:02d}",
        }

    store.load("A1", [task(n, 10 + n) for n in range(10)])
    more = itertools.count(100)

    def add(unit: Unit) -> None:
        unit.create(task(0, 1), f"new{next(more)}")  # sorts before every page

    query = Query.parse("Task", [("_sort", "authored-on"), ("_count", "3")])
    found = walked(store, "A1", query, between=lambda: store.write_now("A1", add))
    assert [one.id for one in found] == [f"t{n}" for n in range(10)]


@pytest.mark.parametrize(
    "cursor",
    ["x", "W10", "WyJhIl0", "WzEsMl0", "%%%", "bnVsbA", "WzEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNF0"],
)
def test_a_cursor_of_somebody_else_is_refused(store: Store, cursor: str) -> None:
    query = Query.parse("Task", [("_cursor", cursor)])
    with pytest.raises(Refusal) as refused:
        store.read_now("A1", lambda unit: unit.search(query))
    assert refused.value.status == 400
