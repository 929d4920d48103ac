"""What patients may find, see and do with their own tokens.

Source: docs/contract.md 12.2.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from contract.codes import CancelReason, OnlineService
from contract.errors import ErrorCode
from contract.systems import CANCEL_REASON
from practice.refusal import Refusal
from practice.rules import claims, consent, engaged, offers, slots
from practice.rules.act import Act
from practice.rules.rights import denied
from practice.rules.trees import (
    codes,
    forbidden_move,
    invalid,
    missing,
    moment,
    target,
    targets,
    unknown,
)
from practice.store import Tree

_CLERICAL = frozenset({"meta", "text"})
"""Elements that the service writes itself, or that only repeat the others."""

_TOLD = frozenset({"rejected", "cancelled", "failed"})
"""Endings whose reason is the patient's to read."""


def call(act: Act) -> str:
    """`Please call the practice on 01632 960123.`, as far as a number is known."""
    number = act.policy.phone or _practice_phone(act)
    return f"Please call the practice on {number}." if number else "Please call the practice."


def _practice_phone(act: Act) -> str:
    for organization in act.find("Organization"):
        for contact in organization.get("telecom", ()):
            if contact.get("system") == "phone" and contact.get("value"):
                return str(contact["value"])
    return ""


def own_booking(act: Act, tree: Tree) -> Tree:
    """A patient's booking, made their own.

    Raises:
        Refusal: 403 switched off, or for somebody else; 422 what only staff may write.
    """
    having = consent.services(act.unit, act.caller)
    consent.require_any(having, (OnlineService.APPOINTMENTS,))
    people = [p for p in tree.get("participant", ()) if _is_patient(p)]
    if [target(p.get("actor")) for p in people] != [act.own]:
        raise denied("You can book only for yourself.")
    for name in ("comment", "patientInstruction"):
        if name in tree:
            raise invalid(f"Appointment.{name}", "Only the practice writes this.")
    for reference in targets(tree.get("supportingInformation")):
        led = act.after(reference)
        if led is None or consent.subject_of(led) != act.own:
            raise unknown("Appointment.supportingInformation", reference)
    if len(targets(tree.get("slot"))) != 1:
        raise missing("Appointment.slot", "Choose exactly one slot.")
    # Whom the patient meets follows from the slot, and their name from their record.
    me = {"actor": {"reference": act.own}, "status": "accepted"}
    return {**{k: v for k, v in tree.items() if k != "created"}, "participant": [me]}


def _is_patient(participant: Tree) -> bool:
    return target(participant.get("actor")).startswith("Patient/")


def check_booking(act: Act, chosen: Sequence[Tree], start: datetime) -> None:
    """The practice's limits on online booking.

    Raises:
        Refusal: 409 not open online; 422 too soon, too far ahead, or too many bookings.
    """
    policy = act.policy
    if chosen and all(offers.is_for(slot, act.own, act.now) for slot in chosen):
        return  # the practice has chosen it for them: what limits a choice of one's own is settled
    if any(not slots.is_online(slot) or slot.get("overbooked") for slot in chosen):
        raise slots.taken()
    if any(not slots.is_bookable_online(slot, act.now) for slot in chosen):
        raise _rule(ErrorCode.TOO_SOON, f"This time can no longer be booked online. {call(act)}")
    if start < act.now + timedelta(minutes=policy.notice_min):
        raise _rule(ErrorCode.TOO_SOON, f"That is too soon to book online. {call(act)}")
    if start > act.now + timedelta(days=policy.window_days):
        raise _rule(
            ErrorCode.TOO_FAR,
            f"You can book online up to {policy.window_days} days ahead.",
        )
    held = act.find("Appointment", patient=act.own, status="booked", date=f"ge{_utc(act.now)}")
    if sum(1 for _ in held) >= policy.open_bookings:
        raise _rule(
            ErrorCode.TOO_MANY_BOOKINGS,
            f"You already have {policy.open_bookings} appointments booked. {call(act)}",
        )
    if any(_clinician_is_engaged(act, slot) for slot in chosen):
        raise slots.taken()


def _clinician_is_engaged(act: Act, slot: Tree) -> bool:
    """Whether somebody is booked with the clinician over this time, by another slot or by none.

    Staff may squeeze a patient in; online never overbooks.
    """
    clinicians = engaged.clinicians_of(claims.schedule_of(act, slot))
    return engaged.are_engaged(act.unit, clinicians, *slots.span(slot))


def _utc(when: datetime) -> str:
    return when.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _rule(code: ErrorCode, text: str) -> Refusal:
    return Refusal(422, "business-rule", code, text)


def own_cancellation(act: Act, before: Tree, after: Tree) -> Tree:
    """A patient's change to a booking: cancelling it, and nothing else.

    Raises:
        Refusal: 403 switched off; 422 anything else, or too late.
    """
    having = consent.services(act.unit, act.caller)
    consent.require_any(having, (OnlineService.APPOINTMENTS,))
    _only(before, after, appointment_seen, "status", "cancelationReason")
    reason = after.get("cancelationReason")
    if after.get("status") != "cancelled" or before.get("status") != "booked":
        raise forbidden_move(f"You can only cancel a booking online. {call(act)}")
    if not any(
        code == CancelReason.PATIENT or code.startswith(f"{CancelReason.PATIENT}-")
        for code in codes(reason, CANCEL_REASON)
    ):
        raise invalid("Appointment.cancelationReason", "The reason has to be “pat”.")
    left = moment(before.get("start"), "Appointment.start") - act.now
    if left < timedelta(minutes=act.policy.cancel_cutoff_min):
        raise _rule(ErrorCode.TOO_LATE, f"It is too late to cancel this online. {call(act)}")
    return {**before, "status": "cancelled", "cancelationReason": reason}


def own_withdrawal(act: Act, before: Tree, after: Tree) -> Tree:
    """A patient's change to a request: withdrawing it while nobody has taken it on.

    Raises:
        Refusal: 422 anything else, or too late.
    """
    _only(before, after, task_seen, "status", "statusReason", "lastModified")
    if after.get("status") != "cancelled":
        raise forbidden_move("You can only withdraw a request.", "Task.status")
    if before.get("status") not in ("requested", "received"):
        raise forbidden_move(
            f"The practice is already dealing with this request. {call(act)}", "Task.status"
        )
    said = {"statusReason": after["statusReason"]} if "statusReason" in after else {}
    # A reason that stood there was for colleagues, and would now be the patient's to read.
    rest = {k: v for k, v in before.items() if k != "statusReason"}
    return {**rest, "status": "cancelled", **said}


def own_receipt(before: Tree, after: Tree) -> Tree:
    """A patient's change to a message of the practice: it has been read.

    Raises:
        Refusal: 422 anything else.
    """
    _only(before, after, message_seen, "status", "received")
    mine = target(before.get("sender")).startswith(("Patient/", "RelatedPerson/"))
    if mine or after.get("status") != "completed":
        raise forbidden_move("You can only mark a message of the practice as read.")
    return {**before, "status": "completed", "received": after.get("received")}


def _only(before: Tree, after: Tree, seen: Callable[[Tree], Tree], *names: str) -> None:
    """Refuse any difference outside *names* between what was seen and what comes back."""
    free = _CLERICAL.union(names)
    shown = {k: v for k, v in seen(before).items() if k not in free}
    back = {k: v for k, v in after.items() if k not in free}
    for name in sorted(shown.keys() | back.keys()):
        if shown.get(name) != back.get(name):
            where = f"{before['resourceType']}.{name}"
            raise forbidden_move("That part cannot be changed online.", where)


def appointment_seen(tree: Tree) -> Tree:
    """An appointment less the staff's note."""
    return {k: v for k, v in tree.items() if k != "comment"}


def task_seen(tree: Tree) -> Tree:
    """A request less what is for colleagues: their notes, and why an emergency was taken back."""
    notes = [n for n in tree.get("note", ()) if n.get("authorString") == "Patient"]
    hidden = {"note"} if tree.get("status") in _TOLD else {"note", "statusReason"}
    rest = {k: v for k, v in tree.items() if k not in hidden}
    return rest | {"note": notes} if notes else rest


def message_seen(tree: Tree) -> Tree:
    """A message less any note on it; which messages are shown at all is decided elsewhere."""
    return {k: v for k, v in tree.items() if k != "note"}


def slot_seen(tree: Tree) -> Tree:
    """A slot less the desk's words about it."""
    return {k: v for k, v in tree.items() if k not in ("comment", "identifier")}
