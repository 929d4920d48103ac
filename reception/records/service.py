"""What the practice offers by slot type, and the rule by which slots of that type are released.

Source: docs/contract.md 3 (HealthcareService).
"""

from collections.abc import Iterable
from typing import Any, ClassVar

from contract import systems
from reception.records.record import Record
from reception.records.tree import Tree, changed, code_of, codes_of, concept, each, text_at


class Service(Record, frozen=True, eq=False, kw_only=True):
    """One slot type with its release rule (FHIR HealthcareService)."""

    resource_type: ClassVar[str] = "HealthcareService"

    name: str
    type_code: str
    active: bool
    codes: frozenset[str]
    """Who may take slots of the type, and when: codes of booking-access."""

    @classmethod
    def _fields_of(cls, tree: Tree) -> dict[str, Any]:
        return {
            "name": text_at(tree, "name"),
            "type_code": code_of(tree.get("type"), systems.SLOT_TYPE),
            "active": tree.get("active") is not False,
            "codes": codes_of(tree.get("characteristic"), systems.BOOKING_ACCESS),
        }

    def with_codes(self, codes: Iterable[str]) -> Tree:
        """This service under another rule; other characteristics stay."""
        kept = [
            c for c in each(self.tree, "characteristic") if not codes_of(c, systems.BOOKING_ACCESS)
        ]
        ours = [concept(systems.BOOKING_ACCESS, code) for code in sorted(codes)]
        return changed(self.tree, characteristic=[*kept, *ours] or None)
