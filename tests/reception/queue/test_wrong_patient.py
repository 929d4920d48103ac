"""Whatever comes late, and however quickly somebody switches: never two patients on one page.

Source: domain words 5, hazards 1 and 2.
"""

import asyncio
import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import pytest
from PySide6.QtCore import Qt

from contract.codes import Outcome
from reception.desk.desk import Desk
from reception.records import Patient, Request
from reception.ui.desk_page import DeskPage
from tests.reception.conftest import Finish, Until
from tests.reception.desk.asks import ask, stored
from tests.reception.queue.conftest import Hands, Idle
from tests.running import RunningPractice

PATIENCE_S = 60.0


@dataclass
class SlowAnswers:
    """The real answers, each held until it is let go: in any order, as a network may."""

    gates: list[asyncio.Event] = field(default_factory=list)

    def slow(
        self, ask_for: Callable[..., Coroutine[Any, Any, Any]]
    ) -> Callable[..., Coroutine[Any, Any, Any]]:
        async def late(*args: Any, **more: Any) -> Any:
            answer = await ask_for(*args, **more)
            gate = asyncio.Event()
            self.gates.append(gate)
            await gate.wait()
            return answer

        return late

    def let_go(self, chance: random.Random) -> None:
        """Let everything go, in an order of chance."""
        gates, self.gates = self.gates, []
        chance.shuffle(gates)
        for gate in gates:
            gate.set()


@pytest.fixture
def slow(desk: Desk) -> SlowAnswers:
    """Every question the panel asks about a patient is answered late."""
    made = SlowAnswers()
    desk.story = made.slow(desk.story)
    desk.twins_of = made.slow(desk.twins_of)
    desk.fits = made.slow(desk.fits)
    desk.items.read = made.slow(desk.items.read)  # type: ignore[method-assign]
    desk.items.picture = made.slow(desk.items.picture)  # type: ignore[method-assign]
    desk.offering.offered = made.slow(desk.offering.offered)  # type: ignore[method-assign]
    return made


def now(desk: Desk, request_id: str) -> Request:
    held = desk.requests.get(request_id)
    assert held is not None
    return held


def check_one_patient(page: DeskPage, words: dict[str, str]) -> None:
    """Everything the panel shows is of the request that is open, or of nobody."""
    panel = page.panel
    request = panel.request
    assert request is not None
    view = panel.view
    assert view.request is not None
    assert view.request.id == request.id
    assert words[request.id] in view.words.accessibleName()
    for other, text in words.items():
        assert other == request.id or text not in view.words.accessibleName()
    people = [view.banner.patient, panel.fits.patient, panel.ending.patient, panel.offer._patient]
    target = panel.composer.target
    people.append(target.patient if target is not None else None)
    assert {p.id for p in people if p is not None} <= {request.patient_id}
    if target is not None:
        assert target.request_id == request.id
        assert target.patient_id == request.patient_id
    for button in (panel.fits.book, panel.fits.offer_button, panel.ending.send, panel.offer.send):
        if button.isVisible() and panel.patient is not None:
            assert panel.patient.name.split(" (")[0] in button.text()


def test_late_answers_of_others_are_dropped_however_one_switches(
    desk_page: DeskPage,
    practice: RunningPractice,
    until: Until,
    idle: Idle,
    desk: Desk,
    slow: SlowAnswers,
) -> None:
    words = {
        ask(practice, text, number=number): text
        for number, text in enumerate(("Sore throat of one", "Knee of two", "Rash of three"))
    }
    until(lambda: all(i in desk.requests for i in words), PATIENCE_S)
    chance = random.Random(20261123)
    ids = sorted(words)
    for _ in range(12):
        request_id = chance.choice(ids)
        desk_page.show_reference(f"Task/{request_id}")
        key = chance.choice(["b", "e", "r", ""])
        if key and desk_page.panel.press(key) and key == "e":
            chance.choice(list(desk_page.panel.outcome.buttons.values())).click()
        check_one_patient(desk_page, words)
        until(lambda: True)  # some of what is under way goes on
        if chance.random() < 0.6:
            slow.let_go(chance)
        check_one_patient(desk_page, words)
    last = desk_page.panel.request
    assert last is not None

    def settled() -> bool:
        slow.let_go(chance)
        shown = desk_page.panel.patient
        return shown is not None and shown.id == last.patient_id and not desk.saving

    until(settled, PATIENCE_S)
    check_one_patient(desk_page, words)
    assert not desk_page.mail.waiting.waiting

    def quiet() -> bool:
        slow.let_go(chance)
        return all(t.running == 0 for t in (desk_page._tasks,))

    desk_page.panel.close_open()
    until(quiet, PATIENCE_S)
    assert all(now(desk, i).is_open for i in ids)


def test_what_was_sent_goes_to_whom_it_was_written_after_a_quick_switch(
    desk_page: DeskPage,
    practice: RunningPractice,
    until: Until,
    hands: Hands,
    desk: Desk,
    finish: Finish,
) -> None:
    first, second = (ask(practice, w, number=n) for n, w in enumerate(("Ear of A", "Ear of B")))
    until(lambda: first in desk.requests and second in desk.requests, PATIENCE_S)
    panel = desk_page.panel

    def open_(request_id: str) -> Patient:
        desk_page.show_reference(f"Task/{request_id}")
        until(
            lambda: (
                panel.patient is not None
                and panel.patient.id == now(desk, request_id).patient_id
                and panel.bar.buttons["e"].isEnabled()
                and now(desk, request_id).viewer(desk.time.now()) == desk.me.reference
            ),
            PATIENCE_S,
        )
        desk_page.queue.view.setFocus()
        assert panel.patient is not None
        return panel.patient

    a = open_(first)
    hands.press("e", "3")
    for_a = panel.ending.text.toPlainText()
    hands.press(Qt.Key.Key_Return)
    b = open_(second)  # while the first still waits its twenty seconds
    assert a.id != b.id
    hands.press("e", "2")
    for_b = panel.ending.text.toPlainText()
    assert a.given.split()[0] in for_a
    assert b.given.split()[0] in for_b
    hands.press(Qt.Key.Key_Return)
    assert [out.patient.id for out in desk_page.mail.waiting.waiting] == [a.id, b.id]
    desk_page.mail.waiting.send_now()
    until(lambda: not now(desk, first).is_open and not now(desk, second).is_open, PATIENCE_S)
    signed = practice.as_role("receptionist")
    for request_id, patient, text in ((first, a, for_a), (second, b, for_b)):
        request = now(desk, request_id)
        said = finish(desk.open_thread(request.thread_id))
        assert [m.text for m in said][1:] == [text]
        tree = stored(signed, said[-1].reference)
        assert tree["subject"]["reference"] == patient.reference
        assert [r["reference"] for r in tree["recipient"]] == [patient.reference]
    assert now(desk, first).outcome == Outcome.SELF_CARE
    assert now(desk, second).outcome == Outcome.PHARMACY
