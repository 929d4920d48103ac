"""Date prefixes and precisions against R4's sentences, written down naively."""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from practice.store import Query, Store, dates

numbers = itertools.count()
Span = tuple[int, int]
Tree = dict[str, Any]

# Around the clock change of March 2026, so that days have 23 and 24 hours.
moments = st.integers(0, 6 * 24 * 60).map(
    lambda minutes: datetime(2026, 3, 26, tzinfo=UTC) + timedelta(minutes=minutes, seconds=minutes)
)
forms = st.sampled_from(["%Y", "%Y-%m", "%Y-%m-%d", "%Y-%m-%dT%H:%MZ", "%Y-%m-%dT%H:%M:%SZ"])
texts = st.builds(lambda moment, form: moment.strftime(form), moments, forms)
instants = st.builds(lambda moment: moment.strftime("%Y-%m-%dT%H:%M:%S.007Z"), moments)

# "the range of the search value fully contains the range of the target value", and so on.
PREFIXES: dict[str, Callable[[Span, Span], bool]] = {
    "": lambda t, v: v[0] <= t[0] and t[1] <= v[1],
    "eq": lambda t, v: v[0] <= t[0] and t[1] <= v[1],
    "ne": lambda t, v: not (v[0] <= t[0] and t[1] <= v[1]),
    "gt": lambda t, v: any(edge > v[1] for edge in t),
    "lt": lambda t, v: any(edge < v[0] for edge in t),
    "ge": lambda t, v: any(edge > v[1] for edge in t) or (v[0] <= t[0] and t[1] <= v[1]),
    "le": lambda t, v: any(edge < v[0] for edge in t) or (v[0] <= t[0] and t[1] <= v[1]),
    "sa": lambda t, v: all(edge > v[1] for edge in t),
    "eb": lambda t, v: all(edge < v[0] for edge in t),
}
conditions = st.lists(
    st.lists(st.tuples(st.sampled_from(sorted(PREFIXES)), texts), min_size=1, max_size=2),
    min_size=1,
    max_size=3,
)


def observation(number: int, when: str | tuple[str | None, str | None]) -> tuple[Tree, Span]:
    tree: Tree = {"resourceType": "Observation", "id": f"o{number}", "status": "final"}
    if isinstance(when, str):
        return {**tree, "effectiveDateTime": when}, dates.bounds(when)
    start, end = when
    period = {name: text for name, text in (("start", start), ("end", end)) if text}
    low = dates.bounds(start)[0] if start else dates.MIN
    return {**tree, "effectivePeriod": period}, (low, dates.bounds(end)[1] if end else dates.MAX)


periods = st.tuples(st.none() | texts, st.none() | texts).filter(
    lambda p: any(p) and not (p[0] and p[1] and dates.bounds(p[0])[0] > dates.bounds(p[1])[1])
)


def found(
    store: Store, ods: str, kind: str, name: str, wanted: list[list[tuple[str, str]]]
) -> set[str]:
    pairs = [(name, ",".join(prefix + text for prefix, text in some)) for some in wanted]
    query = Query.parse(kind, [*pairs, ("_count", "1000")])
    page = store.read_now(ods, lambda unit: unit.search(query))
    assert page.total == len(page.matches)
    return {match.id for match in page.matches}


def expected(held: dict[str, Span], wanted: list[list[tuple[str, str]]]) -> set[str]:
    return {
        name
        for name, span in held.items()
        if all(
            any(PREFIXES[prefix](span, dates.bounds(text)) for prefix, text in some)
            for some in wanted
        )
    }


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(texts | periods, min_size=1, max_size=12), conditions)
def test_dates_and_periods(
    shared: Store, whens: list[Any], wanted: list[list[tuple[str, str]]]
) -> None:
    ods = f"D{next(numbers)}"
    made = [observation(n, when) for n, when in enumerate(whens)]
    shared.load(ods, [tree for tree, _ in made])
    held = {tree["id"]: span for tree, span in made}
    assert found(shared, ods, "Observation", "date", wanted) == expected(held, wanted)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        instants | st.builds(lambda m: m.strftime("%Y-%m-%dT%H:%M:%SZ"), moments),
        min_size=1,
        max_size=12,
    ),
    conditions,
)
def test_instants(shared: Store, whens: list[str], wanted: list[list[tuple[str, str]]]) -> None:
    """Instants have a narrower index range than other dates; it must not lose any."""
    ods = f"I{next(numbers)}"
    slots = [
        {"resourceType": "Slot", "id": f"s{n}", "status": "free", "start": when, "end": when}
        for n, when in enumerate(whens)
    ]
    shared.load(ods, slots)
    held = {tree["id"]: dates.bounds(tree["start"]) for tree in slots}
    assert found(shared, ods, "Slot", "start", wanted) == expected(held, wanted)
