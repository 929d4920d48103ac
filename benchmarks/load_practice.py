"""How long the invented practice takes to make and to store, and how big it is."""

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import psutil

from benchmarks.figures import Figure
from benchmarks.scene import Scene
from practice.clock import StillClock
from practice.demo import ODS
from practice.demo.generate.practice import Practice
from practice.store import Store

AT = datetime(2026, 11, 23, 7, 58, tzinfo=UTC)
SIZES = (1_000, 10_000)


def measure(_scene: Scene) -> list[Figure]:
    """Make and store practices of several sizes, one after the other."""
    return [figure for size in SIZES for figure in _measured(size)]


def _measured(size: int) -> list[Figure]:
    begun = time.perf_counter()
    made = sum(1 for _ in Practice(1, AT, size).trees())
    making_s = time.perf_counter() - begun
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "practice.db")
        store = Store(f"sqlite:///{file}", StillClock(AT))
        store.open()
        cpu_s, begun = time.process_time(), time.perf_counter()
        practice = Practice(1, AT, size)
        stored = sum(store.load(ODS, stage.trees()) for stage in practice.stages())
        took_s = time.perf_counter() - begun
        cpu_s = time.process_time() - cpu_s
        store.close()
        on_disk = file.stat().st_size / 2**20
    memory = psutil.Process().memory_info().rss / 2**20
    name = f"{size:,} patients, 30 days"
    return [
        Figure(f"{name}: made", f"{making_s:.1f} s", f"{made:,} resources"),
        Figure(
            f"{name}: made and stored",
            f"{took_s:.1f} s",
            f"{stored / took_s:,.0f} resources/s, {cpu_s:.1f} s of processor",
        ),
        Figure(f"{name}: database", f"{on_disk:.0f} MiB", f"process {memory:.0f} MiB"),
    ]
