"""One request and its answer: headers, token, deadline, repeats, and when an answer is lost.

Source: docs/contract.md 1 (transport rules).
"""

import asyncio
import random
import ssl
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx2
import msgspec

from reception.api.faults import BUSY, is_outcome
from reception.api.practice_time import PracticeTime, date_header
from reception.api.tidy_pool import make_tidy
from reception.api.trust import Trust
from reception.records.problem import Busy, NotTrusted, Refused, ServiceUnreachable, SignedOut
from reception.records.tree import Tree

FHIR_JSON = "application/fhir+json"
READ_S = 20.0
WRITE_S = 20.0
CONNECT_S = 3.0
ANSWER_S = 10.0
PAUSES_S = (0.0, 1.0, 2.0)
NOTHING_SENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,  # the practice's web proxy did not let us through
)
BACK_OFF_S = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class AnswerLost(Exception):
    """A write was sent and its answer never came: it may have been stored."""


class Bearer(Protocol):
    """Where access tokens come from."""

    async def bearer(self) -> str:
        """A token that is good as far as we know. Raises `SignedOut`."""
        ...

    async def renew(self, rejected: str) -> str:
        """Another token than *rejected*. Raises `SignedOut`."""
        ...


@dataclass(frozen=True, slots=True)
class Ask:
    """One request.

    Attributes:
        url: absolute, on the practice's own origin.
        body: encoded JSON, or None.
        request_id: X-Request-Id; the same one on every repeat.
        deadline_s: for the whole of it, repeats included.
    """

    method: str
    url: str
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    deadline_s: float = READ_S

    @property
    def is_write(self) -> bool:
        """Whether a repeat could do it twice."""
        return self.method not in ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, the headers, and the body as a tree (None if it is not one)."""

    status: int
    headers: Mapping[str, str]
    tree: Tree | None

    @property
    def ok(self) -> bool:
        """Whether it is a success."""
        return 200 <= self.status < 300


def http_client(base: str, trust: Trust, proxy: str = "") -> httpx2.AsyncClient:
    """An HTTP client for *base*: HTTP/1.1, no redirects (the token goes nowhere else).

    *proxy* is the address of a web proxy to go through; empty = what the system says.
    """
    host = urlsplit(base).hostname or ""
    client = httpx2.AsyncClient(
        verify=trust.context(),
        http1=True,
        http2=False,
        follow_redirects=False,
        proxy=proxy or None,
        trust_env=host not in LOOPBACK,  # a proxy of the network, but never towards ourselves
        timeout=httpx2.Timeout(ANSWER_S, connect=CONNECT_S),
        limits=httpx2.Limits(
            max_connections=12, max_keepalive_connections=8, keepalive_expiry=15.0
        ),
        headers={"User-Agent": "Reception"},
    )
    return make_tidy(client)


class Exchange:
    """Sends one request until there is an answer, as far as that is safe.

    Args:
        http: the connection pool.
        bearer: tokens; None for a server that asks for none.
        clock: told of every `Date`.
        run_id: X-Correlation-Id of this run of the program.
        pauses_s: before each try to get through.
    """

    def __init__(
        self,
        http: httpx2.AsyncClient,
        bearer: Bearer | None,
        clock: PracticeTime,
        run_id: str = "",
        pauses_s: Sequence[float] = PAUSES_S,
    ) -> None:
        self._http = http
        self._bearer = bearer
        self._clock = clock
        self._run_id = run_id or str(uuid.uuid4())
        self._pauses_s = tuple(pauses_s)

    async def send(self, ask: Ask) -> Answer:
        """The answer to *ask*, whatever its status, but never 401, 429 or 503.

        Raises:
            ServiceUnreachable: nothing was sent (or only read).
            AnswerLost: a write was sent and no answer came.
            SignedOut: the token was refused and so was its successor.
            Busy: asked to wait for longer than the deadline.
        """
        ends_s = time.monotonic() + ask.deadline_s
        busy, renewed = 0, False
        while True:
            token = await self._bearer.bearer() if self._bearer is not None else ""
            answer = await self._reach(ask, token, ends_s)
            if answer.status == 401 and self._bearer is not None:
                if renewed:
                    raise SignedOut()
                renewed = True
                await self._bearer.renew(token)
            elif answer.status in BUSY:
                pause_s = _pause_s(answer, busy)
                busy += 1
                if time.monotonic() + pause_s >= ends_s:
                    raise Busy(status=answer.status)
                await asyncio.sleep(pause_s)
            else:
                return answer

    async def _reach(self, ask: Ask, token: str, ends_s: float) -> Answer:
        """One answer, after as many tries to get through as are sensible."""
        for pause_s in self._pauses_s:
            if time.monotonic() + pause_s >= ends_s:
                break
            await asyncio.sleep(pause_s)
            departure = _Departure()
            try:
                async with asyncio.timeout(max(0.05, ends_s - time.monotonic())):
                    return await self._once(ask, token, departure)
            except (httpx2.TransportError, httpx2.DecodingError, TimeoutError) as error:
                if is_distrust(error):
                    raise NotTrusted() from error
                if ask.is_write and departure.seen:
                    raise AnswerLost() from error
                # Nothing was sent, or nothing could be changed by it: repeating is safe.
        raise ServiceUnreachable()

    async def _once(self, ask: Ask, token: str, departure: "_Departure") -> Answer:
        headers = {
            "Accept": FHIR_JSON,
            "X-Request-Id": ask.request_id,
            "X-Correlation-Id": self._run_id,
            **ask.headers,
        }
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if ask.body is not None:
            headers.setdefault("Content-Type", FHIR_JSON)
        sent_s = time.monotonic()
        response = await self._http.request(
            ask.method,
            ask.url,
            content=ask.body,
            headers=headers,
            extensions={"trace": departure},
        )
        received_s = time.monotonic()
        if (date := date_header(response.headers.get("Date", ""))) is not None:
            self._clock.saw_date(date, sent_s, received_s)
        answer = Answer(response.status_code, response.headers, _tree_in(response.content))
        failed = answer.status >= 500 and answer.status not in BUSY
        # A FHIR server that failed says so itself; a gateway knows nothing of what it passed on.
        if ask.is_write and failed and not is_outcome(answer.tree):
            raise AnswerLost()
        return answer


class _Departure:
    """Notices when a request begins to leave: before that, whatever fails, nothing was sent."""

    def __init__(self) -> None:
        self.seen = False

    async def __call__(self, name: str, info: Mapping[str, Any]) -> None:
        """Told by httpcore2 of each step; a web proxy's CONNECT is none of ours."""
        if name.endswith("send_request_headers.started") and info["request"].method != b"CONNECT":
            self.seen = True


def tree_of(answer: Answer) -> Tree:
    """The body of a success. Raises `Refused` if it is not a JSON object."""
    if answer.tree is None:
        raise Refused(
            "The practice's system gave an answer that Reception cannot read.",
            status=answer.status,
        )
    return answer.tree


def encoded(tree: Tree) -> bytes:
    """*tree* as JSON."""
    return msgspec.json.encode(tree)


def _tree_in(content: bytes) -> Tree | None:
    if not content:
        return None
    try:
        decoded: Any = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return decoded if isinstance(decoded, dict) else None


def _pause_s(answer: Answer, tries: int) -> float:
    asked = answer.headers.get("Retry-After", "")
    if asked.isascii() and asked.isdigit():
        return min(float(asked), 3600.0)
    step_s = BACK_OFF_S[min(tries, len(BACK_OFF_S) - 1)]
    return step_s * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, no secret


def is_distrust(error: BaseException) -> bool:
    """Whether a connection failed because the other side could not prove who it is."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return True
        seen = seen.__cause__ or seen.__context__
    return False
