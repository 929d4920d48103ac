"""Messages: read a thread, answer it, begin one, note something for colleagues.

Source: docs/contract.md 3 (Communication), 8.
"""

import uuid
from datetime import datetime, timedelta

from contract import systems
from contract.codes import MessageCategory, Outcome, Priority, RequestState, RequestType
from contract.core_hours import CLOSES, LONDON, is_core_day, london_day
from contract.keys import notes_key
from reception.api.bundle import Entry, post, put
from reception.desk.problems import NotPossible
from reception.desk.triage import Triage
from reception.desk.workbench import Workbench
from reception.desk.writer import Latest
from reception.records import Message, Patient, Request, Tree, new_message, record_of
from reception.records.tree import changed, concept, wire_time

REPLY_DAYS = 7
"""How long the patient has to answer before the thread comes back to the practice."""


class Post:
    """Acts on threads."""

    def __init__(self, bench: Workbench, triage: Triage) -> None:
        self._bench, self._triage = bench, triage

    async def open_thread(self, header_id: str) -> list[Message]:
        """Every message of a thread, the oldest first."""
        trees = await self._bench.wire.search(
            "Communication",
            [
                ("part-of", f"Communication/{header_id}"),
                ("_sort", "sent"),
                ("_count", "200"),
            ],
        )
        await self._bench.stores.merge(r for tree in trees if (r := record_of(tree)) is not None)
        return self._bench.stores.messages.in_thread(header_id)

    async def mark_read(self, header_id: str) -> None:
        """Note that what the patient wrote in this thread has been read."""
        unread = [
            message.id
            for message in self._bench.stores.messages.in_thread(header_id)
            if message.from_patient and message.status == "in-progress"
        ]

        def plan(latest: Latest) -> list[Entry]:
            now = wire_time(self._bench.time.now())
            messages = [latest.get(Message, message_id) for message_id in unread]
            return [
                put(changed(m.tree, status="completed", received=now), m.version)
                for m in messages
                if m.status == "in-progress"
            ]

        if unread:  # a stale answer means that a colleague has read it: nothing is lost
            touching = [f"Communication/{message_id}" for message_id in unread]
            await self._bench.writer.each("Marking messages as read", touching, plan)

    async def reply(
        self, request_id: str, text: str, *, done: bool = False, key: str = ""
    ) -> Message:
        """Write to the patient in the request's thread; then it waits for them, or is done.

        *key* is the message-key (a UUID): give the same one when the same words are sent again.
        """
        words = _words(text)
        key = key or str(uuid.uuid4())
        held = await self._request(request_id)
        if not held.thread_id:
            raise NotPossible("There is no thread to reply in. Begin a new message instead.")
        if held.is_unmatched:
            raise NotPossible("Match it to a patient first.")
        if not held.is_open:
            await self._reopen(request_id)

        def plan(latest: Latest) -> list[Entry]:
            now = latest.get(Request, request_id)
            tree = (
                now.completed(Outcome.ADVICE)
                if done
                else now.awaiting_patient(reply_by(self._bench.time.now()))
            )
            self._triage.check(latest, now, str(tree["status"]))
            return [
                post(self.message(now, words, key), systems.MESSAGE_KEY),
                put(tree, now.version),
            ]

        said = f"Reply to {self._bench.stores.patient_name(held) or 'the patient'}"
        stored = await self._bench.writer.transact(said, [f"Task/{request_id}"], plan)
        self._bench.undos.tell(f"{said} sent.")
        return _message(stored[0])

    async def note(self, request_id: str, text: str) -> Message:
        """Note something for colleagues beside a request; no patient can ever read it.

        The notes of a request stand in an internal thread of their own (contract 3).
        """
        words = _words(text)
        held = await self._request(request_id)
        if held.is_unmatched:
            raise NotPossible("Match it to a patient first.")
        header = self._notes_header(held)
        header_urn = f"urn:uuid:{uuid.uuid4()}"
        message = self._message_to(held, words, str(uuid.uuid4()), MessageCategory.INTERNAL)
        message["partOf"] = [{"reference": header_urn}]
        entries = [
            post(header, systems.MESSAGE_KEY, full_url=header_urn),
            post(message, systems.MESSAGE_KEY),
        ]
        stored = await self._bench.writer.transact("Note for colleagues", [], lambda _: entries)
        return _message(stored[1])

    async def notes(self, request_id: str) -> list[Message]:
        """What colleagues have noted beside a request, the oldest first."""
        key = f"{systems.MESSAGE_KEY}|{notes_key(request_id)}"
        found = await self._bench.wire.search("Communication", [("identifier", key)])
        header = next((record_of(tree) for tree in found), None)
        return await self.open_thread(header.id) if header is not None else []

    async def write(self, patient: Patient, topic: str, text: str, *, key: str = "") -> Message:
        """Begin a new thread with a patient, who acts next.

        *key* is the message-key (a UUID): give the same one when the same words are sent again.
        """
        own = uuid.UUID(key) if key else uuid.uuid4()
        words, subject = _words(text), topic.strip()
        if not subject:
            raise NotPossible("Give the message a subject.")
        now = self._bench.time.now()
        header = _header(patient, subject, self._bench, str(uuid.uuid5(own, "header")))
        header_urn = f"urn:uuid:{uuid.uuid4()}"
        message = new_message(
            key=str(own),
            header_id="",
            patient_id=patient.id,
            patient_name=patient.name,
            sender=self._bench.me.reference,
            sender_name=self._bench.me.display,
            text=words,
            now=now,
        )
        message["partOf"] = [{"reference": header_urn}]
        task = _thread_task(
            patient,
            subject,
            header_urn,
            now,
            self._bench.me.reference,
            str(uuid.uuid5(own, "task")),
        )
        entries = [
            post(header, systems.MESSAGE_KEY, full_url=header_urn),
            post(message, systems.MESSAGE_KEY),
            post(task, systems.REQUEST_KEY),
        ]
        said = f"Message to {patient.name}"
        stored = await self._bench.writer.transact(said, [], lambda _: entries)
        self._bench.undos.tell(f"{said} sent.")
        return _message(stored[1])

    def message(self, request: Request, text: str, key: str) -> Tree:
        """The message of *text* to the patient in the request's thread, as it is posted."""
        return self._message_to(request, text, key, MessageCategory.PATIENT)

    def _message_to(self, request: Request, text: str, key: str, category: MessageCategory) -> Tree:
        theirs = [
            m
            for m in self._bench.stores.messages.in_thread(request.thread_id)
            if m.from_patient and category is MessageCategory.PATIENT
        ]
        return new_message(
            key=key,
            header_id=request.thread_id,
            patient_id=request.patient_id,
            patient_name=self._bench.stores.patient_name(request),
            sender=self._bench.me.reference,
            sender_name=self._bench.me.display,
            text=text,
            now=self._bench.time.now(),
            category=category,
            in_response_to=theirs[-1].id if theirs else "",
        )

    def _notes_header(self, request: Request) -> Tree:
        return {
            "resourceType": "Communication",
            "identifier": [{"system": systems.MESSAGE_KEY, "value": notes_key(request.id)}],
            "status": "in-progress",
            "category": [concept(systems.MESSAGE_CATEGORY, MessageCategory.INTERNAL)],
            "topic": {"text": "Notes for colleagues"},
            "subject": {"reference": f"Patient/{request.patient_id}"},
            "about": [{"reference": request.reference}],
            "sender": {
                "reference": self._bench.me.reference,
                "display": self._bench.me.display,
            },
        }

    async def _request(self, request_id: str) -> Request:
        held = self._bench.stores.requests.newest(request_id)
        return held or Request.from_tree(await self._bench.wire.read("Task", request_id))

    async def _reopen(self, request_id: str) -> None:
        def plan(latest: Latest) -> list[Entry]:
            now = latest.get(Request, request_id)
            self._triage.check(latest, now, "in-progress")
            return [put(now.reopened(), now.version)]

        await self._bench.writer.transact("Reopening a thread", [f"Task/{request_id}"], plan)


def reply_by(now: datetime) -> datetime:
    """The close of the core-hours day on or after a week from *now*."""
    day = london_day(now) + timedelta(days=REPLY_DAYS)
    while not is_core_day(day):
        day += timedelta(days=1)
    return datetime.combine(day, CLOSES, LONDON)


def _words(text: str) -> str:
    words = text.strip()
    if not words:
        raise NotPossible("There is nothing to send yet.")
    return words


def _header(patient: Patient, topic: str, bench: Workbench, key: str) -> Tree:
    them = {"reference": patient.reference, "display": patient.name}
    return {
        "resourceType": "Communication",
        "identifier": [{"system": systems.MESSAGE_KEY, "value": key}],
        "status": "in-progress",
        "category": [concept(systems.MESSAGE_CATEGORY, MessageCategory.PATIENT)],
        "topic": {"text": topic},
        "subject": them,
        "recipient": [them],
        "sent": wire_time(bench.time.now()),
        "sender": {"reference": bench.me.reference, "display": bench.me.display},
    }


def _thread_task(
    patient: Patient, topic: str, header_urn: str, now: datetime, requester: str, key: str
) -> Tree:
    return {
        "resourceType": "Task",
        "identifier": [{"system": systems.REQUEST_KEY, "value": key}],
        "status": "on-hold",
        "businessStatus": concept(systems.REQUEST_STATE, RequestState.AWAITING_PATIENT),
        "intent": "order",
        "priority": str(Priority.ROUTINE),
        "code": concept(systems.REQUEST_TYPE, RequestType.THREAD),
        "description": topic,
        "focus": {"reference": header_urn},
        "for": {"reference": patient.reference, "display": patient.name},
        "requester": {"reference": requester},
        "authoredOn": wire_time(now),
        "lastModified": wire_time(now),
        "restriction": {"period": {"end": wire_time(reply_by(now))}},
    }


def _message(stored: object) -> Message:
    if not isinstance(stored, Message):
        raise TypeError("the service answered with something else than a message")
    return stored
