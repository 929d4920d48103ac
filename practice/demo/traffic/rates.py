"""How often the patients do what, by the hour (domain words 4.2)."""

from datetime import date, datetime
from enum import StrEnum

from contract.core_hours import LONDON, is_core_day
from practice.demo.generate import volumes
from practice.demo.generate.diary import opened_like_monday
from practice.demo.profile import Profile


class Act(StrEnum):
    """What a patient may do online."""

    REQUEST = "request"
    ORDER = "order"
    MESSAGE = "message"
    BOOK = "book"
    CANCEL = "cancel"
    LOOK = "look"


_CURVES = {
    Act.REQUEST: "online",
    Act.ORDER: "online",
    Act.MESSAGE: "messages",
    Act.BOOK: "online",
    Act.CANCEL: "online",
}
_TOTAL_TRIAGE = 210
"""Requests in 24 hours when everything comes through the form, on a Monday."""
_PER_DAY = {
    # (Tuesday to Friday, Monday) for 10,000 patients in 24 hours
    Act.REQUEST: (volumes.REQUESTS_ORDINARY, volumes.REQUESTS_MONDAY),
    Act.ORDER: (volumes.ORDERS_ORDINARY, volumes.ORDERS_MONDAY),
    Act.MESSAGE: (25, 38),
    Act.BOOK: (45, 50),
    Act.CANCEL: (11, 13),
}
_WEEKEND_SHARE = 0.2
_MOST_LOOKS = 0.3
_MOST_REAL_LOOKS = 2.0
ANSWERS = 0.35
"""How likely somebody who finds a question answers it there and then."""

RUSH = 20
"""Patients who chase ten slots at 08:00, for 10,000."""
RUSH_SLOTS = 10
FOLLOW = {True: 38, False: 30}
"""Patients who come for what is left in the next ten minutes; 48 of 60 (40 of 55) are taken."""


def per_second(act: Act, now: datetime, profile: Profile, patients: int) -> float:
    """How many times *act* happens in a second of the practice's time, on average."""
    if profile is Profile.OFF or act is Act.LOOK:
        return 0.0
    local = now.astimezone(LONDON)
    per_day = _of_day(act, local.date(), profile)
    curve = _CURVES[act] if is_core_day(local.date()) else "weekend"
    share = volumes.per_hour(curve, local.hour + local.minute / 60 + local.second / 3600)
    return volumes.scaled(per_day, patients) * share / 3600


def looks_per_second(involved: int, speed: float) -> float:
    """How often somebody who waits for an answer looks for it: each about every four minutes.

    However fast time runs, the service is not asked more than a few times a real second.
    """
    return min(involved / 240, _MOST_LOOKS, _MOST_REAL_LOOKS / speed)


def _of_day(act: Act, day: date, profile: Profile) -> float:
    ordinary, monday = _PER_DAY[act]
    if not is_core_day(day):
        return ordinary * _WEEKEND_SHARE
    if profile is Profile.MONDAY:
        return _TOTAL_TRIAGE if act is Act.REQUEST else monday
    return monday if opened_like_monday(day) else ordinary
