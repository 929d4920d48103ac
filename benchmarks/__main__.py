"""`./run bench`: every benchmark, printed as tables. Names on the command line choose some.

They run in the order of this table: the later ones change the practice that they share, and its
time never goes back.
"""

import importlib
import os
import platform
import sys
import tempfile
import time
from pathlib import Path

import psutil

from benchmarks.figures import table
from benchmarks.scene import Scene

SUITES = {
    "start": "Start of the client to the first complete board",
    "day_load": "Opening a day",
    "live": "A patient's booking to its painted cell",
    "lag": "The window while changes arrive",
    "service": "The service over HTTPS",
    "load_practice": "The invented practice",
    "board": "The board by itself",
    "queue": "The queue by itself: 5,000 open, 100,000 done",
    "monday": "A total-triage Monday of 30,000 patients at three windows",
}
BY_NAME = frozenset({"monday"})
"""They take long, and run only when they are named."""


def main(chosen: list[str]) -> int:
    """Run the chosen suites, or all."""
    unknown = set(chosen) - set(SUITES)
    if unknown:
        known = ", ".join(SUITES)
        print(
            f"There is no benchmark called {', '.join(sorted(unknown))}, only {known}.",
            file=sys.stderr,
        )
        return 2
    memory = psutil.virtual_memory().total / 2**30
    print(
        f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, "
        f"{psutil.cpu_count()} cores, {memory:.0f} GiB\n"
    )
    with tempfile.TemporaryDirectory(prefix="reception-bench-") as scratch:
        # As on any computer after the first run, whatever this shell says about bytecode.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = str(Path(scratch, "bytecode"))
        scene = Scene(Path(scratch))
        for name in [name for name in SUITES if name in chosen or not (chosen or name in BY_NAME)]:
            module = importlib.import_module(f"benchmarks.{name}")
            began_s = time.monotonic()
            print(table(SUITES[name], module.measure(scene)))
            print(
                f"({time.monotonic() - began_s:.0f} s; load of the machine "
                f"{os.getloadavg()[0]:.1f})\n",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
