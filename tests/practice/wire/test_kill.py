"""P2: nothing acknowledged is lost, whenever the service is killed."""

import asyncio
import ssl
import uuid
from itertools import cycle
from pathlib import Path

import httpx2
import pytest

from contract import systems
from tests.booking import booking, open_session
from tests.running import RunningPractice

BOOKINGS = 1_000
KILL_AFTER = 300


@pytest.mark.timeout(300)
def test_killed_during_a_thousand_bookings_it_keeps_every_acknowledged_one(tmp_path: Path) -> None:
    with RunningPractice.demo(tmp_path / "data").start() as practice:
        _kill_and_look(practice)


def _kill_and_look(practice: RunningPractice) -> None:
    desk = practice.as_role("receptionist")
    clinician = practice.account("clinician")["reference"].rpartition("/")[2]
    slots = open_session(desk, clinician, BOOKINGS)
    patients = cycle(p["id"] for p in desk.search("Patient?active=true&_count=1000"))
    plan = [(str(uuid.uuid4()), slot, next(patients), clinician) for slot in slots]
    acknowledged = asyncio.run(_book_and_kill(practice, desk.token, plan))
    assert KILL_AFTER <= len(acknowledged) < BOOKINGS

    practice.serve_again()
    desk = practice.as_role("receptionist")
    stored = desk.search("Appointment?date=ge2026-12-21T00:00:00Z&_count=1000")
    keys = [
        i["value"] for a in stored for i in a["identifier"] if i["system"] == systems.BOOKING_KEY
    ]
    assert acknowledged <= set(keys), "an acknowledged booking is gone"
    assert len(keys) == len(set(keys)), "a booking is there twice"
    live = [s["reference"] for a in stored if a["status"] == "booked" for s in a.get("slot", [])]
    assert len(live) == len(set(live)), "a slot is booked twice"
    planned = {f"Slot/{slot['id']}" for slot in slots}
    busy = {
        f"Slot/{s['id']}"
        for s in desk.search("Slot?start=ge2026-12-21T00:00:00Z&status=busy&_count=1000")
    }
    assert busy & planned == set(live) & planned, "a slot was leaked as busy"
    assert practice.stop() == 0


async def _book_and_kill(
    practice: RunningPractice, token: str, plan: list[tuple[str, dict[str, object], str, str]]
) -> set[str]:
    acknowledged: set[str] = set()
    context = ssl.create_default_context(cafile=str(practice.ca))
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/fhir+json"}
    queue = iter(plan)
    killed = False
    async with httpx2.AsyncClient(verify=context, headers=headers, timeout=30.0) as http:

        async def desk() -> None:
            nonlocal killed
            for key, slot, patient, clinician in queue:
                try:
                    tree = booking(slot, patient, clinician, key)
                    answer = await http.post(practice.base, json=tree)
                except httpx2.TransportError:
                    return  # the service is dead: whether this one was stored is not known
                assert answer.status_code == 200, answer.text
                acknowledged.add(key)
                if len(acknowledged) >= KILL_AFTER and not killed:
                    killed = True
                    practice.kill()

        await asyncio.gather(*(desk() for _ in range(16)))
    return acknowledged
