"""The week on the screen: a board whose columns are days, to look at."""

from PySide6.QtCore import QRect, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QWidget

from contract.core_hours import london_day
from reception.widgets.board_canvas import paint_now
from reception.widgets.board_view import BoardView
from reception.widgets.look import Look
from reception.widgets.week_layout import WeekLayout

_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


class WeekView(BoardView):
    """Shows a `WeekModel`. Ctrl with left and right asks for another week."""

    week_wanted = Signal(int)  # weeks from the one shown

    LAYOUT = WeekLayout

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self.setAcceptDrops(False)
        self.setAccessibleName("Week of one clinician")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Another week, or what a board does."""
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if control and (key := Qt.Key(event.key())) in _STEPS:
            self.week_wanted.emit(_STEPS[key])
        else:
            super().keyPressEvent(event)

    @Slot()
    def jump_to_now(self) -> None:
        """Bring this hour into view; the keyboard goes to today where today is shown."""
        now = self.board.now()
        self.show_time(now)
        here = self.place.column_of(self.current_key) if self.current_key else None
        for column in (london_day(now).isoformat(), here):
            near = self.place.nearest_in(column, now) if self._shows(column) and column else None
            if near is not None:
                self._go_quietly(self.board.index_of(near))
                return

    def paint_into(self, painter: QPainter, rect: QRect) -> None:
        """Paint what belongs into *rect* of the viewport; the line of now crosses today alone."""
        super().paint_into(painter, rect)
        now = self.shown_now
        box = self.place.column_box(london_day(now).isoformat())
        if box is None:
            return
        x, y = box.x - self.horizontalOffset(), self.place.y_of(now) - 1 - self.verticalOffset()
        paint_now(painter, self._look, QRect(x, y, box.width, 2))

    def _movable_at(self, key: str) -> str:
        """Nothing is carried away: the week is to look at."""
        return ""

    def _shows(self, column: str | None) -> bool:
        return column is not None and self.board.column(column) is not None
