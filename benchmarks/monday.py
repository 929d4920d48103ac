"""A total-triage Monday of 30,000 patients, worked by three people through their windows."""

import json
import subprocess
import sys

from benchmarks.figures import Figure
from benchmarks.scene import Scene

PATIENCE_S = 1_200


def measure(_scene: Scene) -> list[Figure]:
    """Play it in a process of its own; what went wrong stands among the figures."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.reception.monday"],
        stdout=subprocess.PIPE,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    told = json.loads(done.stdout)
    wrong = {what: len(found) for what, found in told["wrong"].items()}
    return [
        *(Figure(name, figure) for name, figure in told["figures"]),
        Figure("what went wrong", ", ".join(f"{what}: {count}" for what, count in wrong.items())),
    ]
