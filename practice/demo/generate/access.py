"""Who may do what online: a Consent for every registered patient and every proxy."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
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
_ACTIONS = {service: wire.concept(systems.ONLINE_SERVICE, service) for service in OnlineService}
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


@dataclass(frozen=True, slots=True)
class Proxy:
    """Somebody who may act online for *one*."""

    one: Person
    other: Person
    services: tuple[OnlineService, ...]

    @property
    def relative(self) -> str:
        """The id of the RelatedPerson."""
        return relative_id(self.one, self.other)


def proxy_of(rng: Random, one: Person, services: tuple[OnlineService, ...] | None) -> Proxy | None:
    """A parent registered online who acts for a young child, or a carer for an adult."""
    if one.age < 11:
        parent = next((other for other in one.parents if other.online), None)
        acts = parent is not None and rng.random() < 0.5
        return Proxy(one, parent, _BASIC) if acts and parent is not None else None
    if one.carer is not None and services and rng.random() < 0.5:
        narrower = tuple(s for s in services if not s.startswith("record"))
        return Proxy(one, one.carer, narrower)
    return None


def own_consent(rng: Random, one: Person, services: tuple[OnlineService, ...], today: date) -> Tree:
    """What *one* may do."""
    since = today - timedelta(days=rng.randint(20, 1800))
    return _consent(f"cs-{one.id}", one, services, since, None)


def proxy_consent(rng: Random, proxy: Proxy, today: date) -> Tree:
    """What the proxy may do."""
    since = max(proxy.one.born, today - timedelta(days=rng.randint(10, 900)))
    related = {
        "reference": f"RelatedPerson/{proxy.relative}",
        "display": proxy.other.display,
    }
    return _consent(
        f"cs-{proxy.one.id}-{proxy.other.id}", proxy.one, proxy.services, since, related
    )


def proposed(one: Person, asked: datetime) -> Tree:
    """What *one* has asked to see of the record; the practice decides on it."""
    services = (OnlineService.RECORD_SUMMARY, OnlineService.RECORD_DETAILED)
    name = f"cs-{one.id}-asked-{asked:%m%d%H%M%S}"
    return _consent(name, one, services, asked.date(), None) | {"status": "proposed"}


def _consent(
    name: str,
    one: Person,
    services: tuple[OnlineService, ...],
    since: date,
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
        "status": "active",
        "scope": _SCOPE,
        "category": [_ONLINE],
        "patient": {"reference": one.reference, "display": one.display},
        "dateTime": since.isoformat(),
        "organization": [{"reference": POOL}],
        "policyRule": _ONLINE,
        "provision": provision,
    }
