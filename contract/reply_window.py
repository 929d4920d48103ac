"""How long the patient may answer a message of the practice: not at all, once, or for some days.

A message carries its window as a second category, one code of the `reply-window` system:

============  ====================================================================
`no-reply`    told, not asked: an answer is refused with whom to call
`one-reply`   one answer, until the practice writes again
`days-7`      as many as are needed, until the close of that day (1 to 90)
============  ====================================================================

A message without a code is answered as long as its request waits, or after it has ended.

Source: docs/contract.md 8.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from contract.core_hours import STANDARD, CoreHours, london_day

MOST_DAYS: Final = 90
USUAL_DAYS: Final = 7
"""How long a reply is awaited before the thread comes back to the practice."""
_DAYS = re.compile(r"days-([1-9][0-9]?)")


@dataclass(frozen=True)
class ReplyWindow:
    """When an answer is taken.

    Attributes:
        replies: how many: 0, 1, or None for any number.
        days: until the close of the core-hours day on or after so many days.
    """

    replies: int | None = None
    days: int = USUAL_DAYS

    @property
    def code(self) -> str:
        """The code on the wire."""
        if self.replies is None:
            return f"days-{self.days}"
        return "one-reply" if self.replies else "no-reply"

    @property
    def words(self) -> str:
        """`No reply wanted`, `One reply`, `Replies for 7 days`."""
        if self.replies == 0:
            return "No reply wanted"
        if self.replies == 1:
            return "One reply"
        return "Replies for 1 day" if self.days == 1 else f"Replies for {self.days} days"

    def ends(self, sent: datetime, hours: CoreHours = STANDARD) -> datetime:
        """When an answer to what was *sent* (aware) is awaited no longer."""
        day = london_day(sent) + timedelta(days=self.days)
        while (bounds := hours.bounds(day)) is None:
            day = hours.next_core_day(day)
        return bounds[1]


NO_REPLY: Final = ReplyWindow(0)
ONE_REPLY: Final = ReplyWindow(1)
USUAL: Final = ReplyWindow()


def window_of(code: str) -> ReplyWindow | None:
    """What *code* stands for; None where it is none of them."""
    if code == NO_REPLY.code:
        return NO_REPLY
    if code == ONE_REPLY.code:
        return ONE_REPLY
    found = _DAYS.fullmatch(code)
    days = int(found[1]) if found else 0
    return ReplyWindow(days=days) if 0 < days <= MOST_DAYS else None
