"""One write as the rules see it: who, where, when, and what comes with it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from practice.rules.bundle import BundleView
from practice.rules.caller import Caller
from practice.rules.policy import Policy
from practice.store import Param, Query, Stored, Tree, Unit

_PAGE = 200


@dataclass(frozen=True, slots=True)
class Act:
    """What every rule of a write needs to know."""

    unit: Unit
    caller: Caller
    bundle: BundleView
    policy: Policy

    @property
    def now(self) -> datetime:
        """The instant of the write."""
        return self.unit.now

    @property
    def by_patient(self) -> bool:
        """Whether a patient, or a proxy for one, is asking."""
        return self.caller.patient is not None

    @property
    def own(self) -> str:
        """`Patient/<id>` that a patient's token is bound to."""
        return f"Patient/{self.caller.patient}"

    def held(self, reference: str) -> Stored | None:
        """What is stored now under `Type/id`."""
        kind, _, logical_id = reference.partition("/")
        return self.unit.get(kind, logical_id) if logical_id else None

    def before(self, reference: str) -> Tree | None:
        """The tree stored now under `Type/id`."""
        stored = self.held(reference)
        return stored.tree() if stored else None

    def after(self, reference: str) -> Tree | None:
        """The tree that will stand under `Type/id` once this request is through."""
        planned = self.bundle.planned.get(reference)
        return planned if planned is not None else self.before(reference)

    def find(self, resource_type: str, **params: str | tuple[str, ...]) -> Iterator[Tree]:
        """Stored trees that match every one of *params* (`part_of` stands for `part-of`)."""
        wanted = tuple(
            Param(name.replace("_", "-"), (value,) if isinstance(value, str) else value)
            for name, value in params.items()
        )
        query = Query(resource_type, wanted, count=_PAGE, total="none")
        while True:
            page = self.unit.search(query)
            yield from (match.tree() for match in page.matches)
            if page.next is None:
                return
            query = Query(resource_type, wanted, count=_PAGE, cursor=page.next, total="none")
