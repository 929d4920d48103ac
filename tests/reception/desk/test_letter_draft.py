"""A letter that is being written: nothing is lost, and no words move to another patient."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reception.desk.drafts import Drafts
from reception.desk.enclosure import Enclosure
from reception.desk.letter_draft import GROUP, LetterDraft, key_of
from reception.desk.vault import Disk
from tests.reception.conftest import Finish

KEY = bytes(range(32))
PHOTO = Enclosure("knee.png", "image/png", b"\x89PNG\r\n\x1a\n")
PEOPLE = ("ann", "ann-twin", "bob")


@pytest.fixture
def disk() -> Iterator[Disk]:
    made = Disk()
    yield made
    made.stop()


@pytest.fixture
def drafts(tmp_path: Path, disk: Disk) -> Iterator[Drafts]:
    made = Drafts(tmp_path / "drafts.db", KEY, "practice|priya", disk)
    yield made
    made.close()


def test_words_for_one_stay_behind_when_another_is_chosen(drafts: Drafts) -> None:
    letter = LetterDraft(drafts)
    letter.address(["ann"])
    letter.write("Your result", "It is abnormal, Ann.")
    drafts.enclose(letter.key, (PHOTO,))
    letter.address([])
    assert (letter.topic, letter.text) == ("", "")
    letter.address(["ann-twin"])
    assert (letter.topic, letter.text) == ("", "")
    assert drafts.files(letter.key) == ()
    letter.address(["ann"])
    assert (letter.topic, letter.text) == ("Your result", "It is abnormal, Ann.")
    assert drafts.files(letter.key) == (PHOTO,)


def test_words_go_along_to_more_but_not_past_whom_they_were_begun_for(drafts: Drafts) -> None:
    letter = LetterDraft(drafts)
    letter.address(["ann"])
    letter.write("Clinic", "Come on Saturday.")
    letter.address(["ann", "bob"])
    assert letter.text == "Come on Saturday."
    letter.address(["bob"])
    assert letter.text == ""
    letter.address(["bob", "ann"])
    assert letter.text == "Come on Saturday."


def test_words_for_a_group_go_along_to_fewer(drafts: Drafts) -> None:
    letter = LetterDraft(drafts)
    letter.address(["ann", "bob"])
    letter.write("Clinic", "Come on Saturday.")
    letter.address(["bob"])
    assert letter.text == "Come on Saturday."
    assert not any(key.startswith(GROUP) for key in drafts.keys())  # noqa: SIM118


def test_words_that_are_there_already_are_not_written_over(drafts: Drafts) -> None:
    letter = LetterDraft(drafts)
    letter.address(["bob"])
    letter.write("Old", "Dear Bob")
    letter.keep()
    letter = LetterDraft(drafts)
    letter.address(["ann", "bob"])
    letter.write("Clinic", "Come on Saturday.")
    letter.address(["bob"])
    assert letter.text == "Dear Bob"
    assert letter.restore_group() == ["ann", "bob"]
    letter.address(["ann", "bob"])
    assert letter.text == "Come on Saturday."


def test_a_letter_and_its_files_survive_the_end_of_the_program(
    tmp_path: Path, drafts: Drafts, disk: Disk, finish: Finish
) -> None:
    letter = LetterDraft(drafts)
    letter.address(["ann", "bob"])
    letter.write("Clinic", "Come on Sat")
    drafts.enclose(letter.key, (PHOTO, PHOTO))
    letter.keep()
    finish(drafts.flushed())
    # Nothing is closed: a second program opens what a killed one left on the disk.
    again = Drafts(tmp_path / "drafts.db", KEY, "practice|priya", disk)
    other = Drafts(tmp_path / "drafts.db", KEY, "practice|sam", disk)
    after = LetterDraft(again)
    after.address(after.restore_group())
    assert (after.topic, after.text) == ("Clinic", "Come on Sat")
    assert again.files(after.key) == (PHOTO, PHOTO)
    assert other.keys() == []
    raw = (tmp_path / "drafts.db").read_bytes()
    assert b"Come on" not in raw
    assert b"knee.png" not in raw
    after.forget()
    finish(again.flushed())
    empty = Drafts(tmp_path / "drafts.db", KEY, "practice|priya", disk)
    assert empty.keys() == []
    for opened in (again, other, empty):
        opened.close()


recipients = st.lists(st.sampled_from(PEOPLE), unique=True, max_size=3)
steps = st.lists(st.one_of(recipients, st.sampled_from(("write", "keep", "leave"))), max_size=14)


@settings(max_examples=40)
@given(steps)
def test_words_are_never_under_somebody_they_were_not_begun_for(
    moves: list[list[str] | str],
) -> None:
    """Each text names whom it was begun for; one begun for one person is shown only with them."""
    disk = Disk()
    with TemporaryDirectory() as folder:
        drafts = Drafts(Path(folder) / "drafts.db", KEY, "me", disk)
        letter, number, written = LetterDraft(drafts), 0, set[str]()
        for move in moves:
            if isinstance(move, list):
                letter.address(move)
            elif move == "write" and letter.to and not letter.text:
                number += 1
                text = f"{number} for {','.join(sorted(letter.to))}"
                letter.write("About it", text)
                written.add(text)
            elif move == "keep":
                letter.keep()
            elif move == "leave":
                letter.keep()
                letter = LetterDraft(drafts)
            begun = letter.text.partition(" for ")[2].split(",") if letter.text else []
            assert len(begun) != 1 or begun[0] in letter.to
            assert letter.key == key_of(letter.to)
        letter.keep()
        kept = "".join(drafts.text(key) for key in drafts.keys())  # noqa: SIM118
        assert all(text in kept for text in written)
        drafts.close()
    disk.stop()
