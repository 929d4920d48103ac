"""The queue with all that belongs to it: lanes, filter, what is new, and the list."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QButtonGroup,
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
from reception.desk.queue_filter import HINT
from reception.desk.red_flags import RedFlags
from reception.records import Patient
from reception.widgets.banner import announce
from reception.widgets.flow import Flow
from reception.widgets.look import Look
from reception.widgets.palette import Ink
from reception.widgets.queue_eyes import QueueEyes
from reception.widgets.queue_lane import Lane, LaneLike, TeamLane
from reception.widgets.queue_model import QueueModel
from reception.widgets.queue_row import QueueReader
from reception.widgets.queue_tally import TallyLanes
from reception.widgets.queue_view import QueueDelegate, QueueView
from reception.widgets.queue_views import SavedView, ViewsButton

_COUNT_MS = 80
_IDLE_MS = 5


class QueuePane(QWidget):
    """Lanes with counts, a filter (`/`), the bar of what is new (`.`), and the list."""

    opened = Signal(str)
    counts_changed = Signal()

    def __init__(
        self,
        desk: Desk,
        look: Look,
        model: QueueModel,
        view: QueueView,
        lanes: Sequence[LaneLike],
        status: Callable[[], str],
        parent: QWidget | None = None,
        eyes: QueueEyes | None = None,
        tally: TallyLanes | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk, self._look = desk, look
        self.model, self.view = model, view
        self._status = status
        model.setParent(self)
        self._eyes = eyes or QueueEyes(desk, RedFlags.shipped())
        self._tally = tally
        model.see_with(self._eyes.look, [*lanes, *(tally.lanes if tally else ())])
        view.setModel(model)
        self._open_id = ""
        self._told_emergencies = self._told_new = 0
        self._is_behind = False
        unit = look.metrics.unit_px
        self.filter = QLineEdit(self)
        self.filter.setPlaceholderText("Filter by name or words  ( / )")
        self.filter.setAccessibleName("Filter the queue")
        self.filter.setToolTip(f"Words, or any of: {HINT}")
        self.filter.setClearButtonEnabled(True)
        self.filter.installEventFilter(self)
        self.complaint = QLabel(self)
        self.complaint.setProperty("kind", "warn")
        self.complaint.setWordWrap(True)
        self.complaint.hide()
        self.views = ViewsButton(desk.drafts, look, view.accessibleName(), self)
        self._lanes: dict[LaneLike, QPushButton] = {}
        self._group = QButtonGroup(self)
        self._chips = chips = QWidget(self)
        flow = Flow(chips, gap_px=max(2, unit // 2), line_px=max(2, unit // 2))
        for lane in lanes:
            chip = QPushButton(chips)
            chip.setCheckable(True)
            chip.setChecked(lane is model.lane)
            chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            chip.setObjectName("lane")
            self._lanes[lane] = chip
            self._group.addButton(chip)
            flow.addWidget(chip)
        self._group.buttonClicked.connect(self._on_lane_clicked)

        self.news = QPushButton(self)
        self.news.setObjectName("news")
        self.news.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.news.clicked.connect(self.admit)
        # It is always there: a bar that came and went would move the rows below it.

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
        self._top = QHBoxLayout()
        self._top.setSpacing(unit)
        self._top.addWidget(self.filter, 1)
        self._top.addWidget(self.views)
        inside.addLayout(self._top)
        inside.addWidget(self.views.name)
        inside.addWidget(self.complaint)
        inside.addWidget(chips)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(head)
        column.addWidget(self.news)
        column.addWidget(body, 1)
        self.sum = QLabel(self)
        self.sum.setProperty("kind", "muted")
        self.sum.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.sum.setContentsMargins(unit, unit // 2, unit, unit // 2)
        self.sum.setVisible(tally is not None)
        column.addWidget(self.sum)
        self._column = column

        # Counting is not done for every change of a burst.
        self._soon = QTimer(self, singleShot=True, interval=_COUNT_MS)
        self._soon.timeout.connect(self._on_soon)
        self._idle = QTimer(self, interval=_IDLE_MS)
        self._idle.timeout.connect(self._on_idle)
        self.model.counts_changed.connect(self._count_soon)
        desk.requests.reset.connect(self._idle.start)
        self.model.held_back_changed.connect(self._count_soon)
        self.model.rowsInserted.connect(self._count_soon)
        self.model.rowsRemoved.connect(self._count_soon)
        self.view.opened.connect(self.opened)
        self.view.held_changed.connect(self._on_held_changed)
        self.filter.textChanged.connect(self._on_filter_changed)
        self.views.offered.connect(self.offer_views)
        self.views.chosen.connect(self._on_view_chosen)
        self.views.left.connect(self._to_list)
        desk.patients.added.connect(self._on_patient)
        desk.patients.changed.connect(self._on_patient_changed)
        desk.patients.reset.connect(self.model.refresh)
        desk.time.minute_passed.connect(self.model.refresh)
        desk.time.day_changed.connect(self.model.sort_again)
        desk.documents.changed.connect(self.model.sort_again)
        desk.loaded.connect(self._count_soon)
        look.palette.changed.connect(self._dress)
        look.palette.changed.connect(self._dress_lanes)
        self._dress()
        self._dress_lanes()
        self._on_soon()

    @property
    def lane(self) -> LaneLike:
        """The lane shown."""
        return self.model.lane

    def show_lane(self, lane: LaneLike) -> None:
        """Show *lane*, as if its chip had been pressed."""
        self._lanes[lane].setChecked(True)
        self._lay_out()

    def set_open(self, request_id: str) -> None:
        """The request with this id is open beside the list, or none is (empty)."""
        self._open_id = request_id
        self._pin()
        row = self.model.row_of(request_id) if request_id else -1
        if row >= 0:
            self.view.setCurrentIndex(self.model.index(row))

    def let_go(self, request_id: str) -> None:
        """The user has dealt with that request: its row may leave, the next one is current."""
        row = self.model.row_of(request_id)
        self.model.release(request_id)
        if self.model.row_of(request_id) < 0 <= row and self.model.rowCount():
            self.view.setCurrentIndex(self.model.index(min(row, self.model.rowCount() - 1)))

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

    def show_view(self, lane: str, text: str) -> None:
        """Show the lane called *lane*, narrowed by *text*."""
        for known in self._lanes:
            if known.value == lane:
                self._lanes[known].setChecked(True)
        self.filter.blockSignals(True)
        self.filter.setText(text)
        self.filter.blockSignals(False)
        self._lay_out()

    @Slot()
    def offer_views(self) -> None:
        """Open the menu of saved views."""
        self.views.offer(SavedView("", self.lane.value, self.filter.text().strip()))

    def add_below(self, widget: QWidget) -> None:
        """Put *widget* under the list, above the sum."""
        self._column.insertWidget(self._column.count() - 1, widget)

    def add_beside_filter(self, widget: QWidget) -> None:
        """Put *widget* at the right of the filter."""
        self._top.addWidget(widget)

    def focus_filter(self) -> None:
        """Put the focus into the filter."""
        self.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter.selectAll()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """From the filter, Down and Enter go to the list, Escape empties it."""
        if watched is self.filter and event.type() == QEvent.Type.KeyPress:
            assert isinstance(event, QKeyEvent)
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
        self.model.pin(self.view.is_held or bool(self._open_id))

    @Slot(object)
    def _on_patient(self, patient: Patient) -> None:
        self.model.refresh_patient(patient.id)

    @Slot(object, object)
    def _on_patient_changed(self, _before: Patient, after: Patient) -> None:
        self.model.refresh_patient(after.id)

    @Slot(str)
    def _on_filter_changed(self, _text: str) -> None:
        self._lay_out()

    @Slot(object)
    def _on_lane_clicked(self, _chip: object) -> None:
        self._lay_out()
        self.view.setFocus()

    @Slot(object)
    def _on_view_chosen(self, view: SavedView) -> None:
        self.show_view(view.lane, view.filter)
        self.view.setFocus()

    @Slot()
    def _to_list(self) -> None:
        self.view.setFocus()

    def _lay_out(self) -> None:
        lane = next(lane for lane, chip in self._lanes.items() if chip.isChecked())
        current = self.view.current_id
        self.model.show(lane, self.filter.text())
        row = self.model.row_of(current) if current else -1
        if row >= 0 and not self.view.currentIndex().isValid():  # the rows were laid out at once
            self.view.setCurrentIndex(self.model.index(row))
        complaint = self.model.filter.complaint
        self.complaint.setText(complaint)
        self.complaint.setVisible(bool(complaint))
        self._show_rows()

    @Slot()
    def _count_soon(self) -> None:
        if not self._soon.isActive():  # started again and again it would never come
            self._soon.start()

    def _show_rows(self) -> None:
        if self.model.rowCount() and not self.view.currentIndex().isValid():
            self.view.setCurrentIndex(self.model.index(0))
        self.nothing.setVisible(not self.model.rowCount())
        narrowed = str(self.model.filter)
        nothing = f"Nothing here for “{narrowed}”" if narrowed else self.lane.nothing
        if not self._desk.is_complete and not len(self._desk.requests):
            nothing = "Loading the queue…"
        self.nothing.setText(nothing)

    @Slot()
    def _on_idle(self) -> None:
        if not self.model.go_on():
            return
        if self._is_behind:
            self._is_behind = False
            self._on_soon()
        elif self._eyes.read_ahead():
            self._idle.stop()

    @Slot()
    def _on_soon(self) -> None:
        if not self.model.go_on():  # so many that counting is done bit by bit
            self._is_behind = True
            self._idle.start()
            self._show_rows()
            return
        for lane, count in self.model.counts(self._lanes).items():
            chip = self._lanes[lane]
            if chip.text() != f"{lane.value}  {count}":
                chip.setText(f"{lane.value}  {count}")
                chip.setAccessibleName(f"{lane.value}, {count}")
        if self._tally is not None:
            tally = self._tally.tally(self.model.count)
            if tally.words != self.sum.text():
                self.sum.setText(tally.words)
                self.sum.setAccessibleName(tally.spoken)
        self._show_rows()
        self._show_news()
        self.counts_changed.emit()

    def _show_news(self) -> None:
        held = self.model.held_back
        emergencies, others = held.emergencies, held.new - held.new_emergencies
        parts = []
        if emergencies:
            parts.append(
                f"{emergencies} emergency" if emergencies == 1 else f"{emergencies} emergencies"
            )
        if others:
            parts.append(f"{others} new")
        if not parts and held.moved:
            parts.append("Changed since")
        self.news.setEnabled(bool(parts))
        self.news.setText(f"{', '.join(parts)}  —  press . to show" if parts else self._status())
        told = "urgent" if emergencies else "new" if parts else ""
        if self.news.property("told") != told:
            self.news.setProperty("told", told)
            self._dress()
        if emergencies > self._told_emergencies:
            announce(self, f"{emergencies} emergency waiting")
        elif others and not self._told_new:
            announce(self, f"{others} new. Full stop shows them")
        self._told_emergencies, self._told_new = emergencies, others

    @Slot()
    def _dress(self) -> None:
        palette, unit = self._look.palette, self._look.metrics.unit_px
        ground, ink = {
            "urgent": (Ink.URGENT_TINT, Ink.URGENT),
            "new": (Ink.INFO_TINT, Ink.ACCENT),
        }.get(str(self.news.property("told") or ""), (Ink.RAISED, Ink.MUTED))
        weight = 600 if self.news.isEnabled() else 400
        # Each its own: a sheet for all of the pane is worked out again for every chip.
        self.news.setStyleSheet(
            f"QPushButton#news {{ background: {palette.css(ground)}; color: {palette.css(ink)}; "
            f"border: none; border-radius: 0; border-bottom: 1px solid {palette.css(Ink.LINE)}; "
            f"font-weight: {weight}; padding: {unit // 2}px; }}"
        )

    @Slot()
    def _dress_lanes(self) -> None:
        palette, unit = self._look.palette, self._look.metrics.unit_px
        self._chips.setStyleSheet(
            f"QPushButton#lane {{ padding: 1px {unit}px; border-radius: {unit}px; "
            f"font-size: {self._look.metrics.small.pointSizeF():.1f}pt; }}"
            f"QPushButton#lane:checked {{ background: {palette.css(Ink.ACCENT)}; "
            f"color: {palette.css(Ink.ON_ACCENT)}; border-color: {palette.css(Ink.ACCENT)}; }}"
        )


def request_queue(
    desk: Desk, look: Look, red_flags: RedFlags, parent: QWidget | None = None
) -> QueuePane:
    """The desk's own queue: every open request, in order of work."""
    model = QueueModel(
        desk.requests,
        order=desk.queue_key,
        describe=QueueReader(desk, red_flags).describe,
        me=desk.me.reference,
        lane=Lane.ALL,
    )
    view = QueueView(look, QueueDelegate(look), "Queue of requests, in order of work")
    eyes = QueueEyes(desk, red_flags)
    lanes: list[LaneLike] = list(Lane)
    lanes.insert(lanes.index(Lane.MINE) + 1, TeamLane(eyes.teams))
    status = partial(_sweep_text, desk)
    tally = TallyLanes(desk.time.today)
    return QueuePane(desk, look, model, view, lanes, status, parent, eyes, tally)


def _sweep_text(desk: Desk) -> str:
    """What must not be left at the close, in a few words."""
    sweep = desk.closing_sweep()
    parts = [
        f"{sweep.late} late" if sweep.late else "nothing late",
        f"{sweep.due_today} due today" if sweep.due_today else "nothing due today",
    ]
    text = ", ".join(parts)
    return f"{text[:1].upper()}{text[1:]}"
