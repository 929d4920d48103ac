"""Three desks and a patient at the same requests, in any order: what must hold, holds.

No act is ever expected to succeed: a desk may be told that somebody was quicker, or that it is
done. What was answered as done has to be there once, and no request may be lost or left in a state
that makes no sense.
"""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from contract.codes import Outcome, Priority, Reject, RequestState
from contract.moves import TASK_OPEN
from reception.desk.desk import Desk
from reception.desk.notice import Notice
from reception.records import Request
from reception.records.problem import ChangedElsewhere, OutcomeUnknown, Problem, ServiceUnreachable
from tests.reception.conftest import Finish, Until
from tests.reception.desk.asks import ask, write_back
from tests.reception.desks import Desks
from tests.running import RunningPractice, Signed

DESKS = 3
REQUESTS = 2
PATIENT = 1
EXAMPLES, STEPS = 8, 14

pytestmark = pytest.mark.timeout(400)

desk_numbers = st.integers(0, DESKS - 1)
which = st.integers(0, REQUESTS - 1)
priorities = st.sampled_from([Priority.ROUTINE, Priority.URGENT, Priority.STAT])


class Queue(RuleBasedStateMachine):
    """Requests of its own per run. What is shared comes in by class attributes."""

    desks: list[Desk]
    finish: Finish
    until: Until
    signed: Signed
    practice: RunningPractice
    asks: Any

    def __init__(self) -> None:
        super().__init__()
        self.ids = [self.asks(f"Question {n}") for n in range(REQUESTS)]
        self.sent: Counter[str] = Counter()
        """Replies that were answered as sent, by request."""
        self.written: Counter[str] = Counter()
        """What the patient has written, by request; one each to begin with."""
        self.written.update(self.ids)
        self.told: list[list[Notice]] = [[] for _ in self.desks]
        for desk, told in zip(self.desks, self.told, strict=True):
            desk.told.connect(told.append)
        self.until(lambda: all(i in desk.requests for desk in self.desks for i in self.ids), 30)

    def teardown(self) -> None:
        for desk, told in zip(self.desks, self.told, strict=True):
            desk.told.disconnect(told.append)
        for request_id in self.ids:  # nothing is left for the tests that share this practice
            self._file_in_error(request_id)

    def _file_in_error(self, request_id: str) -> None:
        tree = self.signed.get(f"Task/{request_id}").json()
        if tree["status"] not in TASK_OPEN:
            return
        answer = self.signed.request(
            "PUT",
            f"Task/{request_id}",
            json={**tree, "status": "entered-in-error"},
            headers={"If-Match": f'W/"{tree["meta"]["versionId"]}"'},
        )
        assert answer.status_code == 200, answer.text

    # -- acts

    @rule(desk=desk_numbers, n=which)
    def open(self, desk: int, n: int) -> None:
        self._does(self.desks[desk].open_request(self.ids[n]))

    @rule(n=which)
    def all_open_at_once(self, n: int) -> None:
        ended = self._does(*(desk.open_request(self.ids[n]) for desk in self.desks))
        now = self._held(n)
        viewer = now.viewer(self.desks[0].time.now())
        for desk, answer in zip(self.desks, ended, strict=True):
            if isinstance(answer, ChangedElsewhere):
                assert viewer != desk.me.reference
            elif isinstance(answer, Request) and now.status == "received":
                assert viewer == desk.me.reference, "two desks think that they have it open"

    @rule(desk=desk_numbers, n=which)
    def close(self, desk: int, n: int) -> None:
        self._does(self.desks[desk].close_request(self.ids[n]))

    @rule(desk=desk_numbers, n=which)
    def take_over(self, desk: int, n: int) -> None:
        before = self._held(n)
        holder = before.viewer(self.desks[desk].time.now())
        losers = [d for d, at in enumerate(self.desks) if at.me.reference == holder and d != desk]
        heard = {loser: len(self.told[loser]) for loser in losers}
        (answer,) = self._does(self.desks[desk].take_over(self.ids[n]))
        if isinstance(answer, Request) and answer.status == "received":
            assert answer.owner == self.desks[desk].me.reference
            for loser in losers:  # both are told
                self.until(
                    lambda loser=loser: any(
                        "has taken over" in told.sentence
                        for told in self.told[loser][heard[loser] :]
                    )
                )
                assert any("taken over from" in told.sentence for told in self.told[desk])

    @rule(desk=desk_numbers, n=which, to=desk_numbers, team=st.booleans())
    def assign(self, desk: int, n: int, to: int, team: bool) -> None:
        at = self.desks[desk]
        owner = sorted(at.teams, key=lambda t: t.id)[0] if team else None
        reference = owner.reference if owner else self.desks[to].me.reference
        name = owner.name if owner else self.desks[to].me.display
        self._does(at.assign(self.ids[n], reference, name))

    @rule(desk=desk_numbers, n=which, to=desk_numbers)
    def assign_while_another_hands_back(self, desk: int, n: int, to: int) -> None:
        me = self.desks[to].me
        self._does(
            self.desks[desk].assign(self.ids[n], me.reference, me.display),
            self.desks[(desk + 1) % DESKS].hand_back(self.ids[n]),
        )

    @rule(desk=desk_numbers, n=which)
    def hand_back(self, desk: int, n: int) -> None:
        self._does(self.desks[desk].hand_back(self.ids[n]))

    @rule(desk=desk_numbers, n=which, minutes=st.integers(30, 600))
    def snooze(self, desk: int, n: int, minutes: int) -> None:
        at = self.desks[desk]
        self._does(at.snooze(self.ids[n], at.time.now() + timedelta(minutes=minutes)))

    @rule(desk=desk_numbers, n=which, priority=priorities, reason=st.booleans())
    def prioritise(self, desk: int, n: int, priority: Priority, reason: bool) -> None:
        was = self._held(n)
        said = "Spoke to them" if reason else ""
        self._does(self.desks[desk].prioritise(self.ids[n], priority, said))
        if was.is_emergency and not reason:
            assert self._held(n).is_emergency

    @rule(desk=desk_numbers, n=which)
    def complete(self, desk: int, n: int) -> None:
        self._does(self.desks[desk].complete(self.ids[n], Outcome.SELF_CARE))

    @rule(desk=desk_numbers, n=which)
    def reject(self, desk: int, n: int) -> None:
        text = "Please ask your pharmacist."
        self._does(self.desks[desk].reject(self.ids[n], Reject.OTHER, text))

    @rule(desk=desk_numbers, n=which, done=st.booleans())
    def reply(self, desk: int, n: int, done: bool) -> None:
        self._does(self._reply(desk, n, done=done))

    @rule(desk=desk_numbers, n=which)
    def two_reply_at_once(self, desk: int, n: int) -> None:
        self._does(self._reply(desk, n), self._reply((desk + 1) % DESKS, n))

    @rule(n=which)
    def patient_writes(self, n: int) -> None:
        self._does(self._write_back(n))
        assert self._held(n).waits_for_us, "nobody would see what the patient wrote"

    @rule(desk=desk_numbers, n=which, ends=st.booleans())
    def reply_and_patient_cross(self, desk: int, n: int, ends: bool) -> None:
        at = self.desks[desk]
        act = at.complete(self.ids[n], Outcome.ADVICE) if ends else self._reply(desk, n)
        self._does(act, self._write_back(n))

    @rule(desk=desk_numbers)
    def undo(self, desk: int) -> None:
        offered = [notice for notice in self.told[desk] if notice.can_undo]
        if offered:
            self.told[desk].remove(offered[-1])
            self._does(self.desks[desk].undo(offered[-1].undo_id))

    # -- what must hold

    @invariant()
    def every_request_makes_sense(self) -> None:
        for n in range(REQUESTS):
            now = self._held(n)
            if now.status == "requested":
                assert not now.owner
                assert now.state == RequestState.NEW
            if now.state == RequestState.VIEWING:
                assert now.status == "received"
            if now.status in ("received", "accepted"):
                assert now.owner
            if now.status == "on-hold":
                assert now.state in (RequestState.SNOOZED, RequestState.AWAITING_PATIENT)
            if now.is_open:
                assert now.due is not None
            if now.status == "completed":
                assert now.outcome
            if now.status == "rejected":
                assert now.reason_text

    @invariant()
    def nothing_is_answered_twice_and_no_word_is_lost(self) -> None:
        for n, request_id in enumerate(self.ids):
            header = self._held(n).thread_id
            found = self.signed.search(f"Communication?part-of=Communication/{header}&_count=200")
            ours = [m for m in found if m["sender"]["reference"].startswith("Practitioner/")]
            assert len(ours) == self.sent[request_id]
            assert len(found) - len(ours) == self.written[request_id]

    @invariant()
    def every_desk_comes_to_see_the_same_and_the_counts_add_up(self) -> None:
        truth = {n: self._held(n) for n in range(REQUESTS)}

        def agree(desk: Desk) -> bool:
            seen = [desk.requests.get(i) for i in self.ids]
            return [s.version if s else "" for s in seen] == [t.version for t in truth.values()]

        self.until(lambda: all(agree(desk) for desk in self.desks), 30)
        is_open = sum(t.status in TASK_OPEN for t in truth.values())
        for desk in self.desks:
            waiting = [r for r in desk.queue() if r.id in self.ids]
            done = [i for i in self.ids if (r := desk.requests.get(i)) and not r.is_open]
            assert len(waiting) == is_open
            assert len(waiting) + len(done) == REQUESTS
            assert not desk.saving

    # -- with what

    def _held(self, n: int) -> Request:
        answer = self.signed.get(f"Task/{self.ids[n]}")
        assert answer.status_code == 200
        return Request.from_tree(answer.json())

    async def _reply(self, desk: int, n: int, *, done: bool = False) -> None:
        await self.desks[desk].reply(self.ids[n], "Here is your answer.", done=done)
        self.sent[self.ids[n]] += 1

    async def _write_back(self, n: int) -> None:
        header = self._held(n).thread_id
        await asyncio.to_thread(write_back, self.practice, header, "One more thing", number=PATIENT)
        self.written[self.ids[n]] += 1

    def _does(self, *acts: Coroutine[Any, Any, Any]) -> list[object]:
        ended = list(self.finish(_all(acts)))
        for answer in ended:
            assert not isinstance(answer, OutcomeUnknown | ServiceUnreachable)
            if isinstance(answer, BaseException) and not isinstance(answer, Problem):
                raise answer
        return ended


async def _all(acts: tuple[Coroutine[Any, Any, Any], ...]) -> list[object]:
    return list(await asyncio.gather(*acts, return_exceptions=True))


def test_any_order_of_acts_on_requests_from_three_desks_and_the_patient(
    desks: Desks, finish: Finish, until: Until
) -> None:
    practice = desks.practice
    opened = [
        finish(desks.open("receptionist", 0)),
        finish(desks.open("receptionist", 1)),
        finish(desks.open("clinician")),
    ]
    shared = {
        "desks": opened,
        "finish": staticmethod(finish),
        "until": staticmethod(until),
        "signed": practice.as_role("manager"),
        "practice": practice,
        "asks": staticmethod(lambda words: ask(practice, words, number=PATIENT)),
    }
    machine = type("SharedQueue", (Queue,), shared)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
