"""What one patient does online: search, book, cancel, ask, order, write."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from contract import systems
from contract.codes import CancelReason, RequestState, RequestType
from practice.clock import Clock, instant
from practice.demo.generate import envelopes, wire
from practice.demo.generate.envelopes import About, person_reference
from practice.demo.generate.medicines import order_number
from practice.demo.generate.people import Person
from practice.demo.generate.reasons import board_line, complaint_for
from practice.demo.generate.words import Said
from practice.demo.traffic.tally import Tally
from practice.demo.traffic.wire import Wire

Tree = dict[str, Any]

_SEARCH_DAYS = 13


class OnlinePatient:
    """One patient, or somebody who may act for them, at the service.

    Args:
        one: whom it is about.
        acts_as: the reference of the one who writes; None for the patient.
        call: the wire, with their token.
        clock: the practice's time.
        tally: what was done is counted there.
        rng: their choices.
    """

    def __init__(
        self,
        one: Person,
        acts_as: Tree | None,
        call: Wire,
        clock: Clock,
        tally: Tally,
        rng: Random,
    ) -> None:
        self.one = one
        self.by_proxy = acts_as is not None
        patient = person_reference(one.reference, one.display)
        self._about = About(patient, acts_as or patient)
        self._call, self._clock, self._tally, self._rng = call, clock, tally, rng

    async def free_slots(self, *, days: int = _SEARCH_DAYS) -> list[Tree]:
        """What may be booked online from now on, in order of time."""
        now = self._clock.now()
        answer = await self._call.get(
            "Slot",
            [
                ("status", "free"),
                ("start", f"ge{instant(now + timedelta(minutes=10))}"),
                ("start", f"lt{instant(now + timedelta(days=days))}"),
                ("_include", "Slot:schedule"),
                ("_sort", "start"),
                ("_count", "200"),
            ],
        )
        return sorted(answer.resources("Slot"), key=lambda slot: str(slot["start"]))

    async def book(self, slot: Tree) -> bool:
        """Book one slot; False when somebody was faster or a rule says no."""
        kind = next(iter(wire.slot_kinds(slot)), wire.DEFAULT_KIND)
        key = str(uuid.uuid4())
        start, end = datetime.fromisoformat(slot["start"]), datetime.fromisoformat(slot["end"])
        complaint = complaint_for(self._rng, self.one, kind)
        answer = await self._call.post(
            {
                "resourceType": "Appointment",
                "identifier": [{"system": systems.BOOKING_KEY, "value": key}],
                "status": "booked",
                "description": board_line(self._rng, complaint),
                "start": slot["start"],
                "end": slot["end"],
                "minutesDuration": int((end - start).total_seconds() // 60),
                "slot": [{"reference": f"Slot/{slot['id']}"}],
                "participant": [{"actor": self._about.patient, "status": "accepted"}],
            },
            once=f"identifier={systems.BOOKING_KEY}|{key}",
        )
        if answer.ok:
            self._tally.add("booked")
        return answer.ok

    async def cancel_one(self) -> bool:
        """Cancel one of the own bookings that is far enough away."""
        now = self._clock.now()
        answer = await self._call.get(
            "Appointment",
            [
                ("patient", self.one.reference),
                ("status", "booked"),
                ("date", f"ge{instant(now + timedelta(hours=3))}"),
                ("_sort", "date"),
            ],
        )
        for booked in answer.resources("Appointment"):
            cancelled = {
                **booked,
                "status": "cancelled",
                "cancelationReason": wire.concept(systems.CANCEL_REASON, CancelReason.PATIENT),
            }
            if (await self._call.put(cancelled)).ok:
                self._tally.add("cancelled")
                return True
        return False

    async def ask(self, kind: RequestType, said: Said) -> bool:
        """Send a request or begin a conversation: header, message and Task in one transaction."""
        now = self._clock.now()
        header_urn, keys = f"urn:uuid:{uuid.uuid4()}", [str(uuid.uuid4()) for _ in range(3)]
        header = envelopes.header(self._about, said.subject)
        header["identifier"] = [{"system": systems.MESSAGE_KEY, "value": keys[0]}]
        task = envelopes.request(
            self._about,
            kind,
            header_urn,
            key=keys[2],
            words=said.text,
            authored=now,
            priority="urgent" if said.urgent or said.emergency else "routine",
            state=None,
        )
        message = envelopes.message(self._about, header_urn, key=keys[1], text=said.text, sent=now)
        answer = await self._call.post(
            _bundle(
                "transaction",
                [
                    (header, f"{systems.MESSAGE_KEY}|{keys[0]}", header_urn),
                    (message, f"{systems.MESSAGE_KEY}|{keys[1]}", None),
                    (task, f"{systems.REQUEST_KEY}|{keys[2]}", None),
                ],
            )
        )
        if answer.ok:
            self._tally.add("wrote" if kind is RequestType.THREAD else "requested")
        return answer.ok

    async def order(self, note: str | None) -> bool:
        """Order some of the repeat medicines that are not on their way already."""
        answer = await self._call.get(
            "MedicationRequest",
            [("patient", self.one.reference), ("status", "active"), ("intent", "plan")],
        )
        plans = answer.resources("MedicationRequest")
        if not plans:
            return False
        number = min(len(plans), self._rng.choices((1, 2, 3, 4), (30, 35, 22, 13))[0])
        now = self._clock.now()
        order = order_number(now.year, self._rng.randrange(100_000, 999_999))
        entries: list[tuple[Tree, str, str | None]] = []
        for item, plan in enumerate(self._rng.sample(plans, number)):
            key = str(uuid.uuid4())
            task = envelopes.repeat_item(
                self._about,
                self.one.nhs_number,
                f"MedicationRequest/{plan['id']}",
                key=key,
                order=order,
                authored=now,
                note=note if item == 0 else None,
            )
            task["description"] = plan["medicationCodeableConcept"]["text"]
            entries.append((task, f"{systems.UUID_URN}|{key}", None))
        sent = await self._call.post(_bundle("batch", entries))
        stored = [
            entry
            for entry in sent.tree.get("entry", ())
            if str(entry.get("response", {}).get("status", "")).startswith("2")
        ]
        if stored:
            self._tally.add("ordered")
        return bool(stored)

    async def look(self, reply: str | None) -> bool:
        """See whether the practice waits for an answer; read what it wrote, and give *reply*."""
        waiting = await self._call.get(
            "Task", [("patient", self.one.reference), ("status", "on-hold")]
        )
        for task in waiting.resources("Task"):
            header = str(task.get("focus", {}).get("reference", ""))
            if header.startswith("Communication/") and _awaits_patient(task):
                await self._read(header)
                return reply is not None and await self._answer(header, reply)
        return False

    async def _answer(self, header: str, reply: str) -> bool:
        key = str(uuid.uuid4())
        message = envelopes.message(
            self._about, header, key=key, text=reply, sent=self._clock.now()
        )
        sent = await self._call.post(message, once=f"identifier={systems.MESSAGE_KEY}|{key}")
        if sent.ok:
            self._tally.add("answered")
        return sent.ok

    async def _read(self, header: str) -> None:
        """Mark the practice's latest message as read."""
        thread = await self._call.get(
            "Communication", [("part-of", header), ("_sort", "-sent"), ("_count", "20")]
        )
        for message in thread.resources("Communication"):
            sender = str(message.get("sender", {}).get("reference", ""))
            if message.get("status") == "in-progress" and not sender.startswith(
                ("Patient/", "RelatedPerson/")
            ):
                read = {**message, "status": "completed", "received": instant(self._clock.now())}
                await self._call.put(read)
                return


def _awaits_patient(task: Tree) -> bool:
    codings = task.get("businessStatus", {}).get("coding", ())
    return any(coding.get("code") == RequestState.AWAITING_PATIENT for coding in codings)


def _bundle(kind: str, entries: Sequence[tuple[Tree, str, str | None]]) -> Tree:
    """A Bundle of conditional creates: (tree, identifier token, fullUrl or None)."""
    made = []
    for tree, token, full_url in entries:
        entry: Tree = {
            "resource": tree,
            "request": {
                "method": "POST",
                "url": tree["resourceType"],
                "ifNoneExist": f"identifier={token}",
            },
        }
        entry["fullUrl"] = full_url or f"urn:uuid:{uuid.uuid4()}"
        made.append(entry)
    return {"resourceType": "Bundle", "type": kind, "entry": made}
