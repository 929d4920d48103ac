"""What every verb works with."""

import copy
from collections.abc import Iterable
from dataclasses import dataclass

from reception.api.wire import Wire
from reception.desk.freshness import Freshness
from reception.desk.me import Me
from reception.desk.practice_time import PracticeTime
from reception.desk.problems import NotPossible
from reception.desk.stores import Stores
from reception.desk.undo import Undos
from reception.desk.words import clock
from reception.desk.writer import Writer
from reception.records import Tree


@dataclass(frozen=True)
class Workbench:
    """The user, the time, the stores, the way out and the way back."""

    me: Me
    wire: Wire
    stores: Stores
    time: PracticeTime
    freshness: Freshness
    writer: Writer
    undos: Undos

    def must_be_fresh(self) -> None:
        """Refuse to book on a board that may be out of date.

        Raises:
            NotPossible: with since when.
        """
        if not self.freshness.can_book:
            raise NotPossible(
                f"No contact with the practice since {clock(self.freshness.since)}: booking is "
                "locked until the board is up to date again."
            )


def restored(now: Tree, before: Tree, elements: Iterable[str]) -> Tree:
    """*now* with *elements* as they were in *before*; everything else stays as it has become."""
    tree = copy.deepcopy(now)
    for element in elements:
        if element in before:
            tree[element] = copy.deepcopy(before[element])
        else:
            tree.pop(element, None)
    return tree
