"""How an offer ends: one of its slots is booked, its request is dealt with, or its time is over.

Source: docs/contract.md 4.2 (Offered), 7 (Offer).
"""

from contract.codes import Channel, Outcome, RequestState, SlotType
from contract.moves import TASK_OPEN
from contract.systems import HOLD, REQUEST_OUTCOME, SLOT_TYPE
from practice.clock import instant
from practice.rules import offers, requests, slots
from practice.rules.act import Act
from practice.rules.hours import core_hours
from practice.rules.offers import Offer
from practice.rules.trees import codes, targets, without_identifier
from practice.store import Tree, Unit


def taken_up(act: Act, before: Tree | None, appointment: Tree) -> Offer | None:
    """The offer that a new appointment takes up by itself; asked before it has its slot.

    Whoever writes the slot in the same request says the rest in it too.
    """
    if before is not None:
        return None
    for reference in targets(appointment.get("slot")):
        slot = None if reference in act.bundle.planned else act.before(reference)
        offer = offers.standing(slot, act.now) if slot is not None else None
        if offer is not None and offers.is_patients(appointment, offer.patient):
            return offer
    return None


def complete(act: Act, offer: Offer, appointment: Tree) -> None:
    """Close the request with the appointment that was chosen, and free the other slots."""
    for slot in offers.slots_of(act, offer.value):
        _free(act.unit, slot)
    task = act.before(offer.task)
    if task is None or task.get("status") not in TASK_OPEN or offer.task in act.bundle.planned:
        return
    booked = {"reference": f"Appointment/{appointment['id']}"}
    outputs = [
        {
            "type": {"text": "Outcome"},
            "valueCodeableConcept": {
                "coding": [{"system": REQUEST_OUTCOME, "code": _outcome(appointment).value}]
            },
        },
        {"type": {"text": "Result"}, "valueReference": booked},
    ]
    done = {
        **{k: v for k, v in offers.without_offer(task).items() if k != "businessStatus"},
        "status": "completed",
        "output": [*task.get("output", ()), *outputs],
        "lastModified": instant(act.now),
    }
    act.unit.update(done)


def follow_up(act: Act, before: Tree | None, after: Tree) -> None:
    """Free what a request offered when it is dealt with in another way."""
    if before is None or before.get("status") not in TASK_OPEN:
        return
    if after.get("status") in TASK_OPEN:
        return
    for reference in offers.offered_in(before):
        slot = None if reference in act.bundle.planned else act.before(reference)
        offer = offers.standing(slot, act.now) if slot is not None else None
        if slot is not None and offer is not None and offer.task == f"Task/{after['id']}":
            _free(act.unit, slot)


def lapse(unit: Unit, offer: Offer) -> None:
    """Bring back the request of an offer whose time is over, if it still waits for the choice."""
    stored = unit.get("Task", offer.task.partition("/")[2])
    if stored is None:
        return
    task = stored.tree()
    waits = requests.state_of(task) == RequestState.AWAITING_PATIENT
    if task.get("status") == "on-hold" and waits and offers.offered_in(task):
        fresh = requests.reopened(task, RequestState.OFFER_LAPSED, unit.now, core_hours(unit))
        unit.update(offers.without_offer(fresh))


def freed(slot: Tree) -> Tree:
    """A slot that is kept for nobody any more."""
    rest = {k: v for k, v in without_identifier(slot, HOLD).items() if k != "comment"}
    return {**rest, "status": "free"}


def _free(unit: Unit, slot: Tree) -> None:
    if slot.get("status") == "busy-tentative":
        unit.update(freed(slot))


def _outcome(appointment: Tree) -> Outcome:
    if SlotType.VISIT in codes(appointment.get("serviceType", ()), SLOT_TYPE):
        return Outcome.BOOKED_VISIT
    if slots.channel(appointment) == Channel.TELEPHONE:
        return Outcome.BOOKED_PHONE
    return Outcome.BOOKED_FACE_TO_FACE
