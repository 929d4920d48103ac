"""A button for a verb that a single key does as well."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget


def verb_button(key: str, word: str, parent: QWidget) -> QPushButton:
    """A button that shows its *key* beside its *word*; `key` is a property of it."""
    button = QPushButton(f"{word}  {key.upper()}", parent)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setProperty("key", key)
    button.setAccessibleName(word)
    button.setAccessibleDescription(f"Key {key.upper()}")
    return button
