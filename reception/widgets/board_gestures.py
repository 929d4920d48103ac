"""Keys, mouse and drops on the board, told as what is asked for."""

from PySide6.QtCore import QEvent, QMimeData, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QDrag,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QApplication, QListView, QWidget

from reception.widgets.queue_model import REQUEST_MIME

_Action = QAbstractItemView.CursorAction
APPOINTMENT_MIME = "application/x-reception-appointment"
VERBS = frozenset("asldxbmowthvi")
"""Letters that act on a cell; with Shift they come in upper case. N is one only with Shift."""
_CARRIED_CHARS = 30
_PLAIN = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier


class BoardGestures(QListView):
    """What hands do to a board. The board itself knows where things stand."""

    opened = Signal(str)  # key of a cell: Enter, or a double click
    key_struck = Signal(str, str)  # key of a cell, and the verb's letter; upper case with Shift
    request_dropped = Signal(str, str)  # request id, slot id
    appointment_dropped = Signal(str, str)  # appointment id, key of the cell it was dropped on

    VERBS = VERBS

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hovered = self._target = ""
        self._pressed: tuple[QPoint, str] | None = None
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

    def _movable_at(self, key: str) -> str:
        raise NotImplementedError

    def _place_key_at(self, point: QPoint, appointment_id: str) -> str:
        raise NotImplementedError

    def _rect_of(self, key: str) -> QRect:
        raise NotImplementedError

    def _update_cell(self, key: str) -> None:
        raise NotImplementedError

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move, or tell a verb. Keys that are not ours go on to the window."""
        plain = not event.modifiers() & ~_PLAIN
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        letter = event.text().lower()
        moves = {"j": _Action.MoveDown, "k": _Action.MoveUp}
        if plain and letter == "n" and not shift:
            self.jump_to_now()
        elif plain and letter in moves:
            self._step(moves[letter])
        elif plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit(self.current_key)
        elif plain and letter and (letter in self.VERBS or letter == "n"):
            self.key_struck.emit(self.current_key, letter.upper() if shift else letter)
        elif plain and event.text() and event.text().isprintable():
            event.ignore()
        else:
            super().keyPressEvent(event)

    def _step(self, action: _Action) -> None:
        self.setCurrentIndex(self.moveCursor(action, Qt.KeyboardModifier.NoModifier))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the cell, and perhaps take hold of who is booked there."""
        super().mousePressEvent(event)
        point = event.position().toPoint()
        held = event.button() == Qt.MouseButton.LeftButton and self._movable_at(
            self._key_at(point) or ""
        )
        self._pressed = (point, self._key_at(point) or "") if held else None

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self._pressed = None
        super().mouseReleaseEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Outline the cell under the mouse, or carry away who was taken hold of."""
        if self._pressed is not None and event.buttons() & Qt.MouseButton.LeftButton:
            begun, key = self._pressed
            far = (event.position().toPoint() - begun).manhattanLength()
            if far >= QApplication.startDragDistance():
                self._pressed = None
                self._carry(key, begun)
            return
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
        mime = event.mimeData()
        if mime.hasFormat(REQUEST_MIME) or mime.hasFormat(APPOINTMENT_MIME):
            event.acceptProposedAction()
        else:
            event.ignore()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Show whether it can be dropped here: only on a board that is fresh.

        A request goes on a free slot; an appointment also on another, to change places.
        """
        point = event.position().toPoint()
        key = self._target_at(point, event.mimeData())
        self._aim(key)
        self._scroll_at_edge(point)
        if key:
            event.acceptProposedAction()
        else:
            event.ignore()

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        """Nothing is aimed at any more."""
        self._aim("")

    def dropEvent(self, event: QDropEvent) -> None:
        """Tell what was dropped where."""
        mime = event.mimeData()
        key = self._target_at(event.position().toPoint(), mime)
        self._aim("")
        request_id, appointment_id = _text(mime, REQUEST_MIME), _text(mime, APPOINTMENT_MIME)
        if not key or not (request_id or appointment_id):
            event.ignore()
            return
        event.acceptProposedAction()
        if appointment_id:
            self.appointment_dropped.emit(appointment_id, key)
        else:
            self.request_dropped.emit(request_id, key.removeprefix("Slot/"))

    def _target_at(self, point: QPoint, mime: QMimeData) -> str:
        if mime.hasFormat(APPOINTMENT_MIME):
            return self._place_key_at(point, _text(mime, APPOINTMENT_MIME))
        return self._free_key_at(point) if mime.hasFormat(REQUEST_MIME) else ""

    def _carry(self, key: str, begun: QPoint) -> None:
        """Drag who is booked in *key*, under a picture of the cell."""
        box, mime = self._rect_of(key), QMimeData()
        mime.setData(APPOINTMENT_MIME, self._movable_at(key).encode())
        drag = QDrag(self)
        drag.setMimeData(mime)
        shown = carried_part(box, self.fontMetrics().averageCharWidth())
        drag.setPixmap(self.viewport().grab(shown))
        held = begun - shown.topLeft()
        drag.setHotSpot(QPoint(min(held.x(), shown.width() - 1), held.y()))
        drag.exec(Qt.DropAction.MoveAction)

    def _scroll_at_edge(self, point: QPoint) -> None:
        """What lies beyond the edge comes into view while something is carried there."""
        port, margin = self.viewport().rect(), self.autoScrollMargin()
        for bar, at, end in (
            (self.verticalScrollBar(), point.y(), port.height()),
            (self.horizontalScrollBar(), point.x(), port.width()),
        ):
            step = -1 if at < margin else 1 if at > end - margin else 0
            bar.setValue(bar.value() + step * bar.singleStep())

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


def carried_part(cell: QRect, char_px: int) -> QRect:
    """What of *cell* is carried along: time, letter and name, but not the width of the column.

    A whole one would run off the window's edge and hide where it is to go.
    """
    return QRect(cell.topLeft(), QSize(min(cell.width(), _CARRIED_CHARS * char_px), cell.height()))


def _text(mime: QMimeData, kind: str) -> str:
    return bytes(mime.data(kind).data()).decode()
