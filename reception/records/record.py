"""What every record has: where it came from, and when it is newer than another copy."""

from datetime import datetime
from typing import Any, ClassVar, Self

import msgspec

from reception.records.tree import EPOCH, Tree, moment, text_at


class Record(msgspec.Struct, frozen=True, eq=False, kw_only=True):
    """One version of one resource: a typed view that keeps its raw JSON.

    Two copies are the same object or they are not; compare `id` and `version` to compare content.

    Attributes:
        id: logical id.
        version: `meta.versionId`, an opaque string.
        last_updated: `meta.lastUpdated`, aware UTC.
        tree: the raw JSON, never changed in place.
    """

    resource_type: ClassVar[str]

    id: str
    version: str
    last_updated: datetime
    tree: Tree

    @property
    def reference(self) -> str:
        """`Type/id`, as it stands in a reference."""
        return f"{self.resource_type}/{self.id}"

    def supersedes(self, held: "Record") -> bool:
        """Whether this copy is newer than *held* (contract 10: newer lastUpdated wins)."""
        return self.version != held.version and self.last_updated > held.last_updated

    def contradicts(self, held: "Record") -> bool:
        """Whether both are of one time but of two versions, so that only a re-read can tell."""
        return self.version != held.version and self.last_updated == held.last_updated

    @classmethod
    def from_tree(cls, tree: Tree) -> Self:
        """The view of *tree*.

        Raises:
            ValueError: the tree is of another type or has no id.
        """
        identity = tree.get("id")
        if tree.get("resourceType") != cls.resource_type or not isinstance(identity, str):
            raise ValueError(f"not a {cls.resource_type} with an id")
        if not identity:
            raise ValueError(f"a {cls.resource_type} with an empty id")
        return cls(
            id=identity,
            version=text_at(tree, "meta", "versionId"),
            last_updated=moment(text_at(tree, "meta", "lastUpdated")) or EPOCH,
            tree=tree,
            **cls._fields_of(tree),
        )

    @classmethod
    def _fields_of(cls, tree: Tree) -> dict[str, Any]:
        """The elements of *tree* that this view names."""
        raise NotImplementedError
