"""The hub: hears of every commit and passes it on to whoever listens."""

import asyncio
import logging
from collections import defaultdict
from dataclasses import replace
from typing import Final, Protocol

from practice.clock import Clock
from practice.live import book
from practice.live.binding import end_of
from practice.live.bundles import Tidings
from practice.live.line import GOING_AWAY, NORMAL, POLICY, End, Line
from practice.live.operations import visible
from practice.rules.gate import Gate
from practice.store import Commit, Store, Stored, Unit

log = logging.getLogger(__name__)

STOPPING: Final = End("off", GOING_AWAY, "The practice service is stopping.")
SIGNED_OUT: Final = End("off", POLICY, "This sign-in has ended.")
UNSUBSCRIBED: Final = End("off", NORMAL, "The subscription has ended.")
REFUSED: Final = End("error", POLICY, "That token does not bind this socket.")


class Sessions(Protocol):
    """Knows which sign-ins still stand."""

    async def lasts(self, ods: str, session: str) -> bool:
        """Whether the sign-in *session* (`Caller.session`) still stands."""
        ...


class Hub:
    """Everybody who listens, by practice. Lives on the event loop.

    Args:
        store: where commits come from.
        gate: what each listener may see.
        sessions: asked whenever sign-ins may have ended.
        clock: the practice's time.
    """

    def __init__(self, store: Store, gate: Gate, sessions: Sessions, clock: Clock) -> None:
        self.store = store
        self.clock = clock
        self._gate = gate
        self._sessions = sessions
        self._lines: defaultdict[str, set[Line]] = defaultdict(set)
        self._tasks: set[asyncio.Task[None]] = set()
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._stopping = False

    def start(self) -> None:
        """Begin to hear of commits, on the running event loop."""
        self.store.on_commit(self.tell)

    async def stop(self) -> None:
        """Say `off` to everybody and wait until they have heard."""
        self._stopping = True
        for lines in self._lines.values():
            for line in lines:
                line.end(STOPPING)
        await self._quiet.wait()

    def tell(self, commit: Commit) -> None:
        """Pass a commit on."""
        lines = self._lines.get(commit.ods)
        if not lines:
            return
        live = [held for held in commit.changes if held.change is not None]
        if live:
            tidings = Tidings(live)
            for line in lines:
                line.tell(tidings)
        for held in commit.changes:
            if held.type == "Subscription":
                self._subscription_changed(lines, held)

    def sessions_ended(self, ods: str) -> None:
        """Sign-ins of a practice may have ended: look which."""
        if self._lines.get(ods):
            task = asyncio.get_running_loop().create_task(self._check(ods))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def open(self, ods: str, line: Line) -> None:
        """A socket has been opened."""
        if self._stopping:
            line.end(STOPPING)
        self._lines[ods].add(line)
        self._quiet.clear()

    def close(self, ods: str, line: Line) -> None:
        """A socket has been closed."""
        self._lines[ods].discard(line)
        if not self._lines[ods]:
            del self._lines[ods]
        if not self._lines:
            self._quiet.set()

    async def bind(self, ods: str, line: Line, secret: str) -> bool:
        """Tie *line* to the subscription that a binding token stands for, or renew that tie."""
        binding = await self.store.write(ods, lambda unit: book.redeem(unit, secret))
        if binding is None or not await self._sessions.lasts(ods, binding.caller.session):
            return False
        if line.binding is not None and line.binding.subscription != binding.subscription:
            return False
        renewed = line.binding is not None
        line.bind(binding, visible(self._gate, binding.caller))
        if renewed:
            line.greet()
        return True

    async def number(self, ods: str) -> int:
        """The practice's change number as it is stored."""
        return await self.store.read(ods, Unit.counter)

    def _subscription_changed(self, lines: set[Line], held: Stored) -> None:
        tree = None if held.method == "DELETE" else held.tree()
        for line in lines:
            binding = line.binding
            if binding is None or binding.subscription != held.id:
                continue
            if tree is None or tree.get("status") == "off":
                line.end(UNSUBSCRIBED)
            else:
                line.binding = replace(binding, ends=end_of(tree))

    async def _check(self, ods: str) -> None:
        known: dict[str, bool] = {}
        for line in list(self._lines.get(ods, ())):
            if line.binding is None:
                continue
            session = line.binding.caller.session
            try:
                if session not in known:
                    known[session] = await self._sessions.lasts(ods, session)
            except Exception:
                log.exception("could not ask whether a sign-in still stands")
                known[session] = False  # better a new sign-in than an ended one that listens on
            if not known[session]:
                line.end(SIGNED_OUT)
