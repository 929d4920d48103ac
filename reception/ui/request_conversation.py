"""All that has been said about a request: with the patient, and among colleagues."""

import asyncio
from datetime import datetime

from reception.desk.desk import Desk
from reception.records import Message, Request
from reception.records.tree import each


class RequestConversation:
    """The patient's thread and the colleagues' notes of a request, as one list.

    They are two threads on the wire, so that no patient can ever come upon a note.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._headers = desk.messages.index(_about)

    async def read(self, request: Request) -> list[Message]:
        """Fetch both; the oldest first."""
        notes = self._desk.notes(request.id)
        if request.thread_id:
            await asyncio.gather(self._desk.open_thread(request.thread_id), notes)
        else:
            await notes
        return self.held(request)

    def held(self, request: Request) -> list[Message]:
        """What is known here of both; the oldest first."""
        headers = [request.thread_id] if request.thread_id else []
        headers += [header.id for header in self._headers.of(request.reference)]
        said = {m.id: m for header in headers for m in self._desk.messages.in_thread(header)}
        return sorted(said.values(), key=_when)

    def concerns(self, message: Message, request: Request) -> bool:
        """Whether *message* is part of what has been said about *request*."""
        header_id = message.header_id or message.id
        return header_id == request.thread_id or any(
            header.id == header_id for header in self._headers.of(request.reference)
        )


def _about(message: Message) -> list[str]:
    return [str(r) for r in each(message.tree, "about", "reference")] if message.is_header else []


def _when(message: Message) -> tuple[datetime, str]:
    return message.sent or message.last_updated, message.id
