"""A list that is worked by single keys and says when a hand is on it."""

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyledItemDelegate, QWidget

from reception.widgets.look import Look

Index = QModelIndex | QPersistentModelIndex
KEY_ROLE = int(Qt.ItemDataRole.UserRole)


class HeldList(QListView):
    """Rows that are known by a key (the user role of the model): j and k move, Enter opens."""

    opened = Signal(str)
    """The row with this key is to be opened."""
    enter_pressed = Signal(str)
    """Enter was pressed in the row with this key; a click only opens."""
    held_changed = Signal(bool)
    """Whether the list is hovered or has the focus has changed."""
    current_changed = Signal(str)
    """Another row is the current one."""

    def __init__(
        self, look: Look, delegate: QStyledItemDelegate, name: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._hovered = self._held = False
        delegate.setParent(self)
        self.setItemDelegate(delegate)
        self.setMouseTracking(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAccessibleName(name)
        self.clicked.connect(self._on_clicked)
        self.viewport().installEventFilter(self)
        look.palette.changed.connect(self.viewport().update)

    @property
    def is_held(self) -> bool:
        """Whether somebody's hand is on it: mouse above it, or focus in it."""
        return self._hovered or self.hasFocus()

    @property
    def current_key(self) -> str:
        """Key of the current row, or empty."""
        key = self.currentIndex().data(KEY_ROLE)
        return key if isinstance(key, str) else ""

    def step(self, by: int) -> None:
        """Move the current row by *by*, as j and k do."""
        rows = self.model().rowCount() if self.model() else 0
        if rows:
            row = self.currentIndex().row()
            self.go_to(max(0, min(rows - 1, row + by)) if row >= 0 else 0)

    def go_to(self, row: int) -> None:
        """Make *row* the current one."""
        self.setCurrentIndex(self.model().index(row, 0))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notice the mouse coming and going."""
        if watched is self.viewport() and event.type() in (QEvent.Type.Enter, QEvent.Type.Leave):
            self._hovered = event.type() == QEvent.Type.Enter
            self._tell_held()
        return super().eventFilter(watched, event)

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Tell which row it is."""
        super().currentChanged(current, previous)
        key = current.data(KEY_ROLE)
        self.current_changed.emit(key if isinstance(key, str) else "")

    def focusInEvent(self, event: QFocusEvent) -> None:
        """There is always a current row while the list has the focus."""
        super().focusInEvent(event)
        if not self.currentIndex().isValid():
            self.step(0)
        self._tell_held()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """A hand less on it."""
        super().focusOutEvent(event)
        self._tell_held()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Moving and opening. Other letters are the verbs of the page; none searches the list."""
        key, text = event.key(), event.text().lower()
        plain = not event.modifiers() & ~(
            Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier
        )
        if not plain:
            event.ignore()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.current_key:
                self.opened.emit(self.current_key)
                self.enter_pressed.emit(self.current_key)
        elif text in ("j", "k"):
            self.step(1 if text == "j" else -1)
        elif text and text.isprintable():
            event.ignore()
        else:
            super().keyPressEvent(event)

    def _on_clicked(self, index: QModelIndex) -> None:
        self.setCurrentIndex(index)
        if self.current_key:
            self.opened.emit(self.current_key)

    def _tell_held(self) -> None:
        if self.is_held != self._held:
            self._held = self.is_held
            self.held_changed.emit(self._held)
