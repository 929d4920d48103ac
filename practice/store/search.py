"""Runs a search and fetches what it found."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, TypeVar

import sqlalchemy as sa

from practice.store import dates
from practice.store.compile import Compiler, write_cursor
from practice.store.query import Include, Query, find
from practice.store.stored import Page, Stored
from practice.store.tables import reference_index, resource, resource_version

T = TypeVar("T")

CHEAP_TOTAL: Final = 5_000
"""A first page is counted up to here without being asked."""
_AT_ONCE = 1_000  # numbers in one IN list

CURRENT: Final = sa.select(
    resource.c.row,
    resource.c.type,
    resource.c.id,
    resource_version.c.version,
    resource_version.c.last_updated,
    resource_version.c.change,
    resource_version.c.method,
    resource_version.c.agent,
    resource_version.c.body,
).join(
    resource_version,
    (resource_version.c.ods == resource.c.ods)
    & (resource_version.c.row == resource.c.row)
    & (resource_version.c.version == resource.c.version),
)
"""Current versions with their bodies; `stored` reads a row of it."""

_BY_ROW = CURRENT.where(
    resource.c.ods == sa.bindparam("ods"),
    resource.c.row.in_(sa.bindparam("numbers", expanding=True)),
)
_BY_ID = CURRENT.where(
    resource.c.ods == sa.bindparam("ods"),
    resource.c.type == sa.bindparam("type"),
    resource.c.removed.is_(False),
    resource.c.id.in_(sa.bindparam("ids", expanding=True)),
)


def stored(row: Sequence[Any]) -> Stored:
    """The Stored in a row of `CURRENT`."""
    _, kind, resource_id, version, last_updated, change, method, agent, body = row
    return Stored(
        kind, resource_id, version, dates.moment(last_updated), change, method, agent, body
    )


class Searcher:
    """Searches one practice on one connection."""

    def __init__(self, ods: str, connection: sa.Connection) -> None:
        self._ods = ods
        self._connection = connection
        self._compiler = Compiler(ods)

    def search(self, query: Query) -> Page:
        """One page of what *query* finds.

        Raises:
            Refusal: 400 INVALID_PARAMETER.
        """
        if query.summary == "count":
            return Page((), total=self._total(query))
        rows = self._connection.execute(self._compiler.rows(query)).all()
        following = None
        if len(rows) > query.count:
            rows = rows[: query.count]
            following = write_cursor(rows[-1])
        numbers = [row[0] for row in rows]
        held = self._fetch(numbers)
        matches = tuple(held[number] for number in numbers)
        included = self._included(query, numbers, matches) if matches else ()
        return Page(matches, included, following, self._page_total(query, following, len(rows)))

    def _page_total(self, query: Query, following: str | None, found: int) -> int | None:
        if query.total in ("accurate", "count", "estimate"):
            return self._total(query)
        if query.total == "none" or query.cursor is not None:
            return None
        if following is None:
            return found
        total = self._total(query, CHEAP_TOTAL + 1)
        return total if total <= CHEAP_TOTAL else None

    def _total(self, query: Query, ceiling: int | None = None) -> int:
        total: int = self._connection.execute(self._compiler.total(query, ceiling)).scalar_one()
        return total

    def _fetch(self, numbers: Sequence[int]) -> dict[int, Stored]:
        held: dict[int, Stored] = {}
        for some in _portions(numbers):
            rows = self._connection.execute(_BY_ROW, {"ods": self._ods, "numbers": some})
            held.update((row[0], stored(row)) for row in rows)
        return held

    def _included(
        self, query: Query, numbers: Sequence[int], matches: tuple[Stored, ...]
    ) -> tuple[Stored, ...]:
        there = {match.reference for match in matches}
        included: dict[str, Stored] = {}
        for include in query.includes:
            for one in self._targets(include, numbers):
                included.setdefault(one.reference, one)
        for include in query.revincludes:
            for one in self._sources(include, query.type, [match.id for match in matches]):
                included.setdefault(one.reference, one)
        return tuple(one for reference, one in included.items() if reference not in there)

    def _targets(self, include: Include, numbers: Sequence[int]) -> Iterator[Stored]:
        """What the *numbers* point to by the parameter that *include* names."""
        c = reference_index.c
        ids: dict[str, set[str]] = {}
        for some in _portions(numbers):
            pointed = sa.select(c.target_type, c.target_id).where(
                c.ods == self._ods, c.row.in_(some), c.param == find(include.type, include.name).key
            )
            if include.target:
                pointed = pointed.where(c.target_type == include.target)
            for kind, target_id in self._connection.execute(pointed.distinct()):
                ids.setdefault(kind, set()).add(target_id)
        for kind, wanted in sorted(ids.items()):
            for some_ids in _portions(sorted(wanted)):
                rows = self._connection.execute(
                    _BY_ID, {"ods": self._ods, "type": kind, "ids": some_ids}
                )
                yield from map(stored, rows)

    def _sources(self, include: Include, target: str, ids: Sequence[str]) -> Iterator[Stored]:
        """What points to the *ids* by the parameter that *include* names."""
        c = reference_index.c
        numbers: set[int] = set()
        for some in _portions(ids):
            pointing = sa.select(c.row).where(
                c.ods == self._ods,
                c.param == find(include.type, include.name).key,
                c.target_type == target,
                c.target_id.in_(some),
            )
            numbers.update(self._connection.execute(pointing).scalars())
        yield from self._fetch(sorted(numbers)).values()


def _portions(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), _AT_ONCE):
        yield items[start : start + _AT_ONCE]
