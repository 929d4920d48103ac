"""The Bundles of the backport profile: a status first, then the resources it tells of.

Source: docs/contract.md 10.1; HL7 subscriptions-backport (R4).
"""

import uuid
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from contract.systems import TOPIC
from practice.clock import instant
from practice.store import Stored

HANDSHAKE: Final = "handshake"
HEARTBEAT: Final = "heartbeat"
EVENT: Final = "event-notification"
QUERY_EVENT: Final = "query-event"
QUERY_STATUS: Final = "query-status"

_encode = msgspec.json.Encoder().encode


class Tidings:
    """What one commit changed, written down once for all who listen.

    Args:
        changes: versions of live types, in the order of their change numbers.

    Attributes:
        size: bytes of the resources.
    """

    def __init__(self, changes: Sequence[Stored]) -> None:
        self.changes = tuple(changes)
        self.size = sum(len(held.raw) for held in self.changes)
        self._entries: dict[str, list[bytes]] = {}

    @property
    def first(self) -> int:
        """The lowest change number."""
        return _number(self.changes[0])

    @property
    def last(self) -> int:
        """The highest change number."""
        return _number(self.changes[-1])

    def entries(self, base_url: str) -> list[bytes]:
        """Each change as an entry of a history Bundle."""
        known = self._entries.get(base_url)
        if known is None:
            known = self._entries[base_url] = [_entry(base_url, held) for held in self.changes]
        return known

    def bundle(
        self,
        kind: str,
        subscription: str,
        base: int,
        seen: Collection[str],
        base_url: str,
        now: datetime,
        *,
        total: int | None = None,
        resources: bool = True,
        focus: bool = True,
    ) -> bytes:
        """The Bundle that tells of these changes.

        Args:
            kind: event-notification or query-event.
            subscription: its id.
            base: the change number at its start.
            seen: types the listener may see; others are told without saying what they were.
            base_url: FHIR base of the practice, as the listener names it.
            now: the Bundle's timestamp.
            total: number of the newest event there is; None for the last of these.
            resources: whether they are sent along.
            focus: whether the changed resource is named.
        """
        events = [
            _event(_number(held) - base, held, focus=focus and held.type in seen)
            for held in self.changes
        ]
        newest = self.last - base if total is None else total
        head = status_entry(kind, subscription, newest, events=events)
        sent = (
            entry
            for entry, held in zip(self.entries(base_url), self.changes, strict=True)
            if held.type in seen
        )
        return bundle(now, [head, *(sent if resources else ())])


def bundle(now: datetime, entries: Iterable[bytes], kind: str = "history") -> bytes:
    """A Bundle of *entries* that are JSON already."""
    head = f'{{"resourceType":"Bundle","type":"{kind}","timestamp":"{instant(now)}","entry":['
    return head.encode() + b",".join(entries) + b"]}"


def status_entry(
    kind: str,
    subscription: str,
    newest: int,
    *,
    status: str = "active",
    error: str = "",
    events: Iterable[dict[str, Any]] = (),
) -> bytes:
    """The first entry of a notification: how the subscription stands."""
    parameters: list[dict[str, Any]] = [
        {
            "name": "subscription",
            "valueReference": {"reference": f"Subscription/{subscription}"},
        },
        {"name": "topic", "valueCanonical": TOPIC},
        {"name": "status", "valueCode": status},
        {"name": "type", "valueCode": kind},
        {"name": "events-since-subscription-start", "valueString": str(newest)},
        *events,
    ]
    if error:
        parameters.append({"name": "error", "valueCodeableConcept": {"text": error}})
    return _encode(
        {
            "fullUrl": f"urn:uuid:{uuid.uuid4()}",
            "request": {"method": "GET", "url": f"Subscription/{subscription}/$status"},
            "response": {"status": "200"},
            "resource": {"resourceType": "Parameters", "parameter": parameters},
        }
    )


def _number(held: Stored) -> int:
    assert held.change is not None  # only live types are told
    return held.change


def _event(number: int, held: Stored, *, focus: bool) -> dict[str, Any]:
    part: list[dict[str, Any]] = [
        {"name": "event-number", "valueString": str(number)},
        {"name": "timestamp", "valueInstant": instant(held.last_updated)},
    ]
    if focus:
        part.append({"name": "focus", "valueReference": {"reference": held.reference}})
    return {"name": "notification-event", "part": part}


def _entry(base_url: str, held: Stored) -> bytes:
    created = held.method == "POST"
    return _encode(
        {
            "fullUrl": f"{base_url}/{held.reference}",
            "request": {
                "method": held.method,
                "url": held.type if created else held.reference,
            },
            "response": {"status": "201" if created else "200", "etag": held.etag},
            "resource": msgspec.Raw(held.raw),
        }
    )
