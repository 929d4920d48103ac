"""One thread while it is written: header, Task and messages."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from contract.codes import RequestType
from contract.core_hours import due_at
from practice.demo.generate import envelopes, wire
from practice.demo.generate.bookings import Kept
from practice.demo.generate.clinicians import Member
from practice.demo.generate.envelopes import About, person_reference
from practice.demo.generate.people import Person
from practice.demo.generate.words import Said

Tree = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sent:
    """One request as it came."""

    one: Person
    kind: RequestType
    said: Said
    at: datetime
    duplicate: bool = False
    led_to: Kept | None = None


class Thread:
    """A thread while it is written: header, Task and messages."""

    def __init__(self, name: str, about: About, rng: Random) -> None:
        self._name, self._about, self._rng = name, about, rng
        self._header: Tree = {}
        self._messages: list[Tree] = []
        self._notes: list[Tree] = []
        self.task: Tree = {}

    def start(self, sent: Sent) -> None:
        """The request and its first message."""
        said = sent.said
        reference = f"Communication/{self._name}-h"
        self._header = {**envelopes.header(self._about, said.subject), "id": f"{self._name}-h"}
        priority = "stat" if said.emergency else "urgent" if said.urgent else "routine"
        self.task = {
            **envelopes.request(
                self._about,
                sent.kind,
                reference,
                key=self._uuid(),
                words=said.text,
                authored=sent.at,
                priority=priority,
            ),
            "id": f"t-{self._name}",
        }
        set_due(self.task, due_at(sent.at, urgent=priority != "routine"))
        self.from_patient(said.text, sent.at, read=False)

    def from_patient(self, text: str, sent: datetime, *, read: bool = True) -> None:
        """A message of the patient's side."""
        received = sent + timedelta(minutes=self._rng.uniform(2, 60)) if read else None
        self._add(
            envelopes.message(
                self._about,
                self._reference,
                key=self._uuid(),
                text=text,
                sent=sent,
                received=received,
            )
        )

    def from_practice(
        self, member: Member, text: str, sent: datetime, *, read: bool = True
    ) -> None:
        """An answer of the practice; what the patient wrote before has then been read."""
        for earlier in self._messages:
            if earlier["status"] == "in-progress":
                earlier["status"], earlier["received"] = "completed", wire.z(sent)
        received = sent + timedelta(minutes=self._rng.uniform(1, 90)) if read else None
        self._add(
            envelopes.message(
                self._about,
                self._reference,
                key=self._uuid(),
                text=text,
                sent=sent,
                sender=member_reference(member),
                received=received,
            )
        )

    def note(self, member: Member, text: str, sent: datetime) -> None:
        """A note among colleagues, in a thread of its own."""
        sender, name = member_reference(member), f"{self._name}-n"
        if not self._notes:
            header = envelopes.notes_header(self._about, self.task, sender)
            self._notes.append({**header, "id": name})
        noted = envelopes.note(
            self._about,
            f"Communication/{name}",
            key=self._uuid(),
            text=text,
            sent=sent,
            sender=sender,
        )
        self._notes.append({**noted, "id": f"{name}{len(self._notes)}"})

    def trees(self) -> Iterator[Tree]:
        """Header, messages, Task, and what colleagues noted."""
        yield self._header
        yield from self._messages
        yield self.task
        yield from self._notes

    @property
    def _reference(self) -> str:
        return f"Communication/{self._name}-h"

    def _add(self, tree: Tree) -> None:
        tree["id"] = f"{self._name}-m{len(self._messages) + 1}"
        self._messages.append(tree)

    def _uuid(self) -> str:
        return str(uuid.UUID(int=self._rng.getrandbits(128), version=4))


def member_reference(member: Member) -> Tree:
    """A reference to somebody who works here."""
    return person_reference(member.reference, member.display)


def set_due(task: Tree, moment: datetime) -> None:
    """Say until when a Task is to be dealt with, or a reply is awaited."""
    task["restriction"] = {"period": {"end": wire.z(moment)}}
