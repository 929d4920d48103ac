"""Demand in one sentence beside the supply."""

from collections.abc import Sequence

from reception.desk.demand import Turned, Waiting

_TYPES = {
    "gp-routine": "routine GP",
    "gp-urgent": "urgent GP",
    "nurse": "nurse",
    "hca": "health care assistant",
    "phone-call": "phone call",
    "visit": "visit",
    "pharmacist": "pharmacist",
    "physio": "physio",
}


def demand_text(waiting: Sequence[Waiting], refused: Sequence[Turned] | None) -> str:
    """`Waiting: 31 appointments (3 urgent), 4 messages. Refused in the last hour: 16 bookings ...`.

    Args:
        waiting: requests by type.
        refused: bookings refused in the last hour; None where that is not known.
    """
    words = ", ".join(one.words for one in waiting) or "nothing"
    text = f"Waiting: {words}."
    if refused is None:
        return text
    if not refused:
        return f"{text} Refused in the last hour: no bookings."
    total = sum(one.patients + one.staff for one in refused)
    bookings = "1 booking" if total == 1 else f"{total} bookings"
    kinds = ", ".join(
        f"{one.patients + one.staff} {_TYPES.get(one.type_code, 'without a type')}"
        for one in refused
    )
    patients = sum(one.patients for one in refused)
    return f"{text} Refused in the last hour: {bookings} ({kinds}); {patients} by patients online."
