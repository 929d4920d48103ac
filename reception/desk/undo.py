"""What can still be taken back."""

import uuid
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from contract.limits import UNDO_S
from reception.desk.notice import Notice
from reception.desk.problems import NotPossible

TakeBack = Callable[[], Awaitable[str]]
"""Takes an act back and answers with a sentence that says so."""


class Undos:
    """Acts of the last minute with the way back from each.

    Args:
        now: the time at the practice.
        tell: shows a notice.
    """

    def __init__(self, now: Callable[[], datetime], tell: Callable[[Notice], None]) -> None:
        self._now, self._tell = now, tell
        self._open: dict[str, tuple[datetime, TakeBack]] = {}

    def tell(self, sentence: str, take_back: TakeBack | None = None, *, for_good: str = "") -> None:
        """Say *sentence*, and offer *take_back* for a minute if there is one.

        *for_good* says why an act that others of its kind can be taken back from cannot be: it
        ends the sentence "It cannot be undone: ...".
        """
        now = self._now()
        self._open = {key: held for key, held in self._open.items() if held[0] > now}
        if take_back is None:
            self._tell(
                Notice(f"{sentence} It cannot be undone: {for_good}." if for_good else sentence)
            )
            return
        undo_id, until = str(uuid.uuid4()), now + timedelta(seconds=UNDO_S)
        self._open[undo_id] = (until, take_back)
        self._tell(Notice(sentence, undo_id, until))

    async def undo(self, undo_id: str) -> None:
        """Take back what *undo_id* stands for.

        Raises:
            NotPossible: the minute is over, or it was taken back already.
            Problem: what the way back meets.
        """
        until, take_back = self._open.pop(undo_id, (None, None))
        if until is None or take_back is None or until <= self._now():
            raise NotPossible("It is too late to undo that.")
        self._tell(Notice(await take_back()))
