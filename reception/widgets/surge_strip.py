"""The strip over the queue when more comes in than is answered, and what patients are told then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from reception.desk.surge import Pace
from reception.desk.words import clock
from reception.widgets.banner import announce
from reception.widgets.flow import Flow
from reception.widgets.look import Look
from reception.widgets.palette import Ink
from reception.widgets.queue_words import short_name

_TYPES = {
    "appointment-request": ("appointment", "appointments"),
    "online-consultation": ("consultation", "consultations"),
    "admin-query": ("admin query", "admin queries"),
    "records-access": ("records request", "records requests"),
    "thread": ("message", "messages"),
    "103742009": ("repeat item", "repeat items"),
}


@dataclass(frozen=True)
class SurgeView:
    """What the strip shows.

    Attributes:
        pace: as the service counts it; None where it does not tell.
        is_on: arrivals outrun answers.
        triaging: names of who triages.
        am_triaging: this user does.
        told: what patients read, or empty while they are told nothing.
        until: when that ends by itself, or None.
    """

    pace: Pace | None
    is_on: bool
    triaging: tuple[str, ...]
    am_triaging: bool
    told: str
    until: datetime | None


def headline(pace: Pace) -> str:
    """How the last hour went: `... 42 came and 18 were answered in the last hour, 63 wait`."""
    were = "was" if pace.answered == 1 else "were"
    return (
        f"More comes in than is answered: {pace.arrived} came and {pace.answered} {were} answered "
        f"in the last hour, {pace.waiting} wait."
    )


def forecast_text(pace: Pace) -> str:
    """What the next hour brings, by type, and what that follows from."""
    if not pace.coming:
        return "Nothing is known yet that tells what the next hour brings."
    most = sorted(pace.expected.items(), key=lambda one: -one[1])
    parts = [_counted(kind, number) for kind, number in most if round(number)]
    kinds = f" ({', '.join(parts[:4])})" if parts else ""
    basis = (
        f"as on the last {pace.days} days like this"
        if pace.by_history
        else "by an ordinary day's hours, since little history is known yet"
    )
    return f"The next hour brings about {pace.coming}{kinds}, {basis}."


def _counted(kind: str, number: float) -> str:
    one, many = _TYPES.get(kind, ("other", "others"))
    count = round(number)
    return f"{count} {one if count == 1 else many}"


def triage_text(names: Sequence[str]) -> str:
    """Who triages, and whether a second one is wanted."""
    if not names:
        return "Nobody has said that they triage. Two are wanted."
    listed = ", ".join(short_name(name) for name in names)
    return f"Triaging: {listed}." if len(names) > 1 else f"Triaging: {listed}. A second is wanted."


class SurgeStrip(QFrame):
    """Hidden while answers keep up and patients are told nothing."""

    triage_requested = Signal(bool)
    """This user triages too, or no more."""
    tell_requested = Signal(str)
    stop_requested = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._view: SurgeView | None = None
        self.head, self.next, self.who, self.told = (QLabel(self) for _ in range(4))
        self.head.setFont(look.metrics.bold)
        for label in (self.head, self.next, self.who, self.told):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self.triage = QPushButton(self)
        self.tell = QPushButton("Tell patients how long it takes…", self)
        self.stop = QPushButton("Stop telling patients", self)
        buttons = QWidget(self)
        flow = Flow(buttons, gap_px=look.metrics.unit_px, line_px=look.metrics.unit_px // 2)
        for button in (self.triage, self.tell, self.stop):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            flow.addWidget(button)
        self.form = WaitingTextForm(look, self)
        unit = look.metrics.unit_px
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * unit, unit // 2, unit, unit // 2)
        column.setSpacing(max(2, unit // 4))
        across = QHBoxLayout()
        across.setSpacing(unit)
        words = QVBoxLayout()
        words.setSpacing(max(2, unit // 4))
        for label in (self.head, self.next, self.who, self.told):
            words.addWidget(label)
        across.addLayout(words, 3)
        buttons.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        across.addWidget(buttons, 2)
        column.addLayout(across)
        column.addWidget(self.form)
        self.form.hide()
        self.triage.clicked.connect(self._on_triage)
        self.tell.clicked.connect(self._on_tell)
        self.stop.clicked.connect(self.stop_requested)
        self.form.wanted.connect(self.tell_requested)
        look.palette.changed.connect(self._dress)
        self._dress()
        self.hide()

    def show_view(self, view: SurgeView) -> None:
        """Show *view*; a screen reader is told when a surge begins."""
        began = view.is_on and (self._view is None or not self._view.is_on)
        self._view = view
        pace = view.pace
        surging = view.is_on and pace is not None
        self.head.setVisible(surging)
        self.next.setVisible(surging)
        self.who.setVisible(surging or bool(view.triaging))
        if surging and pace is not None:
            self.head.setText(f"▲ {headline(pace)}")
            self.next.setText(forecast_text(pace))
        self.who.setText(triage_text(view.triaging))
        self.triage.setText("I triage no more" if view.am_triaging else "I triage too")
        self.triage.setVisible(surging or view.am_triaging)
        until = f" until {clock(view.until)}" if view.until is not None else ""
        self.told.setText(f"Patients are told{until}: {view.told}")
        self.told.setVisible(bool(view.told))
        self.stop.setVisible(bool(view.told))
        self.tell.setText("Change what patients read…" if view.told else "Tell patients how long…")
        self.tell.setVisible(surging or bool(view.told))
        self.setVisible(surging or bool(view.told) or bool(view.triaging))
        if began and pace is not None:
            announce(self, f"{headline(pace)} {triage_text(view.triaging)}")

    @Slot()
    def _on_triage(self) -> None:
        self.triage_requested.emit(self._view is None or not self._view.am_triaging)

    @Slot()
    def _on_tell(self) -> None:
        self.form.setVisible(self.form.isHidden())
        if not self.form.isHidden():
            self.form.text.setFocus()

    @Slot()
    def _dress(self) -> None:
        palette, unit = self._look.palette, self._look.metrics.unit_px
        self.setStyleSheet(
            f"SurgeStrip {{ background: {palette.css(Ink.WARN_TINT)}; "
            f"border-left: {unit // 2}px solid {palette.css(Ink.WARN)}; "
            f"border-bottom: 1px solid {palette.css(Ink.LINE)}; }}"
            f"SurgeStrip QLabel {{ color: {palette.css(Ink.TEXT)}; }}"
        )


class WaitingTextForm(QWidget):
    """What patients are told about waiting, written and previewed."""

    wanted = Signal(str)
    previewed = Signal(str)
    """The words have changed: what would patients read?"""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        unit = look.metrics.unit_px
        self.text = QPlainTextEdit(self)
        self.text.setAccessibleName("What patients read about waiting")
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(round(look.metrics.line_px * 3.6))
        self.preview = QLabel(self)
        self.preview.setWordWrap(True)
        self.preview.setTextFormat(Qt.TextFormat.PlainText)
        self.show_it = QPushButton("Show it to patients", self)
        row = QHBoxLayout()
        row.setSpacing(unit)
        row.addWidget(self.preview, 1)
        row.addWidget(self.show_it)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, unit // 2, 0, unit // 2)
        column.setSpacing(unit // 2)
        column.addWidget(self.text)
        column.addLayout(row)
        self.text.textChanged.connect(self._on_text)
        self.show_it.clicked.connect(self._on_wanted)

    def say(self, preview: str, *, good: bool) -> None:
        """What patients would read, or why it cannot be shown."""
        self.preview.setText(f"Patients would read: {preview}" if good else preview)
        self.show_it.setEnabled(good)

    @Slot()
    def _on_text(self) -> None:
        self.previewed.emit(self.text.toPlainText())

    @Slot()
    def _on_wanted(self) -> None:
        self.wanted.emit(self.text.toPlainText())
