"""What was to be told to a patient and did not go out: kept, and sent again with one press."""

import uuid
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from reception.desk.desk import Desk
from reception.desk.letters import Letter
from reception.ui.board_page import BoardPage
from reception.widgets.look import Look
from tests.reception.api.cable import Cable, Network
from tests.reception.conftest import Finish
from tests.reception.conftest import Until as Wait
from tests.reception.desk.picks import patient
from tests.reception.desks import Desks


@pytest.fixture
def cable() -> Iterator[Network]:
    made = Network()
    yield made
    made.stop()


def test_what_was_not_sent_is_sent_again_and_once(
    cable: Network, desks: Desks, look: Look, finish: Finish, until: Wait
) -> None:
    desk: Desk = finish(desks.open(live=False, proxy=cable.address))
    page, person = BoardPage(desk, look), patient(desk, 8)
    page.show()
    teller = page.foot.teller
    words = "Your appointment is now at another time."

    def sent() -> int:
        found = desks.practice.as_role("receptionist").search(
            f"Communication?patient=Patient/{person.id}&_count=1000"
        )
        return sum(words in str(tree.get("payload")) for tree in found)

    letter = Letter(str(uuid.uuid4()), person.id, person.name, words)

    async def act() -> None:
        async with desk.letters.beside([letter]):
            pass

    finish(act())
    cable.turn(Cable.CUT)
    teller.tell(letter)
    until(teller.line.why.isVisible, 60)
    assert person.name in teller.line.words.text()
    assert "was not sent" in teller.line.words.text()
    assert sent() == 0
    QTest.mouseClick(teller.line.send, Qt.MouseButton.LeftButton)  # it is still cut
    assert teller.line.why.isHidden()
    until(teller.line.why.isVisible, 60)
    assert teller.unsent == [letter]
    cable.turn(Cable.WHOLE)
    QTest.mouseClick(teller.line.send, Qt.MouseButton.LeftButton)
    until(lambda: not page.tasks.running, 60)
    assert teller.unsent == []
    assert teller.line.isHidden()
    assert sent() == 1
    page.tasks.cancel_all()
    finish(page.tasks.drained())
    page.close()
    page.deleteLater()
    finish(desks.close())
