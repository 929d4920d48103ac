"""The strip over the queue: when it is seen, what it says, and what its buttons do."""

from collections.abc import Iterator

import pytest

from reception.desk.desk import Desk
from reception.desk.surge import Pace
from reception.ui.desk_page import DeskPage
from reception.ui.tasks import Tasks
from reception.widgets.look import Look
from reception.widgets.palette import Scheme
from reception.widgets.surge_strip import SurgeStrip
from tests.reception.conftest import Finish, Until
from tests.reception.desks import Desks

BUSY = Pace(42, 18, 63, {"online-consultation": 20.4}, {}, 6, True, 95)


@pytest.fixture
def page(desk: Desk, finish: Finish, until: Until) -> Iterator[DeskPage]:
    look = Look(Scheme.LIGHT)
    made = DeskPage(desk, look)
    look.setParent(made)
    made.show()
    until(lambda: desk.surge.pace is not None and not made.surge._asking)  # its own first look
    made.surge._asking = True  # and no other, which would say what is true of a quiet practice
    yield made
    finish(made.mail.close())
    for tasks in made.findChildren(Tasks):
        tasks.cancel_all()
        finish(tasks.drained())
    made.close()
    made.deleteLater()


def surge(desk: Desk, pace: Pace | None, *, on: bool) -> None:
    """As if the service had said so: a real surge takes an hour."""
    desk.surge.pace, desk.surge.is_on = pace, on
    desk.surge.changed.emit()


def test_it_is_seen_only_while_it_has_something_to_say(page: DeskPage, desk: Desk) -> None:
    strip: SurgeStrip = page.surge.strip
    surge(desk, BUSY, on=False)
    assert strip.isHidden()
    surge(desk, BUSY, on=True)
    assert not strip.isHidden()
    assert strip.head.text().startswith("▲ More comes in than is answered: 42 came")
    assert "about 21 (20 consultations), as on the last 6 days" in strip.next.text()
    assert "Two are wanted" in strip.who.text()
    surge(desk, None, on=False)  # the service does not tell any more
    assert strip.isHidden()


def test_its_buttons_are_felt_at_every_desk(
    page: DeskPage, desk: Desk, desks: Desks, finish: Finish, until: Until
) -> None:
    other = finish(desks.open("prescriber"))
    strip = page.surge.strip
    surge(desk, BUSY, on=True)
    strip.triage.click()
    until(lambda: [t.name for t in other.surge.triagers] == [desk.me.display])
    until(lambda: strip.triage.text() == "I triage no more")
    assert "A second is wanted" in strip.who.text()

    strip.tell.click()
    form = strip.form
    assert not form.isHidden()
    form.text.setPlainText("Wait {long}")
    assert not form.show_it.isEnabled()
    assert "only the places" in form.preview.text()
    form.text.setPlainText("It takes {time}.")
    assert form.preview.text() == "Patients would read: It takes about 2 hours."
    form.show_it.click()
    until(lambda: other.surge.tells_patients)
    until(lambda: strip.told.text() == "Patients are told until 18:30: It takes about 2 hours.")
    until(form.isHidden)

    surge(desk, BUSY, on=False)
    assert not strip.isHidden()  # patients are still told, and somebody still triages
    strip.stop.click()
    until(lambda: not other.surge.tells_patients)
    strip.triage.click()
    until(lambda: other.surge.triagers == [])
    until(strip.isHidden)
