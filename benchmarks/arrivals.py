"""Writes sent at a steady rate from beside the client, each with when it was sent and answered."""

import asyncio
import ssl
import sys
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import httpx2

from benchmarks.figures import Figure, spread_ms
from contract import systems
from reception.records.tree import Tree
from tests.running import RunningPractice

CONNECTIONS = 16
SHARES = (0.5, 0.95, 0.99)


@dataclass(frozen=True)
class Write:
    """One request to send."""

    method: str
    path: str
    token: str
    tree: Tree
    version: str = ""


@dataclass(frozen=True)
class Sent:
    """What became of it: the name of the stored version (`id/version`), or the refusal."""

    sent_s: float
    answered_s: float
    name: str
    refusal: str = ""


def book(slot: Tree, patient: str, token: str) -> Write:
    """A booking of *slot* as a patient's program sends it: the service takes the slot by itself."""
    tree: Tree = {
        "resourceType": "Appointment",
        "identifier": [{"system": systems.BOOKING_KEY, "value": str(uuid.uuid4())}],
        "status": "booked",
        "description": "Booked online",
        "start": slot["start"],
        "end": slot["end"],
        "slot": [{"reference": f"Slot/{slot['id']}"}],
        "participant": [{"actor": {"reference": patient}, "status": "accepted"}],
    }
    return Write("POST", "Appointment", token, tree)


def send(practice: RunningPractice, writes: Sequence[Write], per_s: float) -> list[Sent]:
    """Send *writes*, so many a second whether answers come or not."""
    return asyncio.run(_send(practice, writes, per_s))


async def _send(practice: RunningPractice, writes: Sequence[Write], per_s: float) -> list[Sent]:
    context = ssl.create_default_context(cafile=str(practice.ca))
    limits = httpx2.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
    async with httpx2.AsyncClient(verify=context, limits=limits, timeout=30) as http:
        warm = [http.get(f"{practice.base}/metadata") for _ in range(CONNECTIONS)]
        await asyncio.gather(*warm)
        began_s = time.monotonic()
        tasks = []
        for number, write in enumerate(writes):
            await asyncio.sleep(max(0.0, began_s + number / per_s - time.monotonic()))
            tasks.append(asyncio.create_task(_one(http, practice.base, write)))
        return list(await asyncio.gather(*tasks))


async def _one(http: httpx2.AsyncClient, base: str, write: Write) -> Sent:
    headers = {
        "Authorization": f"Bearer {write.token}",
        "Content-Type": "application/fhir+json",
        "Prefer": "return=representation",
    }
    if write.version:
        headers["If-Match"] = f'W/"{write.version}"'
    sent_s = time.monotonic()
    answer = await http.request(
        write.method, f"{base}/{write.path}", json=write.tree, headers=headers
    )
    answered_s = time.monotonic()
    if answer.status_code not in (200, 201):
        return Sent(sent_s, answered_s, "", f"{answer.status_code} {answer.text[:300]}")
    stored = answer.json()
    return Sent(sent_s, answered_s, f"{stored['id']}/{stored['meta']['versionId']}")


def latencies(
    what: str, sent: Sequence[Sent], seen: Mapping[str, Mapping[str, float]]
) -> list[Figure]:
    """From a write to its cell, by the clock that all processes of the machine share."""
    stored, painted = seen["stored"], seen["painted"]
    done = [one for one in sent if one.name in painted]
    missing = sum(1 for one in sent if one.name and one.name not in stored)
    refusals = [one.refusal for one in sent if one.refusal]
    if refusals:
        print(f"{what}: {len(refusals)} refused, the first with {refusals[0]}", file=sys.stderr)
    return [
        Figure(
            f"{what}: request sent -> cell painted",
            spread_ms([painted[one.name] - one.sent_s for one in done], *SHARES),
            f"{len(done)} cells in sight; {missing} not told, {len(refusals)} refused",
        ),
        Figure(
            f"{what}: answer received -> cell painted",
            spread_ms([painted[one.name] - one.answered_s for one in done], *SHARES),
            "negative: painted before the sender knew",
        ),
        Figure(
            f"{what}: request sent -> answer received",
            spread_ms([one.answered_s - one.sent_s for one in sent if one.name], *SHARES),
        ),
        Figure(
            f"{what}: in the store -> cell painted",
            spread_ms([painted[one.name] - stored[one.name] for one in done], *SHARES),
        ),
    ]
