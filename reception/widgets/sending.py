"""Messages on their way out: each waits 20 s, in which it can be taken back.

Nothing is recalled on the wire; the words stay in the drafts until the service has them, so that
a message survives the end of the program as a draft.
"""

import uuid
from dataclasses import dataclass, field
from time import monotonic

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from contract.limits import UNDO_SEND_S
from contract.reply_window import USUAL, ReplyWindow
from reception.desk.enclosure import Enclosure
from reception.records import Patient


@dataclass(frozen=True)
class Outgoing:
    """One message as it was when Send was pressed.

    Attributes:
        key: key of its draft.
        patient: who will read it.
        request_id: the request it answers.
        text: the words.
        done: whether the request is finished with it.
        window: how long the patient may answer.
        files: what goes along.
        message_key: its message-key (a UUID): however often it is sent, it arrives once.
    """

    key: str
    patient: Patient
    request_id: str
    text: str
    done: bool
    window: ReplyWindow = USUAL
    files: tuple[Enclosure, ...] = ()
    message_key: str = field(default_factory=lambda: str(uuid.uuid4()), kw_only=True)

    @property
    def who(self) -> str:
        """Who will read it, in words."""
        return self.patient.name

    @property
    def how(self) -> str:
        """What comes of it, in a few words."""
        return self.window.words.lower()

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of every draft that goes with it."""
        return (self.key,)


class Sending(QObject):
    """What waits to be sent. At most one message per draft."""

    due = Signal(object)
    """This Outgoing is to be sent now."""
    changed = Signal()
    """Something has come, gone, or is a second nearer."""
    put_in = Signal(object)
    """This Outgoing begins to wait."""
    settled = Signal(str)
    """The one of this key has been taken back, sent, or could not be."""

    def __init__(self, wait_s: float = UNDO_SEND_S, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wait_s = wait_s
        self._waiting: dict[str, tuple[Outgoing, float]] = {}
        self._under_way: dict[str, Outgoing] = {}
        self._tick = QTimer(self, interval=250)
        self._tick.timeout.connect(self._on_tick)

    @property
    def waiting(self) -> list[Outgoing]:
        """What can still be taken back, the next to go first."""
        return [out for out, _ in sorted(self._waiting.values(), key=lambda held: held[1])]

    def is_busy_with(self, key: str) -> bool:
        """Whether the words of that draft wait, or are on their way."""
        if key in self._waiting or key in self._under_way:
            return True
        waiting = (out for out, _ in self._waiting.values())
        return any(key in out.keys for out in (*waiting, *self._under_way.values()))

    def left_s(self, key: str) -> int:
        """Whole seconds until that one goes."""
        held = self._waiting.get(key)
        return max(0, round(held[1] - monotonic())) if held else 0

    def put(self, outgoing: Outgoing) -> None:
        """Send *outgoing* when its time has come."""
        self._waiting[outgoing.key] = (outgoing, monotonic() + self._wait_s)
        self._tick.start()
        self.put_in.emit(outgoing)
        self.changed.emit()

    def take_back(self, key: str) -> Outgoing | None:
        """Do not send that one; None when it has gone already."""
        held = self._waiting.pop(key, None)
        self._rest()
        if held is not None:
            self.settled.emit(key)
        self.changed.emit()
        return held[0] if held else None

    def send_now(self, key: str = "") -> None:
        """Do not wait any longer with that one, or with any."""
        for held in [key] if key else list(self._waiting):
            self._go(held)

    def ended(self, key: str) -> None:
        """That one has been sent, or could not be."""
        if self._under_way.pop(key, None) is not None:
            self.settled.emit(key)
        self.changed.emit()

    @Slot()
    def _on_tick(self) -> None:
        now = monotonic()
        for key, (_, at) in list(self._waiting.items()):
            if now >= at:
                self._go(key)
        self.changed.emit()

    def _go(self, key: str) -> None:
        held = self._waiting.pop(key, None)
        self._rest()
        if held is not None:
            self._under_way[key] = held[0]
            self.changed.emit()
            self.due.emit(held[0])

    def _rest(self) -> None:
        if not self._waiting:
            self._tick.stop()
