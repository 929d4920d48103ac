"""Messages (Communication): threads, who may read them, and what a message sets in motion.

Source: docs/contract.md 3 (Communication), 8.
"""

from contract.codes import MessageCategory, OnlineService, RequestState, RequestType
from contract.errors import ErrorCode
from contract.reply_window import ReplyWindow, window_of
from contract.systems import REPLY_WINDOW, REQUEST_TYPE
from practice.clock import instant
from practice.refusal import Refusal
from practice.rules import consent, matching, patients, queries, requests
from practice.rules.act import Act
from practice.rules.hours import core_hours
from practice.rules.rights import denied
from practice.rules.trees import (
    codes,
    codings,
    forbidden_move,
    invalid,
    missing,
    moment,
    target,
    targets,
    unknown,
)
from practice.store import Tree

_FIXED = ("partOf", "category", "subject", "sender", "sent", "payload", "topic", "inResponseTo")
_MOVES = {
    "preparation": {"in-progress", "not-done", "entered-in-error"},
    "in-progress": {"completed", "not-done", "entered-in-error"},
    "not-done": {"in-progress", "entered-in-error"},
    "completed": {"entered-in-error"},
}
_WAITING = frozenset({"on-hold", "completed", "rejected", "failed"})
_CLOSED = frozenset({"cancelled", "entered-in-error"})


def category(tree: Tree) -> str | None:
    """Who may read a message: a `MessageCategory` code."""
    held = _categories(tree)
    # Where both are said, the one that hides more is right.
    return (
        MessageCategory.INTERNAL.value
        if MessageCategory.INTERNAL in held
        else min(held, default=None)
    )


def _categories(tree: Tree) -> set[str]:
    return {code for _, code in codings(tree.get("category", []))} & set(MessageCategory)


def header_of(tree: Tree) -> str:
    """`Communication/<id>` of the thread a message belongs to; empty for a header."""
    parents = targets(tree.get("partOf"))
    return parents[0] if parents else ""


def from_patient(tree: Tree) -> bool:
    """Whether a patient, or a proxy, wrote it."""
    return target(tree.get("sender")).startswith(("Patient/", "RelatedPerson/"))


def check_new(act: Act, tree: Tree) -> Tree:
    """A new thread header or message.

    Raises:
        Refusal: 403 for somebody else, or switched off; 422 for a broken rule.
    """
    parent = header_of(tree)
    tree = _in_thread(act, tree, parent) if parent else _header(act, tree)
    tree = _signed(act, tree)
    if act.by_patient and target(tree.get("subject")) != act.own:
        raise denied("You can write only in your own threads.")
    subject = target(tree.get("subject"))
    if subject and act.after(subject) is None:
        raise unknown("Communication.subject", subject)
    _check_readers(tree)
    if parent:
        matching.check_message(act, parent, tree)
        _check_payload(act, tree)
        if act.by_patient:
            _check_switched_on(act, parent)
    return tree


def check_change(act: Act, before: Tree, after: Tree) -> Tree:
    """A message's next version: sent, read, not delivered, or filed in error.

    Raises:
        Refusal: 422 for a forbidden move or a change to what was written.
    """
    if act.by_patient:
        after = patients.own_receipt(before, after)
    _check_readers(after)
    was, will = str(before.get("status")), str(after.get("status"))
    if was != will and will not in _MOVES.get(was, set()):
        raise forbidden_move("A message cannot go back to that state.", "Communication.status")
    if was != "preparation":
        for name in _FIXED:
            if before.get(name) != after.get(name):
                where = f"Communication.{name}"
                raise forbidden_move("A message that is sent stays as it is.", where)
    elif category(before) != category(after) or before.get("partOf") != after.get("partOf"):
        raise forbidden_move("A message stays in its thread.", "Communication.partOf")
    elif target(before.get("subject")) != target(after.get("subject")):
        raise forbidden_move("A message keeps its patient.", "Communication.subject")
    if will == "not-done" and "statusReason" not in after:
        raise missing("Communication.statusReason", "Say why the message was not delivered.")
    if header_of(after) and will == "completed":
        if not after.get("received"):
            after = {**after, "received": instant(act.now)}
        moment(after["received"], "Communication.received")
    if was == "preparation" and will == "in-progress":
        after = {**after, "sent": instant(act.now)}
    return after


def _check_readers(tree: Tree) -> None:
    readers = targets(tree.get("recipient"))
    if category(tree) == MessageCategory.INTERNAL and any(
        r.startswith(("Patient/", "RelatedPerson/")) for r in readers
    ):
        raise invalid("Communication.recipient", "An internal note cannot be sent to a patient.")


def follow_up(act: Act, before: Tree | None, after: Tree) -> None:
    """What a message does to its request: a patient's brings it back, a failed one too."""
    parent = header_of(after)
    if not parent or category(after) == MessageCategory.INTERNAL:
        return
    failed = after.get("status") == "not-done" and (before or {}).get("status") != "not-done"
    written = before is None and from_patient(after)
    if not failed and not written:
        return
    planned = [t for _, t in act.bundle.of_type("Task") if target(t.get("focus")) == parent]
    if planned:
        return  # the same request says itself what becomes of it
    held = list(act.find("Task", focus=parent))
    asked = queries.asked_in(act, parent)
    if asked:
        state = RequestState.DELIVERY_FAILED if failed else RequestState.REOPENED
        if queries.bring_back(act, asked, state) and not held:
            return
    if failed:
        for task in held:
            if task.get("status") not in _CLOSED:
                state = RequestState.DELIVERY_FAILED
                act.unit.update(requests.reopened(task, state, act.now, core_hours(act.unit)))
        return
    if not held:
        act.unit.create(_request_for(act, parent, after))
    for task in held:
        if task.get("status") in _WAITING:
            act.unit.update(
                requests.reopened(task, RequestState.REOPENED, act.now, core_hours(act.unit))
            )


def _header(act: Act, tree: Tree) -> Tree:
    kind = category(tree)
    if act.by_patient and kind != MessageCategory.PATIENT:
        raise denied("You can only write to the practice.")
    if kind is None:
        raise missing("Communication.category", "Say whether patients may read this thread.")
    if len(_categories(tree)) > 1:
        text = "A thread is for patients or for colleagues, not for both."
        raise invalid("Communication.category", text)
    if "payload" in tree:
        raise invalid("Communication.payload", "The words of a thread stand in its messages.")
    return tree


def _in_thread(act: Act, tree: Tree, parent: str) -> Tree:
    header = act.after(parent)
    if header is None or header.get("resourceType") != "Communication" or header_of(header):
        raise unknown("Communication.partOf", parent)
    kind = category(header)
    if act.by_patient and (
        kind != MessageCategory.PATIENT or consent.subject_of(header) != act.own
    ):
        raise unknown("Communication.partOf", parent)
    if category(tree) not in (None, kind):
        raise forbidden_move(
            "Internal notes and messages to patients never share a thread.",
            "Communication.category",
        )
    subject = target(tree.get("subject"))
    if subject and subject != target(header.get("subject")):
        raise forbidden_move(
            "A message is about the patient of its thread.", "Communication.subject"
        )
    copied: Tree = {name: header[name] for name in ("category", "subject") if name in header}
    if windows := _windows(act, tree, kind):
        copied["category"] = [*header.get("category", ()), *windows]
    return {**tree, **copied}


def _windows(act: Act, tree: Tree, kind: str | None) -> list[Tree]:
    """How long the patient may answer, as the sender says; only the practice says so."""
    given = codes(tree.get("category", []), REPLY_WINDOW)
    if not given or act.by_patient:
        return []
    where = "Communication.category"
    if kind == MessageCategory.INTERNAL:
        raise invalid(where, "No patient can answer a note for colleagues: it has no reply window.")
    if len(given) > 1 or window_of(given[0]) is None:
        raise invalid(where, "A message has one reply window: no-reply, one-reply or days-1 to 90.")
    return [{"coding": [{"system": REPLY_WINDOW, "code": given[0]}]}]


def _signed(act: Act, tree: Tree) -> Tree:
    """A new message says truly who wrote it and when."""
    me = {"reference": act.caller.reference, "display": act.caller.display}
    sender = target(tree.get("sender"))
    if act.by_patient:
        if sender not in ("", act.caller.reference, act.own):
            raise denied("You can write only in your own name.")
        tree = {**tree, "subject": {**tree.get("subject", {})} or {"reference": act.own}}
        tree["sender"] = {**tree.get("sender", {}), **me}
    elif not sender:
        tree = {**tree, "sender": me}
    elif sender.startswith("Practitioner/") and sender != act.caller.reference:
        raise denied("You can write only in your own name.")
    if header_of(tree):
        status = tree.get("status")
        if status not in ("preparation", "in-progress", "not-done") or (
            act.by_patient and status != "in-progress"
        ):
            raise invalid("Communication.status", "A new message is “in-progress”: sent.")
        tree = {k: v for k, v in tree.items() if k not in ("sent", "received")}
        if status != "preparation":
            tree["sent"] = instant(act.now)
    return tree


def _check_payload(act: Act, tree: Tree) -> None:
    parts = tree.get("payload", ())
    if not parts:
        raise missing("Communication.payload", "The message is empty.")
    for part in parts:
        attachment = part.get("contentAttachment")
        if attachment is None:
            if not str(part.get("contentString", "x")).strip():
                raise invalid("Communication.payload", "The message is empty.")
            continue
        if "data" in attachment:
            raise invalid("Communication.payload", "Attachments are stored first, then named.")
        reference = "/".join(str(attachment.get("url", "")).split("/")[-2:])
        binary = act.after(reference) if reference.startswith("Binary/") else None
        guard = target((binary or {}).get("securityContext"))
        if binary is None or (act.by_patient and guard not in (act.own, header_of(tree))):
            raise unknown("Communication.payload", reference)


def _check_switched_on(act: Act, parent: str) -> None:
    """Patients write messages while that is switched on; a new request has its words anyway."""
    requested = any(target(task.get("focus")) == parent for _, task in act.bundle.of_type("Task"))
    if parent in act.bundle.planned and requested:
        return
    having = consent.services(act.unit, act.caller)
    consent.require_any(having, (OnlineService.MESSAGES,))
    _check_window(act, parent)


def _check_window(act: Act, parent: str) -> None:
    """A reply comes while one is awaited, and where one is wanted."""
    for task in (*act.find("Task", focus=parent), *queries.awaiting(act, parent)):
        status, state = task.get("status"), requests.state_of(task)
        until = requests.due_of(task)
        awaited = status == "on-hold" and state == RequestState.AWAITING_PATIENT
        if status in _CLOSED or (awaited and until is not None and until < act.now):
            raise _too_late(act, "The time to reply here has passed.")
    said = sorted(act.find("Communication", part_of=parent), key=_sent)
    ours = [number for number, tree in enumerate(said) if _went_out(tree)]
    if not ours:
        return
    last = said[ours[-1]]
    window, answers = _window(last), said[ours[-1] + 1 :]
    if window is None:
        return
    if window.replies == 0:
        raise _too_late(act, "This message cannot be answered here.")
    if window.replies is not None and sum(map(from_patient, answers)) >= window.replies:
        raise _too_late(act, "You have answered this message; the practice will write again.")
    sent = moment(last.get("sent"), "Communication.sent")
    if window.ends(sent, core_hours(act.unit)) < act.now:
        raise _too_late(act, "The time to reply here has passed.")


def _window(tree: Tree) -> ReplyWindow | None:
    given = codes(tree.get("category", []), REPLY_WINDOW)
    return window_of(given[0]) if given else None


def _went_out(tree: Tree) -> bool:
    return not from_patient(tree) and tree.get("status") in ("in-progress", "completed")


def _sent(tree: Tree) -> tuple[str, str]:
    return str(tree.get("sent", "")), str(tree.get("id", ""))


def _too_late(act: Act, text: str) -> Refusal:
    said = f"{text} {patients.call(act)}"
    return Refusal(422, "business-rule", ErrorCode.REPLY_WINDOW_OVER, said)


def _request_for(act: Act, parent: str, message: Tree) -> Tree:
    """The one request that every thread has, where the sender gave none: nothing may be lost."""
    tree = {
        "resourceType": "Task",
        "status": "requested",
        "intent": "order",
        "code": {"coding": [{"system": REQUEST_TYPE, "code": RequestType.THREAD.value}]},
        "priority": "routine",
        "focus": {"reference": parent},
        "for": message["subject"],
        "requester": message["sender"],
        "authoredOn": instant(act.now),
    }
    fresh = requests.reopened(tree, RequestState.NEW, act.now, core_hours(act.unit))
    return {**fresh, "status": "requested"}
