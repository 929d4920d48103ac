"""The board alone, without a practice: painting, scrolling, lag. At 100 % and at 125 %."""

import json
import os
import subprocess
import sys

from benchmarks.figures import Figure
from benchmarks.scene import Scene

SCALES = ("1", "1.25")


def measure(_scene: Scene) -> list[Figure]:
    """Each scale in a process of its own: Qt reads it once."""
    return [figure for scale in SCALES for figure in _at(scale)]


def _at(scale: str) -> list[Figure]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.board_paint"],
        env={**os.environ, "QT_SCALE_FACTOR": scale, "QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE,
        text=True,
        timeout=120,
        check=True,
    )
    sizes = {k: v for k, v in json.loads(done.stdout).items() if isinstance(v, dict)}
    return [
        Figure(
            f"{size} at {float(scale):.0%}: {words}",
            ", ".join(f"{found[name]:.1f}{_unit(name)}" for name in names),
        )
        for size, found in sizes.items()
        for words, names in (
            ("model read, first paint", ("read_ms", "first_paint_ms")),
            ("whole repaint", ("whole_repaint_ms",)),
            ("one change, one wheel step", ("one_change_ms", "one_scroll_ms")),
            ("a minute passes", ("one_minute_ms",)),
            ("frames/s while scrolling at 100 changes/s", ("frames_per_s",)),
            (
                "a frame of it: p50, p95, p99, max",
                ("frame_p50_ms", "frame_p95_ms", "frame_p99_ms", "frame_max_ms"),
            ),
            ("lag at 100 changes/s: p50, p99, max", ("lag_p50_ms", "lag_p99_ms", "lag_max_ms")),
        )
    ]


def _unit(name: str) -> str:
    return " ms" if name.endswith("_ms") else ""
