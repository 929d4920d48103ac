"""One row of the queue as it is shown at one moment, and as it is said aloud."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from contract.came_by import CameBy
from reception.desk.desk import Desk
from reception.desk.order import waiting_since
from reception.desk.red_flags import RedFlags
from reception.records import Request
from reception.widgets.patient_words import age_text, sex_text
from reception.widgets.queue_words import (
    Due,
    Kind,
    Mark,
    due_of,
    kind_of,
    mark_of,
    ordinal,
    short_name,
    waiting_text,
)

CONTACT_SPAN = timedelta(days=9)
"""Requests of one patient this close together count as repeated contact (hazard 10)."""
_CAME = {CameBy.ONLINE: "", CameBy.PHONE: "by phone", CameBy.WALK_IN: "at the counter"}


@dataclass(frozen=True)
class QueueRow:
    """What a row shows. Texts are empty where there is nothing to say."""

    name: str
    person: str
    words: str
    waiting: str
    kind: Kind
    mark: Mark | None
    due: Due | None
    holder: str
    held_by_other: bool
    flag: str
    contact: str
    order: str
    unmatched: bool
    ended: str
    came: str
    sentence: str


class QueueReader:
    """Makes rows from requests, with what the desk knows at the moment."""

    def __init__(self, desk: Desk, red_flags: RedFlags) -> None:
        self._desk, self._red_flags = desk, red_flags
        self._orders = desk.requests.index(lambda r: (r.order,) if r.order else ())

    def describe(self, request: Request, ended: bool) -> QueueRow:
        """How *request* is shown now; *ended* if it is no longer in the queue."""
        desk, now = self._desk, self._desk.time.now()
        patient = desk.patients.get(request.patient_id) if request.patient_id else None
        name = patient.name if patient else request.patient_name or "Name not given"
        today = desk.time.today()
        person = f"{age_text(patient, today)} {sex_text(patient)}".strip() if patient else ""
        phrases = phrases_in(self._red_flags, request)
        holder, other = holder_of(request, desk.me.reference, now)
        kind, mark, due = kind_of(request), mark_of(request), due_of(request, now)
        waiting = waiting_text(waiting_since(request), now)
        words = " ".join((request.description or request.note).split()) or kind.word
        contact = contact_text(request, desk.requests.of_patient(request.patient_id))
        items = [r for r in self._orders.of(request.order) if r.is_open] if request.order else []
        order = f"{len(items)} items ordered" if len(items) > 1 else ""
        ending = ended_text(request) if ended else ""
        flag = _flag_text(phrases)
        came = _CAME[request.came_by]
        said = [
            ending,
            mark.word if mark else "",
            kind.word,
            name,
            age_text(patient, today).replace(" y", " years") if patient else "",
            "person not matched yet" if request.is_unmatched else "",
            flag,
            due.spoken if due else "",
            f"waiting {waiting}",
            holder,
            f"{contact} of this patient" if contact else "",
            order,
            came,
            words[:160],
        ]
        return QueueRow(
            name=name,
            person=person,
            words=words,
            waiting=waiting,
            kind=kind,
            mark=mark,
            due=due,
            holder=holder,
            held_by_other=other,
            flag=flag,
            contact=contact,
            order=order,
            unmatched=request.is_unmatched,
            ended=ending,
            came=came,
            sentence=", ".join(filter(None, said)),
        )


def holder_of(request: Request, me: str, now: datetime) -> tuple[str, bool]:
    """Who has *request*, in words, and whether a colleague has it open this moment."""
    if viewer := request.viewer(now):
        if viewer == me:
            return "You have it", False
        return f"{short_name(request.owner_name)} has it", True
    if request.status == "on-hold":
        return "Waiting for patient", False
    if request.owner and request.status in ("accepted", "in-progress"):
        if request.owner == me:
            return "With you", False
        name = request.owner_name
        return f"With {short_name(name) if _is_person(request) else name}", False
    return "", False


def contact_text(request: Request, of_patient: Sequence[Request]) -> str:
    """`3rd in 9 days` where the same patient has asked before, shortly."""
    if request.is_unmatched:
        return ""
    since = request.authored - CONTACT_SPAN
    # The items of one repeat order came together: they are one contact.
    contacts = {r.order or r.id for r in of_patient if since <= r.authored <= request.authored}
    contacts.add(request.order or request.id)
    return f"{ordinal(len(contacts))} in 9 days" if len(contacts) > 1 else ""


def phrases_in(red_flags: RedFlags, request: Request) -> list[str]:
    """What the phrases in all that came with *request* may mean, whatever form it came on."""
    return list(dict.fromkeys(flag.title for flag in red_flags.found_for(request)))


def ended_text(request: Request) -> str:
    """How *request* ended, for a row that stays until it is let go."""
    words = {
        "completed": "Done",
        "rejected": "Rejected",
        "cancelled": "Withdrawn",
        "failed": "Could not be done",
    }
    fallback = "Waiting for patient" if request.status == "on-hold" else "No longer here"
    return words.get(request.status, fallback)


def _flag_text(phrases: Sequence[str]) -> str:
    if not phrases:
        return ""
    more = f" +{len(phrases) - 1}" if len(phrases) > 1 else ""
    return f"phrase: {phrases[0].lower()}{more}"


def _is_person(request: Request) -> bool:
    return request.owner.startswith(("Practitioner/", "PractitionerRole/"))
