"""The live channel: every change at the practice, in order and without gaps.

Source: docs/contract.md 10.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from reception.records.tree import Tree

if TYPE_CHECKING:
    from reception.api.client import FhirClient


class LiveState(StrEnum):
    """How changes reach us just now."""

    CONNECTING = "connecting"
    LIVE = "live"
    CATCHING_UP = "catching-up"
    POLLING = "polling"
    STOPPED = "stopped"


class LiveListener(Protocol):
    """What the channel tells; every method is called on the network thread."""

    def on_trees(self, trees: list[Tree]) -> None:
        """Changes, in order; a copy may come twice."""

    def on_contact(self, monotonic_s: float) -> None:
        """A sign of life came at *monotonic_s* (`time.monotonic`)."""

    def on_state(self, state: LiveState) -> None:
        """The channel is in another state."""

    def on_reload(self) -> None:
        """What was missed cannot be told one by one: load the day and the queue again."""


class LiveChannel:
    """Keeps one subscription alive for as long as `run` runs (on the network thread).

    Args:
        client: the signed-in client.
        listener: what to tell.
        user_is_active: whether the board is in front and there was input in the last minute
            (polling is then quicker); called on the network thread.
    """

    def __init__(
        self,
        client: "FhirClient",
        listener: LiveListener,
        *,
        user_is_active: Callable[[], bool] = lambda: True,
    ) -> None:
        self._client = client
        self._listener = listener
        self._user_is_active = user_is_active

    async def run(self) -> None:
        """Stay in touch until cancelled: `network.post(channel.run())`."""
        raise NotImplementedError

    async def close(self) -> None:
        """End the subscription at the service (sign-out)."""
        raise NotImplementedError
