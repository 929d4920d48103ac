"""A desk's queue without a practice: real stores, a clock that stands, requests made by hand."""

from datetime import UTC, datetime, timedelta

from PySide6.QtCore import QObject, Signal

from contract import systems
from contract.came_by import CameBy, input_of
from contract.codes import RequestState, RequestType
from contract.core_hours import STANDARD
from reception.desk import order
from reception.desk.red_flags import RedFlags
from reception.desk.stores import Stores
from reception.records import Patient, Request
from reception.records.tree import concept, wire_time

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 23, tzinfo=UTC)
KINDS = (
    RequestType.APPOINTMENT,
    RequestType.CONSULTATION,
    RequestType.ADMIN,
    RequestType.THREAD,
)
WORDS = (
    "My knee has hurt since the weekend and I cannot walk far",
    "Can I have a sick note for the last week please",
    "Change of address, we have moved to Mill Lane",
    "I have a sore throat and would like to be seen",
    "My tablets have run out, can I have some more",
    "Results of my blood test from Friday",
    "My son has a rash on his back, see the photo",
    "Letter for my employer about the operation",
)
PATIENTS = 2_000


class Clock(QObject):
    """What a queue asks of the practice's time."""

    minute_passed = Signal()
    day_changed = Signal(object)
    jumped = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.at = NOW

    def now(self):
        return self.at

    def today(self):
        return self.at.date()


class Documents(QObject):
    """The practice has set nothing for itself."""

    changed = Signal(str)


class Kept:
    """Views are kept in memory."""

    def __init__(self) -> None:
        self._texts = {}

    def text(self, key):
        return self._texts.get(key, "")

    def keep(self, key, text):
        self._texts[key] = text


class Me:
    """Who looks."""

    reference = "Practitioner/me"
    display = "Priya Shah"


class Ward(QObject):
    """As much of a `Desk` as a queue asks for."""

    loaded = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.time, self.documents, self.drafts, self.me = Clock(), Documents(), Kept(), Me()
        self.stores = Stores(self.time.today, lambda _: None, self)
        self.requests, self.patients = self.stores.requests, self.stores.patients
        self.messages, self.teams = self.stores.messages, self.stores.teams
        self.is_complete = True
        self.core_hours = STANDARD
        self._number = 0

    def queue_key(self, request):
        raised = RedFlags.shipped().raised_for(request)
        return order.queue_key(request, self.time.now(), raised, STANDARD)

    def closing_sweep(self):
        return order.closing_sweep(self.requests.open_ones(), self.time.now(), STANDARD)

    def patient_name(self, record):
        return self.stores.patient_name(record)

    def medicine_text(self, _request):
        return ""

    def people(self) -> list[Patient]:
        return [
            Patient.from_tree(
                {
                    "resourceType": "Patient",
                    "id": f"p{n}",
                    "meta": {"versionId": "1", "lastUpdated": wire_time(MIDNIGHT)},
                    "name": [{"family": f"Smith{n % 300}", "given": [f"Jane{n}"]}],
                    "birthDate": f"{1930 + n % 80}-02-01",
                    "gender": "female",
                }
            )
            for n in range(PATIENTS)
        ]

    def request(self, *, status: str = "", version: int = 1, number: int = -1) -> Request:
        """The next request, or another version of an earlier one."""
        if number < 0:
            self._number += 1
            number = self._number
        person = f"p{number * 7 % PATIENTS}"
        asleep = number % 11 == 0
        status = status or ("on-hold" if asleep else "accepted" if number % 5 == 0 else "requested")
        authored = NOW - timedelta(minutes=number * 13 % 4_000)
        state = RequestState.SNOOZED if status == "on-hold" else RequestState.NEW
        due = STANDARD.due_at(authored, urgent=number % 9 == 0)
        due = NOW + timedelta(hours=3) if asleep else due
        tree = {
            "resourceType": "Task",
            "id": f"r{number}",
            "meta": {
                "versionId": str(version),
                "lastUpdated": wire_time(NOW - timedelta(hours=1) + timedelta(seconds=version)),
            },
            "status": status,
            "intent": "order",
            "priority": "stat" if number % 199 == 0 else "urgent" if number % 9 == 0 else "routine",
            "code": concept(systems.REQUEST_TYPE, KINDS[number % len(KINDS)]),
            "businessStatus": concept(systems.REQUEST_STATE, state),
            "description": f"{WORDS[number % len(WORDS)]} ({number})",
            "authoredOn": wire_time(authored),
            "lastModified": wire_time(NOW - timedelta(minutes=30)),
            "for": {"reference": f"Patient/{person}", "display": f"SMITH{number % 300}, Jane"},
            "restriction": {
                "period": {"end": wire_time(NOW + timedelta(hours=3) if asleep else due)}
            },
        }
        if status == "accepted":
            tree["owner"] = {"reference": f"Practitioner/c{number % 7}", "display": "Dr N Grant"}
        if number % 17 == 0:
            tree["input"] = [input_of(CameBy.PHONE)]
        return Request.from_tree(tree)
