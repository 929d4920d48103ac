"""Requests (Task): how they move, when they are due, what an ending needs.

Source: docs/contract.md 4.3, 7.
"""

from datetime import datetime
from typing import Any

from contract.codes import (
    OnlineService,
    Outcome,
    Priority,
    Reject,
    RequestState,
    RequestType,
)
from contract.contact import ContactOutcome
from contract.core_hours import STANDARD, CoreHours
from contract.moves import TASK_OPEN, task_may_move
from contract.systems import REQUEST_OUTCOME, REQUEST_REJECT, REQUEST_STATE, REQUEST_TYPE
from practice.clock import instant
from practice.rules import (
    acknowledging,
    consent,
    contacts,
    deliveries,
    matching,
    offers,
    patients,
    repeat_words,
    repeats,
)
from practice.rules.act import Act
from practice.rules.caller import Right
from practice.rules.hours import core_hours
from practice.rules.rights import denied, require
from practice.rules.trees import (
    codes,
    forbidden_move,
    invalid,
    missing,
    moment,
    target,
    unknown,
)
from practice.store import Tree

_URGENT = frozenset({Priority.URGENT, Priority.ASAP, Priority.STAT})
_FIXED = ("code", "requester", "description", "groupIdentifier", "reasonReference")
_WORDS = {
    "requested": "new",
    "received": "being looked at",
    "accepted": "assigned",
    "in-progress": "in progress",
    "on-hold": "waiting",
    "completed": "done",
    "rejected": "rejected",
    "cancelled": "withdrawn",
    "failed": "failed",
    "entered-in-error": "filed in error",
}
_REJECT_WORDS = {
    Reject.NOT_OUR_PATIENT: "You are not registered with this practice.",
    Reject.DUPLICATE: "We already have this request from you.",
    Reject.TOO_EARLY: "It is too early to order this again.",
    Reject.REVIEW_DUE: "A review is due before this can be ordered again.",
    Reject.NOT_SUITABLE: "This cannot be dealt with online. Please contact the practice.",
    Reject.OTHER: "The practice could not deal with this. Please contact the practice.",
}
_UNMATCHED_ENDS = frozenset({Outcome.DUPLICATE, Outcome.WITHDRAWN, Outcome.EMERGENCY_SERVICES})
"""How a request may end while nobody knows whose it is: nothing is booked and nobody is told."""
_ENDS = frozenset({"completed", "rejected", "cancelled", "failed", "entered-in-error"})


def is_urgent(tree: Tree) -> bool:
    """Whether a request has to be dealt with the same day."""
    return tree.get("priority") in _URGENT


def state_of(tree: Tree) -> str | None:
    """Where a request stands (request-state code)."""
    found = codes(tree.get("businessStatus"), REQUEST_STATE)
    return found[0] if found else None


def in_state(tree: Tree, state: RequestState) -> Tree:
    """*tree* with the business status *state*."""
    return {
        **tree,
        "businessStatus": {"coding": [{"system": REQUEST_STATE, "code": state.value}]},
    }


def due_of(tree: Tree) -> datetime | None:
    """When a request is due, or a reply is awaited until."""
    text = _period_end(tree)
    return moment(text, "Task.restriction.period.end") if text else None


def with_due(tree: Tree, when: datetime) -> Tree:
    """*tree*, due at *when*."""
    restriction = tree.get("restriction", {})
    period = {**restriction.get("period", {}), "end": instant(when)}
    return {**tree, "restriction": {**restriction, "period": period}}


def reopened(tree: Tree, state: RequestState, now: datetime, hours: CoreHours = STANDARD) -> Tree:
    """A request that somebody has to look at again, due anew from *now*."""
    fresh = in_state({**tree, "status": "in-progress", "lastModified": instant(now)}, state)
    return with_due(fresh, hours.due_at(now, urgent=is_urgent(tree)))


def check_new(act: Act, tree: Tree) -> Tree:
    """A new request, with its times filled in.

    Raises:
        Refusal: 403 for somebody else, or switched off; 409 the same item is pending; 422.
    """
    if act.by_patient:
        tree = _own(act, tree)
    elif tree.get("status") not in TASK_OPEN:
        raise invalid("Task.status", "A new request cannot be finished already.")
    _check_subject(act, tree)
    tree = acknowledging.check_new(act, tree)
    if repeats.is_repeat(tree):
        repeats.check_new(act, tree)
    tree = {"priority": Priority.ROUTINE.value, **tree}
    tree |= {"authoredOn": instant(act.now), "lastModified": instant(act.now)}
    if state_of(tree) is None and tree["status"] == "requested":
        matched = bool(target(tree.get("for")))
        tree = in_state(tree, RequestState.NEW if matched else RequestState.UNMATCHED)
    if tree["status"] == "on-hold":
        _check_awaited(act, tree)
    else:
        tree = with_due(tree, core_hours(act.unit).due_at(act.now, urgent=is_urgent(tree)))
    return repeat_words.worded(act, tree) if repeats.is_repeat(tree) else tree


def check_change(act: Act, before: Tree, after: Tree) -> Tree:
    """A request's next version.

    Raises:
        Refusal: 403 without the right; 422 for a forbidden move or an ending that lacks something.
    """
    if act.by_patient:
        after = patients.own_withdrawal(act, before, after)
    was, will = str(before.get("status")), str(after.get("status"))
    if not task_may_move(was, will):
        raise forbidden_move(
            f"A request that is {_WORDS.get(was, was)} cannot become {_WORDS.get(will, will)}.",
            "Task.status",
        )
    _check_fixed(before, after)
    _check_subject(act, after)
    after = acknowledging.check(act, before, after)
    if before.get("priority") == Priority.STAT != after.get("priority"):
        fresh = {**after, "statusReason": _fresh_reason(before, after)}
        _need_reason(fresh, "Taking back an emergency needs a reason.")
    if will != was and will in _ENDS:
        after = _ended(act, before, after)
    if will == "received":
        after = _claimed(act, after)
    if was in _ENDS and will == "in-progress" and state_of(before) == state_of(after):
        after = in_state(after, RequestState.REOPENED)
    matching.check_found(before, after)
    _check_outcomes(before, after)
    if target(after.get("for")) and state_of(after) == RequestState.UNMATCHED:
        after = in_state(after, RequestState.NEW)
    if repeats.is_repeat(before):
        repeats.check_change(act, before, after)
        if was in _ENDS and will not in _ENDS and not _fresh_reason(before, after):
            # The reason of an ending that is taken back: the next one has to give its own.
            after = {name: value for name, value in after.items() if name != "statusReason"}
    after = {**after, "authoredOn": before.get("authoredOn", instant(act.now))}
    after = _due_anew(act, before, {**after, "lastModified": instant(act.now)})
    return repeat_words.worded(act, after) if repeats.is_repeat(before) else after


def _own(act: Act, tree: Tree) -> Tree:
    """A patient's request, made their own."""
    if tree.get("status") != "requested":
        raise invalid("Task.status", "A new request is “requested”.")
    if target(tree.get("for")) not in ("", act.own):
        raise denied("You can ask only for yourself.")
    if "owner" in tree:
        raise invalid("Task.owner", "Only the practice says who deals with a request.")
    kinds = codes(tree.get("code"), REQUEST_TYPE)
    repeat = repeats.is_repeat(tree)
    if not repeat and not set(kinds) & set(RequestType):
        raise invalid("Task.code", "Say what kind of request this is.")
    wanted = [OnlineService.PRESCRIPTIONS_MANAGE] if repeat else []
    if RequestType.THREAD in kinds:
        wanted.append(OnlineService.MESSAGES)
    if wanted:
        consent.require_any(consent.services(act.unit, act.caller), wanted)
    focus = target(tree.get("focus"))
    led = act.after(focus) if focus else None
    if focus and (led is None or consent.subject_of(led) != act.own):
        raise unknown("Task.focus", focus)
    requester = {**tree.get("requester", {}), "reference": act.caller.reference}
    notes = [
        {**{k: v for k, v in note.items() if k != "authorReference"}, "authorString": "Patient"}
        for note in tree.get("note", ())
    ]
    ours = ("businessStatus", "restriction", "statusReason", "note")
    return {
        **{k: v for k, v in tree.items() if k not in ours},
        **({"note": notes} if notes else {}),
        "for": {**tree.get("for", {}), "reference": act.own},
        "requester": requester,
    }


def _check_subject(act: Act, tree: Tree) -> None:
    patient = target(tree.get("for"))
    if patient and act.after(patient) is None:
        raise unknown("Task.for", patient)


def _check_fixed(before: Tree, after: Tree) -> None:
    for name in _FIXED:
        if name in before and before[name] != after.get(name):
            raise forbidden_move("What was asked, and by whom, cannot change.", f"Task.{name}")
    for name in ("for", "focus"):
        held = target(before.get(name))
        if held and held != target(after.get(name)):
            raise forbidden_move(
                "A request keeps its patient and its thread: file it as entered in error instead.",
                f"Task.{name}",
            )


def _fresh_reason(before: Tree, after: Tree) -> Any:
    """The reason given with this very change; one from an earlier ending does not count."""
    reason = after.get("statusReason")
    return None if reason == before.get("statusReason") else reason


def _need_reason(after: Tree, text: str) -> None:
    reason: Any = after.get("statusReason") or {}
    if not reason.get("text") and not any(c.get("code") for c in reason.get("coding", ())):
        raise missing("Task.statusReason", text)


def _ended(act: Act, before: Tree, after: Tree) -> Tree:
    contacts.check_ended(before, after)
    after = offers.without_offer(after)
    status = after["status"]
    fresh = {**after, "statusReason": _fresh_reason(before, after)}
    if status == "completed":
        _check_completed(act, after)
    elif status == "rejected":
        require(act.caller, Right.REJECT_REQUEST)
        _need_reason(fresh, "Say why the request is rejected; the patient reads it.")
        after = repeat_words.reasoned(act, after) if repeats.is_repeat(before) else _worded(after)
    elif status == "cancelled" and not act.by_patient:
        _need_reason(fresh, "Say why the request is withdrawn.")
    elif status == "failed" and fresh["statusReason"] is None:
        # What stands there was for colleagues, and would now be the patient's to read.
        after = {name: value for name, value in after.items() if name != "statusReason"}
    deliveries.check_ended(act, before, after)
    return after


def _outcomes(tree: Tree) -> list[str]:
    return [
        code
        for output in tree.get("output", ())
        for code in codes(output.get("valueCodeableConcept"), REQUEST_OUTCOME)
    ]


def _check_outcomes(before: Tree, after: Tree) -> None:
    """Refuse outcomes that are none of contract 4.3; what stood there before may stay."""
    known = {*Outcome, *ContactOutcome, *_outcomes(before)}
    strange = [code for code in _outcomes(after) if code not in known]
    if strange:
        raise invalid(
            "Task.output",
            f"“{strange[0][:40]}” is not an outcome. These are: {', '.join(Outcome)}.",
        )


def _check_completed(act: Act, after: Tree) -> None:
    outputs = after.get("output", ())
    if not outputs:
        raise missing("Task.output", "Say how the request ended.")
    if not target(after.get("for")):
        outcomes = set(_outcomes(after))
        acted = any("valueReference" in output for output in outputs)
        if acted or not outcomes or not outcomes <= _UNMATCHED_ENDS:
            raise matching.unmatched("Task.for")
    matching.check_outputs(act, after)


def _worded(after: Tree) -> Tree:
    """A rejection has words that the patient can read."""
    reason = after["statusReason"]
    if reason.get("text"):
        return after
    known = [c for c in codes(reason, REQUEST_REJECT) if c in set(Reject)]
    words = _REJECT_WORDS[Reject(known[0]) if known else Reject.OTHER]
    return {**after, "statusReason": {**reason, "text": words}}


def _claimed(act: Act, after: Tree) -> Tree:
    """A soft claim names its owner."""
    if "owner" not in after:
        owner = {"reference": act.caller.reference, "display": act.caller.display}
        after = {**after, "owner": owner}
    return after if "businessStatus" in after else in_state(after, RequestState.VIEWING)


def _period_end(tree: Tree) -> str | None:
    end = tree.get("restriction", {}).get("period", {}).get("end")
    return str(end) if end else None


def _check_awaited(act: Act, tree: Tree) -> None:
    end = due_of(tree)
    if end is None:
        raise missing("Task.restriction.period.end", "Say until when the request waits.")
    if end <= act.now:
        raise invalid("Task.restriction.period.end", "A request cannot wait for what is over.")


def _due_anew(act: Act, before: Tree, after: Tree) -> Tree:
    """The due time follows from the rule; only what waits for somebody has a time of its own."""
    was, will = before.get("status"), after.get("status")
    if will == "on-hold":
        if was != "on-hold" or _period_end(before) != _period_end(after):
            _check_awaited(act, after)
        return after
    fresh = core_hours(act.unit).due_at(act.now, urgent=is_urgent(after))
    due = due_of(before)
    if was == "on-hold" or (was in _ENDS and will not in _ENDS) or due is None:
        return with_due(after, fresh)
    if is_urgent(after) and not is_urgent(before):
        return with_due(after, min(due, fresh))
    return with_due(after, due)
