"""The sum under the queue: what came is what is open and what is done, or somebody lost one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from contract.core_hours import london_day
from reception.records import Request
from reception.widgets.queue_lane import LaneLike


@dataclass(frozen=True)
class Tally:
    """Four counts, each made for itself.

    Attributes:
        before: came before today.
        received: came today.
        open: still wait for somebody, the practice or the patient.
        done: have ended today.
    """

    before: int
    received: int
    open: int
    done: int

    @property
    def adds_up(self) -> bool:
        """Whether nothing is lost."""
        return self.before + self.received == self.open + self.done

    @property
    def words(self) -> str:
        """`12 from before + 86 received today = 64 open + 34 done`."""
        sign = "=" if self.adds_up else "≠"
        return (
            f"{self.before} from before + {self.received} received today {sign} "
            f"{self.open} open + {self.done} done today"
        )

    @property
    def spoken(self) -> str:
        """The same for a screen reader."""
        equal = "is" if self.adds_up else "is not"
        return (
            f"{self.before} from before and {self.received} received today {equal} "
            f"{self.open} open and {self.done} done today"
        )


class TallyLanes:
    """What is counted for the sum.

    Args:
        today: the London day at the practice.
    """

    def __init__(self, today: Callable[[], date]) -> None:
        self.before = _Counted(lambda r: london_day(r.authored) < today())
        self.received = _Counted(lambda r: london_day(r.authored) >= today())
        self.open = _Counted(lambda r: r.is_open)
        self.done = _Counted(lambda r: not r.is_open)

    @property
    def lanes(self) -> tuple[LaneLike, ...]:
        """All four."""
        return self.before, self.received, self.open, self.done

    def tally(self, count: Callable[[LaneLike], int]) -> Tally:
        """The sum, by *count*."""
        return Tally(*(count(lane) for lane in self.lanes))


class _Counted:
    value = nothing = ""

    def __init__(self, takes: Callable[[Request], bool]) -> None:
        self._takes = takes

    def takes(self, request: Request, _me: str) -> bool:
        return self._takes(request)
