"""The reference weeks: where the slots of a template week stand, before it becomes dated sessions.

A template is an inactive Schedule with a `template-key`; its slots lie in the week of Monday
1 January 2001, and for weeks that alternate also in the one after it.

Source: docs/contract.md 6 (template week).
"""

from datetime import UTC, date, datetime, timedelta
from typing import Final

from contract.core_hours import day_bounds

REFERENCE_MONDAY: Final = date(2001, 1, 1)
REFERENCE_WEEKS: Final = 2
"""The second is for sessions of every other week."""

_BEGINS, _ = day_bounds(REFERENCE_MONDAY)
_ENDS, _ = day_bounds(REFERENCE_MONDAY + timedelta(weeks=REFERENCE_WEEKS))


def in_reference_weeks(start: datetime) -> bool:
    """Whether a slot that begins at *start* (aware) belongs to a template, not to a day."""
    return _BEGINS <= start.astimezone(UTC) < _ENDS
