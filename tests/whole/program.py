"""The real client as its own process on a real display, driven by X events."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from reception.api.keychain import Keychain
from reception.desk.vault import Vault
from tests.running import RunningPractice

PATIENCE_S = 40
_LOOK_S = 0.1

_BROWSER = """\
import asyncio, sys
from pathlib import Path
from reception.api.form_browser import FormBrowser
from reception.api.trust import Trust

ca, user, password, visits, address = sys.argv[1:6]
with open(visits, "a") as log:
    log.write(address.split("?")[0] + "\\n")
asyncio.run(FormBrowser(Trust(Path(ca).read_text()), user, password).visit(address))
"""


def until(
    happened: Callable[[], object],
    what: str,
    patience_s: float = PATIENCE_S,
    otherwise: Callable[[], None] | None = None,
) -> None:
    """Look again and again until *happened*; every two seconds in vain, do *otherwise*."""
    ends = time.monotonic() + patience_s
    again = time.monotonic() + 2
    while not happened():
        assert time.monotonic() < ends, f"waited in vain: {what}"
        if otherwise is not None and time.monotonic() > again:
            otherwise()
            again = time.monotonic() + 2
        time.sleep(_LOOK_S)


@dataclass
class Program:
    """One running client.

    Attributes:
        practice: the service it signs in at.
        home: its profile, and the scripted browser's files.
        user: who signs in.
    """

    practice: RunningPractice
    home: Path
    user: dict[str, str]
    process: subprocess.Popen[str] | None = None
    _children: list[psutil.Process] = field(default_factory=list)

    def start(self) -> "Program":
        """Start it; the browser that it opens fills in the form by itself."""
        self.home.mkdir(exist_ok=True)
        script = self.home / "browser.py"
        script.write_text(_BROWSER)
        browser = " ".join(
            [sys.executable, str(script), str(self.practice.ca), self.user["user"],
             self.user["password"], str(self.visits), "%s"]
        )  # fmt: skip
        log = (self.home / "log").open("a")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "reception", "--practice", self.practice.base,
             "--ca", str(self.practice.ca), "--profile", str(self.home / "profile")],
            env={**os.environ, "BROWSER": browser, "QT_QPA_PLATFORM": "xcb"},
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, text=True,
        )  # fmt: skip
        log.close()
        return self

    def __enter__(self) -> "Program":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process is not None and self.process.poll() is None:
            self.kill()

    @property
    def visits(self) -> Path:
        """Where the scripted browser notes what it was asked to open."""
        return self.home / "visits"

    @property
    def log(self) -> str:
        """What the program wrote to stderr."""
        return (self.home / "log").read_text()

    def drafts(self) -> list[str]:
        """The half-written words on the disk, read beside the running program."""
        keychain = Keychain()
        with ThreadPoolExecutor(1) as apart:  # other tests have left this thread a running loop
            key = apart.submit(lambda: asyncio.run(keychain.data_key())).result()
        keychain.close()
        assert keychain.usable, keychain.complaint
        vault = Vault(next((self.home / "profile").rglob("drafts.db")), key, (), "drafts")
        try:
            return [text for (text,) in vault.read("SELECT text FROM draft")]
        finally:
            vault.close()

    def window(self, name: str) -> str:
        """X id of the window of that name, once it is there."""
        found: list[str] = []

        def look() -> bool:
            assert self.process is not None
            assert self.process.poll() is None, self.log
            done = _xdotool("search", "--onlyvisible", "--name", f"^{name}$")
            found[:] = done.stdout.split()
            return bool(found)

        until(look, f"the window '{name}'")
        _xdotool("windowfocus", "--sync", found[0])
        return found[0]

    def keys(self, *keys: str) -> None:
        """Strike keys, by their X names."""
        for key in keys:
            _xdotool("key", "--delay", "60", key)
            time.sleep(0.15)

    def type(self, text: str) -> None:
        """Type *text*."""
        _xdotool("type", "--delay", "15", text)

    def kill(self) -> None:
        """End it at once."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def close(self) -> int:
        """Close the window as its user would; the exit code."""
        assert self.process is not None
        self._children = psutil.Process(self.process.pid).children(recursive=True)
        self.keys("ctrl+q")
        return self.process.wait(10)

    @property
    def left_behind(self) -> list[psutil.Process]:
        """Processes that it started and that still run."""
        return [child for child in self._children if child.is_running()]


def _xdotool(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["xdotool", *words], capture_output=True, text=True, timeout=30, check=False
    )
