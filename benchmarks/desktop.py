"""The client under measurement, as its parent process holds it."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from reception.records.tree import Tree
from reception.ui.window_state import WindowState

PATIENCE_S = 90.0
END_S = 10.0
BOARD_PAGE = 1

_BROWSER = """\
import asyncio, sys
from pathlib import Path
from reception.api.form_browser import FormBrowser
from reception.api.trust import Trust

ca, user, password, address = sys.argv[1:5]
asyncio.run(FormBrowser(Trust(Path(ca).read_text()), user, password).visit(address))
"""


class Desktop:
    """One run of the client, with the probe in it.

    Args:
        home: its profile and log; kept from run to run.
        environment: beside that of this process: keychain, browser.
        arguments: of the client.

    Attributes:
        begun_s: when its process was begun, as all times `time.monotonic`.
        stages: when it was how far.
    """

    def __init__(self, home: Path, environment: Mapping[str, str], arguments: list[str]) -> None:
        self._log = home / "log"
        with self._log.open("a") as log:
            self.begun_s = time.monotonic()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.probe", "--profile", str(home / "profile"),
                 *arguments],
                env={**os.environ, **environment},
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True,
            )  # fmt: skip
        self.stages: dict[str, float] = self._answer()

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    def ask(self, do: str, **more: Any) -> Tree:
        """Have it *do* something; the answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": do, **more}) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def after_s(self, stage: str) -> float:
        """Seconds from the begin of the process until *stage*."""
        return self.stages[stage] - self.begun_s

    def close(self) -> None:
        """End it, cleanly if it can."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            if self._process.poll() is None:
                self._process.stdin.write('{"do": "end"}\n')
                self._process.stdin.flush()
                self._process.wait(END_S)
        finally:
            if self._process.poll() is None:
                self._process.kill()
                self._process.wait()
            self._process.stdin.close()
            self._process.stdout.close()

    def __enter__(self) -> "Desktop":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _answer(self) -> Tree:
        assert self._process.stdout is not None
        watchdog = threading.Timer(PATIENCE_S, self._process.kill)
        watchdog.start()
        try:
            line = self._process.stdout.readline()
        finally:
            watchdog.cancel()
        if not line:
            self._process.wait()
            raise RuntimeError(f"the client did not answer:\n{self._log.read_text()}")
        answer: Tree = json.loads(line)
        return answer


def home_at_the_board(home: Path) -> Path:
    """A new home for a client whose window opens with the board in front."""
    (home / "profile").mkdir(parents=True)
    WindowState(home / "profile" / "window.ini").keep_page(BOARD_PAGE)
    return home


def with_scripted_browser(home: Path, ca: Path, user: str, password: str) -> dict[str, str]:
    """The environment in which the browser that is opened fills in the form by itself."""
    script = home / "browser.py"
    script.write_text(_BROWSER)
    words = [sys.executable, str(script), str(ca), user, password, "%s"]
    return {"BROWSER": " ".join(words)}


@contextmanager
def keychain(folder: Path) -> Iterator[dict[str, str]]:
    """A gnome-keyring on a message bus of its own: the environment that leads to it."""
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700)
    environment = {"HOME": str(folder), "XDG_RUNTIME_DIR": str(runtime)}
    started: list[subprocess.Popen[bytes]] = []
    try:
        bus = subprocess.Popen(
            ["dbus-daemon", "--session", "--nofork", "--print-address=1"],
            env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        started.append(bus)
        assert bus.stdout is not None
        environment["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().decode().strip()
        ring = subprocess.Popen(
            ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"],
            env={**os.environ, **environment},
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        started.append(ring)
        assert ring.stdin is not None
        ring.stdin.write(b"benchmarks")
        ring.stdin.close()
        yield environment
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait(END_S)
            if process.stdout is not None:
                process.stdout.close()
