"""The board on the screen: keys, live changes, and pixels that tell the truth."""

import os
import random
import subprocess
import sys
from datetime import timedelta

import pytest
from PySide6.QtCore import QByteArray, QMimeData, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QAccessible, QDragMoveEvent, QDropEvent, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QListView
from pytestqt.qtbot import QtBot

from reception.widgets.board_model import BoardModel
from reception.widgets.board_strips import BoardHeader, TimeAxis, facts_words
from reception.widgets.board_view import BoardView
from reception.widgets.look import Look
from reception.widgets.palette import Scheme
from reception.widgets.queue_model import REQUEST_MIME
from tests.reception.board.diary import Diary, at, busy_monday

Key = Qt.Key


@pytest.fixture
def view(diary: Diary, look: Look, qtbot: QtBot) -> BoardView:
    busy_monday(diary)
    view = BoardView(look)
    qtbot.addWidget(view)
    view.setModel(BoardModel(diary, view))
    view.resize(1100, 600)
    view.show()
    qtbot.waitExposed(view)
    return view


def shot(view: BoardView) -> QImage:
    """What is on the screen, pixels that were only moved included."""
    QTest.qWait(0)
    store = view.backingStore().paintDevice()
    assert isinstance(store, QImage)
    return store.convertToFormat(QImage.Format.Format_RGB32)


def painted_afresh(view: BoardView) -> QImage:
    """The viewport as one whole repaint would show it."""
    port = view.viewport()
    image = QImage(port.size() * view.devicePixelRatioF(), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(view.devicePixelRatioF())
    painter = QPainter(image)
    view.paint_into(painter, port.rect())
    painter.end()
    return image


def first_difference(view: BoardView) -> QPoint | None:
    """A pixel of the viewport that is not what a whole repaint would show."""
    ratio = view.devicePixelRatioF()
    port = view.viewport().geometry()
    corner = QPoint(round(port.x() * ratio), round(port.y() * ratio))
    wanted = painted_afresh(view)
    seen = shot(view).copy(QRect(corner, wanted.size()))
    if seen == wanted:
        return None
    for y in range(wanted.height()):
        for x in range(wanted.width()):
            if seen.pixel(x, y) != wanted.pixel(x, y):
                return QPoint(x, y)
    return None


def test_the_screen_equals_a_whole_repaint_after_scrolls_and_changes(
    diary: Diary, view: BoardView
) -> None:
    chance = random.Random(7)
    down, across = view.verticalScrollBar(), view.horizontalScrollBar()
    booked = [a for a in diary.appointments if a.status == "booked"]
    assert down.maximum() > 100
    assert across.maximum() > 100
    assert first_difference(view) is None
    for _ in range(25):
        act = chance.randrange(5)
        if act == 0:
            down.setValue(chance.randint(0, down.maximum()))
        elif act == 1:
            across.setValue(chance.randint(0, across.maximum()))
        elif act == 2:
            held = chance.choice(booked)
            slot = diary.slots.get(held.slot_ids[0])
            diary.appointment(held.id, slot, held.patient_name, status="arrived")
            down.setValue(down.value() + chance.randint(-40, 40))
        elif act == 3:
            view.go_to(chance.choice(view.board.cells()).key)
        else:
            diary.pass_time(1)
        assert first_difference(view) is None


def test_the_present_moves_on_beyond_the_last_column_too(diary: Diary, view: BoardView) -> None:
    view.resize(8000, 600)
    assert view.viewport().width() > view.horizontalScrollBar().maximum()
    assert first_difference(view) is None
    for minutes in (1, 7, 30):
        diary.pass_time(minutes)
        assert first_difference(view) is None


def test_at_fractional_scaling_the_screen_is_still_true(qtbot: QtBot) -> None:
    """The same in a program of its own, at 125 %."""
    # Scaling is fixed when the application starts, so it cannot be tried in this process.
    environment = {**os.environ, "QT_SCALE_FACTOR": "1.25", "QT_QPA_PLATFORM": "offscreen"}
    run = subprocess.run(
        [sys.executable, "-m", "tests.reception.board.scaled"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == "same after 20 scrolls at 1.25"


def test_a_live_change_repaints_its_cell_and_nothing_else(diary: Diary, view: BoardView) -> None:
    port = view.viewport().rect()
    cell = next(
        c
        for c in view.board.cells()
        if c.appointment is not None
        and c.appointment.status == "booked"
        and port.contains(view.visualRect(view.board.index_of(c.key)))
    )
    rect = view.visualRect(view.board.index_of(cell.key))
    before = shot(view)
    assert cell.appointment is not None
    diary.appointment(cell.appointment.id, cell.slot, "NEWNAME, Nora", status="arrived")
    after = shot(view)
    offset = view.viewport().pos()
    changed = [
        QPoint(x, y)
        for y in range(before.height())
        for x in range(before.width())
        if before.pixel(x, y) != after.pixel(x, y)
    ]
    assert changed
    assert all(rect.translated(offset).contains(point) for point in changed)


def test_nothing_moves_under_the_eye(diary: Diary, view: BoardView) -> None:
    """Scroll position, current cell and focus stay while a hundred changes come in."""
    view.setFocus()
    key = next(c.key for c in view.board.cells() if c.column == "dr-s-mehta")
    view.go_to(key)
    view.verticalScrollBar().setValue(200)
    view.horizontalScrollBar().setValue(90)
    chance = random.Random(3)
    for number in range(100):
        slot = chance.choice(list(diary.slots))
        diary.slot(slot.id, slot.schedule_id, slot.start, slot.minutes, status="free")
        if number % 10 == 0:
            start = at("12:00")
            diary.slot(f"extra{number}", slot.schedule_id, start, 10, overbooked=True)
    diary.session("late", "Evening", "Dr Zed", "18:30", "20:00")  # reads everything afresh
    assert view.current_key == key
    assert view.verticalScrollBar().value() == 200
    assert view.horizontalScrollBar().value() == 90
    assert view.hasFocus()


def test_an_earlier_session_leaves_the_time_at_the_top(diary: Diary, view: BoardView) -> None:
    view.verticalScrollBar().setValue(300)
    top = view.place.time_at(view.verticalOffset())
    diary.session("early", "Early", "Dr Zed", "07:00", "08:00")
    diary.slot("early1", "early", at("07:00"), 10)
    assert view.place.origin == at("07:00")
    assert abs((view.place.time_at(view.verticalOffset()) - top).total_seconds()) < 60


@pytest.mark.parametrize(("down", "up"), [(Key.Key_Down, Key.Key_Up), (Key.Key_J, Key.Key_K)])
def test_keys_move_along_a_column(view: BoardView, down: Key, up: Key) -> None:
    keys = view.place.column_keys("dr-n-grant")
    view.go_to(keys[2])
    QTest.keyClick(view, down)
    QTest.keyClick(view, down)
    assert view.current_key == keys[4]
    QTest.keyClick(view, up)
    assert view.current_key == keys[3]


def test_moving_aside_and_back_ends_where_it_began(view: BoardView) -> None:
    keys = view.place.column_keys("dr-n-grant")
    view.go_to(keys[5])
    for _ in range(3):
        QTest.keyClick(view, Key.Key_Right)
    cell = view.board.cell(view.current_key)
    assert cell is not None
    assert cell.column == [c.key for c in view.board.columns][5]
    for _ in range(3):
        QTest.keyClick(view, Key.Key_Left)
    assert view.current_key == keys[5]


def test_home_end_and_pages_stay_in_the_column(view: BoardView) -> None:
    keys = view.place.column_keys("dr-n-grant")
    view.go_to(keys[3])
    QTest.keyClick(view, Key.Key_End)
    assert view.current_key == keys[-1]
    QTest.keyClick(view, Key.Key_PageUp)
    assert view.current_key in keys[:-5]
    QTest.keyClick(view, Key.Key_Home)
    assert view.current_key == keys[0]


def test_the_current_cell_is_always_in_view(view: BoardView) -> None:
    for _ in range(30):
        QTest.keyClick(view, Key.Key_Down)
    for _ in range(11):
        QTest.keyClick(view, Key.Key_Right)
        rect = view.visualRect(view.currentIndex())
        assert view.viewport().rect().contains(rect)


def test_now_is_found_again(diary: Diary, view: BoardView) -> None:
    view.go_to(view.place.column_keys("dr-n-grant")[-1])
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum())
    QTest.keyClick(view, Key.Key_N)
    y = view.place.y_of(diary.clock) - view.verticalOffset()
    assert 0 < y < view.viewport().height()
    cell = view.board.cell(view.current_key)
    assert cell is not None
    assert cell.column == "dr-n-grant"
    assert cell.start <= diary.clock <= cell.end


def test_letters_are_verbs_of_the_current_cell(view: BoardView, qtbot: QtBot) -> None:
    key = view.place.column_keys("dr-n-grant")[4]
    view.go_to(key)
    struck: list[tuple[str, str]] = []
    view.key_struck.connect(lambda k, letter: struck.append((k, letter)))
    opened: list[str] = []
    view.opened.connect(opened.append)
    for letter in ("a", "s", "l", "d", "x", "b"):
        QTest.keyClicks(view, letter)
    QTest.keyClick(view, Key.Key_S, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(view, Key.Key_Return)
    assert struck == [(key, letter) for letter in "asldxbS"]
    assert opened == [key]
    assert view.current_key == key
    QTest.keyClick(view, Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert len(struck) == 7  # a shortcut is no verb


def test_a_request_can_be_dropped_on_a_free_slot_only(diary: Diary, view: BoardView) -> None:
    dropped: list[tuple[str, str]] = []
    view.request_dropped.connect(lambda request, slot: dropped.append((request, slot)))
    now = diary.clock
    free = next(c for c in view.board.cells() if c.is_bookable(now))
    taken = next(c for c in view.board.cells() if c.appointment is not None)
    assert drop(view, taken.key) is False
    assert drop(view, free.key) is True
    view.set_trusted(False)
    assert drop(view, free.key) is False
    assert dropped == [("req-1", free.key.removeprefix("Slot/"))]


def drop(view: BoardView, key: str) -> bool:
    view.go_to(key)
    mime = QMimeData()
    mime.setData(REQUEST_MIME, QByteArray(b"req-1"))
    at_point = QPointF(view.visualRect(view.board.index_of(key)).center())
    arguments = (
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    over = QDragMoveEvent(at_point.toPoint(), *arguments)
    view.dragMoveEvent(over)
    event = QDropEvent(at_point, *arguments)
    event.setAccepted(False)
    view.dropEvent(event)
    assert over.isAccepted() == event.isAccepted()
    return event.isAccepted()


def test_best_fits_are_lit_and_put_out(diary: Diary, view: BoardView) -> None:
    free = [c for c in view.board.cells() if c.is_bookable(diary.clock)]
    plain = shot(view)
    view.light([c.key.removeprefix("Slot/") for c in free[-3:]])
    assert view.lit == {free[-3].key: 1, free[-2].key: 2, free[-1].key: 3}
    rect = view.visualRect(view.board.index_of(free[-3].key))
    assert view.viewport().rect().intersects(rect)
    assert shot(view) != plain
    assert first_difference(view) is None
    view.light([])
    assert not view.lit
    assert first_difference(view) is None


def test_a_board_that_cannot_be_trusted_is_grey(view: BoardView) -> None:
    fresh = shot(view)
    view.set_trusted(False)
    assert shot(view) != fresh
    view.set_trusted(True)
    assert shot(view) == fresh


def test_the_mouse_finds_what_is_drawn(view: BoardView) -> None:
    for cell in view.board.cells():
        rect = view.visualRect(view.board.index_of(cell.key))
        if view.viewport().rect().contains(rect):
            assert view.indexAt(rect.center()) == view.board.index_of(cell.key)
            assert view.indexAt(rect.topLeft()) == view.board.index_of(cell.key)
    assert isinstance(view, QListView)  # so that screen readers read it in full


def test_strips_stay_with_the_board(
    diary: Diary, view: BoardView, look: Look, qtbot: QtBot
) -> None:
    header, axis = BoardHeader(look, view), TimeAxis(look, view)
    for strip in (header, axis):
        qtbot.addWidget(strip)
    header.follow()
    header.resize(view.viewport().width(), header.height())
    axis.resize(axis.width(), view.viewport().height())
    before = header.grab().toImage(), axis.grab().toImage()
    view.horizontalScrollBar().setValue(150)
    assert header.grab().toImage() != before[0]
    assert axis.grab().toImage() == before[1]
    view.verticalScrollBar().setValue(view.verticalOffset() + 150)
    assert axis.grab().toImage() != before[1]
    grant = view.board.column("dr-n-grant")
    assert grant is not None
    words = facts_words(grant, view.board.facts(grant.key))
    assert words.startswith("Dr N Grant, Routine surgery")
    assert words in header.accessibleDescription()


def test_dark_and_light_differ(view: BoardView, look: Look) -> None:
    light = shot(view)
    look.palette.use(Scheme.DARK)
    assert shot(view) != light
    assert first_difference(view) is None


def test_a_screen_reader_finds_every_cell_as_a_sentence(view: BoardView) -> None:
    interface = QAccessible.queryAccessibleInterface(view)
    assert interface is not None
    cells = view.board.cells()
    assert interface.childCount() == len(cells)
    last = interface.child(len(cells) - 1)
    assert last is not None
    assert last.text(QAccessible.Text.Name) == view.board.sentence(cells[-1])
    assert last.rect().size() == view.visualRect(view.board.index(len(cells) - 1)).size()


def test_the_first_thing_seen_is_the_present(diary: Diary, view: BoardView) -> None:
    y = view.place.y_of(diary.clock) - view.verticalOffset()
    wanted = view.viewport().height() // 3
    assert y == wanted or view.verticalOffset() == 0
    assert 0 < y < view.viewport().height() // 2


def test_two_boards_of_one_model_show_the_same_changes(
    diary: Diary, view: BoardView, look: Look, qtbot: QtBot
) -> None:
    beside = BoardView(look)
    qtbot.addWidget(beside)
    beside.setModel(view.board)
    beside.resize(600, 400)
    beside.show()
    qtbot.waitExposed(beside)
    session = next(iter(diary.sessions))
    diary.slot("squeezed-in", session.id, session.end, 10)
    held = next(a for a in diary.appointments if a.status == "booked")
    slot = diary.slots.get(held.slot_ids[0])
    diary.appointment(held.id, slot, held.patient_name, status="arrived")
    with diary.slots.bulk():
        diary.slot("x-bulk", session.id, session.end + timedelta(minutes=10), 10)
    for one in (view, beside):
        for key in ("Slot/squeezed-in", "Slot/x-bulk", f"Slot/{held.slot_ids[0]}"):
            one.go_to(key)
            assert one.current_key == key
            assert one.viewport().rect().contains(one.visualRect(one.currentIndex()))
        assert first_difference(one) is None
