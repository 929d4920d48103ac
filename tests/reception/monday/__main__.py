"""The whole Monday of a large practice: `python -m tests.reception.monday [--patients N]`.

Prints one JSON object: the figures, and what went wrong, which should be nothing.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
from datetime import datetime
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from contract.core_hours import LONDON
from reception.api.network import NetworkThread
from reception.widgets.look import Look
from reception.widgets.palette import Scheme
from tests.reception.desks import Doors
from tests.reception.monday.play import Monday, Outcome, table
from tests.running import RunningPractice

BEGINS, ENDS = "2026-11-23T07:58", datetime(2026, 11, 23, 18, 35, tzinfo=LONDON)


def main() -> int:
    """Play it; 0 if nothing went wrong."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--patients", type=int, default=30_000)
    parser.add_argument("--speed", type=int, default=100)
    options = parser.parse_args()
    app = QApplication([])
    app.setQuitOnLastWindowClosed(False)
    loop = QEventLoop(app)
    asyncio.set_event_loop(loop)
    escaped: list[BaseException] = []
    network = NetworkThread(escaped.append)
    with tempfile.TemporaryDirectory(prefix="monday-") as scratch:
        practice = RunningPractice.demo(
            Path(scratch, "data"),
            patients=options.patients,
            at=BEGINS,
            traffic="monday",
            more=("--speed", str(options.speed)),
        ).start()
        try:
            with loop:
                found = loop.run_until_complete(_play(practice, network, Path(scratch)))
        finally:
            practice.stop()
            network.stop()
    wrong = {
        "lost": sorted(found.lost),
        "unseen": sorted(found.unseen),
        "ended twice": sorted(found.twice),
        "unacknowledged": sorted(found.silent),
        "counts that differ": [
            counts
            for counts in found.counts
            if counts != (found.received, found.still_open, found.done)
        ],
        "escaped": [repr(fault) for fault in escaped],
    }
    print(json.dumps({"figures": table(found), "wrong": wrong}, indent=1))
    return 1 if any(wrong.values()) else 0


async def _play(practice: RunningPractice, network: NetworkThread, folder: Path) -> Outcome:
    doors = Doors(practice, network)
    monday = Monday(practice, doors, Look(Scheme.LIGHT), folder)
    try:
        await monday.open()
        return await monday.count(await monday.work(ENDS))
    finally:
        await monday.close()
        await network.call(doors.close())


if __name__ == "__main__":
    sys.exit(main())
