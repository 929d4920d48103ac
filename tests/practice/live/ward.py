"""The whole service in a thread, on a clock moved by hand, and listeners on real sockets."""

import asyncio
import contextlib
import ssl
import threading
import uuid
from collections.abc import Coroutine, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from contract import systems
from contract.codes import Role
from practice.app import PracticeService
from practice.clock import instant
from practice.offline import opened
from practice.server import _Server, listen
from practice.settings import DataFolder

ODS = "A99999"
MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
PEOPLE: tuple[dict[str, Any], ...] = (
    {"resourceType": "Patient", "id": "p1", "name": [{"family": "Smith", "given": ["Jane"]}]},
    {"resourceType": "Practitioner", "id": "r1", "name": [{"family": "Shah"}]},
    {"resourceType": "Practitioner", "id": "r2", "name": [{"family": "Lee"}]},
)
Tree = dict[str, Any]
WAIT_S = 30


class HandClock:
    """Moved by hand."""

    def __init__(self) -> None:
        self.at = MONDAY

    def now(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


class Ward:
    """A practice with a receptionist (priya), another (sam) and a patient (ada)."""

    def __init__(self, path: Path) -> None:
        self.folder = DataFolder(path)
        settings = self.folder.found(ODS, "Otterbrook Surgery")
        self.clock = HandClock()
        with opened(self.folder, settings, self.clock) as (store, identity):
            store.load(ODS, PEOPLE)
            identity.add_account(
                ODS, "priya", None, Role.RECEPTIONIST, "Practitioner/r1", "Priya Shah"
            )
            identity.add_account(ODS, "sam", None, Role.RECEPTIONIST, "Practitioner/r2", "Sam Lee")
            identity.add_account(ODS, "ada", None, Role.PATIENT, "Patient/p1", "Ada", "p1")
        self.settings = settings
        listener = listen("localhost", 0)
        origin = f"https://localhost:{listener.getsockname()[1]}"
        self.service = PracticeService(self.folder, settings, self.clock, origin)
        self.service.open()
        self.base = self.service.base_of(ODS)
        tls = self.folder.tls(settings, ("localhost",))
        self.trust = ssl.create_default_context(cafile=str(tls.ca))
        self._server = _Server(self.service.app, listener, tls)
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        up = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(up,))
        self._thread.start()
        up.wait()
        self.http = httpx2.Client(verify=self.trust, timeout=30.0)

    def _run(self, up: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve(up))
        self._loop.close()

    async def _serve(self, up: threading.Event) -> None:
        await self.service.start()
        serving = asyncio.create_task(self._server.serve())
        up.set()
        await self._stopping.wait()
        await self.service.take_leave()
        self._server.end()
        await serving
        await self.service.close()

    def stop(self) -> None:
        """A clean stop."""
        if self._thread.is_alive():
            self.http.close()
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join()

    def token(self, user: str, wanted: list[str] | None = None) -> str:
        client = "reception-patient" if user == "ada" else "reception-desktop"
        return self.service.identity.issue(ODS, user, client, wanted)

    def desk(self, user: str = "priya", wanted: list[str] | None = None) -> "Desk":
        return Desk(self, self.token(user, wanted))


class Desk:
    """One signed-in user."""

    def __init__(self, ward: Ward, token: str) -> None:
        self.ward = ward
        self.token = token

    def call(self, method: str, path: str, **more: Any) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/fhir+json"}
        if "json" in more:
            headers["Content-Type"] = "application/fhir+json"
        return self.ward.http.request(method, f"{self.ward.base}/{path}", headers=headers, **more)

    def flag(self, text: str = "Hard of hearing") -> Tree:
        """One change of a live type, made over HTTP."""
        tree = {
            "resourceType": "Flag",
            "status": "active",
            "code": {"text": text},
            "subject": {"reference": "Patient/p1"},
        }
        answer = self.call("POST", "Flag", json=tree)
        assert answer.status_code == 201, answer.text
        made: Tree = answer.json()
        return made

    def subscribe(self, **more: Any) -> str:
        answer = self.call("POST", "Subscription", json=subscription(**more))
        assert answer.status_code == 201, answer.text
        assert answer.json()["status"] == "requested"
        return str(answer.json()["id"])

    def binding(self, subscription_id: str) -> Tree:
        """What `$get-ws-binding-token` answers, by name."""
        answer = self.call("GET", f"Subscription/{subscription_id}/$get-ws-binding-token")
        assert answer.status_code == 200, answer.text
        return {p["name"]: value_of(p) for p in answer.json()["parameter"]}

    def events(self, subscription_id: str, query: str = "") -> "Frame":
        answer = self.call("GET", f"Subscription/{subscription_id}/$events{query}")
        assert answer.status_code == 200, answer.text
        return Frame(answer.json())

    @contextlib.contextmanager
    def listening(self, subscription_id: str | None = None, **more: Any) -> Iterator["Listener"]:
        """A bound socket that has had its handshake."""
        held = subscription_id or self.subscribe(**more)
        bound = self.binding(held)
        with open_socket(self.ward, bound["websocket-url"]) as socket:
            listener = Listener(socket, self, held)
            socket.send(f"bind-with-token {bound['token']}")
            listener.handshake = listener.next()
            assert listener.handshake.kind == "handshake"
            yield listener


class Frame:
    """A notification, taken apart."""

    def __init__(self, bundle: Tree) -> None:
        self.bundle = bundle
        self.status_entry, *self.entries = bundle["entry"]
        held = self.status_entry["resource"]["parameter"]
        self.parameters = {
            p["name"]: value_of(p) for p in held if p["name"] != "notification-event"
        }
        self.events = [
            {part["name"]: value_of(part) for part in p["part"]}
            for p in held
            if p["name"] == "notification-event"
        ]

    @property
    def kind(self) -> str:
        return str(self.parameters["type"])

    @property
    def status(self) -> str:
        return str(self.parameters["status"])

    @property
    def total(self) -> int:
        return int(self.parameters["events-since-subscription-start"])

    @property
    def numbers(self) -> list[int]:
        return [int(event["event-number"]) for event in self.events]

    @property
    def focuses(self) -> list[str | None]:
        return [e["focus"]["reference"] if "focus" in e else None for e in self.events]

    @property
    def resources(self) -> list[Tree]:
        return [entry["resource"] for entry in self.entries]


class Listener:
    """One open socket."""

    handshake: Frame

    def __init__(self, socket: "Socket", desk: Desk, subscription_id: str) -> None:
        self.socket = socket
        self.desk = desk
        self.subscription = subscription_id

    def next(self) -> Frame:
        """The next frame, whatever it is."""
        return Frame(msgspec.json.decode(self.socket.recv()))

    def news(self) -> Frame:
        """The next frame that is not a heartbeat."""
        while (frame := self.next()).kind == "heartbeat" and frame.status == "active":
            pass
        return frame

    def told(self, count: int) -> list[Frame]:
        """Frames until *count* events have come."""
        frames: list[Frame] = []
        while sum(len(f.events) for f in frames) < count:
            frames.append(self.news())
        return frames

    def end(self) -> tuple[Frame, int]:
        """The last word, and the code the socket is closed with."""
        frame = self.news()
        while frame.status == "active":
            frame = self.news()
        return frame, self.socket.closed()

    def renew(self) -> None:
        token = self.desk.binding(self.subscription)["token"]
        message = {"type": "bind-with-token", "payload": {"token": token}}
        self.socket.send(msgspec.json.encode(message).decode())


class Socket:
    """A client's socket, worked from the test's own thread.

    The client of websockets that runs without a loop reads and writes one TLS connection from two
    threads, which loses an answer now and then; so this one has a loop of its own.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, connection: ClientConnection) -> None:
        self._loop = loop
        self._connection = connection

    def send(self, frame: str | bytes) -> None:
        self._do(self._connection.send(frame))

    def recv(self) -> str | bytes:
        held: str | bytes = self._do(self._connection.recv())
        return held

    def closed(self) -> int:
        """The code the other side closes with; what it still sends is dropped."""
        with contextlib.suppress(ConnectionClosed):
            while True:
                self.recv()
        assert self._connection.close_code is not None
        return int(self._connection.close_code)

    def _do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return _on(self._loop, work)


@contextlib.contextmanager
def open_socket(ward: Ward, url: str, **more: Any) -> Iterator[Socket]:
    """A socket to *url*, closed at the end."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def opened() -> ClientConnection:
        connection: ClientConnection = await connect(
            url, ssl=ward.trust, close_timeout=1, max_size=None, **more
        )
        return connection

    try:
        connection = _on(loop, opened())
        try:
            yield Socket(loop, connection)
        finally:
            _on(loop, connection.close())
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _on(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run_coroutine_threadsafe(work, loop).result(WAIT_S)


def value_of(parameter: Tree) -> Any:
    return next(value for name, value in parameter.items() if name.startswith("value"))


def subscription(**more: Any) -> Tree:
    """The Subscription of the contract."""
    heartbeat_s = more.pop("heartbeat_s", 5)
    content = more.pop("content", "full-resource")
    return {
        "resourceType": "Subscription",
        "status": "requested",
        "reason": f"Reception desktop {uuid.uuid4()}",
        "end": instant(MONDAY + timedelta(days=30)),
        "criteria": systems.TOPIC,
        "channel": {
            "type": "websocket",
            "payload": "application/fhir+json",
            "extension": [{"url": systems.HEARTBEAT_EXTENSION, "valueUnsignedInt": heartbeat_s}],
            "_payload": {"extension": [{"url": systems.PAYLOAD_EXTENSION, "valueCode": content}]},
        },
        **more,
    }
