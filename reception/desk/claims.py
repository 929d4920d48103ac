"""Soft claims: told to whoever loses one, and handed back when the desk closes.

Source: docs/contract.md 4.3 (Being looked at).
"""

import asyncio
from collections.abc import Callable

from PySide6.QtCore import QObject, Slot

from reception.desk.me import Me
from reception.desk.notice import Notice
from reception.desk.practice_time import PracticeTime
from reception.desk.stores import Stores
from reception.desk.triage import Triage
from reception.records import Request
from reception.records.problem import Problem

LEAVE_S = 0.5
"""So long a closing desk waits for its claims to be handed back; after that they lapse."""


class Claims(QObject):
    """Minds what this user has open.

    Args:
        me: who is signed in.
        stores: where requests are heard of.
        time: the practice's.
        triage: hands back.
        tell: shows a notice.
        parent: the Qt parent.
    """

    def __init__(
        self,
        me: Me,
        stores: Stores,
        time: PracticeTime,
        triage: Triage,
        tell: Callable[[Notice], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._me, self._stores, self._time = me, stores, time
        self._triage, self._tell = triage, tell
        stores.requests.changed.connect(self._on_changed)

    def mine(self) -> list[Request]:
        """What this user has open at this moment."""
        now = self._time.now()
        return [r for r in self._stores.requests.open_ones() if r.viewer(now) == self._me.reference]

    async def hand_back(self) -> None:
        """Let go of everything that is open here; what cannot be said in time lapses by itself."""
        mine = self.mine()
        if not mine:
            return
        acts = [self._triage.close_request(request.id) for request in mine]
        try:
            async with asyncio.timeout(LEAVE_S):
                done = await asyncio.gather(*acts, return_exceptions=True)
        except TimeoutError:
            return
        for fault in done:
            if isinstance(fault, BaseException) and not isinstance(fault, Problem):
                raise fault

    @Slot(object, object)
    def _on_changed(self, before: Request, after: Request) -> None:
        now = self._time.now()
        taker = after.viewer(now)
        if before.viewer(now) == self._me.reference and taker not in ("", self._me.reference):
            who = self._stores.patient_name(after)
            about = f"the request of {who}" if who else "a request"
            self._tell(
                Notice(
                    f"{after.owner_name or 'A colleague'} has taken over {about}, which you had "
                    "open. What you have typed is kept."
                )
            )
