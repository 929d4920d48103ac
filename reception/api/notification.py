"""What comes through the socket and from `$events`: status bundles of the backport profile.

Source: docs/contract.md 10.1; HL7 subscriptions-backport (R4).
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from reception.records.tree import Tree, each, first, moment, text_at


@dataclass(frozen=True, slots=True)
class Event:
    """One change, numbered; without a tree where we may not see it."""

    number: int
    tree: Tree | None


@dataclass(frozen=True, slots=True)
class Notification:
    """One frame.

    Attributes:
        kind: handshake, heartbeat, event-notification, query-status or query-event.
        status: requested, active, error or off.
        newest: number of the newest event there is; None if the frame does not say.
        events: in the order of their numbers.
        at: when it was written, the service's time.
    """

    kind: str
    status: str
    newest: int | None
    events: tuple[Event, ...]
    at: datetime | None

    @property
    def is_end(self) -> bool:
        """Whether the service ends the subscription's socket by this."""
        return self.status in ("off", "error")


def notification_in(frame: str | bytes) -> Notification | None:
    """The notification in a *frame* of the socket; None for anything else."""
    try:
        decoded: Any = msgspec.json.decode(frame)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    return notification_of(decoded) if isinstance(decoded, dict) else None


def notification_of(bundle: Tree) -> Notification | None:
    """The notification that *bundle* is; None if it is something else."""
    resources = [r for r in each(bundle, "entry", "resource") if isinstance(r, dict)]
    if not resources or resources[0].get("resourceType") != "Parameters":
        return None
    parameters = [p for p in each(resources[0], "parameter") if isinstance(p, dict)]
    kind = _value(parameters, "type")
    if not kind:
        return None
    return Notification(
        kind=kind,
        status=_value(parameters, "status"),
        newest=_number(_value(parameters, "events-since-subscription-start")),
        events=tuple(sorted(_events(parameters, resources[1:]), key=lambda e: e.number)),
        at=moment(bundle.get("timestamp")),
    )


def _events(parameters: list[Tree], resources: list[Tree]) -> Iterator[Event]:
    """Each event with its resource; a resource changed twice may be there once or twice."""
    held: defaultdict[str, list[Tree]] = defaultdict(list)
    for tree in resources:
        held[f"{tree.get('resourceType')}/{tree.get('id')}"].append(tree)
    told: defaultdict[str, int] = defaultdict(int)
    for parameter in parameters:
        if parameter.get("name") != "notification-event":
            continue
        parts = [p for p in each(parameter, "part") if isinstance(p, dict)]
        number = _number(_value(parts, "event-number"))
        if number is None:
            continue
        focus = _reference(parts)
        copies = held.get(focus, [])
        copy = copies[min(told[focus], len(copies) - 1)] if copies else None
        told[focus] += 1
        yield Event(number, copy)


def _reference(parts: list[Tree]) -> str:
    text = next((text_at(p, "valueReference", "reference") for p in _named(parts, "focus")), "")
    return "/".join(text.split("/_history/", 1)[0].rsplit("/", 2)[-2:])


def _named(parameters: list[Tree], name: str) -> Iterator[Tree]:
    return (p for p in parameters if p.get("name") == name)


def _value(parameters: list[Tree], name: str) -> str:
    """The value of the parameter *name*, whatever its type, as text."""
    parameter = next(_named(parameters, name), {})
    value = first([v for key, v in parameter.items() if key.startswith("value")])
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
