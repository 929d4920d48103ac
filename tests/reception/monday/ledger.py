"""What the service holds of a day's work, to be compared with what the windows show."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from contract.acknowledgement import acknowledgements
from contract.codes import RequestType
from contract.moves import TASK_OPEN
from reception.records import Request, Tree
from reception.records.tree import each, moment, text_at
from tests.running import Signed

_ANSWERED = frozenset({"completed", "rejected", "on-hold"})
_ENDED = frozenset({"completed", "rejected"})


@dataclass(frozen=True)
class Ledger:
    """All requests of the day at one moment.

    Attributes:
        requests: by id; what is open, and what was finished since midnight.
    """

    requests: Mapping[str, Request]

    @classmethod
    def read(cls, service: Signed, midnight: datetime) -> "Ledger":
        """As the service has it now."""
        still_open = service.search(f"Task?status={','.join(sorted(TASK_OPEN))}&_count=1000")
        ended = service.search(
            "Task?status=completed,rejected,cancelled,failed"
            f"&modified=ge{midnight.isoformat().replace('+00:00', 'Z')}&_count=1000"
        )
        found = (Request.from_tree(tree) for tree in (*ended, *still_open))
        return cls({request.id: request for request in found})

    @property
    def still_open(self) -> set[str]:
        """Ids of what still waits for somebody."""
        return {i for i, request in self.requests.items() if request.is_open}

    @property
    def done(self) -> set[str]:
        """Ids of what has ended today."""
        return self.requests.keys() - self.still_open


@dataclass(frozen=True)
class Answer:
    """When a request came and when somebody first answered it; None while nobody has."""

    lane: str
    came: datetime
    answered: datetime | None

    @property
    def waited(self) -> timedelta | None:
        """How long the patient waited."""
        return None if self.answered is None else self.answered - self.came


def answers(service: Signed, requests: Iterable[Request], opens: datetime) -> list[Answer]:
    """The first answer since *opens* to each request, read from its versions.

    Who wrote before the practice opened has waited since it did.
    """
    found = (_answer(request, versions(service, request), opens) for request in requests)
    return [one for one in found if one.answered is None or one.answered >= opens]


def versions(service: Signed, request: Request) -> list[Tree]:
    """Every version of a request, the oldest first."""
    bundle = service.get(f"{request.reference}/_history?_count=200").json()
    trees = [entry["resource"] for entry in bundle.get("entry", ()) if "resource" in entry]
    return sorted(trees, key=lambda tree: int(tree["meta"]["versionId"]))


def endings(history: Sequence[Tree]) -> int:
    """How often a request was ended and not taken up again in between."""
    states = [str(tree["status"]) for tree in history]
    return sum(after in _ENDED and before not in _ENDED for before, after in pairwise(states))


def reopenings(history: Sequence[Tree]) -> int:
    """How often an ended request was taken up again."""
    states = [str(tree["status"]) for tree in history]
    return sum(before in _ENDED and after not in _ENDED for before, after in pairwise(states))


def is_acknowledged(request: Request) -> bool:
    """Whether somebody on duty has acknowledged this emergency."""
    return next(iter(acknowledgements(request.tree)), None) is not None


def staff_messages(service: Signed, request: Request) -> list[Tree]:
    """What the practice has written in the thread of *request*."""
    if not request.thread_id:
        return []
    found = service.search(f"Communication?part-of=Communication/{request.thread_id}&_count=200")
    return [t for t in found if text_at(t, "sender", "reference").startswith("Practitioner/")]


def _answer(request: Request, history: Sequence[Tree], opens: datetime) -> Answer:
    answered = next((tree for tree in history if tree["status"] in _ANSWERED), None)
    at = moment(text_at(answered, "meta", "lastUpdated")) if answered is not None else None
    return Answer(_lane(request), max(request.authored, opens), at)


def _lane(request: Request) -> str:
    if request.is_emergency:
        return "emergency"
    if request.is_urgent:
        return "urgent"
    if request.is_repeat:
        return "medication"
    return {
        RequestType.APPOINTMENT: "appointment",
        RequestType.CONSULTATION: "clinical",
        RequestType.THREAD: "message",
    }.get(RequestType(request.type_code), "admin")


def words_in(tree: Tree) -> str:
    """The words of a message."""
    return " ".join(str(part.get("contentString", "")) for part in each(tree, "payload"))
