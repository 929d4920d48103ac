"""Late: by when somebody who rang expects to be here; a digit chooses."""

from datetime import datetime, timedelta

from PySide6.QtCore import QSignalMapper, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QPushButton, QWidget

from reception.records.tree import EPOCH
from reception.widgets.board_cell import clock_text
from reception.widgets.look import Look
from reception.widgets.palette import Ink

MINUTES = (5, 10, 15, 20, 30, 45)


class LateStrip(QFrame):
    """Six times, each a button and a digit; Escape notes nothing."""

    chosen = Signal(str, object)  # appointment id, datetime expected
    given_up = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._appointment_id = ""
        self._start = EPOCH
        self._mapper = QSignalMapper(self)
        self._mapper.mappedInt.connect(self._on_pressed)
        unit = look.metrics.unit_px
        grid = QGridLayout(self)
        grid.setContentsMargins(unit, unit, unit, unit)
        grid.setSpacing(unit // 2)
        self._head = QLabel(self)
        self._head.setProperty("kind", "heading")
        self._head.setWordWrap(True)
        grid.addWidget(self._head, 0, 0, 1, 2)
        self.buttons: list[QPushButton] = []
        for place in range(len(MINUTES)):
            button = QPushButton(self)
            button.clicked.connect(self._mapper.map)
            self._mapper.setMapping(button, place)
            grid.addWidget(button, 1 + place // 2, place % 2)
            self.buttons.append(button)
        self.setObjectName("lateStrip")
        look.palette.changed.connect(self._dress)
        self._dress()
        self.hide()

    def ask(self, appointment_id: str, who: str, start: datetime) -> None:
        """Ask when *who* expects to be here, counted from *start*."""
        self._appointment_id, self._start = appointment_id, start
        self._head.setText(f"{who} will be late. Expected by when? Press its number.")
        for place, (button, minutes) in enumerate(zip(self.buttons, MINUTES, strict=True)):
            at = clock_text(start + timedelta(minutes=minutes))
            button.setText(f"{place + 1}   {at}  (+{minutes} min)")
        self.show()
        self.buttons[0].setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A digit chooses; Escape gives up."""
        places = {str(place + 1): place for place in range(len(MINUTES))}
        if event.text() in places:
            self._on_pressed(places[event.text()])
        elif event.key() == Qt.Key.Key_Escape:
            self.hide()
            self.given_up.emit()
        else:
            super().keyPressEvent(event)

    @Slot(int)
    def _on_pressed(self, place: int) -> None:
        self.hide()
        self.chosen.emit(self._appointment_id, self._start + timedelta(minutes=MINUTES[place]))

    @Slot()
    def _dress(self) -> None:
        palette = self._look.palette
        self.setStyleSheet(
            f"#lateStrip {{ background: {palette.css(Ink.WARN_TINT)}; "
            f"border-left: {self._look.metrics.unit_px // 2}px solid {palette.css(Ink.WARN)}; }}"
        )
