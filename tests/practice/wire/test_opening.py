"""At 08:00 the service does by itself what its slots' rules say, over HTTPS, nobody looking on."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contract.systems import BOOKING_ACCESS, SLOT_TYPE
from tests.running import RunningPractice, Signed
from tests.whole.program import until

Tree = dict[str, Any]
DAY = "start=ge2026-11-23T08:30:00Z&start=lt2026-11-24T00:00:00Z"
ON_THE_DAY = f"Slot?{DAY}&service-category={BOOKING_ACCESS}|on-the-day&_count=1000"


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPractice]:
    """A practice at ten seconds to eight, running thrice as fast."""
    folder: Path = tmp_path_factory.mktemp("eight") / "data"
    with RunningPractice.demo(folder, at="2026-11-23T07:59:50", more=("--speed", "3")) as running:
        yield running.start()


def concepts(*codes: str, system: str = BOOKING_ACCESS) -> list[Tree]:
    return [{"coding": [{"system": system, "code": code}]} for code in codes]


def access(slot: Tree) -> set[str]:
    return {c["coding"][0]["code"] for c in slot.get("serviceCategory", ())}


def test_nobody_is_signed_in_and_the_slots_open_at_eight(practice: RunningPractice) -> None:
    desk = practice.as_role("receptionist")
    until(lambda: not desk.search(f"{ON_THE_DAY}&status=busy-unavailable"), "the slots opened")
    # However late that was seen, their histories say that they were closed before.
    opened = desk.search(f"{ON_THE_DAY}&status=free")
    assert opened
    for slot in opened[:5]:
        history = desk.get(f"Slot/{slot['id']}/_history").json()
        states = [e["resource"]["status"] for e in history["entry"]]
        assert states == ["free", "busy-unavailable"]
        assert slot["meta"]["lastUpdated"].startswith("2026-11-23T08:00:")


def in_three_days(desk: Signed, hour: int, **more: Any) -> Tree:
    """A slot of a session that is there already."""
    schedule = desk.search("Schedule?date=ge2026-11-26T00:00:00Z&_count=1")[0]
    return {
        "resourceType": "Slot",
        "schedule": {"reference": f"Schedule/{schedule['id']}"},
        "status": "free",
        "start": f"2026-11-26T{hour}:00:00Z",
        "end": f"2026-11-26T{hour}:10:00Z",
        "serviceType": concepts("phone-call", system=SLOT_TYPE),
        **more,
    }


def test_a_rule_is_changed_and_the_service_follows_it(practice: RunningPractice) -> None:
    """New slots take the type's rule, a changed one shuts and opens them, and who may is said."""
    desk, clinician = practice.as_role("receptionist"), practice.as_role("clinician")
    service = desk.search(f"HealthcareService?service-type={SLOT_TYPE}|phone-call")[0]
    assert access({"serviceCategory": service["characteristic"]}) == {"reception", "48h"}
    made = desk.post(in_three_days(desk, 20))
    assert made.status_code == 201, made.text
    slot = made.json()
    assert slot["status"] == "busy-unavailable"
    assert access(slot) == {"reception", "48h"}
    assert slot["serviceType"][0]["text"] == service["name"]

    wanted = {**service, "characteristic": concepts("reception", "3d@0759", "online")}
    no = clinician.put(wanted)
    assert no.status_code == 403
    assert no.json()["issue"][0]["details"]["text"] == (
        "You need the right “Release slots”; receptionists and managers have it."
    )
    bad = desk.put({**service, "characteristic": concepts("reception", "3days")})
    assert bad.status_code == 422
    assert bad.json()["issue"][0]["expression"] == ["HealthcareService.characteristic"]
    assert desk.put(wanted).status_code == 200

    def opened() -> Tree:
        tree: Tree = desk.get(f"Slot/{slot['id']}").json()
        return tree

    until(lambda: opened()["status"] == "free", "the slot opened by its new rule")
    assert access(opened()) == {"reception", "3d@0759", "online"}
    window = "start=ge2026-11-26T19:00:00Z&start=lt2026-11-26T22:00:00Z"
    seen = practice.as_role("patient").search(f"Slot?{window}")
    assert slot["id"] in {one["id"] for one in seen}


def test_what_is_kept_for_others_falls_back(practice: RunningPractice) -> None:
    desk = practice.as_role("receptionist")
    kept = concepts("nhs111", "gp-connect", "until-3d")
    slot = desk.post(in_three_days(desk, 21, serviceCategory=kept)).json()
    sooner = {**slot, "start": "2026-11-26T07:00:00Z", "end": "2026-11-26T07:10:00Z"}
    assert desk.put(sooner).status_code == 200  # three days before that is over

    def there() -> set[str]:
        return access(desk.get(f"Slot/{slot['id']}").json())

    until(lambda: there() == {"reception"}, "the slot fell back")


def test_demand_is_answered_to_reception(practice: RunningPractice) -> None:
    desk, patient = practice.as_role("receptionist"), practice.as_role("patient")
    assert patient.get("Slot/$demand").status_code == 403
    told = desk.get(f"Slot/$demand?{DAY}")
    assert told.status_code == 200, told.text
    waiting = [p for p in told.json()["parameter"] if p["name"] == "waiting"]
    assert sum(part["valueInteger"] for p in waiting for part in p["part"][1:2]) > 0
