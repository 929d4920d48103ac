"""New threads: to one patient, or to a group one by one, each in private.

Source: docs/contract.md 3 (Communication), 8.
"""

import asyncio
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from contract import systems
from contract.codes import MessageCategory, Outcome, Priority, RequestState, RequestType
from contract.reply_window import USUAL, ReplyWindow
from reception.api.bundle import Entry, post, put
from reception.desk.enclosure import Enclosure
from reception.desk.hours import core_hours
from reception.desk.post import Post
from reception.desk.problems import NotPossible
from reception.desk.workbench import Workbench
from reception.desk.writer import Latest
from reception.records import Message, Patient, Request, Tree, new_message
from reception.records.problem import Problem
from reception.records.tree import concept, wire_time

AT_ONCE = 4
"""Threads of a group that are begun at the same time."""


@dataclass(frozen=True)
class Letter:
    """What is to be sent, the same to everybody who gets it.

    Attributes:
        topic: the subject line.
        text: the words.
        window: how long each of them may answer.
        files: what goes along.
    """

    topic: str
    text: str
    window: ReplyWindow = USUAL
    files: tuple[Enclosure, ...] = ()

    def check(self) -> None:
        """Refuse what cannot be sent.

        Raises:
            NotPossible: it has no subject, or nothing in it.
        """
        if not self.topic.strip():
            raise NotPossible("Give the message a subject.")
        if not self.text.strip() and not self.files:
            raise NotPossible("There is nothing to send yet.")


@dataclass(frozen=True)
class Delivery:
    """What came of the letter to one patient."""

    patient: Patient
    problem: Problem | None = None


class Mailing:
    """Begins threads."""

    def __init__(self, bench: Workbench, mail: Post) -> None:
        self._bench, self._post = bench, mail

    async def write(
        self,
        patient: Patient,
        topic: str,
        text: str,
        *,
        window: ReplyWindow = USUAL,
        files: Sequence[Enclosure] = (),
        key: str = "",
    ) -> Message:
        """Begin a new thread with a patient, who acts next; nobody does if no reply is wanted.

        *key* (a UUID) is that of the act: the same one again begins no second thread.
        """
        letter = Letter(topic, text, window, tuple(files))
        message = await self._begin(patient, letter, uuid.UUID(key) if key else uuid.uuid4())
        self._bench.undos.tell(f"Message to {patient.name} sent.")
        return message

    async def write_each(
        self,
        patients: Sequence[Patient],
        letter: Letter,
        *,
        key: str = "",
        told: Callable[[Delivery], object] | None = None,
        fill: Callable[[str, Patient], str] | None = None,
    ) -> list[Delivery]:
        """Begin a thread with each of *patients*, none of whom learns of the others.

        What cannot be sent to one is sent to the rest all the same. The same *key* (a UUID) again
        sends to those whom it has not reached, and to nobody twice. *told* hears of each at once;
        *fill* makes each patient's own words of the text (`{first name}`).
        """
        letter.check()
        act = uuid.UUID(key) if key else uuid.uuid4()
        gate = asyncio.Semaphore(AT_ONCE)

        async def send(patient: Patient) -> Delivery:
            async with gate:
                try:
                    words = fill(letter.text, patient) if fill is not None else letter.text
                    await self._begin(patient, replace(letter, text=words), act)
                except Problem as problem:
                    outcome = Delivery(patient, problem)
                else:
                    outcome = Delivery(patient)
            if told is not None:
                told(outcome)
            return outcome

        once = {patient.id: patient for patient in patients}
        deliveries = await asyncio.gather(*(send(patient) for patient in once.values()))
        failed = sum(delivery.problem is not None for delivery in deliveries)
        if failed:
            said = f"Sent to {len(deliveries) - failed} of {len(deliveries)} patients."
        else:
            said = f"Sent to {len(deliveries)} patients, each in a thread of their own."
        self._bench.undos.tell(said)
        return list(deliveries)

    async def _begin(self, patient: Patient, letter: Letter, act: uuid.UUID) -> Message:
        letter.check()
        if patient.deceased:
            raise NotPossible(f"{patient.name} is marked as deceased. Nothing was sent.")
        if not patient.active:
            raise NotPossible(f"{patient.name} is not registered here. Nothing was sent.")
        files = await self._post.attach(letter.files, patient.reference)
        bench, now = self._bench, self._bench.time.now()
        mine = uuid.uuid5(act, patient.id)
        header = _header(patient, letter.topic.strip(), self._bench, _part(mine, "header"))
        header_urn = f"urn:uuid:{uuid.uuid4()}"
        message = new_message(
            key=message_key(act, patient.id),
            header_id="",
            patient_id=patient.id,
            patient_name=patient.name,
            sender=bench.me.reference,
            sender_name=bench.me.display,
            text=letter.text.strip(),
            now=now,
            window=letter.window,
            files=files,
        )
        message["partOf"] = [{"reference": header_urn}]
        task = _thread_task(patient, letter, header_urn, now, bench.me.reference)
        task["identifier"] = [{"system": systems.REQUEST_KEY, "value": _part(mine, "task")}]
        ends = letter.window.ends(now, core_hours(bench.stores))
        task["restriction"] = {"period": {"end": wire_time(ends)}}
        entries = [
            post(header, systems.MESSAGE_KEY, full_url=header_urn),
            post(message, systems.MESSAGE_KEY),
            post(task, systems.REQUEST_KEY),
        ]
        stored = await bench.writer.transact(f"Message to {patient.name}", [], lambda _: entries)
        if not isinstance(stored[1], Message):
            raise TypeError("the service answered with something else than a message")
        if letter.window.replies == 0 and isinstance(stored[2], Request) and stored[2].is_open:
            await self._done(stored[2].id)
        return stored[1]

    async def _done(self, request_id: str) -> None:
        """Told, not asked: nobody acts next."""

        def plan(latest: Latest) -> list[Entry]:
            now = latest.get(Request, request_id)
            return [put(now.completed(Outcome.ADVICE), now.version)] if now.is_open else []

        await self._bench.writer.each("Closing what wants no reply", [f"Task/{request_id}"], plan)


def message_key(act: uuid.UUID, patient_id: str) -> str:
    """The message-key of what the *act* sends to a patient."""
    return _part(uuid.uuid5(act, patient_id), "message")


def _part(act: uuid.UUID, name: str) -> str:
    return str(uuid.uuid5(act, name))


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
    patient: Patient, letter: Letter, header_urn: str, now: datetime, requester: str
) -> Tree:
    return {
        "resourceType": "Task",
        "status": "on-hold",
        "businessStatus": concept(systems.REQUEST_STATE, RequestState.AWAITING_PATIENT),
        "intent": "order",
        "priority": str(Priority.ROUTINE),
        "code": concept(systems.REQUEST_TYPE, RequestType.THREAD),
        "description": letter.topic.strip(),
        "focus": {"reference": header_urn},
        "for": {"reference": patient.reference, "display": patient.name},
        "requester": {"reference": requester},
        "authoredOn": wire_time(now),
        "lastModified": wire_time(now),
    }
