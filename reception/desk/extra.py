"""Slots that were not planned: created in gaps, and withdrawn again as far as nobody took them.

Source: docs/contract.md 6 (Release extra slots).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from contract import systems
from reception.api.bundle import Entry, post, put
from reception.desk.gaps import Gap
from reception.desk.problems import NotPossible
from reception.desk.words import clock, slot_words
from reception.desk.workbench import Workbench
from reception.desk.writer import Latest
from reception.records import Slot, Tree
from reception.records.problem import Problem
from reception.records.tree import changed, concept, wire_time

ENTRIES = 40
"""Slots per batch (contract 6)."""
KEYS = 5
"""A place whose slot was withdrawn gets a key with a number; so often at most."""


class ExtraSlots:
    """Creates and withdraws; each slot stands for itself."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench

    async def add_slots(
        self, gaps: Sequence[Gap], like: Slot, access: Iterable[str]
    ) -> tuple[list[Slot], list[str]]:
        """Create a slot in each of *gaps*, of the type, length and way of *like*.

        Answers what is there now, and a sentence for each that could not be created.
        """
        codes = sorted(set(access))
        made: list[Slot] = []
        failed: list[str] = []
        for start in range(0, len(gaps), ENTRIES):
            some = list(gaps[start : start + ENTRIES])
            said = f"Creating {_count(len(some))}"
            for number in range(1, KEYS + 1):
                entries = [post(_tree(gap, like, codes, number), systems.SLOT_KEY) for gap in some]
                came = await self._bench.writer.add_each(said, entries)
                again = []
                for gap, outcome in zip(some, came, strict=True):
                    if isinstance(outcome, Problem):
                        failed.append(f"{clock(gap.start)}: {outcome.sentence}")
                    elif isinstance(outcome, Slot) and outcome.status != "entered-in-error":
                        made.append(outcome)
                    else:
                        again.append(gap)
                some = again
                if not some:
                    break
            failed += [f"{clock(gap.start)}: a slot was withdrawn there too often." for gap in some]
        if made:
            self._tell(made, failed)
        return made, failed

    async def withdraw_slots(self, slot_ids: Sequence[str]) -> dict[str, str]:
        """Take slots out of the day; answers which could not be, with a sentence each."""
        now = self._bench.time.now()
        failed: dict[str, str] = {}
        wanted = list(dict.fromkeys(slot_ids))
        for start in range(0, len(wanted), ENTRIES):
            some = wanted[start : start + ENTRIES]
            failed |= await self._withdraw(some, now)
        return failed

    async def _withdraw(self, slot_ids: Sequence[str], now: datetime) -> dict[str, str]:
        failed: dict[str, str] = {}

        def plan(latest: Latest) -> list[Entry]:
            entries = []
            for slot_id in slot_ids:
                slot = latest.get(Slot, slot_id)
                if slot.status == "entered-in-error":
                    continue
                if slot.status == "busy" or slot.is_held(now):
                    taken = "is booked" if slot.status == "busy" else "is being booked just now"
                    words = slot_words(slot)
                    failed[slot_id] = f"{words[0].upper()}{words[1:]} {taken}."
                else:
                    tree = changed(slot.tree, status="entered-in-error")
                    entries.append(put(tree, slot.version))
            return entries

        touching = [f"Slot/{slot_id}" for slot_id in slot_ids]
        came = await self._bench.writer.each(f"Withdrawing {_count(len(slot_ids))}", touching, plan)
        for reference, outcome in came.items():
            if isinstance(outcome, Problem):
                failed[reference.partition("/")[2]] = outcome.sentence
        return failed

    def _tell(self, made: Sequence[Slot], failed: Sequence[str]) -> None:
        async def take_back() -> str:
            kept = await self.withdraw_slots([slot.id for slot in made])
            if len(kept) == len(made):
                raise NotPossible("All of them have been taken meanwhile.")
            rest = f" {' '.join(kept.values())}" if kept else ""
            return f"{_count(len(made) - len(kept))} withdrawn again.{rest}"

        rest = f"; {_count(len(failed))} could not be created" if failed else ""
        self._bench.undos.tell(f"{_count(len(made))} created{rest}.", take_back)


def _tree(gap: Gap, like: Slot, access: Sequence[str], number: int) -> Tree:
    """The slot in *gap*, as it is posted."""
    key = f"{gap.session.id}|{wire_time(gap.start)}"
    if number > 1:
        key = f"{key}|{number}"
    tree: Tree = {
        "resourceType": "Slot",
        "identifier": [{"system": systems.SLOT_KEY, "value": key}],
        "serviceCategory": [concept(systems.BOOKING_ACCESS, code) for code in access],
        "schedule": {"reference": gap.session.reference},
        "status": "free",
        "start": wire_time(gap.start),
        "end": wire_time(gap.end),
    }
    for element in ("serviceType", "specialty", "extension"):
        if like.tree.get(element):
            tree[element] = like.tree[element]
    return tree


def _count(number: int) -> str:
    return "1 slot" if number == 1 else f"{number} slots"
