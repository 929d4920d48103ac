"""Opening a long day in the running client: from asking for it to the painted board."""

from datetime import date

from benchmarks.figures import Figure, median_ms
from benchmarks.scene import Scene
from benchmarks.surgery import HUGE, ORDINARY
from benchmarks.visit import visit
from reception.records.tree import Tree

TIMES = 7
EMPTY = date(2027, 1, 17)


def measure(scene: Scene) -> list[Figure]:
    """Each day several times, an empty one in between."""
    figures = []
    with visit(scene, "day_load", ORDINARY) as (_, desktop):
        for long_day in (ORDINARY, HUGE):
            runs = []
            for _ in range(TIMES):
                desktop.ask("leave_day", day=EMPTY.isoformat())
                runs.append(desktop.ask("open_day", day=long_day.day.isoformat()))
            figures += _figures(long_day.name, runs)
    return figures


def _figures(name: str, runs: list[Tree]) -> list[Figure]:
    cells = f"{runs[0]['cells']:,} slots"
    return [
        Figure(
            f"{name}: asked to painted",
            median_ms([run["painted"] - run["asked"] for run in runs]),
            f"{cells}, median of {len(runs)}",
        ),
        Figure(
            f"{name}: of it after the last record was in the stores",
            median_ms([run["painted"] - run["loaded"] for run in runs]),
        ),
        Figure(
            f"{name}: longest block of the window",
            median_ms([run["late_max_s"] for run in runs]),
            f"of processor: {median_ms([run['busy_max_s'] for run in runs])}",
        ),
    ]
