"""Marks on an appointment, each with when it was made.

The times stand in the text of the mark, as UTC instants: `2026-11-23T09:05:00Z`, or two of them
joined as an ISO 8601 interval, `2026-11-23T09:05:00Z/2026-11-23T09:30:00Z`.

Source: docs/contract.md 2 (the one local extension), 4.1.
"""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from contract import systems
from contract.codes import Mark
from reception.records.tree import Tree, codes_of, concept, each, maps, moment, text_at, wire_time

ATTEMPTS = (Mark.ATTEMPT_1, Mark.ATTEMPT_2, Mark.ATTEMPT_3)
"""A call each, in order."""


@dataclass(frozen=True)
class Marks:
    """The marks of one appointment, by code."""

    held: Mapping[str, Tree]
    """The extension of each mark, as it came."""

    @classmethod
    def of(cls, tree: Tree) -> "Marks":
        """The marks on *tree*; the first of each."""
        held: dict[str, Tree] = {}
        for extension in _marks_in(tree):
            for code in _codes(extension):
                held.setdefault(code, extension)
        return cls(held)

    @property
    def codes(self) -> frozenset[str]:
        """Which marks there are."""
        return frozenset(self.held)

    def times_of(self, mark: str) -> tuple[datetime | None, datetime | None]:
        """When *mark* was made, and until when it holds; None where that is not known."""
        text = text_at(self.held.get(mark, {}), "valueCodeableConcept", "text")
        made, _, until = text.partition("/")
        return moment(made), moment(until)

    def with_mark(
        self, mark: Mark, at: datetime | None = None, until: datetime | None = None
    ) -> "Marks":
        """These and *mark*, made at *at*; a newer time takes the place of an older one."""
        if mark in self.held and at is None:
            return self
        times = "/".join(wire_time(time) for time in (at, until) if time is not None)
        made = {
            "url": systems.MARK_EXTENSION,
            "valueCodeableConcept": concept(systems.RECEPTION_MARK, mark, times),
        }
        return Marks({**self.held, mark: made})

    def taken_back(self, before: "Marks", after: "Marks") -> "Marks":
        """These, without what an act made of *before* when it led to *after*.

        What somebody else has marked since stays.
        """
        changed = {
            code
            for code in before.codes | after.codes
            if before.held.get(code) != after.held.get(code)
        }
        kept = {code: held for code, held in self.held.items() if code not in changed}
        return Marks({**kept, **{c: h for c, h in before.held.items() if c in changed}})

    def on(self, tree: Tree) -> Tree:
        """A copy of *tree* with these marks and no others; its other extensions stay."""
        fresh = copy.deepcopy(tree)
        marks = {id(extension) for extension in _marks_in(fresh)}
        others = [e for e in each(fresh, "extension") if id(e) not in marks]
        fresh["extension"] = [*others, *map(copy.deepcopy, self.held.values())]
        if not fresh["extension"]:
            del fresh["extension"]
        return fresh


def _marks_in(tree: Tree) -> Iterator[Tree]:
    for extension in maps(tree, "extension"):
        if extension.get("url") == systems.MARK_EXTENSION and _codes(extension):
            yield extension


def _codes(extension: Tree) -> frozenset[str]:
    return codes_of(extension.get("valueCodeableConcept"), systems.RECEPTION_MARK)
