"""A search as SQL.

The most selective parameter is looked up first in its index and gives the candidates; the others
are tested on them one by one. SQLite has no statistics to find that out, and PostgreSQL turns
both forms into the joins it prefers.
"""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import sqlalchemy as sa

from practice.store import dates, extract, words
from practice.store.parameters import Kind, Parameter
from practice.store.query import (
    Param,
    Query,
    Sort,
    chain_targets,
    find,
    invalid,
    read_param,
    unescape,
)
from practice.store.tables import (
    date_index,
    reference_index,
    resource,
    string_index,
    token_index,
)

Condition = sa.ColumnElement[bool]
_TABLES = {
    Kind.TOKEN: token_index,
    Kind.URI: token_index,
    Kind.STRING: string_index,
    Kind.DATE: date_index,
    Kind.REFERENCE: reference_index,
}
# Lower is tried first: how few resources a value of the kind usually finds.
_RANKS = {Kind.URI: 0, Kind.REFERENCE: 1, Kind.STRING: 2, Kind.DATE: 3, Kind.TOKEN: 5}
_IDENTIFIER_RANK = 0
_PREFIXES = frozenset({"eq", "ne", "gt", "lt", "ge", "le", "sa", "eb"})
_SECOND_MS = 1000
_BIGGEST = 2**63  # of the numbers a database keeps
_UNESCAPED_BAR = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True, slots=True)
class _Test:
    """One index lookup: rows of *table* for *key* where *condition* holds."""

    table: sa.Table
    key: str
    condition: Condition
    negated: bool
    rank: int

    def candidates(self, ods: str) -> sa.Select[Any]:
        """Row numbers that pass."""
        table = self.table
        found = sa.select(table.c.row).where(
            table.c.ods == ods, table.c.param == self.key, self.condition
        )
        return found.correlate(None)

    def on(self, ods: str, row: sa.ColumnElement[Any]) -> Condition:
        """Whether the resource *row* passes."""
        table = self.table
        held = sa.exists().where(
            table.c.ods == ods, table.c.row == row, table.c.param == self.key, self.condition
        )
        return ~held if self.negated else held


class Compiler:
    """Turns the searches of one practice into SQL."""

    def __init__(self, ods: str) -> None:
        self._ods = ods

    def rows(self, query: Query) -> sa.Select[Any]:
        """Row numbers and sort keys of one page of matches and one more, in order."""
        keys = [self._sort_column(query.type, key) for key in query.sort]
        statement = sa.select(resource.c.row, *(key.label(f"k{n}") for n, key in enumerate(keys)))
        statement = statement.where(*self._where(query.type, query.params))
        if query.cursor is not None:
            statement = statement.where(_after(query, keys))
        order = [
            key.desc() if by.descending else key.asc()
            for key, by in zip(keys, query.sort, strict=True)
        ]
        return statement.order_by(*order, resource.c.row).limit(query.count + 1)

    def total(self, query: Query, ceiling: int | None = None) -> sa.Select[int]:
        """How many match; counting stops at *ceiling*."""
        matching = sa.select(resource.c.row).where(*self._where(query.type, query.params))
        if ceiling is not None:
            matching = matching.limit(ceiling)
        return sa.select(sa.func.count()).select_from(matching.subquery())

    def _where(self, resource_type: str, params: Sequence[Param]) -> list[Condition]:
        """Conditions on `resource`, which stands for one resource of *resource_type*."""
        direct: list[Condition] = []
        tests: list[_Test] = []
        ranges: dict[str, list[Param]] = {}
        for param in params:
            if param.name in ("_id", "_lastUpdated"):
                direct.append(_own_column(param))
            elif param.name.startswith("_has:"):
                direct.append(self._has(resource_type, param))
            elif "." in param.name:
                direct.append(self._chain(resource_type, param))
            else:
                parameter = find(resource_type, param.name)
                if parameter.kind is Kind.DATE and not param.modifier:
                    ranges.setdefault(param.name, []).append(param)
                else:
                    tests.append(self._test(parameter, param))
        # A date element stands at most once in a resource, so its limits make one range.
        tests += [_range(find(resource_type, name), held) for name, held in ranges.items()]
        tests.sort(key=lambda test: (test.negated, test.rank))
        conditions: list[Condition] = [resource.c.ods == self._ods]
        leads = tests and not tests[0].negated and not any(p.name == "_id" for p in params)
        if leads:
            conditions.append(resource.c.row.in_(tests[0].candidates(self._ods)))
            tests = tests[1:]
        else:
            conditions += [resource.c.type == resource_type, resource.c.removed.is_(False)]
        conditions += direct
        return conditions + [test.on(self._ods, resource.c.row) for test in tests]

    def _test(self, parameter: Parameter, param: Param) -> _Test:
        table = _TABLES[parameter.kind]
        rank = _IDENTIFIER_RANK if param.name == "identifier" else _RANKS[parameter.kind]
        if param.modifier == "missing":
            missing = param.values[-1] == "true"
            return _Test(table, parameter.key, sa.true(), missing, 9)
        if parameter.kind is Kind.TOKEN:
            condition = _tokens(parameter, param.values)
        elif parameter.kind is Kind.STRING:
            condition = sa.or_(*(_string(parameter, param, value) for value in param.values))
        elif parameter.kind is Kind.REFERENCE:
            condition = sa.or_(*(self._reference(param, v) for v in param.values))
        else:
            condition = token_index.c.code.in_([unescape(value) for value in param.values])
        return _Test(table, parameter.key, condition, param.modifier == "not", rank)

    def _reference(self, param: Param, value: str) -> Condition:
        c = reference_index.c
        target_type, target_id = extract.target(self._ods, unescape(value))
        if target_type:
            if param.modifier and param.modifier != target_type:
                return sa.false()
            return (c.target_id == target_id) & (c.target_type == target_type)
        if param.modifier:
            return (c.target_id == target_id) & (c.target_type == param.modifier)
        return c.target_id == target_id

    def _chain(self, resource_type: str, param: Param) -> Condition:
        """`schedule.actor=x`: points to something that passes `actor=x`."""
        c = reference_index.c
        head, _, rest = param.name.partition(".")
        key = find(resource_type, head.partition(":")[0]).key
        ways = []
        for target_type in chain_targets(resource_type, head, rest):
            ids = self._matching(target_type, rest, param.values[0], resource.c.id)
            way = sa.select(c.row).where(
                c.ods == self._ods,
                c.param == key,
                c.target_type == target_type,
                c.target_id.in_(ids),
            )
            ways.append(resource.c.row.in_(way.correlate(None)))
        return sa.or_(*ways)

    def _has(self, resource_type: str, param: Param) -> Condition:
        """`_has:Appointment:patient:date=x`: an Appointment that passes `date=x` points to it."""
        c = reference_index.c
        _, source, name, rest = param.name.split(":", 3)
        rows = self._matching(source, rest, param.values[0], resource.c.row)
        ids = sa.select(c.target_id).where(
            c.ods == self._ods,
            c.param == find(source, name).key,
            c.target_type == resource_type,
            c.row.in_(rows),
        )
        return resource.c.id.in_(ids.correlate(None))

    def _matching(
        self, resource_type: str, name: str, value: str, column: sa.Column[Any]
    ) -> sa.Select[Any]:
        """*column* of the resources of a type that one parameter finds, as a subquery."""
        param = read_param(resource_type, name, value)
        assert param is not None  # it was read before, when the search was parsed
        return sa.select(column).where(*self._where(resource_type, [param])).correlate(None)

    def _sort_column(self, resource_type: str, key: Sort) -> sa.ColumnElement[Any]:
        """What a resource is ordered by; one that lacks the element comes last."""
        if key.name == "_id":
            return resource.c.id
        if key.name == "_lastUpdated":
            return resource.c.last_updated
        parameter = find(resource_type, key.name)
        table = _TABLES[parameter.kind]
        column = {
            token_index: token_index.c.code,
            string_index: string_index.c.value,
            date_index: date_index.c.high if key.descending else date_index.c.low,
            reference_index: reference_index.c.target_id,
        }[table]
        pick = sa.func.max(column) if key.descending else sa.func.min(column)
        value = (
            sa.select(pick)
            .where(
                table.c.ods == self._ods,
                table.c.row == resource.c.row,
                table.c.param == parameter.key,
            )
            .correlate(resource)
            .scalar_subquery()
        )
        last: int | str
        if table is date_index:
            last = dates.MIN if key.descending else dates.MAX
        else:
            last = "" if key.descending else words.LAST
        return sa.func.coalesce(value, last)


def _after(query: Query, keys: Sequence[sa.ColumnElement[Any]]) -> Condition:
    """Whether a match stands behind the cursor."""
    assert query.cursor is not None
    *values, row = read_cursor(query.cursor, len(keys))
    behind: Condition = resource.c.row > row
    for key, by, value in reversed(list(zip(keys, query.sort, values, strict=True))):
        beyond = key < value if by.descending else key > value
        behind = beyond | ((key == value) & behind)
    return behind


def write_cursor(row: Sequence[Any]) -> str:
    """The cursor behind a row of `Compiler.rows`."""
    number, *keys = row
    return base64.urlsafe_b64encode(msgspec.json.encode([*keys, number])).decode().rstrip("=")


def read_cursor(cursor: str, keys: int) -> list[Any]:
    """The sort keys and the row number that *cursor* holds.

    Raises:
        Refusal: 400 INVALID_PARAMETER, it is not one of ours.
    """
    try:
        held = msgspec.json.decode(
            base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)), type=list[int | str]
        )
    except (ValueError, msgspec.DecodeError) as bad:
        raise invalid("That link to a further page is not one of ours.") from bad
    fit = all(isinstance(key, str) or abs(key) < _BIGGEST for key in held)
    if len(held) != keys + 1 or not isinstance(held[-1], int) or not fit:
        raise invalid("That link to a further page belongs to another search.")
    return held


def _own_column(param: Param) -> Condition:
    if param.modifier:
        raise invalid(f"{param.name} takes no modifier.")
    if param.name == "_id":
        return resource.c.id.in_(param.values)
    column = resource.c.last_updated
    return sa.or_(*(_dated(column, column, value)[0] for value in param.values))


def _range(parameter: Parameter, params: Sequence[Param]) -> _Test:
    """The limits that several parameters of one name set, as one lookup."""
    c = date_index.c
    limits: list[Condition] = []
    sides = set()
    for param in params:
        alternatives = []
        for value in param.values:
            condition, side = _dated(c.low, c.high, value, instant=parameter.instant)
            alternatives.append(condition)
            sides.add(side)
        limits.append(sa.or_(*alternatives))
    rank = _RANKS[Kind.DATE] if sides & {"both"} or len(sides) > 1 else 6
    return _Test(date_index, parameter.key, sa.and_(*limits), False, rank)


def _dated(
    low: sa.ColumnElement[int], high: sa.ColumnElement[int], value: str, *, instant: bool = False
) -> tuple[Condition, str]:
    """Whether the range [low, high] passes *value*, and which sides of *low* that bounds.

    Source: FHIR R4 search, prefixes: eq = the value's range contains the element's, ge = the range
    above the value reaches into the element's, or eq.
    """
    text = unescape(value)
    prefix = text[:2] if text[:2] in _PREFIXES else "eq"
    try:
        first, last = dates.bounds(text.removeprefix(prefix).replace(" ", "+"))
    except ValueError as bad:
        raise invalid(f"{value!r} is not a date to search by.") from bad
    # An instant is at most a second wide, which gives an index on `low` its other end.
    near = low > first - _SECOND_MS if instant else sa.true()
    conditions: dict[str, tuple[Condition, str]] = {
        "eq": ((low >= first) & (low <= last) & (high <= last), "both"),
        "ne": ((low < first) | (high > last), "none"),
        "gt": ((high > last) & near, "low"),
        "ge": (((high > last) | (low >= first)) & near, "low"),
        "lt": (low < first, "high"),
        "le": ((low <= last) & ((low < first) | (high <= last)), "high"),
        "sa": (low > last, "low"),
        "eb": ((low < first) & (high < first), "high"),
    }
    return conditions[prefix]


def _tokens(parameter: Parameter, values: Sequence[str]) -> Condition:
    """Any one of *values*. Codes of one system make one list: a long OR would nest too deep."""
    c = token_index.c
    codes: dict[str | None, list[str]] = {}
    ways: list[Condition] = []
    for value in values:
        system, code = _token(parameter, value)
        if code is not None:
            codes.setdefault(system, []).append(code)
        else:
            ways.append(sa.true() if system is None else c.system == system)
    for system, known in codes.items():
        way = c.code.in_(known)
        ways.append(way if system is None else way & (c.system == system))
    return sa.or_(*ways)


def _token(parameter: Parameter, value: str) -> tuple[str | None, str | None]:
    """The system and the code that *value* asks for; None for any."""
    parts = [unescape(part) for part in _UNESCAPED_BAR.split(value, maxsplit=1)]
    code = parts[-1]
    if parameter.form in ("phone", "email", "telecom"):
        is_phone = parameter.form == "phone" or (parameter.form == "telecom" and "@" not in code)
        if code.startswith(" "):  # a '+' that was not escaped
            code = "+" + code[1:]
        return None, extract.contact("phone" if is_phone else "email", code)
    if len(parts) == 1 or parameter.form == "code":
        return None, code or None
    return parts[0], code or None


def _string(parameter: Parameter, param: Param, value: str) -> Condition:
    c = string_index.c
    text = unescape(value)
    if param.modifier == "exact":
        return c.exact == text[: words.KEPT_CHARS]
    plain = words.squeezed(text) if parameter.form == "postcode" else words.folded(text)
    if not plain:
        return sa.false()
    if param.modifier == "contains":
        return c.value.contains(plain, autoescape=True)
    return (c.value >= plain) & (c.value < plain + words.LAST)
