"""What a patient has switched on online, and refusing what is off.

Source: docs/contract.md 3 (Consent), 12.2.
"""

from collections.abc import Iterable
from datetime import datetime

from contract.codes import OnlineService
from contract.errors import ErrorCode
from contract.systems import ONLINE_SERVICE
from practice.rules.caller import Caller
from practice.rules.rights import denied
from practice.rules.trees import codes, moment, target, targets
from practice.store import Param, Query, Tree, Unit

Services = frozenset[OnlineService]

_RECORD = OnlineService.RECORD_FULL
_CODED = (_RECORD, OnlineService.RECORD_DETAILED)
_SUMMARY = (*_CODED, OnlineService.RECORD_SUMMARY)
RECORD_TYPES: dict[str, tuple[OnlineService, ...]] = {
    "MedicationRequest": (
        OnlineService.PRESCRIPTIONS_VIEW,
        OnlineService.PRESCRIPTIONS_MANAGE,
        *_SUMMARY,
    ),
    "AllergyIntolerance": _SUMMARY,
    "Condition": _CODED,
    "Immunization": _CODED,
    "Observation": _CODED,
    "DocumentReference": (_RECORD, OnlineService.RECORD_DOCUMENTS),
}
"""Parts of the record, and the services any one of which opens them."""

_WORDS = {
    OnlineService.APPOINTMENTS: "Booking appointments online",
    OnlineService.PRESCRIPTIONS_VIEW: "Seeing prescriptions online",
    OnlineService.PRESCRIPTIONS_MANAGE: "Ordering repeat prescriptions online",
    OnlineService.MESSAGES: "Writing messages to the practice",
}
_CONSENTS = 50


def services(unit: Unit, caller: Caller) -> Services:
    """What the token's patient may do online; for a proxy the narrower of the two sets."""
    query = Query("Consent", (Param("patient", (f"Patient/{caller.patient}",)),), count=_CONSENTS)
    consents = [match.tree() for match in unit.search(query).matches]
    own = [c for c in consents if not _actors(c) and c.get("status") != "entered-in-error"]
    granted = _granted(own, unit.now)
    if caller.reference == f"Patient/{caller.patient}":
        return granted
    pair = _granted([c for c in consents if caller.reference in _actors(c)], unit.now)
    # A child has no consent of its own to narrow what its parent may do.
    return pair & granted if own else pair


def require_any(having: Services, wanted: Iterable[OnlineService]) -> None:
    """Refuse unless one of *wanted* is switched on.

    Raises:
        Refusal: 403 that says what is switched off.
    """
    wanted = tuple(wanted)
    if not having.intersection(wanted):
        what = _WORDS.get(wanted[0], "This part of the record")
        raise denied(
            f"{what} is switched off. The practice can switch it on.",
            ErrorCode.NO_PATIENT_CONSENT,
        )


def _actors(consent: Tree) -> list[str]:
    actors = consent.get("provision", {}).get("actor", ())
    return targets(actor.get("reference") for actor in actors)


def _granted(consents: Iterable[Tree], now: datetime) -> Services:
    found: set[OnlineService] = set()
    for consent in consents:
        provision = consent.get("provision", {})
        if consent.get("status") != "active" or provision.get("type", "permit") != "permit":
            continue
        if not _runs(provision.get("period", {}), now):
            continue
        known = codes(provision.get("action", []), ONLINE_SERVICE)
        found.update(OnlineService(code) for code in known if code in set(OnlineService))
    return frozenset(found)


def _runs(period: Tree, now: datetime) -> bool:
    """Whether *now* lies in a Period, whose ends may be days or instants; the last day counts."""
    day = now.date().isoformat()
    start, end = period.get("start"), period.get("end")
    begun = start is None or (start <= day if len(start) <= len(day) else _at(start) <= now)
    over = end is not None and (end < day[: len(end)] if len(end) <= len(day) else _at(end) < now)
    return begun and not over


def _at(text: str) -> datetime:
    return moment(text, "Consent.provision.period")


def subject_of(tree: Tree) -> str:
    """`Patient/<id>` a resource is about, whichever element says so."""
    for name in ("patient", "subject", "for"):
        found = target(tree.get(name))
        if found:
            return found
    return ""
