"""The two hands: a keyboard without a mouse, and a mouse without a keyboard.

Both only do what a person could. Keys go to the widget that has the keyboard, and it is brought
there by keys. The mouse goes to points of the screen, and what lies there gets it; nothing that is
covered or scrolled away can be pressed. Reading a widget to know where to go is what eyes do.
"""

from collections.abc import Callable
from typing import Any, Protocol

from PySide6.QtCore import QPoint, QPointF, QRect, Qt, QTimer
from PySide6.QtGui import QKeySequence, QWheelEvent
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
    QPlainTextEdit,
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

Until = Callable[..., None]
_TABS = 90
_STEPS = 200
_PACE_MS = 15
"""Between two steps of a drag."""
_NOTCH = 120
"""One notch of a wheel, in eighths of a degree."""
_LEFT = Qt.MouseButton.LeftButton
_NONE = Qt.KeyboardModifier.NoModifier


class Hand(Protocol):
    """What either hand can do; the acts are told in these words."""

    name: str

    def act(self, view: BoardView, key: str, letter: str, words: str) -> None:
        """Do to the cell *key* what *letter* does, or what a menu or panel calls *words*."""

    def panel_act(self, page: BoardPage, key: str, letter: str, words: str) -> None:
        """As `act`, where the mouse finds it in the panel of the cell."""

    def stand_on(self, view: BoardView, key: str) -> None:
        """Choose the cell *key*."""

    def open(self, view: BoardView, key: str) -> None:
        """Open the cell *key*."""

    def press(self, button: QAbstractButton, key: str = "") -> None:
        """Press *button*, or strike the *key* that does the same."""

    def write(self, field: QWidget, text: str) -> None:
        """Write *text* into *field* instead of what is there."""

    def count(self, box: QSpinBox, number: int) -> None:
        """Set a number."""

    def clock(self, edit: QTimeEdit, hour: int, minute: int) -> None:
        """Set a time."""

    def pick(self, box: QComboBox, words: str) -> None:
        """Choose the line of *box* that begins with *words*."""

    def row(self, table: QAbstractItemView, row: int, column: int = 0) -> None:
        """Choose a row."""


def _focus() -> QWidget:
    popup = QApplication.activePopupWidget()
    if popup is not None:
        return popup.focusWidget() or popup
    widget = QApplication.focusWidget()
    assert widget is not None, "nothing has the keyboard"
    return widget


def _has_keyboard(widget: QWidget) -> bool:
    focus = _focus()
    return widget is focus or widget.isAncestorOf(focus) or widget.focusProxy() is focus


def _line_of(box: QComboBox, words: str) -> int:
    lines = [box.itemText(row) for row in range(box.count())]
    return next(row for row, line in enumerate(lines) if line.startswith(words))


class Keyboard:
    """Keys, and nothing else."""

    name = "keyboard"

    def __init__(self, until: Until) -> None:
        self._until = until

    def strike(self, *keys: str) -> None:
        """Strike keys by name (`B`, `Shift+B`, `Ctrl+Return`) where the keyboard is."""
        for name in keys:
            if name == "?":
                QTest.keyClicks(_focus(), name)
                continue
            one = QKeySequence(name)[0]  # type: ignore[index] # it is, in fact
            QTest.keyClick(_focus(), one.key(), one.keyboardModifiers())

    def type(self, text: str) -> None:
        """Type where the keyboard is, which must be a place for words."""
        focus = _focus()
        assert isinstance(focus, (QLineEdit, QPlainTextEdit)), f"{focus} takes no words"
        QTest.keyClicks(focus, text)

    def menu(self, words: str) -> None:
        """Open the menu of what the keyboard is on, and choose the line that begins so."""
        self.strike("Shift+F10")
        self._until(lambda: isinstance(QApplication.activePopupWidget(), QMenu), "a menu opened")
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        for _ in menu.actions():
            self.strike("Down")
            line = menu.activeAction()
            if line is not None and line.text().startswith(words):
                self.strike("Return")
                return
        raise AssertionError(f"the menu does not offer '{words}'")

    def digits(self, text: str) -> None:
        """Type figures where the keyboard is, which must be a place for figures."""
        focus = _focus()
        assert isinstance(focus, QAbstractSpinBox), f"{_told(focus)} takes no figures"
        QTest.keyClicks(focus, text)

    def to(self, widget: QWidget) -> None:
        """Bring the keyboard to *widget* with Tab."""
        met: list[str] = []
        for _ in range(_TABS):
            if _has_keyboard(widget):
                return
            self.strike("Tab")
            met.append(_told(_focus()))
        raise AssertionError(f"Tab does not lead to {_told(widget)}, only to {sorted(set(met))}")

    def stand_on(self, view: BoardView, key: str) -> None:
        self.to(view)
        there = view.place.column_of(key)
        assert there is not None, f"{key} is not on the board"
        keys = [column.key for column in view.board.columns]

        def column() -> int:
            at = view.place.column_of(view.current_key)
            assert at is not None
            return keys.index(at)

        self._walk(view, lambda: column() - keys.index(there), "Left", "Right")
        self._walk(view, lambda: self._below(view, key), "Up", "Down")
        assert view.current_key == key

    @staticmethod
    def _below(view: BoardView, key: str) -> int:
        if view.current_key == key:
            return 0
        here, there = view.board.cell(view.current_key), view.board.cell(key)
        assert here is not None
        assert there is not None
        return 1 if (here.start, here.key) > (there.start, there.key) else -1

    def _walk(self, view: BoardView, far: Callable[[], int], back: str, on: str) -> None:
        for _ in range(_STEPS):
            away = far()
            if not away:
                return
            before = view.current_key
            self.strike(back if away > 0 else on)
            assert view.current_key != before, f"{back} and {on} lead no further than {before}"
        raise AssertionError("the arrows lead round and round")

    def act(self, view: BoardView, key: str, letter: str, words: str) -> None:
        self.stand_on(view, key)
        self.strike(letter)

    def panel_act(self, page: BoardPage, key: str, letter: str, words: str) -> None:
        self.act(page.pane.view, key, letter, words)

    def open(self, view: BoardView, key: str) -> None:
        self.stand_on(view, key)
        self.strike("Return")

    def press(self, button: QAbstractButton, key: str = "") -> None:
        self._until(lambda: button.isVisible() and button.isEnabled(), f"{_told(button)} was there")
        if key:
            self.strike(key)
            return
        group = button.group()
        if group is not None and group.exclusive():
            self._choose(button, group.buttons())
            return
        self.to(button)
        self.strike("Space")

    def _choose(self, button: QAbstractButton, others: list[QAbstractButton]) -> None:
        """Of several that exclude each other Tab leads to the chosen one, arrows to the rest."""
        self.to(next((b for b in others if b.isChecked()), others[0]))
        for _ in others:
            if button.isChecked():
                return
            here, there = (w.mapToGlobal(QPoint()) for w in (_focus(), button))
            if here == there:
                self.strike("Space")
            elif abs(here.y() - there.y()) > abs(here.x() - there.x()):
                self.strike("Down" if here.y() < there.y() else "Up")
            else:
                self.strike("Right" if here.x() < there.x() else "Left")
        assert button.isChecked(), f"the arrows do not choose {_told(button)}"

    def write(self, field: QWidget, text: str) -> None:
        self.to(field)
        self.strike("Ctrl+A")
        self.type(text)

    def count(self, box: QSpinBox, number: int) -> None:
        self.to(box)
        self._until(lambda: box.minimum() <= number <= box.maximum(), "the number can be chosen")
        if abs(number - box.value()) > 12:
            self.strike("Ctrl+A")
            QTest.keyClicks(_focus(), str(number))
        while box.value() != number:
            self.strike("Up" if box.value() < number else "Down")

    def clock(self, edit: QTimeEdit, hour: int, minute: int) -> None:
        """Tab also leads from the hours to the minutes; what is typed goes where the mark is."""
        for _ in range(4):
            self.to(edit)
            field = edit.findChild(QLineEdit)
            assert field is not None
            if edit.currentSection() is QTimeEdit.Section.HourSection and field.hasSelectedText():
                break
            self.strike("Shift+Tab")
        self.digits(f"{hour:02d}{minute:02d}")
        assert (edit.time().hour(), edit.time().minute()) == (hour, minute), edit.time()

    def pick(self, box: QComboBox, words: str) -> None:
        self.to(box)
        wanted = _line_of(box, words)
        while box.currentIndex() != wanted:
            self.strike("Down" if box.currentIndex() < wanted else "Up")
        if box.property("acts_on_choice"):
            self.strike("Return")

    def row(self, table: QAbstractItemView, row: int, column: int = 0) -> None:
        self.to(table)
        for _ in range(_STEPS):
            at = table.currentIndex()
            if not at.isValid():
                self.strike("Down")
            elif at.row() != row:
                self.strike("Down" if at.row() < row else "Up")
            elif at.column() != column and table.model().columnCount() > 1 and column:
                self.strike("Right" if at.column() < column else "Left")
            else:
                return
        raise AssertionError("the arrows do not lead to that row")


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
        self._until(widget.isVisible, f"{_told(widget)} was shown")
        for _ in range(_STEPS):
            box = (part or widget.rect()) & widget.rect()
            at = widget.mapToGlobal(box.center())
            under = QApplication.widgetAt(at)
            if under is not None and (under is widget or widget.isAncestorOf(under)):
                return at
            area = _area_of(widget)
            assert area is not None, f"{_told(widget)} lies under {_told(under)}"
            port = area.viewport()
            middle = port.mapToGlobal(port.rect().center())
            before = widget.mapToGlobal(QPoint())
            self.wheel(middle, 1 if at.y() > middle.y() else -1)
            QApplication.processEvents()
            assert widget.mapToGlobal(QPoint()) != before, f"{_told(widget)} cannot be seen"
        raise AssertionError(f"{_told(widget)} cannot be scrolled to")

    # The board

    def cell(self, view: BoardView, key: str) -> QPoint:
        """Where on the screen the cell *key* is to be seen; scrolls to it."""
        port = view.viewport()
        for _ in range(_STEPS):
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
        assert toast is not None, f"it lies under {_told(under)}"
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
        self._until(lambda: button.isVisible() and button.isEnabled(), f"{_told(button)} was there")
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
        at = self.point(field)
        self.click(at)
        self.double_click(at)  # the word that is there, if any, is written over
        focus = _focus()
        assert _has_keyboard(field), f"a click leaves the keyboard at {_told(focus)}"
        if isinstance(focus, QLineEdit) and focus.text():
            self.click(at)
            self.double_click(at)
            self.click(at)
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
            assert box.value() != before, f"the arrows of {_told(box)} do nothing"

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
        wanted = _line_of(box, words)
        self.click(self.point(box))
        view = box.view()
        self._until(view.isVisible, "the lines dropped down")
        view.scrollTo(box.model().index(wanted, box.modelColumn()))
        rect = view.visualRect(box.model().index(wanted, box.modelColumn()))
        self.click(view.viewport().mapToGlobal(rect.center()))
        self._until(lambda: box.currentIndex() == wanted, f"'{words}' was chosen")

    def row(self, table: QAbstractItemView, row: int, column: int = 0) -> None:
        port = table.viewport()
        for _ in range(_STEPS):
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


def _told(widget: QWidget | None) -> str:
    if widget is None:
        return "nothing"
    words = widget.accessibleName() or getattr(widget, "text", lambda: "")()
    return f"{type(widget).__name__} '{words}'".replace("\n", " ")
