"""The outlook on the screen: the free ones large, what else there is in letters below."""

from datetime import date

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from contract.core_hours import is_core_day
from reception.widgets.look import Look
from reception.widgets.outlook_model import COUNTS, Index, OutlookModel
from reception.widgets.palette import Ink
from reception.widgets.slot_counts import Counts

LEGEND = "Large: free. O online, E embargoed, K kept for NHS 111 or a hub. – all taken."


def marks(counts: Counts) -> list[str]:
    """What stands below the free ones: `O4`, `E8`, `K2`; none of what is none."""
    pairs = (("O", counts.online), ("E", counts.embargoed), ("K", counts.kept))
    return [f"{letter}{number}" for letter, number in pairs if number]


class OutlookDelegate(QStyledItemDelegate):
    """Paints a cell in two lines; a bar below tells how much of the day is taken."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Room for two numbers of two digits below."""
        metrics = self._look.metrics
        return QSize(round(metrics.text_px("E88O8", metrics.small)), self.height_px)

    @property
    def height_px(self) -> int:
        """Two lines and a bar."""
        metrics = self._look.metrics
        return round(metrics.line_px + QFontMetricsF(metrics.small).height() + metrics.unit_px / 2)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint it."""
        palette = self._look.palette
        counts: Counts = index.data(COUNTS)
        box = QRectF(option.rect)
        painter.save()
        is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        model = index.model()
        is_last = index.row() == model.rowCount() - 1
        ground = Ink.SELECTED if is_chosen else Ink.RAISED if is_last else Ink.SURFACE
        painter.fillRect(box, palette[ground])
        painter.setPen(palette[Ink.LINE])
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        if counts.total > counts.blocked:
            self._tell(painter, box, counts, is_last=is_last)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(palette[Ink.FOCUS])
            painter.drawRect(box.adjusted(1, 1, -1.5, -1.5))
        painter.restore()

    def _tell(self, painter: QPainter, box: QRectF, counts: Counts, *, is_last: bool) -> None:
        palette, metrics = self._look.palette, self._look.metrics
        small = QFontMetricsF(metrics.small)
        top = QRectF(box.left(), box.top(), box.width(), metrics.line_px)
        painter.setFont(metrics.bold if counts.free or is_last else metrics.font)
        painter.setPen(palette[Ink.TEXT if counts.free else Ink.MUTED])
        text = str(counts.free) if counts.free or counts.embargoed or counts.kept else "–"
        painter.drawText(top, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter, text)
        words = ""
        for mark in marks(counts):
            longer = f"{words} {mark}".strip()
            if words and small.horizontalAdvance(longer) > box.width() - 2:
                words = (
                    f"{words}…" if small.horizontalAdvance(f"{words}…") <= box.width() else words
                )
                break
            words = longer
        below = QRectF(box.left(), top.bottom(), box.width(), small.height())
        painter.setFont(metrics.small)
        painter.setPen(palette[Ink.MUTED])
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, words)
        self._bar(painter, box, counts)

    def _bar(self, painter: QPainter, box: QRectF, counts: Counts) -> None:
        """How much of what was on offer is taken."""
        palette, unit = self._look.palette, self._look.metrics.unit_px
        offered = counts.total - counts.blocked
        room = box.adjusted(unit / 2, 0, -unit / 2, 0)
        room.setTop(box.bottom() - unit / 2)
        room.setHeight(max(2.0, unit / 4))
        painter.fillRect(room, palette[Ink.LINE])
        taken = QRectF(room)
        taken.setWidth(room.width() * (counts.booked + counts.held) / offered)
        painter.fillRect(taken, palette[Ink.FREE_LINE])


class OutlookView(QTableView):
    """Shows the outlook; the current cell says which day, and which type or clinician, is meant."""

    cell_chosen = Signal(object, str, bool)  # date, type code or practitioner id, by clinician

    def __init__(self, model: OutlookModel, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._outlook, self._look = model, look
        self.setModel(model)
        self._delegate = OutlookDelegate(look, self)
        self.setItemDelegate(self._delegate)
        self.setObjectName("outlook")
        self.setAccessibleName("Slots of today and the next fourteen days")
        self.setShowGrid(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        side, head = self.verticalHeader(), self.horizontalHeader()
        side.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        side.setDefaultSectionSize(self._delegate.height_px)
        side.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        side.setHighlightSections(True)
        side.setMaximumWidth(round(look.metrics.text_px("Dr Bartholomew Wyn")))
        side.setTextElideMode(Qt.TextElideMode.ElideRight)
        head.setMinimumSectionSize(1)
        head.setHighlightSections(False)  # in bold a date would not fit
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignCenter)
        self._was: tuple[str, date] | None = None
        self._is_restoring = False
        model.modelAboutToBeReset.connect(self._on_about_to_reset)
        model.modelReset.connect(self._on_reset)
        self._on_reset()

    def sizeHint(self) -> QSize:
        """Every row in sight, as far as there is room."""
        rows = max(2, self._outlook.rowCount())
        height = self.horizontalHeader().sizeHint().height() + rows * self._delegate.height_px
        return QSize(super().sizeHint().width(), height + 2)

    def minimumSizeHint(self) -> QSize:
        """The days and three rows."""
        height = self.horizontalHeader().sizeHint().height() + 3 * self._delegate.height_px
        return QSize(super().minimumSizeHint().width(), height)

    def resizeEvent(self, event: object) -> None:
        """Share the width among the days; days without sessions take less."""
        super().resizeEvent(event)  # type: ignore[arg-type]
        self._share_width()

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Another cell is meant."""
        super().currentChanged(current, previous)
        if current.isValid() and self.hasFocus() and not self._is_restoring:
            self._tell(current)

    def mouseReleaseEvent(self, event: object) -> None:
        """A click means the cell, also the one that was current already."""
        super().mouseReleaseEvent(event)  # type: ignore[arg-type]
        if self.currentIndex().isValid():
            self._tell(self.currentIndex())

    def _tell(self, index: Index) -> None:
        day = self._outlook.days[index.column()]
        code = self._outlook.row_code(index.row())
        self.cell_chosen.emit(day, code, self._outlook.is_by_clinician)

    @Slot()
    def _on_about_to_reset(self) -> None:
        index = self.currentIndex()
        if index.isValid():
            self._was = self._outlook.row_code(index.row()), self._outlook.days[index.column()]

    @Slot()
    def _on_reset(self) -> None:
        """The cell that was current stays so, wherever it stands now; that tells nobody."""
        rows, days = self._outlook.rowCount(), self._outlook.days
        if rows:
            code, day = self._was or ("", days[0])
            row = next(
                (n for n in reversed(range(rows)) if self._outlook.row_code(n) == code), rows - 1
            )
            column = days.index(day) if day in days else 0
            self._is_restoring = True
            self.setCurrentIndex(self._outlook.index(row, column))
            self._is_restoring = False
        self.setMaximumHeight(self.sizeHint().height())
        self.updateGeometry()
        self._share_width()

    def _share_width(self) -> None:
        days = self._outlook.days
        metrics = self._look.metrics
        narrow = round(metrics.text_px("Mon", metrics.font) + 1.5 * metrics.unit_px)
        wide = [d for d in days if is_core_day(d)]
        room = self.viewport().width() - narrow * (len(days) - len(wide))
        each = max(narrow, room // max(1, len(wide)))
        for column, day in enumerate(days):
            self.setColumnWidth(column, each if is_core_day(day) else narrow)
