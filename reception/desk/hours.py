"""The core hours that the practice has set for itself, as the desk knows them.

Source: contract/core_hours.py.
"""

from datetime import datetime, timedelta

from contract.core_hours import DOCUMENT, CoreHours, london_day
from reception.desk.stores import Stores

SWEEP = timedelta(minutes=30)
"""So long before the practice closes it is time to look at what is left: 18:00."""


def core_hours(stores: Stores) -> CoreHours:
    """When this practice is open."""
    held = next((d for d in stores.documents if d.name == DOCUMENT), None)
    return CoreHours.from_text(held.text if held is not None else None)


def sweeps_at(now: datetime, hours: CoreHours) -> datetime | None:
    """When the closing sweep of the day of *now* begins; None where the practice is closed."""
    bounds = hours.bounds(london_day(now))
    return None if bounds is None else bounds[1] - SWEEP
