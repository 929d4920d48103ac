"""One order worked in any order by reception, a pharmacist, a prescriber and the patient.

Whatever happens, an item is approved exactly while a prescription of it stands, only a prescriber
has approved it, what the patient reads is what staff see, and nothing is decided while the patient
is asked.
"""

from collections.abc import Callable
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from contract.codes import OnlineService, RepeatState
from contract.moves import repeat_may_move
from contract.repeats import OPEN, order_state
from practice.refusal import Refusal
from practice.rules import repeats
from practice.rules.caller import Caller
from practice.store import Tree
from tests.practice.rules.surgery import (
    IVAN,
    JANE,
    NIA,
    PRIYA,
    Surgery,
    message_tree,
    put,
    repeat_tree,
)
from tests.practice.rules.test_repeats import approve, ask, asked, rejected, state_tree, with_team

STAFF = st.sampled_from([PRIYA, IVAN, NIA])
ITEMS = st.sampled_from(["plan1", "plan2"])
REASONS = st.sampled_from(["too-early", "review-due", "duplicate", "not-suitable", "other"])


class OneOrder(RuleBasedStateMachine):
    """Two items of one order, and everybody who may touch them."""

    founded: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        path = Path(self.folder.name) / "surgery.db"
        copyfile(self.founded, path)
        self.surgery = Surgery(f"sqlite:///{path}", people=False)
        self.surgery.consent("p1", OnlineService.PRESCRIPTIONS_MANAGE, OnlineService.MESSAGES)
        tied = {"value": "R-1"}
        self.ids = {
            plan: self.surgery.create(JANE, repeat_tree(plan, groupIdentifier=tied))["id"]
            for plan in ("plan1", "plan2")
        }
        self.thread = ""
        self.orders: list[str] = []

    def teardown(self) -> None:
        self.surgery.close()
        self.folder.cleanup()

    def now(self, plan: str) -> Tree:
        return self.surgery.get(f"Task/{self.ids[plan]}")

    def state(self, plan: str) -> RepeatState:
        return repeats.state_of(self.now(plan))

    def attempt(
        self, plan: str, will: RepeatState, act: Callable[[], Any], *, right: bool = True
    ) -> bool:
        """Do *act*; it succeeds exactly where the move is allowed and the right is there."""
        was = self.state(plan)
        refusal: Refusal | None = None
        try:
            act()
        except Refusal as no:
            refusal = no
        allowed = right and repeat_may_move(was, will)
        assert (refusal is None) == allowed, (was, will, refusal and refusal.text)
        assert refusal is None or refusal.text
        assert refusal is None or self.state(plan) is was
        return refusal is None

    @rule(by=STAFF, plan=ITEMS, team=st.sampled_from(["with-pharmacy", "with-prescriber"]))
    def hand_on(self, by: Caller, plan: str, team: str) -> None:
        if self.state(plan) is RepeatState.APPROVED:
            return  # taking an approval back has a rule of its own
        wanted = with_team(self.now(plan), team)
        self.attempt(plan, RepeatState(team), lambda: self.surgery.update(by, wanted))

    @rule(by=STAFF, plan=ITEMS)
    def hand_back(self, by: Caller, plan: str) -> None:
        if self.state(plan) not in OPEN:
            return  # what has ended comes back as open, not as new
        wanted = state_tree(self.now(plan), "requested", "new")
        self.attempt(plan, RepeatState.REQUESTED, lambda: self.surgery.update(by, wanted))

    @rule(by=STAFF, plan=ITEMS, why=REASONS)
    def reject(self, by: Caller, plan: str, why: str) -> None:
        if self.state(plan) in (RepeatState.REJECTED, RepeatState.APPROVED):
            return
        wanted = rejected(self.now(plan), why, f"Because: {why}.")
        self.attempt(
            plan,
            RepeatState.REJECTED,
            lambda: self.surgery.update(by, wanted),
            right=why != "not-suitable" or by is NIA,
        )

    @rule(by=STAFF, plan=ITEMS)
    def approve(self, by: Caller, plan: str) -> None:
        if self.state(plan) is RepeatState.APPROVED:
            return
        made: list[str] = []

        def act() -> None:
            order, _ = approve(self.surgery, self.now(plan), by)
            made.append(order["id"])

        if self.attempt(plan, RepeatState.APPROVED, act, right=by is NIA):
            self.orders += made

    @rule(plan=ITEMS, alone=st.booleans())
    def take_back(self, plan: str, *, alone: bool) -> None:
        if self.state(plan) is not RepeatState.APPROVED:
            return
        now = self.now(plan)
        (reference,) = repeats.issued_by(now)
        back = with_team({k: v for k, v in now.items() if k != "output"}, "with-prescriber")
        void = {**self.surgery.get(reference), "status": "cancelled"}
        if alone:
            with pytest.raises(Refusal):
                self.surgery.update(NIA, back)
            with pytest.raises(Refusal):
                self.surgery.update(NIA, void)
        else:
            self.surgery.act(NIA, put(void), put(back))

    @rule(by=STAFF, plan=ITEMS)
    def question(self, by: Caller, plan: str) -> None:
        if self.state(plan) not in OPEN:
            return
        if not self.thread:
            self.thread = ask(self.surgery, self.now(plan))
            return
        wanted = asked(self.now(plan))
        self.attempt(plan, RepeatState.QUERY, lambda: self.surgery.update(by, wanted))

    @precondition(lambda self: self.thread)
    @rule()
    def answer(self) -> None:
        waiting = [plan for plan in self.ids if self.state(plan) is RepeatState.QUERY]
        self.surgery.create(JANE, message_tree(self.thread, "Yes"))
        about = self.surgery.get(f"Communication/{self.thread}")["about"]
        named = {one["reference"] for one in about}
        for plan in waiting:
            if f"Task/{self.ids[plan]}" in named:
                assert self.state(plan) is RepeatState.BACK

    @rule(plan=ITEMS)
    def cancel(self, plan: str) -> None:
        shown = self.surgery.show(JANE, self.now(plan))
        assert shown is not None
        if shown["status"] == "cancelled":
            return
        wanted = {**shown, "status": "cancelled"}
        self.attempt(plan, RepeatState.CANCELLED, lambda: self.surgery.update(JANE, wanted))

    @rule(plan=ITEMS)
    def order_again(self, plan: str) -> None:
        """The same item is never ordered twice; a finished one may be ordered anew."""
        if self.state(plan) in OPEN:
            with pytest.raises(Refusal):
                self.surgery.create(JANE, repeat_tree(plan))

    @invariant()
    def approved_exactly_while_issued(self) -> None:
        standing = {
            based["reference"].partition("/")[2]
            for order in self.orders
            for tree in [self.surgery.get(f"MedicationRequest/{order}")]
            if tree["status"] == "active"
            for based in tree["basedOn"]
        }
        approved = {plan for plan in self.ids if self.state(plan) is RepeatState.APPROVED}
        assert standing == approved
        live = [self.surgery.get(f"MedicationRequest/{order}")["status"] for order in self.orders]
        assert live.count("active") == len(approved)

    @invariant()
    def the_patient_reads_what_staff_see(self) -> None:
        for plan in self.ids:
            stored = self.now(plan)
            shown = self.surgery.show(JANE, stored)
            assert shown is not None
            words = stored["businessStatus"]["text"]
            assert shown["businessStatus"]["text"] == words
            starts = {
                RepeatState.APPROVED: "Approved",
                RepeatState.REJECTED: "Not approved",
                RepeatState.CANCELLED: "Cancelled",
            }
            assert words.startswith(starts.get(self.state(plan), "Requested"))

    @invariant()
    def the_order_has_a_state(self) -> None:
        assert order_state(self.state(plan) for plan in self.ids)


def test_one_order_worked_in_any_order(founded: Path) -> None:
    OneOrder.founded = founded
    OneOrder.TestCase.settings = settings(
        max_examples=8,
        stateful_step_count=16,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    OneOrder.TestCase("runTest").runTest()
