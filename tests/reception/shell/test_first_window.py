"""The first window: what it says while something is under way."""

import pytest
from pytestqt.qtbot import QtBot

from reception.ui.first_window import FirstWindow
from reception.widgets.look import Look
from reception.widgets.palette import Scheme


async def _never(*_: str) -> None:
    raise AssertionError("nothing was asked for")


@pytest.fixture
def first(qtbot: QtBot) -> FirstWindow:
    made = FirstWindow(Look(Scheme.LIGHT), check=_never, sign_in=_never, demo=_never)
    qtbot.addWidget(made)
    made.show()
    return made


def test_progress_shows_how_far_it_is_and_never_a_line_of_the_log(first: FirstWindow) -> None:
    first.show_progress(" 60 %  the diary and its appointments: 7,364")
    assert first.waiting.text() == "Inventing a practice: the diary and its appointments: 7,364"
    assert (first.bar.maximum(), first.bar.value()) == (100, 60)
    first.show_progress('{"level":"info","path":"/A99999/fhir/metadata","status":200}')
    assert "metadata" not in first.waiting.text()
    first.show_progress("Signing in as priya.shah ...")
    assert first.waiting.text() == "Signing in as priya.shah ..."
    assert first.bar.maximum() == 0  # for as long as it takes
    assert first.waiting.isVisible()


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("", "Type the practice's address first."),
        ("  ", "Type the practice's address first."),
        ("http://reception.example.nhs.uk", "must begin with https://"),
    ],
)
def test_an_address_that_cannot_be_is_said_so(
    first: FirstWindow, address: str, sentence: str
) -> None:
    first.address.setText(address)
    first.go.click()
    assert sentence in first.banner.sentence
    assert first.steps.currentIndex() == 0
