"""From the network thread to the UI loop: many calls become one per turn of the loop."""

import asyncio
import threading
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

T = TypeVar("T")


class Handover(Generic[T]):
    """Collects items on any thread and delivers them in one list per turn of *loop*.

    Args:
        loop: where to deliver (the UI's).
        deliver: called on that loop with everything collected since, in order.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, deliver: Callable[[list[T]], None]) -> None:
        self._loop = loop
        self._deliver = deliver
        self._lock = threading.Lock()
        self._waiting: list[T] = []
        self._closed = False

    def __call__(self, items: Iterable[T]) -> None:
        """Hand *items* over; from any thread."""
        with self._lock:
            if self._closed:
                return
            due = not self._waiting
            self._waiting.extend(items)
            due = due and bool(self._waiting)
        if due:
            try:
                self._loop.call_soon_threadsafe(self._flush)
            except RuntimeError:  # the loop has been closed: nobody is left to tell
                self.close()

    def close(self) -> None:
        """Deliver nothing any more."""
        with self._lock:
            self._closed = True
            self._waiting = []

    def _flush(self) -> None:
        with self._lock:
            items, self._waiting = self._waiting, []
        if items:
            self._deliver(items)
