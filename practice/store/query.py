"""A search, as the store understands it, and how it is read from the pairs of a query string."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from contract.errors import ErrorCode
from contract.limits import PAGE
from practice.refusal import Refusal

DEFAULT_COUNT: Final = 100

Pairs = Sequence[tuple[str, str]]
"""Name and value as in a query string, decoded: `("start", "ge2026-11-23")`, `("part-of:missing",
"true")`. `Gate.narrow` takes these and gives these."""


@dataclass(frozen=True, slots=True)
class Param:
    """One search parameter: several Params must all match, any one of *values* suffices.

    Attributes:
        name: `status`, a chain `schedule.actor`, or `_has:Appointment:patient:date`.
        modifier: `missing`, `not`, `exact`, `contains`, a resource type, or empty.
        values: the alternatives, prefixes included: `ge2026-11-23T00:00:00Z`.
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
    """A search in one resource type."""

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
        raise NotImplementedError
