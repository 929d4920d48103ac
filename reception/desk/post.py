"""Messages: read a thread, answer it, note something for colleagues, hand it on with a word.

Source: docs/contract.md 3 (Communication), 8.
"""

import asyncio
import uuid
from collections.abc import Sequence
from datetime import datetime

from contract import systems
from contract.attachment import kind_of
from contract.codes import MessageCategory, Outcome
from contract.core_hours import CoreHours
from contract.keys import notes_key
from contract.reply_window import USUAL, ReplyWindow
from reception.api.bundle import Entry, post, put
from reception.desk.deliveries import undelivered
from reception.desk.enclosure import Enclosure, Received
from reception.desk.hours import core_hours
from reception.desk.problems import NotPossible
from reception.desk.triage import Triage
from reception.desk.workbench import Workbench
from reception.desk.writer import Latest
from reception.records import Attachment, Message, Request, Tree, new_message, record_of
from reception.records.tree import changed, concept, wire_time

THREADS_AT_ONCE = 50
"""Threads whose messages are asked for together."""


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

    async def read_threads(self, header_ids: Sequence[str]) -> None:
        """Fetch the messages of many threads, so that a list can say what was said last."""
        for start in range(0, len(header_ids), THREADS_AT_ONCE):
            some = header_ids[start : start + THREADS_AT_ONCE]
            wanted = ",".join(f"Communication/{header_id}" for header_id in some)
            params = [("part-of", wanted), ("_sort", "sent"), ("_count", "200")]
            trees = await self._bench.wire.search("Communication", params)
            await self._bench.stores.merge(
                r for tree in trees if (r := record_of(tree)) is not None
            )

    async def file(self, attachment: Attachment) -> Received:
        """The bytes of an attachment, and what they are."""
        said, data = await self._bench.wire.file(attachment.reference)
        return Received(attachment.title, kind_of(data), said, data)

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
        self,
        request_id: str,
        text: str,
        *,
        done: bool = False,
        key: str = "",
        window: ReplyWindow | None = None,
        files: Sequence[Enclosure] = (),
    ) -> Message:
        """Write to the patient in the request's thread; then it waits for them, or is done.

        *key* is the message-key (a UUID): give the same one when the same words are sent again.
        Where *window* says that no reply is wanted it is done as well: nobody acts next.
        """
        words = _words(text, files)
        key = key or str(uuid.uuid4())
        held = await self._request(request_id)
        if not held.thread_id:
            raise NotPossible("There is no thread to reply in. Begin a new message instead.")
        if held.is_unmatched:
            raise NotPossible("Match it to a patient first.")
        if not held.is_open:
            await self._reopen(request_id)
        attached = await self.attach(files, f"Communication/{held.thread_id}")

        def plan(latest: Latest) -> list[Entry]:
            now = latest.get(Request, request_id)
            ends = (window or USUAL).ends(*self._today())
            nobody = done or (window is not None and window.replies == 0)
            tree = now.completed(Outcome.ADVICE) if nobody else now.awaiting_patient(ends)
            self._triage.check(latest, now, str(tree["status"]))
            message = self.message(now, words, key, window=window, files=attached)
            return [post(message, systems.MESSAGE_KEY), put(tree, now.version)]

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
        entries = self._note_entries(held, words)
        stored = await self._bench.writer.transact("Note for colleagues", [], lambda _: entries)
        return _message(stored[1])

    async def notes(self, request_id: str) -> list[Message]:
        """What colleagues have noted beside a request, the oldest first."""
        key = f"{systems.MESSAGE_KEY}|{notes_key(request_id)}"
        found = await self._bench.wire.search("Communication", [("identifier", key)])
        header = next((record_of(tree) for tree in found), None)
        return await self.open_thread(header.id) if header is not None else []

    async def hand_to(
        self, request_id: str, owner: str, owner_name: str, note: str = ""
    ) -> Request:
        """Hand it to a person or a team (*owner* is a reference; empty: back to everybody).

        *note* is a word for them that no patient ever reads.

        The note is there before it is theirs; if it cannot be handed on, it stands all the same.
        """
        if note.strip():
            await self.note(request_id, note)
        if not owner:
            return await self._triage.hand_back(request_id)
        return await self._triage.assign(request_id, owner, owner_name)

    # -- what did not arrive

    def undelivered(self, request: Request) -> list[Message]:
        """Messages of the request's thread that did not arrive and are still to be dealt with."""
        return undelivered(self._bench.stores.messages.in_thread(request.thread_id), request)

    async def settle_failure(self, request_id: str, outcome: Outcome, words: str) -> Request:
        """End a request although a message was not delivered: *words* say what was done instead.

        They are noted for colleagues as well.
        """
        said = words.strip()
        if not said:
            raise NotPossible("Say what was done about the message that was not delivered.")
        held = await self._request(request_id)
        await self.open_thread(held.thread_id)

        def plan(latest: Latest) -> list[Entry]:
            now = latest.get(Request, request_id)
            self._triage.check(latest, now, "completed")
            lost = [message.reference for message in self.undelivered(now)]
            tree = changed(now.completed(outcome, lost), statusReason={"text": said})
            return [put(tree, now.version), *self._note_entries(now, f"Not delivered: {said}")]

        stored = await self._bench.writer.transact(
            "Settling a failed delivery", [f"Task/{request_id}"], plan
        )
        self._bench.undos.tell(f"{self._who(held)}: failed delivery settled, and done.")
        return _request(stored[0])

    async def send_again(self, request_id: str, message_id: str) -> Request:
        """Have a message that was not delivered tried once more; the patient acts next."""

        def plan(latest: Latest) -> list[Entry]:
            now = latest.get(Request, request_id)
            lost = latest.get(Message, message_id)
            if not lost.failed:
                raise NotPossible("It has been tried again already.")
            ends = (lost.window or USUAL).ends(*self._today())
            self._triage.check(latest, now, "on-hold")
            message = changed(lost.tree, status="in-progress", statusReason=None)
            return [
                put(message, lost.version),
                put(now.awaiting_patient(ends), now.version),
            ]

        held = await self._request(request_id)
        touching = [f"Task/{request_id}", f"Communication/{message_id}"]
        stored = await self._bench.writer.transact("Sending a message again", touching, plan)
        self._bench.undos.tell(f"{self._who(held)}: sent again.")
        return _request(stored[1])

    # -- what is posted

    async def attach(self, files: Sequence[Enclosure], guard: str) -> list[Attachment]:
        """Store *files* for whoever may read *guard* (`Communication/x`, `Patient/x`)."""
        stored = await asyncio.gather(
            *(self._bench.wire.add_file(file.kind, file.data, guard) for file in files)
        )
        return [
            Attachment(reference, file.name, file.kind, len(file.data))
            for reference, file in zip(stored, files, strict=True)
        ]

    def message(
        self,
        request: Request,
        text: str,
        key: str,
        *,
        window: ReplyWindow | None = None,
        files: Sequence[Attachment] = (),
    ) -> Tree:
        """The message of *text* to the patient in the request's thread, as it is posted."""
        return self._message_to(request, text, key, MessageCategory.PATIENT, window, files)

    def _message_to(
        self,
        request: Request,
        text: str,
        key: str,
        category: MessageCategory,
        window: ReplyWindow | None = None,
        files: Sequence[Attachment] = (),
    ) -> Tree:
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
            window=window,
            files=files,
        )

    def _note_entries(self, request: Request, words: str) -> list[Entry]:
        header_urn = f"urn:uuid:{uuid.uuid4()}"
        message = self._message_to(request, words, str(uuid.uuid4()), MessageCategory.INTERNAL)
        message["partOf"] = [{"reference": header_urn}]
        return [
            post(self._notes_header(request), systems.MESSAGE_KEY, full_url=header_urn),
            post(message, systems.MESSAGE_KEY),
        ]

    def _today(self) -> tuple[datetime, CoreHours]:
        return self._bench.time.now(), core_hours(self._bench.stores)

    def _who(self, request: Request) -> str:
        return self._bench.stores.patient_name(request) or "The patient"

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


def _words(text: str, files: Sequence[Enclosure] = ()) -> str:
    words = text.strip()
    if not words and not files:
        raise NotPossible("There is nothing to send yet.")
    return words


def _message(stored: object) -> Message:
    if not isinstance(stored, Message):
        raise TypeError("the service answered with something else than a message")
    return stored


def _request(stored: object) -> Request:
    if not isinstance(stored, Request):
        raise TypeError("the service answered with something else than a request")
    return stored
