"""The bar of emergencies that nobody on duty has acknowledged: on every page until somebody has."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from reception.widgets.banner import announce
from reception.widgets.look import Look
from reception.widgets.palette import Ink

KEY = "Ctrl+E"
SILENCE_MIN = 5


@dataclass(frozen=True, slots=True)
class Ringing:
    """One emergency as the bar shows it.

    Attributes:
        id: of the request.
        name: the patient's.
        about: what the words may mean; empty where a colleague has named it.
        waiting: how long, in words.
    """

    id: str
    name: str
    about: str
    waiting: str

    @property
    def sentence(self) -> str:
        """All of it."""
        about = f", {self.about.lower()}" if self.about else ""
        return f"{self.name}{about}, waiting {self.waiting}"


class AlarmBar(QFrame):
    """Hidden while nothing rings. The longest waiting is named, the others are counted."""

    open_requested = Signal(str)
    acknowledge_requested = Signal(str)
    silence_requested = Signal()

    def __init__(self, look: Look, *, may_acknowledge: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look, self._may = look, may_acknowledge
        self._shown: tuple[Ringing, ...] = ()
        self._mark, self.text, self.more = QLabel(self), QLabel(self), QLabel(self)
        self._mark.setTextFormat(Qt.TextFormat.PlainText)
        self._mark.setText("!")
        self._mark.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._mark.setAccessibleName("Emergency")
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.text.setFont(look.metrics.bold)
        self._mark.setFont(look.metrics.bold)
        self.open = QPushButton("Open", self)
        self.acknowledge = QPushButton(f"Acknowledge  {KEY}", self)
        self.acknowledge.setToolTip(
            "Say that you have seen it; who did, and when, is kept" if may_acknowledge
            else "Somebody on duty has to acknowledge it"
        )  # fmt: skip
        self.acknowledge.setVisible(may_acknowledge)
        self.silence = QPushButton(f"Quiet here, {SILENCE_MIN} min", self)
        self.silence.setToolTip("No sound at this desk for a while; the bar stays")
        unit = look.metrics.unit_px
        row = QHBoxLayout(self)
        row.setContentsMargins(unit, unit // 2, unit, unit // 2)
        row.setSpacing(unit)
        row.addWidget(self._mark)
        row.addWidget(self.text, 1)
        row.addWidget(self.more)
        for button in (self.open, self.acknowledge, self.silence):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keyboard alone
            row.addWidget(button)
        self._mark.setFixedWidth(round(look.metrics.line_px * 1.4))
        self.open.clicked.connect(self._on_open)
        self.acknowledge.clicked.connect(self.acknowledge_first)
        self.silence.clicked.connect(self.silence_requested)
        look.palette.changed.connect(self._dress)
        self._dress()
        self.hide()

    @property
    def shown(self) -> tuple[Ringing, ...]:
        """What rings, the longest waiting first."""
        return self._shown

    def show_ringing(self, ringing: Sequence[Ringing]) -> None:
        """Show what rings; a screen reader is told of each that is new."""
        known = {one.id for one in self._shown}
        self._shown = tuple(ringing)
        self.setVisible(bool(ringing))
        if not ringing:
            return
        first, others = ringing[0], len(ringing) - 1
        self.text.setText(f"EMERGENCY: {first.sentence}")
        self.text.setToolTip("\n".join(one.sentence for one in ringing))
        self.more.setText(f"and {others} more" if others else "")
        self.more.setVisible(bool(others))
        self.acknowledge.setAccessibleName(f"Acknowledge the emergency of {first.name}")
        self.open.setAccessibleName(f"Open the emergency of {first.name}")
        for one in ringing:
            if one.id not in known:
                announce(self, f"Emergency: {one.sentence}")

    @Slot()
    def acknowledge_first(self) -> None:
        """Acknowledge the one that is named, if anything rings and it is for this user to do."""
        if self._shown and self._may:
            self.acknowledge_requested.emit(self._shown[0].id)

    @Slot()
    def _on_open(self) -> None:
        if self._shown:
            self.open_requested.emit(self._shown[0].id)

    @Slot()
    def _dress(self) -> None:
        palette, unit = self._look.palette, self._look.metrics.unit_px
        urgent, tint = palette.css(Ink.URGENT), palette.css(Ink.URGENT_TINT)
        self.setStyleSheet(
            f"AlarmBar {{ background: {tint}; border-bottom: 1px solid {urgent}; "
            f"border-left: {unit // 2}px solid {urgent}; }}"
            f"AlarmBar QLabel {{ color: {urgent}; }}"
        )
        self._mark.setStyleSheet(
            f"background: {urgent}; color: {tint}; border-radius: {unit // 2}px;"
        )
