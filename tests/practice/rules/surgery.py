"""A surgery in a database: writes go through the gate as they do from the wire."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from contract import systems
from contract.codes import OnlineService, Role
from practice.clock import instant
from practice.fhir.interaction import Code, Interaction
from practice.fhir.turn import Trace, Turn
from practice.fhir.writing import Write, write
from practice.rules import opening
from practice.rules.caller import Caller
from practice.rules.gate import Gate
from practice.rules.policy import Policy
from practice.store import Query, Store, Stored, Tree, Unit

ODS = "A99999"
MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
STAFF_SCOPES = frozenset({"user/*.cruds"})
PATIENT_SCOPES = frozenset(
    {
        "patient/Slot.rs",
        "patient/Schedule.rs",
        "patient/Practitioner.rs",
        "patient/Appointment.crus",
        "patient/Task.crus",
        "patient/Communication.crus",
        "patient/MedicationRequest.rs",
        "patient/AllergyIntolerance.rs",
        "patient/Condition.rs",
        "patient/DocumentReference.rs",
        "patient/QuestionnaireResponse.cr",
        "patient/Binary.cr",
        "patient/Patient.r",
    }
)


def staff(role: Role, practitioner: str, name: str) -> Caller:
    return Caller(
        name, role, f"Practitioner/{practitioner}", name, "reception-desktop", STAFF_SCOPES
    )


PRIYA = staff(Role.RECEPTIONIST, "r1", "Priya Shah")
SAM = staff(Role.RECEPTIONIST, "r2", "Sam Lee")
NIA = staff(Role.PRESCRIBER, "c1", "Nia Grant")
IVAN = staff(Role.CLINICIAN, "c2", "Ivan Cole")
MARCUS = staff(Role.MANAGER, "m1", "Marcus Bell")


def patient(patient_id: str, fhir_user: str = "") -> Caller:
    return Caller(
        patient_id,
        Role.PATIENT,
        fhir_user or f"Patient/{patient_id}",
        f"Patient {patient_id}",
        "patient-web",
        PATIENT_SCOPES,
        patient_id,
    )


JANE = patient("p1")
OMAR = patient("p2")
MUM = patient("p1", "RelatedPerson/mum")


class HandClock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.at = MONDAY

    def now(self) -> datetime:
        return self.at

    def move(self, **by: float) -> datetime:
        self.at += timedelta(**by)
        return self.at


class Surgery:
    """One practice in a database of its own."""

    def __init__(self, url: str, *, people: bool = True) -> None:
        self.clock = HandClock()
        self.store = Store(url, self.clock, readers=1)
        self.store.open()
        self.gate = Gate(self.clock, Policy(phone="01632 960123"))
        if people:
            self.store.load(ODS, _people())
        self._numbers = itertools.count(1)

    def close(self) -> None:
        self.store.close()

    def act(self, caller: Caller, *writes: Write, request_id: str | None = "r-1") -> list[Tree]:
        """Do *writes* as one request; the trees as they are stored."""

        def work(unit: Unit) -> list[Tree]:
            trace = Trace(Interaction(Code.TRANSACTION))
            turn = Turn(unit, self.gate, caller, "https://here/A99999/fhir", trace, request_id)
            write(turn, writes)
            return [one.stored.tree() for one in writes if one.stored is not None]

        return self.store.write_now(ODS, work, agent=caller.reference)

    def create(self, caller: Caller, tree: Tree) -> Tree:
        return self.act(caller, post(tree))[0]

    def update(self, caller: Caller, tree: Tree, *, request_id: str | None = "r-1") -> Tree:
        return self.act(caller, put(tree), request_id=request_id)[0]

    def load(self, *trees: Tree) -> None:
        """Store *trees* without rules, as history that is there already."""
        self.store.load(ODS, trees)

    def get(self, reference: str) -> Tree:
        kind, _, logical_id = reference.partition("/")
        held = self.store.read_now(ODS, lambda unit: unit.get(kind, logical_id))
        assert held is not None, reference
        return held.tree()

    def search(self, caller: Caller, kind: str, **params: str) -> list[Tree]:
        """What *caller* finds, forced and cut down as on the wire."""
        pairs = self.gate.narrow(caller, kind, list(params.items()))

        def work(unit: Unit) -> list[Tree]:
            found: list[Stored] = list(unit.search(Query.parse(kind, pairs)).matches)
            seen = (self.gate.show(unit, caller, held.tree()) for held in found)
            return [tree for tree in seen if tree is not None]

        return self.store.read_now(ODS, work)

    def show(self, caller: Caller, tree: Tree) -> Tree | None:
        return self.store.read_now(ODS, lambda unit: self.gate.show(unit, caller, tree))

    def slot(self, minutes: int = 60, **more: Any) -> Tree:
        """A stored slot that begins so many minutes from now."""
        slot_id = f"s{next(self._numbers)}"
        self.load({**slot_tree(self.clock.at + timedelta(minutes=minutes)), "id": slot_id, **more})
        return self.get(f"Slot/{slot_id}")

    def book(self, slot: Tree, who: str = "p1", by: Caller = PRIYA, **more: Any) -> Tree:
        return self.create(by, {**booking_tree(slot, who), **more})

    def open_due(self) -> int:
        """What the service does by itself by now; how many slots were changed."""

        def work(unit: Unit) -> int:
            due: list[str] = []
            for query in opening.searches(unit.now):
                found = opening.look(unit, query)
                due += [slot_id for slot_id, when in found.times if when <= unit.now]
                while found.next is not None:
                    found = opening.look(unit, found.next)
                    due += [slot_id for slot_id, when in found.times if when <= unit.now]
            return opening.act_on(unit, due)

        return self.store.write_now(ODS, work)

    def consent(self, who: str, *services: OnlineService, **more: Any) -> str:
        consent_id = f"consent{next(self._numbers)}"
        self.load({**consent_tree(who, services), "id": consent_id, **more})
        return consent_id


def post(tree: Tree, full_url: str = "") -> Write:
    return Write(Interaction(Code.CREATE, tree["resourceType"]), tree, full_url=full_url)


def put(tree: Tree) -> Write:
    asked = Interaction(Code.UPDATE, tree["resourceType"], tree["id"])
    return Write(asked, tree, if_match=f'W/"{tree["meta"]["versionId"]}"')


def slot_tree(start: datetime, minutes: int = 10, **more: Any) -> Tree:
    return {
        "resourceType": "Slot",
        "serviceCategory": [access("online")],
        "serviceType": [
            {"coding": [{"system": systems.SLOT_TYPE, "code": "gp-routine"}], "text": "Routine GP"}
        ],
        "schedule": {"reference": "Schedule/sc1"},
        "status": "free",
        "start": instant(start),
        "end": instant(start + timedelta(minutes=minutes)),
        **more,
    }


def access(code: str) -> Tree:
    return {"coding": [{"system": systems.BOOKING_ACCESS, "code": code}]}


def hold(practitioner: str) -> list[Tree]:
    return [{"system": systems.HOLD, "value": f"{practitioner}/6f1c"}]


def booking_tree(slot: Tree, who: str = "p1", *more: Tree) -> Tree:
    return {
        "resourceType": "Appointment",
        "status": "booked",
        "start": slot["start"],
        "end": (more or (slot,))[-1]["end"],
        "slot": [{"reference": f"Slot/{held['id']}"} for held in (slot, *more)],
        "participant": [
            {"actor": {"reference": f"Patient/{who}"}, "status": "accepted"},
        ],
    }


def request_tree(who: str = "p1", code: str = "online-consultation", **more: Any) -> Tree:
    return {
        "resourceType": "Task",
        "status": "requested",
        "intent": "order",
        "priority": "routine",
        "code": {"coding": [{"system": systems.REQUEST_TYPE, "code": code}]},
        "description": "My knee hurts",
        "for": {"reference": f"Patient/{who}"},
        "requester": {"reference": f"Patient/{who}"},
        **more,
    }


def repeat_tree(plan: str = "plan1", who: str = "p1", **more: Any) -> Tree:
    return {
        **request_tree(who),
        "code": {"coding": [{"system": systems.SNOMED, "code": "103742009"}]},
        "focus": {"reference": f"MedicationRequest/{plan}"},
        **more,
    }


def header_tree(who: str = "p1", category: str = "patient-practice", **more: Any) -> Tree:
    return {
        "resourceType": "Communication",
        "status": "in-progress",
        "category": [{"coding": [{"system": systems.MESSAGE_CATEGORY, "code": category}]}],
        "topic": {"text": "Your blood test"},
        "subject": {"reference": f"Patient/{who}"},
        **more,
    }


def message_tree(header: str, text: str = "Thank you", **more: Any) -> Tree:
    return {
        "resourceType": "Communication",
        "status": "in-progress",
        "partOf": [{"reference": f"Communication/{header}"}],
        "payload": [{"contentString": text}],
        **more,
    }


def consent_tree(who: str, services: tuple[OnlineService, ...], **more: Any) -> Tree:
    return {
        "resourceType": "Consent",
        "status": "active",
        "scope": {
            "coding": [
                {
                    "system": "http://terminology.hl7.org/CodeSystem/consentscope",
                    "code": "patient-privacy",
                }
            ]
        },
        "category": [{"coding": [{"system": systems.ONLINE_SERVICE, "code": "online-service"}]}],
        "policyRule": {"coding": [{"system": systems.ONLINE_SERVICE, "code": "online-service"}]},
        "patient": {"reference": f"Patient/{who}"},
        "provision": {
            "type": "permit",
            "action": [
                {"coding": [{"system": systems.ONLINE_SERVICE, "code": service.value}]}
                for service in services
            ],
        },
        **more,
    }


def outcome(code: str) -> Tree:
    return {
        "type": {"text": "outcome"},
        "valueCodeableConcept": {"coding": [{"system": systems.REQUEST_OUTCOME, "code": code}]},
    }


def cancelled(tree: Tree, code: str = "pat", system: str = systems.CANCEL_REASON) -> Tree:
    reason = {"coding": [{"system": system, "code": code}]}
    return {**tree, "status": "cancelled", "cancelationReason": reason}


def _people() -> list[Tree]:
    plans = [
        ("plan1", "p1", "active", "plan"),
        ("plan2", "p1", "active", "plan"),
        ("other", "p2", "active", "plan"),
        ("stopped", "p1", "stopped", "plan"),
    ]
    return [
        *(
            {"resourceType": "Patient", "id": f"p{n}", "name": [{"family": f"Smith{n}"}]}
            for n in range(1, 6)
        ),
        *(
            {"resourceType": "Practitioner", "id": who, "name": [{"family": who}]}
            for who in ("r1", "r2", "c1", "c2", "m1")
        ),
        {"resourceType": "RelatedPerson", "id": "mum", "patient": {"reference": "Patient/p1"}},
        *(
            {
                "resourceType": "Schedule",
                "id": schedule,
                "active": True,
                "actor": [{"reference": f"Practitioner/{who}", "display": f"Dr {who}"}],
            }
            for schedule, who in (("sc1", "c1"), ("sc2", "c2"))
        ),
        *(
            {
                "resourceType": "MedicationRequest",
                "id": plan,
                "status": status,
                "intent": intent,
                "subject": {"reference": f"Patient/{who}"},
                "medicationCodeableConcept": {"text": "Ramipril 5 mg capsules"},
            }
            for plan, who, status, intent in plans
        ),
    ]
