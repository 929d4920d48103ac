"""Numbers that patients are told count only what they may see."""

import httpx2

from tests.practice.fhir.conftest import House
from tests.practice.fhir.house import SLOTS, appointment

DAY = [("start", "ge2026-11-23T00:00:00Z"), ("start", "lt2026-11-24T00:00:00Z")]


def number(client: httpx2.Client, *more: tuple[str, str]) -> int:
    answer = client.get("/Slot", params=[*DAY, ("status", "free"), *more])
    assert answer.status_code == 200, answer.text
    return int(answer.json()["total"])


def test_a_count_leaves_out_what_is_held_back(house: House, desk: httpx2.Client) -> None:
    with house.client("patient") as patient:
        open_now = number(patient, ("_summary", "count"))
        assert open_now
        # A walk-in over the times of four slots, without a slot of its own.
        walked_in = appointment(40, "0d1f2b06-5a38-4a1e-b6de-3f1a1d77ac40", "p3")
        del walked_in["slot"], walked_in["identifier"]
        walked_in["end"] = appointment(43, "x")["end"]
        walked_in["minutesDuration"] = 40
        made = desk.post("/Appointment", json=walked_in)
        assert made.status_code == 201, made.text
        hidden = open_now - number(patient, ("_summary", "count"))
        assert hidden == 4
        # The same number however it is asked for, and on however small pages.
        for more in ((), (("_total", "accurate"),), (("_count", "7"),), (("_count", "0"),)):
            assert number(patient, *more) == open_now - hidden
        answer = patient.get("/Slot", params=[*DAY, ("_count", "1000")]).json()
        assert len(answer["entry"]) == answer["total"] == open_now - hidden
        assert not {f"s{n}" for n in range(40, 44)} & {e["resource"]["id"] for e in answer["entry"]}
        assert patient.get("/Slot/s41").status_code == 404
    assert number(desk, ("_summary", "count")) == SLOTS - len(_taken(desk))
    assert desk.get("/Slot/s41").status_code == 200


def _taken(desk: httpx2.Client) -> list[str]:
    answer = desk.get("/Slot", params=[*DAY, ("status:not", "free"), ("_count", "1000")])
    return [entry["resource"]["id"] for entry in answer.json().get("entry", [])]
