"""Working out the cells of a long day a slice at a time, so that the window never waits for it."""

import time
from collections.abc import Callable, Iterable, Iterator

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from reception.widgets.board_cell import Cell

LONG = 600
"""Up to so many slots and appointments a day is read at once."""
SLICE_S = 0.006
"""How long one slice may keep the window's loop."""


class DayReading(QObject):
    """One reading of a day. What changes meanwhile is read again at its end.

    Args:
        keys: where cells may stand.
        at: what stands at a key, or None.
        parent: the Qt parent.
    """

    done = Signal()

    def __init__(
        self, keys: Iterable[str], at: Callable[[str], Cell | None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._at = at
        self._left: Iterator[str] = iter(keys)
        self._found: dict[str, Cell] = {}
        self._stale: set[str] = set()
        self._turn = QTimer(self, interval=0)
        self._turn.timeout.connect(self._on_turn)
        self._turn.start()

    @property
    def cells(self) -> list[Cell]:
        """What has been found, in no order."""
        return list(self._found.values())

    def read_again(self, keys: Iterable[str]) -> None:
        """What stands at *keys* has changed."""
        self._stale.update(keys)

    def give_up(self) -> None:
        """Nobody wants it any more: `done` will not be told."""
        self._turn.stop()
        self.deleteLater()

    @Slot()
    def _on_turn(self) -> None:
        begun = time.perf_counter()
        for key in self._left:
            self._read(key)
            if time.perf_counter() - begun > SLICE_S:
                return
        for key in self._stale:
            self._read(key)
        self._turn.stop()
        self.done.emit()

    def _read(self, key: str) -> None:
        cell = self._at(key)
        if cell is None:
            self._found.pop(key, None)
        else:
            self._found[key] = cell
