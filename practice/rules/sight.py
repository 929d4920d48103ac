"""What a caller may find and see.

Source: docs/contract.md 3, 8, 12.2.
"""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

from contract.codes import BookingAccess, MessageCategory
from contract.errors import ErrorCode
from contract.limits import SEARCH_DAYS_PATIENT
from contract.systems import BOOKING_ACCESS
from practice.clock import instant
from practice.refusal import Refusal
from practice.rules import attachments, consent, messages, offers, patients, slots, templates
from practice.rules.caller import Caller, Right
from practice.rules.engaged import Engaged
from practice.rules.policy import Policy
from practice.rules.trees import moment, target
from practice.store import Pairs, Tree, Unit

PUBLIC = frozenset(
    {
        "Schedule",
        "Practitioner",
        "PractitionerRole",
        "Organization",
        "Location",
        "HealthcareService",
        "Questionnaire",
    }
)
"""Types that say nothing about any patient."""

_NO_SECRET = PUBLIC | {"CareTeam", "Slot"}
"""Types of which a patient may name any, seen or not: whom they write to, what they book."""

_PREFIXES = ("ge", "gt", "le", "lt", "eq", "sa", "eb")
_LOWER, _UPPER = frozenset({"ge", "gt", "sa", "eq"}), frozenset({"le", "lt", "eb", "eq"})


def sees_all(caller: Caller, resource_type: str) -> bool:
    """Whether *caller* sees every resource of the type, and all of it."""
    if caller.patient is not None:
        return False
    if resource_type == "AuditEvent" and not caller.has(Right.READ_AUDIT):
        return False
    return any(caller.may(resource_type, letter) for letter in "crus")


def narrowed(
    caller: Caller, resource_type: str, params: Pairs, policy: Policy, now: datetime
) -> list[tuple[str, str]]:
    """*params* of a search, forced to what *caller* may find.

    Raises:
        Refusal: 400, a patient asks for slots without a range or for more than 14 days, or looks
            at one thing through another.
    """
    wanted = list(params)
    if caller.patient is None:
        return wanted
    for name, _ in wanted:
        if "." in name or name.startswith("_has"):
            raise _bad(f"The parameter {name} is not offered to patients.")
    if resource_type == "Schedule":
        return [*wanted, ("active:not", "false")]
    if resource_type in PUBLIC:
        return wanted
    if resource_type == "Slot":
        return wanted + _open_slots(wanted, policy, now)
    if resource_type == "Patient":
        return [*wanted, ("_id", caller.patient)]
    wanted.append(("patient", f"Patient/{caller.patient}"))
    if resource_type == "Communication":
        wanted += [("category", MessageCategory.PATIENT.value), ("status:not", "preparation")]
    return wanted


def seen(unit: Unit, caller: Caller, tree: Tree, policy: Policy, now: datetime) -> Tree | None:
    """What *caller* may see of *tree*; None where they may not know of it."""
    kind = str(tree.get("resourceType"))
    if caller.patient is None:
        return tree if sees_all(caller, kind) else None
    if not any(caller.may(kind, letter) for letter in "crus"):
        return None
    own = f"Patient/{caller.patient}"
    if kind in _LOOKS:
        return _LOOKS[kind](tree, own)
    if kind == "Slot":
        bookable = is_bookable(tree, policy, now) and not Engaged.of(unit).over(tree)
        shown = bookable or offers.is_for(tree, own, now)
        return patients.slot_seen(tree) if shown else None
    shown = kind in PUBLIC and not templates.is_template(tree)
    if kind in consent.RECORD_TYPES and consent.subject_of(tree) == own:
        shown = bool(consent.services(unit, caller).intersection(consent.RECORD_TYPES[kind]))
    if kind == "Binary":
        shown = attachments.opens_for(unit, tree, own)
    return tree if shown else None


def nameable(
    unit: Unit, caller: Caller, resource_type: str, resource_id: str, policy: Policy
) -> bool:
    """Whether *caller* may refer to a resource.

    To a patient, what they may not see is as what is not there.
    """
    reference = f"{resource_type}/{resource_id}"
    if caller.patient is None or resource_type in _NO_SECRET or reference == caller.reference:
        return unit.has(resource_type, resource_id)
    held = unit.get(resource_type, resource_id)
    return held is not None and seen(unit, caller, held.tree(), policy, unit.now) is not None


def is_bookable(slot: Tree, policy: Policy, now: datetime) -> bool:
    """Whether patients may book a slot, so far as the slot itself goes.

    Whether its clinician has somebody over its time is another question (`engaged`).
    """
    if slot.get("status") != "free" or not slots.is_bookable_online(slot, now):
        return False
    start = moment(slot.get("start"), "Slot.start")
    first, last = _window(policy, now)
    return first <= start <= last


def _patient(tree: Tree, own: str) -> Tree | None:
    return tree if f"Patient/{tree.get('id')}" == own else None


def _appointment(tree: Tree, own: str) -> Tree | None:
    actors = [target(p.get("actor")) for p in tree.get("participant", ())]
    return patients.appointment_seen(tree) if own in actors else None


def _task(tree: Tree, own: str) -> Tree | None:
    return patients.task_seen(tree) if target(tree.get("for")) == own else None


def _communication(tree: Tree, own: str) -> Tree | None:
    shown = (
        messages.category(tree) == MessageCategory.PATIENT
        and target(tree.get("subject")) == own
        and tree.get("status") != "preparation"
    )
    return patients.message_seen(tree) if shown else None


def _form(tree: Tree, own: str) -> Tree | None:
    return tree if target(tree.get("subject")) == own else None


_LOOKS: dict[str, Callable[[Tree, str], Tree | None]] = {
    "Patient": _patient,
    "Appointment": _appointment,
    "Task": _task,
    "Communication": _communication,
    "QuestionnaireResponse": _form,
}


def _window(policy: Policy, now: datetime) -> tuple[datetime, datetime]:
    return (
        now + timedelta(minutes=policy.notice_min),
        now + timedelta(days=policy.window_days),
    )


def _open_slots(params: Pairs, policy: Policy, now: datetime) -> list[tuple[str, str]]:
    lower: list[datetime] = []
    upper: list[datetime] = []
    for name, value in params:
        if name == "start":
            prefix = value[:2] if value[:2] in _PREFIXES else "eq"
            begin, end = _reach(value[2:] if value[:2] == prefix else value)
            if prefix in _LOWER:
                lower.append(begin)
            if prefix in _UPPER:
                upper.append(end)
    if not lower or not upper:
        raise _bad("Say from when to when: start=ge… and start=lt….")
    if min(upper) - max(lower) > timedelta(days=SEARCH_DAYS_PATIENT, hours=1):
        # The hour is that of the night in autumn when the clocks go back.
        raise _bad(f"At most {SEARCH_DAYS_PATIENT} days can be searched at once.")
    first, last = _window(policy, now)
    return [
        ("status", "free"),
        ("service-category", f"{BOOKING_ACCESS}|{BookingAccess.ONLINE.value}"),
        ("start", f"ge{instant(first)}"),
        ("start", f"le{instant(last)}"),
    ]


def _reach(text: str) -> tuple[datetime, datetime]:
    """The first and the last moment that a date or time in a query stands for."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise _bad(f"“{text}” is not a date.") from None
    if len(text) == len("2026-11-23"):
        day = datetime.combine(read.date(), time(), UTC)
        return day, day + timedelta(days=1)
    aware = read if read.tzinfo else read.replace(tzinfo=UTC)
    return aware.astimezone(UTC), aware.astimezone(UTC)


def _bad(text: str) -> Refusal:
    return Refusal(400, "invalid", ErrorCode.INVALID_PARAMETER, text)
