import uuid

import httpx2
import pytest

from tests.practice.fhir.conftest import House
from tests.practice.fhir.house import flag


def test_a_read_tells_version_and_time(house: House, desk: httpx2.Client) -> None:
    answer = desk.get("/Patient/p1")
    assert answer.status_code == 200
    tree = answer.json()
    assert answer.headers["etag"] == f'W/"{tree["meta"]["versionId"]}"'
    assert answer.headers["content-type"].startswith("application/fhir+json")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["last-modified"].startswith("Mon, 23 Nov 2026")
    # The practice's time, not the machine's.
    assert answer.headers["date"].startswith("Mon, 23 Nov 2026 07:")


def test_what_the_client_named_is_echoed(desk: httpx2.Client) -> None:
    sent = {"X-Request-Id": str(uuid.uuid4()), "X-Correlation-Id": str(uuid.uuid4())}
    for path in ("/Patient/p1", "/Patient/none", "/metadata"):
        answer = desk.get(path, headers=sent)
        assert {name: answer.headers[name] for name in sent} == sent


def test_history_and_versions(desk: httpx2.Client, key: str) -> None:
    made = desk.post("/Flag", json=flag(key)).json()
    changed = desk.put(f"/Flag/{made['id']}", json={**made, "status": "inactive"}).json()
    assert changed["meta"]["versionId"] == "2"
    history = desk.get(f"/Flag/{made['id']}/_history").json()
    assert (history["type"], history["total"]) == ("history", 2)
    assert [entry["resource"] for entry in history["entry"]] == [changed, made]
    assert [entry["request"]["method"] for entry in history["entry"]] == ["PUT", "POST"]
    assert [entry["response"]["status"] for entry in history["entry"]] == ["200", "201"]
    first = desk.get(f"/Flag/{made['id']}/_history/1")
    assert (first.json(), first.headers["etag"]) == (made, 'W/"1"')
    assert desk.get(f"/Flag/{made['id']}/_history/3").status_code == 404


def test_a_removed_subscription_is_gone(house: House, desk: httpx2.Client) -> None:
    made = desk.post("/Subscription", json=subscription()).json()
    assert desk.delete(f"/Subscription/{made['id']}").status_code == 204
    followed = [one.method for one in house.followed if one.id == made["id"]]
    assert followed == ["POST", "DELETE"]  # the rooms above hear of both
    assert desk.get(f"/Subscription/{made['id']}").status_code == 410
    assert desk.get(f"/Subscription/{made['id']}/_history/2").status_code == 410
    assert desk.get(f"/Subscription/{made['id']}/_history/1").status_code == 200
    history = desk.get(f"/Subscription/{made['id']}/_history").json()
    assert [entry["request"]["method"] for entry in history["entry"]] == ["DELETE", "POST"]
    assert desk.delete(f"/Subscription/{made['id']}").status_code == 404


def subscription() -> dict[str, object]:
    """The Subscription of contract 10.1."""
    backport = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition"
    return {
        "resourceType": "Subscription",
        "status": "requested",
        "reason": "Reception desktop",
        "end": "2026-11-24T02:00:00Z",
        "criteria": "https://reception.example/fhir/SubscriptionTopic/practice-changes",
        "channel": {
            "type": "websocket",
            "payload": "application/fhir+json",
            "extension": [{"url": f"{backport}/backport-heartbeat-period", "valueUnsignedInt": 5}],
            "_payload": {
                "extension": [
                    {"url": f"{backport}/backport-payload-content", "valueCode": "full-resource"}
                ]
            },
        },
    }


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/Patient/none", "PATIENT_NOT_FOUND"),
        ("/Slot/none", "NO_RECORD_FOUND"),
        ("/Slot/a%20b", "NO_RECORD_FOUND"),
        ("/Medication/x", "NO_RECORD_FOUND"),
        ("/nowhere/at/all/x", "NO_RECORD_FOUND"),
    ],
)
def test_what_is_not_there_is_404(desk: httpx2.Client, path: str, code: str) -> None:
    answer = desk.get(path)
    assert answer.status_code == 404
    assert answer.json()["issue"][0]["details"]["coding"][0]["code"] == code


def test_another_practice_is_404_even_where_it_exists(house: House) -> None:
    with house.client() as client:
        assert client.get(f"{house.origin}/Z99999/fhir/Patient/p1").status_code == 404
        # The token is for the other practice.
        assert client.get(f"{house.origin}/B00000/fhir/Patient/p1").status_code == 401


def test_a_patient_sees_nothing_of_others(house: House, desk: httpx2.Client, key: str) -> None:
    made = desk.post("/Flag", json=flag(key, "p2")).json()
    with house.client("patient") as patient:
        assert patient.get("/Patient/p1").status_code == 200
        assert patient.get("/Patient/p2").status_code == 404
        assert patient.get("/Patient/p2/_history").status_code == 404
        assert patient.get("/Patient/p2/_history/1").status_code == 404
        assert patient.get(f"/Flag/{made['id']}").status_code in (403, 404)
