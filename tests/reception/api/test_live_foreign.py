"""The live channel against a service that loses, repeats and muddles its frames.

Our own service does none of this, so somebody else's stands in, and says what each test tells it.
"""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from reception.api.client import FhirClient
from reception.api.exchange import Exchange, http_client
from reception.api.live import LiveChannel, LiveState
from reception.api.network import NetworkThread
from reception.api.practice_time import PracticeTime
from reception.api.trust import Trust
from tests.reception.api.foreign import Asked, ForeignServer, Says
from tests.reception.api.signed import Ear

Run = Callable[[Coroutine[Any, Any, Any]], Any]
Tree = dict[str, Any]


def change(number: int) -> Tree:
    """What event *number* is about."""
    return {
        "resourceType": "Slot",
        "id": f"s{number}",
        "meta": {"versionId": "1", "lastUpdated": "2026-11-23T09:00:00Z"},
        "comment": str(number),
    }


def frame(kind: str, newest: int, *numbers: int, status: str = "active") -> Tree:
    """A status bundle that tells of events *numbers*."""
    parameters: list[Tree] = [
        {"name": "status", "valueCode": status},
        {"name": "type", "valueCode": kind},
        {"name": "events-since-subscription-start", "valueString": str(newest)},
    ]
    parameters += [
        {
            "name": "notification-event",
            "part": [
                {"name": "event-number", "valueString": str(n)},
                {"name": "focus", "valueReference": {"reference": f"Slot/s{n}"}},
            ],
        }
        for n in numbers
    ]
    return {
        "resourceType": "Bundle",
        "type": "history",
        "entry": [
            {"resource": {"resourceType": "Parameters", "parameter": parameters}},
            *({"resource": change(n)} for n in numbers),
        ],
    }


class Service:
    """Somebody's service: *script* is what the socket says after each bind.

    Attributes:
        events: the last event there is, as `$events` knows it.
        binds: tokens shown so far, one list for each socket.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self.script: list[Tree | str] = []
        self.told = threading.Event()
        self.go_on = threading.Event()
        self.events = 0
        self.hidden: set[int] = set()
        self.gone: set[str] = set()
        self.made = 0
        self.tokens = 0
        self.life_s = 300
        self.asked_events: list[int] = []
        self.binds: list[list[str]] = []
        self.http = ForeignServer(self._answer)
        self._stop = asyncio.Event()
        self._served = threading.Event()
        self.port = 0

    async def listen(self) -> None:
        """Serve sockets until `stop`."""
        async with serve(self._talk, "127.0.0.1", 0, close_timeout=0.2) as server:
            self.port = next(iter(server.sockets)).getsockname()[1]
            self._served.set()
            await self._stop.wait()

    def ready(self) -> None:
        """Wait until it listens."""
        assert self._served.wait(10)

    async def stop(self) -> None:
        """End it."""
        self._stop.set()

    async def _talk(self, socket: ServerConnection) -> None:
        shown: list[str] = []
        self.binds.append(shown)
        shown.append(str(await socket.recv()))
        await socket.send(json.dumps(frame("handshake", self.events)))
        for said in self.script:
            await socket.send(said if isinstance(said, str) else json.dumps(said))
        self.script = []
        async for text in socket:
            shown.append(str(text))
            await socket.send(json.dumps(frame("handshake", self.events)))

    def _answer(self, asked: Asked) -> Says:
        path, _, query = asked.path.removeprefix("/fhir/").partition("?")
        if asked.method == "DELETE":
            return Says(204)
        if asked.method == "POST":
            self.made += 1
            return Says(201, {"resourceType": "Subscription", "id": f"sub{self.made}"})
        if not path.startswith("Subscription/"):
            return Says(body={"resourceType": "Bundle", "entry": []})
        _, identity, operation = path.split("/")
        if identity in self.gone:
            return Says(410)
        if operation == "$events":
            since = int(query.partition("=")[2])
            self.asked_events.append(since)
            known = [n for n in range(since, self.events + 1) if n not in self.hidden]
            return Says(body=frame("query-event", self.events, *known))
        self.tokens += 1
        parameters = [
            {"name": "token", "valueString": f"token{self.tokens}"},
            {"name": "websocket-url", "valueUrl": f"ws://127.0.0.1:{self.port}/live"},
        ]
        return Says(body={"resourceType": "Parameters", "parameter": parameters})


@pytest.fixture
def service(run: Run, network: NetworkThread) -> Iterator[Service]:
    """Somebody's service."""

    async def make() -> Service:
        return Service(run)

    made = run(make())
    network.post(made.listen())
    made.ready()
    yield made
    run(made.stop())
    made.http.stop()


@pytest.fixture
def ear() -> Ear:
    """Hears the channel."""
    return Ear()


@pytest.fixture
def start(
    service: Service, ear: Ear, run: Run, network: NetworkThread
) -> Iterator[Callable[..., LiveChannel]]:
    """Starts a channel."""
    channels: list[LiveChannel] = []
    stack: list[Any] = []

    @asynccontextmanager
    async def client() -> AsyncIterator[FhirClient]:
        async with http_client(service.http.base, Trust()) as http:
            clock = PracticeTime()
            exchange = Exchange(http, None, clock, pauses_s=(0, 0.01))
            yield FhirClient(service.http.base, exchange, clock)

    def _start(**options: Any) -> LiveChannel:
        made = client()
        stack.append(made)
        channel = LiveChannel(run(made.__aenter__()), Trust(), ear, **options)
        channels.append(channel)
        network.post(channel.run())
        return channel

    yield _start
    for channel in channels:
        run(channel.close())
    for made in stack:
        run(made.__aexit__(None, None, None))


def numbers(ear: Ear) -> list[int]:
    return [int(tree["comment"]) for tree in ear.trees]


def test_a_missing_event_is_fetched_and_all_are_told_in_order(
    service: Service, start: Any, ear: Ear
) -> None:
    service.events = 0
    service.script = [
        frame("event-notification", 1, 1),
        frame("event-notification", 4, 4),
        frame("event-notification", 5, 5),
    ]

    def grows() -> None:
        service.events = 5

    grows_with_script(service, grows)
    start()
    ear.wait(lambda e: numbers(e) == [1, 2, 3, 4, 5])
    ear.wait_for_state(LiveState.LIVE)
    assert service.asked_events[0] == 2
    assert LiveState.CATCHING_UP in ear.states
    assert ear.reloads == 0


def grows_with_script(service: Service, grow: Callable[[], None]) -> None:
    """The count is still 0 at the handshake, and has grown by the time `$events` is asked."""
    answer = service._answer

    def answers(asked: Asked) -> Says:
        if "$events" in asked.path:
            grow()
        return answer(asked)

    service.http.stop()
    service.http = ForeignServer(answers)


def test_repeated_events_are_told_once(service: Service, start: Any, ear: Ear) -> None:
    service.script = [
        frame("event-notification", 1, 1),
        frame("event-notification", 1, 1),
        frame("event-notification", 2, 1, 2),
        frame("event-notification", 3, 3),
    ]
    start()
    ear.wait(lambda e: 3 in numbers(e))
    assert numbers(ear) == [1, 2, 3]
    assert service.asked_events == []


def test_a_heartbeat_that_knows_more_starts_a_catch_up(
    service: Service, start: Any, ear: Ear
) -> None:
    service.script = [frame("heartbeat", 2)]
    grows_with_script(service, lambda: setattr(service, "events", 2))
    start()
    ear.wait(lambda e: numbers(e) == [1, 2])
    assert service.asked_events == [1]


def test_what_happened_before_the_bind_is_caught_up_with(
    service: Service, start: Any, ear: Ear
) -> None:
    service.events = 3
    start()
    ear.wait(lambda e: numbers(e) == [1, 2, 3])
    ear.wait_for_state(LiveState.LIVE)


def test_what_the_service_cannot_tell_means_loading_everything(
    service: Service, start: Any, ear: Ear
) -> None:
    service.script = [frame("event-notification", 3, 3)]
    service.hidden = {1, 2}
    grows_with_script(service, lambda: setattr(service, "events", 3))
    start()
    ear.wait(lambda e: e.reloads == 1)
    ear.wait_for_state(LiveState.LIVE)


def test_rubbish_on_the_socket_is_passed_over(service: Service, start: Any, ear: Ear) -> None:
    service.script = [
        "no json",
        "[]",
        json.dumps({"type": "ping"}),
        json.dumps({"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "X"}}]}),
        frame("event-notification", 1, 1),
    ]
    start()
    ear.wait(lambda e: numbers(e) == [1])
    assert ear.states[-1] is LiveState.LIVE


def test_a_goodbye_is_followed_by_a_new_socket(service: Service, start: Any, ear: Ear) -> None:
    service.script = [frame("heartbeat", 0, status="off")]
    channel = start()
    ear.wait(lambda e: e.states.count(LiveState.LIVE) >= 2)
    assert len(service.binds) >= 2
    assert channel.subscription == "sub1", "the same subscription"


def test_a_subscription_that_is_gone_is_replaced(service: Service, start: Any, ear: Ear) -> None:
    service.script = [frame("heartbeat", 0, status="error")]
    service.gone = {"sub1"}
    channel = start()
    ear.wait(lambda e: channel.subscription == "sub2" and e.states[-1] is LiveState.LIVE)


def test_events_beyond_what_is_kept_mean_a_new_start(
    service: Service, start: Any, ear: Ear
) -> None:
    service.script = [frame("event-notification", 9, 9)]
    grows_with_script(service, lambda: service.gone.add("sub1"))
    channel = start()
    ear.wait(lambda e: e.reloads >= 1 and channel.subscription == "sub2")
    ear.wait_for_state(LiveState.LIVE)


def test_a_service_restored_from_a_copy_is_loaded_anew(
    service: Service, start: Any, ear: Ear
) -> None:
    """It counts from further back than what we have heard."""
    service.script = [
        frame("event-notification", 1, 1),
        frame("event-notification", 2, 2),
        frame("heartbeat", 2, status="off"),
    ]
    start()
    ear.wait(lambda e: e.reloads == 1)
    ear.wait_for_state(LiveState.LIVE)


def test_each_renewal_shows_a_new_token_on_the_same_socket(
    service: Service, start: Any, ear: Ear
) -> None:
    start(renew_at=0.0)
    ear.wait(lambda e: service.binds and len(service.binds[0]) >= 3)
    assert [b[0] for b in [text.split(" ") for text in service.binds[0]]] == ["bind-with-token"] * 3
    assert len(set(service.binds[0])) == 3
    assert len(service.binds) == 1


def test_a_socket_at_another_host_is_not_opened(service: Service, start: Any, ear: Ear) -> None:
    """The binding token goes to the practice's own host alone."""
    answer = service._answer

    def answers(asked: Asked) -> Says:
        says = answer(asked)
        if "binding-token" in asked.path:
            says.body["parameter"][1]["valueUrl"] = f"ws://localhost:{service.port}/live"
        return says

    service.http.stop()
    service.http = ForeignServer(answers)
    start()
    ear.wait_for_state(LiveState.POLLING)
    assert service.binds == []
