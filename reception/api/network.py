"""The network thread: httpx2, TLS, sockets, JSON and tokens live on its loop, never on the UI's."""

import asyncio
import concurrent.futures
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

STOP_S = 1.0
"""How long `stop` waits for what still runs, so that closing the window ends within two seconds."""
LAST_WORDS_S = 0.2
"""What is left at least for letting go of connections."""
TURNS = 4
"""A transport that was closed lets go of its socket on the next turn, one under TLS later."""


class _Lookups(concurrent.futures.ThreadPoolExecutor):
    """Where asyncio asks the resolver: a daemon for each question.

    The threads of its usual executor are joined when the process ends, so that one resolver that
    hangs would keep a closed window's process alive.
    """

    def submit(
        self, fn: Callable[..., T], /, *args: Any, **kwargs: Any
    ) -> "concurrent.futures.Future[T]":
        """Run *fn* on a daemon of its own."""
        future: concurrent.futures.Future[T] = concurrent.futures.Future()

        def work() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = fn(*args, **kwargs)
            except BaseException as error:  # noqa: BLE001 - handed to who waits
                future.set_exception(error)
            else:
                future.set_result(result)

        threading.Thread(target=work, name="name lookup", daemon=True).start()
        return future


class NetworkStopped(RuntimeError):
    """Work was handed to a network thread that has ended: a fault of ours, not of the network."""


class NetworkThread:
    """One thread with its own asyncio loop.

    It ends when `stop` is called. It is a daemon only so that a fault in a callback can never keep
    the process alive; `stop` is the way out, and it cancels, gathers and closes.

    Args:
        on_error: told what escaped from work that nobody awaits; called on the network thread.
    """

    def __init__(self, on_error: Callable[[BaseException], None]) -> None:
        self._on_error = on_error
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(self._on_loop_error)
        self._loop.set_default_executor(_Lookups())
        self._stopping = False
        self._posted: set[concurrent.futures.Future[Any]] = set()
        self._closers: list[Callable[[], Coroutine[Any, Any, Any]]] = []
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="network", daemon=True)
        self._thread.start()

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The loop of the thread."""
        return self._loop

    @property
    def is_running(self) -> bool:
        """Whether work can still be handed over."""
        return not self._stopping and self._thread.is_alive()

    async def call(self, work: Coroutine[Any, Any, T]) -> T:
        """Run *work* on the network thread and answer here, on the caller's loop.

        Cancelling the caller cancels the work; work that is cancelled over there (by `stop`)
        cancels the caller.

        Raises:
            NetworkStopped: the thread has ended.
        """
        return await asyncio.wrap_future(self._submit(work))

    def post(self, work: Coroutine[Any, Any, Any]) -> None:
        """Run *work* on the network thread and forget it; what escapes goes to the handler."""
        future = self._submit(work)
        with self._lock:
            self._posted.add(future)
        future.add_done_callback(self._on_posted_done)

    def at_end(self, close: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        """Have *close* awaited when the thread ends, after all work, within the same deadline."""
        with self._lock:
            self._closers.append(close)

    def stop(self, deadline_s: float = STOP_S) -> bool:
        """Cancel everything, wait for it at most *deadline_s* seconds, end the thread.

        Answers whether the thread has ended in time. May be called again, from any thread but
        the network's own.
        """
        with self._lock:
            first, self._stopping = not self._stopping, True
        if first and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._wind_up, deadline_s)
        self._thread.join(deadline_s + 0.5)
        return not self._thread.is_alive()

    def _submit(self, work: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        with self._lock:
            if not self._stopping and self._thread.is_alive():
                return asyncio.run_coroutine_threadsafe(work, self._loop)
        work.close()
        raise NetworkStopped("the network thread has ended")

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
        finally:
            self._loop.close()

    def _wind_up(self, deadline_s: float) -> None:
        ending = self._loop.create_task(self._end(deadline_s))
        ending.add_done_callback(lambda _: self._loop.stop())

    async def _end(self, deadline_s: float) -> None:
        ends_s = self._loop.time() + deadline_s
        current = asyncio.current_task()
        tasks = [task for task in asyncio.all_tasks() if task is not current]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=deadline_s)
        closing = [self._loop.create_task(close()) for close in self._closers]
        if closing:
            left_s = max(LAST_WORDS_S, ends_s - self._loop.time())
            done, late = await asyncio.wait(closing, timeout=left_s)
            for task in late:
                task.cancel()
            for error in filter(None, (task.exception() for task in done)):
                self._on_error(error)
        await self._loop.shutdown_asyncgens()
        for _ in range(TURNS):
            await asyncio.sleep(0)

    def _on_posted_done(self, future: concurrent.futures.Future[Any]) -> None:
        with self._lock:
            self._posted.discard(future)
        if not future.cancelled() and (error := future.exception()) is not None:
            self._on_error(error)

    def _on_loop_error(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self._on_error(context.get("exception") or RuntimeError(str(context.get("message"))))
