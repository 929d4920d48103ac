"""Slots offered to a patient to choose from: kept for them alone until a set time.

An offered slot is held (`busy-tentative`) by an identifier of the hold system whose value is
`<practitioner>/<patient>/<task>` and whose `period.end` says until when.

Source: docs/contract.md 4.2 (Offered), 5, 7.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from contract.codes import RequestInput
from contract.core_hours import LONDON
from contract.errors import ErrorCode
from contract.limits import OFFER_H, OFFERED_SLOTS
from contract.moves import TASK_OPEN
from contract.systems import HOLD, REQUEST_INPUT
from practice.refusal import Refusal
from practice.rules.act import Act
from practice.rules.trees import codes, identifier, invalid, moment, target, targets, unknown
from practice.store import Tree


@dataclass(frozen=True, slots=True)
class Offer:
    """What an offered slot says of itself.

    Attributes:
        value: the identifier's value, the same on every slot of one offer.
        patient: `Patient/<id>` it is kept for.
        task: `Task/<id>` it answers.
        until: when it ends, aware UTC.
    """

    value: str
    patient: str
    task: str
    until: datetime


def offer_of(slot: Tree) -> Offer | None:
    """The offer that a slot is part of, over or not; None for any other slot."""
    for held in slot.get("identifier", ()):
        end = (held.get("period") or {}).get("end")
        parts = str(held.get("value", "")).split("/")
        if held.get("system") == HOLD and end and len(parts) == 3:
            until = moment(end, "Slot.identifier.period.end")
            return Offer(str(held["value"]), f"Patient/{parts[1]}", f"Task/{parts[2]}", until)
    return None


def standing(slot: Tree, now: datetime) -> Offer | None:
    """The offer that keeps a slot at *now*."""
    offer = offer_of(slot) if slot.get("status") == "busy-tentative" else None
    return offer if offer is not None and now < offer.until else None


def is_for(slot: Tree, patient: str, now: datetime) -> bool:
    """Whether a slot is kept for `Patient/<id>` at *now*."""
    offer = standing(slot, now)
    return offer is not None and offer.patient == patient


def check_new(act: Act, before: Tree | None, after: Tree) -> None:
    """Refuse to offer what cannot be offered.

    Raises:
        Refusal: 422; 409 where the patient has as many as can be offered.
    """
    where = "Slot.identifier"
    offer = offer_of(after)
    if offer is None:
        raise invalid(where, "An offer names who offers, to whom, and for which request.")
    if before is None or after.get("status") != "busy-tentative":
        raise invalid(where, "Only a free slot can be offered.")
    if not act.now < offer.until <= min(_longest(act.now), moment(after["start"], "Slot.start")):
        raise invalid(
            f"{where}.period.end",
            f"An offer stands for at most {OFFER_H} hours, and ends before the appointment.",
        )
    task = act.after(offer.task)
    if task is None:
        raise unknown(where, offer.task)
    if target(task.get("for")) != offer.patient or task.get("status") not in TASK_OPEN:
        raise invalid(where, "Appointments are offered to the patient of an open request.")
    kept = {f"Slot/{s['id']}" for s in slots_of(act, offer.value) if standing(s, act.now)}
    planned = {
        reference
        for reference, slot in act.bundle.of_type("Slot")
        if (one := offer_of(slot)) is not None and one.value == offer.value
    }
    if len((kept - set(act.bundle.planned)) | planned) > OFFERED_SLOTS:
        raise Refusal(
            422,
            "business-rule",
            ErrorCode.INVALID_UPDATE,
            f"At most {OFFERED_SLOTS} appointments can be offered at once.",
            expression=where,
        )


def check_change(act: Act, before: Tree, after: Tree) -> None:
    """Refuse to do with a slot that is kept for a patient anything but free it or book them.

    Raises:
        Refusal: 409 that says until when it is kept.
    """
    offer = standing(before, act.now)
    if offer is None or after.get("status") == "free":
        return
    reference = f"Slot/{before['id']}"
    bookers = [
        tree
        for _, tree in act.bundle.of_type("Appointment")
        if reference in targets(tree.get("slot"))
    ]
    if (
        after.get("status") == "busy"
        and bookers
        and all(is_patients(tree, offer.patient) for tree in bookers)
    ):
        return
    raise kept(offer)


def kept(offer: Offer) -> Refusal:
    """409: somebody has been promised the slot."""
    until = offer.until.astimezone(LONDON)
    return Refusal(
        409,
        "duplicate",
        ErrorCode.DUPLICATE_REJECTED,
        f"That slot is offered to a patient until {until:%H:%M}.",
    )


def is_patients(appointment: Tree, patient: str) -> bool:
    """Whether an appointment is for `Patient/<id>`."""
    return patient in [target(p.get("actor")) for p in appointment.get("participant", ())]


def request_named(act: Act, appointment: Tree, chosen: Sequence[Tree]) -> Tree:
    """A patient's booking of what they were offered, saying which request led to it."""
    tasks = {offer.task for slot in chosen if (offer := standing(slot, act.now)) is not None}
    held = appointment.get("supportingInformation", [])
    fresh = [{"reference": task} for task in sorted(tasks.difference(targets(held)))]
    return {**appointment, "supportingInformation": [*held, *fresh]} if fresh else appointment


def slots_of(act: Act, value: str) -> list[Tree]:
    """The stored slots whose hold has *value*."""
    return [
        slot
        for slot in act.find("Slot", identifier=f"{HOLD}|{value}")
        if identifier(slot, HOLD) == value
    ]


def offered_in(task: Tree) -> list[str]:
    """`Slot/<id>` of what a request says is offered."""
    return [
        reference
        for held in task.get("input", ())
        if RequestInput.OFFERED_SLOT in codes(held.get("type"), REQUEST_INPUT)
        and (reference := target(held.get("valueReference"))).startswith("Slot/")
    ]


def without_offer(task: Tree) -> Tree:
    """A request that offers nothing any more."""
    held: Sequence[Tree] = task.get("input", ())
    rest = [i for i in held if RequestInput.OFFERED_SLOT not in codes(i.get("type"), REQUEST_INPUT)]
    if len(rest) == len(held):
        return task
    fresh = {name: value for name, value in task.items() if name != "input"}
    return fresh | {"input": rest} if rest else fresh


def _longest(now: datetime) -> datetime:
    return now + timedelta(hours=OFFER_H)
