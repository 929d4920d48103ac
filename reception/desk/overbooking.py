"""Squeezing somebody in where the clinician is booked already.

An extra slot is made at the time of the taken one, marked as overbooked with the reason for it, and
booked in the same transaction. Patients never can: the service lets only staff make such a slot.

Source: docs/contract.md 5 (double booking by staff).
"""

import uuid

from contract import systems
from contract.codes import BookingAccess, Mark
from contract.limits import DESCRIPTION_CHARS
from reception.api.bundle import Entry, post, put, urn
from reception.desk.booking import Booking, slot_references
from reception.desk.clashes import Clashes
from reception.desk.given_up import GivenUp, given_up, made_beside
from reception.desk.problems import NotPossible
from reception.desk.slots import Slots
from reception.desk.words import clock, slot_words, who_and_when
from reception.desk.workbench import Workbench
from reception.desk.writer import Latest
from reception.records import Appointment, Patient, Slot, Tree, new_appointment
from reception.records.problem import ChangedElsewhere
from reception.records.tree import changed, concept, wire_time


class Overbooking:
    """Extras at a time that is taken or blocked."""

    def __init__(self, bench: Workbench, slots: Slots, booking: Booking, clashes: Clashes) -> None:
        self._bench, self._slots, self._booking, self._clashes = bench, slots, booking, clashes

    def must_be_taken(self, slot: Slot) -> None:
        """Refuse to squeeze in where that is not needed, or of no use.

        Raises:
            NotPossible: the time is over, free to book, or not released yet.
        """
        now = self._bench.time.now()
        if slot.end <= now:
            raise NotPossible(f"Not saved: {slot_words(slot)} is over.")
        if slot.is_bookable(now) or self._slots.is_mine(slot):
            raise NotPossible(f"Nobody has {slot_words(slot)}: book it with B.")
        if slot.is_embargoed:
            raise NotPossible(f"Not saved: {slot_words(slot)} has not been released yet.")

    async def overbook(
        self,
        slot_id: str,
        patient: Patient,
        *,
        why: str,
        reason: str = "",
        note: str = "",
        via: Mark = Mark.VIA_DESK,
        channel: str = "",
        instead_of: str = "",
    ) -> Appointment:
        """Book *patient* as an extra at the time of a slot that is taken or blocked.

        The booking *instead_of* is given up for it in the same write.
        *why* is kept on the extra slot, for whoever asks who put two people at one time.

        Raises:
            NotPossible: no *why*, or the slot is free by now: book it instead.
        """
        self._booking.must_fit(reason, note)
        why = why.strip()
        if not why:
            raise NotPossible("Say why somebody is squeezed in; it is kept with the booking.")
        if len(why) > DESCRIPTION_CHARS:
            raise NotPossible(f"Why has {len(why)} characters; {DESCRIPTION_CHARS} fit.")
        key, slot_key, slot_urn = str(uuid.uuid4()), str(uuid.uuid4()), urn()
        other = await given_up(self._clashes, instead_of)

        def plan(latest: Latest) -> list[Entry]:
            taken = latest.get(Slot, slot_id)
            self.must_be_taken(taken)
            clinician_id, clinician = self._slots.clinician_of(taken)
            if not clinician_id:
                raise NotPossible("Nobody knows whose session that slot is in. Nothing was saved.")
            extra = extra_slot(taken, slot_key, why)
            practice = next(iter(self._bench.stores.organizations), None)
            tree = new_appointment(
                key=key,
                slots=[Slot.from_tree({**extra, "id": "extra"})],
                patient=patient,
                practitioner_id=clinician_id,
                practitioner_name=clinician,
                reason=reason,
                note=note,
                via=via,
                organization_id=practice.id if practice is not None else "",
                now=self._bench.time.now(),
                channel=channel,
            )
            tree["slot"] = [{"reference": slot_urn}]
            return [
                post(extra, systems.SLOT_KEY, full_url=slot_urn),
                post(tree, systems.BOOKING_KEY, full_url=f"urn:uuid:{key}"),
                *other.entries(latest),
            ]

        said = f"Squeezing in {patient.name}"
        touching = [f"Slot/{slot_id}", *other.touching]
        stored = await self._bench.writer.transact(said, touching, plan)
        made = made_beside(stored, instead_of)

        async def take_back() -> str:
            await self._take_back(made, other)
            gone = f"{who_and_when(made)} is no longer squeezed in."
            return other.told_back(gone, f"the {clock(made.start)} was taken back")

        self._bench.undos.tell(f"{who_and_when(made)} is squeezed in{other.words}.", take_back)
        return made

    async def _take_back(self, made: Appointment, other: GivenUp) -> None:
        def plan(latest: Latest) -> list[Entry]:
            now = latest.get(Appointment, made.id)
            if now.status != "booked":
                raise ChangedElsewhere(
                    f"Not undone: {who_and_when(now)} has been changed since.", theirs=now.tree
                )
            extras = [latest.get(Slot, slot_id) for slot_id in now.slot_ids]
            return [
                put(changed(now.tree, status="entered-in-error"), now.version),
                *(
                    put(changed(slot.tree, status="entered-in-error"), slot.version)
                    for slot in extras
                    if slot.overbooked
                ),
                *other.back(latest),
            ]

        touching = [made.reference, *slot_references(made), *other.touching]
        said = f"Undoing: {made.patient_name} squeezed in at {clock(made.start)}"
        await self._bench.writer.transact(said, touching, plan)


def extra_slot(taken: Slot, key: str, why: str) -> Tree:
    """The slot of an extra beside *taken*: same session, time, type and channel; for staff only."""
    start = wire_time(taken.start)
    tree: Tree = {
        "resourceType": "Slot",
        "identifier": [{"system": systems.SLOT_KEY, "value": f"{taken.schedule_id}|{start}|{key}"}],
        "schedule": {"reference": f"Schedule/{taken.schedule_id}"},
        "serviceCategory": [concept(systems.BOOKING_ACCESS, BookingAccess.RECEPTION)],
        "status": "busy",
        "start": start,
        "end": wire_time(taken.end),
        "overbooked": True,
        "comment": why,
    }
    for name in ("serviceType", "extension"):
        if name in taken.tree:
            tree[name] = taken.tree[name]
    return tree
