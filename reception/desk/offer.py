"""Book from a request: the slot taken, the patient told, the request closed, in one write.

Source: docs/contract.md 7 (Book).
"""

import uuid
from collections.abc import Collection

from contract.codes import Channel, Mark, Outcome, SlotType
from contract.limits import DESCRIPTION_CHARS
from contract.systems import MESSAGE_KEY
from reception.api.bundle import Entry, post, put
from reception.desk.booking import Booking, booked_in, freed
from reception.desk.clashes import Clashes, references
from reception.desk.offering import free_offered
from reception.desk.phrase_book import PhraseBook
from reception.desk.post import Post
from reception.desk.problems import NotPossible
from reception.desk.slots import Slots
from reception.desk.triage import Triage
from reception.desk.words import clock, who_and_when
from reception.desk.workbench import Workbench
from reception.desk.writer import Latest
from reception.records import Appointment, Message, Patient, Request, Slot
from reception.records.problem import ChangedElsewhere
from reception.records.tree import changed


class Offer:
    """Books what a request asks for."""

    def __init__(
        self,
        bench: Workbench,
        slots: Slots,
        booking: Booking,
        clashes: Clashes,
        triage: Triage,
        letters: Post,
        phrases: PhraseBook,
    ) -> None:
        self._bench, self._slots, self._booking = bench, slots, booking
        self._clashes = clashes
        self._triage, self._post, self._phrases = triage, letters, phrases

    async def book_from_request(
        self,
        request_id: str,
        slot_id: str,
        *,
        reason: str = "",
        note: str = "",
        message: str | None = None,
        via: Mark = Mark.VIA_ONLINE,
        kept: Collection[str] | None = (),
        instead_of: str = "",
        clinician: tuple[str, str] | None = None,
        patient_id: str = "",
    ) -> Appointment:
        """Book the patient of a request into a slot, tell them, and close the request.

        *message* is what the patient is told in the request's thread; None stands for the usual
        words, an empty string for nothing. *kept* are the ids of the patient's other bookings of
        that day that are to stand beside it; None: whatever there is. *instead_of* is the id of
        one that is given up for it, in the same write. *clinician* (id and name) is needed for a
        slot of a day that is not open. *patient_id* is whose it was when it was decided, where
        that is to be made sure of. What else was offered to the patient is free again.

        Raises:
            OtherBookings: they have others that day that are neither kept nor given up.
            SlotTaken: somebody was quicker with the slot.
            ChangedElsewhere: a colleague has the request, or has dealt with it.
            NotPossible: it is not matched to a patient, or the board is out of date.
        """
        request = await self._request(request_id)
        if request.is_unmatched:
            raise NotPossible("Match it to a patient first.")
        if patient_id and patient_id != request.patient_id:
            raise NotPossible("Not booked: this request is another patient's by now.")
        patient = await self._patient(request.patient_id)
        if kept is not None:
            await self._must_be_alone(patient, slot_id, {*kept, instead_of})
        other = await self._clashes.known(instead_of) if instead_of else None
        before: dict[str, Appointment] = {}
        book = self._booking.planner(
            [slot_id],
            patient,
            reason=reason or _reason_of(request),
            note=note,
            via=via,
            request_id=request_id,
            clinician=clinician,
        )
        message_key = str(uuid.uuid4())

        def plan(latest: Latest) -> list[Entry]:
            now = latest.get(Request, request_id)
            self._triage.check(latest, now, "completed")
            slot = latest.get(Slot, slot_id)
            entries = book(latest)
            if now.patient_id != patient.id:
                raise NotPossible("Not booked: this request is another patient's by now.")
            if other is not None:
                before["it"] = latest.get(Appointment, other.id)
                entries += self._clashes.given_up(latest, other.id)
            done = now.without_offer(now.completed(outcome_of(slot), [book.urn]))
            entries += [*free_offered(latest, now, but=slot_id), put(done, now.version)]
            words = self.words_for(slot, patient, clinician) if message is None else message.strip()
            if words and now.thread_id:
                entries.append(post(self._post.message(now, words, message_key), MESSAGE_KEY))
            return entries

        said = f"Booking {patient.name} from their request"
        others = [f"Slot/{offered}" for offered in request.offered_slots]
        touching = [f"Slot/{slot_id}", f"Task/{request_id}", *others]
        touching += references(other) if other is not None else []
        stored = await self._bench.writer.transact(said, touching, plan)
        made = [r for r in stored if not isinstance(r, Appointment) or r.id != instead_of]
        booked = booked_in(made)
        closed = next(record for record in stored if isinstance(record, Request))
        was_told = any(isinstance(record, Message) for record in stored)

        async def take_back() -> str:
            await self._take_back(booked, closed, before.get("it"))
            told = " The patient was told of it: write to them." if was_told else ""
            return f"The booking of {who_and_when(booked)} was taken back.{told}"

        told = ", the patient is told" if was_told else ""
        told += f"; the {clock(other.start)} was given up" if other is not None else ""
        self._bench.undos.tell(f"{who_and_when(booked)} is booked{told}.", take_back)
        return booked

    def words_for(
        self, slot: Slot, patient: Patient, clinician: tuple[str, str] | None = None
    ) -> str:
        """The practice's words to *patient*, who is booked into *slot*."""
        name = (clinician or self._slots.clinician_of(slot))[1]
        phrase = self._phrases.for_use(outcome_of(slot))[0]
        return self._phrases.filled(phrase, self._phrases.values_for(patient, slot, name))

    async def _must_be_alone(self, patient: Patient, slot_id: str, kept: set[str]) -> None:
        """Ask about other bookings, of a slot that can still be had."""
        slot = self._bench.stores.slots.newest(slot_id)
        if slot is None:
            slot = Slot.from_tree(await self._bench.wire.read("Slot", slot_id))
        self._slots.must_be_bookable(slot, patient.id)
        await self._clashes.must_be_alone(patient, slot.start, slot.end, kept)

    async def _take_back(
        self, booked: Appointment, closed: Request, other: Appointment | None
    ) -> None:
        def plan(latest: Latest) -> list[Entry]:
            now, request = latest.get(Appointment, booked.id), latest.get(Request, closed.id)
            if now.status != "booked" or request.status != closed.status:
                raise ChangedElsewhere(
                    f"Not undone: {who_and_when(now)} has been changed since.", theirs=now.tree
                )
            withdrawn = changed(now.tree, status="entered-in-error")
            return [
                put(withdrawn, now.version),
                *freed(latest, now, self._bench.time.now()),
                put(changed(request.reopened(), output=None), request.version),
                *(self._clashes.taken_up_again(latest, other) if other is not None else ()),
            ]

        touching = [closed.reference, *references(booked)]
        touching += references(other) if other is not None else []
        await self._bench.writer.transact(f"Undoing: {who_and_when(booked)} booked", touching, plan)

    async def _request(self, request_id: str) -> Request:
        held = self._bench.stores.requests.newest(request_id)
        return held or Request.from_tree(await self._bench.wire.read("Task", request_id))

    async def _patient(self, patient_id: str) -> Patient:
        held = self._bench.stores.patients.get(patient_id)
        if held is None:
            held = Patient.from_tree(await self._bench.wire.read("Patient", patient_id))
            self._bench.stores.take(held)
        return held


def _reason_of(request: Request) -> str:
    """The first line of the patient's own words, where all of it fits on the reason line."""
    lines = request.description.strip().splitlines()
    first = lines[0].strip() if lines else ""
    return first if len(first) <= DESCRIPTION_CHARS else "Booked from their online request"


def outcome_of(slot: Slot) -> Outcome:
    """How a request ends that is booked into *slot*."""
    if slot.type_code == SlotType.VISIT:
        return Outcome.BOOKED_VISIT
    return (
        Outcome.BOOKED_PHONE if slot.channel == Channel.TELEPHONE else Outcome.BOOKED_FACE_TO_FACE
    )
