"""Somebody who stands at the counter without an appointment, and is seen today.

Source: docs/contract.md 3 (Appointment), 5 (column of an appointment without a slot).
"""

import uuid
from datetime import datetime, timedelta

from contract import systems
from contract.codes import Channel, Mark
from reception.api.bundle import Entry, post, put
from reception.desk.booking import Booking
from reception.desk.clashes import Clashes
from reception.desk.given_up import GivenUp, given_up, made_beside
from reception.desk.problems import NotPossible
from reception.desk.words import clock, who_and_when
from reception.desk.workbench import Workbench
from reception.desk.writer import Latest
from reception.records import Appointment, Patient, Tree
from reception.records.problem import ChangedElsewhere
from reception.records.tree import changed, concept, wire_time

WALK_IN_MIN = 10
"""Length of a walk-in unless somebody says otherwise."""


class WalkIns:
    """Appointments without a slot, arrived as they are made."""

    def __init__(self, bench: Workbench, booking: Booking, clashes: Clashes) -> None:
        self._bench, self._booking, self._clashes = bench, booking, clashes

    async def walk_in(
        self,
        patient: Patient,
        practitioner_id: str,
        *,
        reason: str = "",
        note: str = "",
        minutes: int = WALK_IN_MIN,
        instead_of: str = "",
    ) -> Appointment:
        """Put *patient* down for *practitioner_id* now: in the building, waiting, without a slot.

        The booking *instead_of* is given up for it in the same write.

        Raises:
            NotPossible: the clinician has no session today, or a text is too long.
        """
        self._booking.must_fit(reason, note)
        now, key = self._bench.time.now(), str(uuid.uuid4())
        name = self._clinician(practitioner_id)
        other = await given_up(self._clashes, instead_of)
        practice = next(iter(self._bench.stores.organizations), None)
        tree = walk_in_tree(
            key=key,
            patient=patient,
            practitioner_id=practitioner_id,
            practitioner_name=name,
            reason=reason,
            note=note,
            minutes=minutes,
            now=now,
            organization_id=practice.id if practice is not None else "",
        )

        def plan(latest: Latest) -> list[Entry]:
            new = post(tree, systems.BOOKING_KEY, full_url=f"urn:uuid:{key}")
            return [new, *other.entries(latest)]

        said = f"{patient.name} walked in"
        stored = await self._bench.writer.transact(said, other.touching, plan)
        made = made_beside(stored, instead_of)

        async def take_back() -> str:
            await self._take_back(made, other)
            gone = f"{patient.name} is no longer down as a walk-in"
            return other.told_back(f"{gone}.", "the walk-in was taken back")

        told = f"{patient.name} waits for {name}, as a walk-in{other.words}."
        self._bench.undos.tell(told, take_back)
        return made

    def _clinician(self, practitioner_id: str) -> str:
        bench = self._bench
        sessions = [s for s in bench.stores.sessions if s.practitioner_id == practitioner_id]
        if not sessions or bench.stores.day != bench.time.today():
            raise NotPossible("Choose a clinician who has a session today: walk-ins are for now.")
        known = bench.stores.practitioners.get(practitioner_id)
        return sessions[0].practitioner_name or (known.name if known is not None else "")

    async def _take_back(self, made: Appointment, other: GivenUp) -> None:
        def plan(latest: Latest) -> list[Entry]:
            now = latest.get(Appointment, made.id)
            if now.status != "arrived":
                raise ChangedElsewhere(
                    f"Not undone: {who_and_when(now)} has been changed since.", theirs=now.tree
                )
            back = other.back(latest)
            return [put(changed(now.tree, status="entered-in-error"), now.version), *back]

        said = f"Undoing: {made.patient_name} walked in at {clock(made.start)}"
        await self._bench.writer.transact(said, [made.reference, *other.touching], plan)


def walk_in_tree(
    *,
    key: str,
    patient: Patient,
    practitioner_id: str,
    practitioner_name: str,
    reason: str,
    note: str,
    minutes: int,
    now: datetime,
    organization_id: str = "",
) -> Tree:
    """A walk-in as it is posted: from the minute of *now*, arrived, type WALKIN."""
    start = now.replace(second=0, microsecond=0)
    clinician = {"reference": f"Practitioner/{practitioner_id}", "display": practitioner_name}
    extensions: list[Tree] = [
        {
            "url": systems.DELIVERY_CHANNEL_EXTENSION,
            "valueCodeableConcept": concept(systems.DELIVERY_CHANNEL, Channel.IN_PERSON),
        },
        {
            "url": systems.MARK_EXTENSION,
            "valueCodeableConcept": concept(systems.RECEPTION_MARK, Mark.VIA_DESK),
        },
    ]
    if organization_id:
        extensions.append(
            {
                "url": systems.BOOKING_ORGANIZATION_EXTENSION,
                "valueReference": {"reference": f"Organization/{organization_id}"},
            }
        )
    tree: Tree = {
        "resourceType": "Appointment",
        "extension": extensions,
        "identifier": [{"system": systems.BOOKING_KEY, "value": key}],
        "status": "arrived",
        "appointmentType": concept(systems.APPOINTMENT_TYPE, "WALKIN"),
        "start": wire_time(start),
        "end": wire_time(start + timedelta(minutes=minutes)),
        "minutesDuration": minutes,
        "created": wire_time(now),
        "participant": [
            {
                "actor": {"reference": patient.reference, "display": patient.name},
                "status": "accepted",
                "period": {"start": wire_time(now)},
            },
            {
                "type": [concept(systems.PARTICIPATION_TYPE, "PPRF")],
                "actor": clinician,
                "status": "accepted",
            },
        ],
    }
    if reason:
        tree["description"] = reason
    if note:
        tree["comment"] = note
    return tree
