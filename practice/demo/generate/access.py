"""Who may do what online: a Consent for every registered patient and every proxy."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from contract import systems
from contract.codes import OnlineService
from practice.demo.generate import wire
from practice.demo.generate.clinicians import POOL
from practice.demo.generate.patients import relative_id
from practice.demo.generate.people import Person

Tree = dict[str, Any]

_SCOPE = {
    "coding": [
        {"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy"}
    ]
}
_ONLINE = wire.concept(systems.ONLINE_SERVICE, "online-service", "Online services")
_ACTIONS = {
    service: wire.concept(systems.ONLINE_SERVICE, service) for service in OnlineService
}
_BASIC = (
    OnlineService.APPOINTMENTS,
    OnlineService.PRESCRIPTIONS_VIEW,
    OnlineService.PRESCRIPTIONS_MANAGE,
    OnlineService.MESSAGES,
)
_RECORD_SHARE = 0.8
"""Of those registered online: 28 % of the list against 35 %."""


def services_of(rng: Random) -> tuple[OnlineService, ...]:
    """What one patient has switched on."""
    services = [*_BASIC] if rng.random() < 0.94 else [OnlineService.MESSAGES]
    if rng.random() < _RECORD_SHARE:
        services.append(OnlineService.RECORD_SUMMARY)
        if rng.random() < 0.7:
            services.append(OnlineService.RECORD_DETAILED)
            if rng.random() < 0.6:
                services += [OnlineService.RECORD_DOCUMENTS, OnlineService.RECORD_FULL]
    return tuple(services)


def consents(
    rng: Random, one: Person, services: tuple[OnlineService, ...], today: date
) -> Iterator[Tree]:
    """What *one* may do, and what those who act for them may do."""
    since = today - timedelta(days=rng.randint(20, 1800))
    yield _consent(f"cs-{one.id}", one, services, since, "active", None)
    if one.carer is not None and rng.random() < 0.5:
        narrower = tuple(s for s in services if not s.startswith("record"))
        yield _proxy(one, one.carer, narrower, since)


def child_consent(rng: Random, one: Person, today: date) -> Iterator[Tree]:
    """A parent registered online who may act for a young child."""
    parent = next((other for other in one.parents if other.online), None)
    if one.age < 11 and parent is not None and rng.random() < 0.5:
        since = max(one.born, today - timedelta(days=rng.randint(10, 900)))
        yield _proxy(one, parent, _BASIC, since)


def _proxy(
    one: Person, other: Person, services: tuple[OnlineService, ...], since: date
) -> Tree:
    related = {
        "reference": f"RelatedPerson/{relative_id(one, other)}",
        "display": other.display,
    }
    return _consent(f"cs-{one.id}-{other.id}", one, services, since, "active", related)


def _consent(
    name: str,
    one: Person,
    services: tuple[OnlineService, ...],
    since: date,
    status: str,
    proxy: Tree | None,
) -> Tree:
    provision: Tree = {
        "type": "permit",
        "period": {"start": since.isoformat()},
        "action": [_ACTIONS[service] for service in services],
    }
    if proxy is not None:
        provision["actor"] = [{"role": {"text": "Proxy"}, "reference": proxy}]
    return {
        "resourceType": "Consent",
        "id": name,
        "status": status,
        "scope": _SCOPE,
        "category": [_ONLINE],
        "patient": {"reference": one.reference, "display": one.display},
        "dateTime": since.isoformat(),
        "organization": [{"reference": POOL}],
        "policyRule": _ONLINE,
        "provision": provision,
    }
