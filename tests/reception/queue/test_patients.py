"""Finding people, and their story."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from reception.desk.desk import Desk
from reception.records import Patient
from reception.ui.patients_page import PatientsPage
from reception.widgets.look import Look
from reception.widgets.patient_results import TWIN_ROLE, PatientResultsModel
from reception.widgets.patient_search import PatientSearch
from tests.reception.conftest import Until
from tests.reception.queue.conftest import Hands, Idle


def somebody(desk: Desk, number: int = 0) -> Patient:
    """A patient whose search is plain: on the list, alone with surname and birth date."""
    plain = [
        p
        for p in sorted(desk.patients, key=lambda p: p.id)
        if p.active and not p.deceased and p.born and not desk.patients_like(p)
    ]
    return plain[number]


def words_for(patient: Patient) -> str:
    assert patient.born is not None
    return f"{patient.family} {patient.given.split()[0]} {patient.born:%d/%m/%Y}"


def test_a_search_by_keyboard_takes_the_person(
    patients_page: PatientsPage, desk: Desk, hands: Hands, until: Until, idle: Idle
) -> None:
    wanted = somebody(desk)
    taken: list[Patient] = []
    patients_page.search.chosen.connect(taken.append)
    hands.type(words_for(wanted))
    until(lambda: patients_page.search.model.rowCount() > 0)
    idle(patients_page)
    assert patients_page.search.current is not None
    assert patients_page.search.current.id == wanted.id
    hands.press(Qt.Key.Key_Return)
    if patients_page.search.confirm.isVisible():
        hands.press(Qt.Key.Key_Return)
    assert [p.id for p in taken] == [wanted.id]
    idle(patients_page)
    assert patients_page.banner.patient is not None
    assert patients_page.banner.patient.id == wanted.id
    assert wanted.spaced_nhs_number in patients_page.banner._number.text()
    assert patients_page.story.isVisible()


def test_the_shells_search_lands_in_the_field(
    patients_page: PatientsPage, desk: Desk, until: Until
) -> None:
    wanted = somebody(desk, 1)
    patients_page.show_reference(f"find:{words_for(wanted)}")
    until(lambda: patients_page.search.model.rowCount() > 0)
    assert patients_page.search.field.hasFocus()
    assert patients_page.search.current is not None
    assert patients_page.search.current.id == wanted.id


def test_too_little_is_asked_for_in_a_sentence(
    patients_page: PatientsPage, hands: Hands, idle: Idle, until: Until
) -> None:
    hands.type("zz")
    hands.press(Qt.Key.Key_Return)
    idle(patients_page)
    until(lambda: patients_page.search.said.text() != "Searching…")
    assert patients_page.search.model.rowCount() == 0
    assert patients_page.search.said.text().endswith(".")
    assert not patients_page.problem_banner.isVisible()


def test_an_answer_that_comes_late_for_other_words_is_dropped(
    patients_page: PatientsPage, desk: Desk, idle: Idle
) -> None:
    first, second = somebody(desk, 2), somebody(desk, 3)
    patients_page.search.ask(words_for(first))
    patients_page.search.ask(words_for(second))
    idle(patients_page)
    found = patients_page.search.current
    assert found is not None
    assert found.id == second.id


def test_the_story_of_somebody_else_is_dropped(
    patients_page: PatientsPage, desk: Desk, idle: Idle
) -> None:
    first, second = somebody(desk, 2), somebody(desk, 3)
    patients_page.show_patient(first)
    patients_page.show_patient(second)
    idle(patients_page)
    assert patients_page.banner.patient is not None
    assert patients_page.banner.patient.id == second.id


TWINS = [
    Patient.from_tree(
        {
            "resourceType": "Patient",
            "id": f"t{number}",
            "name": [{"family": "Patel", "given": [given]}],
            "birthDate": "1990-05-01",
            "deceasedBoolean": number == 2,
        }
    )
    for number, given in enumerate(("Anita", "Amita", "Gita"))
]


class NoTasks:
    """A search that is only looked at starts nothing."""

    def start(self, coroutine: object, *, on_problem: object = None) -> object:
        raise AssertionError("nothing was to be searched for")


@pytest.fixture
def search(desk: Desk, look: Look, qtbot: QtBot) -> PatientSearch:
    made = PatientSearch(desk, look, NoTasks())
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    made.setFocus()
    return made


def test_a_near_twin_is_taken_only_by_a_second_enter(search: PatientSearch, hands: Hands) -> None:
    taken: list[Patient] = []
    search.chosen.connect(taken.append)
    search._show(TWINS[:2])
    assert search.model.index(0).data(TWIN_ROLE) is True
    spoken = str(search.model.index(0).data(Qt.ItemDataRole.AccessibleTextRole))
    assert spoken.startswith("Near-twin: same surname and birth date")
    hands.press(Qt.Key.Key_Return)
    assert taken == []
    assert "PATEL, Anita, 01-May-1990" in search.confirm.text()
    hands.press(Qt.Key.Key_Escape)
    assert not search.confirm.isVisible()
    hands.press(Qt.Key.Key_Down)
    hands.press(Qt.Key.Key_Return)
    assert "PATEL, Amita" in search.confirm.text()
    hands.press(Qt.Key.Key_Return)
    assert [p.id for p in taken] == ["t1"]


def test_the_dead_are_found_marked_and_never_taken_by_one_key(
    search: PatientSearch, hands: Hands
) -> None:
    taken: list[Patient] = []
    search.chosen.connect(taken.append)
    search._show([TWINS[2]])
    hands.press(Qt.Key.Key_Return)
    assert taken == []
    assert isinstance(search.confirm.parentWidget(), QWidget)
    assert search.confirm.isVisible()


def test_typing_withdraws_the_stop(search: PatientSearch, hands: Hands) -> None:
    search._show(TWINS[:2])
    hands.press(Qt.Key.Key_Return)
    assert search.confirm.isVisible()
    hands.type("x")
    search._pause.stop()
    assert not search.confirm.isVisible()


def test_the_results_are_a_sound_model(desk: Desk) -> None:
    model = PatientResultsModel(desk.time.today)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.show(TWINS, frozenset({"t0"}))
    assert [model.index(row).data(TWIN_ROLE) for row in range(3)] == [True, False, False]
    model.show([], frozenset())
    assert model.rowCount() == 0
    del tester
