"""What eyes see of the screen before hands act: who has the keyboard, and what things are."""

from collections.abc import Callable

from PySide6.QtWidgets import QApplication, QComboBox, QWidget

Until = Callable[[Callable[[], object], str], None]
"""Lets the program work until something holds; the words say what was waited for."""
STEPS = 200
"""So many keys or turns of the wheel are enough to get anywhere."""


def focused() -> QWidget:
    popup = QApplication.activePopupWidget()
    if popup is not None:
        return popup.focusWidget() or popup
    widget = QApplication.focusWidget()
    assert widget is not None, "nothing has the keyboard"
    return widget


def has_keyboard(widget: QWidget) -> bool:
    focus = focused()
    return widget is focus or widget.isAncestorOf(focus) or widget.focusProxy() is focus


def line_of(box: QComboBox, words: str) -> int:
    lines = [box.itemText(row) for row in range(box.count())]
    return next(row for row, line in enumerate(lines) if line.startswith(words))


def told(widget: QWidget | None) -> str:
    if widget is None:
        return "nothing"
    words = widget.accessibleName() or getattr(widget, "text", lambda: "")()
    return f"{type(widget).__name__} '{words}'".replace("\n", " ")
