"""Frames of the socket, as docs/contract.md 10.1 writes them, and rubbish."""

import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from reception.api.notification import notification_in, notification_of


def frame(kind: str, newest: int, *events: tuple[int, dict[str, Any] | None]) -> dict[str, Any]:
    """A status bundle with *events*."""
    told = [
        {
            "name": "notification-event",
            "part": [
                {"name": "event-number", "valueString": str(number)},
                *(
                    [
                        {
                            "name": "focus",
                            "valueReference": {
                                "reference": f"https://h.example/A99999/fhir/"
                                f"{tree['resourceType']}/{tree['id']}"
                            },
                        }
                    ]
                    if tree
                    else []
                ),
            ],
        }
        for number, tree in events
    ]
    parameters = {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "subscription", "valueReference": {"reference": "Subscription/sub1"}},
            {"name": "status", "valueCode": "active"},
            {"name": "type", "valueCode": kind},
            {"name": "events-since-subscription-start", "valueString": str(newest)},
            *told,
        ],
    }
    return {
        "resourceType": "Bundle",
        "type": "history",
        "timestamp": "2026-11-23T09:05:11.050Z",
        "entry": [{"resource": parameters}, *({"resource": t} for _, t in events if t)],
    }


def flag(version: str) -> dict[str, Any]:
    return {"resourceType": "Flag", "id": "f1", "meta": {"versionId": version}}


def test_an_event_brings_its_resource() -> None:
    found = notification_in(json.dumps(frame("event-notification", 42, (42, flag("2")))))
    assert found is not None
    assert (found.kind, found.status, found.newest) == ("event-notification", "active", 42)
    assert found.at == datetime(2026, 11, 23, 9, 5, 11, 50000, tzinfo=UTC)
    assert [(e.number, e.tree) for e in found.events] == [(42, flag("2"))]
    assert not found.is_end


def test_events_are_sorted_and_each_has_its_own_copy() -> None:
    bundle = frame("query-event", 8, (7, flag("2")), (8, flag("3")))
    found = notification_of(bundle)
    assert found is not None
    assert [(e.number, e.tree) for e in found.events] == [(7, flag("2")), (8, flag("3"))]


def test_one_copy_serves_two_events_of_the_same_resource() -> None:
    bundle = frame("query-event", 8, (7, flag("3")), (8, flag("3")))
    del bundle["entry"][2]
    found = notification_of(bundle)
    assert found is not None
    assert [e.tree for e in found.events] == [flag("3"), flag("3")]


def test_an_event_may_be_empty() -> None:
    found = notification_of(frame("event-notification", 9, (9, None)))
    assert found is not None
    assert [(e.number, e.tree) for e in found.events] == [(9, None)]


def test_the_service_says_goodbye() -> None:
    bundle = frame("heartbeat", 3)
    bundle["entry"][0]["resource"]["parameter"][1]["valueCode"] = "off"
    found = notification_of(bundle)
    assert found is not None
    assert found.is_end


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "resourceType",
                    "entry",
                    "resource",
                    "parameter",
                    "name",
                    "part",
                    "valueString",
                    "valueReference",
                    "reference",
                    "timestamp",
                ]
            )
            | st.text(max_size=4),
            inner,
            max_size=5,
        )
    ),
    max_leaves=30,
)


@settings(max_examples=100)
@given(JSON)
def test_rubbish_is_no_notification_and_no_fault(tree: Any) -> None:
    notification_in(json.dumps(tree))
    parameters = [{"name": "type", "valueCode": "event-notification"}, tree]
    resource = {"resourceType": "Parameters", "parameter": parameters}
    notification_of({"entry": [{"resource": resource}, {"resource": tree}, tree]})


@settings(max_examples=50)
@given(st.binary(max_size=40) | st.text(max_size=40))
def test_bytes_that_are_no_json_are_no_notification(raw: bytes | str) -> None:
    assert notification_in(raw) is None


def test_a_deeply_nested_frame_is_turned_away() -> None:
    assert notification_in("[" * 100_000) is None
