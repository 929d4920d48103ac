"""Template weeks: sessions that are no day's, from which dated ones are made.

Source: docs/contract.md 6 (template week).
"""

from contract.systems import TEMPLATE_KEY
from contract.template import in_reference_weeks
from practice.rules.trees import identifier, moment
from practice.store import Tree


def is_template(schedule: Tree) -> bool:
    """Whether a Schedule is one session of a template week.

    A dated session may carry the key of the template it was made from; it is active.
    """
    return schedule.get("active") is False and identifier(schedule, TEMPLATE_KEY) is not None


def is_part(slot: Tree) -> bool:
    """Whether a Slot belongs to a template: nobody books it, and nothing opens it."""
    return in_reference_weeks(moment(slot.get("start"), "Slot.start"))
