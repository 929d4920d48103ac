"""`./run bench`: every benchmark, printed as tables. Names on the command line choose some."""

import importlib
import platform
import sys

import psutil

from benchmarks.figures import table

SUITES = {
    "load_practice": "The invented practice",
    "service": "The service over HTTPS",
    "client": "The client",
    "board_paint": "The board",
}


def main(chosen: list[str]) -> int:
    """Run the chosen suites, or all."""
    unknown = set(chosen) - set(SUITES)
    if unknown:
        print(f"There is no benchmark called {', '.join(sorted(unknown))}.", file=sys.stderr)
        return 2
    memory = psutil.virtual_memory().total / 2**30
    print(
        f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, "
        f"{psutil.cpu_count()} cores, {memory:.0f} GiB\n"
    )
    for name in chosen or SUITES:
        module = importlib.import_module(f"benchmarks.{name}")
        print(table(SUITES[name], module.measure()), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
