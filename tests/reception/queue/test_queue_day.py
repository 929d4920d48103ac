"""The queue through a day: the sum that must add up, hours of its own, and the closing sweep."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from PySide6.QtCore import Qt

from contract.codes import Outcome, Priority
from contract.core_hours import london_day
from contract.moves import TASK_OPEN
from reception.desk.desk import Desk
from reception.desk.stores import Stores
from reception.desk.words import clock
from reception.records.tree import wire_time
from reception.ui.desk_page import DeskPage
from reception.widgets.queue_lane import Lane
from reception.widgets.queue_tally import Tally, TallyLanes
from tests.reception.conftest import Finish, Until
from tests.reception.desk.asks import ask
from tests.reception.desks import Desks
from tests.reception.queue.conftest import Hands
from tests.reception.queue.requests import NOW, request, store
from tests.reception.queue.test_queue_model import model_of


def test_the_sum_is_what_the_service_counts(
    desk_page: DeskPage, desk: Desk, finish: Finish, until: Until, desks: Desks
) -> None:
    staff = desks.practice.as_role("receptionist")

    def count(**params: str) -> int:
        pairs = {name.replace("_", "-"): value for name, value in params.items()}
        answer = staff.get("Task", params={**pairs, "_summary": "count"})
        return int(answer.json()["total"])

    def tally() -> Tally:
        pane = desk_page.queue
        assert pane._tally is not None
        return pane._tally.tally(pane.model.count)

    ended = ask(desks.practice, "Where is my letter?", number=2)
    until(lambda: ended in desk.requests)
    finish(desk.complete(ended, Outcome.ADMIN_ANSWERED))
    waiting = ask(desks.practice, "And my other letter?", number=2)
    until(lambda: waiting in desk.requests)
    found = tally()
    assert found.adds_up
    assert found.open == count(status=",".join(sorted(TASK_OPEN)))
    midnight = f"ge{london_day(desk.time.now()).isoformat()}"
    assert found.received == count(authored_on=midnight)
    assert found.done == count(
        status="completed,rejected,cancelled,failed", modified=midnight
    )  # fmt: skip
    assert desk_page.queue.model.count(Lane.DONE) == found.done
    until(lambda: desk_page.queue.sum.text() == found.words)
    assert f"= {found.open} open + {found.done} done today" in found.words


def test_a_lost_one_would_show() -> None:
    assert "≠" in Tally(before=1, received=2, open=1, done=1).words


def test_counts_follow_every_change_and_are_those_of_a_fresh_count() -> None:
    requests = store(*(request(f"r{n}", minutes_ago=n * 200) for n in range(12)))
    lanes = [*Lane, *TallyLanes(NOW.date).lanes]
    model = model_of(requests)
    model.see_with(model._bare_eyes, lanes)
    for n, (status, more) in enumerate(
        [("completed", {}), ("on-hold", {"state": "snoozed"}), ("requested", {"patient": ""}),
         ("accepted", {"owner": "Practitioner/me"}), ("requested", {"priority": "stat"})]
    ):  # fmt: skip
        if n == 2:
            assert not model._counts.is_complete
        requests.take(request(f"r{n}", version=2, minutes_ago=n * 200, status=status, **more))
    requests.forget("r9")
    fresh = model_of(requests)
    fresh.see_with(fresh._bare_eyes, lanes)
    for lane in lanes:
        assert model.count(lane) == sum(lane.takes(r, "Practitioner/me") for r in requests)
        assert fresh.count(lane) == model.count(lane)


@pytest.fixture
def office(desks: Desks, finish: Finish) -> Iterator[Desk]:
    """A manager's desk; the core hours are the contract's again afterwards."""
    made: Desk = finish(desks.open("manager"))
    yield made
    finish(made.documents.use_shipped("core-hours"))


def test_the_practice_sets_its_hours_and_at_the_sweep_the_unread_are_named(
    desk_page: DeskPage, desk: Desk, office: Desk, hands: Hands, finish: Finish, until: Until,
    desks: Desks,
) -> None:  # fmt: skip
    assert desk_page.sweep.isHidden()
    unread = ask(desks.practice, "My knee hurts", number=3)
    until(lambda: unread in desk.requests)
    closes = desk.time.now() + timedelta(minutes=20)
    day = f"{london_day(closes):%A}".lower()
    finish(office.documents.save("core-hours", f'{day} = "00:01-{clock(closes)}"'))
    until(lambda: not desk_page.sweep.isHidden())
    held = desk.requests.get(unread)
    assert held is not None
    title, names = desk_page.sweep.title.text(), desk_page.sweep.words.text()
    count = sum(r.status == "requested" for r in desk.queue())
    assert title.startswith("Closing sweep, ")
    assert f": {count} unread" in title
    first = min(desk.closing_sweep().to_read, key=desk.queue_key)
    assert desk.patient_name(first) in names
    hands.type("w")
    until(lambda: desk_page.queue.filter.text() == "is: unread")
    assert set(desk_page.queue.model.ids) == {
        r.id for r in desk.queue() if r.status == "requested"
    }  # fmt: skip
    urgent = finish(desk.prioritise(unread, Priority.URGENT))
    assert urgent.due is not None
    assert clock(urgent.due) == clock(closes)  # not 18:30: the hours are the practice's own
    hands.press(Qt.Key.Key_Slash)
    hands.press(Qt.Key.Key_Escape)
    finish(office.documents.use_shipped("core-hours"))
    until(desk_page.sweep.isHidden)


def test_a_patient_to_tell_opens_on_the_contact_list(
    desk_page: DeskPage, desk: Desk, finish: Finish, until: Until
) -> None:
    booked = next(a for a in desk.appointments if a.status == "booked" and a.patient_id)
    entries = desk.contacts.entries([booked], "has to be moved", "a test of the queue")
    finish(desk._writer.transact("Somebody to tell", [], lambda _: entries))
    (contact,) = [r for r in desk.contacts.waiting() if r.patient_id == booked.patient_id]
    asked: list[tuple[str, str]] = []
    desk_page.page_requested.connect(lambda page, what: asked.append((page, what)))
    desk_page.queue.show_lane(Lane.CONTACTS)
    assert contact.id in desk_page.queue.model.ids
    desk_page.queue.opened.emit(contact.id)
    assert asked == [("Sessions", f"contacts/{contact.id}")]
    assert desk_page.panel.request is None
    held = desk.requests.get(contact.id)
    assert held is not None
    assert held.status == "requested"  # to look is not to claim it


@pytest.mark.parametrize(
    ("modified", "stored", "shown"),
    [
        (timedelta(0), timedelta(0), True),
        (timedelta(days=-3), timedelta(0), False),  # stored today, by a practice that moved in
        (None, timedelta(0), True),  # another's server, which does not say
        (None, timedelta(days=-3), False),
    ],
)
def test_done_today_is_what_ended_today(
    modified: timedelta | None, stored: timedelta, shown: bool
) -> None:
    stores = Stores(lambda: london_day(NOW), lambda _: None)
    said: dict[str, Any] = {}
    if modified is not None:
        said["lastModified"] = wire_time(NOW + modified)
    meta = {"versionId": "1", "lastUpdated": wire_time(NOW + stored)}
    stores.take(request("r", status="completed", minutes_ago=9_000, meta=meta, **said))
    assert ("r" in stores.requests) is shown
