"""A keyboard without a mouse: keys go to what has the keyboard, which is brought there by keys."""

from collections.abc import Callable

from PySide6.QtCore import QPoint
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QSpinBox,
    QTimeEdit,
    QWidget,
)

from reception.ui.board_page import BoardPage
from reception.widgets.board_view import BoardView
from tests.reception.acts.screen import STEPS, Until, focused, has_keyboard, line_of, told

_TABS = 90


class Keyboard:
    """Keys, and nothing else."""

    name = "keyboard"

    def __init__(self, until: Until) -> None:
        self._until = until

    def strike(self, *keys: str) -> None:
        """Strike keys by name (`B`, `Shift+B`, `Ctrl+Return`) where the keyboard is."""
        for name in keys:
            if name == "?":
                QTest.keyClicks(focused(), name)
                continue
            one = QKeySequence(name)[0]  # type: ignore[index] # it is, in fact
            QTest.keyClick(focused(), one.key(), one.keyboardModifiers())

    def type(self, text: str) -> None:
        """Type where the keyboard is, which must be a place for words."""
        focus = focused()
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
        focus = focused()
        assert isinstance(focus, QAbstractSpinBox), f"{told(focus)} takes no figures"
        QTest.keyClicks(focus, text)

    def to(self, widget: QWidget) -> None:
        """Bring the keyboard to *widget* with Tab."""
        met: list[str] = []
        for _ in range(_TABS):
            if has_keyboard(widget):
                return
            self.strike("Tab")
            met.append(told(focused()))
        raise AssertionError(f"Tab does not lead to {told(widget)}, only to {sorted(set(met))}")

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
        for _ in range(STEPS):
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
        self._until(lambda: button.isVisible() and button.isEnabled(), f"{told(button)} was there")
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
            here, there = (w.mapToGlobal(QPoint()) for w in (focused(), button))
            if here == there:
                self.strike("Space")
            elif abs(here.y() - there.y()) > abs(here.x() - there.x()):
                self.strike("Down" if here.y() < there.y() else "Up")
            else:
                self.strike("Right" if here.x() < there.x() else "Left")
        assert button.isChecked(), f"the arrows do not choose {told(button)}"

    def write(self, field: QWidget, text: str) -> None:
        self.to(field)
        self.strike("Ctrl+A")
        self.type(text)

    def count(self, box: QSpinBox, number: int) -> None:
        self.to(box)
        self._until(lambda: box.minimum() <= number <= box.maximum(), "the number can be chosen")
        if abs(number - box.value()) > 12:
            self.strike("Ctrl+A")
            QTest.keyClicks(focused(), str(number))
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
        wanted = line_of(box, words)
        while box.currentIndex() != wanted:
            self.strike("Down" if box.currentIndex() < wanted else "Up")
        if box.property("acts_on_choice"):
            self.strike("Return")

    def row(self, table: QAbstractItemView, row: int, column: int = 0) -> None:
        self.to(table)
        for _ in range(STEPS):
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
