"""Sends what waits to be sent, once for all pages."""

import asyncio

from PySide6.QtCore import QObject, Signal, Slot

from contract.codes import Outcome
from contract.core_hours import london_day
from contract.limits import UNDO_SEND_S
from contract.reply_window import USUAL, window_of
from reception.desk.desk import Desk
from reception.desk.enclosure import Enclosure
from reception.desk.held_mail import HeldMail, HeldMessage
from reception.records import Patient
from reception.records.problem import NotFound, Problem
from reception.ui.tasks import Tasks
from reception.widgets.ending_mail import EndingMail
from reception.widgets.sending import Outgoing, Sending

CLOSE_S = 1.0
"""A window that closes waits this long for messages on their way."""


class Sender(QObject):
    """Hands each message to the desk when its twenty seconds are over.

    The draft goes only when the service has the message; if it cannot be sent the draft stays.
    What waits is kept on the disk: a program that was killed goes on with it at its next start, on
    the same day, after another twenty seconds; what is older stays a draft.
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
        self._held = HeldMail(desk.drafts)
        self._left = list(self._held.all())
        self.waiting = Sending(wait_s, self)
        self.waiting.due.connect(self._on_due)
        self.waiting.put_in.connect(self._on_put_in)
        self.waiting.settled.connect(self._held.drop)
        desk.loaded.connect(self._on_loaded)

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
        if isinstance(out, EndingMail):
            await self._end(out)
        else:
            await self._desk.reply(
                out.request_id,
                out.text,
                done=out.done,
                key=out.message_key,
                window=out.window,
                files=out.files,
            )
            self._forget_draft(out)
        self.waiting.ended(out.key)
        self.sent.emit(out)

    async def _end(self, out: EndingMail) -> None:
        if not out.more:
            await self._desk.endings.end(out.endings[0])
            self._forget_draft(out)
            return
        ended = await self._desk.endings.end_each(out.endings)
        failed = {failure.request_id for failure in ended.failed}
        for one in out.all:
            if one.request_id not in failed:
                self._forget_draft(one)

    def _forget_draft(self, out: Outgoing) -> None:
        drafts = self._desk.drafts
        if drafts.text(out.key).strip() == out.text and drafts.files(out.key) == out.files:
            drafts.drop(out.key)

    # What the last run left

    @Slot(object)
    def _on_put_in(self, out: Outgoing) -> None:
        self._held.keep(self._kept(out))

    def _kept(self, out: Outgoing) -> HeldMessage:
        ending = out if isinstance(out, EndingMail) else None
        return HeldMessage(
            key=out.key,
            patient_id=out.patient.id,
            request_id=out.request_id,
            text=out.text,
            done=out.done,
            outcome=str(ending.outcome) if ending is not None else "",
            message_key=out.message_key,
            pressed_on=london_day(self._desk.time.now()),
            window=out.window.code,
            more=tuple(self._kept(one) for one in ending.more) if ending is not None else (),
        )

    @Slot()
    def _on_loaded(self) -> None:
        left, self._left = self._left, []
        for message in left:
            self._tasks.start(self._resume(message), on_problem=self._on_not_resumed)

    async def _resume(self, message: HeldMessage) -> None:
        if message.pressed_on != london_day(self._desk.time.now()):
            self._held.drop(message.key)
            return
        going = [one for one in (message, *message.more) if not await self._has_gone(one)]
        self._held.drop(message.key)
        made = [out for one in going if (out := await self._outgoing(one)) is not None]
        if not made:
            return
        first, *more = made
        if isinstance(first, EndingMail):
            rest = tuple(one for one in more if isinstance(one, EndingMail))
            first = EndingMail(
                first.key,
                first.patient,
                first.request_id,
                first.text,
                first.done,
                message_key=first.message_key,
                outcome=first.outcome,
                more=rest,
            )
        self.waiting.put(first)

    async def _has_gone(self, message: HeldMessage) -> bool:
        """Whether the service has it: the program ended before it was told so."""
        return await self._desk.endings.has_gone(message.message_key)

    async def _outgoing(self, message: HeldMessage) -> Outgoing | None:
        try:
            patient = await self._desk.endings.patient(message.patient_id)
        except NotFound:
            return None
        return _outgoing(message, patient, self._desk.drafts.files(message.key))

    def _on_not_resumed(self, problem: Problem) -> None:
        """Out of reach: the words are drafts, and are tried at the next start."""


def _outgoing(message: HeldMessage, patient: Patient, files: tuple[Enclosure, ...]) -> Outgoing:
    if not message.outcome:
        return Outgoing(
            message.key,
            patient,
            message.request_id,
            message.text,
            message.done,
            window_of(message.window) or USUAL,
            files,
            message_key=message.message_key,
        )
    return EndingMail(
        message.key,
        patient,
        message.request_id,
        message.text,
        message.done,
        message_key=message.message_key,
        outcome=Outcome(message.outcome),
    )
