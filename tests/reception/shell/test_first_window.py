"""The first window: what it says while something is under way."""

import pytest
from pytestqt.qtbot import QtBot

from reception.records.problem import ServiceUnreachable
from reception.ui.first_window import FirstWindow
from reception.widgets.look import Look
from reception.widgets.palette import Scheme
from tests.reception.conftest import Finish


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
        ("rubbish address!!", "no web address"),
        ("https://[::1", "no web address"),
        ("https://localhost:99999/A99999/fhir", "no web address"),
        ("localhost:here/A99999/fhir", "no web address"),
    ],
)
def test_an_address_that_cannot_be_is_said_so(
    first: FirstWindow, address: str, sentence: str
) -> None:
    first.address.setText(address)
    first.go.click()
    assert sentence in first.banner.sentence
    assert first.steps.currentIndex() == 0


@pytest.mark.parametrize(
    "address",
    [
        "reception.example.nhs.uk",
        "https://localhost:8443/A99999/fhir",
        "https://[::1]:8443/A99999/",
    ],
)
def test_an_address_may_be_short(qtbot: QtBot, finish: Finish, address: str) -> None:
    asked: list[str] = []

    async def check(where: str) -> None:
        asked.append(where)
        raise ServiceUnreachable

    first = FirstWindow(Look(Scheme.LIGHT), check=check, sign_in=_never, demo=_never)
    qtbot.addWidget(first)
    first.address.setText(address)
    first.go.click()
    finish(first._tasks.drained())
    assert asked == [f"https://{address.removeprefix('https://').rstrip('/')}"]
    assert first.banner.sentence.startswith("No practice answers at ")
    assert first.steps.currentIndex() == 0
