"""Sends what waits to be sent, once for all pages."""

import asyncio

from PySide6.QtCore import QObject, Signal, Slot

from contract.limits import UNDO_SEND_S
from reception.desk.desk import Desk
from reception.records.problem import Problem
from reception.ui.tasks import Tasks
from reception.widgets.sending import Outgoing, Sending

CLOSE_S = 1.0
"""A window that closes waits this long for messages on their way."""


class Sender(QObject):
    """Hands each message to the desk when its twenty seconds are over.

    The draft goes only when the service has the message; if it cannot be sent the draft stays.
    """

    sent = Signal(object)
    """This Outgoing has been stored by the service."""
    failed = Signal(object, Problem)
    """This Outgoing was not stored, and why."""

    def __init__(
        self, desk: Desk, *, wait_s: float = UNDO_SEND_S, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._tasks = Tasks(self)
        self.waiting = Sending(wait_s, self)
        self.waiting.due.connect(self._on_due)

    async def close(self) -> None:
        """Send what still waits; what has not been stored in time stays a draft."""
        self.waiting.send_now()
        try:
            async with asyncio.timeout(CLOSE_S):
                await self._tasks.drained()
        except TimeoutError:
            self._tasks.cancel_all()
            await self._tasks.drained()

    @Slot(object)
    def _on_due(self, out: Outgoing) -> None:
        def problem_met(problem: Problem) -> None:
            self.waiting.ended(out.key)
            self.failed.emit(out, problem)

        self._tasks.start(self._send(out), on_problem=problem_met)

    async def _send(self, out: Outgoing) -> None:
        await self._desk.reply(
            out.request_id, out.text, done=out.done, window=out.window, files=out.files
        )
        drafts = self._desk.drafts
        if drafts.text(out.key).strip() == out.text and drafts.files(out.key) == out.files:
            drafts.drop(out.key)
        self.waiting.ended(out.key)
        self.sent.emit(out)
