"""The one seam through which a page starts coroutines: owned by the page, ended with it."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import QObject

from reception.records.problem import Problem


class Tasks(QObject):
    """The coroutines of one page.

    A `Problem` goes to *on_problem*; anything else is a fault of ours and goes to
    `sys.excepthook`. `cancel_all` ends what still runs; so does the end of the page.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._running: set[asyncio.Task[Any]] = set()
        self._closed = False

    def start(
        self,
        coroutine: Coroutine[Any, Any, object],
        *,
        on_problem: Callable[[Problem], object] | None = None,
    ) -> asyncio.Task[Any] | None:
        """Run *coroutine* in the UI loop; None when the page has been closed already."""
        if self._closed:
            coroutine.close()
            return None
        task = asyncio.get_running_loop().create_task(self._watched(coroutine, on_problem))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        # Cancelled before its first step, a task never gets to the coroutine it was to await.
        task.add_done_callback(lambda _: coroutine.close())
        return task

    @property
    def running(self) -> int:
        """How many coroutines have not ended."""
        return len(self._running)

    def cancel_all(self) -> None:
        """End everything that still runs; nothing starts after this."""
        self._closed = True
        for task in list(self._running):
            task.cancel()

    async def drained(self) -> None:
        """Wait until everything has ended."""
        while self._running:
            await asyncio.gather(*self._running, return_exceptions=True)

    @staticmethod
    async def _watched(
        coroutine: Coroutine[Any, Any, object],
        on_problem: Callable[[Problem], object] | None,
    ) -> None:
        try:
            await coroutine
        except asyncio.CancelledError:
            raise
        except Problem as problem:
            if on_problem is None:
                sys.excepthook(type(problem), problem, problem.__traceback__)
            else:
                on_problem(problem)
        except Exception as fault:  # noqa: BLE001 - the one place where our own faults surface
            sys.excepthook(type(fault), fault, fault.__traceback__)
