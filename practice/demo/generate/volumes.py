"""How much there is of everything in a practice of a given size (domain words 4.2)."""

from contract.codes import RequestType
from practice.demo.generate.chance import Weighted

REQUESTS_ORDINARY, REQUESTS_MONDAY = 52, 86
"""Online requests in 24 hours for 10,000 patients, on a weekday."""
REQUESTS_WEEKEND = {5: 7, 6: 16}
"""Saturday 2.2 % of the week, Sunday 5.1 %."""
ORDERS_ORDINARY, ORDERS_MONDAY = 70, 110
ITEMS_PER_ORDER = 2.3
WAITING = {(True, True): 45, (True, False): 15, (False, True): 20, (False, False): 6}
"""Requests waiting at 08:00: by (every request comes online, it is like a Monday)."""
THREADS_NEW = 11
"""Threads begun on a weekday; a touched thread is touched about four times."""
RED_FLAG_SHARE = 0.04
RED_FLAGS_IN_FORMS = 0.25
"""This part of the red-flag phrases stands in admin, access and medication forms."""
EMERGENCY_SHARE = 0.003
URGENT_SHARE = 0.12
DUPLICATE_SHARE = 0.06
PROXY_SHARE = 0.12
UNMATCHED_SHARE = 0.05

KINDS: Weighted[RequestType] = Weighted(
    {
        RequestType.APPOINTMENT: 31,
        RequestType.CONSULTATION: 34,
        RequestType.ADMIN: 31,
        RequestType.RECORDS_ACCESS: 4,
    }
)
"""A third of what comes is administrative."""

_PARTS: dict[str, tuple[tuple[float, float, float], ...]] = {
    "online": (
        (0, 6, 2), (6, 8, 8), (8, 8.5, 11), (8.5, 9, 8), (9, 10, 9.5), (10, 11, 9), (11, 12, 8),
        (12, 13, 7), (13, 14, 6.5), (14, 15, 6), (15, 16, 6), (16, 17, 6), (17, 18.5, 6),
        (18.5, 24, 7),
    ),
    "messages": (
        (0, 6, 2), (6, 8, 5), (8, 8.5, 5), (8.5, 9, 5), (9, 10, 8), (10, 11, 9), (11, 12, 9),
        (12, 13, 9), (13, 14, 7), (14, 15, 7), (15, 16, 7), (16, 17, 7), (17, 18.5, 9),
        (18.5, 24, 11),
    ),
    "weekend": ((0, 8, 6), (8, 12, 24), (12, 17, 26), (17, 20, 16), (20, 22, 20), (22, 24, 8)),
}  # fmt: skip
"""(from hour, to hour, % of the day): when things come."""
HOURS: dict[str, Weighted[tuple[float, float]]] = {
    name: Weighted([((start, end), weight) for start, end, weight in parts])
    for name, parts in _PARTS.items()
}


def per_hour(what: str, hour: float) -> float:
    """The share of a day that comes per hour around *hour* (hours after London midnight)."""
    parts = _PARTS[what]
    total = sum(weight for _, _, weight in parts)
    for start, end, weight in parts:
        if start <= hour < end:
            return weight / total / (end - start)
    return 0.0


def scaled(number: float, patients: int) -> float:
    """*number* for 10,000 patients, at this size."""
    return number * patients / 10_000
