"""Which reason a patient has, how long they have had it, and how reception types it."""

from random import Random

from contract.codes import SlotType
from practice.demo.generate.chance import Weighted
from practice.demo.generate.complaints import COMPLAINTS, Complaint
from practice.demo.generate.people import Person

_ADDED = (
    "- seen before",
    "(requests usual GP)",
    "- follow-up",
    "- call mobile",
    "2nd time",
    "- worse",
)
_BY_SLOT: dict[SlotType, list[Complaint]] = {
    kind: [one for one in COMPLAINTS if kind in one.slots]
    for kind in SlotType
    if kind not in (SlotType.BREAK, SlotType.CATCH_UP)
}
_ASKED = Weighted([(one, one.weight) for one in COMPLAINTS if one.asked])
_WEIGHTED = {kind: Weighted([(one, one.weight) for one in some]) for kind, some in _BY_SLOT.items()}


def complaint_for(rng: Random, one: Person, kind: SlotType) -> Complaint:
    """A reason that fits the patient and the kind of slot, as near as there is one."""
    for _ in range(12):
        complaint = _WEIGHTED[kind].draw(rng)
        if complaint.fits(one):
            return complaint
    fitting = [complaint for complaint in _BY_SLOT[kind] if complaint.fits(one)]
    return fitting[0] if fitting else _BY_SLOT[kind][0]


def complaint_asked(rng: Random, one: Person) -> Complaint:
    """Something this patient may ask about online."""
    for _ in range(60):
        complaint = _ASKED.draw(rng)
        if complaint.fits(one):
            return complaint
    return next(c for c in COMPLAINTS if c.reason == "Rash")


def how_long(rng: Random, complaint: Complaint) -> str:
    """`about a week`, `3 days`: within what is likely for the complaint."""
    low, high = complaint.days
    days = rng.randint(low, high)
    if days == 1:
        return "a day"
    if days < 12:
        return (
            rng.choice((f"{days} days", f"about {days} days", f"{days} days"))
            if days != 7
            else (rng.choice(("a week", "about a week")))
        )
    if days < 45:
        weeks = round(days / 7)
        return rng.choice((f"{weeks} weeks", f"about {weeks} weeks", f"nearly {weeks} weeks"))
    months = max(2, round(days / 30))
    return rng.choice(
        (f"{months} months", f"over {months - 1} months" if months > 2 else "2 months")
    )


def board_line(rng: Random, complaint: Complaint) -> str:
    """The reason line on the board, as reception types it."""
    style = rng.random()
    if complaint.urgent == 0 or style < 0.45:
        return complaint.reason
    if style < 0.8:
        return f"{complaint.reason}, {how_long(rng, complaint)}"
    return f"{complaint.reason} {rng.choice(_ADDED)}"
