"""How a repeat medicine stands: when it runs out, when it may be ordered, whether a review is due.

Both programs compute it here from the same resources, so that staff and patient are told the same.

Source: docs/contract.md 7; FHIR R4 MedicationRequest (dispenseRequest, basedOn, authoredOn).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from contract.core_hours import london_day

Tree = Mapping[str, Any]

ORDER_AHEAD_DAYS: Final = 7
"""A month's supply may be ordered this long before it runs out; of a short one a quarter."""
_UNIT_DAYS: Final = {"d": 1.0, "wk": 7.0, "mo": 30.4375, "a": 365.25, "h": 1 / 24}
_UNIT_WORDS: Final = {
    "day": "d",
    "days": "d",
    "week": "wk",
    "weeks": "wk",
    "month": "mo",
    "months": "mo",
    "year": "a",
    "years": "a",
}
_LONGEST_DAYS: Final = 3660
_STANDS: Final = frozenset({"active", "on-hold", "completed", "stopped"})
"""An issue in one of these states was supplied, or is to be; `stopped` was, before it was."""


def supply_days(tree: Tree) -> int | None:
    """For how many days one issue lasts; None where the record does not say, or says nonsense."""
    told = _inside(tree, "dispenseRequest", "expectedSupplyDuration")
    value = told.get("value")
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    unit = str(told.get("code") or _UNIT_WORDS.get(str(told.get("unit") or "day").lower(), ""))
    each = _UNIT_DAYS.get(unit)
    if each is None:
        return None
    days = value * each
    return int(days) if 1 <= days <= _LONGEST_DAYS else None


def review_on(tree: Tree) -> date | None:
    """Until when the plan may be issued without a review."""
    return _day(_inside(tree, "dispenseRequest", "validityPeriod").get("end"))


def issued_on(tree: Tree) -> date | None:
    """The London day of an issue; None for one that was cancelled or filed in error."""
    if tree.get("intent") != "order" or tree.get("status") not in _STANDS:
        return None
    return _day(tree.get("authoredOn"))


def is_issue_of(tree: Tree, plan_id: str) -> bool:
    """Whether *tree* is an issue (`order`) of the plan with that id."""
    based = tree.get("basedOn")
    references = based if isinstance(based, list) else ()
    wanted = f"MedicationRequest/{plan_id}"
    return tree.get("intent") == "order" and any(
        isinstance(one, Mapping) and _bare(one.get("reference")) == wanted for one in references
    )


def last_issue(issues: Iterable[Tree], plan_id: str) -> date | None:
    """The day of the latest issue of that plan, if there is any."""
    days = (issued_on(tree) for tree in issues if is_issue_of(tree, plan_id))
    return max((day for day in days if day is not None), default=None)


@dataclass(frozen=True, slots=True)
class Supply:
    """How a repeat medicine stands on a day.

    Attributes:
        on: the London day it is told for.
        last_issue: when it was last issued; None where that is not known.
        days: how long that lasts; None where the record does not say.
        review: until when it may be issued without a review; None where no review is set.
        is_active: whether it is still on repeat.
    """

    on: date
    last_issue: date | None
    days: int | None
    review: date | None
    is_active: bool = True

    @property
    def runs_out(self) -> date | None:
        """The estimated first day without any left."""
        if self.last_issue is None or self.days is None:
            return None
        return self.last_issue + timedelta(days=self.days)

    @property
    def orderable_on(self) -> date | None:
        """The first day on which ordering it again is not too early."""
        out = self.runs_out
        if out is None or self.days is None:
            return None
        return out - timedelta(days=min(ORDER_AHEAD_DAYS, self.days // 4))

    @property
    def is_too_early(self) -> bool:
        """Whether the patient should still have plenty."""
        return self.orderable_on is not None and self.on < self.orderable_on

    @property
    def is_review_due(self) -> bool:
        """Whether the day up to which it may be issued without a review is past."""
        return self.review is not None and self.review < self.on

    @property
    def days_left(self) -> int | None:
        """Whole days until it runs out; negative when it should have."""
        return (self.runs_out - self.on).days if self.runs_out is not None else None


def supply_of(plan: Tree, issues: Iterable[Tree], on: date) -> Supply:
    """How *plan* (MedicationRequest `plan`) stands on the London day *on*.

    *issues* may hold issues of other plans too, and the plan itself.
    """
    return Supply(
        on=on,
        last_issue=last_issue(issues, str(plan.get("id", ""))),
        days=supply_days(plan),
        review=review_on(plan),
        is_active=plan.get("intent") == "plan" and plan.get("status") == "active",
    )


def medicine_name(tree: Tree) -> str:
    """Name and strength, as they are read aloud before anything is signed; or an empty string."""
    concept = _inside(tree, "medicationCodeableConcept")
    if isinstance(concept.get("text"), str):
        return str(concept["text"]).strip()
    codings = concept.get("coding")
    for coding in codings if isinstance(codings, list) else ():
        if isinstance(coding, Mapping) and isinstance(coding.get("display"), str):
            return str(coding["display"]).strip()
    return ""


def pharmacy_name(tree: Tree) -> str:
    """The pharmacy that the plan goes to, or an empty string."""
    performer = _inside(tree, "dispenseRequest", "performer")
    name = performer.get("display")
    return str(name) if isinstance(name, str) else ""


def pharmacy_of(task: Tree, plan: Tree) -> str:
    """Where an ordered item goes: the pharmacy chosen for this once, else the plan's, if any."""
    inputs = task.get("input")
    for told in inputs if isinstance(inputs, list) else ():
        kind = told.get("type") if isinstance(told, Mapping) else None
        codings = kind.get("coding") if isinstance(kind, Mapping) else None
        for coding in codings if isinstance(codings, list) else ():
            if isinstance(coding, Mapping) and coding.get("code") == "preferred-performer":
                chosen = _inside(told, "valueIdentifier")
                name = _inside(chosen, "assigner").get("display")
                if isinstance(name, str) and name:
                    return name
                if isinstance(chosen.get("value"), str):
                    return f"pharmacy {chosen['value']}"
    return pharmacy_name(plan)


def _inside(tree: Tree, *path: str) -> Tree:
    held: Any = tree
    for name in path:
        held = held.get(name) if isinstance(held, Mapping) else None
    return held if isinstance(held, Mapping) else {}


def _bare(reference: object) -> str:
    if not isinstance(reference, str):
        return ""
    return "/".join(reference.split("/_history/", 1)[0].split("/")[-2:])


def _day(text: object) -> date | None:
    """A FHIR date, or the London day of a dateTime; None for less than a day."""
    if not isinstance(text, str):
        return None
    try:
        if len(text) == 10:
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
        return london_day(moment) if moment.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
