"""Orders at the shared practice, and the desks that work them."""

import pytest

from tests.reception.repeats.orders import Counter
from tests.running import RunningPractice

_COUNTERS: dict[str, Counter] = {}


@pytest.fixture
def counter(practice: RunningPractice) -> Counter:
    """Where orders are placed; one for the whole run, so that no plan is ordered twice."""
    return _COUNTERS.setdefault(practice.base, Counter(practice))
