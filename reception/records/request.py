"""Requests: everything that waits for the practice (FHIR Task).

Source: docs/contract.md 3 (Task), 4.3, 7.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, ClassVar

from contract import systems
from contract.came_by import CameBy, came_by
from contract.codes import (
    REPEAT_RENEWAL,
    Outcome,
    Priority,
    Reject,
    RequestInput,
    RequestState,
    RequestType,
)
from contract.limits import CLAIM_S
from contract.moves import TASK_OPEN
from reception.records.record import Record
from reception.records.tree import (
    EPOCH,
    Tree,
    changed,
    code_of,
    concept,
    each,
    first_map,
    id_in,
    maps,
    moment,
    text_at,
    wire_time,
)


class Request(Record, frozen=True, eq=False, kw_only=True):
    """One thing a patient asked for, or one thread that may need an answer."""

    resource_type: ClassVar[str] = "Task"

    status: str
    state: str
    """Reception's own word (businessStatus): new, viewing, assigned, ... or empty."""
    type_code: str
    """A `RequestType`, or `repeat` for one item of a repeat order."""
    priority: str
    patient_id: str
    patient_name: str
    requester: str
    description: str
    owner: str
    """`Practitioner/x`, `CareTeam/x`, `Organization/x`, or empty."""
    owner_name: str
    authored: datetime
    modified: datetime
    due: datetime | None
    thread_id: str
    """Id of the thread header Communication, or empty."""
    medication_id: str
    order: str
    outcome: str
    reason_text: str
    note: str
    words: str
    """What the patient reads about it, as the service has worded it; or empty."""
    offered_slots: tuple[str, ...]
    """Ids of the slots the patient may choose from, while they are offered."""

    @classmethod
    def _fields_of(cls, tree: Tree) -> dict[str, Any]:
        code = tree.get("code")
        repeat = code_of(code, systems.SNOMED) == REPEAT_RENEWAL
        contained: Tree = next(
            (c for c in maps(tree, "contained") if c.get("resourceType") == "Patient"), {}
        )
        owner = tree.get("owner")
        return {
            "status": text_at(tree, "status"),
            "state": code_of(tree.get("businessStatus"), systems.REQUEST_STATE),
            "type_code": "repeat" if repeat else code_of(code, systems.REQUEST_TYPE),
            "priority": text_at(tree, "priority") or Priority.ROUTINE,
            "patient_id": id_in(tree.get("for"), "Patient"),
            "patient_name": text_at(tree, "for", "display") or text_at(contained, "name", "text"),
            "requester": text_at(tree, "requester", "reference"),
            "description": text_at(tree, "description"),
            "owner": text_at(owner, "reference"),
            "owner_name": text_at(owner, "display"),
            "authored": moment(tree.get("authoredOn")) or EPOCH,
            "modified": moment(tree.get("lastModified")) or EPOCH,
            "due": moment(text_at(tree, "restriction", "period", "end")),
            "thread_id": id_in(tree.get("focus"), "Communication"),
            "medication_id": id_in(tree.get("focus"), "MedicationRequest"),
            "order": text_at(tree, "groupIdentifier", "value"),
            "outcome": next(
                (
                    c
                    for o in maps(tree, "output")
                    if (c := code_of(o.get("valueCodeableConcept"), systems.REQUEST_OUTCOME))
                ),
                "",
            ),
            "reason_text": text_at(tree, "statusReason", "text"),
            "note": text_at(tree, "note", "text"),
            "words": text_at(tree, "businessStatus", "text"),
            "offered_slots": tuple(
                slot_id
                for held in maps(tree, "input")
                if code_of(held.get("type"), systems.REQUEST_INPUT) == RequestInput.OFFERED_SLOT
                and (slot_id := id_in(held.get("valueReference"), "Slot"))
            ),
        }

    @property
    def is_open(self) -> bool:
        """Whether it still waits for somebody, the practice or the patient."""
        return self.status in TASK_OPEN

    @property
    def is_thread(self) -> bool:
        """A conversation rather than a form."""
        return self.type_code == RequestType.THREAD

    @property
    def is_repeat(self) -> bool:
        """One item of a repeat prescription order."""
        return self.type_code == "repeat"

    @property
    def is_unmatched(self) -> bool:
        """Nobody has yet said who this person is."""
        return not self.patient_id

    @property
    def came_by(self) -> CameBy:
        """How it came: online, on the phone or at the counter."""
        return came_by(self.tree)

    @property
    def waits_for_us(self) -> bool:
        """Whether the practice acts next."""
        return self.is_open and self.status != "on-hold"

    @property
    def is_emergency(self) -> bool:
        """`stat`: never lowered by software."""
        return self.priority == Priority.STAT

    @property
    def is_urgent(self) -> bool:
        """Urgent or more: dealt with the same day."""
        return self.priority in (Priority.URGENT, Priority.ASAP, Priority.STAT)

    def viewer(self, now: datetime) -> str:
        """Reference of who has it open at *now*, or empty; the claim lapses after three minutes."""
        if self.state != RequestState.VIEWING or self.status != "received":
            return ""
        lapsed = now >= self.last_updated + timedelta(seconds=CLAIM_S)
        return "" if lapsed else self.owner

    def claimed(self, owner: str, owner_name: str) -> Tree:
        """This request, softly claimed by who opened it."""
        return self._with("received", RequestState.VIEWING, owner=(owner, owner_name))

    def handed_back(self) -> Tree:
        """This request, back in the pool."""
        state = RequestState.UNMATCHED if self.is_unmatched else RequestState.NEW
        return changed(self._with("requested", state), owner=None)

    def assigned(self, owner: str, owner_name: str, *, started: bool = False) -> Tree:
        """This request, with a person or a team."""
        status = "in-progress" if started else "accepted"
        return self._with(status, RequestState.ASSIGNED, owner=(owner, owner_name))

    def prioritised(self, priority: Priority, reason: str = "") -> Tree:
        """This request at another priority; lowering an emergency needs *reason*."""
        tree = changed(self.tree, priority=str(priority))
        return changed(tree, statusReason={"text": reason}) if reason else tree

    def awaiting_patient(self, reply_by: datetime) -> Tree:
        """This request, waiting for the patient until *reply_by*."""
        return _due(self._with("on-hold", RequestState.AWAITING_PATIENT), reply_by)

    def offering(self, slot_ids: Iterable[str], until: datetime) -> Tree:
        """This request, waiting until *until* for the patient to choose one of these slots."""
        ours = [
            {
                "type": concept(
                    systems.REQUEST_INPUT, RequestInput.OFFERED_SLOT, "Offered appointment"
                ),
                "valueReference": {"reference": f"Slot/{slot_id}"},
            }
            for slot_id in slot_ids
        ]
        tree = self.awaiting_patient(until)
        return changed(tree, input=[*self._other_inputs(), *ours])

    def without_offer(self, tree: Tree | None = None) -> Tree:
        """*tree* (this request if not given), with nothing offered in it any more."""
        return changed(tree or self.tree, input=self._other_inputs() or None)

    def _other_inputs(self) -> list[Any]:
        return [
            held
            for held in each(self.tree, "input")
            if code_of(held.get("type"), systems.REQUEST_INPUT) != RequestInput.OFFERED_SLOT
        ]

    def snoozed(self, until: datetime) -> Tree:
        """This request, asleep until *until*."""
        return _due(self._with("on-hold", RequestState.SNOOZED), until)

    def matched(self, patient_reference: str, patient_name: str, reason: str) -> Tree:
        """This request, of a person now known; the details as they came stay in `contained`.

        *reason* is how that is known.
        """
        known = {"reference": patient_reference, "display": patient_name}
        state = self._with(self.status, RequestState.NEW)
        return changed(state, statusReason={"text": reason}, **{"for": known})

    def completed(self, outcome: Outcome, outputs: Iterable[str] = (), text: str = "") -> Tree:
        """This request, done, with what came of it; *outputs* are references."""
        came_of_it = [
            *each(self.tree, "output"),
            {
                "type": {"text": "Outcome"},
                "valueCodeableConcept": concept(systems.REQUEST_OUTCOME, outcome, text),
            },
            *({"type": {"text": "Result"}, "valueReference": {"reference": r}} for r in outputs),
        ]
        return changed(self.tree, status="completed", businessStatus=None, output=came_of_it)

    def rejected(self, why: Reject, text: str) -> Tree:
        """This request, refused, with the reason in words for the patient."""
        return changed(
            self.tree,
            status="rejected",
            businessStatus=None,
            statusReason=concept(systems.REQUEST_REJECT, why, text),
        )

    def reopened(self) -> Tree:
        """This request, open again."""
        return self._with("in-progress", RequestState.REOPENED)

    def _with(self, status: str, state: RequestState, owner: tuple[str, str] | None = None) -> Tree:
        tree = changed(
            self.tree, status=status, businessStatus=concept(systems.REQUEST_STATE, state)
        )
        if owner is not None:
            tree["owner"] = {"reference": owner[0], "display": owner[1]}
        return tree


def _due(tree: Tree, at: datetime) -> Tree:
    period = {**first_map(tree, "restriction", "period"), "end": wire_time(at)}
    return changed(tree, restriction={**first_map(tree, "restriction"), "period": period})
