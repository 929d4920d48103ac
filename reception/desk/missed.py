"""Who looks as if they did not attend: proposed, never decided, by software.

Nobody is proposed who is here, who may be on the phone with us, or who has written today.

Source: domain words 2.1 (DNA after 10 minutes); hazard 19 (auto-DNA of a patient in the building).
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from contract.core_hours import london_day
from reception.api.bundle import Entry, put
from reception.desk.problems import NotPossible
from reception.desk.words import clock, who_and_when
from reception.desk.workbench import Workbench
from reception.desk.writer import Latest
from reception.records import Appointment, Message, Request
from reception.records.problem import ChangedElsewhere, Problem

MISSED_AFTER = timedelta(minutes=10)
BATCH = 40
"""How many go into one request."""


@dataclass(frozen=True)
class Absence:
    """Somebody who is ten minutes late or more.

    Attributes:
        appointment: theirs, booked.
        why_not: why it is not proposed as missed, as the rest of a sentence; empty: it is.
    """

    appointment: Appointment
    why_not: str = ""

    @property
    def is_proposed(self) -> bool:
        """Whether it looks as if they did not attend."""
        return not self.why_not


def absences(
    appointments: Iterable[Appointment],
    now: datetime,
    in_touch: Mapping[str, str],
    saving: Iterable[str] = (),
) -> list[Absence]:
    """Everybody who is ten minutes late or more, by time; who is not proposed, and why.

    Args:
        appointments: of any day and state; only those booked and of *now*'s day count.
        now: the practice's time.
        in_touch: by patient id why they may be on their way: they wrote, or asked for something.
        saving: references of what is on its way to the service, so that its state is not known.
    """
    busy, today = set(saving), london_day(now)
    found = [
        Absence(held, _why_not(held, now, in_touch, busy))
        for held in appointments
        if held.status == "booked"
        and london_day(held.start) == today
        and now >= held.start + MISSED_AFTER
    ]
    return sorted(found, key=lambda a: (a.appointment.start, a.appointment.id))


def in_touch_today(
    requests: Iterable[Request], messages: Iterable[Message], now: datetime
) -> dict[str, str]:
    """By patient id, why somebody may be on their way although they are not here.

    An unread message counts whenever it was written, and so does whatever waits for our answer;
    a repeat prescription, which says nothing of an appointment, only on its day.
    """
    today = london_day(now)
    why: dict[str, str] = {}
    for request in requests:
        if not request.patient_id or not request.waits_for_us:
            continue
        if request.is_thread:
            why.setdefault(request.patient_id, "wrote to us and waits for an answer")
        elif not request.is_repeat or london_day(request.authored) == today:
            why.setdefault(request.patient_id, "has an open request")
    for message in messages:
        if message.from_patient and message.status == "in-progress":
            why[message.patient_id] = "has written a message that nobody has read"
    return why


def _why_not(
    held: Appointment, now: datetime, in_touch: Mapping[str, str], saving: set[str]
) -> str:
    if held.reference in saving:
        return "is just being changed"
    if held.arrived_at is not None:
        return "has arrived"
    if now < held.expected:
        return f"rang to say they will be late, expected until {clock(held.expected)}"
    if held.is_phone:
        return "waits for our call" if not held.calls_tried else "has been rung, not yet answered"
    if held.is_visit:
        return "is to be visited at home"
    return in_touch.get(held.patient_id, "")


class Missed:
    """Proposes, and marks what somebody has looked through."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench

    def absences(self) -> list[Absence]:
        """Everybody of today who is late; empty while another day is open, or contact is lost."""
        stores, now = self._bench.stores, self._bench.time.now()
        if stores.day != london_day(now) or not self._bench.freshness.can_book:
            return []
        return absences(stores.appointments, now, self._in_touch(), self._bench.writer.saving)

    async def mark_missed(self, appointment_ids: Sequence[str]) -> list[Problem]:
        """Mark these as not attended, all of them with one way back.

        Who has arrived or has written in the meantime is left as they are.

        Returns:
            For each that could not be marked, why.
        """
        self._bench.must_be_fresh()
        before: dict[str, Appointment] = {}
        left: list[Problem] = []

        def plan_of(ids: Sequence[str]) -> Callable[[Latest], list[Entry]]:
            def plan(latest: Latest) -> list[Entry]:
                entries = []
                now = self._bench.time.now()
                newest = [latest.get(Appointment, appointment_id) for appointment_id in ids]
                found = {a.appointment.id: a for a in absences(newest, now, self._in_touch())}
                for held in newest:
                    absence = found.get(held.id)
                    if absence is None or not absence.is_proposed:
                        why = absence.why_not if absence is not None else "is no longer expected"
                        left.append(NotPossible(f"Not marked: {who_and_when(held)} {why}."))
                        continue
                    before[held.id] = held
                    entries.append(put(held.did_not_attend(), held.version))
                return entries

            return plan

        after, refused = await self._each(appointment_ids, "Marking as not attended", plan_of)
        for reference, problem in refused.items():
            held = before[reference.partition("/")[2]]
            sentence = f"Not marked: {who_and_when(held)} has just been changed."
            stale = isinstance(problem, ChangedElsewhere)
            left.append(ChangedElsewhere(sentence) if stale else problem)
        if after:
            count = len(after)
            people = who_and_when(after[0]) if count == 1 else f"{count} patients"
            verb = "is" if count == 1 else "are"

            async def take_back() -> str:
                return await self._take_back(before, after)

            told = f"{people} {verb} marked as not attended."
            self._bench.undos.tell(told, take_back)
        return left

    async def _take_back(
        self, before: Mapping[str, Appointment], after: Sequence[Appointment]
    ) -> str:
        marked = {held.id: held for held in after}

        def plan_of(ids: Sequence[str]) -> Callable[[Latest], list[Entry]]:
            def plan(latest: Latest) -> list[Entry]:
                newest = [latest.get(Appointment, appointment_id) for appointment_id in ids]
                return [
                    put(now.back_to(before[now.id], marked[now.id]), now.version)
                    for now in newest
                    if now.status == "noshow"
                ]

            return plan

        back, _ = await self._each(list(marked), "Undoing: marked as not attended", plan_of)
        kept = len(marked) - len(back)
        if not back:
            raise NotPossible("Not undone: somebody has changed them since.")
        rest = f"; {kept} had been changed since" if kept else ""
        if len(back) == 1:
            return f"{who_and_when(back[0])} is booked again{rest}."
        return f"{len(back)} patients are booked again{rest}."

    async def _each(
        self,
        appointment_ids: Sequence[str],
        said: str,
        plan_of: Callable[[Sequence[str]], Callable[[Latest], list[Entry]]],
    ) -> tuple[list[Appointment], dict[str, Problem]]:
        parts = [appointment_ids[n : n + BATCH] for n in range(0, len(appointment_ids), BATCH)]
        answers = await asyncio.gather(
            *(
                self._bench.writer.each(said, [f"Appointment/{i}" for i in ids], plan_of(ids))
                for ids in parts
            )
        )
        stored = {reference: came for answer in answers for reference, came in answer.items()}
        done = [record for record in stored.values() if isinstance(record, Appointment)]
        return done, {ref: came for ref, came in stored.items() if isinstance(came, Problem)}

    def _in_touch(self) -> dict[str, str]:
        stores = self._bench.stores
        return in_touch_today(stores.requests, stores.messages, self._bench.time.now())
