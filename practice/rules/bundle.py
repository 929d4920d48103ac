"""What else the same request is about to write."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from practice.store.stored import Tree


@dataclass(frozen=True, slots=True)
class BundleView:
    """The writes of one request, seen from any one of them.

    Attributes:
        planned: the trees that will be stored, by reference (`planned["Slot/s1"]`); ids are
            assigned and `urn:uuid:` links already resolved.
        methods: how each of them is written, by the same reference: POST, PUT or DELETE.
        request_id: the X-Request-Id of the request; an undo needs one.
    """

    planned: Mapping[str, Tree] = field(default_factory=dict)
    methods: Mapping[str, str] = field(default_factory=dict)
    request_id: str | None = None

    def creates(self, reference: str) -> bool:
        """Whether this request creates the resource *reference*."""
        return self.methods.get(reference) == "POST"

    def updates(self, reference: str) -> bool:
        """Whether this request updates the resource *reference*."""
        return self.methods.get(reference) == "PUT"

    def of_type(self, resource_type: str) -> Iterator[tuple[str, Tree]]:
        """Reference and tree of every planned resource of one type."""
        for reference, tree in self.planned.items():
            if tree.get("resourceType") == resource_type:
                yield reference, tree
