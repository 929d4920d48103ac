"""When an appointment that came by itself was first painted."""

import time

from PySide6.QtCore import QEvent, QObject, QTimer, Slot
from PySide6.QtWidgets import QWidget

from reception.desk.desk import Desk
from reception.records import Appointment


class PaintWatch(QObject):
    """Notes when the board was painted after each new appointment had come.

    Attributes:
        painted_s: by appointment id, `time.perf_counter` at the end of that paint.
    """

    def __init__(self, desk: Desk, viewport: QWidget) -> None:
        super().__init__(viewport)
        self._desk, self._viewport = desk, viewport
        self._waiting: list[str] = []
        self.painted_s: dict[str, float] = {}
        desk.appointments.added.connect(self._on_added)
        viewport.installEventFilter(self)

    def stop(self) -> None:
        """Look no more."""
        self._desk.appointments.added.disconnect(self._on_added)
        self._viewport.removeEventFilter(self)
        self.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """A paint of the board: when it is over, what was waited for is on the screen."""
        if event.type() == QEvent.Type.Paint and self._waiting:
            QTimer.singleShot(0, self, self._on_painted)
        return super().eventFilter(watched, event)

    @Slot(object)
    def _on_added(self, appointment: Appointment) -> None:
        self._waiting.append(appointment.id)

    def _on_painted(self) -> None:
        now_s = time.perf_counter()
        for appointment_id in self._waiting:
            self.painted_s[appointment_id] = now_s
        self._waiting.clear()
