"""Under the board: messages that did not go out are offered until they have, or are dropped."""

import uuid
from collections.abc import Iterator

import pytest

from reception.desk.desk import Desk
from reception.desk.letters import Letter
from reception.ui.board_foot import BoardFoot
from reception.ui.tasks import Tasks
from reception.widgets.look import Look
from reception.widgets.unsent_letters import unsent_words
from tests.reception.conftest import Finish, Until
from tests.reception.desk.picks import booked


@pytest.fixture
def foot(desk: Desk, look: Look, finish: Finish) -> Iterator[BoardFoot]:
    tasks = Tasks()
    made = BoardFoot(desk, look, tasks)
    made.resize(900, 200)
    made.show()
    yield made
    tasks.cancel_all()
    finish(tasks.drained())
    made.close()
    made.deleteLater()
    tasks.deleteLater()


def left_over(desk: Desk, finish: Finish, words: str) -> Letter:
    it = booked(desk)
    letter = Letter(
        str(uuid.uuid4()), it.patient_id, it.patient_name, words, it.id, tuple(it.slot_ids)
    )

    async def act() -> None:
        async with desk.letters.beside([letter]):
            pass

    finish(act())
    return letter


def test_it_is_offered_after_the_load_and_goes_at_a_press(
    desk: Desk, foot: BoardFoot, finish: Finish, until: Until
) -> None:
    letter = left_over(desk, finish, "We look forward to seeing you.")
    assert foot.teller.line.isHidden()
    desk.loaded.emit()
    until(foot.teller.line.isVisible)
    assert letter.patient_name in foot.teller.line.words.text()
    held = desk.patients.get(letter.patient_id)
    assert held is not None
    assert held.born_text in foot.teller.line.send.text(), "the button says to whom"
    assert letter.words in foot.teller.line.words.text()
    foot.teller.line.send.click()
    until(lambda: foot.teller.unsent == [])
    until(foot.teller.line.isHidden)


def test_it_can_be_thrown_away(desk: Desk, foot: BoardFoot, finish: Finish, until: Until) -> None:
    left_over(desk, finish, "Not to be sent.")
    desk.loaded.emit()
    until(foot.teller.line.isVisible)
    foot.teller.line.throw.click()
    assert foot.teller.line.isHidden()
    assert foot.teller.unsent == []


def test_many_are_counted() -> None:
    letters = [Letter(str(n), "p1", f"SMITH, Jane{n}", "word " * 80) for n in range(5)]
    words = unsent_words(letters)
    assert words.startswith("5 messages were not sent:\n")
    assert words.endswith("and 2 more.")
    assert all(len(line) < 140 for line in words.splitlines())
    assert unsent_words(letters[:1]).startswith("A message was not sent:")
