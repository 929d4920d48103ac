"""How fast the queue is: first paint, a keystroke in the filter, lanes, admitting, memory.

`python -m benchmarks.queue_paint` prints one JSON object.
"""

import asyncio
import gc
import json
import os
import sys
import time
from collections.abc import Callable

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import psutil
from PySide6.QtWidgets import QApplication

from benchmarks.figures import percentile
from benchmarks.ward import Ward
from reception.desk.red_flags import RedFlags
from reception.widgets.look import Look
from reception.widgets.palette import Scheme
from reception.widgets.queue_lane import Lane
from reception.widgets.queue_pane import QueuePane, request_queue

OPEN, DONE, NEW = 5_000, 100_000, 100
TYPED = "knee -sick older: 2h type: consultation"
PANE = (460, 900)


def ms(began: float) -> float:
    return (time.perf_counter() - began) * 1e3


def median(act: Callable[[], object], app: QApplication, times: int) -> tuple[float, float]:
    """Median and longest milliseconds of *act* with its painting."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        act()
        app.processEvents()
        taken.append(ms(began))
    return percentile(taken, 0.5), max(taken)


def resident() -> float:
    gc.collect()
    return psutil.Process().memory_info().rss / 2**20


def settled(pane: QueuePane, app: QApplication) -> list[float]:
    """Let counting and all else that is done bit by bit come to its end; milliseconds a bit."""
    bits = []
    while not pane.model.go_on() or pane._soon.isActive() or pane._idle.isActive():
        began = time.perf_counter()
        app.processEvents()
        bits.append(ms(began))
    return bits


def figures() -> dict[str, float]:
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    look = Look(Scheme.LIGHT)
    look.apply_to(app)
    ward = Ward()
    flags = RedFlags.shipped()
    found: dict[str, float] = {}
    with ward.patients.bulk():
        ward.patients.take_many(ward.people())
    before_mb = resident()
    open_ones = [ward.request() for _ in range(OPEN)]
    done = [ward.request(status="completed") for _ in range(DONE)]
    found["records_mb"] = resident() - before_mb

    began = time.perf_counter()
    for request in open_ones:
        flags.raised_for(request)
    found["flags_ms"] = ms(began)  # on the network thread, where requests are read

    pane = request_queue(ward, look, flags)
    pane.resize(*PANE)
    pane.show()
    app.processEvents()
    settled(pane, app)

    requests = ward.requests

    async def load() -> None:
        with requests.bulk():
            await ward.stores.merge([*open_ones, *done])

    before_mb = resident()
    asyncio.run(load_alone(load, requests))
    began = time.perf_counter()
    requests.reset.emit()
    found["reset_ms"] = ms(began)
    began = time.perf_counter()
    app.processEvents()
    found["first_paint_ms"] = ms(began)
    bits = settled(pane, app)
    found["count_longest_ms"], found["count_all_ms"] = max(bits), sum(bits)
    found["queue_mb"] = resident() - before_mb

    keys = []
    for text in ("", *(TYPED[: n + 1] for n in range(len(TYPED))), "from: smith1", ""):
        began = time.perf_counter()
        pane.filter.setText(text)
        app.processEvents()
        keys.append(ms(began))
    settled(pane, app)
    found["first_key_ms"], found["key_p50_ms"] = keys[1], percentile(keys[2:], 0.5)
    found["key_max_ms"] = max(keys[2:])

    lanes = []
    for lane in (*Lane, Lane.ALL):
        if lane is not Lane.DONE:
            began = time.perf_counter()
            pane.show_lane(lane)
            app.processEvents()
            lanes.append(ms(began))
    found["lane_p50_ms"], found["lane_max_ms"] = percentile(lanes, 0.5), max(lanes)
    began = time.perf_counter()
    pane.show_lane(Lane.DONE)
    app.processEvents()
    found["done_lane_ms"] = ms(began)
    pane.show_lane(Lane.ALL)
    settled(pane, app)

    numbers = iter(range(1, OPEN))

    def change() -> None:
        requests.take(ward.request(status="accepted", version=2, number=next(numbers)))

    found["change_p50_ms"], found["change_max_ms"] = median(change, app, 50)
    settled(pane, app)

    pane.model.pin(True)
    taken = []
    for _ in range(NEW):
        began = time.perf_counter()
        requests.take(ward.request())
        app.processEvents()
        taken.append(ms(began))
    found["arrival_p50_ms"], found["arrival_max_ms"] = percentile(taken, 0.5), max(taken)
    bits = settled(pane, app)
    found["news_ms"] = max(bits, default=0)
    began = time.perf_counter()
    pane.admit()
    app.processEvents()
    found["admit_ms"] = ms(began)
    pane.model.pin(False)
    settled(pane, app)

    found["minute_ms"], found["minute_max_ms"] = median(ward.time.minute_passed.emit, app, 5)
    pane.close()
    return found


async def load_alone(load, requests) -> None:
    """Load without the queue hearing of it, so that its own work is measured by itself."""
    requests.blockSignals(True)
    await load()
    requests.blockSignals(False)


if __name__ == "__main__":
    print(json.dumps({name: round(value, 2) for name, value in figures().items()}, indent=2))
