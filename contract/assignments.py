"""When a request that was handed to somebody, and that nobody has touched, goes back to the pool.

Source: docs/contract.md 4.3 (Assigned), 3 (Library `assignments`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any, Final

from contract import documents
from contract.codes import Priority

DOCUMENT: Final = "assignments"
_LENGTH = re.compile(r"(\d{1,3})\s?(h|m)")
_LEAST = timedelta(minutes=5)


@dataclass(frozen=True)
class Patience:
    """How long an assignment may lie untouched, in core time; None: for ever.

    Attributes:
        emergency: a request that is an emergency.
        urgent: one that is to be dealt with today.
        routine: any other.
    """

    emergency: timedelta | None = timedelta(minutes=15)
    urgent: timedelta | None = timedelta(hours=2)
    routine: timedelta | None = timedelta(hours=10)

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> "Patience":
        """What an `assignments` document says; what it leaves out is as it ships.

        Raises:
            ValueError: it makes no sense; a sentence that names the entry.
        """
        for name in said:
            if name not in _NAMES:
                raise ValueError(f"“{name}” is none of {', '.join(_NAMES)}.")
        return cls(**{name: _length(name, value) for name, value in said.items()})

    @classmethod
    @cache
    def from_text(cls, text: str | None) -> "Patience":
        """What the text of a document says; as it ships for None, or broken text."""
        if text is None:
            return SHIPPED
        try:
            return cls.of(documents.read(DOCUMENT, text))
        except ValueError:  # brought in without rules: the service refuses to store it
            return SHIPPED

    def with_priority(self, priority: str) -> timedelta | None:
        """How long one of *priority* may lie."""
        if priority == Priority.STAT:
            return self.emergency
        return self.urgent if priority in (Priority.URGENT, Priority.ASAP) else self.routine


_NAMES: Final = ("emergency", "urgent", "routine")
SHIPPED: Final = Patience()


def _length(name: str, said: object) -> timedelta | None:
    if said == "never":
        return None
    found = _LENGTH.fullmatch(said) if isinstance(said, str) else None
    length = (
        timedelta() if found is None
        else timedelta(**{"hours" if found[2] == "h" else "minutes": int(found[1])})
    )  # fmt: skip
    if length < _LEAST:
        raise ValueError(f"“{name}” is “never”, or at least five minutes such as “90m” or “4h”.")
    return length


documents.CHECKS[DOCUMENT] = Patience.of
