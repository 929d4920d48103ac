"""The FHIR client: requests, retries, paging and what answers mean. Network thread only."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from reception.api.bundle import Entry
from reception.api.profile import ServerProfile
from reception.records.problem import Problem
from reception.records.tree import Tree

if TYPE_CHECKING:
    from reception.api.practice_time import PracticeTime

Params = Mapping[str, str | Sequence[str]] | Sequence[tuple[str, str]]


class FhirClient:
    """One practice's FHIR interface, as one signed-in user."""

    base: str
    profile: ServerProfile
    clock: "PracticeTime"

    async def read(self, resource_type: str, resource_id: str) -> Tree:
        """One resource."""
        raise NotImplementedError

    async def search(self, resource_type: str, params: Params) -> list[Tree]:
        """Every match on every page."""
        raise NotImplementedError

    async def count(self, resource_type: str, params: Params) -> int:
        """How many there are."""
        raise NotImplementedError

    async def history(self, resource_type: str, resource_id: str) -> list[Tree]:
        """Every version, newest first."""
        raise NotImplementedError

    async def create(self, tree: Tree, system: str, *, request_id: str = "") -> Tree:
        """Store *tree* unless it is there."""
        raise NotImplementedError

    async def update(self, tree: Tree, version: str, *, request_id: str = "") -> Tree:
        """Store *tree* over *version*."""
        raise NotImplementedError

    async def transaction(self, entries: Sequence[Entry], *, request_id: str = "") -> list[Tree]:
        """All or nothing."""
        raise NotImplementedError

    async def batch(
        self, entries: Sequence[Entry], *, request_id: str = ""
    ) -> list[Tree | Problem]:
        """Each for itself."""
        raise NotImplementedError
