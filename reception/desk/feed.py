"""What the live channel tells, brought from the network thread to the stores."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from reception.api.handover import Handover
from reception.desk.stores import BREATH_S, SLICE_S
from reception.records import Record, Tree, record_of

if TYPE_CHECKING:
    from reception.api.live import LiveState


@dataclass(frozen=True)
class _Contact:
    """A sign of life."""


@dataclass(frozen=True)
class _Reload:
    """What was missed cannot be told one by one."""


Told: TypeAlias = "Record | LiveState | _Contact | _Reload"


class Feed:
    """The desk's ear at the live channel (`api.live.LiveListener`), and its turn in the UI loop.

    Records are made on the network thread; the window's loop only merges them, a slice at a time.

    Args:
        loop: the window's.
        take: merges one record.
        on_contact: a sign of life.
        on_state: the channel's state.
        on_reload: everything has to be loaded again.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        *,
        take: Callable[[Record], object],
        on_contact: Callable[[], object],
        on_state: "Callable[[LiveState], object]",
        on_reload: Callable[[], object],
    ) -> None:
        self._loop = loop
        self._take, self._contact = take, on_contact
        self._state, self._reload = on_state, on_reload
        self._waiting: deque[Told] = deque()
        self._hand: Handover[Told] = Handover(loop, self._deliver)

    def on_trees(self, trees: list[Tree]) -> None:
        """Changes (network thread)."""
        self._hand([record for tree in trees if (record := record_of(tree)) is not None])

    def on_contact(self, monotonic_s: float) -> None:  # noqa: ARG002 - the practice's clock is used
        """A sign of life (network thread)."""
        self._hand([_Contact()])

    def on_state(self, state: "LiveState") -> None:
        """Another state (network thread)."""
        self._hand([state])

    def on_reload(self) -> None:
        """Load again (network thread)."""
        self._hand([_Reload()])

    def close(self) -> None:
        """Deliver nothing any more."""
        self._hand.close()
        self._waiting.clear()

    def _deliver(self, items: list[Told]) -> None:
        idle = not self._waiting
        self._waiting.extend(items)
        if idle:
            self._drain()

    def _drain(self) -> None:
        begun = time.perf_counter()
        while self._waiting:
            item = self._waiting.popleft()
            if isinstance(item, _Contact):
                self._contact()
            elif isinstance(item, _Reload):
                self._reload()
            elif isinstance(item, Record):
                self._take(item)
            else:
                self._state(item)
            if self._waiting and time.perf_counter() - begun > SLICE_S:
                self._loop.call_later(BREATH_S, self._drain)
                return
