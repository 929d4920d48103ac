"""Orders of a test's own at the running practice, placed over the wire."""

import itertools
import uuid
from dataclasses import dataclass, field
from typing import Any

from contract import systems
from contract.codes import REPEAT_RENEWAL, Role
from contract.special_items import care_of
from tests.running import RunningPractice, Signed

Tree = dict[str, Any]
_OPEN = "requested,received,accepted,in-progress,on-hold"


@dataclass
class Counter:
    """Places orders for people whose plans nobody has ordered yet; each plan is used once.

    Attributes:
        practice: the running service.
    """

    practice: RunningPractice
    _plans: dict[str, list[Tree]] = field(default_factory=dict)
    _numbers: Any = field(default_factory=lambda: itertools.count(900_001))

    @property
    def wire(self) -> Signed:
        """As reception."""
        return self.practice.as_role(Role.RECEPTIONIST)

    def all_of(self, query: str) -> list[Tree]:
        """Everything that a search finds."""
        found, url = [], query
        while url:
            bundle = self.wire.request("GET", url).json()
            found += [entry["resource"] for entry in bundle.get("entry", [])]
            links = {link["relation"]: link["url"] for link in bundle.get("link", [])}
            url = links.get("next", "")
        return found

    def _find(self) -> None:
        taken = {
            task["focus"]["reference"]
            for task in self.all_of(f"Task?status={_OPEN}&_count=200")
            if "MedicationRequest/" in task.get("focus", {}).get("reference", "")
        }
        for plan in self.all_of("MedicationRequest?intent=plan&status=active&_count=200"):
            if f"MedicationRequest/{plan['id']}" not in taken:
                whom = plan["subject"]["reference"]
                self._plans.setdefault(whom, []).append(plan)

    def order(
        self, items: int = 2, *, special: bool = False, note: str = "", number: str = ""
    ) -> str:
        """Somebody orders *items* medicines; the order's key. *special*: signed by itself."""
        if not self._plans:
            self._find()
        for whom, plans in sorted(self._plans.items()):
            fit = [plan for plan in plans if (care_of(plan) is not None) == special]
            if len(fit) >= items:
                del self._plans[whom]
                return self.place(whom, fit[:items], note, number)
        raise AssertionError("nobody is left with so many plans")

    def place(self, whom: str, plans: list[Tree], note: str = "", number: str = "") -> str:
        """Order *plans* for *whom* (`Patient/x`); the key of the order."""
        number = number or f"R-2026-{next(self._numbers)}"
        for plan in plans:
            task = {
                "resourceType": "Task",
                "status": "requested",
                "intent": "order",
                "identifier": [{"system": systems.UUID_URN, "value": str(uuid.uuid4())}],
                "groupIdentifier": {"system": systems.ORDER, "value": number},
                "code": {"coding": [{"system": systems.SNOMED, "code": REPEAT_RENEWAL}]},
                "focus": {"reference": f"MedicationRequest/{plan['id']}"},
                "for": {"reference": whom, "display": plan["subject"].get("display", "")},
                "requester": {"reference": whom},
                **({"note": [{"authorString": "Patient", "text": note}]} if note else {}),
            }
            answer = self.wire.request("POST", "Task", json=task)
            assert answer.status_code == 201, answer.text
        return f"{number}/{whom.partition('/')[2]}"

    def items_of(self, key: str) -> list[Tree]:
        """The stored items of an order."""
        number, _, patient_id = key.partition("/")
        return self.all_of(
            f"Task?group-identifier={systems.ORDER}|{number}&patient=Patient/{patient_id}"
        )
