"""SIGTERM and SIGINT, taken into the Qt loop: the program ends as if its window were closed."""

import signal
import socket
from collections.abc import Callable

from PySide6.QtCore import QObject, QSocketNotifier, Slot


class EndSignals(QObject):
    """Calls *end* in the Qt loop when the process is asked to end.

    Python runs a signal's handler only between two of its own instructions, and an idle Qt loop
    has none; the wake-up socket makes one.
    """

    def __init__(self, end: Callable[[], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._end = end
        self._near, self._far = socket.socketpair()
        for one in (self._near, self._far):
            one.setblocking(False)
        self._before_fd = signal.set_wakeup_fd(self._far.fileno(), warn_on_full_buffer=False)
        self._before = {
            number: signal.signal(number, _ignore) for number in (signal.SIGTERM, signal.SIGINT)
        }
        self._notifier = QSocketNotifier(self._near.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_woken)

    @Slot()
    def _on_woken(self) -> None:
        numbers = self._near.recv(64)
        if set(numbers) & {signal.SIGTERM, signal.SIGINT}:
            self._end()

    def close(self) -> None:
        """Leave signals as they were."""
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(self._before_fd)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._near.close()
        self._far.close()


def _ignore(_number: int, _frame: object) -> None:
    """What is to be done is done in the Qt loop."""
