"""Split a free slot in two, or merge it with the one after it.

Source: docs/contract.md 6; domain words, sessions and slots.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from contract import systems
from reception.api.bundle import Entry, post, put
from reception.desk.problems import NotPossible
from reception.desk.session_pattern import BadPattern
from reception.desk.session_plan import halves, why_not_merged
from reception.desk.slots import Slots
from reception.desk.words import clock, slot_words
from reception.desk.workbench import Workbench
from reception.desk.writer import Latest
from reception.records import Slot
from reception.records.new_session import like, slot_key, with_times, withdrawn
from reception.records.tree import identifier_of


class SlotShapes:
    """Verbs on the length of free slots. Each raises only `Problem`s."""

    def __init__(self, bench: Workbench, slots: Slots) -> None:
        self._bench, self._slots = bench, slots

    async def split(self, slot_id: str, at: datetime | None = None) -> list[Slot]:
        """Make two slots of a free one: at *at*, or in halves."""
        first = await self._known(slot_id)
        used = await used_keys(self._bench, first.schedule_id)

        def plan(latest: Latest) -> list[Entry]:
            now = self._free(latest.get(Slot, slot_id))
            start, cut, end = _asked(halves, now, at)
            key = slot_key(now.schedule_id, cut, used)
            second = like(Slot.from_tree(now.to_free()), key=key, start=cut, end=end)
            return [put(with_times(now, start, cut), now.version), post(second, systems.SLOT_KEY)]

        said = f"Splitting {slot_words(first)}"
        stored = await self._bench.writer.transact(said, [first.reference], plan)
        parts = [s for s in stored if isinstance(s, Slot)]

        async def take_back() -> str:
            await self._join(parts, f"Undoing: {said}")
            return f"{_the(first)} is one slot again."

        words = " and ".join(f"{clock(s.start)} ({s.minutes} min)" for s in parts)
        self._bench.undos.tell(f"{_the(first)} split: {words}.", take_back)
        return parts

    async def merge(self, slot_id: str) -> Slot:
        """Make one slot of a free one and the free one right after it."""
        first = await self._known(slot_id)
        after = self.next_of(first)
        if after is None:
            raise NotPossible("There is no free slot after it to merge with.")
        whole = await self._join([first, after], f"Merging {slot_words(first)} with the next")

        async def take_back() -> str:
            await self._cut(whole, after)
            return f"{_the(first)} and {slot_words(after)} are two slots again."

        online = ", which patients could book online" if after.is_online else ""
        self._bench.undos.tell(
            f"{_the(whole)} takes {whole.minutes} min now; it swallowed "
            f"{slot_words(after)}{online}.",
            take_back,
        )
        return whole

    def next_of(self, slot: Slot) -> Slot | None:
        """The slot of the same session that begins where *slot* ends, or None."""
        others = self._bench.stores.slots.of_session(slot.schedule_id)
        return next((s for s in others if s.start == slot.end and s.id != slot.id), None)

    # -- small parts

    async def _join(self, parts: Sequence[Slot], said: str) -> Slot:
        def plan(latest: Latest) -> list[Entry]:
            now = [latest.get(Slot, part.id) for part in parts]
            for part in now:
                self._free(part)
            if why := why_not_merged(now, self._bench.time.now()):
                raise NotPossible(why)
            return [
                put(with_times(now[0], now[0].start, now[-1].end), now[0].version),
                *(put(withdrawn(part), part.version) for part in now[1:]),
            ]

        stored = await self._bench.writer.transact(said, [p.reference for p in parts], plan)
        return _slot(stored[0])

    async def _cut(self, whole: Slot, swallowed: Slot) -> None:
        used = await used_keys(self._bench, whole.schedule_id)
        key = slot_key(whole.schedule_id, swallowed.start, used)

        def plan(latest: Latest) -> list[Entry]:
            now = self._free(latest.get(Slot, whole.id))
            back = like(swallowed, key=key, start=swallowed.start, end=swallowed.end)
            return [
                put(with_times(now, now.start, swallowed.start), now.version),
                post(back, systems.SLOT_KEY),
            ]

        await self._bench.writer.transact("Undoing a merge of slots", [whole.reference], plan)

    def _free(self, slot: Slot) -> Slot:
        """*slot*, if nobody has it.

        Raises:
            NotPossible: with who has it.
        """
        now = self._bench.time.now()
        if slot.status == "free" or (slot.status == "busy-tentative" and not slot.is_held(now)):
            return slot
        if slot.status == "busy-tentative":
            raise NotPossible(f"{_the(slot)} is being booked just now.")
        if slot.status == "entered-in-error":
            raise NotPossible(f"{_the(slot)} is no longer there.")
        if slot.is_embargoed:
            raise NotPossible(f"{_the(slot)} has not been released yet.")
        if slot.is_blocked:
            raise NotPossible(f"{_the(slot)} is blocked.")
        booked = self._slots.appointment_in(slot)
        by = f" by {booked.patient_name}" if booked is not None else ""
        raise NotPossible(f"{_the(slot)} is booked{by}: only free slots can be changed.")

    async def _known(self, slot_id: str) -> Slot:
        held = self._bench.stores.slots.newest(slot_id)
        if held is None:
            held = Slot.from_tree(await self._bench.wire.read("Slot", slot_id))
            self._bench.stores.take(held)
        return self._free(held)


async def used_keys(bench: Workbench, session_id: str) -> list[str]:
    """Keys of all slots of a session, withdrawn ones too: those are not used again."""
    trees = await bench.wire.search(
        "Slot", [("schedule", f"Schedule/{session_id}"), ("_count", "1000")]
    )
    return [identifier_of(tree, systems.SLOT_KEY) for tree in trees]


def _asked(
    work: Callable[[Slot, datetime | None], tuple[datetime, datetime, datetime]],
    slot: Slot,
    at: datetime | None,
) -> tuple[datetime, datetime, datetime]:
    try:
        return work(slot, at)
    except BadPattern as bad:
        raise NotPossible(str(bad)) from bad


def _the(slot: Slot) -> str:
    words = slot_words(slot)
    return words[0].upper() + words[1:]


def _slot(stored: object) -> Slot:
    if not isinstance(stored, Slot):
        raise TypeError("the service answered with something else than a slot")
    return stored
