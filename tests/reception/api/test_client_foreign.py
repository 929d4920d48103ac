"""The client against servers that are not ours: their answers, and what becomes of a write."""

import asyncio
import socket
from collections.abc import Callable, Coroutine, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from contract import systems
from reception.api import bundle
from reception.api.client import FhirClient
from reception.api.exchange import Exchange, http_client
from reception.api.practice_time import PracticeTime
from reception.api.profile import Booking, Live, ServerProfile, learn_profile
from reception.api.trust import Trust
from reception.records.problem import (
    Busy,
    ChangedElsewhere,
    NotFound,
    OutcomeUnknown,
    Problem,
    Refused,
    Saved,
    ServiceUnreachable,
    SignedOut,
)
from tests.reception.api.foreign import Asked, ForeignServer, Says

Run = Callable[[Coroutine[Any, Any, Any]], Any]
Tree = dict[str, Any]
KEY = "0d1f2b06-5a38-4a1e-b6de-3f1a1d77a001"
SLOT = {"resourceType": "Slot", "id": "s1", "meta": {"versionId": "3"}, "status": "busy"}
BOOKING = {
    "resourceType": "Appointment",
    "status": "booked",
    "identifier": [{"system": systems.BOOKING_KEY, "value": KEY}],
}


class Tokens:
    """An identity provider of somebody's."""

    def __init__(self, *tokens: str) -> None:
        self.tokens = list(tokens)

    async def bearer(self) -> str:
        return self.tokens[0]

    async def renew(self, rejected: str) -> str:
        if len(self.tokens) > 1 and self.tokens[0] == rejected:
            self.tokens.pop(0)
        return self.tokens[0]


@pytest.fixture
def speak(run: Run) -> Iterator[Callable[..., tuple[FhirClient, ForeignServer]]]:
    """Starts a foreign server and a client of it."""
    ends: list[Callable[[], Any]] = []

    def _speak(
        answer: Callable[[Asked], Says], bearer: Tokens | None = None
    ) -> tuple[FhirClient, ForeignServer]:
        server = ForeignServer(answer)

        async def make() -> FhirClient:
            http = http_client(server.base, Trust())
            clock = PracticeTime()
            ends.append(lambda: run(http.aclose()))
            return FhirClient(
                server.base,
                Exchange(http, bearer, clock, run_id="run-1", pauses_s=(0, 0.01, 0.01)),
                clock,
            )

        client = run(make())
        ends.append(server.stop)
        return client, server

    yield _speak
    for end in ends:
        end()


def searchset(*trees: Tree, following: str = "") -> Tree:
    links = [{"relation": "self", "url": "x"}]
    if following:
        links.append({"relation": "next", "url": following})
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "link": links,
        "entry": [{"resource": tree} for tree in trees],
    }


def answers_of(*parts: tuple[str, Tree | None]) -> Tree:
    return {
        "resourceType": "Bundle",
        "type": "transaction-response",
        "entry": [
            {"response": {"status": status}, **({"resource": tree} if tree else {})}
            for status, tree in parts
        ],
    }


def entries() -> list[bundle.Entry]:
    return [bundle.put(SLOT, "3"), bundle.post(BOOKING, systems.BOOKING_KEY)]


# Reading


def test_headers_go_with_every_request(speak: Any, run: Run) -> None:
    client, server = speak(lambda a: Says(body=searchset()), Tokens("t1"))
    run(client.search("Slot", {"status": "free"}))
    headers = {name.lower(): value for name, value in server.asked[0].headers.items()}
    assert headers["authorization"] == "Bearer t1"
    assert headers["accept"] == "application/fhir+json"
    assert headers["cache-control"] == "no-cache"
    assert headers["x-correlation-id"] == "run-1"
    assert len(headers["x-request-id"]) == 36


def test_every_page_is_followed_as_the_server_links_it(speak: Any, run: Run) -> None:
    def answer(asked: Asked) -> Says:
        if "cursor" in asked.path:
            return Says(body=searchset({"resourceType": "Slot", "id": "b"}))
        return Says(
            body=searchset(
                {"resourceType": "Slot", "id": "a"},
                {"resourceType": "OperationOutcome", "issue": []},
                following="/fhir?cursor=%7C%2B1",
            )
        )

    client, server = speak(answer)
    found = run(client.search("Slot", [("start", "ge2026-11-23T00:00:00Z"), ("start", "lt2027")]))
    assert [t["id"] for t in found] == ["a", "b"]
    assert server.asked[1].path == "/fhir?cursor=%7C%2B1", "taken verbatim"
    asked = parse_qs(urlsplit(server.asked[0].path).query)
    assert asked["start"] == ["ge2026-11-23T00:00:00Z", "lt2027"]
    assert asked["_count"] == ["1000"]


def test_a_page_at_another_address_is_not_fetched(speak: Any, run: Run) -> None:
    """The token must never go to another host or port."""
    elsewhere, other = speak(lambda a: Says(body=searchset()))
    client, _ = speak(
        lambda a: Says(body=searchset(following=f"{elsewhere.base}/Slot?page=2")), Tokens("t1")
    )
    with pytest.raises(Refused, match="another address"):
        run(client.search("Slot", {}))
    assert other.asked == []


def test_pages_that_go_in_a_circle_end(speak: Any, run: Run) -> None:
    client, server = speak(
        lambda a: Says(body=searchset({"resourceType": "Slot", "id": "a"}, following=a.path))
    )
    assert len(run(client.search("Slot", {}))) == 1
    assert len(server.asked) == 1


def test_a_count_needs_a_total(speak: Any, run: Run) -> None:
    client, server = speak(lambda a: Says(body={"resourceType": "Bundle", "total": 7}))
    assert run(client.count("Task", {"status": "requested"})) == 7
    assert "_summary=count" in server.asked[0].path
    without, _ = speak(lambda a: Says(body={"resourceType": "Bundle"}))
    with pytest.raises(Refused, match="how many"):
        run(without.count("Task", {}))


@pytest.mark.parametrize("body", ["<html>captive portal</html>", "[1, 2]", "", "[" * 100_000])
def test_an_answer_that_is_no_fhir_is_said_to_be_none(speak: Any, run: Run, body: str) -> None:
    client, _ = speak(lambda a: Says(body=body))
    with pytest.raises(Refused, match="cannot read"):
        run(client.read("Slot", "s1"))


def test_text_of_a_foreign_outcome_is_shown(speak: Any, run: Run) -> None:
    outcome = {"resourceType": "OperationOutcome", "issue": [{"diagnostics": "HAPI-0450: no"}]}
    client, _ = speak(lambda a: Says(400, outcome))
    with pytest.raises(Refused, match="HAPI-0450"):
        run(client.read("Slot", "s1"))
    gone, _ = speak(lambda a: Says(410, outcome))
    with pytest.raises(NotFound):
        run(gone.read("Slot", "s1"))


def test_a_redirect_is_not_followed(speak: Any, run: Run) -> None:
    elsewhere, other = speak(lambda a: Says(body=searchset()))
    client, _ = speak(
        lambda a: Says(302, headers={"Location": f"{elsewhere.base}/Slot"}), Tokens("t1")
    )
    with pytest.raises(Problem):
        run(client.read("Slot", "s1"))
    assert other.asked == []


# Reaching it


def test_nobody_there_means_nothing_was_sent(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    async def write() -> None:
        base = f"http://127.0.0.1:{port}/fhir"
        clock = PracticeTime()
        async with http_client(base, Trust()) as http:
            exchange = Exchange(http, None, clock, pauses_s=(0, 0.01, 0.01))
            client = FhirClient(base, exchange, clock)
            await client.update(SLOT, "3")

    with pytest.raises(ServiceUnreachable) as problem:
        run(write())
    assert problem.value.saved is Saved.NO


def test_a_read_that_is_cut_is_read_again(speak: Any, run: Run) -> None:
    def answer(asked: Asked) -> Says:
        return Says(cut=True) if len(server.asked) < 3 else Says(body=SLOT)

    client, server = speak(answer)
    assert run(client.read("Slot", "s1")) == SLOT
    assert len(server.asked) == 3


def test_a_busy_server_is_asked_again_with_the_same_request_id(speak: Any, run: Run) -> None:
    def answer(asked: Asked) -> Says:
        if len(server.asked) < 3:
            return Says(503 if len(server.asked) == 1 else 429, headers={"Retry-After": "0"})
        return Says(201, {**BOOKING, "id": "a1"})

    client, server = speak(answer)
    stored = run(client.create(BOOKING, systems.BOOKING_KEY, request_id=KEY))
    assert stored["id"] == "a1"
    assert [a.headers["X-Request-Id"] for a in server.asked] == [KEY] * 3
    assert server.asked[0].headers["If-None-Exist"] == f"identifier={systems.BOOKING_KEY}|{KEY}"


def test_a_server_that_asks_for_an_hour_is_not_waited_for(speak: Any, run: Run) -> None:
    client, server = speak(lambda a: Says(503, headers={"Retry-After": "3600"}))
    with pytest.raises(Busy):
        run(client.update(SLOT, "3"))
    assert len(server.asked) == 1


def test_an_expired_token_is_renewed_once(speak: Any, run: Run) -> None:
    def answer(asked: Asked) -> Says:
        good = asked.headers["Authorization"] == "Bearer t2"
        return Says(body=SLOT) if good else Says(401)

    client, server = speak(answer, Tokens("t1", "t2"))
    assert run(client.read("Slot", "s1")) == SLOT
    assert len(server.asked) == 2
    hopeless, other = speak(lambda a: Says(401), Tokens("t1", "t2", "t3"))
    with pytest.raises(SignedOut):
        run(hopeless.read("Slot", "s1"))
    assert len(other.asked) == 2


# Writes whose answer is lost


def test_a_booking_whose_answer_is_lost_is_found_by_its_key(speak: Any, run: Run) -> None:
    stored = {**BOOKING, "id": "a1", "meta": {"versionId": "1"}}
    busy = {**SLOT, "meta": {"versionId": "4"}}

    def answer(asked: Asked) -> Says:
        if asked.method == "POST":
            return Says(cut=True)
        return Says(body=searchset(stored) if "Appointment" in asked.path else busy)

    client, server = speak(answer)
    assert run(client.transaction(entries(), request_id=KEY)) == [busy, stored]
    assert [a.method for a in server.asked].count("POST") == 1, "never sent twice"
    found = parse_qs(urlsplit(server.asked[1].path).query)
    assert found["identifier"] == [f"{systems.BOOKING_KEY}|{KEY}"]


def test_a_booking_that_never_arrived_is_sent_again(speak: Any, run: Run) -> None:
    stored = {**BOOKING, "id": "a1"}

    def answer(asked: Asked) -> Says:
        if asked.method == "GET":
            return Says(body=searchset())
        posts = [a for a in server.asked if a.method == "POST"]
        if len(posts) == 1:
            return Says(cut=True)
        return Says(body=answers_of(("200 OK", SLOT), ("201 Created", stored)))

    client, server = speak(answer)
    assert run(client.transaction(entries(), request_id=KEY)) == [SLOT, stored]
    assert {a.headers["X-Request-Id"] for a in server.asked if a.method == "POST"} == {KEY}


def test_a_booking_that_was_only_slow_is_ours_although_the_repeat_is_stale(
    speak: Any, run: Run
) -> None:
    """The first one commits between our question and our repeat; the repeat then gets 412."""
    stored = {**BOOKING, "id": "a1"}
    posts = 0

    def answer(asked: Asked) -> Says:
        nonlocal posts
        if asked.method == "POST":
            posts += 1
            return Says(cut=True) if posts == 1 else Says(412)
        if "Appointment" in asked.path:
            return Says(body=searchset(stored) if posts == 2 else searchset())
        return Says(body=SLOT)

    client, _ = speak(answer)
    assert run(client.transaction(entries()))[1] == stored


def test_a_gateway_that_gives_up_is_a_lost_answer(speak: Any, run: Run) -> None:
    meant = {**SLOT, "status": "busy"}
    stored = {**meant, "meta": {"versionId": "4"}}
    client, server = speak(
        lambda a: Says(502, "<html>Bad gateway</html>") if a.method == "PUT" else Says(body=stored)
    )
    assert run(client.update(meant, "3")) == stored
    assert [a.method for a in server.asked] == ["PUT", "GET"]


def test_a_lost_update_that_somebody_overtook_is_told_as_theirs(speak: Any, run: Run) -> None:
    theirs = {**SLOT, "status": "free", "meta": {"versionId": "4"}}
    client, _ = speak(lambda a: Says(cut=True) if a.method == "PUT" else Says(body=theirs))
    with pytest.raises(ChangedElsewhere) as problem:
        run(client.update(SLOT, "3"))
    assert problem.value.theirs == theirs


def test_when_nobody_can_be_asked_the_outcome_is_unknown(speak: Any, run: Run) -> None:
    client, _ = speak(lambda a: Says(cut=True))
    for write in (
        client.update(SLOT, "3"),
        client.create(BOOKING, systems.BOOKING_KEY),
        client.transaction(entries()),
        client.batch(entries()),
    ):
        with pytest.raises(OutcomeUnknown) as problem:
            run(write)
        assert problem.value.saved is Saved.UNKNOWN


def test_a_lost_move_is_settled_by_its_versions(speak: Any, run: Run) -> None:
    old = {"resourceType": "Slot", "id": "old", "status": "free"}
    moved = {**BOOKING, "id": "a1", "start": "2026-11-23T10:00:00Z"}
    held = {
        "Slot/old": {**old, "meta": {"versionId": "8"}},
        "Appointment/a1": {**moved, "meta": {"versionId": "2"}},
    }

    def answer(asked: Asked) -> Says:
        if asked.method == "POST":
            return Says(cut=True)
        return Says(body=held[asked.path.removeprefix("/fhir/")])

    client, _ = speak(answer)
    move = [bundle.put(old, "7"), bundle.put(moved, "1")]
    stored = run(client.transaction(move))
    assert [t["meta"]["versionId"] for t in stored] == ["8", "2"]


# Transactions and batches


def test_an_inner_refusal_of_an_outer_success_is_a_failure(speak: Any, run: Run) -> None:
    """Medplum answers 200 to a transaction that it has run as a batch."""
    theirs = {**SLOT, "meta": {"versionId": "9"}}

    def answer(asked: Asked) -> Says:
        if asked.method == "GET":
            return Says(body=theirs)
        return Says(body=answers_of(("412 Precondition Failed", None), ("201 Created", BOOKING)))

    client, _ = speak(answer)
    with pytest.raises(ChangedElsewhere) as problem:
        run(client.transaction(entries()))
    assert problem.value.theirs == theirs


def test_an_answer_with_too_few_parts_leaves_the_outcome_open(speak: Any, run: Run) -> None:
    client, _ = speak(lambda a: Says(body=answers_of(("200", SLOT))))
    with pytest.raises(OutcomeUnknown):
        run(client.transaction(entries()))


def test_a_stale_transaction_shows_what_the_outcome_names(speak: Any, run: Run) -> None:
    other = {"resourceType": "Task", "id": "t1", "meta": {"versionId": "5"}}
    outcome = {
        "resourceType": "OperationOutcome",
        "issue": [{"expression": ["Bundle.entry[1]"], "code": "conflict"}],
    }
    client, server = speak(lambda a: Says(412, outcome) if a.method == "POST" else Says(body=other))
    with pytest.raises(ChangedElsewhere) as problem:
        run(client.transaction([bundle.put(SLOT, "3"), bundle.put(other, "4")]))
    assert problem.value.theirs == other
    assert server.asked[-1].path == "/fhir/Task/t1"


def test_each_entry_of_a_batch_stands_for_itself(speak: Any, run: Run) -> None:
    def answer(asked: Asked) -> Says:
        if asked.method == "GET":
            return Says(body={**SLOT, "meta": {"versionId": "9"}})
        refused = {
            "resourceType": "OperationOutcome",
            "issue": [{"details": {"text": "In the past."}}],
        }
        parts = answers_of(("201", BOOKING), ("412", None), ("422", None))
        parts["entry"][2]["response"]["outcome"] = refused
        return Says(body=parts)

    client, _ = speak(answer)
    made, stale, refused = run(
        client.batch(
            [
                bundle.post(BOOKING, systems.BOOKING_KEY),
                bundle.put(SLOT, "3"),
                bundle.put(SLOT, "3"),
            ]
        )
    )
    assert made == BOOKING
    assert isinstance(stale, ChangedElsewhere)
    assert stale.theirs is not None
    assert isinstance(refused, Refused)
    assert refused.sentence == "In the past."


def test_a_long_batch_goes_in_pieces_each_with_its_own_id(speak: Any, run: Run) -> None:
    client, server = speak(
        lambda a: Says(body=answers_of(*[("201", BOOKING)] * len(a.body["entry"])))
    )
    client.profile = ServerProfile(batch=8)
    many = [bundle.post(BOOKING, systems.BOOKING_KEY) for _ in range(20)]
    assert run(client.batch(many, request_id=KEY)) == [BOOKING] * 20
    assert [len(a.body["entry"]) for a in server.asked] == [8, 8, 4]
    assert len({a.headers["X-Request-Id"] for a in server.asked}) == 3


# The server's profile


def metadata(name: str, *, topic: bool = False) -> Tree:
    subscription: Tree = {"type": "Subscription"}
    if topic:
        subscription["extension"] = [
            {"url": systems.TOPIC_CAPABILITY_EXTENSION, "valueCanonical": systems.TOPIC}
        ]
    return {
        "resourceType": "CapabilityStatement",
        "software": {"name": name},
        "rest": [{"mode": "server", "resource": [subscription]}],
    }


@pytest.mark.parametrize(
    ("name", "probe", "booking", "page"),
    [
        ("HAPI FHIR Server", Says(409), Booking.TRANSACTION, 200),
        ("Medplum", Says(412), Booking.TRANSACTION, 1000),
        ("Medplum", Says(body=answers_of(("412", None))), Booking.SLOT_FIRST, 1000),
        ("Something new", Says(400), Booking.SLOT_FIRST, 1000),
    ],
)
def test_a_server_shows_what_it_is(
    speak: Any, run: Run, name: str, probe: Says, booking: Booking, page: int
) -> None:
    def answer(asked: Asked) -> Says:
        if asked.method == "POST":
            return probe
        return Says(body=metadata(name) if "metadata" in asked.path else searchset(SLOT))

    client, server = speak(answer)
    profile = run(learn_profile(client))
    assert (profile.software, profile.booking, profile.page) == (name, booking, page)
    assert profile.live is Live.POLL
    sent = next(a for a in server.asked if a.method == "POST")
    assert [e["request"]["ifMatch"] for e in sent.body["entry"]] == ['W/"0"']


def test_without_a_slot_nothing_is_probed(speak: Any, run: Run) -> None:
    client, server = speak(
        lambda a: Says(body=metadata("X", topic=True) if "metadata" in a.path else searchset())
    )
    profile = run(learn_profile(client))
    assert profile.booking is Booking.SLOT_FIRST
    assert profile.live is Live.WEBSOCKET
    assert all(a.method == "GET" for a in server.asked)


def test_what_the_user_sets_stands(speak: Any, run: Run) -> None:
    client, server = speak(lambda a: Says(body=metadata("X")))
    wanted = {"booking": "appointment-only", "live": "websocket", "page": "50", "batch": "8"}
    profile = run(learn_profile(client, wanted))
    assert profile == ServerProfile("X", Booking.APPOINTMENT_ONLY, Live.WEBSOCKET, 50, 8)
    assert len(server.asked) == 1, "no probe either"
    for wrong in ({"booking": "x"}, {"page": "0"}, {"page": "x"}, {"colour": "blue"}):
        with pytest.raises(ValueError, match=r"."):
            profile.overridden(wrong)


def test_a_request_cancelled_in_its_handshake_leaves_no_socket(run: Run) -> None:
    """Somebody types on; the connection of the search that is given up is closed at once."""

    async def gives_up() -> bytes:
        met, gone = asyncio.Event(), asyncio.get_running_loop().create_future()

        async def never_answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readexactly(5)  # the client has begun its handshake
            met.set()
            rest = await reader.read()
            writer.close()
            gone.set_result(rest)

        server = await asyncio.start_server(never_answers, "127.0.0.1", 0)
        base = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/fhir"
        async with http_client(base, Trust()) as http:
            asking = asyncio.create_task(http.get(base))
            await met.wait()
            asking.cancel()
            await asyncio.wait([asking])
            async with asyncio.timeout(20):
                rest: bytes = await gone
        server.close()
        return rest

    assert run(gives_up())
