"""The service under 1, 8 and 32 clients: bookings and board loads a second, over HTTPS."""

import asyncio
import itertools
import ssl
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx2
import psutil

from benchmarks.figures import Figure, spread_ms
from benchmarks.scene import Scene
from tests.booking import booking, open_session
from tests.running import RunningPractice, Signed

CLIENTS = (1, 8, 32)
BOOKINGS_EACH = 300
LOADS_EACH = 60
DAY = "start=ge2026-11-23T00:00:00Z&start=lt2026-11-24T00:00:00Z"


def measure(_scene: Scene) -> list[Figure]:
    """Bookings and board loads, with the memory of the service after them."""
    with tempfile.TemporaryDirectory() as folder:
        practice = RunningPractice.demo(Path(folder) / "data", patients=10_000)
        began = time.perf_counter()
        practice.start()
        figures = [
            Figure("practice of 10,000 loaded and serving", f"{time.perf_counter() - began:.1f} s")
        ]
        try:
            desk = practice.as_role("receptionist")
            figures += asyncio.run(_bookings(practice, desk))
            figures += asyncio.run(_board_loads(practice, desk))
            assert practice.process is not None
            memory = psutil.Process(practice.process.pid).memory_info().rss
            figures.append(Figure("memory of the service", f"{memory / 2**20:.0f} MiB", "RSS"))
        finally:
            practice.stop()
    return figures


async def _bookings(practice: RunningPractice, desk: Signed) -> list[Figure]:
    clinician = practice.account("clinician")["reference"].rpartition("/")[2]
    slots = iter(open_session(desk, clinician, BOOKINGS_EACH * len(CLIENTS)))
    patients = itertools.cycle(p["id"] for p in desk.search("Patient?active=true&_count=1000"))
    figures = []
    for clients in CLIENTS:
        plan = iter(
            [
                booking(slot, next(patients), clinician)
                for slot in itertools.islice(slots, BOOKINGS_EACH)
            ]
        )

        async def book(http: httpx2.AsyncClient, plan: "object" = plan) -> bool:
            tree = next(plan, None)  # type: ignore[call-overload]
            if tree is None:
                return False
            answer = await http.post(practice.base, json=tree)
            assert answer.status_code == 200, answer.text
            return True

        figures.append(await _timed(practice, desk, clients, "bookings", book))
    return figures


async def _board_loads(practice: RunningPractice, desk: Signed) -> list[Figure]:
    figures = []
    paths = (
        "Schedule?date=ge2026-11-23T00:00:00Z&date=lt2026-11-24T00:00:00Z"
        "&_include=Schedule:actor&_count=200",
        f"Slot?{DAY}&_count=1000",
        "Appointment?date=ge2026-11-23T00:00:00Z&date=lt2026-11-24T00:00:00Z"
        "&_include=Appointment:patient&_count=1000",
    )
    for clients in CLIENTS:
        left = iter(range(LOADS_EACH))

        async def load(http: httpx2.AsyncClient, left: "object" = left) -> bool:
            if next(left, None) is None:  # type: ignore[call-overload]
                return False
            answers = await asyncio.gather(*(http.get(f"{practice.base}/{p}") for p in paths))
            assert all(answer.status_code == 200 for answer in answers)
            return True

        figures.append(await _timed(practice, desk, clients, "board loads", load))
    return figures


async def _timed(
    practice: RunningPractice,
    desk: Signed,
    clients: int,
    what: str,
    once: Callable[[httpx2.AsyncClient], Awaitable[bool]],
) -> Figure:
    context = ssl.create_default_context(cafile=str(practice.ca))
    headers = {"Authorization": f"Bearer {desk.token}", "Content-Type": "application/fhir+json"}
    took: list[float] = []

    async def client() -> None:
        async with httpx2.AsyncClient(verify=context, headers=headers, timeout=60) as http:
            while True:
                began = time.perf_counter()
                if not await once(http):
                    return
                took.append(time.perf_counter() - began)

    began = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    rate = len(took) / (time.perf_counter() - began)
    return Figure(f"{what}, {clients} clients", f"{rate:.0f}/s", spread_ms(took))
