"""What the service offers: the CapabilityStatement."""

from datetime import datetime
from typing import Any

from contract.systems import CANONICAL, TOPIC, TOPIC_CAPABILITY_EXTENSION
from practice.clock import instant
from practice.fhir.interaction import SERVICE_ONLY
from practice.fhir.writing import NEEDS_IF_MATCH
from practice.store import Tree
from practice.store.parameters import PARAMETERS, Kind
from practice.store.unit import REMOVABLE

_BACKPORT = "http://hl7.org/fhir/uv/subscriptions-backport/OperationDefinition"
_OPERATIONS = {
    "get-ws-binding-token": f"{_BACKPORT}/backport-subscription-get-ws-binding-token",
    "events": f"{_BACKPORT}/backport-subscription-events",
    "status": f"{_BACKPORT}/backport-subscription-status",
}
_EVERYWHERE = (("_id", "token"), ("_lastUpdated", "date"))


def capability_statement(base: str, since: datetime, version: str) -> Tree:
    """The CapabilityStatement of the practice at *base*."""
    return {
        "resourceType": "CapabilityStatement",
        "url": f"{CANONICAL}/CapabilityStatement/practice-service",
        "name": "ReceptionPracticeService",
        "title": "Reception practice service",
        "status": "active",
        "date": instant(since),
        "kind": "instance",
        "software": {"name": "Reception practice service", "version": version},
        "implementation": {"description": "Reception practice service", "url": base},
        "fhirVersion": "4.0.1",
        "format": ["json", "application/fhir+json"],
        "rest": [
            {
                "mode": "server",
                "security": {
                    "service": [
                        {
                            "coding": [
                                {
                                    "system": "http://terminology.hl7.org/CodeSystem/"
                                    "restful-security-service",
                                    "code": "SMART-on-FHIR",
                                }
                            ]
                        }
                    ]
                },
                "resource": [_resource(kind) for kind in sorted(PARAMETERS)],
                "interaction": [{"code": "transaction"}, {"code": "batch"}],
            }
        ],
    }


def _resource(kind: str) -> dict[str, Any]:
    codes = ["read", "vread", "history-instance"]
    if kind != "Binary":
        codes.append("search-type")
    if kind not in SERVICE_ONLY:
        codes += ["create", "update"]
    if kind in REMOVABLE:
        codes.append("delete")
    resource: dict[str, Any] = {
        "type": kind,
        "interaction": [{"code": code} for code in codes],
        "versioning": "versioned-update" if kind in NEEDS_IF_MATCH else "versioned",
        "readHistory": True,
        "updateCreate": False,
        "conditionalCreate": kind not in SERVICE_ONLY,
        "conditionalUpdate": False,
        "conditionalDelete": "not-supported",
    }
    if kind != "Binary":
        resource["searchParam"] = [
            {"name": name, "type": form} for name, form in (*_EVERYWHERE, *_named(kind))
        ]
    if includes := [
        f"{kind}:{parameter.name}"
        for parameter in PARAMETERS[kind].values()
        if parameter.kind is Kind.REFERENCE
    ]:
        resource["searchInclude"] = includes
    if revincludes := _pointing_to(kind):
        resource["searchRevInclude"] = revincludes
    if kind == "Slot":
        definition = f"{CANONICAL}/OperationDefinition/slot-demand"
        resource["operation"] = [{"name": "demand", "definition": definition}]
    if kind == "Task":
        definition = f"{CANONICAL}/OperationDefinition/task"
        resource["operation"] = [
            {"name": name, "definition": f"{definition}-{name}"} for name in ("forecast", "waiting")
        ]
    if kind == "Subscription":
        resource["extension"] = [{"url": TOPIC_CAPABILITY_EXTENSION, "valueCanonical": TOPIC}]
        resource["operation"] = [
            {"name": name, "definition": definition} for name, definition in _OPERATIONS.items()
        ]
    return resource


def _named(kind: str) -> list[tuple[str, str]]:
    return [(parameter.name, parameter.kind.value) for parameter in PARAMETERS[kind].values()]


def _pointing_to(kind: str) -> list[str]:
    return [
        f"{parameter.type}:{parameter.name}"
        for table in PARAMETERS.values()
        for parameter in table.values()
        if parameter.kind is Kind.REFERENCE and kind in parameter.targets
    ]
