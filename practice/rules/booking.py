"""Appointments: what may be booked, and how a booking may change.

Source: docs/contract.md 3 (Appointment), 4.1, 5.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from contract.codes import Mark, SlotType
from contract.core_hours import london_day
from contract.errors import ErrorCode
from contract.limits import COMMENT_CHARS, DESCRIPTION_CHARS
from contract.moves import APPOINTMENT_LIVE, appointment_may_move, appointment_may_undo
from contract.systems import (
    DELIVERY_CHANNEL_EXTENSION,
    MARK_EXTENSION,
    PARTICIPATION_TYPE,
    RECEPTION_MARK,
    SLOT_TYPE,
)
from practice.refusal import Refusal
from practice.rules import claims, matching, offers, patients, slots
from practice.rules.act import Act
from practice.rules.trees import (
    codes,
    extension,
    forbidden_move,
    invalid,
    missing,
    moment,
    target,
    targets,
    unknown,
)
from practice.store import Stored, Tree

WALK_IN_GRACE = timedelta(minutes=15)
"""How far back the start of a walk-in may lie: it is typed while the patient stands there."""
CLOCK_SLACK = timedelta(minutes=2)
"""How far a desktop's idea of the practice's time may run ahead."""
ARRIVAL_LEAD = timedelta(hours=24)
"""An arrival noted longer before the appointment is a slip of the hand."""

_WORDS = {
    "booked": "booked",
    "arrived": "arrived",
    "checked-in": "sent in",
    "fulfilled": "left",
    "noshow": "did not attend",
    "cancelled": "cancelled",
    "entered-in-error": "booked in error",
}
_MOVABLE = frozenset({"booked", "arrived"})


def check_new(act: Act, tree: Tree) -> Tree:
    """A new booking, with what only the service knows filled in.

    Raises:
        Refusal: 409 the slot is taken; 422 for a broken rule.
    """
    if act.by_patient:
        tree = patients.own_booking(act, tree)
    if tree.get("status") not in (("booked",) if act.by_patient else _MOVABLE):
        raise invalid("Appointment.status", "A new appointment is booked, or has arrived.")
    _check_shape(tree)
    _check_people(act, tree)
    matching.check_booking(act, tree)
    chosen = _take_slots(act, tree)
    start, _ = _span(tree)
    _check_not_past(act, start, chosen)
    if act.by_patient:
        patients.check_booking(act, chosen, start)
        tree = offers.request_named(act, tree, chosen)
    tree = _fill(act, tree, chosen)
    _check_times(act, None, tree)
    return tree


def check_change(act: Act, before: Tree, after: Tree) -> Tree:
    """A booking's next version.

    Raises:
        Refusal: 409 the new slot is taken; 422 for a forbidden move or a broken rule.
    """
    if act.by_patient:
        after = patients.own_cancellation(act, before, after)
    _check_shape(after)
    _check_move(act, before, after)
    if _patient(before) != _patient(after):
        raise forbidden_move(
            "An appointment keeps its patient: book another one instead.",
            "Appointment.participant",
        )
    if "created" in before and after.get("created", before["created"]) != before["created"]:
        raise forbidden_move("When it was booked cannot change.", "Appointment.created")
    after = {**after, "created": before["created"]} if "created" in before else after
    moves = _moves(before, after)
    if moves and not {before["status"], after["status"]} <= _MOVABLE:
        raise forbidden_move("Only a patient who still waits can be moved to another time.")
    if moves or _revives(before, after):
        chosen = _take_slots(act, after)
        if moves:
            _check_not_past(act, _span(after)[0], chosen)
        after = _with_duration(after)
    _check_times(act, before, after)
    return after


def settle(act: Act, before: Tree | None, stored: Stored) -> None:
    """Bring the slots in line with a booking that has been written.

    Raises:
        Refusal: 409, another live appointment has the slot.
    """
    if not claims.settle(act, before, stored.tree()):
        raise slots.taken()


def previous_status(history: Sequence[Stored]) -> tuple[str, datetime] | None:
    """The state before the present one, undone steps left out, and when the present one began.

    Args:
        history: every version, newest first.
    """
    path: list[tuple[str, datetime]] = []
    for version in reversed(history):
        status = str(version.tree().get("status"))
        if path and path[-1][0] == status:
            continue
        if len(path) > 1 and path[-2][0] == status:
            path.pop()  # a step taken back
            continue
        path.append((status, version.last_updated))
    return (path[-2][0], path[-1][1]) if len(path) > 1 else None


def _check_shape(tree: Tree) -> None:
    for name, limit in (("description", DESCRIPTION_CHARS), ("comment", COMMENT_CHARS)):
        if len(str(tree.get(name, ""))) > limit:
            raise invalid(f"Appointment.{name}", f"{name.capitalize()}: at most {limit} letters.")
    if "cancelationReason" in tree and tree.get("status") not in ("cancelled", "noshow"):
        raise invalid(
            "Appointment.cancelationReason",
            "A reason belongs only to an appointment that is cancelled or was not attended.",
        )
    start, end = _span(tree)
    if not start < end:
        raise invalid("Appointment.end", "An appointment has to end after it begins.")
    minutes = tree.get("minutesDuration")
    if minutes is not None and timedelta(minutes=minutes) != end - start:
        raise invalid("Appointment.minutesDuration", "The minutes do not agree with start and end.")


def _span(tree: Tree) -> tuple[datetime, datetime]:
    return (
        moment(tree.get("start"), "Appointment.start"),
        moment(tree.get("end"), "Appointment.end"),
    )


def _actors(tree: Tree, kind: str) -> list[str]:
    actors = (target(p.get("actor")) for p in tree.get("participant", ()))
    return [actor for actor in actors if actor.startswith(f"{kind}/")]


def _patient(tree: Tree) -> list[str]:
    return _actors(tree, "Patient")


def _check_people(act: Act, tree: Tree) -> None:
    found = _patient(tree)
    if len(found) != 1:
        raise missing("Appointment.participant", "An appointment is for exactly one patient.")
    if act.after(found[0]) is None:
        raise unknown("Appointment.participant", found[0])
    for reference in _actors(tree, "Practitioner"):
        if act.after(reference) is None:
            raise unknown("Appointment.participant", reference)


def _revives(before: Tree, after: Tree) -> bool:
    """Whether a booking comes back to life, and needs its slots again."""
    return after.get("status") in APPOINTMENT_LIVE and before.get("status") not in APPOINTMENT_LIVE


def _moves(before: Tree, after: Tree) -> bool:
    return targets(before.get("slot")) != targets(after.get("slot")) or _span(before) != _span(
        after
    )


def _take_slots(act: Act, tree: Tree) -> list[Tree]:
    """The slots of a booking in order of time, when it may have every one of them."""
    references = targets(tree.get("slot"))
    if len(set(references)) != len(references):
        raise invalid("Appointment.slot", "The same slot stands there twice.")
    chosen = [_take_slot(act, reference, tree) for reference in references]
    if not chosen:
        return []
    chosen.sort(key=slots.span)
    if not slots.are_one(chosen):
        raise Refusal(
            422,
            "business-rule",
            ErrorCode.NOT_ADJACENT,
            "Slots can be booked together only when they touch and are of one session and kind.",
            expression="Appointment.slot",
        )
    if _span(tree) != (slots.span(chosen[0])[0], slots.span(chosen[-1])[1]):
        raise invalid("Appointment.start", "The times do not agree with those of the slot.")
    return chosen


def _take_slot(act: Act, reference: str, tree: Tree) -> Tree:
    appointment_id = tree.get("id")
    planned, slot = act.bundle.planned.get(reference), act.before(reference)
    chosen = planned if planned is not None else slot
    if chosen is None or not reference.startswith("Slot/"):
        raise unknown("Appointment.slot", reference)
    slot_id = reference.partition("/")[2]
    rivals = claims.holders_after(act, slot_id) - {appointment_id}
    if rivals and (planned is None or not chosen.get("overbooked")):
        raise slots.taken()
    if planned is not None:
        if planned.get("status") != "busy":
            raise forbidden_move("A slot is made busy when it is booked.", "Appointment.slot")
        return planned
    offer = offers.standing(chosen, act.now)
    if offer is not None:
        if not offers.is_patients(tree, offer.patient):
            raise slots.taken() if act.by_patient else offers.kept(offer)
    elif not _is_open(act, chosen, slot_id):
        raise slots.taken()
    return chosen


def _is_open(act: Act, slot: Tree, slot_id: str) -> bool:
    """Whether a stored slot that nobody will have can be taken without a PUT of its own."""
    match slot.get("status"):
        case "free":
            return not act.by_patient or slots.is_online(slot)
        case "busy-tentative":
            if act.by_patient and not slots.is_online(slot):
                return False
            return not slots.held_by_other(act, slot)
        case "busy":
            if act.by_patient:
                return False
            # Left in this very request, taken first by its holder, or kept since its time came.
            leaving = bool(claims.holders(act, slot_id))
            mine = slots.holder(slot) is None or slots.is_holder(act.caller, slot)
            return leaving or mine or slots.hold_over(slot, act.now)
        case "busy-unavailable" if not act.by_patient:
            raise forbidden_move("That slot is not open for booking.", "Appointment.slot")
    return False


def _check_not_past(act: Act, start: datetime, chosen: list[Tree]) -> None:
    """Nobody books what is over; staff may still book what has begun."""
    if start >= act.now:
        return
    if not act.by_patient:
        begun = start >= act.now - WALK_IN_GRACE
        if (chosen and slots.span(chosen[-1])[1] > act.now) or (not chosen and begun):
            return
    raise Refusal(
        422,
        "business-rule",
        ErrorCode.IN_THE_PAST,
        "That time has passed, so it can no longer be booked.",
        expression="Appointment.start",
    )


def _check_move(act: Act, before: Tree, after: Tree) -> None:
    was, will = str(before.get("status")), str(after.get("status"))
    visit = SlotType.VISIT in codes(before.get("serviceType", ()), SLOT_TYPE)
    if appointment_may_move(was, will, visit=visit):
        return
    if not appointment_may_undo(was, will, visit=visit):
        raise forbidden_move(
            f"An appointment that is “{_WORDS.get(was, was)}” cannot become "
            f"“{_WORDS.get(will, will)}”.",
            "Appointment.status",
        )
    if act.bundle.request_id is None:
        raise forbidden_move("An undo needs an X-Request-Id.", "Appointment.status")
    previous = previous_status(act.unit.history("Appointment", str(before["id"])))
    if previous is None or previous[0] != will:
        raise forbidden_move(
            f"Undo leads only to the state before, which was not “{_WORDS[will]}”.",
            "Appointment.status",
        )
    if london_day(previous[1]) != london_day(act.now):
        raise forbidden_move("Undo is possible only on the same day.", "Appointment.status")


def _check_times(act: Act, before: Tree | None, after: Tree) -> None:
    """Arrived, sent in and left are written by the client; they must not be absurd."""
    old = [p.get("period") for p in (before or {}).get("participant", ())]
    for who in after.get("participant", ()):
        period = who.get("period")
        if period is None or period in old:
            continue
        where = "Appointment.participant.period"
        begun, ended = period.get("start"), period.get("end")
        times = [moment(text, where) for text in (begun, ended) if text]
        if any(when > act.now + CLOCK_SLACK for when in times):
            raise invalid(where, "A time of arriving or leaving cannot lie in the future.")
        if any(when < _span(after)[0] - ARRIVAL_LEAD for when in times):
            raise invalid(where, "Nobody arrives more than a day before the appointment.")
        if times != sorted(times):
            raise invalid(where, "Nobody leaves before arriving.")


def _with_duration(tree: Tree) -> Tree:
    start, end = _span(tree)
    return {**tree, "minutesDuration": int((end - start).total_seconds()) // 60}


def _fill(act: Act, tree: Tree, chosen: list[Tree]) -> Tree:
    """What only the service knows, and what the board needs to paint without the slot."""
    tree = _with_duration(tree)
    if "created" not in tree:
        tree["created"] = act.now.isoformat(timespec="seconds").replace("+00:00", "Z")
    elif moment(tree["created"], "Appointment.created") > act.now + CLOCK_SLACK:
        raise invalid("Appointment.created", "Nobody books in the future.")
    if chosen:
        for name in ("serviceType", "appointmentType"):
            if name not in tree and name in chosen[0]:
                tree[name] = chosen[0][name]
        how = extension(chosen[0], DELIVERY_CHANNEL_EXTENSION)
        if how is not None and extension(tree, DELIVERY_CHANNEL_EXTENSION) is None:
            tree["extension"] = [*tree.get("extension", ()), how]
        if not _actors(tree, "Practitioner"):
            tree["participant"] = [*tree["participant"], *_clinicians(act, chosen[0])]
    tree["participant"] = [_named(act, who) for who in tree["participant"]]
    if act.by_patient and Mark.VIA_ONLINE not in _marks(tree):
        tree["extension"] = [*tree.get("extension", ()), _mark(Mark.VIA_ONLINE)]
    return tree


def _named(act: Act, participant: Tree) -> Tree:
    """A patient's name stands in the booking, so that the board can paint it by itself."""
    actor = participant.get("actor", {})
    patient = act.after(target(actor)) if target(actor).startswith("Patient/") else None
    name = ((patient or {}).get("name") or [{}])[0]
    shown = ", ".join(x for x in (name.get("family", "").upper(), *name.get("given", ())[:1]) if x)
    if not shown or "display" in actor:
        return participant
    return {**participant, "actor": {**actor, "display": shown}}


def _clinicians(act: Act, slot: Tree) -> list[Tree]:
    session = claims.schedule_of(act, slot) or {}
    role = {"coding": [{"system": PARTICIPATION_TYPE, "code": "PPRF"}]}
    return [
        {"type": [role], "actor": actor, "status": "accepted"}
        for actor in session.get("actor", ())
        if target(actor).startswith("Practitioner/")
    ]


def _marks(tree: Tree) -> list[str]:
    marks: list[Any] = [
        held.get("valueCodeableConcept")
        for held in tree.get("extension", ())
        if held.get("url") == MARK_EXTENSION
    ]
    return codes([mark for mark in marks if mark], RECEPTION_MARK)


def _mark(mark: Mark) -> Tree:
    return {
        "url": MARK_EXTENSION,
        "valueCodeableConcept": {"coding": [{"system": RECEPTION_MARK, "code": mark.value}]},
    }
