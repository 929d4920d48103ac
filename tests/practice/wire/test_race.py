"""P1: a slot is never booked twice by accident."""

import asyncio
import ssl
import uuid
from collections import Counter

import httpx2
import pytest

from tests.booking import appointment, booking, open_session
from tests.running import RunningPractice

RACERS = 200


@pytest.mark.parametrize("plain", [False, True], ids=["transaction", "plain POST"])
def test_two_hundred_race_for_one_slot_and_one_wins(
    practice: RunningPractice, *, plain: bool
) -> None:
    desk = practice.as_role("receptionist")
    clinician = practice.account("clinician")["reference"].rpartition("/")[2]
    slot = open_session(desk, clinician, 1)[0]
    patients = [p["id"] for p in desk.search("Patient?active=true&_count=250")][:RACERS]
    headers = {"Authorization": f"Bearer {desk.token}", "Content-Type": "application/fhir+json"}

    async def race() -> list[int]:
        context = ssl.create_default_context(cafile=str(practice.ca))
        limits = httpx2.Limits(max_connections=32)
        async with httpx2.AsyncClient(
            verify=context, headers=headers, limits=limits, timeout=60.0
        ) as http:

            async def one(patient: str) -> int:
                if plain:
                    tree = appointment(slot, patient, clinician, str(uuid.uuid4()))
                    return (await http.post(f"{practice.base}/Appointment", json=tree)).status_code
                tree = booking(slot, patient, clinician)
                return (await http.post(practice.base, json=tree)).status_code

            return await asyncio.gather(*(one(patient) for patient in patients))

    answers = Counter(asyncio.run(race()))
    won = 201 if plain else 200
    assert answers[won] == 1
    assert sum(answers[lost] for lost in (409, 412)) == RACERS - 1
    live = desk.search(f"Appointment?slot=Slot/{slot['id']}&status=booked")
    assert len(live) == 1
    assert desk.get(f"Slot/{slot['id']}").json()["status"] == "busy"
