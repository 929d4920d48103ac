"""The queue as a list: three lines a row, dragged onto the board, worked by single keys."""

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPoint,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QDrag, QFocusEvent, QFontMetricsF, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from reception.widgets.even_list import EvenList
from reception.widgets.look import Look
from reception.widgets.palette import Ink
from reception.widgets.queue_model import ROW_ROLE, Index, QueueModel
from reception.widgets.queue_row import QueueRow
from reception.widgets.queue_words import Due, Nearness
from reception.widgets.row_painter import RowPainter, Shape, draw_focus

_DUE_INKS = {
    Nearness.LATE: (Shape.TRIANGLE, Ink.URGENT, Ink.URGENT_TINT),
    Nearness.SOON: (Shape.DIAMOND, Ink.WARN, Ink.WARN_TINT),
    Nearness.TODAY: (Shape.SQUARE, Ink.ACCENT, Ink.INFO_TINT),
    Nearness.LATER: (Shape.CIRCLE, Ink.MUTED, Ink.RAISED),
    Nearness.ASLEEP: (Shape.PILL, Ink.MUTED, Ink.RAISED),
}


class QueueDelegate(QStyledItemDelegate):
    """Paints a row: who and how long, their words, and when it is due and with whom."""

    def __init__(self, look: Look, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._look = look

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Every row alike, so that a new mark moves nothing."""
        metrics = self._look.metrics
        small = QFontMetricsF(metrics.small).height()
        height = metrics.line_px * 2 + small + metrics.unit_px * 2
        return QSize(metrics.unit_px * 30, round(height))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one request."""
        row = index.data(ROW_ROLE)
        if not isinstance(row, QueueRow):
            return
        area = QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, option, area, row)
        metrics = self._look.metrics
        unit, line_px = metrics.unit_px, metrics.line_px
        inner = area.adjusted(unit * 1.25, unit * 0.75, -unit, -unit * 0.75)
        step = (inner.height() - 2 * line_px) / 1.0
        tops = (inner.top(), inner.top() + line_px + 1, inner.bottom() - step + 2)
        self._paint_who(painter, QRectF(inner.left(), tops[0], inner.width(), line_px), row)
        indent = line_px + unit
        below = QRectF(inner.left() + indent, tops[1], inner.width() - indent, line_px)
        self._paint_words(painter, below, row)
        small = QFontMetricsF(metrics.small).height() + 2
        self._paint_state(painter, QRectF(below.left(), tops[2], below.width(), small), row)
        painter.restore()

    def _paint_ground(
        self, painter: QPainter, option: QStyleOptionViewItem, area: QRectF, row: QueueRow
    ) -> None:
        palette = self._look.palette
        state = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, palette[Ink.SELECTED])
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(area, palette[Ink.RAISED])
        edge = row.mark.ink if row.mark else None
        if edge is None and state & QStyle.StateFlag.State_Selected:
            edge = Ink.ACCENT
        if edge is not None:
            painter.fillRect(QRectF(area.left(), area.top(), 4, area.height()), palette[edge])
        rule = QRectF(area.left(), area.bottom() - 1, area.width(), 1)
        painter.fillRect(rule, palette[Ink.LINE])
        if state & QStyle.StateFlag.State_HasFocus:
            draw_focus(painter, self._look, area)

    def _paint_who(self, painter: QPainter, line: QRectF, row: QueueRow) -> None:
        at = RowPainter(painter, self._look, line)
        at.mark(row.kind.letter, row.kind.shape, Ink.MUTED, Ink.RAISED)
        at.words_right(row.waiting, Ink.MUTED)
        if row.mark:
            at.chip(
                f"{row.mark.letter}  {row.mark.word}",
                row.mark.ink,
                row.mark.ground,
                from_right=True,
            )
        if row.unmatched:
            at.chip("Unmatched", Ink.HELD, Ink.HELD_TINT, from_right=True)
        ink = Ink.MUTED if row.ended else Ink.TEXT
        at.words(row.name, ink, self._look.metrics.bold)
        at.words(row.person, Ink.MUTED)

    def _paint_words(self, painter: QPainter, line: QRectF, row: QueueRow) -> None:
        at = RowPainter(painter, self._look, line)
        at.words(row.words, Ink.MUTED if row.ended else Ink.TEXT)

    def _paint_state(self, painter: QPainter, line: QRectF, row: QueueRow) -> None:
        at = RowPainter(painter, self._look, line)
        small = self._look.metrics.small
        if row.ended:
            at.chip(row.ended, Ink.GOOD, Ink.GOOD_TINT)
            return
        if row.holder:
            if row.held_by_other:
                at.chip(row.holder, Ink.HELD, Ink.HELD_TINT, from_right=True)
            else:
                at.words_right(row.holder, Ink.MUTED, small)
        if row.due:
            self._paint_due(at, row.due)
        if row.flag:
            at.chip(f"⚑ {row.flag}", Ink.URGENT, Ink.URGENT_TINT)
        if row.order:
            at.words(row.order, Ink.MUTED, small)
        if row.came:
            at.words(row.came, Ink.MUTED, small)
        if row.contact:
            at.chip(f"↻ {row.contact}", Ink.WARN, Ink.WARN_TINT)

    def _paint_due(self, at: RowPainter, due: Due) -> None:
        shape, ink, ground = _DUE_INKS[due.nearness]
        at.mark(due.nearness.value, shape, ink, ground)
        at.words(due.text, ink, self._look.metrics.small)


def hot_spot(picture: QPixmap, unit_px: int) -> QPoint:
    """Where the mouse holds *picture*: near its right end.

    What is carried trails behind on the way to the board at the right: it neither runs off the
    window's edge nor hides the slots ahead.
    """
    return QPoint(round(picture.deviceIndependentSize().width()) - unit_px, unit_px)


class QueueView(EvenList):
    """The list. It says when a hand is on it, so that its rows can be held still."""

    opened = Signal(str)
    """The request with this id is to be opened."""
    held_changed = Signal(bool)
    """Whether the list is hovered or has the focus has changed."""
    picked = Signal(list)
    """The requests of these ids are marked together, top to bottom."""

    def __init__(
        self,
        look: Look,
        delegate: QStyledItemDelegate,
        name: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._look = look
        self._hovered = False
        self._held = False
        delegate.setParent(self)
        self.setItemDelegate(delegate)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setAccessibleName(name)
        self.clicked.connect(self._on_clicked)
        self.viewport().installEventFilter(self)
        look.palette.changed.connect(self.viewport().update)

    @property
    def is_held(self) -> bool:
        """Whether somebody's hand is on it: mouse above it, or focus in it."""
        return self._hovered or self.hasFocus()

    @property
    def current_id(self) -> str:
        """Id of the request in the current row, or empty."""
        model = self.model()
        request = (
            model.request(self.currentIndex().row()) if isinstance(model, QueueModel) else None
        )
        return request.id if request else ""

    @property
    def picked_ids(self) -> list[str]:
        """Ids of the requests that are marked together, top to bottom."""
        model = self.model()
        if not isinstance(model, QueueModel):
            return []
        rows = sorted({index.row() for index in self.selectedIndexes()})
        return [request.id for row in rows if (request := model.request(row)) is not None]

    def setCurrentIndex(self, index: Index) -> None:
        """Make *index* the current row and mark it alone, whatever keys are held meanwhile.

        Qt's own would add to what is marked while Ctrl or Shift is down, also for a move that the
        program makes.
        """
        marked = QItemSelectionModel.SelectionFlag.ClearAndSelect
        self.selectionModel().setCurrentIndex(index, marked)

    def pick_only_current(self) -> None:
        """Mark nothing but the current row."""
        self.setCurrentIndex(self.currentIndex())

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """Say what is marked now."""
        super().selectionChanged(selected, deselected)
        self.picked.emit(self.picked_ids)

    def step(self, by: int) -> None:
        """Move the current row by *by*, as j and k do."""
        rows = self.model().rowCount() if self.model() else 0
        if rows:
            row = self.currentIndex().row()
            row = max(0, min(rows - 1, row + by)) if row >= 0 else 0
            self.setCurrentIndex(self.model().index(row, 0))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notice the mouse coming and going."""
        if watched is self.viewport() and event.type() in (QEvent.Type.Enter, QEvent.Type.Leave):
            self._hovered = event.type() == QEvent.Type.Enter
            self._tell_held()
        return super().eventFilter(watched, event)

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
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.current_id:
                self.opened.emit(self.current_id)
        elif event.modifiers() & ~(
            Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier
        ):
            super().keyPressEvent(event)
        elif text in ("j", "k") and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._pick_on(1 if text == "j" else -1)
        elif text in ("j", "k"):
            self.step(1 if text == "j" else -1)
        elif text and text.isprintable() and text != " ":
            event.ignore()
        else:
            super().keyPressEvent(event)

    def _pick_on(self, by: int) -> None:
        """Mark the next row as well."""
        row = self.currentIndex().row() + by
        if 0 <= row < self.model().rowCount():
            self.selectionModel().setCurrentIndex(
                self.model().index(row, 0), QItemSelectionModel.SelectionFlag.Select
            )

    def startDrag(self, _actions: Qt.DropAction) -> None:
        """Carry the request's id, under a small picture of its row."""
        index = self.currentIndex()
        if not index.isValid():
            return
        drag = QDrag(self)
        drag.setMimeData(self.model().mimeData([index]))
        picture = self._picture_of(index)
        drag.setPixmap(picture)
        drag.setHotSpot(hot_spot(picture, self._look.metrics.unit_px))
        drag.exec(Qt.DropAction.CopyAction)

    def _picture_of(self, index: QModelIndex) -> QPixmap:
        row = index.data(ROW_ROLE)
        metrics, ratio = self._look.metrics, self.devicePixelRatioF()
        text = f"Book {row.name}" if isinstance(row, QueueRow) else "Book"
        width = metrics.text_px(text, metrics.bold) + 3 * metrics.unit_px
        height = metrics.line_px + metrics.unit_px
        pixmap = QPixmap(round(width * ratio), round(height * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(self._look.palette[Ink.ACCENT])
        painter = QPainter(pixmap)
        painter.setPen(self._look.palette[Ink.ON_ACCENT])
        painter.setFont(metrics.bold)
        painter.drawText(QRectF(0, 0, width, height), Qt.AlignmentFlag.AlignCenter, text)
        painter.end()
        return pixmap

    def _on_clicked(self, index: QModelIndex) -> None:
        several = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        if QApplication.keyboardModifiers() & several:
            return  # this click marks
        self.setCurrentIndex(index)
        if self.current_id:
            self.opened.emit(self.current_id)

    def _tell_held(self) -> None:
        if self.is_held != self._held:
            self._held = self.is_held
            self.held_changed.emit(self._held)
