"""Which appointment has which slot, and what a booking does to its slots.

Source: docs/contract.md 5 (our server's duties in a transaction).
"""

from contract.moves import APPOINTMENT_LIVE
from contract.systems import HOLD
from practice.rules.act import Act
from practice.rules.trees import id_of, moment, target, targets, without_identifier
from practice.store import Tree


def slot_ids(appointment: Tree | None) -> list[str]:
    """Ids of the slots that a live appointment keeps; none for any other."""
    if appointment is None or appointment.get("status") not in APPOINTMENT_LIVE:
        return []
    ids = (id_of(reference, "Slot") for reference in targets(appointment.get("slot")))
    return [slot_id for slot_id in ids if slot_id]


def holders(act: Act, slot_id: str) -> set[str]:
    """Ids of the live appointments that have the slot now."""
    slot = act.before(f"Slot/{slot_id}")
    if slot is None or not slot.get("overbooked"):
        claimant = act.unit.claimant(slot_id)
        return set() if claimant is None else {claimant}
    # Several may have an overbooked one, so that none of them claims it.
    found = act.find("Appointment", slot=f"Slot/{slot_id}", status=tuple(sorted(APPOINTMENT_LIVE)))
    return {str(tree["id"]) for tree in found}


def holders_after(act: Act, slot_id: str) -> set[str]:
    """Ids of the live appointments that will have the slot once this request is through."""
    staying = {
        appointment_id
        for appointment_id in holders(act, slot_id)
        if f"Appointment/{appointment_id}" not in act.bundle.planned
    }
    coming = {
        reference.partition("/")[2]
        for reference, tree in act.bundle.of_type("Appointment")
        if slot_id in slot_ids(tree)
    }
    return staying | coming


def settle(act: Act, before: Tree | None, after: Tree) -> bool:
    """Bring claims and slots in line with an appointment that has just been written.

    Returns:
        Whether it could have all its slots; if not, another live appointment has one of them.
    """
    had, has = slot_ids(before), slot_ids(after)
    if had == has:
        return True
    appointment_id = str(after["id"])
    if had:
        act.unit.release(appointment_id)
    if not all(_take(act, appointment_id, slot_id) for slot_id in has):
        return False
    for slot_id in had:
        if slot_id not in has:
            _free(act, slot_id)
    return True


def _take(act: Act, appointment_id: str, slot_id: str) -> bool:
    reference = f"Slot/{slot_id}"
    slot = act.before(reference)
    assert slot is not None  # the booking was checked before it was written
    if not slot.get("overbooked"):
        _evict_leaver(act, slot_id)
        if not act.unit.claim(slot_id, appointment_id):
            return False
    if reference not in act.bundle.planned and slot.get("status") != "busy":
        if slot.get("status") == "busy-tentative":
            slot.pop("comment", None)  # the holder's name
        act.unit.update(without_identifier(slot, HOLD) | {"status": "busy"})
    return True


def _evict_leaver(act: Act, slot_id: str) -> None:
    """Let go of a claim whose appointment leaves the slot later in the same request."""
    claimant = act.unit.claimant(slot_id)
    if claimant is None:
        return
    leaving = act.bundle.planned.get(f"Appointment/{claimant}")
    if leaving is not None and slot_id not in slot_ids(leaving):
        # Its own turn to be settled is still to come, and brings back whatever it keeps.
        act.unit.release(claimant)


def _free(act: Act, slot_id: str) -> None:
    """Free a slot that its appointment has left, unless its time has come or somebody has it."""
    reference = f"Slot/{slot_id}"
    slot = act.before(reference)
    if slot is None or slot.get("status") != "busy" or reference in act.bundle.planned:
        return
    if moment(slot.get("start"), "Slot.start") <= act.now or holders_after(act, slot_id):
        return
    act.unit.update(without_identifier(slot, HOLD) | {"status": "free"})


def schedule_of(act: Act, slot: Tree) -> Tree | None:
    """The session that a slot belongs to."""
    return act.after(target(slot.get("schedule")))
