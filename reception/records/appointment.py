"""Appointments, as the board shows and changes them.

Source: docs/contract.md 3 (Appointment), 4.1, 5.
"""

import copy
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from contract import systems
from contract.codes import LOCAL_CANCEL_REASONS, CancelReason, Channel, Mark, SlotType
from reception.records.diary import Slot, channel_in
from reception.records.marks import ATTEMPTS, Marks
from reception.records.patient import Patient
from reception.records.record import Record
from reception.records.tree import (
    EPOCH,
    Tree,
    changed,
    code_of,
    concept,
    each,
    first_map,
    id_in,
    identifier_of,
    maps,
    moment,
    text_at,
    wire_time,
)

_LETTERS = {"arrived": "A", "checked-in": "S", "fulfilled": "L", "noshow": "D"}
_PHONE_LETTERS = {**_LETTERS, "checked-in": "T", "noshow": "H"}
_VISIT_LETTERS = {**_LETTERS, "fulfilled": "V", "noshow": "N"}
LATE_GRACE = timedelta(minutes=20)
"""How long after its time somebody is waited for who rang to say that they will be late."""


class Appointment(Record, frozen=True, eq=False, kw_only=True):
    """One patient with one clinician at one time (FHIR Appointment)."""

    resource_type: ClassVar[str] = "Appointment"

    status: str
    patient_id: str
    patient_name: str
    practitioner_id: str
    practitioner_name: str
    slot_ids: tuple[str, ...]
    start: datetime
    end: datetime
    description: str
    comment: str
    type_code: str
    type_text: str
    channel: str
    marks: frozenset[str]
    cancel_reason: str
    cancel_text: str
    late_noted_at: datetime | None
    late_until: datetime | None
    """When somebody who rang expects to be here; None where they did not say."""
    call_times: tuple[datetime | None, ...]
    """One for each call that was tried, the first one first; None where no time was kept."""
    created: datetime | None
    arrived_at: datetime | None
    sent_in_at: datetime | None
    left_at: datetime | None
    booking_key: str

    @classmethod
    def _fields_of(cls, tree: Tree) -> dict[str, Any]:
        patient = _participant(tree, "Patient")
        clinician = _participant(tree, "Practitioner")
        service: Tree = next(iter(each(tree, "serviceType")), {})
        reason = tree.get("cancelationReason")
        marks = Marks.of(tree)
        return {
            "status": text_at(tree, "status"),
            "patient_id": id_in(patient.get("actor"), "Patient"),
            "patient_name": text_at(patient, "actor", "display"),
            "practitioner_id": id_in(clinician.get("actor"), "Practitioner"),
            "practitioner_name": text_at(clinician, "actor", "display"),
            "slot_ids": tuple(i for s in each(tree, "slot") if (i := id_in(s, "Slot"))),
            "start": moment(tree.get("start")) or EPOCH,
            "end": moment(tree.get("end")) or EPOCH,
            "description": text_at(tree, "description"),
            "comment": text_at(tree, "comment"),
            "type_code": code_of(service, systems.SLOT_TYPE),
            "type_text": text_at(service, "text"),
            "channel": channel_in(tree),
            "marks": marks.codes,
            "late_noted_at": marks.times_of(Mark.LATE)[0],
            "late_until": marks.times_of(Mark.LATE)[1],
            "call_times": tuple(marks.times_of(m)[0] for m in ATTEMPTS if m in marks.codes),
            "cancel_reason": code_of(reason, systems.CANCEL_REASON_LOCAL)
            or code_of(reason, systems.CANCEL_REASON),
            "cancel_text": text_at(reason, "text"),
            "created": moment(tree.get("created")),
            "arrived_at": moment(text_at(patient, "period", "start")),
            "sent_in_at": moment(text_at(clinician, "period", "start")),
            "left_at": moment(text_at(clinician, "period", "end")),
            "booking_key": identifier_of(tree, systems.BOOKING_KEY),
        }

    @property
    def letter(self) -> str:
        """The trade's one-letter state: A S Q L D W, T H by phone, V N for visits, - for late.

        Empty while only booked.
        """
        if self.walked_out:
            return "W"
        if self.status == "booked":
            return "-" if Mark.LATE in self.marks else ""
        if self.is_visit:
            return _VISIT_LETTERS.get(self.status, "")
        if self.is_phone:
            return _PHONE_LETTERS.get(self.status, "")
        if self.status == "checked-in" and Mark.QUIET in self.marks:
            return "Q"
        return _LETTERS.get(self.status, "")

    @property
    def is_visit(self) -> bool:
        """Whether the clinician goes to the patient."""
        return self.type_code == SlotType.VISIT

    @property
    def is_phone(self) -> bool:
        """Whether the clinician rings the patient."""
        return self.channel == Channel.TELEPHONE and not self.is_visit

    @property
    def calls_tried(self) -> int:
        """How often the patient has been rung, 0 to 3."""
        return len(self.call_times)

    @property
    def is_movable(self) -> bool:
        """Whether it can be put into another slot: the patient still waits, or is yet to come."""
        return self.status in ("booked", "arrived")

    @property
    def walked_out(self) -> bool:
        """Came, and left before being seen."""
        return self.status == "cancelled" and self.cancel_reason == CancelReason.WALKED_OUT

    @property
    def holds_its_place(self) -> bool:
        """Whether it still belongs on the board's grid."""
        return self.status not in ("cancelled", "entered-in-error") or self.walked_out

    @property
    def via(self) -> str:
        """How it was booked (`via-desk`, `via-phone`, `via-online`, `via-111`), or empty."""
        return next((m for m in sorted(self.marks) if m.startswith("via-")), "")

    def waiting_min(self, now: datetime) -> int | None:
        """Whole minutes waited since the later of arrival and booked time; None if not waiting."""
        if self.status != "arrived" or self.arrived_at is None:
            return None
        since = max(self.arrived_at, self.start)
        return max(0, int((now - since) / timedelta(minutes=1)))

    @property
    def expected(self) -> datetime:
        """Until when the patient may come and still be no worry: its time, later if they rang."""
        if Mark.LATE not in self.marks:
            return self.start
        return self.late_until or self.start + LATE_GRACE

    def is_overdue(self, now: datetime) -> bool:
        """Booked, not here, and more than a minute past when they were to come."""
        return self.status == "booked" and now > self.expected + timedelta(minutes=1)

    def arrived(self, at: datetime) -> Tree:
        """This appointment with the patient in the building since *at*."""
        return self._moved("arrived", patient={"start": wire_time(at)})

    def sent_in(self, at: datetime, *, quiet: bool = False) -> Tree:
        """This appointment with the patient sent in at *at*, called by name or quietly."""
        tree = self._moved("checked-in", clinician={"start": wire_time(at)})
        return Marks.of(tree).with_mark(Mark.QUIET).on(tree) if quiet else tree

    def called(self, at: datetime) -> Tree:
        """This appointment with the patient rung once more, at *at*; at most three times.

        Raises:
            ValueError: three calls have been tried.
        """
        if self.calls_tried >= len(ATTEMPTS):
            raise ValueError("three calls have been tried")
        tree = self._moved("checked-in", clinician={"start": wire_time(at)})
        return Marks.of(tree).with_mark(ATTEMPTS[self.calls_tried], at).on(tree)

    def left(self, at: datetime) -> Tree:
        """This appointment, over at *at*."""
        end = {"end": wire_time(at)}
        return self._moved("fulfilled", patient=end, clinician=end)

    def did_not_attend(self) -> Tree:
        """This appointment, missed by the patient."""
        return self._moved("noshow")

    def late_noted(self, at: datetime | None = None, until: datetime | None = None) -> Tree:
        """This appointment with word, had at *at*, that the patient will be late, until *until*."""
        return Marks.of(self.tree).with_mark(Mark.LATE, at, until).on(self.tree)

    def in_error(self) -> Tree:
        """This appointment, which should never have been booked."""
        return changed(self.tree, status="entered-in-error")

    def cancelled(self, reason: CancelReason, text: str = "") -> Tree:
        """This appointment, cancelled."""
        local = reason in LOCAL_CANCEL_REASONS
        system = systems.CANCEL_REASON_LOCAL if local else systems.CANCEL_REASON
        return changed(
            self.tree, status="cancelled", cancelationReason=concept(system, reason, text)
        )

    def walked_out_at(self, at: datetime) -> Tree:
        """This appointment, with the patient gone at *at* before being seen."""
        tree = self.cancelled(CancelReason.WALKED_OUT)
        _set_period(tree, "Patient", {"end": wire_time(at)})
        return tree

    def moved_to(self, slots: Sequence[Slot], practitioner_id: str, practitioner_name: str) -> Tree:
        """This appointment in other slots (one, or several that touch, by time).

        Kind and channel are the new slots'; the patient's own participation stays.
        """
        head, tail = slots[0], slots[-1]
        tree = changed(
            self.tree,
            start=wire_time(head.start),
            end=wire_time(tail.end),
            minutesDuration=sum(slot.minutes for slot in slots),
            slot=[{"reference": slot.reference} for slot in slots],
        )
        if service := head.tree.get("serviceType"):
            tree["serviceType"] = copy.deepcopy(service)
        if head.channel != self.channel:
            _set_channel(tree, head.channel)
        actor = {"reference": f"Practitioner/{practitioner_id}", "display": practitioner_name}
        for participant in maps(tree, "participant"):
            if id_in(participant.get("actor"), "Practitioner"):
                participant["actor"] = actor
        return tree

    def placed_like(self, before: "Appointment") -> Tree:
        """This appointment where *before* stood: times, slots, kind, channel and clinician."""
        was = before.tree
        names = ("start", "end", "minutesDuration", "slot", "serviceType")
        tree = changed(self.tree, **{name: copy.deepcopy(was.get(name)) for name in names})
        if before.channel != self.channel:
            _set_channel(tree, before.channel)
        actor = _participant(was, "Practitioner").get("actor")
        clinician = _participant(tree, "Practitioner")
        if actor and clinician:
            clinician["actor"] = copy.deepcopy(actor)
        return tree

    def back_to(self, before: "Appointment", after: "Appointment") -> Tree:
        """This appointment without the act that led from *before* to *after*.

        Status, reason and times are those of *before*, of the marks those that the act made are
        gone; where it stands, and what others have noted since, stays.
        """
        was = before.tree
        tree = Marks.of(self.tree).taken_back(Marks.of(was), Marks.of(after.tree)).on(self.tree)
        tree["status"] = before.status
        tree.pop("cancelationReason", None)
        if "cancelationReason" in was:
            tree["cancelationReason"] = copy.deepcopy(was["cancelationReason"])
        for actor_type in ("Patient", "Practitioner"):
            participant = _participant(tree, actor_type)
            period = first_map(_participant(was, actor_type), "period")
            participant.pop("period", None)
            if period:
                participant["period"] = copy.deepcopy(period)
        return tree

    def _moved(
        self, status: str, *, patient: Tree | None = None, clinician: Tree | None = None
    ) -> Tree:
        tree = changed(self.tree, status=status)
        if patient:
            _set_period(tree, "Patient", patient)
        if clinician:
            _set_period(tree, "Practitioner", clinician)
        return tree


def new_appointment(
    *,
    key: str,
    slots: Sequence[Slot],
    patient: Patient,
    practitioner_id: str,
    practitioner_name: str,
    reason: str,
    note: str,
    via: Mark,
    organization_id: str,
    now: datetime,
    request_id: str = "",
    channel: str = "",
) -> Tree:
    """A booking of *patient* into *slots* (one, or several that touch), as it is posted.

    *key* is the booking-key (a UUID), *request_id* the Task that led to it, if any; *channel* how
    care is given, where that is not as the slot says.
    """
    head, tail = slots[0], slots[-1]
    extensions = [
        {
            "url": systems.DELIVERY_CHANNEL_EXTENSION,
            "valueCodeableConcept": concept(systems.DELIVERY_CHANNEL, channel or head.channel),
        },
        {
            "url": systems.MARK_EXTENSION,
            "valueCodeableConcept": concept(systems.RECEPTION_MARK, via),
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
        "status": "booked",
        "start": wire_time(head.start),
        "end": wire_time(tail.end),
        "minutesDuration": sum(slot.minutes for slot in slots),
        "slot": [{"reference": slot.reference} for slot in slots],
        "created": wire_time(now),
        "participant": [
            {
                "actor": {"reference": patient.reference, "display": patient.name},
                "status": "accepted",
            },
            {
                "type": [concept(systems.PARTICIPATION_TYPE, "PPRF")],
                "actor": {
                    "reference": f"Practitioner/{practitioner_id}",
                    "display": practitioner_name,
                },
                "status": "accepted",
            },
        ],
    }
    if service := head.tree.get("serviceType"):
        tree["serviceType"] = copy.deepcopy(service)
    if reason:
        tree["description"] = reason
    if note:
        tree["comment"] = note
    if request_id:
        tree["supportingInformation"] = [{"reference": f"Task/{request_id}"}]
    return tree


def _participant(tree: Tree, actor_type: str) -> Tree:
    for participant in maps(tree, "participant"):
        if id_in(participant.get("actor"), actor_type):
            return participant
    return {}


def _set_period(tree: Tree, actor_type: str, times: Tree) -> None:
    participant = _participant(tree, actor_type)
    if participant:
        participant["period"] = {**first_map(participant, "period"), **times}


def _set_channel(tree: Tree, channel: str) -> None:
    url = systems.DELIVERY_CHANNEL_EXTENSION
    others = [e for e in each(tree, "extension") if first_map([e]).get("url") != url]
    made = {"url": url, "valueCodeableConcept": concept(systems.DELIVERY_CHANNEL, channel)}
    tree["extension"] = [*others, made]
