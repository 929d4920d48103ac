"""The board and the pages beside it where there is little room, or nothing to show."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from reception.desk.desk import Desk
from reception.ui.board_page import BoardPage
from reception.widgets.board_legend import BoardLegend
from reception.widgets.look import Look
from reception.widgets.missed_review import MissedReview
from reception.widgets.outlook_view import lines_of
from reception.widgets.parts_label import PartsLabel
from reception.widgets.session_table import Row, RowsModel, RowsTable
from tests.reception.desk.picks import free_slots

Key = Qt.Key


def test_the_strip_leads_to_the_session_at_hand(page: BoardPage, desk: Desk) -> None:
    asked: list[tuple[str, str]] = []
    page.page_requested.connect(lambda title, about: asked.append((title, about)))
    slot = free_slots(desk)[0]
    page.pane.view.go_to(slot.reference)
    page.sessions_button.click()
    assert asked == [("Sessions", f"Schedule/{slot.schedule_id}")]


def test_parts_that_do_not_fit_are_left_out_whole(qapp: QApplication) -> None:
    label = PartsLabel()
    parts = ("3 waiting", "12 free, 4 of them online", "31 seen")
    label.show()
    label.show_parts(parts)
    label.resize(label.sizeHint())
    assert label.text() == "   ".join(parts)
    label.resize(label.width() - 5, label.height())
    assert label.text() == "   ".join(parts[:2])
    label.resize(label.fontMetrics().horizontalAdvance("3 wait"), label.height())
    assert label.text().endswith("\N{HORIZONTAL ELLIPSIS}")
    assert label.text().startswith("3")
    assert label.accessibleName() == ", ".join(parts)
    assert label.minimumSizeHint().width() == 0
    label.close()
    label.deleteLater()


def test_nobody_to_mark_is_said_and_escape_is_heard(qapp: QApplication, look: Look) -> None:
    review = MissedReview(look, lambda _: "")
    closed: list[bool] = []
    review.closed.connect(lambda: closed.append(True))
    review.show()
    review.show_absences([])
    review.setFocus()
    shown = [label for label in review.findChildren(QLabel) if label.isVisible()]
    assert any("Nobody" in label.text() for label in shown)
    assert not review.list.isVisible()
    assert not review.accept.isVisible()
    QTest.keyClick(review.nobody, Key.Key_Escape)
    assert closed
    review.close()
    review.deleteLater()


def test_the_numbers_come_before_the_letters(page: BoardPage) -> None:
    """At the width of a small screen every number is told; the letters have what is left."""
    page.resize(1276, 700)
    assert page.summary.text() == "   ".join(page.summary.parts)
    (legend,) = page.findChildren(BoardLegend)
    assert 0 < legend.width() < legend.sizeHint().width()
    assert legend.x() > page.summary.geometry().right()


def test_the_time_of_now_is_whole_at_the_edge(page: BoardPage) -> None:
    view, axis = page.pane.view, page.pane.axis
    bar = view.verticalScrollBar()
    for above in (0, 3, 9):
        bar.setValue(view.place.y_of(view.shown_now) - above)
        plate = axis._now_plate(view.verticalOffset())
        assert plate is not None
        assert plate.top() >= 0
        assert plate.height() > QFontMetricsF(view.font()).ascent()
    bar.setValue(view.place.y_of(view.shown_now) + 1)
    assert axis._now_plate(view.verticalOffset()) is None


def test_no_mark_below_the_free_ones_is_cut(look: Look) -> None:
    small = QFontMetricsF(look.metrics.small)
    found = ["O4", "E57", "K2"]
    wide = lines_of(found, 500, small)
    assert len(wide) == 1
    narrow = lines_of(found, small.horizontalAdvance("O4 E57") + 1, small)
    assert len(narrow) == 2
    assert [mark for line in narrow for mark in line.split()] == found
    assert lines_of(found, 1, small) == found
    assert lines_of([], 1, small) == []


def test_a_wide_column_never_falls_below_its_words(qapp: QApplication, look: Look) -> None:
    rows = RowsModel(("Day", "Session", "Free"), look)
    table = RowsTable(rows, look, "Sessions", 1)
    rows.show_rows([Row("a", ("Monday", "Minor illness and injuries", "3"))])
    table.resize(700, 200)
    table.show()
    qapp.processEvents()
    head = table.horizontalHeader()
    assert head.length() == table.viewport().width()
    table.resize(120, 200)
    qapp.processEvents()
    assert head.sectionSize(1) >= table.sizeHintForColumn(1) > 100
    assert table.horizontalScrollBar().maximum() > 0
    table.resize(700, 200)
    qapp.processEvents()
    assert head.length() == table.viewport().width()
    table.close()
    table.deleteLater()
