"""Half-written words: kept, given back, and never somebody else's."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from reception.desk.drafts import Drafts
from reception.desk.vault import Disk
from reception.records import Patient
from reception.widgets.composer import Composer, Target
from reception.widgets.look import Look
from reception.widgets.palette import Scheme
from reception.widgets.send_bar import SendBar
from reception.widgets.sending import Outgoing, Sending
from tests.reception.conftest import Finish

KEY = bytes(range(32))


def target(patient: str, request: str) -> Target:
    tree = {
        "resourceType": "Patient",
        "id": patient,
        "name": [{"family": patient, "given": ["Pat"]}],
        "birthDate": "1980-02-03",
    }
    return Target(patient, request, f"thread-{request}", Patient.from_tree(tree))


@dataclass
class Desktop:
    """What a composer needs, closed at the end."""

    folder: Path
    disk: Disk = field(default_factory=Disk)
    opened: list[Drafts] = field(default_factory=list)

    def drafts(self) -> Drafts:
        made = Drafts(self.folder / "drafts.db", KEY, "practice|me", self.disk)
        self.opened.append(made)
        return made


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[Desktop]:
    made = Desktop(tmp_path)
    yield made
    for drafts in made.opened:
        drafts.close()
    made.disk.stop()


@pytest.fixture
def look(qapp: object) -> Look:
    return Look(Scheme.LIGHT)


@pytest.fixture
def composer(qtbot: QtBot, desktop: Desktop, look: Look) -> Composer:
    made = Composer(desktop.drafts(), Sending(60), look)
    qtbot.addWidget(made)
    made.show()
    return made


def test_words_survive_the_end_of_the_program(
    composer: Composer, desktop: Desktop, look: Look, qtbot: QtBot, finish: Finish
) -> None:
    composer.aim(target("ann", "r1"))
    composer.text.insertPlainText("Dear Ann, your")
    drafts = desktop.opened[0]
    qtbot.waitUntil(lambda: drafts.text("ann/thread-r1") == "Dear Ann, your", timeout=5_000)
    finish(drafts.flushed())
    # Nothing is closed: a second program opens what a killed one left on the disk.
    after = Composer(desktop.drafts(), Sending(60), look)
    qtbot.addWidget(after)
    after.aim(target("ann", "r1"))
    assert after.text.toPlainText() == "Dear Ann, your"
    assert after.hint.text() == "Your draft is back. It has not been sent."


def test_a_draft_never_moves_to_another_patient(composer: Composer, desktop: Desktop) -> None:
    composer.aim(target("ann", "r1"))
    composer.text.insertPlainText("for Ann")
    composer.aim(target("bob", "r2"))
    assert composer.text.toPlainText() == ""
    assert "BOB, Pat, 03-Feb-1980" in composer.send.text()
    composer.text.insertPlainText("for Bob")
    # The same request after it was matched to somebody else is another draft too.
    composer.aim(target("cid", "r2"))
    assert composer.text.toPlainText() == ""
    composer.aim(target("ann", "r1"))
    assert composer.text.toPlainText() == "for Ann"
    assert desktop.opened[0].keys() == ["ann/thread-r1", "bob/thread-r2"]


def test_a_message_can_be_taken_back_and_is_a_draft_until_it_is_stored(
    composer: Composer, desktop: Desktop, look: Look, qtbot: QtBot
) -> None:
    sending = composer._sending
    bar = SendBar(sending, look)
    qtbot.addWidget(bar)
    gone: list[Outgoing] = []
    sending.due.connect(gone.append)
    composer.aim(target("ann", "r1"))
    QTest.keyClicks(composer.text, "Come in at ten")
    QTest.keyClick(composer.text, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert not bar.isHidden()
    assert "ANN, Pat" in bar.words.text()
    assert composer.text.toPlainText() == ""
    assert composer.text.isReadOnly()
    assert desktop.opened[0].text("ann/thread-r1") == "Come in at ten"
    bar.undo.click()
    assert bar.isHidden()
    assert composer.text.toPlainText() == "Come in at ten"
    assert not composer.text.isReadOnly()
    assert gone == []

    QTest.keyClick(composer.text, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(composer.text, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    sending.send_now()
    assert [(out.text, out.request_id, out.done) for out in gone] == [
        ("Come in at ten", "r1", False)
    ]
    assert sending.is_busy_with("ann/thread-r1")
    sending.ended("ann/thread-r1")  # it could not be stored: the words are back
    assert composer.text.toPlainText() == "Come in at ten"


def test_a_note_for_colleagues_is_another_text_than_the_message(
    composer: Composer, desktop: Desktop
) -> None:
    notes: list[tuple[str, str, str]] = []
    composer.note_written.connect(lambda *note: notes.append(note))
    composer.aim(target("ann", "r1"))
    composer.text.insertPlainText("Dear Ann")
    composer.internal.setChecked(True)
    assert composer.text.toPlainText() == ""
    QTest.keyClicks(composer.text, "she is worried")
    QTest.keyClick(composer.text, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert notes == [("r1", "she is worried", "ann/thread-r1/note")]
    assert composer.text.toPlainText() == "she is worried"  # until it is stored
    composer.settled(notes[0][2])
    assert composer.text.toPlainText() == ""
    composer.internal.setChecked(False)
    assert composer.text.toPlainText() == "Dear Ann"
    assert not composer._sending.waiting


def test_nothing_can_be_sent_to_nobody_or_without_words(composer: Composer) -> None:
    assert not composer.send.isEnabled()
    composer.aim(target("ann", "r1"))
    assert not composer.send.isEnabled()
    composer.text.insertPlainText("   ")
    QTest.keyClick(composer.text, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert not composer._sending.waiting


def test_words_may_begin_before_the_person_is_known_but_not_leave(composer: Composer) -> None:
    known = target("ann", "r1")
    composer.aim(Target("ann", "r1", known.thread_id))
    QTest.keyClicks(composer.text, "Come in at ten")
    assert not composer.send.isEnabled()
    QTest.keyClick(composer.text, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert not composer._sending.waiting
    composer.aim(known)
    assert composer.text.toPlainText() == "Come in at ten"
    assert "ANN, Pat, 03-Feb-1980" in composer.send.text()
    QTest.keyClick(composer.text, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert [out.patient for out in composer._sending.waiting] == [known.patient]
