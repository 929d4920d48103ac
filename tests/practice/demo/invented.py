"""The invented practice as tests look at it."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

from contract import systems
from contract.template import in_reference_weeks
from practice.demo.generate.practice import Practice

Tree = dict[str, Any]

MONDAY = datetime(2026, 11, 23, 7, 58, tzinfo=UTC)


class Invented:
    """A whole practice, made once, by type."""

    def __init__(self, size: int, at: datetime = MONDAY, seed: int = 1) -> None:
        self.at = at
        self.practice = Practice(seed, at, size)
        self.by_type: dict[str, list[Tree]] = defaultdict(list)
        self.template_week: dict[str, list[Tree]] = defaultdict(list)
        """Sessions and slots that are no day's, by type."""
        for tree in self.practice.trees():
            start = tree.get("start") or tree.get("planningHorizon", {}).get("start")
            template = start is not None and in_reference_weeks(datetime.fromisoformat(start))
            (self.template_week if template else self.by_type)[tree["resourceType"]].append(tree)

    def trees(self) -> Iterator[Tree]:
        for trees in (*self.by_type.values(), *self.template_week.values()):
            yield from trees

    def slots(self, day: str) -> list[Tree]:
        """The bookable slots of a day, breaks and extras left out."""
        return [
            slot
            for slot in self.by_type["Slot"]
            if slot["start"].startswith(day)
            and kind(slot) not in ("break", "catch-up")
            and not slot.get("overbooked")
        ]

    def requests(self, *, waiting: bool) -> list[Tree]:
        """Tasks that are no repeat items: those nobody has touched, or those that are done."""
        return [
            task
            for task in self.by_type["Task"]
            if "groupIdentifier" not in task
            and (task["status"] == "requested" if waiting else task["status"] == "completed")
            and code(task["code"]) != "thread"
        ]


@cache
def invented(size: int) -> Invented:
    """The Monday of this size."""
    return Invented(size)


def code(concept: Tree) -> str:
    return str(concept["coding"][0]["code"])


def kind(slot: Tree) -> str:
    return code(slot["serviceType"][0])


def access(slot: Tree) -> set[str]:
    return {code(one) for one in slot["serviceCategory"]}


def marks(appointment: Tree) -> set[str]:
    return {
        code(held["valueCodeableConcept"])
        for held in appointment["extension"]
        if held["url"] == systems.MARK_EXTENSION
    }


def references(tree: Any) -> Iterator[str]:
    """Every reference to another resource in a tree."""
    if isinstance(tree, dict):
        for name, value in tree.items():
            if name == "reference" and isinstance(value, str) and not value.startswith("#"):
                yield value
            else:
                yield from references(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from references(value)
