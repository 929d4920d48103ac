"""Keys, mouse and drops on the board, told as what is asked for."""

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from reception.widgets.queue_model import REQUEST_MIME

_Action = QAbstractItemView.CursorAction
_PLAIN = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier


class BoardGestures(QListView):
    """What hands do to a board. The board itself knows where things stand."""

    opened = Signal(str)  # key of a cell: Enter, or a double click
    key_struck = Signal(str, str)  # key of a cell, and the verb's letter; upper case with Shift
    request_dropped = Signal(str, str)  # request id, slot id

    VERBS = frozenset("asldxb")

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hovered = self._target = ""
        self.setAcceptDrops(True)
        self.setDropIndicatorShown(False)
        self.viewport().setMouseTracking(True)

    @property
    def current_key(self) -> str:
        """Key of the cell under the keyboard, or an empty string."""
        raise NotImplementedError

    def jump_to_now(self) -> None:
        """Bring the present into view."""
        raise NotImplementedError

    def _key_at(self, point: QPoint) -> str | None:
        raise NotImplementedError

    def _free_key_at(self, point: QPoint) -> str:
        raise NotImplementedError

    def _update_cell(self, key: str) -> None:
        raise NotImplementedError

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move, or tell a verb. Keys that are not ours go on to the window."""
        plain = not event.modifiers() & ~_PLAIN
        letter = event.text().lower()
        moves = {"j": _Action.MoveDown, "k": _Action.MoveUp}
        if plain and letter == "n":
            self.jump_to_now()
        elif plain and letter in moves:
            self._step(moves[letter])
        elif plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit(self.current_key)
        elif plain and letter and letter in self.VERBS:
            shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.key_struck.emit(self.current_key, letter.upper() if shift else letter)
        elif plain and event.text() and event.text().isprintable():
            event.ignore()
        else:
            super().keyPressEvent(event)

    def _step(self, action: _Action) -> None:
        self.setCurrentIndex(self.moveCursor(action, Qt.KeyboardModifier.NoModifier))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Outline the cell under the mouse."""
        self._hover(self._key_at(event.position().toPoint()) or "")
        super().mouseMoveEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open the cell."""
        key = self._key_at(event.position().toPoint())
        if key:
            self.opened.emit(key)

    def viewportEvent(self, event: QEvent) -> bool:
        """Forget the hovered cell when the mouse goes."""
        if event.type() == QEvent.Type.Leave:
            self._hover("")
        return super().viewportEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Let a request in."""
        if event.mimeData().hasFormat(REQUEST_MIME):
            event.acceptProposedAction()
        else:
            event.ignore()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Show whether it can be dropped here: only on a free slot of a board that is fresh."""
        key = self._free_key_at(event.position().toPoint())
        self._aim(key)
        if key and event.mimeData().hasFormat(REQUEST_MIME):
            event.acceptProposedAction()
        else:
            event.ignore()

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        """Nothing is aimed at any more."""
        self._aim("")

    def dropEvent(self, event: QDropEvent) -> None:
        """Tell which request was dropped on which slot."""
        key = self._free_key_at(event.position().toPoint())
        self._aim("")
        request_id = bytes(event.mimeData().data(REQUEST_MIME).data()).decode()
        if not key or not request_id:
            event.ignore()
            return
        event.acceptProposedAction()
        self.request_dropped.emit(request_id, key.removeprefix("Slot/"))

    def _hover(self, key: str) -> None:
        if key != self._hovered:
            before, self._hovered = self._hovered, key
            self._update_cell(before)
            self._update_cell(key)

    def _aim(self, key: str) -> None:
        if key != self._target:
            before, self._target = self._target, key
            self._update_cell(before)
            self._update_cell(key)
