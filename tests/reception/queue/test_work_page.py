"""A clinician between two patients: who is next, cards, one key each, stories read ahead."""

import asyncio

import pytest
from PySide6.QtCore import Qt

from contract.codes import RequestType, Role
from reception.desk.desk import Desk
from reception.desk.story import PatientStory
from reception.records import Request
from reception.records.tree import changed
from reception.ui.work_page import WorkLane, WorkPage
from reception.widgets.look import Look
from tests.reception.conftest import Finish, Until
from tests.reception.desk.asks import ask
from tests.reception.desks import Desks
from tests.reception.queue.conftest import Hands, Idle, Show
from tests.running import RunningPractice


@pytest.fixture
def mine(desks: Desks, finish: Finish) -> Desk:
    """A prescriber's desk."""
    made: Desk = finish(desks.open(Role.PRESCRIBER))
    return made


@pytest.fixture
def page(mine: Desk, look: Look, show: Show) -> WorkPage:
    made = show(WorkPage(mine, look))
    assert isinstance(made, WorkPage)
    return made


def card(
    page: WorkPage, practice: RunningPractice, until: Until, finish: Finish, words: str, number: int
) -> Request:
    """A message that has been handed to me, its row the current one."""
    desk = page._desk
    request_id = ask(practice, words, number=number, kind=RequestType.THREAD)
    until(lambda: request_id in desk.requests)
    finish(desk.hand_to(request_id, desk.me.reference, desk.me.display, "Please answer today."))
    page.cards.admit()
    row = page.cards.model.row_of(request_id)
    assert row >= 0
    page.cards.view.setCurrentIndex(page.cards.model.index(row))
    page.cards.view.setFocus()
    held = desk.requests.get(request_id)
    assert held is not None
    return held


def ready(page: WorkPage, request: Request) -> bool:
    held = page._desk.ahead.held(request.patient_id)
    return held is not None and held.banner.patient.id == request.patient_id


def test_one_key_opens_and_answers_with_the_story_there_already(
    page: WorkPage,
    practice: RunningPractice,
    until: Until,
    finish: Finish,
    hands: Hands,
    mine: Desk,
) -> None:
    request = card(page, practice, until, finish, "Are my results back?", 0)
    until(lambda: ready(page, request))  # before anybody has opened it
    until(lambda: mine.messages.in_thread(request.thread_id))
    hands.press("r")
    assert page.request is not None
    assert page.request.id == request.id
    story = page.panel.story.widget()
    assert story is not None
    assert story.isVisible()  # at once
    assert page.panel.banner.patient is not None
    assert page.panel.banner.patient.id == request.patient_id
    hands.type("They are, and all is well.")
    until(page.panel.composer.send.isEnabled)
    hands.press(Qt.Key.Key_Return, ctrl=True)
    assert page.request is None
    page.mail.waiting.send_now()
    until(lambda: (now := mine.requests.newest(request.id)) is not None and not now.waits_for_us)


def test_hand_back_and_book_are_one_key_each(
    page: WorkPage,
    practice: RunningPractice,
    until: Until,
    finish: Finish,
    hands: Hands,
    mine: Desk,
    idle: Idle,
) -> None:
    request = card(page, practice, until, finish, "Can you see me?", 1)
    hands.press("b")
    assert page.panel.fits.isVisible()
    until(lambda: not page.panel.fits.is_waiting)
    hands.press(Qt.Key.Key_Escape)
    assert not page.panel.fits.isVisible()
    page.cards.view.setFocus()
    hands.press("h")
    until(lambda: (now := mine.requests.newest(request.id)) is not None and not now.owner)
    until(lambda: page.request is None)
    idle(page)


def test_signing_is_confirmed_by_name_and_strength_first(
    page: WorkPage, until: Until, hands: Hands, mine: Desk
) -> None:
    page.cards.show_lane(WorkLane.SIGN)
    until(lambda: page.cards.model.ids)
    request_id = page.cards.model.ids[0]
    page.open(request_id)
    until(lambda: page.panel.patient is not None)
    request = page.request
    assert request is not None
    until(lambda: mine.orders.item(request).supply is not None)
    page.cards.view.setFocus()
    hands.press("s")
    tool = page.panel.sign
    assert tool.isVisible()
    name = mine.orders.item(request).name
    assert page.panel.patient is not None
    assert f"Confirm {name} for {page.panel.patient.name}" in tool.go.text()
    assert not mine.signing.seals
    hands.press(Qt.Key.Key_Return)
    assert [seal.item.id for seal in mine.signing.seals] == [request_id]
    hands.press(Qt.Key.Key_Escape)  # put away: not confirmed any more
    assert not mine.signing.seals
    page.cards.view.setFocus()
    hands.press("s", Qt.Key.Key_Return, Qt.Key.Key_Return)
    until(lambda: (now := mine.requests.newest(request_id)) is not None and not now.is_open)
    until(lambda: page.request is None)


def test_the_next_patient_is_named_and_their_story_is_theirs(
    page: WorkPage, until: Until, finish: Finish, mine: Desk, hands: Hands
) -> None:
    own = [
        a
        for a in mine.appointments
        if a.practitioner_id == mine.me.id and a.status == "booked" and not a.is_phone
    ]
    assert own
    for appointment in sorted(own, key=lambda a: a.start)[:2]:
        finish(mine.arrive(appointment.id))
    until(lambda: page.next.next is not None and page.next.next.status == "arrived")
    following = page.next.next
    assert following is not None
    until(lambda: page.next_banner.patient is not None)
    assert page.next_banner.patient is not None
    assert page.next_banner.patient.id == following.patient_id
    body = page.next_story.widget()
    assert body is not None
    until(body.isVisible)
    assert page.next_banner.patient.name in page.next.name.text()
    assert "Waiting after that: " in page.next.waiting.text()
    page.cards.view.setFocus()
    hands.press("c")
    until(
        lambda: (
            (now := mine.appointments.get(following.id)) is not None and now.status == "checked-in"
        )
    )
    until(lambda: page.next.next is not None and page.next.next.id != following.id)
    until(
        lambda: (
            page.next.next is not None
            and page.next_banner.patient is not None
            and page.next_banner.patient.id == page.next.next.patient_id
        )
    )


def test_a_story_that_comes_late_is_not_shown_under_another_banner(
    page: WorkPage,
    practice: RunningPractice,
    until: Until,
    finish: Finish,
    mine: Desk,
    idle: Idle,
) -> None:
    first = card(page, practice, until, finish, "First of two", 0)
    second = card(page, practice, until, finish, "Second of two", 1)
    mine.ahead.want([])
    gate, ask_for = asyncio.Event(), mine.story

    async def held_up(patient_id: str, *, panel: str = "") -> PatientStory | None:
        if patient_id != first.patient_id:
            return await ask_for(patient_id, panel=panel)
        story = await ask_for(patient_id, panel=f"{panel} slow")
        await gate.wait()
        return story

    mine.story = held_up
    page.open(first.id)
    page.open(second.id)
    until(lambda: page.panel.composer.target is not None and page.panel.patient is not None)
    gate.set()
    idle(page)
    assert page.panel.patient is not None
    assert page.panel.patient.id == second.patient_id
    target = page.panel.composer.target
    assert target is not None
    assert target.patient_id == second.patient_id


def test_ahead_holds_each_story_for_its_patient_and_knows_when_it_is_old(
    mine: Desk, until: Until
) -> None:
    some = [r for r in mine.requests if r.patient_id][:3]
    wanted = list(dict.fromkeys(r.patient_id for r in some))
    mine.ahead.want(wanted)
    until(lambda: all(mine.ahead.held(patient_id) for patient_id in wanted))
    for patient_id in wanted:
        story = mine.ahead.held(patient_id)
        assert story is not None
        assert story.banner.patient.id == patient_id
    before = some[0]
    newer = changed(
        before.tree,
        meta={"versionId": "news", "lastUpdated": "2027-01-01T00:00:00Z"},
    )
    mine.stores.take(Request.from_tree(newer))
    assert mine.ahead.held(before.patient_id) is None
    mine.ahead.want([])
    assert all(mine.ahead.held(patient_id) is None for patient_id in wanted)
