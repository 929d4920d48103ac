"""The one place that says what a caller may do, see and write. It never speaks HTTP."""

from collections.abc import Sequence
from typing import Protocol

from practice.clock import Clock
from practice.rules.bundle import BundleView
from practice.rules.caller import Caller
from practice.rules.policy import Policy
from practice.store import Pairs, Stored, Tree, Unit


class AfterWrite(Protocol):
    """What another room does in the same unit as a write."""

    def __call__(self, unit: Unit, caller: Caller, stored: Stored) -> None:
        """Follow up the write that made *stored*."""
        ...


class Gate:
    """What a practice permits.

    Args:
        clock: the practice's time.
        policy: what the practice sets for itself.
        also: called after every write, for rooms above.
    """

    def __init__(
        self, clock: Clock, policy: Policy | None = None, also: Sequence[AfterWrite] = ()
    ) -> None:
        self._clock = clock
        self._policy = policy or Policy()
        self._also = tuple(also)

    def allow(self, unit: Unit, caller: Caller, resource_type: str, interaction: str) -> None:
        """Let *caller* do *interaction* (one of `cruds`) on *resource_type*, or refuse.

        Raises:
            Refusal: 403 that names the missing scope, right or switched-off service.
        """
        raise NotImplementedError

    def narrow(self, caller: Caller, resource_type: str, params: Pairs) -> list[tuple[str, str]]:
        """*params* of a search, forced to what *caller* may find.

        Raises:
            Refusal: 400 where a patient's search for slots has no range, or too long a one.
        """
        raise NotImplementedError

    def shows_all(self, caller: Caller, resource_type: str) -> bool:
        """Whether `show` would hand on every *resource_type* unchanged, so need not be asked."""
        raise NotImplementedError

    def show(self, unit: Unit, caller: Caller, tree: Tree) -> Tree | None:
        """What *caller* may see of *tree*; None where they may not know of it (404)."""
        raise NotImplementedError

    def before_create(self, unit: Unit, caller: Caller, tree: Tree, bundle: BundleView) -> Tree:
        """*tree* as it may be stored, with what only the service knows filled in."""
        raise NotImplementedError

    def before_update(
        self, unit: Unit, caller: Caller, before: Tree, after: Tree, bundle: BundleView
    ) -> Tree:
        """*after* as it may replace *before*."""
        raise NotImplementedError

    def after_write(
        self,
        unit: Unit,
        caller: Caller,
        before: Tree | None,
        stored: Stored,
        bundle: BundleView,
    ) -> None:
        """The consequences of a write, in the same unit: claims, freed slots, reopened requests."""
        raise NotImplementedError
