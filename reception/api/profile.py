"""What a server can do: from its metadata, from a probe, and from what the user overrides.

Source: docs/contract.md 1 (server profile).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from contract import systems
from reception.records.tree import Tree, text_at

if TYPE_CHECKING:
    from reception.api.client import FhirClient


class Booking(StrEnum):
    """How a slot is booked (contract 5)."""

    TRANSACTION = "transaction"
    SLOT_FIRST = "slot-first"
    APPOINTMENT_ONLY = "appointment-only"


class Live(StrEnum):
    """How changes are learnt (contract 10)."""

    WEBSOCKET = "websocket"
    POLL = "poll"


@dataclass(frozen=True, slots=True)
class ServerProfile:
    """One server's ways. The defaults are our own service's.

    Attributes:
        software: `software.name` of its metadata.
        booking: how a slot is booked.
        live: how changes are learnt.
        page: `_count` of a search that shall be complete.
        batch: entries in one batch at most.
    """

    software: str = ""
    booking: Booking = Booking.TRANSACTION
    live: Live = Live.WEBSOCKET
    page: int = 1000
    batch: int = 40

    def overridden(self, values: Mapping[str, str]) -> "ServerProfile":
        """This profile with what the user has set; keys are the attributes' names.

        Raises:
            ValueError: a value that is none of the possible ones, or an unknown key.
        """
        changes: dict[str, Any] = {}
        for key, value in values.items():
            match key:
                case "booking":
                    changes[key] = Booking(value)
                case "live":
                    changes[key] = Live(value)
                case "page" | "batch":
                    changes[key] = _positive(value)
                case _:
                    raise ValueError(f"a server profile has no {key}")
        return replace(self, **changes)


def profile_of(metadata: Tree) -> ServerProfile:
    """The profile that a CapabilityStatement promises, before the probe."""
    software = text_at(metadata, "software", "name")
    known = software.casefold()
    topics = _topics(metadata)
    live = Live.WEBSOCKET if systems.TOPIC in topics else Live.POLL
    if "hapi" in known:
        return ServerProfile(software, live=live, page=200)
    if "medplum" in known:
        # Eight entries are all it takes once a conditional create is among them.
        return ServerProfile(software, live=live, batch=8)
    return ServerProfile(software, live=live)


async def learn_profile(
    client: "FhirClient", overrides: Mapping[str, str] | None = None
) -> ServerProfile:
    """What the server behind *client* can do: its metadata, then the probe, then *overrides*.

    Raises:
        Problem: it cannot be asked.
        ValueError: see `ServerProfile.overridden`.
    """
    values = overrides or {}
    profile = profile_of(await client.get("metadata"))
    if "booking" not in values and not await is_atomic(client):
        profile = replace(profile, booking=Booking.SLOT_FIRST)
    return profile.overridden(values)


async def is_atomic(client: "FhirClient") -> bool:
    """Whether a transaction is kept whole, shown by one that can never succeed.

    It updates a Slot just read as if its version were "0". A server that keeps transactions whole
    fails all of it (412, HAPI 409); one that runs them as a batch answers 200 with a 412 inside.
    Nothing is written either way. Without any Slot to try it on, the answer is no.
    """
    slots = await client.search("Slot", {"_count": "1"}, pages=1)
    slot = next((s for s in slots if s.get("resourceType") == "Slot"), None)
    return slot is not None and await client.fails_whole(slot)


def _topics(tree: Any) -> set[str]:
    """The canonicals of the subscription topics that a CapabilityStatement names, anywhere."""
    found: set[str] = set()
    todo = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, dict):
            if node.get("url") == systems.TOPIC_CAPABILITY_EXTENSION:
                found.update(
                    v for k, v in node.items() if k.startswith("value") and isinstance(v, str)
                )
            todo.extend(node.values())
        elif isinstance(node, list):
            todo.extend(node)
    return found


def _positive(value: str) -> int:
    number = int(value)
    if number < 1:
        raise ValueError(f"{number} is not above 0")
    return number
