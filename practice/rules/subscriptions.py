"""Subscriptions: the one topic there is, and how it is asked for.

Source: docs/contract.md 10.1.
"""

from contract.limits import HEARTBEAT_S
from contract.systems import HEARTBEAT_EXTENSION, PAYLOAD_EXTENSION, TOPIC
from practice.rules.act import Act
from practice.rules.trees import extension, forbidden_move, invalid, moment
from practice.store import Tree

CONTENTS = frozenset({"full-resource", "id-only", "empty"})
_MAX_HEARTBEAT_S = 300


def heartbeat_s(tree: Tree) -> int:
    """Seconds of silence after which a sign of life is sent."""
    held = extension(tree.get("channel", {}), HEARTBEAT_EXTENSION) or {}
    period = held.get("valueUnsignedInt", HEARTBEAT_S)
    return period if isinstance(period, int) else 0


def content(tree: Tree) -> str:
    """How much a notification carries: full-resource, id-only or empty."""
    held = extension(tree.get("channel", {}).get("_payload", {}), PAYLOAD_EXTENSION) or {}
    return str(held.get("valueCode", "full-resource"))


def check_new(act: Act, tree: Tree) -> Tree:
    """A new subscription.

    Raises:
        Refusal: 422 for anything but our topic over a WebSocket.
    """
    if tree.get("status") != "requested":
        raise invalid("Subscription.status", "A new subscription is “requested”.")
    if tree.get("criteria") != TOPIC:
        raise invalid("Subscription.criteria", f"The only topic here is {TOPIC}.")
    channel = tree.get("channel", {})
    if channel.get("type") != "websocket":
        raise invalid("Subscription.channel.type", "Only a websocket is offered.")
    if channel.get("payload", "application/fhir+json") not in (
        "application/fhir+json",
        "application/json",
    ):
        raise invalid("Subscription.channel.payload", "Only application/fhir+json is offered.")
    if content(tree) not in CONTENTS:
        raise invalid(
            "Subscription.channel.payload.extension",
            "The content is one of full-resource, id-only and empty.",
        )
    if not 1 <= heartbeat_s(tree) <= _MAX_HEARTBEAT_S:
        raise invalid(
            "Subscription.channel.extension",
            f"A heartbeat comes every 1 to {_MAX_HEARTBEAT_S} seconds.",
        )
    if "end" in tree and moment(tree["end"], "Subscription.end") <= act.now:
        raise invalid("Subscription.end", "A subscription ends in the future.")
    return tree


def check_change(act: Act, before: Tree, after: Tree) -> Tree:
    """A subscription's next version: longer, or off.

    Raises:
        Refusal: 422 for another topic or channel.
    """
    for name in ("criteria", "channel"):
        if before.get(name) != after.get(name):
            raise forbidden_move(
                "A subscription keeps its topic and channel.", f"Subscription.{name}"
            )
    if after.get("status") not in (before.get("status"), "off", "requested"):
        raise forbidden_move("Only the service makes a subscription active.", "Subscription.status")
    fresh = "end" in after and after["end"] != before.get("end")
    if fresh and moment(after["end"], "Subscription.end") <= act.now:
        raise invalid("Subscription.end", "A subscription ends in the future.")
    return after
