"""A list of even rows: where a row stands is arithmetic, and only the screen is painted."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QSize, QStringListModel, Qt
from PySide6.QtGui import QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QStyledItemDelegate, QStyleOptionViewItem

from reception.widgets.even_list import EvenList

ROWS, ROW_PX = 10_000, 37
Hint = QAbstractItemView.ScrollHint


class Delegate(QStyledItemDelegate):
    """Notes which rows it was asked to paint."""

    def __init__(self) -> None:
        super().__init__()
        self.painted: list[int] = []

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(100, ROW_PX)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        self.painted.append(index.row())


class Shown:
    def __init__(self) -> None:
        self.model = QStringListModel([f"row {n}" for n in range(ROWS)])
        self.delegate = Delegate()
        self.view = EvenList()
        self.view.setItemDelegate(self.delegate)
        self.view.setModel(self.model)
        self.view.resize(300, 500)
        self.view.show()
        self.settle()

    def settle(self) -> None:
        QTest.qWaitForWindowExposed(self.view)
        QTest.qWait(0)


@pytest.fixture(scope="module")
def shown(qapp: object) -> Iterator[Shown]:
    made = Shown()
    yield made
    made.view.close()
    made.view.deleteLater()


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(row=st.integers(0, ROWS - 1), x=st.integers(0, 200), y=st.integers(0, ROW_PX - 1),
       hint=st.sampled_from(list(Hint)))  # fmt: skip
def test_what_is_at_a_row_is_that_row_and_scrolling_brings_it_there(
    shown: Shown, row: int, x: int, y: int, hint: Hint
) -> None:
    view = shown.view
    index = shown.model.index(row, 0)
    view.scrollTo(index, hint)
    rect = view.visualRect(index)
    assert rect.height() == ROW_PX
    assert view.viewport().rect().contains(rect)
    assert view.indexAt(rect.topLeft() + QPoint(x, y)).row() == row


def test_only_what_is_on_the_screen_is_painted(shown: Shown) -> None:
    view = shown.view
    view.scrollTo(shown.model.index(5_000, 0), Hint.PositionAtTop)
    shown.delegate.painted.clear()
    view.viewport().repaint()
    seen = view.viewport().height() // ROW_PX
    assert shown.delegate.painted[0] == 5_000
    assert len(shown.delegate.painted) in (seen, seen + 1)
    shown.delegate.painted.clear()
    shown.model.setData(shown.model.index(9_000, 0), "far away")
    shown.settle()
    assert shown.delegate.painted == []


def test_keys_move_by_rows_pages_and_ends(shown: Shown) -> None:
    view = shown.view
    view.setCurrentIndex(shown.model.index(100, 0))
    page = view.viewport().height() // ROW_PX
    for key, expected in (
        (Qt.Key.Key_Down, 101),
        (Qt.Key.Key_PageDown, 101 + page),
        (Qt.Key.Key_PageUp, 101),
        (Qt.Key.Key_Up, 100),
        (Qt.Key.Key_End, ROWS - 1),
        (Qt.Key.Key_Home, 0),
        (Qt.Key.Key_Up, 0),
    ):
        QTest.keyClick(view, key)
        assert view.currentIndex().row() == expected
        assert view.viewport().rect().contains(view.visualRect(view.currentIndex()))


def test_rows_come_and_go_and_the_scroll_bar_follows(qapp: object) -> None:
    shown = Shown()
    view, bar = shown.view, shown.view.verticalScrollBar()
    whole = bar.maximum() + view.viewport().height()
    assert whole == ROWS * ROW_PX
    shown.model.insertRows(0, 3)
    assert bar.maximum() + view.viewport().height() == whole + 3 * ROW_PX
    shown.model.removeRows(0, ROWS - 10)
    shown.settle()
    assert bar.maximum() == max(0, 13 * ROW_PX - view.viewport().height())
    assert not view.indexAt(QPoint(5, 13 * ROW_PX - bar.value() + 1)).isValid()
    shown.model.setStringList([])
    assert not view.indexAt(QPoint(5, 5)).isValid()
    assert not view.visualRect(QModelIndex()).isValid()
    view.close()
    view.deleteLater()
