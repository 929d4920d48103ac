"""Sessions and slots: the diary that the board draws.

Source: docs/contract.md 3 (Schedule, Slot), 4.2, 5, 6.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, ClassVar

from contract import release, systems
from contract.codes import BookingAccess, Channel
from contract.limits import HOLD_S
from reception.records.record import Record
from reception.records.tree import (
    EPOCH,
    Tree,
    changed,
    code_of,
    codes_of,
    concept,
    each,
    extension_values,
    id_in,
    identifier_of,
    maps,
    moment,
    text_at,
    wire_time,
)


def channel_in(tree: Tree) -> str:
    """The delivery channel of a Slot or an Appointment, written as a concept or as a code."""
    for value in extension_values(tree, systems.DELIVERY_CHANNEL_EXTENSION):
        code = value if isinstance(value, str) else code_of(value, systems.DELIVERY_CHANNEL)
        if code:
            return code
    return Channel.IN_PERSON


def _held_in(tree: Tree) -> dict[str, Any]:
    """Who holds a slot; or whom it is offered to, by a hold that has an end of its own."""
    nobody = {"offer_until": None, "offer_patient_id": "", "offer_request_id": ""}
    for held in maps(tree, "identifier"):
        until = moment(text_at(held, "period", "end"))
        parts = text_at(held, "value").split("/")
        if held.get("system") == systems.HOLD and until is not None and len(parts) == 3:
            return {
                "hold": "",
                "offer_until": until,
                "offer_patient_id": parts[1],
                "offer_request_id": parts[2],
            }
    return {**nobody, "hold": identifier_of(tree, systems.HOLD)}


class Session(Record, frozen=True, eq=False, kw_only=True):
    """One clinician's session (FHIR Schedule)."""

    resource_type: ClassVar[str] = "Schedule"

    name: str
    active: bool
    practitioner_id: str
    practitioner_name: str
    location_id: str
    start: datetime
    end: datetime

    @classmethod
    def _fields_of(cls, tree: Tree) -> dict[str, Any]:
        actors = list(maps(tree, "actor"))
        clinician = next((a for a in actors if id_in(a, "Practitioner")), {})
        return {
            "name": text_at(tree, "serviceCategory", "text"),
            "active": tree.get("active") is not False,
            "practitioner_id": id_in(clinician, "Practitioner"),
            "practitioner_name": text_at(clinician, "display"),
            "location_id": next((i for a in actors if (i := id_in(a, "Location"))), ""),
            "start": moment(text_at(tree, "planningHorizon", "start")) or EPOCH,
            "end": moment(text_at(tree, "planningHorizon", "end")) or EPOCH,
        }


class Slot(Record, frozen=True, eq=False, kw_only=True):
    """One bookable interval (FHIR Slot)."""

    resource_type: ClassVar[str] = "Slot"

    schedule_id: str
    status: str
    start: datetime
    end: datetime
    type_code: str
    type_text: str
    access: frozenset[str]
    channel: str
    overbooked: bool
    comment: str
    hold: str
    """`<practitioner id>/<uuid>` while held, else empty; what is offered is nobody's hold."""
    offer_until: datetime | None
    """Until when it is kept for a patient to choose; None where it is offered to nobody."""
    offer_patient_id: str
    offer_request_id: str

    @classmethod
    def _fields_of(cls, tree: Tree) -> dict[str, Any]:
        service: Tree = next(iter(each(tree, "serviceType")), {})
        return {
            "schedule_id": id_in(tree.get("schedule"), "Schedule"),
            "status": text_at(tree, "status"),
            "start": moment(tree.get("start")) or EPOCH,
            "end": moment(tree.get("end")) or EPOCH,
            "type_code": code_of(service, systems.SLOT_TYPE),
            "type_text": text_at(service, "text"),
            "access": codes_of(tree.get("serviceCategory"), systems.BOOKING_ACCESS),
            "channel": channel_in(tree),
            "overbooked": tree.get("overbooked") is True,
            "comment": text_at(tree, "comment"),
            **_held_in(tree),
        }

    @property
    def minutes(self) -> int:
        """Length in whole minutes."""
        return int((self.end - self.start) / timedelta(minutes=1))

    @property
    def is_online(self) -> bool:
        """Whether patients may book it themselves, once it is free."""
        return BookingAccess.ONLINE in self.access

    @property
    def is_embargoed(self) -> bool:
        """Shut until its release time, whichever rule says so."""
        return self.status == "busy-unavailable" and any(map(release.is_embargo, self.access))

    @property
    def opens_at(self) -> datetime | None:
        """When its rule opens it, also if that is over; None where no rule says so."""
        return release.opens_at(self.access, self.start)

    @property
    def closes_online_at(self) -> datetime | None:
        """From when on patients can no longer book it; None where no rule says so."""
        return release.closes_online_at(self.access, self.start)

    @property
    def falls_back_at(self) -> datetime | None:
        """When it falls back to the practice; None unless it is kept for others until then."""
        return release.falls_back_at(self.access, self.start)

    @property
    def is_blocked(self) -> bool:
        """Kept free of patients: coffee, a meeting, administration."""
        return self.status == "busy-unavailable" and not self.is_embargoed

    def is_held(self, now: datetime) -> bool:
        """Whether somebody is booking it at *now*; a hold ends after 120 s by itself."""
        return self.status == "busy-tentative" and now < self.hold_ends

    @property
    def hold_ends(self) -> datetime:
        """When a hold on it, or an offer of it, runs out."""
        if self.offer_until is not None:
            return self.offer_until
        return self.last_updated + timedelta(seconds=HOLD_S)

    def is_bookable(self, now: datetime) -> bool:
        """Whether staff can book it at *now*: free or its hold has run out, and not over yet."""
        if self.end <= now:
            return False
        return self.status == "free" or (self.status == "busy-tentative" and not self.is_held(now))

    def to_busy(self) -> Tree:
        """This slot, taken; a hold on it ends."""
        return self._without_hold("busy")

    def to_free(self) -> Tree:
        """This slot, free."""
        return self._without_hold("free")

    def to_unavailable(self) -> Tree:
        """This slot, blocked."""
        return self._without_hold("busy-unavailable")

    def to_held(self, holder_id: str, key: str, holder_name: str) -> Tree:
        """This slot, held by *holder_id* while they book it."""
        tree = self._without_hold("busy-tentative")
        mine = {"system": systems.HOLD, "value": f"{holder_id}/{key}"}
        return changed(tree, identifier=[*each(tree, "identifier"), mine], comment=holder_name)

    def is_offered(self, now: datetime) -> bool:
        """Whether it is kept at *now* for a patient to choose."""
        return self.offer_until is not None and self.is_held(now)

    def to_offered(
        self, holder_id: str, patient_id: str, request_id: str, until: datetime, words: str
    ) -> Tree:
        """This slot, kept for a patient of an open request until *until*; *words* say so."""
        tree = self._without_hold("busy-tentative")
        offer = {
            "system": systems.HOLD,
            "value": f"{holder_id}/{patient_id}/{request_id}",
            "period": {"end": wire_time(until)},
        }
        return changed(tree, identifier=[*each(tree, "identifier"), offer], comment=words)

    def with_access(self, access: Iterable[str]) -> Tree:
        """This slot, open to *access* (codes of booking-access); other categories stay."""
        kept = [
            c for c in each(self.tree, "serviceCategory") if not codes_of(c, systems.BOOKING_ACCESS)
        ]
        ours = [concept(systems.BOOKING_ACCESS, code) for code in sorted(access)]
        return changed(self.tree, serviceCategory=[*kept, *ours] or None)

    def _without_hold(self, status: str) -> Tree:
        holds = [i for i in maps(self.tree, "identifier") if i.get("system") == systems.HOLD]
        identifiers = [i for i in each(self.tree, "identifier") if i not in holds]
        comment = None if self.hold or self.offer_until else self.tree.get("comment")
        return changed(self.tree, status=status, identifier=identifiers or None, comment=comment)
