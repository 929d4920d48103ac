"""What the practice sets for itself, written at one desk and in force at the others."""

import pytest

from contract.codes import Role
from reception.desk.desk import Desk
from reception.desk.documents import shipped
from reception.desk.notice import Notice
from reception.records.problem import ChangedElsewhere, Refused
from tests.reception.conftest import Finish, Until
from tests.reception.desks import Desks

NAME = "prescription-phrases"


@pytest.fixture
def office(desks: Desks, finish: Finish) -> Desk:
    opened: Desk = finish(desks.open(Role.MANAGER))
    return opened


def test_a_document_is_written_heard_of_and_taken_back(
    office: Desk, desks: Desks, finish: Finish, until: Until
) -> None:
    priya = finish(desks.open())
    told: list[Notice] = []
    heard: list[str] = []
    office.told.connect(told.append)
    priya.documents.changed.connect(heard.append)
    before = office.documents.text(NAME)

    finish(office.documents.save(NAME, 'text = "About an hour"\n'))
    until(lambda: priya.documents.text(NAME) == 'text = "About an hour"\n')
    assert heard == [NAME]

    finish(office.undo(told[-1].undo_id))
    until(lambda: priya.documents.text(NAME) == before)

    finish(office.documents.save(NAME, 'text = "Two hours"\n'))
    finish(office.documents.use_shipped(NAME))
    until(lambda: priya.documents.text(NAME) == shipped(NAME))


def test_the_second_of_two_editors_is_told(
    office: Desk, desks: Desks, finish: Finish, until: Until
) -> None:
    other = finish(desks.open(Role.MANAGER))
    finish(office.documents.save(NAME, "a = 1\n"))
    until(lambda: other.documents.text(NAME) == "a = 1\n")
    opened = other.documents.held(NAME)
    finish(office.documents.save(NAME, "a = 2\n"))
    with pytest.raises(ChangedElsewhere):
        finish(other.documents.save(NAME, "a = 3\n", on=opened))
    until(lambda: other.documents.text(NAME) == "a = 2\n")
    finish(office.documents.use_shipped(NAME))


def test_broken_text_and_a_missing_right_are_said(
    office: Desk, desks: Desks, finish: Finish
) -> None:
    with pytest.raises(ValueError, match="Line 1"):
        finish(office.documents.save(NAME, "oh dear"))
    with pytest.raises(Refused, match="Set how the practice works"):
        finish(finish(desks.open()).documents.save("core-hours", shipped("core-hours")))
