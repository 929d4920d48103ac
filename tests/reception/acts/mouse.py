"""A mouse without a keyboard: it goes to points of the screen, and what lies there gets it.

Nothing that is covered or scrolled away can be pressed. Keys are struck only where words are to be
written.
"""

from typing import Any

from PySide6.QtCore import QPoint, QPointF, QRect, Qt, QTimer
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QApplication,
    QCheckBox,
    QComboBox,
    QLineEdit,
    QMenu,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QStyle,
    QStyleOptionButton,
    QStyleOptionSpinBox,
    QTimeEdit,
    QToolButton,
    QWidget,
)

from reception.ui.board_page import BoardPage
from reception.widgets.appointment_panel import AppointmentPanel
from reception.widgets.board_view import BoardView
from reception.widgets.toast import Toast
from tests.reception.acts.screen import STEPS, Until, focused, has_keyboard, line_of, told

_PACE_MS = 15
"""Between two steps of a drag."""
_NOTCH = 120
"""One notch of a wheel, in eighths of a degree."""
_LEFT = Qt.MouseButton.LeftButton
_NONE = Qt.KeyboardModifier.NoModifier


class Mouse:
    """One mouse: moves, presses, a wheel. It types only where words are to be written."""

    name = "mouse"

    def __init__(self, until: Until) -> None:
        self._until = until

    # The screen

    @staticmethod
    def _top(at: QPoint) -> QWidget:
        top = QApplication.topLevelAt(at)
        assert top is not None, f"no window at {at}"
        return top

    def click(self, at: QPoint, button: Qt.MouseButton = _LEFT, held: Any = _NONE) -> None:
        """Click on a point of the screen."""
        top = self._top(at)
        where = top.mapFromGlobal(at)
        QTest.mousePress(top.windowHandle(), button, held, where)
        QTest.mouseRelease(top.windowHandle(), button, held, where)

    def double_click(self, at: QPoint) -> None:
        """Twice, quickly."""
        top = self._top(at)
        QTest.mouseDClick(top.windowHandle(), _LEFT, _NONE, top.mapFromGlobal(at))

    def drag(self, points: list[QPoint]) -> None:
        """Press at the first, go by the others, let go at the last.

        A drag runs a loop of its own, so each step is taken by a timer.
        """
        top = self._top(points[0])
        window = top.windowHandle()
        steps = [top.mapFromGlobal(at) for at in points]
        ended: list[bool] = []
        way = [*steps[1:], steps[-1]]

        def go_on() -> None:
            if way:
                QTimer.singleShot(_PACE_MS, go_on)
                QTest.mouseMove(window, way.pop(0))
            else:
                QTest.mouseRelease(window, _LEFT, _NONE, steps[-1])
                ended.append(True)

        QTest.mouseMove(window, steps[0])
        QTest.mousePress(window, _LEFT, _NONE, steps[0])
        go_on()
        self._until(lambda: ended, "the mouse was let go")

    def wheel(self, at: QPoint, down: int, across: int = 0) -> None:
        """Turn the wheel by notches over a point of the screen."""
        turn = QPoint(-across * _NOTCH, -down * _NOTCH)
        under = QApplication.widgetAt(at)
        while under is not None:  # who does not want it hands it on to who holds them
            event = QWheelEvent(
                QPointF(under.mapFromGlobal(at)),
                QPointF(at),
                QPoint(),
                turn,
                Qt.MouseButton.NoButton,
                _NONE,
                Qt.ScrollPhase.NoScrollPhase,
                False,
            )
            event.ignore()
            QApplication.sendEvent(under, event)
            if event.isAccepted() or under.isWindow():
                return
            under = under.parentWidget()

    def point(self, widget: QWidget, part: QRect | None = None) -> QPoint:
        """Where on the screen *widget* (or *part* of it) is to be seen; scrolls to it."""
        self._until(widget.isVisible, f"{told(widget)} was shown")
        for _ in range(STEPS):
            box = (part or widget.rect()) & widget.rect()
            at = widget.mapToGlobal(box.center())
            under = QApplication.widgetAt(at)
            if under is not None and (under is widget or widget.isAncestorOf(under)):
                return at
            area = _area_of(widget)
            assert area is not None, f"{told(widget)} lies under {told(under)}"
            port = area.viewport()
            middle = port.mapToGlobal(port.rect().center())
            before = widget.mapToGlobal(QPoint())
            self.wheel(middle, 1 if at.y() > middle.y() else -1)
            QApplication.processEvents()
            assert widget.mapToGlobal(QPoint()) != before, f"{told(widget)} cannot be seen"
        raise AssertionError(f"{told(widget)} cannot be scrolled to")

    # The board

    def cell(self, view: BoardView, key: str) -> QPoint:
        """Where on the screen the cell *key* is to be seen; scrolls to it."""
        port = view.viewport()
        for _ in range(STEPS):
            box = view.visualRect(view.board.index_of(key))
            assert box.isValid(), f"{key} is not on the board"
            middle = box.center()
            if port.rect().adjusted(4, 4, -4, -4).contains(middle):
                at = port.mapToGlobal(middle)
                under = QApplication.widgetAt(at)
                if under is port:
                    return at
                self._wave_away(under)
                continue
            centre = port.rect().center()
            over = port.mapToGlobal(centre)
            seen = port.rect()
            down = 0 if seen.top() + 4 <= middle.y() <= seen.bottom() - 4 else 1
            across = 0 if seen.left() + 4 <= middle.x() <= seen.right() - 4 else 1
            self.wheel(
                over,
                down if middle.y() > centre.y() else -down,
                (across if middle.x() > centre.x() else -across) if not down else 0,
            )
            QApplication.processEvents()
            assert view.visualRect(view.board.index_of(key)) != box, f"{key} cannot be seen"
        raise AssertionError(f"{key} cannot be scrolled to")

    def _wave_away(self, under: QWidget | None) -> None:
        """Close the toast that lies over what is wanted."""
        toast = under
        while toast is not None and not isinstance(toast, Toast):
            toast = toast.parentWidget()
        assert toast is not None, f"it lies under {told(under)}"
        close = toast.findChild(QToolButton)
        assert close is not None
        self.click(close.mapToGlobal(close.rect().center()))
        assert toast.isHidden()

    def act(self, view: BoardView, key: str, letter: str, words: str) -> None:
        """By the menu of the cell; what it does not offer, by its panel."""
        self.click(self.cell(view, key), Qt.MouseButton.RightButton)
        self.choose(words)

    def choose(self, words: str) -> None:
        """Choose a line of the menu that has just been opened."""
        self._until(lambda: isinstance(QApplication.activePopupWidget(), QMenu), "a menu opened")
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        lines = [line for line in menu.actions() if line.text().startswith(words)]
        assert lines, (
            f"the menu does not offer '{words}', only {[a.text() for a in menu.actions()]}"
        )
        assert lines[0].isEnabled(), f"'{words}' cannot be chosen: {lines[0].toolTip()}"
        self.click(menu.mapToGlobal(menu.actionGeometry(lines[0]).center()))

    def panel_act(self, page: BoardPage, key: str, letter: str, words: str) -> None:
        self.open(page.pane.view, key)
        panel = page.panel
        self._until(lambda: panel.isVisible() and panel.key == key, "the panel showed the cell")
        self._until(lambda: self._in(panel, words) is not None, f"the panel offered '{words}'")
        button = self._in(panel, words)
        assert button is not None
        self.press(button)

    @staticmethod
    def _in(panel: AppointmentPanel, words: str) -> QPushButton | None:
        found = (b for b in panel.buttons if b.text().startswith(words) and b.isEnabled())
        return next(found, None)

    def stand_on(self, view: BoardView, key: str) -> None:
        self.click(self.cell(view, key))
        assert view.current_key == key

    def open(self, view: BoardView, key: str) -> None:
        self.double_click(self.cell(view, key))

    # Forms

    def press(self, button: QAbstractButton, key: str = "") -> None:
        self._until(lambda: button.isVisible() and button.isEnabled(), f"{told(button)} was there")
        seen: list[QPoint] = []

        def stands_still() -> bool:  # what was written beside it may move it, and an eye follows
            seen.append(button.mapToGlobal(QPoint()))
            return len(seen) > 2 and seen[-1] == seen[-2] == seen[-3]

        self._until(stands_still, f"{told(button)} stood still")
        part = None
        if isinstance(button, (QRadioButton, QCheckBox)):
            option = QStyleOptionButton()
            option.initFrom(button)
            radio = isinstance(button, QRadioButton)
            element = (
                QStyle.SubElement.SE_RadioButtonIndicator
                if radio
                else QStyle.SubElement.SE_CheckBoxIndicator
            )
            part = button.style().subElementRect(element, option, button)
        self.click(self.point(button, part))

    def write(self, field: QWidget, text: str) -> None:
        """Click into the field and write over what is there: words come from a keyboard."""
        self.click(self.point(field))
        focus = focused()
        assert has_keyboard(field), f"a click leaves the keyboard at {told(focus)}"
        QTest.keyClick(focus, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClicks(focus, text)

    def _arrow(self, box: QAbstractSpinBox, up: bool) -> QPoint:
        option = QStyleOptionSpinBox()
        box.initStyleOption(option)
        part = QStyle.SubControl.SC_SpinBoxUp if up else QStyle.SubControl.SC_SpinBoxDown
        control = QStyle.ComplexControl.CC_SpinBox
        return self.point(box, box.style().subControlRect(control, option, part, box))

    def count(self, box: QSpinBox, number: int) -> None:
        self._until(lambda: box.minimum() <= number <= box.maximum(), "the number can be chosen")
        while box.value() != number:
            before = box.value()
            self.click(self._arrow(box, up=number > before))
            assert box.value() != before, f"the arrows of {told(box)} do nothing"

    def clock(self, edit: QTimeEdit, hour: int, minute: int) -> None:
        """Click into the hours, then the minutes, and turn the wheel."""
        for part, wanted in (
            (QTimeEdit.Section.HourSection, hour),
            (QTimeEdit.Section.MinuteSection, minute),
        ):
            field = edit.findChild(QLineEdit)
            assert field is not None
            text = edit.text()
            width = field.fontMetrics().horizontalAdvance(text[:2])
            x = width // 2 if part is QTimeEdit.Section.HourSection else round(width * 1.9)
            at = self.point(field, QRect(x, field.height() // 2, 6, 2))
            self.click(at)
            assert edit.currentSection() == part
            for _ in range(60):
                now = (
                    edit.time().hour()
                    if part is QTimeEdit.Section.HourSection
                    else edit.time().minute()
                )
                if now == wanted:
                    break
                self.wheel(at, 1 if now > wanted else -1)
        assert (edit.time().hour(), edit.time().minute()) == (hour, minute), edit.time()

    def pick(self, box: QComboBox, words: str) -> None:
        wanted = line_of(box, words)
        self.click(self.point(box))
        view = box.view()
        self._until(view.isVisible, "the lines dropped down")
        view.scrollTo(box.model().index(wanted, box.modelColumn()))
        rect = view.visualRect(box.model().index(wanted, box.modelColumn()))
        self.click(view.viewport().mapToGlobal(rect.center()))
        self._until(lambda: box.currentIndex() == wanted, f"'{words}' was chosen")

    def row(self, table: QAbstractItemView, row: int, column: int = 0) -> None:
        port = table.viewport()
        for _ in range(STEPS):
            rect = table.visualRect(table.model().index(row, column))
            box = rect & port.rect()
            if box.height() > rect.height() // 2:
                break
            middle = port.mapToGlobal(port.rect().center())
            self.wheel(middle, 1 if rect.center().y() > port.rect().center().y() else -1)
        at = port.mapToGlobal(box.center())
        assert QApplication.widgetAt(at) is port
        self.click(at)


def _area_of(widget: QWidget) -> QAbstractScrollArea | None:
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, QAbstractScrollArea) and parent.viewport().isAncestorOf(widget):
            return parent
        parent = parent.parentWidget()
    return None
