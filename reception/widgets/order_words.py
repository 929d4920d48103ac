"""The words and marks of repeat orders: where they stand, how old they are, when they run out.

Source: domain words 1 (repeat prescriptions), 2.4; docs/contract.md 7.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import Enum

from contract.codes import RepeatState
from contract.repeat_words import short_day
from contract.repeats import OrderState
from contract.special_items import WORDS as CARE_WORDS
from contract.working_days import AMBER_DAYS, RED_DAYS
from reception.desk.repeat_orders import Item, Order
from reception.widgets.palette import Ink
from reception.widgets.row_painter import Shape


@dataclass(frozen=True)
class Sign:
    """A state as it is shown: a letter in a shape, a word, its colours."""

    letter: str
    shape: Shape
    word: str
    ink: Ink
    ground: Ink


_SIGNS = {
    OrderState.REQUESTED: Sign("R", Shape.CIRCLE, "Requested", Ink.ACCENT, Ink.INFO_TINT),
    OrderState.WITH_PHARMACY: Sign(
        "P", Shape.SQUARE, "With pharmacy team", Ink.HELD, Ink.HELD_TINT
    ),
    OrderState.WITH_PRESCRIBER: Sign(
        "D", Shape.HEXAGON, "With prescriber", Ink.SENT_IN, Ink.SENT_IN_TINT
    ),
    OrderState.QUERY: Sign("Q", Shape.DIAMOND, "Asked the patient", Ink.MUTED, Ink.RAISED),
    OrderState.BACK: Sign("B", Shape.TRIANGLE, "Back with us", Ink.WARN, Ink.WARN_TINT),
    OrderState.APPROVED: Sign("A", Shape.PILL, "Approved", Ink.GOOD, Ink.GOOD_TINT),
    OrderState.PART_APPROVED: Sign("A", Shape.DIAMOND, "Part approved", Ink.GOOD, Ink.GOOD_TINT),
    OrderState.REJECTED: Sign("X", Shape.SQUARE, "Not approved", Ink.URGENT, Ink.URGENT_TINT),
    OrderState.CANCELLED: Sign("C", Shape.CIRCLE, "Cancelled by patient", Ink.MUTED, Ink.RAISED),
}


def sign_of(state: OrderState | RepeatState) -> Sign:
    """How *state* is shown."""
    return _SIGNS[OrderState(state.value)]


def item_sign(item: Item) -> Sign:
    """How the state of *item* is shown; a question without an answer in time stands out."""
    if item.is_overdue:
        return Sign("Q", Shape.TRIANGLE, "No answer in time", Ink.WARN, Ink.WARN_TINT)
    return sign_of(item.state)


def order_sign(order: Order) -> Sign:
    """How the state of *order* is shown."""
    if any(item.is_overdue for item in order.items) and order.state is OrderState.QUERY:
        return Sign("Q", Shape.TRIANGLE, "No answer in time", Ink.WARN, Ink.WARN_TINT)
    return sign_of(order.state)


def age_sign(order: Order) -> Sign | None:
    """Amber after one working day, red after two; nothing before, or where nothing waits for us."""
    days = order.age_days
    if days < AMBER_DAYS or not order.is_open or order.is_asleep:
        return None
    words = "1 working day" if days == 1 else f"{days} working days"
    letter = str(days) if days < 10 else "9+"
    if days >= RED_DAYS:
        return Sign(letter, Shape.TRIANGLE, words, Ink.URGENT, Ink.URGENT_TINT)
    return Sign(letter, Shape.DIAMOND, words, Ink.WARN, Ink.WARN_TINT)


def runs_out_text(day: date | None, today: date) -> tuple[str, Ink]:
    """When the first item runs out, short, and how much it matters."""
    if day is None:
        return "", Ink.MUTED
    left = (day - today).days
    if left < 0:
        return f"Ran out {short_day(day, today)}", Ink.URGENT
    if left <= 3:
        when = {0: "today", 1: "tomorrow"}.get(left, f"in {left} days")
        return f"Runs out {when}", Ink.WARN
    return f"Runs out {short_day(day, today)}", Ink.MUTED


def item_marks(item: Item) -> list[tuple[str, Ink, Ink]]:
    """What to know of an item before anything is done with it: chips of words, ink, ground."""
    marks = []
    supply = item.supply
    if item.is_open and supply is not None:
        if not supply.is_active:
            marks.append(("Stopped: no longer on repeat", Ink.URGENT, Ink.URGENT_TINT))
        if supply.is_too_early and supply.orderable_on is not None:
            day = short_day(supply.orderable_on, supply.on)
            marks.append((f"Too early: from {day}", Ink.WARN, Ink.WARN_TINT))
        if supply.is_review_due and supply.review is not None:
            day = short_day(supply.review, supply.on)
            marks.append((f"Review due since {day}", Ink.WARN, Ink.WARN_TINT))
    if item.care is not None and item.is_open:
        words = CARE_WORDS[item.care]
        marks.append((f"{words[:1].upper()}{words[1:]}: sign alone", Ink.DNA, Ink.DNA_TINT))
    return marks


class OrderLane(Enum):
    """What of the orders is shown; the value is the word on the chip."""

    ALL = "Open"
    RECEPTION = "Needs reception"
    PHARMACY = "Pharmacy team"
    PRESCRIBER = "Prescriber"
    QUERIED = "Queried"
    EARLY = "Too early"
    REVIEW = "Review due"
    DONE = "Done today"

    def takes(self, order: Order) -> bool:
        """Whether *order* stands in this lane: by any of its open items."""
        if self is OrderLane.DONE:
            return not order.is_open
        return order.is_open and _TAKES[self](order)

    @property
    def nothing(self) -> str:
        """What to say when nothing stands in it."""
        return {
            OrderLane.ALL: "No prescription is waiting",
            OrderLane.RECEPTION: "Nothing waits for reception",
            OrderLane.PHARMACY: "Nothing is with the pharmacy team",
            OrderLane.PRESCRIBER: "Nothing waits for a signature",
            OrderLane.QUERIED: "Nothing waits for a patient's answer",
            OrderLane.EARLY: "Nothing was ordered too early",
            OrderLane.REVIEW: "No review is due for what was ordered",
            OrderLane.DONE: "Nothing has been finished today",
        }[self]


def _any(order: Order, *states: RepeatState) -> bool:
    return any(item.state in states for item in order.open_items)


_TAKES: dict[OrderLane, Callable[[Order], bool]] = {
    OrderLane.ALL: lambda _order: True,
    OrderLane.RECEPTION: lambda order: (
        order.is_back or _any(order, RepeatState.REQUESTED, RepeatState.BACK)
    ),
    OrderLane.PHARMACY: lambda order: _any(order, RepeatState.WITH_PHARMACY),
    OrderLane.PRESCRIBER: lambda order: _any(order, RepeatState.WITH_PRESCRIBER),
    OrderLane.QUERIED: lambda order: _any(order, RepeatState.QUERY),
    OrderLane.EARLY: lambda order: order.is_too_early,
    OrderLane.REVIEW: lambda order: order.is_review_due,
}


class OrderSort(Enum):
    """What comes first; the value is the word in the choice."""

    WORK = "In order of work"
    OLDEST = "Oldest first"
    RUNS_OUT = "Runs out first"
    PATIENT = "By patient"
