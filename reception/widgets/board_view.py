"""The board itself: clinicians side by side, time down, every slot true to its length.

A list view, so that screen readers read it in full; it places and paints its cells itself, only
those that are exposed, scrolls by moving pixels, and answers a change by painting one cell.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    QRect,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import (
    QAccessible,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from contract.core_hours import LONDON
from reception.records.tree import EPOCH
from reception.widgets.board_canvas import BoardCanvas
from reception.widgets.board_cell import Cell
from reception.widgets.board_gestures import BoardGestures
from reception.widgets.board_layout import BoardLayout, Box, Span
from reception.widgets.board_model import BoardModel, Index
from reception.widgets.board_painter import CALM, SAVING, Mood, Zoom
from reception.widgets.look import Look
from reception.widgets.pixel_steps import PixelSteps

_Action = QAbstractItemView.CursorAction


class BoardView(BoardGestures):
    """Shows a `BoardModel`. Tells what is asked for; does nothing by itself."""

    current_moved = Signal(str)  # key of the cell under the keyboard
    view_moved = Signal(int, int)  # the content moved by so many pixels; 0, 0: it is all new

    LAYOUT = BoardLayout

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._board: BoardModel | None = None
        self._place = self.LAYOUT()
        self._canvas = BoardCanvas(look, self._place)
        self._steps = PixelSteps(self.devicePixelRatioF())
        self._offset = QPoint()
        self._lit: dict[str, int] = {}
        self._aside = ("", EPOCH)
        self._kept_key = ""
        self._kept_top = EPOCH
        self._has_begun = False
        self._trusted = True
        self._carried = ""
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Appointment board")
        look.palette.changed.connect(self._on_palette_changed)

    # What it shows

    @property
    def board(self) -> BoardModel:
        """The model.

        Raises:
            LookupError: there is none yet.
        """
        if self._board is None:
            raise LookupError("the board has no model yet")
        return self._board

    @property
    def place(self) -> BoardLayout:
        """Where everything stands, in the board's own pixels."""
        return self._place

    def setModel(self, model: QAbstractItemModel | None) -> None:
        """Show *model*, a `BoardModel`."""
        assert model is None or isinstance(model, BoardModel)
        if self._board is not None:
            self._board.columns_changed.disconnect(self._on_columns_changed)
            self._board.minute_passed.disconnect(self._on_minute_passed)
            self._board.modelAboutToBeReset.disconnect(self._on_about_to_be_reset)
            self._board.modelReset.disconnect(self._reload)
        self._board = model
        if model is not None:  # before Qt's own, which forget the current index
            model.modelAboutToBeReset.connect(self._on_about_to_be_reset)
        super().setModel(model)
        if model is not None:
            model.columns_changed.connect(self._on_columns_changed)
            model.minute_passed.connect(self._on_minute_passed)
            # After Qt's own, which forget the current index at the reset as well.
            model.modelReset.connect(self._reload)
            self._reload()

    @property
    def zoom(self) -> Zoom:
        """How large it is drawn."""
        return self._canvas.pen.zoom

    def set_zoom(self, zoom: Zoom) -> None:
        """Draw it larger or smaller; what the eye is on stays where it is.

        That is the cell under the keyboard if it is in view, else the middle.
        """
        if zoom is self.zoom:
            return
        port = self.viewport().rect()
        here = self.visualRect(self.currentIndex())
        eye = here.topLeft() if port.contains(here.topLeft()) else port.center()
        at = self._place.time_at(self.verticalOffset() + eye.y())
        column = (self.horizontalOffset() + eye.x()) / max(1, self._place.column_px)
        self._canvas.pen.zoom = zoom
        self.updateGeometries()
        self.verticalScrollBar().setValue(self._place.y_of(at) - eye.y())
        self.horizontalScrollBar().setValue(round(column * self._place.column_px) - eye.x())
        self.viewport().update()
        self.view_moved.emit(0, 0)

    @property
    def shown_now(self) -> datetime:
        """The time that the board shows; it moves on by the minute."""
        return self._canvas.now

    @property
    def current_key(self) -> str:
        """Key of the cell under the keyboard, or an empty string."""
        cell = self.board.cell_at(self.currentIndex()) if self._board is not None else None
        return cell.key if cell is not None else ""

    def go_to(self, key: str) -> None:
        """Put the keyboard on the cell *key* and bring it into view."""
        index = self.board.index_of(key)
        if index.isValid():
            self.setCurrentIndex(index)

    def set_trusted(self, trusted: bool) -> None:
        """Grey the board while what it shows may be out of date; nothing can be dropped then."""
        if trusted != self._trusted:
            self._trusted = trusted
            self.viewport().update()

    def light(self, slot_ids: Sequence[str]) -> None:
        """Light these slots, the best first, and bring the best into view; none puts them out."""
        gone = list(self._lit)
        self._lit = {f"Slot/{slot_id}": place for place, slot_id in enumerate(slot_ids, start=1)}
        for key in {*gone, *self._lit}:
            self._update_cell(key)
        best = next((self.board.index_of(key) for key in self._lit), QModelIndex())
        if best.isValid():
            self.scrollTo(best)

    def carry(self, appointment_id: str) -> None:
        """Mark the appointment that is being moved by keyboard; nothing puts the mark out."""
        before, self._carried = self._carried, appointment_id
        for held in (before, appointment_id):
            if held:
                self._update_cell(self._key_of(held))

    @property
    def lit(self) -> Mapping[str, int]:
        """Keys of the lit cells with their place among the best."""
        return self._lit

    @Slot()
    def jump_to_now(self) -> None:
        """Bring the present to the upper third and the keyboard to it."""
        self.show_time(self.board.now())
        key = self.current_key
        column = self._place.column_of(key) if key else None
        if column is None:
            return
        near = self._place.nearest_in(column, self.board.now())
        if near is not None:
            self._go_quietly(self.board.index_of(near))

    def show_time(self, at: datetime) -> None:
        """Scroll *at* to the upper third."""
        self.verticalScrollBar().setValue(self._place.y_of(at) - self.viewport().height() // 3)

    # What Qt asks of a view

    def visualRect(self, index: Index) -> QRect:
        """Where the cell of *index* is in the viewport."""
        cell = self._board.cell_at(index) if self._board is not None else None
        box = self._place.box_of(cell.key) if cell is not None else None
        return self._on_screen(box) if box is not None else QRect()

    def indexAt(self, point: QPoint) -> QModelIndex:
        """The cell under *point* of the viewport."""
        key = self._key_at(point)
        return self.board.index_of(key) if key else QModelIndex()

    def scrollTo(
        self,
        index: Index,
        hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible,
    ) -> None:
        """Bring the cell of *index* into view with a little room around it."""
        rect, port = self.visualRect(index), self.viewport().rect()
        if rect.isNull():
            return
        room = self._canvas.pen.line_px
        down, across = self.verticalScrollBar(), self.horizontalScrollBar()
        if hint is QAbstractItemView.ScrollHint.PositionAtCenter:
            down.setValue(down.value() + rect.center().y() - port.center().y())
        elif rect.top() < room:
            down.setValue(down.value() + rect.top() - room)
        elif rect.bottom() > port.bottom() - room:
            down.setValue(down.value() + min(rect.bottom() - port.bottom() + room, rect.top()))
        if rect.left() < 0:
            across.setValue(across.value() + rect.left())
        elif rect.right() > port.right():
            across.setValue(across.value() + min(rect.right() - port.right(), rect.left()))

    def moveCursor(self, action: _Action, _modifiers: Qt.KeyboardModifier) -> QModelIndex:
        """The cell that *action* leads to: up and down in the column, aside at the same time."""
        key = self.current_key
        if not key:
            return self.board.index(0)
        aside = {_Action.MoveLeft: -1, _Action.MoveRight: 1}.get(action)
        if aside is None:
            return self.board.index_of(self._place.along(key, self._rows_of(action)) or key)
        came_to, at = self._aside
        cell = self.board.cell(key)
        if came_to != key and cell is not None:
            at = cell.start  # the first step aside says at which time to stay
        found = self._place.neighbour(key, aside, at) or key
        self._aside = found, at
        return self.board.index_of(found)

    def horizontalOffset(self) -> int:
        """How far the content is scrolled to the left."""
        return self._steps.whole(self.horizontalScrollBar().value())

    def verticalOffset(self) -> int:
        """How far the content is scrolled up."""
        return self._steps.whole(self.verticalScrollBar().value())

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        """Select the cell at the corner of *rect*."""
        self.selectionModel().select(self.indexAt(rect.topLeft()), command)

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        """The part of the viewport that *selection* covers."""
        region = QRegion()
        for index in selection.indexes():
            region += self.visualRect(index)
        return region

    def doItemsLayout(self) -> None:
        """Nothing is laid out by the list view."""
        QAbstractItemView.doItemsLayout(self)

    def updateGeometries(self) -> None:
        """Fit columns and scale to the viewport, and the scroll bars to both."""
        port = self.viewport().size()
        if self._board is not None:
            columns = max(1, len(self.board.columns))
            least = self._canvas.pen.least_column_px()
            minutes = max(1.0, (self._place.end - self._place.origin).total_seconds() / 60)
            self._place.column_px = min(3 * least, max(least, port.width() // columns))
            self._place.px_per_min = max(
                self._canvas.pen.least_px_per_min(), port.height() / minutes
            )
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        across.setPageStep(port.width())
        across.setSingleStep(self._place.column_px // 2)
        across.setRange(0, self._steps.last(self._place.width_px - port.width()))
        down.setPageStep(port.height())
        down.setSingleStep(self._canvas.pen.line_px * 2)
        down.setRange(0, self._steps.last(self._place.height_px - port.height()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the time at the top where it is."""
        at = self._place.time_at(self.verticalOffset())
        QAbstractItemView.resizeEvent(self, event)
        self.updateGeometries()
        self.verticalScrollBar().setValue(self._place.y_of(at))
        self.view_moved.emit(0, 0)

    def showEvent(self, event: QShowEvent) -> None:
        """The size is known now."""
        super().showEvent(event)
        self._begin_at_now()

    def scrollContentsBy(self, _dx: int, _dy: int) -> None:
        """Move the pixels; what comes into view is painted by the next paint event."""
        before = self._offset
        self._offset = QPoint(self.horizontalOffset(), self.verticalOffset())
        moved = before - self._offset
        if moved.isNull():
            return
        if self._steps.can_move(moved):
            self.viewport().scroll(moved.x(), moved.y())
        else:
            self.viewport().update()
        self.view_moved.emit(moved.x(), moved.y())

    def viewportEvent(self, event: QEvent) -> bool:
        """Another screen may have other pixels: everything stands anew there."""
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._steps.use(self.devicePixelRatioF())
            self.updateGeometries()
            self._offset = QPoint(self.horizontalOffset(), self.verticalOffset())
            self.viewport().update()
            self.view_moved.emit(0, 0)
        return super().viewportEvent(event)

    def keyboardSearch(self, _search: str) -> None:
        """Letters are verbs here, not a search."""

    # What the model tells

    def dataChanged(self, top_left: Index, bottom_right: Index, roles: Sequence[int] = ()) -> None:
        """Paint what has changed, and no more."""
        if top_left.row() != bottom_right.row():
            return  # time has passed: `minute_passed` says so as well
        cell = self.board.cell_at(top_left)
        if cell is None:
            return
        self._canvas.forget(cell.key)
        if self._place.put(cell.column, _span(cell)):
            self._stretch(cell)
            self._update_column(cell.column)
        else:
            self._update_cell(cell.key)
        if QAccessible.isActive():
            QAbstractItemView.dataChanged(self, top_left, bottom_right, list(roles))

    def rowsInserted(self, parent: Index, start: int, end: int) -> None:
        """Place new cells."""
        QAbstractItemView.rowsInserted(self, parent, start, end)
        for row in range(start, end + 1):
            cell = self.board.cell_at(self.board.index(row))
            if cell is not None:
                self._place.put(cell.column, _span(cell))
                self._stretch(cell)
                self._update_column(cell.column)

    def rowsAboutToBeRemoved(self, parent: Index, start: int, end: int) -> None:
        """Take cells away."""
        QAbstractItemView.rowsAboutToBeRemoved(self, parent, start, end)
        for row in range(start, end + 1):
            cell = self.board.cell_at(self.board.index(row))
            if cell is not None:
                self._place.drop(cell.key)
                self._canvas.forget(cell.key)
                self._update_column(cell.column)

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Tell which cell the keyboard is on."""
        super().currentChanged(current, previous)
        for index in (current, previous):
            self.viewport().update(self.visualRect(index))
        self.current_moved.emit(self.current_key)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the exposed cells."""
        painter = QPainter(self.viewport())
        for rect in event.region():  # type: ignore[attr-defined] # iterable in fact
            self.paint_into(painter, rect)
        painter.end()

    def paint_into(self, painter: QPainter, rect: QRect) -> None:
        """Paint what belongs into *rect* of the viewport."""
        offset = QPoint(self.horizontalOffset(), self.verticalOffset())
        mood = partial(self._mood, current=self.current_key)
        self._canvas.paint(painter, rect, offset, mood, trusted=self._trusted)

    def _mood(self, cell: Cell, current: str) -> Mood:
        saving = self.board.is_saving(cell)
        key = cell.key
        held = cell.appointment
        carried = bool(self._carried) and held is not None and held.id == self._carried
        touched = carried or key in (current, self._hovered, self._target)
        if not touched and key not in self._lit:
            return SAVING if saving else CALM
        return Mood(
            current=key == current,
            focused=self.hasFocus(),
            hovered=key == self._hovered,
            saving=saving,
            lit=self._lit.get(key, 0),
            target=carried or key == self._target,
        )

    # Odds and ends

    @Slot()
    def _on_palette_changed(self) -> None:
        self.viewport().update()

    @Slot()
    def _on_columns_changed(self) -> None:
        self._place.set_columns([column.key for column in self.board.columns])
        self.updateGeometries()
        self.viewport().update()
        self.view_moved.emit(0, 0)

    @Slot()
    def _on_minute_passed(self) -> None:
        for now in (self._canvas.now, self.board.now()):
            top = self._place.y_of(now) - 1 - self.verticalOffset()
            # Across the viewport: the line goes on where the columns end.
            self.viewport().update(QRect(0, top, self.viewport().width(), 2))
        for key in self._canvas.pass_to(self.board.now()):
            self._update_cell(key)
        self.view_moved.emit(0, 0)

    @Slot()
    def _on_about_to_be_reset(self) -> None:
        self._kept_key = self.current_key

    @Slot()
    def _reload(self) -> None:
        """Everything may be different: keep the hour at the top and the current cell."""
        if self._place.width_px:
            self._kept_top = self._place.time_at(self.verticalOffset())
        self._canvas.begin(self.board)
        self._place.set_columns([column.key for column in self.board.columns])
        self._place.set_span(*self.board.extent())
        self._place.load((cell.column, _span(cell)) for cell in self.board.cells())
        self.updateGeometries()
        top = _same_hour(self._kept_top, self._place.origin)
        self.verticalScrollBar().setValue(self._place.y_of(top))
        kept = self.board.index_of(self._kept_key)
        self._go_quietly(kept if kept.isValid() else self.board.index(0))
        self._begin_at_now()
        self.viewport().update()
        self.view_moved.emit(0, 0)

    def _begin_at_now(self) -> None:
        """The first thing seen of a board is the present; from then on it stays where it is."""
        if self.isVisible() and not self._has_begun and self._place.width_px:
            self._has_begun = True
            self.jump_to_now()

    def _go_quietly(self, index: QModelIndex) -> None:
        self.setAutoScroll(False)
        self.setCurrentIndex(index)
        self.setAutoScroll(True)

    def _stretch(self, cell: Cell) -> None:
        if self._place.reaches(_span(cell)):
            return
        at = self._place.time_at(self.verticalOffset())
        self._place.set_span(*self.board.extent())
        self.updateGeometries()
        self.verticalScrollBar().setValue(self._place.y_of(at))
        self.viewport().update()
        self.view_moved.emit(0, 0)

    def _rows_of(self, action: _Action) -> int:
        page = max(1, round(self.viewport().height() / self._place.px_per_min / 10) - 2)
        far = self.board.rowCount()
        return {
            _Action.MoveUp: -1,
            _Action.MovePrevious: -1,
            _Action.MoveDown: 1,
            _Action.MoveNext: 1,
            _Action.MovePageUp: -page,
            _Action.MovePageDown: page,
            _Action.MoveHome: -far,
            _Action.MoveEnd: far,
        }.get(action, 0)

    def _key_at(self, point: QPoint) -> str | None:
        return self._place.at(
            point.x() + self.horizontalOffset(), point.y() + self.verticalOffset()
        )

    def _free_key_at(self, point: QPoint) -> str:
        key = self._key_at(point)
        cell = self.board.cell(key) if key else None
        free = self._trusted and cell is not None and cell.is_bookable(self.board.now())
        return key if key and free else ""

    def _key_of(self, appointment_id: str) -> str:
        held = ((cell.key, cell.appointment) for cell in self.board.cells())
        return next((key for key, a in held if a is not None and a.id == appointment_id), "")

    def _movable_at(self, key: str) -> str:
        """Id of the appointment in *key*, if it can be taken to another place."""
        cell = self.board.cell(key) if key and self._trusted else None
        held = cell.appointment if cell is not None else None
        return held.id if held is not None and held.is_movable else ""

    def _place_key_at(self, point: QPoint, appointment_id: str) -> str:
        """Key of the cell at *point* into which that appointment may be put, or nothing."""
        key = self._key_at(point)
        cell = self.board.cell(key) if key and self._trusted else None
        if key is None or cell is None:
            return ""
        if cell.is_bookable(self.board.now()):
            return key
        other = self._movable_at(key)
        return key if other and other != appointment_id else ""

    def _rect_of(self, key: str) -> QRect:
        return self.visualRect(self.board.index_of(key))

    def _update_cell(self, key: str) -> None:
        box = self._place.box_of(key) if key else None
        if box is not None:
            self.viewport().update(self._on_screen(box))

    def _update_column(self, column: str) -> None:
        box = self._place.column_box(column)
        if box is not None:
            self.viewport().update(self._on_screen(box))

    def _on_screen(self, box: Box) -> QRect:
        return QRect(
            box.x - self.horizontalOffset(), box.y - self.verticalOffset(), box.width, box.height
        )


def _same_hour(at: datetime, day: datetime) -> datetime:
    """The hour of *at* on the London day of *day*: another day is read at the same height."""
    hour = at.astimezone(LONDON).time()
    return datetime.combine(day.astimezone(LONDON).date(), hour, LONDON)


def _span(cell: Cell) -> Span:
    return Span(cell.start, cell.end, cell.key)
