"""A list whose rows are all of one height, however many there are.

`QListView` walks over every row whenever one changes, which takes it a slice of the window's time
per thousand rows; here where a row stands is arithmetic, and only what is on the screen is asked
for. To a screen reader it is a list like any other.
"""

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractItemModel,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    Slot,
)
from PySide6.QtGui import QPainter, QPaintEvent, QRegion, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyleOptionViewItem,
)

Index = QModelIndex | QPersistentModelIndex
_Move = QAbstractItemView.CursorAction
_Hint = QAbstractItemView.ScrollHint


class EvenList(QListView):
    """Rows of the height that the delegate gives the first, from the left edge to the right."""

    @property
    def row_px(self) -> int:
        """Height of a row."""
        option = QStyleOptionViewItem()
        self.initViewItemOption(option)
        return max(1, self.itemDelegate().sizeHint(option, QModelIndex()).height())

    @property
    def rows(self) -> int:
        """How many rows there are."""
        model = self.model()
        return model.rowCount() if model is not None else 0

    def visualRect(self, index: Index) -> QRect:
        """Where a row stands in the viewport."""
        if not index.isValid():
            return QRect()
        height = self.row_px
        top = index.row() * height - self.verticalOffset()
        return QRect(0, top, self.viewport().width(), height)

    def indexAt(self, point: QPoint) -> QModelIndex:
        """The row at a point of the viewport."""
        row = (point.y() + self.verticalOffset()) // self.row_px
        if 0 <= row < self.rows and point.y() >= 0:
            return self.model().index(row, 0)
        return QModelIndex()

    def verticalOffset(self) -> int:
        """Pixels scrolled."""
        return self.verticalScrollBar().value()

    def horizontalOffset(self) -> int:
        """Never any."""
        return 0

    def setModel(self, model: QAbstractItemModel | None) -> None:
        """Show *model*, and follow its rows."""
        held = self.model()
        if held is not None:
            for signal in (held.rowsRemoved, held.rowsMoved, held.modelReset):
                signal.disconnect(self._on_rows)
        super().setModel(model)
        if model is not None:
            for signal in (model.rowsRemoved, model.rowsMoved, model.modelReset):
                signal.connect(self._on_rows)
        self._on_rows()

    @Slot()
    def _on_rows(self) -> None:
        self.updateGeometries()
        self.viewport().update()

    def rowsInserted(self, parent: Index, start: int, end: int) -> None:
        """Rows have come."""
        QAbstractItemView.rowsInserted(self, parent, start, end)
        self._on_rows()

    def rowsAboutToBeRemoved(self, parent: Index, start: int, end: int) -> None:
        """Rows are going; the current one may be among them."""
        QAbstractItemView.rowsAboutToBeRemoved(self, parent, start, end)

    def dataChanged(self, top_left: Index, bottom_right: Index, roles: Sequence[int] = ()) -> None:
        """Paint what has changed, and no more; no row becomes higher by it."""
        if top_left.row() == bottom_right.row():
            self.viewport().update(self.visualRect(top_left))
        else:
            self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The rows stay as they are."""
        QAbstractItemView.resizeEvent(self, event)
        self.updateGeometries()

    def scrollContentsBy(self, _dx: int, _dy: int) -> None:
        """A screenful of rows is painted in no time: nothing is moved about."""
        self.viewport().update()

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        """Select the row at the corner of *rect*."""
        self.selectionModel().select(self.indexAt(rect.topLeft()), command)

    def doItemsLayout(self) -> None:
        """There is nothing to lay out but the scroll bar."""
        QAbstractItemView.doItemsLayout(self)

    def updateGeometries(self) -> None:
        """Bring the scroll bar in line with the number of rows."""
        height, seen = self.row_px, self.viewport().height()
        bar = self.verticalScrollBar()
        bar.setSingleStep(max(1, height // 3))
        bar.setPageStep(seen)
        bar.setRange(0, max(0, self.rows * height - seen))
        QAbstractItemView.updateGeometries(self)

    def scrollTo(self, index: Index, hint: _Hint = _Hint.EnsureVisible) -> None:
        """Bring a row onto the screen."""
        if not index.isValid():
            return
        height, seen = self.row_px, self.viewport().height()
        bar, top = self.verticalScrollBar(), index.row() * self.row_px
        if bar.maximum() < self.rows * height - seen:
            self.updateGeometries()  # rows have come whose turn to be laid out is still to come
        if hint == _Hint.PositionAtCenter:
            bar.setValue(top - (seen - height) // 2)
        elif hint == _Hint.PositionAtTop or (hint == _Hint.EnsureVisible and top < bar.value()):
            bar.setValue(top)
        elif hint == _Hint.PositionAtBottom or top + height > bar.value() + seen:
            bar.setValue(top + height - seen)

    def moveCursor(self, action: _Move, _modifiers: Qt.KeyboardModifier) -> QModelIndex:
        """The row to which a key goes from the current one."""
        if not self.rows:
            return QModelIndex()
        row, page = self.currentIndex().row(), max(1, self.viewport().height() // self.row_px)
        by = {
            _Move.MoveUp: -1,
            _Move.MovePrevious: -1,
            _Move.MoveDown: 1,
            _Move.MoveNext: 1,
            _Move.MovePageUp: -page,
            _Move.MovePageDown: page,
            _Move.MoveHome: -self.rows,
            _Move.MoveEnd: self.rows,
        }.get(action, 0)
        to = 0 if row < 0 else max(0, min(self.rows - 1, row + by))
        return self.model().index(to, 0)

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        """What is repainted when the selection changes."""
        region = QRegion()
        for index in selection.indexes():
            region += self.visualRect(index)
        return region

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows that are on the screen."""
        height, offset, width = self.row_px, self.verticalOffset(), self.viewport().width()
        exposed = event.rect()
        first = max(0, (exposed.top() + offset) // height)
        last = min(self.rows - 1, (exposed.bottom() + offset) // height)
        painter = QPainter(self.viewport())
        hovered = self._row_under_mouse()
        current, selected = self.currentIndex(), self.selectionModel()
        for row in range(first, last + 1):
            index = self.model().index(row, 0)
            option = QStyleOptionViewItem()
            self.initViewItemOption(option)
            option.rect = QRect(0, row * height - offset, width, height)
            state = option.state
            if selected is not None and selected.isSelected(index):
                state |= QStyle.StateFlag.State_Selected
            if row == hovered:
                state |= QStyle.StateFlag.State_MouseOver
            if self.hasFocus() and index == current:
                state |= QStyle.StateFlag.State_HasFocus
            else:
                state &= ~QStyle.StateFlag.State_HasFocus
            option.state = state
            self.itemDelegate().paint(painter, option, index)
        painter.end()

    def _row_under_mouse(self) -> int:
        viewport = self.viewport()
        if not viewport.underMouse():
            return -1
        return self.indexAt(viewport.mapFromGlobal(self.cursor().pos())).row()
