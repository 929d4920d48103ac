"""The wire as the desk holds it: coroutines awaited from the UI loop, run on the network thread.

Each has a deadline, and each raises only `Problem`s (reception/records/problem.py). What is
answered are trees. This module imports neither HTTP nor TLS, so that holding it costs nothing at
the start of the program.
"""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from reception.api.bundle import Entry
from reception.api.network import NetworkThread
from reception.records.problem import Problem
from reception.records.tree import Tree

if TYPE_CHECKING:
    from reception.api.client import FhirClient
    from reception.api.profile import ServerProfile

T = TypeVar("T")
Params = Mapping[str, str | Sequence[str]] | Sequence[tuple[str, str]]
"""Search parameters; a name that stands twice (`start=ge..&start=lt..`) takes a list."""


class Wire:
    """What the desk may ask of the service. Every coroutine is awaited from the UI loop.

    `request_id` is the X-Request-Id of a user's action (a UUID): give the same one again when the
    same action is repeated after `OutcomeUnknown`, and the service answers what it answered then.
    """

    def __init__(self, network: NetworkThread, client: "FhirClient") -> None:
        self._network = network
        self._client = client

    @property
    def base(self) -> str:
        """The practice's FHIR base, without a slash at the end."""
        return self._client.base

    @property
    def profile(self) -> "ServerProfile":
        """What this server can do."""
        return self._client.profile

    def practice_now(self) -> datetime:
        """The service's time now (aware UTC, estimated to a few milliseconds); never goes back."""
        return self._client.clock.now()

    def on_practice_time(self, callback: Callable[[datetime], None]) -> None:
        """Call *callback* on the network thread whenever the estimate was moved noticeably."""
        self._client.clock.on_moved(callback)

    async def read(self, resource_type: str, resource_id: str) -> Tree:
        """One resource. Raises `NotFound` where there is none (any more)."""
        return await self._over(self._client.read(resource_type, resource_id))

    async def ask(self, operation: str, params: Params = ()) -> Tree:
        """The answer of an operation that only reads (`Slot/$demand`)."""
        return await self._over(self._client.get(operation, params))

    async def search(self, resource_type: str, params: Params) -> list[Tree]:
        """Every match on every page, and what was included with them."""
        return await self._over(self._client.search(resource_type, params))

    async def count(self, resource_type: str, params: Params) -> int:
        """How many there are (`_summary=count`)."""
        return await self._over(self._client.count(resource_type, params))

    async def history(self, resource_type: str, resource_id: str) -> list[Tree]:
        """Every version of one resource, newest first."""
        return await self._over(self._client.history(resource_type, resource_id))

    async def create(self, tree: Tree, system: str, *, request_id: str = "") -> Tree:
        """Store *tree* unless one with its identifier of *system* is there; what is stored."""
        return await self._over(self._client.create(tree, system, request_id=request_id))

    async def update(self, tree: Tree, version: str, *, request_id: str = "") -> Tree:
        """Store *tree* if the service still holds *version*; what is stored.

        Raises:
            ChangedElsewhere: with `theirs` as it stands now.
            OutcomeUnknown: no answer came, and re-reading did not settle it either.
        """
        return await self._over(self._client.update(tree, version, request_id=request_id))

    async def transaction(self, entries: Sequence[Entry], *, request_id: str = "") -> list[Tree]:
        """Store all of *entries* or none; the resources as stored, in the same order.

        Raises:
            ChangedElsewhere: a version had moved on, or a slot was taken.
            OutcomeUnknown: no answer came, and looking for its keys did not settle it either.
        """
        return await self._over(self._client.transaction(entries, request_id=request_id))

    async def settle(self, entries: Sequence[Entry]) -> list[Tree] | None:
        """After `OutcomeUnknown`: what the transaction of *entries* has stored; None = nothing.

        Raises:
            ChangedElsewhere: not stored, and somebody else was there in between.
        """
        return await self._over(self._client.settle(entries))

    async def batch(
        self, entries: Sequence[Entry], *, request_id: str = ""
    ) -> list[Tree | Problem]:
        """Store each of *entries* for itself; for each the resource as stored, or its Problem."""
        return await self._over(self._client.batch(entries, request_id=request_id))

    async def add_file(self, kind: str, data: bytes, guard: str) -> str:
        """Store a file for whoever may read *guard* (`Communication/x`); its `Binary/x`."""
        return await self._over(self._client.add_file(kind, data, guard))

    async def file(self, reference: str) -> tuple[str, bytes]:
        """Kind and bytes of the file at `Binary/x`."""
        return await self._over(self._client.file(reference))

    async def _over(self, work: Coroutine[Any, Any, T]) -> T:
        return await self._network.call(work)
