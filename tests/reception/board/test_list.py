"""The day as a table: every line, in any order, still under the hands of a live day."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest

from reception.widgets.board_model import BoardModel
from reception.widgets.day_list import DayList, DayListModel
from reception.widgets.day_table import QUESTIONS
from reception.widgets.look import Look
from tests.reception.board.diary import Diary, at, busy_monday

NAMES = [question.name for question in QUESTIONS]


@pytest.fixture
def board(diary: Diary) -> BoardModel:
    busy_monday(diary, columns=4)
    return BoardModel(diary, diary)


@pytest.fixture
def day(board: BoardModel, look: Look) -> Iterator[DayList]:
    made = DayList(board, look)
    model = made.model()
    assert isinstance(model, DayListModel)
    fatal = QAbstractItemModelTester.FailureReportingMode.Fatal
    for tested in (model, model.table):
        QAbstractItemModelTester(tested, fatal, model)
    made.resize(1200, 700)
    made.show()
    yield made
    made.close()
    made.deleteLater()


def told(day: DayList, question: str) -> list[str]:
    column = NAMES.index(question)
    model = day.model()
    return [model.index(row, column).data() for row in range(model.rowCount())]


def test_it_begins_in_the_order_of_time_with_a_current_line(day: DayList) -> None:
    times = told(day, "Time")
    assert times == sorted(times)
    assert len(times) > 20
    assert day.currentIndex().row() == 0


@pytest.mark.parametrize("question", NAMES)
def test_every_question_sorts_both_ways_and_loses_no_line(day: DayList, question: str) -> None:
    everybody = sorted(told(day, "Patient"))
    ways = []
    for order in (Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder):
        day.sortByColumn(NAMES.index(question), order)
        ways.append([words.casefold() for words in told(day, question)])
        assert sorted(told(day, "Patient")) == everybody
    assert ways[0] == ways[1][::-1]


def test_a_change_elsewhere_leaves_the_line_one_is_on(day: DayList, diary: Diary) -> None:
    day.sortByColumn(NAMES.index("Patient"), Qt.SortOrder.DescendingOrder)
    day.setCurrentIndex(day.model().index(5, 0))
    key = day.current_key
    session = next(iter(diary.sessions))
    late = diary.slot("late", session.id, at("17:50"), 10, status="busy")
    diary.appointment("late-a", late, "ZZIMMER, Zoe")
    assert "ZZIMMER, Zoe" in told(day, "Patient")
    assert day.current_key == key


def test_the_first_column_speaks_for_the_row(day: DayList, board: BoardModel) -> None:
    role = Qt.ItemDataRole.AccessibleTextRole
    index = day.model().index(3, 0)
    cell = board.cell(day.model().index(3, 0).data(Qt.ItemDataRole.UserRole + 1))
    assert cell is not None
    assert index.data(role) == board.sentence(cell)
    assert day.model().index(3, 2).data(role).startswith("State: ")


def test_keys_act_on_the_current_line(day: DayList) -> None:
    struck: list[tuple[str, str]] = []
    opened: list[str] = []
    day.key_struck.connect(lambda key, letter: struck.append((key, letter)))
    day.opened.connect(opened.append)
    QTest.keyClick(day, Qt.Key.Key_J)
    assert day.currentIndex().row() == 1
    QTest.keyClick(day, Qt.Key.Key_A)
    QTest.keyClick(day, Qt.Key.Key_S, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(day, Qt.Key.Key_Return)
    assert struck == [(day.current_key, "a"), (day.current_key, "S")]
    assert opened == [day.current_key]


def test_an_empty_day_has_no_line(day: DayList, diary: Diary, board: BoardModel) -> None:
    for store in (diary.appointments, diary.slots, diary.sessions):
        with store.bulk():
            store.clear()
    assert day.model().rowCount(QModelIndex()) == 0
    assert day.current_key == ""
