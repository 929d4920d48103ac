"""The practice's phrases beside a message: read leniently, filled for one patient."""

from hypothesis import given
from hypothesis import strategies as st

from contract.codes import Role
from reception.desk.desk import Desk
from reception.desk.ready_words import SHIPPED, ReadyPhrase, read_phrases
from reception.records import Patient
from tests.reception.conftest import Finish, Until
from tests.reception.desks import Desks

TEXT = """
[[phrase]]
name = "Hello"
text = "Hello {first name}, this is {my name}."

[[phrase]]
name = "Booked"
for = "booked-phone"
text = "Hello {first name}, on {day}."

[[phrase]]
name = "Strange"
text = "See you on {day}."

[[phrase]]
name = ""
text = "nobody calls it anything"
"""


def test_what_belongs_to_an_ending_or_cannot_be_filled_is_left_out() -> None:
    assert read_phrases(TEXT) == (ReadyPhrase("Hello", "Hello {first name}, this is {my name}."),)


@given(st.text(max_size=80))
def test_no_text_is_too_broken_to_be_read(text: str) -> None:
    assert isinstance(read_phrases(text), tuple)
    assert isinstance(read_phrases(f"phrase = {text!r}"), tuple)


def test_a_changed_document_is_in_force_at_every_desk(
    desks: Desks, finish: Finish, until: Until
) -> None:
    manager: Desk = finish(desks.open(Role.MANAGER))
    desk: Desk = finish(desks.open())
    usual = desk.ready_words.all
    tree = {"resourceType": "Patient", "id": "x", "name": [{"family": "Lee", "given": ["Ann B"]}]}
    only_hello = TEXT.partition('[[phrase]]\nname = "Booked"')[0]
    finish(manager.documents.save("phrases", only_hello))
    until(lambda: [phrase.name for phrase in desk.ready_words.all] == ["Hello"])
    words = desk.ready_words.filled(desk.ready_words.all[0], Patient.from_tree(tree))
    assert words == f"Hello Ann, this is {desk.me.display}. "
    finish(manager.documents.use_shipped("phrases"))
    until(lambda: desk.ready_words.all == usual)
    assert SHIPPED
