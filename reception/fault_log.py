"""Faults of our own: written down without patient details, and told in one plain sentence."""

import sys
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

KEPT_BYTES = 1_000_000
SENTENCE = (
    "Something went wrong in Reception itself. What you have typed is kept; please look whether "
    "your last action is shown, and do it again if it is not."
)


class FaultLog:
    """Takes what nobody else caught, from any thread.

    Only kinds and places are written, never a fault's own words or values: those may hold a
    patient's.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.tell: Callable[[], None] = lambda: None
        """Called after each fault, on the thread it happened on."""

    def install(self) -> None:
        """Take the place of Python's own hook."""
        sys.excepthook = self.take

    def take(
        self, kind: type[BaseException], fault: BaseException, trace: TracebackType | None
    ) -> None:
        """Write the fault down and tell that there was one."""
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, fault, trace)
            return
        places = "".join(traceback.format_tb(trace))
        written = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {kind.__name__}\n{places}\n"
        sys.stderr.write(f"reception: {written}")
        try:
            full = self._path.exists() and self._path.stat().st_size > KEPT_BYTES
            with self._path.open("w" if full else "a", encoding="utf-8") as log:
                log.write(written)
        except OSError:
            pass  # it stands on stderr
        self.tell()

    def take_one(self, fault: BaseException) -> None:
        """The same for a fault in hand."""
        self.take(type(fault), fault, fault.__traceback__)

    def take_of_loop(self, _loop: object, context: dict[str, Any]) -> None:
        """The same for what asyncio's loop reports."""
        fault = context.get("exception")
        if isinstance(fault, BaseException):
            self.take_one(fault)
        else:
            self.take(RuntimeError, RuntimeError(), None)
