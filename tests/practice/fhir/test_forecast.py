"""What the next hour brings, and how long it takes, counted from the requests themselves."""

import base64
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from contract import documents, systems
from contract.forecast import like_days, on_day
from contract.waiting_text import in_words
from practice.clock import instant
from practice.fhir.forecast import pace_of
from tests.practice.fhir.conftest import House
from tests.practice.fhir.house import ODS

Tree = dict[str, Any]


@pytest.fixture
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = House(tmp_path_factory.mktemp("forecast"))
    yield made
    made.close()


def now_of(house: House) -> datetime:
    return house.store.read_now(ODS, lambda unit: unit.now)


def task(name: str, at: datetime, kind: str = "admin-query", **more: Any) -> Tree:
    return {
        "resourceType": "Task",
        "id": name,
        "status": "completed",
        "intent": "order",
        "code": {"coding": [{"system": systems.REQUEST_TYPE, "code": kind}]},
        "authoredOn": instant(at),
        "lastModified": instant(at + timedelta(minutes=5)),
        **more,
    }


def asked(house: House, who: str = "receptionist", what: str = "$forecast") -> list[Tree]:
    with house.client(who) as client:
        answer = client.get(f"/Task/{what}")
    assert answer.status_code == 200, answer.text
    tree = answer.json()
    assert tree["resourceType"] == "Parameters"
    told: list[Tree] = tree.get("parameter", [])
    return told


def value(told: list[Tree], name: str) -> Any:
    one = next((p for p in told if p["name"] == name), {})
    return next((v for key, v in one.items() if key.startswith("value")), None)


def expected(told: list[Tree]) -> dict[tuple[str, str], float]:
    found = {}
    for one in told:
        if one["name"] == "expected":
            parts = {p["name"]: p for p in one["part"]}
            key = parts["start"]["valueInstant"], parts["request-type"]["valueCoding"]["code"]
            found[key] = parts["requests"]["valueDecimal"]
    return found


def test_history_of_like_days_tells_the_next_hour_by_quarter_and_type(house: House) -> None:
    now = now_of(house)
    day = like_days(now.date())
    trees = []
    for number, earlier in enumerate(day):
        same = on_day(now, earlier)
        trees += [task(f"a{number}-{n}", same + timedelta(minutes=20 + n)) for n in range(3)]
        trees.append(task(f"b{number}", same + timedelta(minutes=50), "thread"))
        trees.append(task(f"c{number}", same + timedelta(hours=3), "thread"))
    house.store.load(ODS, trees)
    told = asked(house)
    assert value(told, "basis") == "history"
    assert value(told, "days") == 6
    counts = expected(told)
    assert sorted((kind, number) for (_, kind), number in counts.items()) == [
        ("admin-query", 3.0),
        ("thread", 1.0),
    ]
    starts = {kind: datetime.fromisoformat(start) for start, kind in counts}
    assert timedelta(minutes=14) < starts["admin-query"] - now < timedelta(minutes=17)
    assert timedelta(minutes=44) < starts["thread"] - now < timedelta(minutes=47)


def test_short_history_falls_back_to_the_weights_of_a_day_and_says_so(house: House) -> None:
    now = now_of(house)
    earlier = [now - timedelta(days=3, hours=-n) for n in range(8)]  # the Friday before
    house.store.load(ODS, [task(f"t{n}", at) for n, at in enumerate(earlier)])
    told = asked(house)
    assert value(told, "basis") == "hour-weights"
    assert value(told, "days") == 0
    assert 0 < sum(expected(told).values()) < 8
    assert {kind for _, kind in expected(told)} == {"admin-query"}


def test_a_practice_without_any_request_expects_nothing_and_says_on_what_basis(
    house: House,
) -> None:
    told = asked(house)
    assert value(told, "basis") == "hour-weights"
    assert expected(told) == {}
    assert value(told, "first-answer") is None


def test_arrivals_answers_and_the_time_to_a_first_answer(house: House) -> None:
    now = now_of(house)
    ago = timedelta(minutes=1)
    waits: Tree = {"status": "on-hold", "businessStatus": _state("awaiting-patient")}
    sleeps: Tree = {"status": "on-hold", "businessStatus": _state("snoozed")}
    house.store.load(
        ODS,
        [
            task("done", now - 30 * ago, lastModified=instant(now - 10 * ago)),
            task("before", now - 300 * ago, lastModified=instant(now - 90 * ago)),
            task("told", now - 50 * ago, lastModified=instant(now - 5 * ago), **waits),
            task("slept", now - 50 * ago, lastModified=instant(now - 5 * ago), **sleeps),
            task("open", now - 20 * ago, status="requested"),
            task("viewed", now - 3000 * ago, status="received"),
        ],
    )
    pace = house.store.read_now(ODS, pace_of)
    assert (pace.arrived, pace.answered, pace.waiting) == (4, 2, 2)
    assert len(pace.first_answer) == 5
    told = asked(house)
    assert (value(told, "arrived"), value(told, "answered"), value(told, "waiting")) == (4, 2, 2)
    assert [p["name"] for p in told if "part" in p and p["name"] == "first-answer"]


def _state(code: str) -> Tree:
    return {"coding": [{"system": systems.REQUEST_STATE, "code": code}]}


def test_only_staff_who_see_requests_are_told_and_nothing_else_is_asked(house: House) -> None:
    with house.client("patient") as jane, house.client("reader") as reader:
        assert jane.get("/Task/$forecast").status_code == 403
        assert reader.get("/Task/$forecast").status_code == 403
    with house.client("receptionist") as desk:
        assert desk.get("/Task/$forecast?day=1").status_code == 400
        assert desk.get("/Task/$weather").status_code == 501
        statement = desk.get("/metadata").json()
    tasks = next(r for r in statement["rest"][0]["resource"] if r["type"] == "Task")
    assert [o["name"] for o in tasks["operation"]] == ["forecast", "waiting"]


def test_patients_are_told_of_waiting_in_the_practices_words_with_the_measured_time(
    house: House,
) -> None:
    assert asked(house, "patient", "$waiting") == []
    now = now_of(house)
    done = [task(f"d{n}", now - timedelta(minutes=40), lastModified=instant(now)) for n in range(6)]
    house.store.load(ODS, done)
    text = 'show = true\nuntil = 2026-11-23T18:30:00Z\ntext = "A first answer takes {time}."\n'
    with house.client("manager") as manager:
        tree = documents.tree_of("waiting-text", text)
        assert manager.post("/Library", json=tree).status_code == 201
        broken = base64.b64encode(b'text = "{when}"').decode()
        held = manager.get("/Library").json()["entry"][0]["resource"]
        held["content"][0]["data"] = broken
        version = held["meta"]["versionId"]
        no = manager.put(
            f"/Library/{held['id']}", json=held, headers={"If-Match": f'W/"{version}"'}
        )
        assert no.status_code == 422
        assert "only the places" in no.json()["issue"][0]["details"]["text"]
    told = asked(house, "patient", "$waiting")
    assert value(told, "text") == f"A first answer takes {in_words(value(told, 'minutes'))}."
    assert value(told, "minutes") >= 0
