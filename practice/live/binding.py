"""What ties an open socket to a subscription."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from practice.rules import subscriptions
from practice.rules.caller import Caller
from practice.rules.trees import moment
from practice.store import Tree

FULL: Final = "full-resource"
EMPTY: Final = "empty"


@dataclass(frozen=True, slots=True)
class Binding:
    """One subscription as one sign-in listens to it.

    Attributes:
        subscription: its id.
        base: the practice's change number when it was made; an event's number counts from there.
        caller: whose token bound the socket.
        heartbeat_s: after this long in silence a sign of life is sent.
        content: how much a notification carries.
        expires: when the binding has to be renewed, aware UTC.
        ends: when the subscription ends, aware UTC; None = never.
    """

    subscription: str
    base: int
    caller: Caller
    heartbeat_s: int
    content: str
    expires: datetime
    ends: datetime | None

    @classmethod
    def of(cls, tree: Tree, base: int, caller: Caller, expires: datetime) -> "Binding":
        """The binding of *caller* to the Subscription *tree*."""
        return cls(
            subscription=str(tree["id"]),
            base=base,
            caller=caller,
            heartbeat_s=subscriptions.heartbeat_s(tree),
            content=subscriptions.content(tree),
            expires=expires,
            ends=end_of(tree),
        )

    def over(self, now: datetime) -> str:
        """Why nothing more may be sent; empty while it may."""
        if now >= self.expires:
            return "The binding token has expired."
        if self.ends is not None and now >= self.ends:
            return "The subscription has ended."
        return ""


def end_of(tree: Tree) -> datetime | None:
    """When a Subscription ends; None = never."""
    return moment(tree["end"], "Subscription.end") if "end" in tree else None
