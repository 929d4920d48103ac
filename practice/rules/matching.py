"""Requests of people nobody has found on the list yet: what waits for that, and who found them.

Source: docs/contract.md 3 (Task), 4.3; domain words 2.3 (Unmatched).
"""

from typing import Any

from contract.codes import MessageCategory
from contract.systems import MESSAGE_CATEGORY
from practice.refusal import Refusal
from practice.rules.act import Act
from practice.rules.trees import codes, forbidden_move, missing, target, targets
from practice.store import Tree

UNKNOWN = "Nobody knows yet whose request this is: match it to a patient first."


def unmatched(expression: str) -> Refusal:
    """422: nothing is booked, sent or filed for somebody unknown."""
    return forbidden_move(UNKNOWN, expression)


def is_found(before: Tree, after: Tree) -> bool:
    """Whether a change says whose request it is."""
    return not target(before.get("for")) and bool(target(after.get("for")))


def check_found(before: Tree, after: Tree) -> None:
    """Refuse to say whose request it is without saying how that is known.

    Raises:
        Refusal: 422, the reason is missing.
    """
    if not is_found(before, after):
        return
    reason: Any = after.get("statusReason") or {}
    if reason == before.get("statusReason") or not str(reason.get("text", "")).strip():
        raise missing(
            "Task.statusReason",
            "Say how it is known who this is: what agrees, or who was asked.",
        )


def check_booking(act: Act, appointment: Tree) -> None:
    """Refuse to book from a request for anybody but the person whose it is.

    Raises:
        Refusal: 422.
    """
    where = "Appointment.supportingInformation"
    patients = [
        target(p.get("actor"))
        for p in appointment.get("participant", ())
        if target(p.get("actor")).startswith("Patient/")
    ]
    for reference in targets(appointment.get("supportingInformation")):
        led = act.after(reference) if reference.startswith("Task/") else None
        if led is None:
            continue
        owner = target(led.get("for"))
        if not owner:
            raise unmatched(where)
        if [owner] != patients:
            raise forbidden_move("That request is another patient's.", where)


def check_outputs(act: Act, request: Tree) -> None:
    """Refuse an ending by an appointment that is somebody else's.

    Raises:
        Refusal: 422.
    """
    owner = target(request.get("for"))
    for output in request.get("output", ()):
        reference = target(output.get("valueReference"))
        booked = act.after(reference) if reference.startswith("Appointment/") else None
        if booked is None:
            continue
        if owner not in [target(p.get("actor")) for p in booked.get("participant", ())]:
            raise forbidden_move("That appointment is another patient's.", "Task.output")


def check_message(act: Act, parent: str, message: Tree) -> None:
    """Refuse to write to somebody unknown; what came with the request itself is no answer.

    Raises:
        Refusal: 422.
    """
    header = act.before(parent)
    if act.by_patient or header is None or target(header.get("subject")):
        return
    if MessageCategory.INTERNAL in codes(message.get("category", []), MESSAGE_CATEGORY):
        return
    planned = dict(act.bundle.of_type("Task"))
    for held in act.find("Task", focus=parent):
        task = planned.get(f"Task/{held['id']}", held)
        if not target(task.get("for")):
            raise unmatched("Communication.partOf")


def follow_up(act: Act, before: Tree | None, after: Tree) -> None:
    """Give the thread of a request to the person who has been found: they read it from now on."""
    if before is None or not is_found(before, after):
        return
    thread, person = target(after.get("focus")), after["for"]
    if not thread.startswith("Communication/"):
        return
    header = act.before(thread)
    if header is None:
        return
    for tree in (header, *act.find("Communication", part_of=thread)):
        if not target(tree.get("subject")):
            act.unit.update({**tree, "subject": {**tree.get("subject", {}), **person}})
