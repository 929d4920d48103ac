"""The outlook on the screen: the free ones large, what else there is in letters below."""

from collections.abc import Iterable
from datetime import date

from PySide6.QtCore import QModelIndex, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QSizePolicy,
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

LEGEND = (
    "Large: free",
    "O online",
    "E embargoed",
    "K kept for NHS 111 or a hub",
    "\N{EN DASH} all taken",
)


_GAP = "\N{FOUR-PER-EM SPACE}"


def marks(counts: Counts) -> list[str]:
    """What stands below the free ones: `O4`, `E8`, `K2`; none of what is none."""
    pairs = (("O", counts.online), ("E", counts.embargoed), ("K", counts.kept))
    return [f"{letter}{number}" for letter, number in pairs if number]


def lines_of(found: list[str], width_px: float, small: QFontMetricsF) -> list[str]:
    """*found* in lines of *width_px*, as few as may be; none is cut."""
    lines: list[str] = []
    for mark in found:
        longer = f"{lines[-1]}{_GAP}{mark}" if lines else mark
        if lines and small.horizontalAdvance(longer) <= width_px:
            lines[-1] = longer
        else:
            lines.append(mark)
    return lines


class OutlookDelegate(QStyledItemDelegate):
    """Paints the free ones and what else there is; a bar below tells how much is taken."""

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
        return self.height_of(1)

    def height_of(self, lines: int) -> int:
        """The free ones, so many *lines* of marks, and a bar."""
        metrics = self._look.metrics
        small = QFontMetricsF(metrics.small).height()
        return round(metrics.line_px + max(1, lines) * small + metrics.unit_px / 2)

    def lines_in(self, counts: Counts, width_px: float) -> list[str]:
        """What stands below the free ones in a cell of *width_px*."""
        small = QFontMetricsF(self._look.metrics.small)
        return lines_of(marks(counts), width_px - 2, small)

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
        painter.setFont(metrics.small)
        painter.setPen(palette[Ink.MUTED])
        for number, words in enumerate(self.lines_in(counts, box.width())):
            y = top.bottom() + number * small.height()
            below = QRectF(box.left(), y, box.width(), small.height())
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


class RowNames(QHeaderView):
    """The names at the left; what is too long for a line goes on in a second, in smaller type."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self._look = look
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setFixedWidth(round(look.metrics.text_px("Dr Bartholomew Wyn")))

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        """Paint one name."""
        palette, metrics = self._look.palette, self._look.metrics
        words = str(self.model().headerData(section, self.orientation()) or "")
        is_last = section == self.count() - 1
        is_current = self.selectionModel().currentIndex().row() == section
        font = metrics.bold if is_last or is_current else metrics.font
        room = QRectF(rect).adjusted(metrics.unit_px, 0, -metrics.unit_px / 2, -1)
        if metrics.text_px(words, font) > room.width():
            font = metrics.small
        painter.save()
        painter.fillRect(rect, palette[Ink.RAISED])
        painter.fillRect(QRect(rect.x(), rect.bottom(), rect.width(), 1), palette[Ink.LINE])
        painter.setFont(font)
        painter.setPen(palette[Ink.TEXT if is_last or is_current else Ink.MUTED])
        wrapped = Qt.AlignmentFlag.AlignVCenter.value | Qt.TextFlag.TextWordWrap.value
        painter.drawText(room, wrapped, words)
        painter.restore()


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
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        side, head = RowNames(look, self), self.horizontalHeader()
        self.setVerticalHeader(side)
        side.setDefaultSectionSize(self._delegate.height_px)
        head.setMinimumSectionSize(1)
        head.setHighlightSections(False)  # in bold a date would not fit
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignCenter)
        self._was: tuple[str, date] | None = None
        self._is_restoring = False
        model.modelAboutToBeReset.connect(self._on_about_to_reset)
        model.modelReset.connect(self._on_reset)
        model.dataChanged.connect(self._on_counted)
        self._on_reset()

    def sizeHint(self) -> QSize:
        """Every row in sight, as far as there is room."""
        rows = max(2 * self._delegate.height_px, self.verticalHeader().length())
        height = self.horizontalHeader().sizeHint().height() + rows
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
        self._share_width()

    @Slot(QModelIndex, QModelIndex)
    def _on_counted(self, first: QModelIndex, _last: QModelIndex) -> None:
        if self.isVisible():
            self._share_height([first.column()], may_shrink=False)

    def _share_width(self) -> None:
        days = self._outlook.days
        metrics = self._look.metrics
        narrow = round(metrics.text_px("Mon", metrics.font) + metrics.unit_px / 2)
        wide = [d for d in days if is_core_day(d)]
        room = self.viewport().width() - narrow * (len(days) - len(wide))
        each = max(narrow, room // max(1, len(wide)))
        for column, day in enumerate(days):
            self.setColumnWidth(column, each if is_core_day(day) else narrow)
        self._share_height(range(len(days)), may_shrink=True)

    def _share_height(self, columns: Iterable[int], *, may_shrink: bool) -> None:
        """Each row as high as its fullest day needs; the table no higher than its rows."""
        delegate, model = self._delegate, self._outlook
        for row in range(model.rowCount()):
            lines = 1
            for column in columns:
                counts = model.index(row, column).data(COUNTS)
                lines = max(lines, len(delegate.lines_in(counts, self.columnWidth(column))))
            height = delegate.height_of(lines)
            if height > self.rowHeight(row) or (may_shrink and height != self.rowHeight(row)):
                self.setRowHeight(row, height)
        self.setMaximumHeight(self.sizeHint().height())
        self.updateGeometry()
