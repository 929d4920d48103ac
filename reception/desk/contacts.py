"""The contact list: whom to tell that their session is off, and what came of it.

Source: contract/contact.py; docs/contract.md 6 (cancel a session).
"""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime

from contract import systems
from contract.codes import CancelReason
from contract.contact import ATTEMPTS_NEEDED, OUTCOME_WORDS, ContactOutcome
from contract.core_hours import london_day, next_core_day
from reception.api.bundle import Entry, post, put
from reception.desk.problems import NotPossible
from reception.desk.words import clock, day_text
from reception.desk.workbench import Workbench, restored
from reception.desk.writer import Latest, Plan
from reception.records import Appointment, Record, Request, Session, Slot
from reception.records.contact import (
    about,
    attempted,
    attempts,
    is_on_contact_list,
    new_contact,
    old_slots,
    told,
)
from reception.records.new_session import is_off, off, withdrawn
from reception.records.tree import wire_time

ENDS_THE_OLD = frozenset({ContactOutcome.CANCELLED, ContactOutcome.REBOOKED, ContactOutcome.KEEPS})
"""Outcomes after which nobody comes at the old time any more."""
COMING = ("booked", "arrived")
"""States of an appointment whose patient still has to be told."""


class Contacts:
    """Makes, keeps and ends contacts. Each verb raises only `Problem`s."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench

    def waiting(self) -> list[Request]:
        """Everybody who is still to be told: whoever would come first stands first."""
        found = [r for r in self._bench.stores.requests if r.is_open and is_on_contact_list(r)]
        return sorted(found, key=lambda r: (not r.is_urgent, self._comes_at(r), r.authored, r.id))

    def _comes_at(self, request: Request) -> datetime:
        held = self._bench.stores.appointments.newest(about(request))
        return held.start if held is not None else request.authored

    def entries(self, appointments: Iterable[Appointment], why: str, act: str) -> list[Entry]:
        """What puts the patients of *appointments* on the list, unless they are there already.

        Args:
            appointments: whom it is about.
            why: ends the sentence "Tell the patient: ..."; patients can read it.
            act: one for each act, so that the same act puts nobody on the list twice.
        """
        waiting = {about(request) for request in self.waiting()}
        me = self._bench.me
        return [
            post(
                new_contact(
                    held,
                    key=str(uuid.uuid5(uuid.NAMESPACE_URL, f"{act}|{held.id}|{held.version}")),
                    words=self._words(held, why),
                    urgent=self._is_soon(held.start),
                    requester=me.reference,
                    requester_name=me.display,
                ),
                systems.REQUEST_KEY,
            )
            for held in appointments
            if held.id not in waiting and held.patient_id and held.status in COMING
        ]

    async def appointment(self, request: Request) -> Appointment:
        """The appointment that a contact is about, newest copy."""
        return await self._read(about(request))

    async def tried(self, request_id: str, words: str = "") -> Request:
        """Log an attempt that reached nobody; *words* say how it went."""
        said = words.strip() or "no answer"
        me = self._bench.me.display
        before: dict[str, Request] = {}

        def plan(latest: Latest) -> list[Entry]:
            now = _open(latest.get(Request, request_id))
            before["it"] = now
            tree = attempted(now, self._bench.time.now(), f"{said}, {me}")
            return [put(tree, now.version)]

        after = await self._write("Logging an attempt", request_id, plan)

        async def take_back() -> str:
            return await self._restored(before["it"], after, ("input",))

        count = attempts(after)
        self._bench.undos.tell(
            f"{after.patient_name}: attempt {count} of {ATTEMPTS_NEEDED} logged.", take_back
        )
        return after

    async def finish(self, request_id: str, outcome: ContactOutcome) -> Request:
        """Take a patient off the list with what came of it.

        Told and cancelled: the appointment is cancelled by the practice. Told and rebooked, or
        keeps another: there has to be another appointment to come; one that was not moved but
        booked anew ends the old one. Could not be reached: three attempts are logged, and the
        appointment stays as it is, for whoever meets the patient at the door.
        """
        request = _open(await self._request(request_id))
        if outcome is ContactOutcome.NOT_REACHED and attempts(request) < ATTEMPTS_NEEDED:
            raise NotPossible(
                f"Three attempts first: {attempts(request)} of {ATTEMPTS_NEEDED} are logged for "
                f"{request.patient_name}."
            )
        held = await self._read(about(request))
        instead = await self._instead(request, held, outcome)
        ends = outcome in ENDS_THE_OLD and instead != held.reference and held.status in COMING
        slots = list(held.slot_ids) if ends else []
        touching = [request.reference, *(f"Slot/{s}" for s in slots)]
        if ends:
            touching.append(held.reference)
        why = CancelReason.PRACTICE if outcome is ContactOutcome.CANCELLED else CancelReason.MOVED
        before: dict[str, Request | Appointment] = {}
        gone: list[str] = []

        def plan(latest: Latest) -> list[Entry]:
            now = _open(latest.get(Request, request_id))
            before["contact"] = now
            gone.clear()
            entries = [put(told(now, outcome, instead), now.version)]
            if not ends:
                return entries
            appointment = latest.get(Appointment, held.id)
            if appointment.status not in COMING or list(appointment.slot_ids) != slots:
                raise NotPossible("Not saved: that appointment has changed. Look at it again.")
            before["appointment"] = appointment
            entries.append(put(appointment.cancelled(why), appointment.version))
            for slot_id in slots:
                slot = latest.get(Slot, slot_id)
                if slot.status != "entered-in-error" and slot.start > self._bench.time.now():
                    gone.append(slot_id)
                    entries.append(put(withdrawn(slot), slot.version))
            return entries

        words = OUTCOME_WORDS[outcome]
        stored = await self._bench.writer.transact(
            f"{request.patient_name}: {words}", touching, plan
        )
        after = _contact(stored[0])
        ended = next((r for r in stored if isinstance(r, Appointment)), None)
        for slot_id in old_slots(request)[:1]:
            await self._tidy(slot_id)

        async def take_back() -> str:
            return await self._back_on_the_list(
                _contact(before["contact"]), after, before.get("appointment"), ended
            )

        # A withdrawn slot does not come back, and an appointment comes back only to its own.
        lost = "the place went with the appointment; book another if it should stand"
        told_so = f"{after.patient_name}: {words}."
        self._bench.undos.tell(told_so, None if gone else take_back, for_good=lost if gone else "")
        return after

    # -- small parts

    def _words(self, held: Appointment, why: str) -> str:
        at = f"{clock(held.start)} on {day_text(london_day(held.start))}"
        who = f" with {held.practitioner_name}" if held.practitioner_name else ""
        return f"The appointment at {at}{who} {why}. The practice will be in touch."

    def _is_soon(self, start: datetime) -> bool:
        today = self._bench.time.today()
        return london_day(start) <= next_core_day(today)

    async def _request(self, request_id: str) -> Request:
        held = self._bench.stores.requests.newest(request_id)
        if held is not None:
            return held
        return Request.from_tree(await self._bench.wire.read("Task", request_id))

    async def _read(self, appointment_id: str) -> Appointment:
        tree = await self._bench.wire.read("Appointment", appointment_id)
        held = Appointment.from_tree(tree)
        self._bench.stores.take(held)
        return held

    async def _instead(self, request: Request, held: Appointment, outcome: ContactOutcome) -> str:
        """Reference of the appointment the patient has now; empty where the outcome needs none."""
        if outcome not in (ContactOutcome.REBOOKED, ContactOutcome.KEEPS):
            return ""
        was = old_slots(request)
        if held.status not in COMING:
            moved = False
        elif set(held.slot_ids).isdisjoint(was):
            moved = True  # on the board
        else:
            moved = outcome is ContactOutcome.KEEPS and await self._goes_ahead(was[0])
        if moved:
            return held.reference
        others = await self._bench.wire.search(
            "Appointment",
            [
                ("patient", f"Patient/{held.patient_id}"),
                ("status", "booked"),
                ("date", f"ge{wire_time(self._bench.time.now())}"),
                ("_sort", "date"),
                ("_count", "50"),
            ],
        )
        found = [Appointment.from_tree(t) for t in others if t.get("resourceType") == "Appointment"]
        for other in found:
            if other.id != held.id and (
                outcome is ContactOutcome.KEEPS
                or other.created is None
                or other.created >= request.authored
            ):
                return other.reference
        if outcome is ContactOutcome.KEEPS:
            raise NotPossible(
                f"{request.patient_name} has no other appointment to come. Book one first, or "
                "choose told and cancelled."
            )
        raise NotPossible(
            f"{request.patient_name} is not rebooked yet. Move the appointment on the board (M), "
            "or book another, then say so here."
        )

    async def _goes_ahead(self, slot_id: str) -> bool:
        """Whether the session of a slot is held, though perhaps cut otherwise."""
        session = await self._session_of(slot_id)
        return session.active and not is_off(session)

    async def _session_of(self, slot_id: str) -> Session:
        slot = Slot.from_tree(await self._bench.wire.read("Slot", slot_id))
        return Session.from_tree(await self._bench.wire.read("Schedule", slot.schedule_id))

    async def _tidy(self, slot_id: str) -> None:
        """Leave nothing to book in a session that is off; close it after its last patient."""
        session = await self._session_of(slot_id)
        if not session.active or not is_off(session):
            return
        trees = await self._bench.wire.search(
            "Slot", [("schedule", session.reference), ("_count", "1000")]
        )
        stands = [s for t in trees if (s := Slot.from_tree(t)).status != "entered-in-error"]
        for slot in stands:
            self._bench.stores.take(slot)
        touching = [session.reference, *(s.reference for s in stands if s.status == "free")]

        def plan(latest: Latest) -> list[Entry]:
            now = latest.get(Session, session.id)
            free = [latest.get(Slot, s.id) for s in stands if s.status == "free"]
            free = [s for s in free if s.status == "free"]
            entries = [put(withdrawn(s), s.version) for s in free]
            if len(free) == len(stands):
                entries.append(put(off(now, active=False), now.version))
            return entries

        if len(touching) > 1 or not stands:
            await self._bench.writer.transact("Closing a cancelled session", touching, plan)

    async def _write(
        self,
        said: str,
        request_id: str,
        plan: Plan,
        touching: Sequence[str] = (),
    ) -> Request:
        stored = await self._bench.writer.transact(said, touching or [f"Task/{request_id}"], plan)
        return _contact(stored[0])

    async def _restored(self, before: Request, after: Request, elements: Sequence[str]) -> str:
        def plan(latest: Latest) -> list[Entry]:
            return [self._as_before(latest, before, after, elements)]

        await self._write("Undoing a change to the contact list", after.id, plan)
        return f"{before.patient_name} is on the contact list as before."

    async def _back_on_the_list(
        self,
        before: Request,
        after: Request,
        appointment: Record | None,
        ended: Appointment | None,
    ) -> str:
        """Take an outcome back, and the cancellation that came with it."""
        if not isinstance(appointment, Appointment) or ended is None:
            return await self._restored(before, after, ("output",))

        def plan(latest: Latest) -> list[Entry]:
            now = latest.get(Appointment, ended.id)
            if now.version != ended.version:
                raise NotPossible("Not undone: somebody has gone on from it.")
            slots = [latest.get(Slot, slot_id) for slot_id in ended.slot_ids]
            return [
                self._as_before(latest, before, after, ("output",)),
                put(now.back_to(appointment, ended), now.version),
                *(put(slot.to_busy(), slot.version) for slot in slots if slot.status == "free"),
            ]

        touching = [after.reference, ended.reference, *(f"Slot/{s}" for s in ended.slot_ids)]
        said = "Undoing an outcome of the contact list"
        await self._write(said, after.id, plan, touching)
        return f"{before.patient_name} is booked again, and on the contact list as before."

    @staticmethod
    def _as_before(
        latest: Latest, before: Request, after: Request, elements: Sequence[str]
    ) -> Entry:
        now = latest.get(Request, after.id)
        if now.version != after.version:
            raise NotPossible("Not undone: somebody has gone on from it.")
        tree = now.tree if now.is_open else now.reopened()
        return put(restored(tree, before.tree, elements), now.version)


def _contact(stored: object) -> Request:
    if not isinstance(stored, Request):
        raise TypeError("the service answered with something else than a request")
    return stored


def _open(request: Request) -> Request:
    if not request.is_open:
        raise NotPossible(f"{request.patient_name or 'This patient'} has been told already.")
    return request
