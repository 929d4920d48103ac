"""One open socket: what waits to be sent, and the one loop that sends it."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from practice.clock import Clock
from practice.live import bundles
from practice.live.binding import EMPTY, FULL, Binding
from practice.live.bundles import Tidings

WAITING: Final = 256
WAITING_BYTES: Final = 4 * 1024 * 1024
"""How much may wait for a slow listener before it is told to catch up by `$events`."""
FAREWELL_S: Final = 2.0
"""How long the last word may take to leave."""
NORMAL, GOING_AWAY, POLICY, TRY_AGAIN = 1000, 1001, 1008, 1013


@dataclass(frozen=True, slots=True)
class End:
    """The last word on a line.

    Attributes:
        status: `off` or `error`.
        code: WebSocket close code.
        text: why, in a sentence.
    """

    status: str
    code: int
    text: str


class _Handshake:
    """Asks for a handshake in its turn."""


SLOW: Final = End("error", TRY_AGAIN, "Too slow: catch up by $events.")
GAP: Final = End("error", TRY_AGAIN, "A change is missing here: catch up by $events.")


class Line:
    """What one listener is told, in order.

    Args:
        send: sends one text frame.
        base_url: FHIR base of the practice, as the listener names it.
        clock: the practice's time.

    Attributes:
        binding: what ties it to a subscription; None until then.
        last_word: why it ends, once it does.
        ready: set when it is bound, or has a last word.
    """

    def __init__(self, send: Callable[[str], Awaitable[None]], base_url: str, clock: Clock) -> None:
        self._send = send
        self._base_url = base_url
        self._clock = clock
        self._waiting: asyncio.Queue[Tidings | _Handshake | End] = asyncio.Queue(WAITING)
        self._seen: frozenset[str] = frozenset()
        self._told = 0
        self._waiting_bytes = 0
        self._sending: asyncio.Task[End] | None = None
        self.binding: Binding | None = None
        self.last_word: End | None = None
        self.ready = asyncio.Event()

    def bind(self, binding: Binding, seen: frozenset[str]) -> None:
        """Tie the line to a subscription, or renew the tie."""
        self.binding, self._seen = binding, seen
        self.ready.set()

    def greet(self) -> None:
        """Say how far the count is, after what already waits."""
        self._put(_Handshake())

    def tell(self, tidings: Tidings) -> None:
        """Pass on a commit."""
        if self._waiting_bytes and self._waiting_bytes + tidings.size > WAITING_BYTES:
            self.end(SLOW)
            return
        self._waiting_bytes += tidings.size
        self._put(tidings)

    def end(self, last: End) -> None:
        """Say *last* and nothing more; what waits is for `$events`."""
        if self.last_word is not None:
            return
        self.last_word = last
        self.ready.set()
        while not self._waiting.empty():
            self._waiting.get_nowait()
        self._waiting.put_nowait(last)
        if self._sending is not None:
            # A listener that reads no more must not keep the line open.
            asyncio.get_running_loop().call_later(FAREWELL_S, self._sending.cancel)

    async def run(self, number: int) -> End:
        """Send until the end; answers why it ended.

        Args:
            number: the practice's change number that the listener starts from.
        """
        self._told = number
        self._sending = asyncio.ensure_future(self._run())
        try:
            return await self._sending
        except asyncio.CancelledError:
            if self.last_word is None:
                raise
            return self.last_word
        finally:
            self._sending.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._sending

    async def _run(self) -> End:
        await self._say(bundles.HANDSHAKE)
        while True:
            item = await self._next()
            reason = self._bound.over(self._clock.now())
            if reason and not isinstance(item, End):
                item = End("error", POLICY, reason)
            if isinstance(item, End):
                await self._say(bundles.HEARTBEAT, status=item.status, error=item.text)
                return item
            if isinstance(item, Tidings):
                self._waiting_bytes -= item.size
                await self._pass_on(item)
            else:
                await self._say(bundles.HEARTBEAT if item is None else bundles.HANDSHAKE)

    async def _next(self) -> Tidings | _Handshake | End | None:
        """What comes next; None after a heartbeat's silence."""
        try:
            async with asyncio.timeout(self._bound.heartbeat_s):
                return await self._waiting.get()
        except TimeoutError:
            return None

    async def _pass_on(self, tidings: Tidings) -> None:
        if tidings.last <= self._told:
            return
        if tidings.first != self._told + 1:
            self.end(GAP)
            return
        self._told = tidings.last
        binding = self._bound
        frame = tidings.bundle(
            bundles.EVENT,
            binding.subscription,
            binding.base,
            self._seen,
            self._base_url,
            self._clock.now(),
            resources=binding.content == FULL,
            focus=binding.content != EMPTY,
        )
        await self._send(frame.decode())

    async def _say(self, kind: str, *, status: str = "active", error: str = "") -> None:
        binding = self._bound
        entry = bundles.status_entry(
            kind, binding.subscription, self._told - binding.base, status=status, error=error
        )
        await self._send(bundles.bundle(self._clock.now(), [entry]).decode())

    @property
    def _bound(self) -> Binding:
        assert self.binding is not None  # the line runs only once it is bound
        return self.binding

    def _put(self, item: Tidings | _Handshake) -> None:
        if self.last_word is not None:
            return
        try:
            self._waiting.put_nowait(item)
        except asyncio.QueueFull:
            self.end(SLOW)
