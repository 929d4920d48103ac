"""The core hours that the practice has set for itself.

Source: contract/core_hours.py.
"""

from contract.core_hours import DOCUMENT, CoreHours
from practice.rules import documents
from practice.store import Unit


def core_hours(unit: Unit) -> CoreHours:
    """When this practice is open."""
    return CoreHours.from_text(documents.text(unit, DOCUMENT))
