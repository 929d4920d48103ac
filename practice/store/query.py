"""A search, as the store understands it, and how it is read from the pairs of a query string."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from contract.errors import ErrorCode
from contract.limits import PAGE
from practice.refusal import Refusal
from practice.store.parameters import PARAMETERS, Kind, Parameter

DEFAULT_COUNT: Final = 100
MOST_PARAMETERS: Final = 100
MOST_VALUES: Final = 200
"""Alternatives in one parameter. Databases nest expressions only so deep, SQLite 1,000."""
MOST_HOPS: Final = 2
"""Links that one parameter follows; each may lead to several types, which multiply."""

Pairs = Sequence[tuple[str, str]]
"""Name and value as in a query string, decoded: `("start", "ge2026-11-23")`, `("part-of:missing",
"true")`. `Gate.narrow` takes these and gives these."""

RESOURCE_PARAMETERS: Final = ("_id", "_lastUpdated")
"""Search parameters of every type."""

MODIFIERS: Final = {
    Kind.TOKEN: frozenset({"missing", "not"}),
    Kind.STRING: frozenset({"missing", "exact", "contains"}),
    Kind.DATE: frozenset({"missing"}),
    Kind.REFERENCE: frozenset({"missing"}),
    Kind.URI: frozenset({"missing"}),
}

_UNESCAPED_COMMA = re.compile(r"(?<!\\)(?:\\\\)*,")


def invalid(text: str) -> Refusal:
    """The refusal of a search that cannot be understood."""
    return Refusal(400, "invalid", ErrorCode.INVALID_PARAMETER, text)


@dataclass(frozen=True, slots=True)
class Param:
    """One search parameter: several Params must all match, any one of *values* suffices.

    Attributes:
        name: `status`, a chain `schedule.actor`, or `_has:Appointment:patient:date`.
        values: the alternatives, prefixes and escapes included: `ge2026-11-23T00:00:00Z`.
        modifier: `missing`, `not`, `exact`, `contains`, a resource type, or empty.
    """

    name: str
    values: tuple[str, ...]
    modifier: str = ""


@dataclass(frozen=True, slots=True)
class Sort:
    """One key of the order of the matches."""

    name: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Include:
    """`_include=Slot:schedule` or `_revinclude=Task:focus`; *target* narrows the target's type."""

    type: str
    name: str
    target: str | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """A search in one resource type.

    Attributes:
        type: the resource type.
        params: what must match.
        sort: the order; equal ones stand in the order they were created.
        count: matches on a page; 0 asks for the number alone.
        cursor: where the page begins, from `Page.next`.
        includes: references to follow from the matches.
        revincludes: references to follow to the matches.
        elements: what the answer is cut down to (the HTTP room's work).
        summary: `false`, `count` or `data`.
        total: `none`, `estimate` or `accurate`; empty = counted where that is cheap.
    """

    type: str
    params: tuple[Param, ...] = ()
    sort: tuple[Sort, ...] = ()
    count: int = DEFAULT_COUNT
    cursor: str | None = None
    includes: tuple[Include, ...] = ()
    revincludes: tuple[Include, ...] = ()
    elements: tuple[str, ...] = ()
    summary: str = "false"
    total: str = ""

    @classmethod
    def parse(cls, resource_type: str, pairs: Pairs) -> "Query":
        """The search that *pairs* ask for.

        Raises:
            Refusal: 400 INVALID_PARAMETER, for a parameter or a value that is not offered.
        """
        if len(pairs) > MOST_PARAMETERS:
            raise invalid(f"A search has at most {MOST_PARAMETERS} parameters.")
        reader = _Reader(resource_type)
        for name, value in pairs:
            reader.take(name, value)
        return reader.query()


class _Reader:
    """Reads one pair after the other."""

    def __init__(self, resource_type: str) -> None:
        self._type = resource_type
        self._params: list[Param] = []
        self._sort: list[Sort] = []
        self._count = DEFAULT_COUNT
        self._words = {"_summary": "false", "_total": "", "_cursor": ""}
        self._includes: list[Include] = []
        self._revincludes: list[Include] = []
        self._elements: list[str] = []

    def query(self) -> Query:
        summary = "count" if self._count == 0 else self._words["_summary"]
        return Query(
            self._type,
            tuple(self._params),
            tuple(self._sort),
            self._count,
            self._words["_cursor"] or None,
            tuple(self._includes),
            tuple(self._revincludes),
            tuple(self._elements),
            summary,
            self._words["_total"],
        )

    def take(self, name: str, value: str) -> None:
        if name in ("_format", "_pretty"):
            return  # content negotiation, not a search
        if name == "_sort":
            self._sort += [self._sort_key(word) for word in value.split(",")]
        elif name == "_count":
            self._count = _count(value)
        elif name in ("_total", "_totalMethod"):  # the second is what fhirpy sends
            self._words["_total"] = _one_of(
                "_total", value, "none", "accurate", "count", "estimate"
            )
        elif name == "_summary":
            self._words["_summary"] = _one_of(name, value, "false", "count", "data")
        elif name == "_cursor":
            self._words["_cursor"] = value
        elif name == "_elements":
            self._elements += [word.strip() for word in value.split(",") if word.strip()]
        elif name == "_include":
            self._includes.append(self._include(value))
        elif name == "_revinclude":
            self._revincludes.append(_reference_path(value))
        else:
            param = read_param(self._type, name, value)
            if param is not None:
                self._params.append(param)

    def _sort_key(self, word: str) -> Sort:
        name = word.removeprefix("-")
        if name not in RESOURCE_PARAMETERS and name not in PARAMETERS[self._type]:
            raise invalid(f"{self._type} cannot be sorted by {name!r}.")
        return Sort(name, word.startswith("-"))

    def _include(self, value: str) -> Include:
        include = _reference_path(value)
        if include.type != self._type:
            raise invalid(f"_include={value} does not begin with {self._type}.")
        return include


def read_param(resource_type: str, name: str, value: str) -> Param | None:
    """One search parameter of *resource_type*; None when its value is empty.

    Raises:
        Refusal: 400 INVALID_PARAMETER.
    """
    values = tuple(part for part in split_values(value) if part)
    if len(values) > MOST_VALUES:
        raise invalid(f"{name[:60]} takes at most {MOST_VALUES} values.")
    if name.count(".") + name.count("_has:") > MOST_HOPS:
        raise invalid(f"{name[:60]} follows more than {MOST_HOPS} links.")
    if name.startswith("_has:"):
        _, source, reference, *rest = [*name.split(":", 3), "", ""][:4]
        find(source, reference, Kind.REFERENCE)
        read_param(source, rest[0], value)
        return Param(name, (value,)) if values else None
    if "." in name:
        head, _, rest_name = name.partition(".")
        for chained_type in chain_targets(resource_type, head, rest_name):
            read_param(chained_type, rest_name, value)
        return Param(name, (value,)) if values else None
    bare, _, modifier = name.partition(":")
    parameter = find(resource_type, bare) if bare not in RESOURCE_PARAMETERS else None
    if modifier and not _modifier_fits(parameter, modifier):
        raise invalid(f"{resource_type} cannot be searched by {name!r}: no such modifier.")
    if modifier == "missing" and value not in ("true", "false"):
        raise invalid(f"{name} is either true or false, not {value!r}.")
    return Param(bare, values, modifier) if values else None


def _modifier_fits(parameter: Parameter | None, modifier: str) -> bool:
    if parameter is None:
        return False
    if parameter.kind is Kind.REFERENCE and modifier in PARAMETERS:
        return not parameter.targets or modifier in parameter.targets
    return modifier in MODIFIERS[parameter.kind]


def find(resource_type: str, name: str, kind: Kind | None = None) -> Parameter:
    """The search parameter *name* of a type.

    Raises:
        Refusal: 400 INVALID_PARAMETER, there is none, or it is of another kind.
    """
    parameter = PARAMETERS.get(resource_type, {}).get(name)
    if parameter is None or (kind is not None and parameter.kind is not kind):
        raise invalid(f"{resource_type or 'The resource'} cannot be searched by {name!r}.")
    return parameter


def chain_targets(resource_type: str, head: str, rest: str) -> tuple[str, ...]:
    """The types that a chain `head.rest` leads to.

    Raises:
        Refusal: 400 INVALID_PARAMETER, none of them can be searched by *rest*.
    """
    name, _, wanted = head.partition(":")
    parameter = find(resource_type, name, Kind.REFERENCE)
    targets = (wanted,) if wanted else parameter.targets or tuple(PARAMETERS)
    first = rest.split(".", maxsplit=1)[0].split(":", maxsplit=1)[0]
    able = tuple(
        t for t in targets if first in RESOURCE_PARAMETERS or first in PARAMETERS.get(t, {})
    )
    if not able:
        raise invalid(f"{resource_type} cannot be searched by {head}.{rest!r}.")
    return able


def reached(resource_type: str, name: str) -> frozenset[str]:
    """Types that a search looks into by the parameter *name*, beside its own.

    Raises:
        Refusal: 400 INVALID_PARAMETER.
    """
    if name.startswith("_has:"):
        _, source, _, rest = name.split(":", 3)
        return frozenset({source}) | reached(source, rest)
    if "." not in name:
        return frozenset()
    head, _, rest = name.partition(".")
    targets = chain_targets(resource_type, head, rest)
    return frozenset(targets).union(*(reached(kind, rest) for kind in targets))


def split_values(value: str) -> list[str]:
    """The alternatives of *value*, parted at commas that are not escaped."""
    parts, start = [], 0
    for match in _UNESCAPED_COMMA.finditer(value):
        parts.append(value[start : match.end() - 1])
        start = match.end()
    return [*parts, value[start:]]


def unescape(value: str) -> str:
    r"""*value* with `\,`, `\|`, `\$` and `\\` as the plain characters."""
    return re.sub(r"\\([,|$\\])", r"\1", value)


def _count(value: str) -> int:
    if not (value.isascii() and value.isdigit()):
        raise invalid(f"_count is a number, not {value!r}.")
    return min(int(value[:9]), PAGE)


def _one_of(name: str, value: str, *words: str) -> str:
    if value not in words:
        raise invalid(f"{name}={value} is not offered; {', '.join(words)} are.")
    return value


def _reference_path(value: str) -> Include:
    source, _, rest = value.partition(":")
    name, _, wanted = rest.partition(":")
    find(source, name, Kind.REFERENCE)
    if wanted and wanted not in PARAMETERS:
        raise invalid(f"{value}: there is no type {wanted!r} here.")
    return Include(source, name, wanted or None)
