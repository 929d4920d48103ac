"""An evening session of one's own: a few slots that no other test knows of."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from contract import systems
from contract.codes import BookingAccess, Channel, SlotType
from reception.records.tree import concept, wire_time
from tests.running import Signed

EVENING = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)
"""Later than anything in the invented practice's Monday."""
MINUTES = 10
_numbers = count(1)

Tree = dict[str, Any]


@dataclass(frozen=True)
class Evening:
    """One session as it was made.

    Attributes:
        manager: who made it.
        session_id: its Schedule.
        slot_ids: its slots, by time.
    """

    manager: Signed
    session_id: str
    slot_ids: tuple[str, ...]

    @classmethod
    def begin(cls, manager: Signed, slots: int) -> "Evening":
        """A session of *slots* free ten-minute slots, one after another."""
        clinician = manager.practice.account("clinician")["reference"]
        end = EVENING + timedelta(minutes=MINUTES * slots)
        session = _made(
            manager,
            {
                "resourceType": "Schedule",
                "identifier": [
                    {"system": systems.SESSION_KEY, "value": f"evening-{next(_numbers)}"}
                ],
                "active": True,
                "actor": [{"reference": clinician, "display": "Dr E Vening"}],
                "planningHorizon": {"start": wire_time(EVENING), "end": wire_time(end)},
                "serviceCategory": [{"text": "Evening surgery"}],
            },
        )
        starts = [EVENING + timedelta(minutes=MINUTES * n) for n in range(slots)]
        ids = [_made(manager, _slot(session["id"], start))["id"] for start in starts]
        return cls(manager, session["id"], tuple(ids))

    def slots(self) -> list[Tree]:
        """Its slots as the service holds them now, withdrawn ones too, by time."""
        found = self.manager.search(f"Slot?schedule=Schedule/{self.session_id}&_count=1000")
        return sorted(found, key=lambda slot: (slot["start"], slot["id"]))

    def appointments(self) -> list[Tree]:
        """Every appointment that stands in one of its slots now, whatever became of it."""
        slots = ",".join(f"Slot/{slot['id']}" for slot in self.slots())
        return self.manager.search(f"Appointment?slot={slots}&_count=1000")


def _slot(session_id: str, start: datetime) -> Tree:
    return {
        "resourceType": "Slot",
        "identifier": [{"system": systems.SLOT_KEY, "value": f"{session_id}|{wire_time(start)}"}],
        "extension": [
            {
                "url": systems.DELIVERY_CHANNEL_EXTENSION,
                "valueCodeableConcept": concept(systems.DELIVERY_CHANNEL, Channel.IN_PERSON),
            }
        ],
        "schedule": {"reference": f"Schedule/{session_id}"},
        "serviceCategory": [concept(systems.BOOKING_ACCESS, BookingAccess.RECEPTION)],
        "serviceType": [concept(systems.SLOT_TYPE, SlotType.GP_ROUTINE, "Routine GP")],
        "status": "free",
        "start": wire_time(start),
        "end": wire_time(start + timedelta(minutes=MINUTES)),
    }


def _made(manager: Signed, tree: Tree) -> Tree:
    answer = manager.post(tree)
    assert answer.status_code == 201, answer.text
    held: Tree = answer.json()
    return held
