"""The strips that stay put while the board scrolls: clinicians above, times at the left."""

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QAccessible, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from reception.widgets.board_cell import clock_text
from reception.widgets.board_source import Column, ColumnFacts
from reception.widgets.board_view import BoardView
from reception.widgets.look import Look
from reception.widgets.palette import Ink
from reception.widgets.row_painter import RowPainter, Shape, draw_mark

LATE_SHOWN_MIN = 5
LATE_BAD_MIN = 20
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


def facts_words(column: Column, facts: ColumnFacts) -> str:
    """What a header tells, as a sentence to be read aloud."""
    parts = [column.clinician, column.role, column.session_names, column.group]
    if facts.late_min >= LATE_SHOWN_MIN:
        parts.append(f"running {facts.late_min} minutes late")
    parts += [
        f"{facts.waiting} waiting",
        f"{facts.with_clinician} with the clinician",
        f"{facts.seen} seen",
        f"{facts.missed} did not attend",
        f"{facts.to_come} still to come",
        f"{facts.free} free, {facts.online} of them online",
    ]
    return ", ".join(part for part in parts if part)


class BoardHeader(QWidget):
    """Over each column: who, which session, how late, and how many wait, are in, are seen."""

    def __init__(self, look: Look, view: BoardView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look, self._view = look, view
        self.setAccessibleName("Clinicians")
        self.setFixedHeight(self.sizeHint().height())
        view.view_moved.connect(self._on_view_moved)
        look.palette.changed.connect(self.update)

    def follow(self) -> None:
        """Show what the view's model tells."""
        self._view.board.facts_changed.connect(self._on_facts_changed)
        self._describe()

    def sizeHint(self) -> QSize:
        """Three lines."""
        metrics = self._look.metrics
        return QSize(100, round(metrics.line_px * 3 + metrics.unit_px * 1.5))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the columns in view."""
        painter = QPainter(self)
        palette = self._look.palette
        painter.fillRect(event.rect(), palette[Ink.RAISED])
        painter.fillRect(QRect(0, self.height() - 1, self.width(), 1), palette[Ink.FREE_LINE])
        for column in self._view.board.columns:
            box = self._box(column)
            if box is not None and box.intersects(event.rect()):
                self._paint(painter, box, column)
        painter.end()

    def event(self, event: QEvent) -> bool:
        """Tell a column in words under the mouse."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            for column in self._view.board.columns:
                box = self._box(column)
                if box is not None and box.contains(event.pos()):
                    words = facts_words(column, self._view.board.facts(column.key))
                    QToolTip.showText(event.globalPos(), words.replace(", ", "\n"), self)
                    return True
        return super().event(event)

    def _box(self, column: Column) -> QRect | None:
        box = self._view.place.column_box(column.key)
        if box is None:
            return None
        return QRect(box.x - self._view.horizontalOffset(), 0, box.width, self.height() - 1)

    def _paint(self, painter: QPainter, box: QRect, column: Column) -> None:
        palette, metrics = self._look.palette, self._look.metrics
        painter.fillRect(QRect(box.right(), 0, 1, box.height()), palette[Ink.LINE])
        facts = self._view.board.facts(column.key)
        unit, line = metrics.unit_px, metrics.line_px
        inner = QRectF(box).adjusted(unit * 0.75, unit / 2, -unit * 0.75, 0)
        rows = [
            QRectF(inner.x(), inner.y() + i * (line + 1), inner.width(), line) for i in range(3)
        ]
        first = RowPainter(painter, self._look, rows[0])
        first.words(column.clinician, Ink.TEXT, metrics.bold)
        second = RowPainter(painter, self._look, rows[1])
        if facts.late_min >= LATE_SHOWN_MIN:
            bad = facts.late_min >= LATE_BAD_MIN
            ink, ground = (Ink.URGENT, Ink.URGENT_TINT) if bad else (Ink.WARN, Ink.WARN_TINT)
            second.chip(f"{facts.late_min}' late", ink, ground, from_right=True)
        second.words(column.about, Ink.MUTED, metrics.small)
        self._counts(painter, rows[2], facts)

    def _counts(self, painter: QPainter, row: QRectF, facts: ColumnFacts) -> None:
        palette, metrics = self._look.palette, self._look.metrics
        shown = [
            (facts.waiting, "A", Shape.CIRCLE, Ink.ARRIVED),
            (facts.with_clinician, "S", Shape.SQUARE, Ink.SENT_IN),
            (facts.seen, "L", Shape.PILL, Ink.MUTED),
            (facts.missed, "D", Shape.DIAMOND, Ink.DNA),
        ]
        side = metrics.line_px * 0.82
        x = row.x()
        painter.setFont(metrics.small)
        free = f"{facts.free} free"
        room = row.right() - metrics.text_px(free, metrics.small) - metrics.unit_px
        for count, letter, shape, ink in shown:
            width = side + metrics.text_px(str(count), metrics.small) + metrics.unit_px * 0.9
            if not count or x + width > room:
                continue
            box = QRectF(x, row.center().y() - side / 2, side, side)
            draw_mark(painter, self._look, box, letter, shape, ink, Ink.SURFACE)
            painter.setPen(palette[Ink.TEXT])
            painter.setFont(metrics.small)
            at = QRectF(x + side + 2, row.y(), width, row.height())
            painter.drawText(at, _LEFT, str(count))
            x += width
        painter.setPen(palette[Ink.MUTED])
        painter.drawText(row, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, free)

    @Slot(int, int)
    def _on_view_moved(self, dx: int, dy: int) -> None:
        if dx or not dy:
            self.update()
        if not dx and not dy and QAccessible.isActive():
            self._describe()

    @Slot(str)
    def _on_facts_changed(self, key: str) -> None:
        column = self._view.board.column(key)
        box = self._box(column) if column is not None else None
        if box is not None:
            self.update(box)

    def _describe(self) -> None:
        board = self._view.board
        words = (facts_words(column, board.facts(column.key)) for column in board.columns)
        self.setAccessibleDescription(". ".join(words))


class TimeAxis(QWidget):
    """Hours and quarters at the left, and the time of now."""

    def __init__(self, look: Look, view: BoardView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look, self._view = look, view
        metrics = look.metrics
        self.setFixedWidth(round(metrics.text_px("00:00", metrics.bold) + 2 * metrics.unit_px))
        self.setAccessibleName("Times")
        view.view_moved.connect(self._on_view_moved)
        look.palette.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the times in view."""
        painter = QPainter(self)
        palette, metrics, place = self._look.palette, self._look.metrics, self._view.place
        painter.fillRect(event.rect(), palette[Ink.RAISED])
        painter.fillRect(QRect(self.width() - 1, 0, 1, self.height()), palette[Ink.FREE_LINE])
        line, unit = metrics.line_px, metrics.unit_px
        top = self._view.verticalOffset()
        plate = self._now_plate(top)
        for at in place.marks(15):
            y = place.y_of(at) - top
            if not -line < y < self.height() + line:
                continue
            tick_only = plate is not None and plate.top() - line < y < plate.bottom()
            minute = at.minute
            tick = unit * (2 if minute == 0 else 1)
            painter.fillRect(QRectF(self.width() - tick, y, tick, 1), palette[Ink.FREE_LINE])
            if tick_only:
                continue  # half a time beside the plate of now could be read as another
            painter.setFont(metrics.bold if minute == 0 else metrics.small)
            painter.setPen(palette[Ink.TEXT if minute == 0 else Ink.MUTED])
            box = QRectF(0, y + 1, self.width() - unit, line)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight, clock_text(at))
        if plate is not None:
            self._paint_now(painter, plate)
        painter.end()

    def _now_plate(self, top: int) -> QRectF | None:
        """Where the time of now stands, whole also at the edge; None where it is out of view."""
        place, now, height = self._view.place, self._view.shown_now, self._look.metrics.line_px + 2
        if not place.origin <= now < place.end:
            return None
        y = place.y_of(now) - top
        if not 0 <= y <= self.height():
            return None
        above = min(max(0.0, y - height / 2), max(0.0, self.height() - height))
        return QRectF(1, above, self.width() - 2, height)

    def _paint_now(self, painter: QPainter, plate: QRectF) -> None:
        palette, metrics, now = self._look.palette, self._look.metrics, self._view.shown_now
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette[Ink.NOW_LINE])
        painter.drawRoundedRect(plate, 3, 3)
        painter.setPen(palette[Ink.SURFACE])
        painter.setFont(metrics.bold)
        text = clock_text(now)
        x = plate.center().x() - metrics.text_px(text, metrics.bold) / 2
        painter.drawText(QPointF(x, plate.bottom() - plate.height() * 0.27), text)

    @Slot(int, int)
    def _on_view_moved(self, dx: int, dy: int) -> None:
        if dy or not dx:
            self.update()
