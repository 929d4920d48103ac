"""Repeat medicines and what was issued of them (FHIR MedicationRequest).

Source: docs/contract.md 7 (repeat item, issue).
"""

from typing import Any, ClassVar

from contract import systems
from contract.codes import SupplyState
from contract.special_items import Care, care_of
from contract.supply import medicine_name, pharmacy_name
from reception.records.record import Record
from reception.records.tree import Tree, changed, code_of, first, id_in, text_at

_ISSUED = (
    "category",
    "medicationCodeableConcept",
    "medicationReference",
    "subject",
    "dosageInstruction",
)
_SUPPLIED = ("quantity", "expectedSupplyDuration", "performer")


class Medicine(Record, frozen=True, eq=False, kw_only=True):
    """A plan (what is on repeat), or an issue of one (`order`)."""

    resource_type: ClassVar[str] = "MedicationRequest"

    intent: str
    status: str
    patient_id: str
    name: str
    """Name and strength, as they are read before anything is signed."""
    dose: str
    quantity: str
    """`28 tablets`, or empty."""
    plan_id: str
    """Of an issue: the plan it came of, or empty."""
    pharmacy: str
    care: Care | None
    """Why it is signed by itself; None where it is not."""
    tracked: SupplyState
    """Of an issue: how far its pharmacy is."""

    @classmethod
    def _fields_of(cls, tree: Tree) -> dict[str, Any]:
        supplied = code_of(tree.get("statusReason"), systems.SUPPLY_STATE)
        known = supplied in set(SupplyState)
        return {
            "intent": text_at(tree, "intent"),
            "status": text_at(tree, "status"),
            "patient_id": id_in(tree.get("subject"), "Patient"),
            "name": medicine_name(tree),
            "dose": text_at(tree, "dosageInstruction", "text"),
            "quantity": _quantity(tree),
            "plan_id": id_in(first(tree, "basedOn"), "MedicationRequest"),
            "pharmacy": pharmacy_name(tree),
            "care": care_of(tree),
            "tracked": SupplyState(supplied) if known else SupplyState.SENT,
        }

    @property
    def is_issuable(self) -> bool:
        """Whether it is a plan that is still on repeat."""
        return self.intent == "plan" and self.status == "active"

    def issued(self, key: str, requester: str, requester_name: str) -> Tree:
        """The prescription issued from this plan, to post; *key* is a UUID."""
        supply = self.tree.get("dispenseRequest") or {}
        dispensed = {name: supply[name] for name in _SUPPLIED if name in supply}
        made: Tree = {
            "resourceType": "MedicationRequest",
            "identifier": [{"system": systems.UUID_URN, "value": key}],
            "status": "active",
            "intent": "order",
            "basedOn": [{"reference": self.reference}],
            "requester": {"reference": requester, "display": requester_name},
            **{name: self.tree[name] for name in _ISSUED if name in self.tree},
        }
        return {**made, "dispenseRequest": dispensed} if dispensed else made

    def cancelled(self) -> Tree:
        """This issue, taken back."""
        return changed(
            self.tree, status="cancelled", statusReason={"text": "Issued by mistake, taken back."}
        )


def _quantity(tree: Tree) -> str:
    value = first(tree, "dispenseRequest", "quantity", "value")
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    unit = text_at(tree, "dispenseRequest", "quantity", "unit")
    if value != 1 and unit and not unit.endswith("s"):
        unit = f"{unit}es" if unit.endswith(("ch", "sh", "x")) else f"{unit}s"
    return f"{value:g} {unit}".strip()
