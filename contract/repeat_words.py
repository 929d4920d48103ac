"""What the patient reads about an item of a repeat order, word for word.

The service writes these words on the item whenever it is written (Task.businessStatus.text), the
desk shows them beside the item and before an act: one function, so that both read the same.

Source: docs/contract.md 4.3, 7; domain words 1 (repeat prescriptions), 2.4.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from contract.codes import Reject, RepeatState, SupplyState
from contract.supply import Supply


@dataclass(frozen=True, slots=True)
class Told:
    """All that the words follow from.

    Attributes:
        state: where the item stands.
        ordered: the London day it was ordered on.
        by: the London day by the end of which the practice answers, or an answer is awaited.
        decided: the London day on which it was approved.
        supply: how its medicine stands, as far as that is known.
        reason: why it was not approved, in words to the patient.
        pharmacy: name of the pharmacy it goes to, or empty.
        tracked: how far the pharmacy is with it, where the pharmacy tells of it.
    """

    state: RepeatState
    ordered: date
    by: date | None = None
    decided: date | None = None
    supply: Supply | None = None
    reason: str = ""
    pharmacy: str = ""
    tracked: SupplyState | None = None


def patient_words(told: Told) -> str:
    """The sentences that the patient reads."""
    if told.state is RepeatState.APPROVED:
        return _approved(told)
    if told.state is RepeatState.REJECTED:
        return f"Not approved. {told.reason or REASONS[Reject.OTHER]}"
    if told.state is RepeatState.CANCELLED:
        return "Cancelled. Nothing will be issued for this order."
    if told.state is RepeatState.QUERY:
        until = f" by {full_day(told.by)}" if told.by else ""
        return (
            "Requested. We have asked you a question about this: "
            f"please answer our message{until}, so that we can go on."
        )
    said = [f"Requested on {full_day(told.ordered)}.", _AT_WORK[told.state]]
    if told.by is not None:
        said.append(f"We answer by the end of {full_day(told.by)}.")
    return " ".join([*filter(None, said), *_warnings(told.supply)])


_AT_WORK: Final = {
    RepeatState.REQUESTED: "",
    RepeatState.WITH_PHARMACY: "Our pharmacy team is looking at it.",
    RepeatState.WITH_PRESCRIBER: "It is waiting for a prescriber to sign it.",
    RepeatState.BACK: "We are looking at it again.",
}

REASONS: Final = {
    Reject.NOT_OUR_PATIENT: "You are not registered with this practice. Please order from the "
    "practice you are registered with.",
    Reject.DUPLICATE: "You have ordered this already and it is being dealt with. You need not do "
    "anything.",
    Reject.TOO_EARLY: "It is too early to order this. Please order it in the week before you run "
    "out. If you have less left than you should, or are going away, tell us.",
    Reject.REVIEW_DUE: "A review of your medicines is due before this can be issued. Please book "
    "one with us, then order it again. Tell us if you would run out before that.",
    Reject.NOT_SUITABLE: "A prescriber has decided that this should not be issued as it is. Please "
    "contact us to talk about it, and do not go without it if you are unsure.",
    Reject.OTHER: "Please contact the practice about it.",
}
"""Why an item is not approved and what to do next, where no dates are known."""


def reject_words(why: Reject, supply: Supply | None = None) -> str:
    """Words to begin the answer to the patient with: the reason, and what to do next."""
    if why is Reject.TOO_EARLY and supply is not None and supply.is_too_early:
        assert supply.runs_out is not None, "too early follows from when it runs out"
        assert supply.orderable_on is not None, "and so does the day from which it is not"
        return (
            f"It is too early to order this: your last supply should last until about "
            f"{full_day(supply.runs_out)}. Please order it again from "
            f"{full_day(supply.orderable_on)}. If you have less left, or are going away, tell us."
        )
    if why is Reject.REVIEW_DUE and supply is not None and supply.is_review_due:
        assert supply.review is not None, "a review is due after a day"
        return (
            f"A review of your medicines has been due since {full_day(supply.review)}. Please book "
            "one with us, then order this again. Tell us if you would run out before that."
        )
    return REASONS[why]


def supply_words(supply: Supply) -> str:
    """For staff: when it was issued last, and when it runs out."""
    if not supply.is_active:
        return "No longer on repeat"
    if supply.last_issue is None:
        return "No issue on record"
    issued = f"Last issued {short_day(supply.last_issue, supply.on)}"
    if supply.runs_out is None or supply.days is None or supply.days_left is None:
        return f"{issued}; the record does not say for how long"
    left = supply.days_left
    out = short_day(supply.runs_out, supply.on)
    if left > 0:
        return f"{issued} for {_days(supply.days)}, runs out about {out} ({_days(left)} left)"
    if left == 0:
        return f"{issued} for {_days(supply.days)}, runs out today"
    return f"{issued} for {_days(supply.days)}, ran out about {out} ({_days(-left)} ago)"


def full_day(day: date) -> str:
    """A day that still says the same when it is read a week later: `Tuesday 24 November 2026`."""
    return f"{day:%A} {day.day} {day:%B} {day.year}"


def short_day(day: date, today: date) -> str:
    """`24 Nov`, with the year where it is another one."""
    year = "" if day.year == today.year else f" {day.year}"
    return f"{day.day} {day:%b}{year}"


def _approved(told: Told) -> str:
    on = f" on {full_day(told.decided)}" if told.decided else ""
    pharmacy = told.pharmacy or "your pharmacy"
    ready = {
        SupplyState.READY: f"It is ready to collect at {pharmacy}.",
        SupplyState.COLLECTED: f"It was collected from {pharmacy}.",
    }.get(told.tracked or SupplyState.SENT, f"Your prescription was sent to {pharmacy}.")
    return f"Approved{on}. {ready}"


def _warnings(supply: Supply | None) -> list[str]:
    if supply is None:
        return []
    said = []
    if supply.is_too_early:
        assert supply.runs_out is not None, "too early follows from when it runs out"
        assert supply.orderable_on is not None, "and so does the day from which it is not"
        said.append(
            "This is early: by our records your last supply lasts until about "
            f"{full_day(supply.runs_out)}, and it can be ordered from "
            f"{full_day(supply.orderable_on)}. We look at your order all the same."
        )
    if supply.is_review_due:
        assert supply.review is not None, "a review is due after a day"
        said.append(
            f"A review of your medicines has been due since {full_day(supply.review)}: "
            "please book one with us."
        )
    return said


def _days(number: int) -> str:
    return f"{number} day" if number == 1 else f"{number} days"
