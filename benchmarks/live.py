"""A patient books online: how long until the cell is painted at the desk."""

from benchmarks.arrivals import book, latencies, send
from benchmarks.figures import Figure
from benchmarks.scene import Scene
from benchmarks.surgery import ORDINARY
from benchmarks.visit import visit
from reception.records.tree import Tree
from tests.running import RunningPractice, Signed

BOOKINGS = 220
PER_S = 8
EACH = 2


def measure(scene: Scene) -> list[Figure]:
    """Patients book what is in sight, each with a token of their own."""
    surgery = scene.surgery
    with visit(scene, "live", ORDINARY) as (practice, desktop):
        in_sight = set(desktop.ask("visible")["slots"])
        free = [slot for slot in _free(practice, surgery.staff_token) if slot["id"] in in_sight]
        may = [patient for patient in surgery.patients for _ in range(EACH)]
        writes = [
            book(slot, one.reference, one.token)
            for slot, one in zip(free[:BOOKINGS], may, strict=False)
        ]
        desktop.ask("watch")
        sent = send(practice, writes, PER_S)
        seen = desktop.ask("seen", after=1.0)
    return latencies(f"booking by a patient, {PER_S}/s", sent, seen)


def _free(practice: RunningPractice, token: str) -> list[Tree]:
    day = ORDINARY.day.isoformat()
    found = Signed(practice, token).search(
        f"Slot?start=ge{day}T00:00:00Z&start=lt{day}T23:59:00Z&status=free&_count=1000"
    )
    return [slot for slot in found if slot["start"] > f"{day}T08:00:30"]
