"""What the practice sets for itself, as text that both programs read.

Source: docs/contract.md 3 (Library).
"""

from typing import Any, ClassVar

from contract import documents
from reception.records.record import Record
from reception.records.tree import Tree, text_at


class PracticeDocument(Record, frozen=True, eq=False, kw_only=True):
    """One practice document (FHIR Library).

    Attributes:
        name: which one it is; empty for a Library that is none of ours.
        text: what it says; None where it is retired or cannot be read.
    """

    resource_type: ClassVar[str] = "Library"

    name: str
    text: str | None

    @classmethod
    def _fields_of(cls, tree: Tree) -> dict[str, Any]:
        text: str | None = None
        if text_at(tree, "status") == "active":
            try:
                text = documents.text_of(tree)
            except ValueError:
                text = None
        return {"name": documents.name_of(tree), "text": text}
