"""A practice service that runs for tests: its own process, over HTTPS, on a free port."""

import json
import os
import signal
import ssl
import subprocess
import sys
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from time import monotonic
from typing import Any

import httpx2

START_S = 90
STOP_S = 10
TOKEN_KEPT_S = 300
"""A process for every token is what tests would otherwise mostly wait for."""
AT = "2026-11-23T07:00"
"""The Monday of every test that does not say otherwise.

Slots open an hour later, when even a slow run has ended.
"""


@dataclass
class RunningPractice:
    """One running service.

    Attributes:
        data: its data folder.
        arguments: what it was started with, after `practice`.
    """

    data: Path
    arguments: list[str]
    process: subprocess.Popen[str] | None = None
    ready: dict[str, Any] = field(default_factory=dict)
    _tokens: dict[str, tuple[str, float]] = field(default_factory=dict)

    @classmethod
    def demo(
        cls,
        data: Path,
        *,
        patients: int = 300,
        at: str = AT,
        traffic: str = "off",
        more: tuple[str, ...] = (),
    ) -> "RunningPractice":
        """The invented practice, small, still, and always the same."""
        return cls(
            data,
            [
                "demo",
                "--data",
                str(data),
                "--port",
                "0",
                "--seed",
                "1",
                "--at",
                at,
                "--patients",
                str(patients),
                "--traffic",
                traffic,
                *more,
            ],
        )

    def start(self) -> "RunningPractice":
        """Start it and wait for the line that says it is ready."""
        log = (self.data.parent / f"{self.data.name}.log").open("a")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "practice.cli", *self.arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        log.close()
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            self.process.wait(STOP_S)
            raise AssertionError(f"the service did not start:\n{self.log}")
        self.ready = json.loads(line)
        return self

    def serve_again(self) -> "RunningPractice":
        """Start the same data folder again on the same port, as `practice serve` would."""
        port = self.base.split(":")[2].split("/")[0]
        at = (
            self.arguments[self.arguments.index("--at") + 1 :][:1]
            if "--at" in self.arguments
            else []
        )
        self.arguments = [
            "serve",
            "--data",
            str(self.data),
            "--port",
            port,
            *(["--at", *at] if at else []),
        ]
        accounts = self.accounts
        self.__dict__.pop("http", None)
        self.start()
        self.ready["accounts"] = accounts
        return self

    def __enter__(self) -> "RunningPractice":
        return self

    def __exit__(self, *_: object) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """Stop it cleanly; its exit code."""
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> int:
        assert self.process is not None
        assert self.process.stdout is not None
        if "http" in self.__dict__:
            self.http.close()
        if self.process.poll() is None:
            self.process.send_signal(how)
        code = self.process.wait(STOP_S)
        self.process.stdout.close()
        return code

    @property
    def log(self) -> str:
        """What it has written to stderr."""
        return (self.data.parent / f"{self.data.name}.log").read_text()

    @property
    def base(self) -> str:
        """Its FHIR base address."""
        return str(self.ready["base"])

    @property
    def ca(self) -> Path:
        """The file with its CA certificate."""
        return Path(self.ready["ca"])

    @property
    def accounts(self) -> list[dict[str, str]]:
        """Every staff account, and five patients."""
        return list(self.ready["accounts"])

    def account(self, role: str, number: int = 0) -> dict[str, str]:
        """The account number *number* of *role*."""
        return [a for a in self.accounts if a["role"] == role][number]

    def token(self, user: str) -> str:
        """An access token for *user*, as `practice token` gives it; good for some minutes more."""
        held = self._tokens.get(user)
        if held is not None and monotonic() - held[1] < TOKEN_KEPT_S:
            return held[0]
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "practice.cli",
                "token",
                "--data",
                str(self.data),
                "--user",
                user,
            ],
            check=True,
            capture_output=True,
            text=True,
            timeout=60,
        )
        token = done.stdout.strip()
        self._tokens[user] = (token, monotonic())
        return token

    @cached_property
    def http(self) -> httpx2.Client:
        """A plain HTTPS client that trusts this service's CA, without a token."""
        return httpx2.Client(verify=ssl.create_default_context(cafile=str(self.ca)), timeout=30.0)

    def as_(self, user: str) -> "Signed":
        """The wire as *user* sees it."""
        return Signed(self, self.token(user))

    def as_role(self, role: str, number: int = 0) -> "Signed":
        """The wire as the account number *number* of *role* sees it."""
        return self.as_(self.account(role, number)["user"])


@dataclass(frozen=True)
class Signed:
    """Requests with one user's token."""

    practice: RunningPractice
    token: str

    def request(self, method: str, path: str, **more: Any) -> httpx2.Response:
        """One request; *path* is below the base, or a whole address."""
        url = path if path.startswith("https://") else f"{self.practice.base}/{path}"
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/fhir+json"}
        if "json" in more:
            headers["Content-Type"] = "application/fhir+json"
        return self.practice.http.request(
            method, url, headers={**headers, **more.pop("headers", {})}, **more
        )

    def get(self, path: str, **more: Any) -> httpx2.Response:
        """GET."""
        return self.request("GET", path, **more)

    def search(self, path: str) -> list[dict[str, Any]]:
        """The resources of a search, on every page."""
        found: list[dict[str, Any]] = []
        url: str | None = path
        while url:
            answer = self.get(url)
            assert answer.status_code == 200, answer.text
            bundle = answer.json()
            found += [e["resource"] for e in bundle.get("entry", [])]
            url = next((x["url"] for x in bundle.get("link", []) if x["relation"] == "next"), None)
        return found

    def put(self, tree: dict[str, Any], **more: Any) -> httpx2.Response:
        """PUT with the version the tree carries."""
        version = tree["meta"]["versionId"]
        return self.request(
            "PUT",
            f"{tree['resourceType']}/{tree['id']}",
            json=tree,
            headers={"If-Match": f'W/"{version}"'} | more.pop("headers", {}),
            **more,
        )

    def post(self, tree: dict[str, Any], **more: Any) -> httpx2.Response:
        """POST to the type's own address, or to the base for a Bundle."""
        kind = tree["resourceType"]
        return self.request("POST", "" if kind == "Bundle" else kind, json=tree, **more)
