"""The template week: the sessions of an ordinary week, cut as the diary's own are.

Source: docs/contract.md 6 (template week).
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from contract import systems
from contract.template import REFERENCE_MONDAY
from practice.demo.generate.clinicians import Staff
from practice.demo.generate.diary import plan_day, slot

Tree = dict[str, Any]
_DAYS = ("mon", "tue", "wed", "thu", "fri")


def template_week(seed: int, staff: Staff, patients: int) -> Iterator[Tree]:
    """Five days of inactive Schedules with their Slots, each with who may take it and when."""
    for number, name in enumerate(_DAYS):
        day = REFERENCE_MONDAY + timedelta(days=number)
        # The reference Monday is a bank holiday, after which no Tuesday is like a Monday.
        planned = plan_day(seed, staff, patients, day, monday=number == 0)
        for schedule in planned.schedules:
            _, _, session = str(schedule["identifier"][0]["value"]).partition("-")
            member, _, half = session.rpartition("-")
            key = f"usual/{member}/{name}-{half}"
            identifier = [{"system": systems.TEMPLATE_KEY, "value": key}]
            yield schedule | {"active": False, "identifier": identifier}
        yield from planned.blocked
        yield from (slot(opening) for opening in planned.openings)
