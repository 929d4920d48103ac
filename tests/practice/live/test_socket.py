"""The socket: bind, notify, keep alive, renew, end. Over TLS, against the whole service."""

import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from contract import systems
from practice.clock import instant
from practice.offline import opened
from tests.practice.live.ward import ODS, Listener, Ward, open_socket


def test_a_change_is_told_in_the_shape_of_the_contract(ward: Ward) -> None:
    desk = ward.desk()
    with desk.listening() as heard:
        assert heard.handshake.total == 0
        assert heard.handshake.events == []
        flag = desk.flag()
        frame = heard.news()
    bundle = frame.bundle
    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "history")
    assert bundle["timestamp"].endswith("Z")
    status = frame.status_entry
    assert status["fullUrl"].startswith("urn:uuid:")
    assert status["request"] == {
        "method": "GET",
        "url": f"Subscription/{heard.subscription}/$status",
    }
    assert status["response"] == {"status": "200"}
    assert [p["name"] for p in status["resource"]["parameter"]] == [
        "subscription",
        "topic",
        "status",
        "type",
        "events-since-subscription-start",
        "notification-event",
    ]
    assert frame.parameters == {
        "subscription": {"reference": f"Subscription/{heard.subscription}"},
        "topic": systems.TOPIC,
        "status": "active",
        "type": "event-notification",
        "events-since-subscription-start": "1",
    }
    assert frame.events == [
        {
            "event-number": "1",
            "timestamp": flag["meta"]["lastUpdated"],
            "focus": {"reference": f"Flag/{flag['id']}"},
        }
    ]
    assert frame.entries == [
        {
            "fullUrl": f"{ward.base}/Flag/{flag['id']}",
            "request": {"method": "POST", "url": "Flag"},
            "response": {"status": "201", "etag": 'W/"1"'},
            "resource": flag,
        }
    ]


def test_one_notification_per_commit_carries_all_its_events(ward: Ward) -> None:
    desk = ward.desk()
    made = [desk.flag() for _ in range(3)]
    entries = [
        {
            "resource": {**flag, "status": "inactive"},
            "request": {"method": "PUT", "url": f"Flag/{flag['id']}"},
        }
        for flag in made
    ]
    with desk.listening() as heard:
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
        assert desk.call("POST", "", json=bundle).status_code == 200
        frame = heard.news()
    assert frame.numbers == [1, 2, 3]
    assert frame.total == 3
    assert frame.focuses == [f"Flag/{flag['id']}" for flag in made]
    assert [r["meta"]["versionId"] for r in frame.resources] == ["2"] * 3
    assert frame.entries[0]["request"] == {"method": "PUT", "url": f"Flag/{made[0]['id']}"}


def test_two_listeners_hear_every_change_once_and_in_order(ward: Ward) -> None:
    priya, sam = ward.desk("priya"), ward.desk("sam")
    with priya.listening() as first:
        priya.flag()
        with sam.listening() as second, ThreadPoolExecutor(4) as hands:
            made = list(hands.map(lambda _: sam.flag()["id"], range(40)))
            late = second.told(40)
            all_of_it = first.told(41)
    assert [n for frame in all_of_it for n in frame.numbers] == list(range(1, 42))
    assert [n for frame in late for n in frame.numbers] == list(range(1, 41))
    assert {f for frame in late for f in frame.focuses} == {f"Flag/{flag_id}" for flag_id in made}
    for frames in (all_of_it, late):
        assert all(frame.total == frame.numbers[-1] for frame in frames)
    assert [f for frame in all_of_it for f in frame.focuses][1:] == [
        f for frame in late for f in frame.focuses
    ]


def test_what_is_bound_during_a_storm_misses_nothing(ward: Ward) -> None:
    """The handshake's number and the first notification follow without a gap."""
    desk = ward.desk()
    held = desk.subscribe()
    with ThreadPoolExecutor(3) as hands:
        storm = [hands.submit(desk.flag) for _ in range(60)]
        for _ in range(4):
            with desk.listening(held) as heard:
                at = heard.handshake.total
                if at < 60:
                    assert heard.news().numbers[0] == at + 1
        for one in storm:
            one.result()
    assert desk.events(held).numbers == list(range(1, 61))


def test_silence_is_broken_by_heartbeats_with_the_right_count(ward: Ward) -> None:
    desk = ward.desk()
    with desk.listening(heartbeat_s=1) as heard:
        desk.flag()
        assert heard.news().total == 1
        beat = heard.next()
    assert (beat.kind, beat.status, beat.total, beat.events) == ("heartbeat", "active", 1, [])


def test_renewal_on_the_same_socket_leaves_no_gap(ward: Ward) -> None:
    desk = ward.desk()
    with desk.listening() as heard:
        for _ in range(2):
            ward.clock.move(minutes=12)
            desk.flag()
            heard.renew()
            desk.flag()
        frames = [heard.news() for _ in range(6)]
    numbers = [n for frame in frames for n in frame.numbers]
    assert numbers == [1, 2, 3, 4]
    told = 0
    for frame in frames:
        told += len(frame.numbers)
        assert frame.total == told  # handshakes too, wherever they fall
    assert sum(frame.kind == "handshake" for frame in frames) == 2


def test_a_binding_that_is_not_renewed_ends(ward: Ward) -> None:
    desk = ward.desk()
    with desk.listening(heartbeat_s=1) as heard:
        ward.clock.move(minutes=15)
        frame, code = heard.end()
    assert (frame.status, code) == ("error", 1008)
    assert (
        "expired"
        in frame.bundle["entry"][0]["resource"]["parameter"][-1]["valueCodeableConcept"]["text"]
    )


def test_an_expired_binding_is_told_no_change(ward: Ward) -> None:
    desk = ward.desk()
    with desk.listening(heartbeat_s=60) as heard:
        ward.clock.move(minutes=15)
        desk.flag()
        frame, _ = heard.end()
    assert frame.entries == []


def test_signing_out_ends_the_socket(ward: Ward) -> None:
    desk, other = ward.desk(), ward.desk()
    with desk.listening() as heard, other.listening() as stays:
        url = f"{ward.service.origin}/{ODS}/auth/revoke"
        body = {"token": desk.token, "client_id": "reception-desktop"}
        assert ward.http.post(url, data=body).status_code == 200
        frame, code = heard.end()
        other.flag()
        assert stays.news().numbers == [1]  # another sign-in of the same person goes on
    assert (frame.status, code) == ("off", 1008)


def test_disabling_an_account_ends_its_sockets(own_ward: Callable[[], Ward]) -> None:
    ward = own_ward()
    with ward.desk("sam").listening() as heard, ward.desk("priya").listening() as stays:
        with opened(ward.folder, ward.settings) as (_, identity):
            identity.disable(ODS, "sam")
        frame, _ = heard.end()
        stays.desk.flag()
        assert stays.news().numbers == [1]
    assert frame.status == "off"


def test_a_clean_stop_says_off(own_ward: Callable[[], Ward]) -> None:
    ward = own_ward()
    desk = ward.desk("priya")
    url = desk.binding(desk.subscribe())["websocket-url"]
    with (
        ward.desk("sam").listening() as one,
        desk.listening() as two,
        open_socket(ward, url) as unbound,
    ):
        ward.stop()
        for heard in (one, two):
            frame, code = heard.end()
            assert (frame.status, code) == ("off", 1001)
        assert unbound.closed() == 1001


def test_deleting_the_subscription_ends_its_socket(ward: Ward) -> None:
    desk = ward.desk()
    with desk.listening() as heard:
        assert desk.call("DELETE", f"Subscription/{heard.subscription}").status_code == 204
        frame, code = heard.end()
    assert (frame.status, code) == ("off", 1000)
    answer = desk.call("GET", f"Subscription/{heard.subscription}/$events")
    assert answer.status_code in (404, 410)


def test_turning_a_subscription_off_ends_its_socket(ward: Ward) -> None:
    desk = ward.desk()
    with desk.listening() as heard:
        path = f"Subscription/{heard.subscription}"
        off = {**desk.call("GET", path).json(), "status": "off"}
        assert desk.call("PUT", path, json=off).status_code == 200
        frame, _ = heard.end()
    assert frame.status == "off"
    assert desk.call("GET", f"{path}/$get-ws-binding-token").status_code == 410


def test_after_its_end_a_subscription_is_gone(ward: Ward) -> None:
    desk = ward.desk()
    end = instant(ward.clock.at + timedelta(minutes=5))
    with desk.listening(heartbeat_s=1, end=end) as heard:
        ward.clock.move(minutes=5)
        frame, _ = heard.end()
    assert frame.status == "error"
    assert desk.call("GET", f"Subscription/{heard.subscription}/$status").status_code == 410


def test_events_outside_the_rights_of_a_token_are_numbered_but_empty(ward: Ward) -> None:
    desk = ward.desk()
    narrow = ward.desk("sam", ["user/Slot.rs", "user/Subscription.cruds"])
    with narrow.listening() as heard:
        desk.flag("SECRET")
        frame = heard.news()
        assert frame.numbers == [1]
        assert frame.focuses == [None]
        assert frame.entries == []
        caught_up = narrow.events(heard.subscription)
    assert (caught_up.numbers, caught_up.focuses, caught_up.entries) == ([1], [None], [])


@pytest.mark.parametrize(("content", "named"), [("id-only", True), ("empty", False)])
def test_less_may_be_sent(ward: Ward, content: str, named: bool) -> None:
    desk = ward.desk()
    with desk.listening(content=content) as heard:
        flag = desk.flag()
        frame = heard.news()
    assert frame.numbers == [1]
    assert frame.entries == []
    assert frame.focuses == [f"Flag/{flag['id']}" if named else None]


def test_a_slow_reader_is_told_to_catch_up_and_loses_nothing(ward: Ward) -> None:
    desk = ward.desk()
    held = desk.subscribe()
    bound = desk.binding(held)
    count, numbers = 40, list[int]()
    with open_socket(ward, bound["websocket-url"], max_queue=1) as slow:
        slow.send(f"bind-with-token {bound['token']}")
        slow.recv()
        with desk.listening() as quick:
            for number in range(1, count + 1):
                desk.flag("x" * 1_000_000)
                assert quick.news().numbers == [number]  # nobody waits for the slow one
        reader = Listener(slow, desk, held)
        with contextlib.suppress(ConnectionClosed):  # the last word may not fit down a full pipe
            while (frame := reader.news()).status == "active":
                numbers += frame.numbers
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) < count
    missed = desk.events(held, f"?eventsSinceNumber={len(numbers) + 1}")
    assert missed.numbers == list(range(len(numbers) + 1, count + 1))


@pytest.mark.parametrize(
    "text",
    [
        "bind-with-token nonsense",
        '{"type":"bind-with-token","payload":{"token":"nonsense"}}',
    ],
)
def test_a_wrong_token_binds_nothing(ward: Ward, text: str) -> None:
    desk = ward.desk()
    url = desk.binding(desk.subscribe())["websocket-url"]
    with open_socket(ward, url) as socket:
        socket.send(text)
        assert socket.closed() == 1008


def test_a_token_binds_once(ward: Ward) -> None:
    desk = ward.desk()
    bound = desk.binding(desk.subscribe())
    for works in (True, False):
        with open_socket(ward, bound["websocket-url"]) as socket:
            socket.send(f"bind-with-token {bound['token']}")
            if works:
                assert "handshake" in str(socket.recv())
            else:
                assert socket.closed() == 1008


def test_a_socket_is_bound_to_one_subscription(ward: Ward) -> None:
    desk = ward.desk()
    with desk.listening() as heard:
        heard.subscription = desk.subscribe()
        heard.renew()
        frame, code = heard.end()
    assert (frame.status, code) == ("error", 1008)


def test_noise_is_passed_over_and_a_ping_answered(ward: Ward) -> None:
    desk = ward.desk()
    with desk.listening() as heard:
        for noise in ("hello", "{", "[]", '{"type":1}', '{"type":"bind-with-token"}'):
            heard.socket.send(noise)
        heard.socket.send(b"\x00\x01")
        heard.socket.send('{"type":"ping"}')
        assert heard.socket.recv() == '{"type":"pong"}'
        desk.flag()
        assert heard.news().numbers == [1]


def test_another_practice_has_no_socket(ward: Ward) -> None:
    url = ward.service.origin.replace("https", "wss") + "/B00000/live"
    with pytest.raises(InvalidStatus), open_socket(ward, url):
        pass
