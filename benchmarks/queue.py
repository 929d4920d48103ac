"""The queue alone, without a practice: 5,000 open and 100,000 done."""

import json
import os
import subprocess
import sys

from benchmarks.figures import Figure
from benchmarks.scene import Scene


def measure(_scene: Scene) -> list[Figure]:
    """In a process of its own, so that memory is its own too."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.queue_paint"],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE,
        text=True,
        timeout=300,
        check=True,
    )
    found = json.loads(done.stdout)

    def of(*names: str) -> str:
        return ", ".join(f"{found[f'{name}_ms']:.1f} ms" for name in names)

    return [
        Figure("loaded: rows in order, first paint", of("reset", "first_paint")),
        Figure("counting all lanes: the longest piece, all", of("count_longest", "count_all")),
        Figure("filter, a keystroke: the first, p50, max", of("first_key", "key_p50", "key_max")),
        Figure("another lane: p50, max", of("lane_p50", "lane_max")),
        Figure("the lane of 100,000 done", of("done_lane")),
        Figure("a change of one, painted: p50, max", of("change_p50", "change_max")),
        Figure("an arrival while pinned: p50, max", of("arrival_p50", "arrival_max")),
        Figure("admit 100 new ones, painted", of("admit")),
        Figure("a minute passes: p50, max", of("minute", "minute_max")),
        Figure("red-flag phrases of 5,000 (not on the window's thread)", of("flags")),
        Figure(
            "memory: 105,000 records, the queue beside them",
            f"{found['records_mb']:.0f} MiB, {found['queue_mb']:.0f} MiB",
        ),
    ]
