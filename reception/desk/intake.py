"""What somebody says on the phone or at the counter, taken down as a request like any other.

Source: docs/contract.md 7 (phoned-in or walk-in request).
"""

import uuid
from dataclasses import dataclass
from datetime import date

from contract import systems
from contract.came_by import CameBy, input_of
from contract.codes import MessageCategory, Priority, RequestState, RequestType
from reception.api.bundle import Entry, post, put
from reception.desk.problems import NotPossible
from reception.desk.workbench import Workbench
from reception.desk.writer import Latest
from reception.records import Patient, Request, Tree
from reception.records.problem import ChangedElsewhere
from reception.records.tree import changed, concept, wire_time

TOPICS = {
    RequestType.APPOINTMENT: "Appointment request",
    RequestType.CONSULTATION: "Medical question",
    RequestType.ADMIN: "Question for the practice",
    RequestType.RECORDS_ACCESS: "Access to records",
}
"""The subject line of the thread in which the patient is answered."""


@dataclass(frozen=True)
class Stranger:
    """Somebody who is not found among the practice's patients.

    Attributes:
        name: as they say it.
        born: their birth date, if they gave it.
        phone: where to ring them.
    """

    name: str
    born: date | None = None
    phone: str = ""


@dataclass(frozen=True)
class TakenDown:
    """What is to be taken down.

    Attributes:
        who: the patient, or somebody to be matched later.
        kind: what they want.
        words: what they said.
        way: how they came.
        priority: how urgent it is.
    """

    who: Patient | Stranger
    kind: RequestType
    words: str
    way: CameBy
    priority: Priority = Priority.ROUTINE


class Intake:
    """Takes requests down."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench

    async def take_down(self, said: TakenDown, key: str = "") -> Request:
        """Put *said* into the queue; it can be taken back while nobody has opened it.

        *key* is the request-key (a UUID): give the same one when the same is sent again.

        Raises:
            NotPossible: something is missing.
        """
        words = said.words.strip()
        if not words:
            raise NotPossible("Write down what they want first.")
        if isinstance(said.who, Stranger) and not said.who.name.strip():
            raise NotPossible("Write down their name, or find them among the patients.")
        entries = self._entries(said, words, key or str(uuid.uuid4()))
        name = said.who.name.strip()
        stored = await self._bench.writer.transact(f"Request of {name}", [], lambda _: entries)
        made = stored[-1]
        if not isinstance(made, Request):
            raise TypeError("the service answered with something else than a request")

        async def take_back() -> str:
            await self._take_back(made)
            return f"Request of {name}: taken back."

        self._bench.undos.tell(f"Request of {name} taken down.", take_back)
        return made

    def _entries(self, said: TakenDown, words: str, key: str) -> list[Entry]:
        now = wire_time(self._bench.time.now())
        me = {"reference": self._bench.me.reference, "display": self._bench.me.display}
        task: Tree = {
            "resourceType": "Task",
            "identifier": [{"system": systems.REQUEST_KEY, "value": key}],
            "status": "requested",
            "businessStatus": concept(systems.REQUEST_STATE, RequestState.NEW),
            "intent": "order",
            "priority": str(said.priority),
            "code": concept(systems.REQUEST_TYPE, said.kind),
            "description": words,
            "requester": me,
            "authoredOn": now,
            "lastModified": now,
            "input": [input_of(said.way)],
        }
        if isinstance(said.who, Stranger):
            state = concept(systems.REQUEST_STATE, RequestState.UNMATCHED)
            return [
                post({**task, **_person(said.who), "businessStatus": state}, systems.REQUEST_KEY)
            ]
        them = {"reference": said.who.reference, "display": said.who.name}
        header_key = str(uuid.uuid5(uuid.UUID(key), "thread"))
        urn = f"urn:uuid:{header_key}"
        header: Tree = {
            "resourceType": "Communication",
            "identifier": [{"system": systems.MESSAGE_KEY, "value": header_key}],
            "status": "in-progress",
            "category": [concept(systems.MESSAGE_CATEGORY, MessageCategory.PATIENT)],
            "topic": {"text": TOPICS.get(said.kind, "Request")},
            "subject": them,
            "recipient": [them],
            "sent": now,
            "sender": me,
        }
        return [
            post(header, systems.MESSAGE_KEY, full_url=urn),
            post({**task, "for": them, "focus": {"reference": urn}}, systems.REQUEST_KEY),
        ]

    async def _take_back(self, made: Request) -> None:
        def plan(latest: Latest) -> list[Entry]:
            now = latest.get(Request, made.id)
            if now.status != "requested" or now.version != made.version:
                raise ChangedElsewhere("Not undone: somebody has gone on from it.", theirs=now.tree)
            return [put(changed(now.tree, status="entered-in-error"), now.version)]

        await self._bench.writer.transact("Taking a request back", [made.reference], plan)


def _person(who: Stranger) -> Tree:
    """`for` and `contained` of somebody who is still to be matched."""
    name = " ".join(who.name.split())
    family = name.partition(",")[0] if "," in name else name.split()[-1]
    person: Tree = {
        "resourceType": "Patient",
        "id": "person",
        "name": [{"text": name, "family": family}],
    }
    if who.born is not None:
        person["birthDate"] = who.born.isoformat()
    if who.phone.strip():
        person["telecom"] = [{"system": "phone", "value": who.phone.strip()}]
    return {"for": {"display": name}, "contained": [person]}
