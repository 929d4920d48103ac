"""The live channel: every change at the practice, in order and without gaps.

Source: docs/contract.md 10.
"""

import asyncio
import contextlib
import random
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Protocol
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from contract import systems
from contract.limits import HEARTBEAT_S, SILENCE_S
from reception.api.client import FhirClient
from reception.api.delta import Delta
from reception.api.event_order import EventOrder
from reception.api.exchange import LOOPBACK
from reception.api.notification import Notification, notification_in, notification_of
from reception.api.profile import Live
from reception.api.resume import ResumeWatch
from reception.api.trust import Trust
from reception.records.problem import (
    NotFound,
    OutcomeUnknown,
    Problem,
    Refused,
    ServiceUnreachable,
    SignedOut,
)
from reception.records.tree import Tree, each, moment, text_at, wire_time

OPEN_S = 5.0
CLOSE_S = 1.0
BACK_OFF_S = (0.5, 1.0, 2.0, 5.0, 10.0)
RENEW_AT = 0.8
SHORTEST_RENEWAL_S = 1.0
TOKEN_S = 300.0
"""Life of a binding token that does not say when it ends."""
SUBSCRIPTION_H = 24
POLL_ACTIVE_S = 5.0
POLL_IDLE_S = 15.0
RELOAD_S = 600.0
"""While only asking, everything is loaded anew this often."""
WATCH_S = 5.0
SEAM = timedelta(seconds=2)
FRAME_BYTES = 16 * 1024 * 1024


class LiveState(StrEnum):
    """How changes reach us just now."""

    CONNECTING = "connecting"
    LIVE = "live"
    CATCHING_UP = "catching-up"
    POLLING = "polling"
    STOPPED = "stopped"


class LiveListener(Protocol):
    """What the channel tells; every method is called on the network thread."""

    def on_trees(self, trees: list[Tree]) -> None:
        """Changes, in order; a copy may come twice."""

    def on_contact(self, monotonic_s: float) -> None:
        """A sign of life came at *monotonic_s* (`time.monotonic`)."""

    def on_state(self, state: LiveState) -> None:
        """The channel is in another state."""

    def on_reload(self) -> None:
        """What was missed cannot be told one by one: load the day and the queue again."""


class _Lost(Exception):
    """The socket is of no use any more; connect again."""


@dataclass(frozen=True, slots=True)
class _Binding:
    token: str
    url: str
    life_s: float


class LiveChannel:
    """Keeps one subscription alive for as long as `run` runs (on the network thread).

    Whatever changed since `run` began is told, so that a board may be loaded at the same time.

    Args:
        client: the signed-in client.
        trust: whom to trust, for the socket.
        listener: what to tell.
        user_is_active: whether the board is in front and there was input in the last minute
            (polling is then quicker); called on the network thread.
        watch: notices that the computer slept.
        renew_at: a binding token is renewed after this share of its life.
        silence_s: a socket without a frame for this long is dead.
        proxy: a web proxy to go through; empty = what the system says.
    """

    def __init__(
        self,
        client: FhirClient,
        trust: Trust,
        listener: LiveListener,
        *,
        user_is_active: Callable[[], bool] = lambda: True,
        watch: ResumeWatch | None = None,
        renew_at: float = RENEW_AT,
        silence_s: float = SILENCE_S,
        proxy: str = "",
    ) -> None:
        self._client = client
        self._trust = trust
        self._proxy = proxy
        self._listener = listener
        self._user_is_active = user_is_active
        self._watch = watch or ResumeWatch(WATCH_S)
        self._renew_at = renew_at
        self._silence_s = silence_s
        self._delta = Delta(client)
        self._order = EventOrder()
        self._subscription = ""
        self._socket: ClientConnection | None = None
        self._side: set[asyncio.Task[None]] = set()
        self._failure: BaseException | None = None
        self._running: asyncio.Task[object] | None = None
        self._down = asyncio.Event()
        self._greeted = self._seam_due = self._reload_due = False
        self._state = LiveState.STOPPED

    @property
    def subscription(self) -> str:
        """Id of the Subscription, or empty while there is none."""
        return self._subscription

    @property
    def state(self) -> LiveState:
        """How changes reach us just now."""
        return self._state

    @property
    def silence_s(self) -> float:
        """After this long without contact what is shown can no longer be trusted."""
        return 3 * self._poll_s() if self._state is LiveState.POLLING else self._silence_s

    async def run(self) -> None:
        """Stay in touch until cancelled: `network.post(channel.run())`.

        Raises:
            SignedOut: the session has ended.
        """
        self._running = asyncio.current_task()
        self._delta.begin(self._client.clock.now())
        self._enter(LiveState.CONNECTING)
        signed_out: BaseException | None = None
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._poll(), name="polling")
                tasks.create_task(self._watch_for_sleep(), name="sleep watch")
                tasks.create_task(self._connect_for_ever(), name="live socket")
        except* SignedOut as ended:
            signed_out = ended  # raised in here, Python before 3.11.4 would put it into a group
        finally:
            self._running = None
            self._enter(LiveState.STOPPED)
        if signed_out is not None:
            raise SignedOut() from signed_out

    async def close(self) -> None:
        """End `run`, and the subscription at the service (sign-out, or a clean end)."""
        if self._running is not None:
            self._running.cancel()
        gone, self._subscription = self._subscription, ""
        if gone:
            with contextlib.suppress(Problem):
                await self._client.delete("Subscription", gone)

    # The socket

    async def _connect_for_ever(self) -> None:
        if self._client.profile.live is Live.POLL:
            self._down.set()
            return
        tries = 0
        while True:
            self._greeted = False
            try:
                await self._stay_connected()
            except SignedOut:
                raise
            except NotFound:
                # The Subscription, or the events we missed, are gone.
                self._reload_due = self._reload_due or bool(self._subscription)
                self._subscription = ""
            except (Problem, _Lost, OSError, TimeoutError, WebSocketException):
                pass  # polling goes on until the next try succeeds
            self._down.set()
            tries = 0 if self._greeted else tries + 1
            pause_s = BACK_OFF_S[min(tries, len(BACK_OFF_S) - 1)]
            await asyncio.sleep(pause_s * random.uniform(0.5, 1.0))  # noqa: S311 - jitter

    async def _stay_connected(self) -> None:
        """One socket from its opening to its end. Raises why it ended."""
        if not self._subscription:
            self._subscription = await self._subscribe()
            self._order = EventOrder()
            self._seam_due = True
        binding = await self._bind()
        context = self._trust.context() if binding.url.startswith("wss:") else None
        async with connect(
            binding.url,
            ssl=context,
            proxy=self._proxy or urlsplit(binding.url).hostname not in LOOPBACK or None,
            open_timeout=OPEN_S,
            close_timeout=CLOSE_S,
            ping_interval=None,  # the service's heartbeat is the sign of life
            max_size=FRAME_BYTES,
        ) as socket:
            self._socket, self._failure = socket, None
            try:
                await socket.send(f"bind-with-token {binding.token}")
                self._beside(self._renew(socket, binding.life_s))
                await self._read(socket)
            finally:
                self._socket = None
                socket.transport.abort()  # whoever ends it is gone, or we are: no waiting for words
                for task in list(self._side):
                    task.cancel()

    async def _subscribe(self) -> str:
        end = self._client.clock.now() + timedelta(hours=SUBSCRIPTION_H)
        stored = await self._client.add(
            {
                "resourceType": "Subscription",
                "status": "requested",
                "reason": "Reception desktop",
                "end": wire_time(end),
                "criteria": systems.TOPIC,
                "channel": {
                    "type": "websocket",
                    "payload": "application/fhir+json",
                    "extension": [
                        {"url": systems.HEARTBEAT_EXTENSION, "valueUnsignedInt": HEARTBEAT_S}
                    ],
                    "_payload": {
                        "extension": [
                            {"url": systems.PAYLOAD_EXTENSION, "valueCode": "full-resource"}
                        ]
                    },
                },
            }
        )
        if not (identity := text_at(stored, "id")):
            raise _Lost()
        return identity

    async def _bind(self) -> _Binding:
        """A token and where to use it; never at another host than the practice's own."""
        answer = await self._client.get(f"Subscription/{self._subscription}/$get-ws-binding-token")
        told = {
            text_at(p, "name"): next((v for k, v in p.items() if k.startswith("value")), None)
            for p in each(answer, "parameter")
            if isinstance(p, dict)
        }
        token, url = told.get("token"), told.get("websocket-url")
        home = urlsplit(self._client.base)
        if not isinstance(token, str) or not isinstance(url, str):
            raise _Lost()
        place = urlsplit(url)
        safe = "wss" if home.scheme == "https" else "ws"
        if place.scheme != safe or place.hostname != home.hostname:
            raise _Lost()
        ends = moment(told.get("expiration"))
        life_s = (ends - self._client.clock.now()).total_seconds() if ends else TOKEN_S
        return _Binding(token, url, life_s)

    async def _renew(self, socket: ClientConnection, life_s: float) -> None:
        """Bind again on the same socket, each time before the token ends."""
        while True:
            await asyncio.sleep(max(SHORTEST_RENEWAL_S, life_s * self._renew_at))
            binding = await self._bind()
            await socket.send(f"bind-with-token {binding.token}")
            life_s = binding.life_s

    async def _read(self, socket: ClientConnection) -> None:
        while True:
            try:
                async with asyncio.timeout(self._silence_s):
                    frame = await socket.recv()
            except (ConnectionClosed, TimeoutError) as lost:
                raise (self._failure or _Lost()) from lost
            received_s = time.monotonic()
            self._listener.on_contact(received_s)
            notification = notification_in(frame)
            if notification is None:
                continue
            if notification.at is not None:
                self._client.clock.saw_timestamp(notification.at, received_s)
            if notification.is_end:
                raise _Lost()
            self._take(notification)

    def _take(self, notification: Notification) -> None:
        if notification.kind == "handshake":
            self._greet(notification)
        self._order.saw(notification.newest)
        self._tell(self._order.take(notification.events))
        if self._order.has_gap and self._state is not LiveState.CATCHING_UP:
            self._enter(LiveState.CATCHING_UP)
            self._beside(self._catch_up())

    def _greet(self, handshake: Notification) -> None:
        """The service has taken our token, for the first time on this socket or again."""
        self._greeted = True
        self._down.clear()
        if self._state is not LiveState.CATCHING_UP:
            self._enter(LiveState.LIVE)
        if handshake.newest is not None and handshake.newest < self._order.last:
            # It counts from further back than we have heard: it was restored from a copy.
            self._order = EventOrder(handshake.newest)
            self._reload_due = True
        if self._seam_due:
            self._seam_due = False
            self._beside(self._close_seam())
        if self._reload_due:
            self._reload_due = False
            self._listener.on_reload()

    async def _close_seam(self) -> None:
        """What changed after `run` began, or after the last copy, and before this Subscription.

        Only our own service has subscriptions, and its stamps are in order of commit: the overlap
        covers no more than what the estimate of its clock may be off.
        """
        self._tell(await self._delta.ask(SEAM))

    async def _catch_up(self) -> None:
        while self._order.has_gap:
            since = self._order.last
            bundle = await self._client.get(
                f"Subscription/{self._subscription}/$events",
                {"eventsSinceNumber": str(since + 1)},
            )
            found = notification_of(bundle)
            self._tell(self._order.take(found.events if found else ()))
            if self._order.last == since:
                # What is missing is not told: then everything has to be loaded.
                self._order.skip()
                self._listener.on_reload()
        self._enter(LiveState.LIVE)

    def _beside(self, work: Coroutine[Any, Any, None]) -> None:
        """Do *work* while the socket is being read; if it fails the socket ends with it."""
        task = asyncio.create_task(work)
        self._side.add(task)
        task.add_done_callback(self._on_side_done)

    def _on_side_done(self, task: asyncio.Task[None]) -> None:
        self._side.discard(task)
        if task.cancelled() or (error := task.exception()) is None:
            return
        self._failure = error
        self._drop_socket()

    def _drop_socket(self) -> None:
        if self._socket is not None:
            self._socket.transport.abort()

    # Asking

    async def _poll(self) -> None:
        reload_s = time.monotonic() + RELOAD_S
        while True:
            await self._down.wait()
            self._enter(LiveState.POLLING)
            with contextlib.suppress(ServiceUnreachable, Refused, OutcomeUnknown):
                trees = await self._delta.ask()
                self._listener.on_contact(time.monotonic())
                self._tell(trees)
            if self._client.profile.live is Live.POLL and time.monotonic() >= reload_s:
                reload_s = time.monotonic() + RELOAD_S
                self._listener.on_reload()
            await asyncio.sleep(self._poll_s())

    def _poll_s(self) -> float:
        return POLL_ACTIVE_S if self._user_is_active() else POLL_IDLE_S

    # Sleep

    async def _watch_for_sleep(self) -> None:
        self._watch.woke()
        while True:
            await asyncio.sleep(self._watch.every_s)
            if not self._watch.woke():
                continue
            if self._socket is not None:
                self._reload_due = True  # once the new socket is there, so that nothing is missed
                self._drop_socket()
            else:
                self._listener.on_reload()

    def _tell(self, trees: list[Tree]) -> None:
        if trees:
            self._delta.saw(trees)
            self._listener.on_trees(trees)

    def _enter(self, state: LiveState) -> None:
        if state is not self._state:
            self._state = state
            self._listener.on_state(state)
