"""How far what is on the screen can be trusted.

Source: docs/contract.md 10 (freshness rule).
"""

import enum
from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QObject, QTimer, Signal

from contract.limits import SILENCE_S


class State(enum.StrEnum):
    """What the freshness pill says."""

    LIVE = "live"
    CATCHING_UP = "catching-up"
    SILENT = "silent"


class Freshness(QObject):
    """Live, catching up, or silent since when.

    `heard` is called for every sign of life; without one for 15 s the state is `silent`, and
    stays so until `caught_up`.
    """

    changed = Signal()

    def __init__(
        self,
        now: Callable[[], datetime],
        parent: QObject | None = None,
        *,
        silence_s: float = SILENCE_S,
    ) -> None:
        super().__init__(parent)
        self._now = now
        self._state = State.CATCHING_UP
        self._from_live = False
        self._heard_at = now()
        self._silence = QTimer(self)
        self._silence.setSingleShot(True)
        self._silence.setInterval(int(silence_s * 1_000))
        self._silence.timeout.connect(self._on_silence)

    @property
    def state(self) -> State:
        """What the pill says."""
        return self._state

    @property
    def since(self) -> datetime:
        """When the practice was last heard (aware UTC, the service's time)."""
        return self._heard_at

    @property
    def can_book(self) -> bool:
        """Whether the board is fresh enough to book on."""
        return self._state is State.LIVE or (self._state is State.CATCHING_UP and self._from_live)

    def heard(self) -> None:
        """A sign of life: a frame, a heartbeat, an answered poll."""
        self._heard_at = self._now()
        if self._state is not State.SILENT:
            self._silence.start()

    def caught_up(self) -> None:
        """Everything that happened is on the screen, and more will come by itself."""
        self._heard_at = self._now()
        self._silence.start()
        self._from_live = True
        self._become(State.LIVE)

    def catching_up(self) -> None:
        """Contact is being made or gaps are being filled."""
        self._from_live = self._from_live and self._state is not State.SILENT
        self._become(State.CATCHING_UP)

    def lost(self) -> None:
        """The practice is known to be out of reach: the end of the 15 s is not waited for."""
        self._on_silence()

    def stop(self) -> None:
        """End the timer."""
        self._silence.stop()

    def _on_silence(self) -> None:
        self._silence.stop()
        self._from_live = False
        self._become(State.SILENT)

    def _become(self, state: State) -> None:
        if state is not self._state:
            self._state = state
            self.changed.emit()
