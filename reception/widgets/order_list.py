"""Repeat orders with all that belongs to the list: lanes, filter, sorting, and what is new."""

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from reception.desk.desk import Desk
from reception.desk.red_flags import RedFlags
from reception.widgets.flow import Flow
from reception.widgets.held_list import HeldList
from reception.widgets.look import Look
from reception.widgets.order_model import OrderModel
from reception.widgets.order_row import OrderDelegate, OrderReader
from reception.widgets.order_words import OrderLane, OrderSort
from reception.widgets.palette import Ink

_COUNT_MS = 80


class OrderList(QWidget):
    """Lanes with counts, filter (`/`), what comes first, what is new (`.`), and the list."""

    opened = Signal(str)
    counts_changed = Signal()

    def __init__(self, desk: Desk, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._look = desk, look
        self._open_key = ""
        reader = OrderReader(desk, RedFlags.shipped())
        self.model = OrderModel(desk.orders, reader.sentence, self)
        self.view = HeldList(look, OrderDelegate(reader, look), "Repeat prescription orders", self)
        self.view.setUniformItemSizes(True)
        self.view.setModel(self.model)
        self.filter = QLineEdit(self)
        self.filter.setPlaceholderText("Filter by name, medicine, pharmacy  ( / )")
        self.filter.setAccessibleName("Filter the orders")
        self.filter.setClearButtonEnabled(True)
        self.filter.installEventFilter(self)
        self.sorting = QComboBox(self)
        self.sorting.setAccessibleName("What comes first")
        for sort in OrderSort:
            self.sorting.addItem(sort.value)
        self._build()

        # Counting is not done for every change of a burst.
        self._soon = QTimer(self, singleShot=True, interval=_COUNT_MS)
        self._soon.timeout.connect(self._on_soon)
        self.model.news_changed.connect(self._count_soon)
        self.view.opened.connect(self.opened)
        self.view.held_changed.connect(self._on_held_changed)
        self.filter.textChanged.connect(self._on_filter_changed)
        self.sorting.activated.connect(self._on_sorting)
        desk.time.minute_passed.connect(self.model.refresh)
        desk.patients.added.connect(self._on_patient)
        desk.loaded.connect(self._count_soon)
        look.palette.changed.connect(self._dress)
        self._dress()
        self._on_soon()

    def _build(self) -> None:
        unit = self._look.metrics.unit_px
        self._lanes: dict[OrderLane, QPushButton] = {}
        self._group = QButtonGroup(self)
        chips = QWidget(self)
        flow = Flow(chips, gap_px=max(2, unit // 2), line_px=max(2, unit // 2))
        for lane in OrderLane:
            chip = QPushButton(chips)
            chip.setCheckable(True)
            chip.setChecked(lane is self.model.lane)
            chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            chip.setObjectName("lane")
            self._lanes[lane] = chip
            self._group.addButton(chip)
            flow.addWidget(chip)
        self._group.buttonClicked.connect(self._on_lane_clicked)
        # It is always there: a bar that came and went would move the rows below it.
        self.news = QPushButton(self)
        self.news.setObjectName("news")
        self.news.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.news.clicked.connect(self.admit)
        self.nothing = QLabel("", self)
        self.nothing.setProperty("kind", "muted")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.setWordWrap(True)
        self.nothing.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        body = QWidget(self)
        over = QGridLayout(body)  # not in turns: a hidden list could not hold the keyboard
        over.setContentsMargins(0, 0, 0, 0)
        over.addWidget(self.view, 0, 0)
        over.addWidget(self.nothing, 0, 0)
        head = QFrame(self)
        head.setProperty("kind", "strip")
        inside = QVBoxLayout(head)
        inside.setContentsMargins(unit, unit, unit, unit)
        inside.setSpacing(unit)
        top = QHBoxLayout()
        top.setSpacing(unit)
        top.addWidget(self.filter, 1)
        top.addWidget(self.sorting)
        inside.addLayout(top)
        inside.addWidget(chips)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(head)
        column.addWidget(self.news)
        column.addWidget(body, 1)

    @property
    def lane(self) -> OrderLane:
        """The lane shown."""
        return self.model.lane

    def show_lane(self, lane: OrderLane, sort: OrderSort | None = None) -> None:
        """Show *lane*, as if its chip had been pressed."""
        self._lanes[lane].setChecked(True)
        if sort is not None:
            self.sorting.setCurrentText(sort.value)
        self._lay_out()

    def set_open(self, key: str) -> None:
        """The order with this key is open beside the list, or none is (empty)."""
        self._open_key = key
        self._pin()
        row = self.model.row_of(key) if key else -1
        if row >= 0:
            self.view.go_to(row)

    def let_go(self, key: str) -> str:
        """The user has dealt with that order: its row may leave. The key of the row there now."""
        row = self.model.row_of(key)
        self.model.release(key)
        if self.model.row_of(key) < 0 <= row and self.model.rowCount():
            self.view.go_to(min(row, self.model.rowCount() - 1))
        return self.view.current_key

    @Slot()
    def admit(self) -> None:
        """Let in what is new; the current row stays at its height on the screen."""
        current = self.view.currentIndex()
        before_px = self.view.visualRect(current).top() if current.isValid() else None
        self.model.admit()
        current = self.view.currentIndex()
        if before_px is not None and current.isValid():
            self.view.doItemsLayout()
            bar = self.view.verticalScrollBar()
            bar.setValue(bar.value() + self.view.visualRect(current).top() - before_px)

    def focus_filter(self) -> None:
        """Put the focus into the filter."""
        self.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter.selectAll()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """From the filter, Down and Enter go to the list, Escape empties it."""
        if watched is self.filter and isinstance(event, QKeyEvent):
            if event.type() != QEvent.Type.KeyPress:
                return super().eventFilter(watched, event)
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.view.setFocus()
                return True
            if event.key() == Qt.Key.Key_Escape:
                if self.filter.text():
                    self.filter.clear()
                else:
                    self.view.setFocus()
                return True
        return super().eventFilter(watched, event)

    @Slot(bool)
    def _on_held_changed(self, _held: bool) -> None:
        self._pin()

    def _pin(self) -> None:
        self.model.pin(self.view.is_held or bool(self._open_key))

    @Slot(object)
    def _on_patient(self, _patient: object) -> None:
        self.view.viewport().update()

    @Slot(str)
    def _on_filter_changed(self, _text: str) -> None:
        self._lay_out()

    @Slot(int)
    def _on_sorting(self, _place: int) -> None:
        self._lay_out()
        self.view.setFocus()

    @Slot(object)
    def _on_lane_clicked(self, _chip: object) -> None:
        self._lay_out()
        self.view.setFocus()

    def _lay_out(self) -> None:
        lane = next(lane for lane, chip in self._lanes.items() if chip.isChecked())
        sort = OrderSort(self.sorting.currentText())
        self.model.show(lane, sort, self.filter.text())
        self._show_rows()

    @Slot()
    def _count_soon(self) -> None:
        if not self._soon.isActive():  # started again and again it would never come
            self._soon.start()

    def _show_rows(self) -> None:
        if self.model.rowCount() and not self.view.currentIndex().isValid():
            self.view.go_to(0)
        self.nothing.setVisible(not self.model.rowCount())
        needle = self.filter.text().strip()
        nothing = f"Nothing here has “{needle}” in it" if needle else self.lane.nothing
        if not self._desk.is_complete and not len(self._desk.requests):
            nothing = "Loading the orders…"
        self.nothing.setText(nothing)

    @Slot()
    def _on_soon(self) -> None:
        for lane, chip in self._lanes.items():
            text = f"{lane.value}  {self.model.count(lane)}"
            if chip.text() != text:
                chip.setText(text)
                chip.setAccessibleName(text.replace("  ", ", "))
        self._show_rows()
        self._show_news()
        self.counts_changed.emit()

    def _show_news(self) -> None:
        new = self.model.new
        words = f"{new} new" if new else "Changed since" if self.model.is_stale else ""
        self.news.setEnabled(bool(words))
        self.news.setText(f"{words}  —  press . to show" if words else self.model.sorting.value)
        told = "new" if words else ""
        if self.news.property("told") != told:
            self.news.setProperty("told", told)
            self._dress()

    @Slot()
    def _dress(self) -> None:
        palette, unit = self._look.palette, self._look.metrics.unit_px
        is_new = bool(self.news.property("told"))
        ground, ink = (Ink.INFO_TINT, Ink.ACCENT) if is_new else (Ink.RAISED, Ink.MUTED)
        self.setStyleSheet(
            f"QPushButton#lane {{ padding: 1px {unit}px; border-radius: {unit}px; "
            f"font-size: {self._look.metrics.small.pointSizeF():.1f}pt; }}"
            f"QPushButton#lane:checked {{ background: {palette.css(Ink.ACCENT)}; "
            f"color: {palette.css(Ink.ON_ACCENT)}; border-color: {palette.css(Ink.ACCENT)}; }}"
            f"QPushButton#news {{ background: {palette.css(ground)}; color: {palette.css(ink)}; "
            f"border: none; border-radius: 0; border-bottom: 1px solid {palette.css(Ink.LINE)}; "
            f"font-weight: {600 if is_new else 400}; padding: {unit // 2}px; }}"
        )
