"""Subscribing, `$events`, `$status` and the binding token, over HTTP."""

import uuid
from datetime import datetime, timedelta

import pytest

from practice.clock import instant
from practice.store import Param, Query
from tests.practice.live.ward import MONDAY, Frame, Ward, subscription


def test_events_are_told_from_a_number_to_a_number(ward: Ward) -> None:
    desk = ward.desk()
    held = desk.subscribe()
    made = [desk.flag() for _ in range(5)]
    whole = desk.events(held)
    assert (whole.kind, whole.status, whole.total) == ("query-event", "active", 5)
    assert whole.bundle["type"] == "history"
    assert whole.numbers == [1, 2, 3, 4, 5]
    assert whole.resources == made
    part = desk.events(held, "?eventsSinceNumber=2&eventsUntilNumber=4")
    assert (part.numbers, part.total) == ([2, 3, 4], 5)
    assert part.resources == made[1:4]
    assert desk.events(held, "?eventsSinceNumber=5").numbers == [5]
    nothing = desk.events(held, "?eventsSinceNumber=6")
    assert (nothing.numbers, nothing.total, nothing.entries) == ([], 5, [])


def test_an_event_shows_the_version_it_was_about(ward: Ward) -> None:
    desk = ward.desk()
    held = desk.subscribe()
    flag = desk.flag()
    answer = desk.call("PUT", f"Flag/{flag['id']}", json={**flag, "status": "inactive"})
    assert answer.status_code == 200
    events = desk.events(held)
    assert [r["status"] for r in events.resources] == ["active", "inactive"]
    assert [e["response"]["etag"] for e in events.entries] == ['W/"1"', 'W/"2"']


@pytest.mark.parametrize(
    "query",
    [
        "?eventsSinceNumber=0",
        "?eventsSinceNumber=-1",
        "?eventsSinceNumber=x",
        "?eventsSinceNumber=1.5",
        f"?eventsSinceNumber={'9' * 5000}",
        "?since=1",
        "?content=empty",
    ],
)
def test_a_parameter_that_makes_no_sense_is_refused(ward: Ward, query: str) -> None:
    desk = ward.desk()
    answer = desk.call("GET", f"Subscription/{desk.subscribe()}/$events{query}")
    assert answer.status_code == 400
    assert answer.json()["issue"][0]["details"]["coding"][0]["code"] == "INVALID_PARAMETER"


def test_beyond_seven_days_events_are_gone(ward: Ward) -> None:
    desk = ward.desk()
    held = desk.subscribe()
    desk.flag()
    ward.clock.move(days=7, milliseconds=1)
    desk.flag()
    assert desk.call("GET", f"Subscription/{held}/$events").status_code == 410
    assert desk.events(held, "?eventsSinceNumber=2").numbers == [2]


def test_status_counts(ward: Ward) -> None:
    desk = ward.desk()
    held = desk.subscribe()
    desk.flag()

    def status() -> Frame:
        return Frame(desk.call("GET", f"Subscription/{held}/$status").json())

    before = status()
    assert (before.kind, before.status, before.total) == ("query-status", "requested", 1)
    assert before.bundle["type"] == "searchset"
    with desk.listening(held) as heard:
        assert heard.handshake.total == 1
        assert status().status == "active"
    assert desk.call("GET", f"Subscription/{held}").json()["status"] == "active"


def test_a_binding_token_says_what_it_is_for(ward: Ward) -> None:
    desk = ward.desk()
    held = desk.subscribe()
    one, two = desk.binding(held), desk.binding(held)
    assert one["subscription"] == {"reference": f"Subscription/{held}"}
    assert one["websocket-url"] == (
        ward.base.replace("https://", "wss://").removesuffix("/fhir") + "/live"
    )
    assert datetime.fromisoformat(one["expiration"]) == ward.clock.at + timedelta(minutes=15)
    assert one["token"] != two["token"]


def test_a_binding_token_is_new_even_for_the_same_request(ward: Ward) -> None:
    desk = ward.desk()
    url = f"{ward.base}/Subscription/{desk.subscribe()}/$get-ws-binding-token"
    headers = {"Authorization": f"Bearer {desk.token}", "X-Request-Id": str(uuid.uuid4())}
    answers = [ward.http.get(url, headers=headers).text for _ in range(2)]
    assert answers[0] != answers[1]


def test_a_token_is_not_kept_in_the_database(ward: Ward) -> None:
    desk = ward.desk()
    secret = desk.binding(desk.subscribe())["token"].encode()
    files = list(ward.folder.path.glob("practice.db*"))
    assert files
    assert not any(secret in file.read_bytes() for file in files)


@pytest.mark.parametrize("name", ["$events", "$status", "$get-ws-binding-token"])
def test_a_subscription_is_its_owners(ward: Ward, name: str) -> None:
    held = ward.desk("priya").subscribe()
    other = ward.desk("sam")
    assert other.call("GET", f"Subscription/{held}/{name}").status_code == 404
    assert other.call("GET", f"Subscription/nothing/{name}").status_code == 404
    assert other.call("DELETE", f"Subscription/{held}").status_code == 404
    assert ward.desk("priya").call("GET", f"Subscription/{held}/{name}").status_code == 200


def test_patients_get_no_live_updates(ward: Ward) -> None:
    held = ward.desk("priya").subscribe()
    ada = ward.desk("ada")
    assert ada.call("POST", "Subscription", json=subscription()).status_code == 403
    for name in ("$events", "$status", "$get-ws-binding-token"):
        assert ada.call("GET", f"Subscription/{held}/{name}").status_code == 403


@pytest.mark.parametrize(
    ("more", "element"),
    [
        ({"criteria": "Appointment"}, "Subscription.criteria"),
        ({"status": "active"}, "Subscription.status"),
        ({"heartbeat_s": 301}, "Subscription.channel.extension"),
        ({"content": "some"}, "Subscription.channel.payload.extension"),
        ({"end": instant(MONDAY)}, "Subscription.end"),
        (
            {"channel": {"type": "rest-hook", "endpoint": "https://x.example"}},
            "Subscription.channel.type",
        ),
    ],
)
def test_only_our_topic_over_a_websocket(ward: Ward, more: dict[str, object], element: str) -> None:
    answer = ward.desk().call("POST", "Subscription", json=subscription(**more))
    assert answer.status_code == 422, answer.text
    assert answer.json()["issue"][0]["expression"] == [element]


def test_every_question_leaves_a_trace(ward: Ward) -> None:
    desk = ward.desk()
    held = desk.subscribe()
    desk.events(held)
    query = Query("AuditEvent", (Param("entity", (f"Subscription/{held}",)),))
    page = ward.service.store.read_now("A99999", lambda unit: unit.search(query))
    subtypes = [held.tree()["subtype"][0]["code"] for held in page.matches]
    assert subtypes.count("operation") == 1
