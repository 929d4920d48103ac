"""The audit trail: one AuditEvent per request, in the same commit as what it tells of.

Shape: IHE Basic Audit Log Patterns (BALP). The CapabilityStatement is public and tells nothing
of a patient, so reading it leaves no trace.

Source: docs/contract.md 11.
"""

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from contract.codes import Role
from contract.systems import AUDIT_SUBTYPE
from practice.clock import instant
from practice.fhir.demand import REFUSED_BOOKING
from practice.fhir.interaction import Code
from practice.fhir.turn import Trace
from practice.rules.caller import Caller
from practice.store import Tree, Unit

_EVENT_TYPE: Final = "http://terminology.hl7.org/CodeSystem/audit-event-type"
_ENTITY_TYPE: Final = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
_OBJECT_ROLE: Final = "http://terminology.hl7.org/CodeSystem/object-role"
_ACT_REASON: Final = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
_BALP_ENTITY: Final = "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType"
_DICOM: Final = "http://dicom.nema.org/resources/ontology/DCM"
_PARTICIPATION: Final = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"

_ACTIONS: Final = {
    Code.READ: "R",
    Code.VREAD: "R",
    Code.HISTORY: "R",
    Code.SEARCH: "E",
    Code.CREATE: "C",
    Code.UPDATE: "U",
    Code.DELETE: "D",
    Code.TRANSACTION: "E",
    Code.BATCH: "E",
}
_PURPOSES: Final = {
    Role.RECEPTIONIST: ("HOPERAT", "healthcare operations"),
    Role.MANAGER: ("HOPERAT", "healthcare operations"),
    Role.CLINICIAN: ("TREAT", "treatment"),
    Role.PRESCRIBER: ("TREAT", "treatment"),
    Role.PATIENT: ("PATRQT", "patient requested"),
}


@dataclass(frozen=True, slots=True)
class Event:
    """What is written down about a request.

    Attributes:
        trace: what was asked for and touched.
        caller: who asked; None when that could not be established.
        status: HTTP status of the answer.
        text: why it was refused; empty otherwise.
        request_id: `X-Request-Id`.
        address: network address of the client.
    """

    trace: Trace
    caller: Caller | None
    status: int
    text: str
    request_id: str
    address: str

    def write(self, unit: Unit) -> None:
        """Store it."""
        unit.create(self.tree(unit.now))

    def tree(self, now: datetime) -> Tree:
        """The AuditEvent."""
        code = self.trace.interaction.code
        tree: Tree = {
            "resourceType": "AuditEvent",
            "type": _coding(_EVENT_TYPE, "rest", "RESTful Operation"),
            "subtype": self._subtypes(),
            "action": _ACTIONS.get(code, "E"),
            "recorded": instant(now),
            "outcome": _outcome(self.status),
            "agent": self._agents(),
            "source": {
                "observer": {"display": "Reception practice service"},
                "type": [
                    _coding("http://terminology.hl7.org/CodeSystem/security-source-type", "3")
                ],
            },
            "entity": self._entities(),
        }
        if self.text:
            tree["outcomeDesc"] = self.text
        if self.caller is not None:
            purpose, display = _PURPOSES[self.caller.role]
            tree["purposeOfEvent"] = [{"coding": [_coding(_ACT_REASON, purpose, display)]}]
        return tree

    def _subtypes(self) -> list[dict[str, str]]:
        what = _coding("http://hl7.org/fhir/restful-interaction", self.trace.interaction.code.value)
        lost = _coding(AUDIT_SUBTYPE, REFUSED_BOOKING, "booking refused")
        return [what, lost] if self.trace.refused_booking else [what]

    def _agents(self) -> list[Tree]:
        client: Tree = {
            "type": {"coding": [_coding(_DICOM, "110153", "Source Role ID")]},
            "requestor": self.caller is None,
        }
        if self.address:
            client["network"] = {"address": self.address, "type": "2"}
        if self.caller is None:
            return [client]
        client["who"] = {"display": self.caller.client_id}
        user: Tree = {
            "type": {"coding": [_coding(_PARTICIPATION, "IRCP", "information recipient")]},
            "who": {"reference": self.caller.reference, "display": self.caller.display},
            "altId": self.caller.user,
            "name": self.caller.display,
            "requestor": True,
        }
        return [client, user]

    def _entities(self) -> list[Tree]:
        entities: list[Tree] = [
            {
                "what": {"reference": reference},
                "type": _coding(_ENTITY_TYPE, "2", "System Object"),
                "role": _coding(_OBJECT_ROLE, "4", "Domain Resource"),
            }
            for reference in self.trace.entities
            if reference not in self.trace.refused_slots
        ]
        entities += [
            {
                "what": {"reference": reference},
                "type": _coding(_ENTITY_TYPE, "2", "System Object"),
                "role": _coding(_OBJECT_ROLE, "4", "Domain Resource"),
                "detail": [{"type": REFUSED_BOOKING, "valueString": str(status)}],
            }
            for reference, status in self.trace.refused_slots.items()
        ]
        entities += [
            {
                "what": {"reference": f"Patient/{patient}"},
                "type": _coding(_ENTITY_TYPE, "1", "Person"),
                "role": _coding(_OBJECT_ROLE, "1", "Patient"),
            }
            for patient in sorted(self.trace.patients)
        ]
        entities += [
            {
                "type": _coding(_ENTITY_TYPE, "2", "System Object"),
                "role": _coding(_OBJECT_ROLE, "24", "Query"),
                "query": base64.b64encode(query.encode()).decode(),
            }
            for query in self.trace.queries
        ]
        request = {
            "what": {"identifier": {"value": self.request_id}},
            "type": _coding(_BALP_ENTITY, "XrequestId"),
        }
        return [*entities, request]


def _coding(system: str, code: str, display: str = "") -> dict[str, str]:
    coding = {"system": system, "code": code}
    return {**coding, "display": display} if display else coding


def _outcome(status: int) -> str:
    """0 success, 4 refused, 8 our own fault."""
    if status < 400:
        return "0"
    return "8" if status in (500, 503) else "4"
