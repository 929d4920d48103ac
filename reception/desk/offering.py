"""Appointments offered to a patient, who chooses one; kept for them until a set time.

Source: docs/contract.md 4.2 (Offered), 7 (Offer).
"""

import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from PySide6.QtCore import QObject
from PySide6.QtCore import Slot as QtSlot

from contract.codes import RequestState
from contract.core_hours import london_day
from contract.limits import OFFER_H, OFFERED_SLOTS
from contract.systems import MESSAGE_KEY
from reception.api.bundle import Entry, post, put
from reception.desk.post import Post
from reception.desk.problems import NotPossible
from reception.desk.slots import Slots
from reception.desk.triage import Triage
from reception.desk.words import clock, short_day, when
from reception.desk.workbench import Workbench
from reception.desk.writer import Latest
from reception.records import Request, Slot
from reception.records.problem import NotFound

USUAL = timedelta(hours=2)
"""How long slots are kept, if nobody says otherwise."""
LEAST = timedelta(minutes=15)
"""Less than this is no time to choose in."""
BEFORE_START = timedelta(minutes=30)
"""A patient who chooses at the last moment still has to get here."""


class Offering(QObject):
    """Offers slots, takes offers back, and tells what came of them."""

    def __init__(
        self,
        bench: Workbench,
        slots: Slots,
        triage: Triage,
        letters: Post,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._bench, self._slots = bench, slots
        self._triage, self._post = triage, letters
        bench.stores.requests.changed.connect(self._on_request_changed)

    def until(self, slots: Sequence[Slot]) -> datetime:
        """Until when these slots can be kept: two hours, but not up to their very beginning.

        Raises:
            NotPossible: one begins too soon to be offered.
        """
        now = self._bench.time.now()
        soonest = min(slot.start for slot in slots)
        ends = min(now + USUAL, soonest - BEFORE_START).replace(second=0, microsecond=0)
        if ends < now + LEAST:
            raise NotPossible(
                f"The {clock(soonest)} begins too soon to be offered. Book it, or ring the patient."
            )
        return ends

    async def offer(
        self, request_id: str, patient_id: str, slot_ids: Sequence[str], until: datetime, words: str
    ) -> Request:
        """Keep slots for the patient of a request, who is told of them and chooses.

        Raises:
            SlotTaken: somebody was quicker with one of them.
            ChangedElsewhere: a colleague has the request, or has dealt with it.
            NotPossible: it is not theirs, or cannot be offered.
        """
        text = words.strip()
        if not text:
            raise NotPossible("Write to the patient what there is to choose from.")
        if not 1 <= len(slot_ids) <= OFFERED_SLOTS:
            raise NotPossible(f"Offer one, two or three appointments, not {len(slot_ids)}.")
        self._bench.must_be_fresh()
        before: dict[str, Request] = {}
        key = str(uuid.uuid4())

        def plan(latest: Latest) -> list[Entry]:
            now = latest.get(Request, request_id)
            self._must_be(now, patient_id, until)
            self._triage.check(latest, now, "on-hold")
            before["it"] = now
            kept = [latest.get(Slot, slot_id) for slot_id in slot_ids]
            name = self._bench.stores.patient_name(now)
            says = f"Offered to {name} until {clock(until)}"
            for slot in kept:
                self._slots.must_be_bookable(slot)
            return [
                *(
                    put(
                        slot.to_offered(self._bench.me.id, patient_id, request_id, until, says),
                        slot.version,
                    )
                    for slot in kept
                ),
                put(now.offering(slot_ids, until), now.version),
                post(self._post.message(now, text, key), MESSAGE_KEY),
            ]

        touching = [f"Task/{request_id}", *(f"Slot/{slot_id}" for slot_id in slot_ids)]
        stored = await self._bench.writer.transact("Offering appointments", touching, plan)
        after = next(record for record in stored if isinstance(record, Request))
        name = self._bench.stores.patient_name(after)

        async def take_back() -> str:
            await self._withdraw(after.id, before["it"])
            return f"Nothing is offered to {name} any more. They were told of it: write to them."

        times = "time is" if len(slot_ids) == 1 else f"{len(slot_ids)} times are"
        at = when(until, self._bench.time.today())
        self._bench.undos.tell(f"{name}: {times} kept until {at}, the patient is told.", take_back)
        return after

    async def withdraw(self, request_id: str) -> Request:
        """Offer nothing any more; the request goes back to the pool."""
        after = await self._withdraw(request_id, None)
        name = self._bench.stores.patient_name(after)
        self._bench.undos.tell(
            f"Nothing is offered to {name} any more. They were told of it: write to them."
        )
        return after

    async def offered(self, request: Request) -> list[Slot]:
        """The slots that are kept for the patient of *request* at this moment, by time."""
        found: list[Slot] = []
        for slot_id in request.offered_slots:
            held = self._bench.stores.slots.newest(slot_id)
            if held is None:
                try:
                    held = Slot.from_tree(await self._bench.wire.read("Slot", slot_id))
                except NotFound:
                    continue
                self._bench.stores.take(held)
            found.append(held)
        now = self._bench.time.now()
        kept = [s for s in found if s.is_offered(now) and s.offer_request_id == request.id]
        return sorted(kept, key=lambda slot: (slot.start, slot.id))

    async def _withdraw(self, request_id: str, before: Request | None) -> Request:
        held = self._bench.stores.requests.newest(request_id)
        slot_ids = held.offered_slots if held is not None else ()

        def plan(latest: Latest) -> list[Entry]:
            now = latest.get(Request, request_id)
            self._triage.check(latest, now, "requested")
            tree = now.without_offer(now.handed_back())
            if before is not None and before.owner:
                tree = now.without_offer(now.assigned(before.owner, before.owner_name))
            return [*free_offered(latest, now), put(tree, now.version)]

        touching = [f"Task/{request_id}", *(f"Slot/{slot_id}" for slot_id in slot_ids)]
        stored = await self._bench.writer.transact("Taking back an offer", touching, plan)
        return next(record for record in stored if isinstance(record, Request))

    def _must_be(self, now: Request, patient_id: str, until: datetime) -> None:
        if now.is_unmatched:
            raise NotPossible("Match it to a patient first.")
        if now.patient_id != patient_id:
            raise NotPossible("Not saved: this request is another patient's by now. Open it again.")
        if not now.thread_id:
            raise NotPossible("There is no thread to write in. Ring the patient instead.")
        if now.offered_slots:
            raise NotPossible("Times are offered already. Take them back first.")
        left = until - self._bench.time.now()
        if not timedelta(0) < left <= timedelta(hours=OFFER_H):
            raise NotPossible(f"Appointments can be kept for up to {OFFER_H} hours.")

    @QtSlot(object, object)
    def _on_request_changed(self, before: Request, after: Request) -> None:
        """Tell whoever offered what came of it; what was done at this desk tells of itself."""
        ours = after.owner == self._bench.me.reference
        if not before.offered_slots or not ours or after.reference in self._bench.writer.saving:
            return
        name = self._bench.stores.patient_name(after)
        if after.status == "completed" and before.is_open:
            self._bench.undos.tell(f"{name} has chosen one of the times offered, and is booked.")
        elif after.state == RequestState.OFFER_LAPSED:
            self._bench.undos.tell(
                f"{name} has chosen none of the times offered. They are free again, and the "
                "request is back in the queue."
            )


def free_offered(latest: Latest, request: Request, but: str = "") -> list[Entry]:
    """The entries that free what a request offers, the slot *but* (an id) excepted."""
    return [
        put(slot.to_free(), slot.version)
        for slot_id in request.offered_slots
        if slot_id != but
        and latest.knows(f"Slot/{slot_id}")
        and (slot := latest.get(Slot, slot_id)).status == "busy-tentative"
        and slot.offer_request_id == request.id
    ]


def offer_text(slots: Sequence[Slot], today: date) -> str:
    """`Offered: 09:20, 10:40, Tue 24 Nov 14:00, until 11:30`."""
    if not slots or slots[0].offer_until is None:
        return ""
    names = [
        clock(slot.start)
        if london_day(slot.start) == today
        else f"{short_day(london_day(slot.start))} {clock(slot.start)}"
        for slot in slots
    ]
    until = slots[0].offer_until
    day = "" if london_day(until) == today else f" on {short_day(london_day(until))}"
    return f"Offered {', '.join(names)}, kept until {clock(until)}{day}"
