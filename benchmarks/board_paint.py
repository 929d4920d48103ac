"""How fast the board paints: first paint, one change, a scroll, and lag at 100 changes a second.

`python -m benchmarks.board_paint` prints one JSON object; `QT_SCALE_FACTOR=1.25` measures
fractional scaling.
"""

import json
import os
import random
import sys
import time
from collections.abc import Callable
from datetime import timedelta

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

from benchmarks.figures import percentile
from reception.widgets.board_model import BoardModel
from reception.widgets.board_view import BoardView
from reception.widgets.look import Look
from reception.widgets.palette import Scheme
from tests.reception.board.diary import Diary, at

SIZES = ((12, 50), (50, 100))
CHANGES_PER_S = 100
FRAMES_PER_S = 60
STEP_PX = 12
"""A steady scroll: some 700 pixels a second."""
LAG_S = 3
SCREEN = (1720, 950)
"""What is left of a window of 1920x1080 for the board."""


def filled(columns: int, rows: int) -> Diary:
    """*columns* sessions of *rows* slots from 08:00 to 18:30, two in three of them booked."""
    diary = Diary(at("10:00"))
    length = timedelta(minutes=630) / rows
    for column in range(columns):
        session = f"s{column}"
        diary.session(session, "Routine surgery", f"Dr Number {column:03d}", "08:00", "18:30")
        for row in range(rows):
            booked = (row + column) % 3
            key = f"{session}-{row}"
            slot = diary.slot(
                key, session, at("08:00") + row * length, int(length.total_seconds() // 60),
                status="busy" if booked else "free",
            )  # fmt: skip
            if booked:
                diary.appointment(f"a-{key}", slot, f"SMITH{row}, Jane", reason="Knee pain")
    return diary


def timed(act: Callable[[], object], times: int) -> float:
    """Median milliseconds of *act*."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        act()
        taken.append(time.perf_counter() - began)
    return round(percentile(taken, 0.5) * 1e3, 2)


def painting(app: QApplication, look: Look, columns: int, rows: int) -> dict[str, float]:
    """All figures of one size of board."""
    diary = filled(columns, rows)
    began = time.perf_counter()
    model = BoardModel(diary)
    read = time.perf_counter()
    view = BoardView(look)
    view.setModel(model)
    view.resize(*SCREEN)
    view.show()
    app.processEvents()
    shown = time.perf_counter()
    bar = view.verticalScrollBar()
    held = list(diary.appointments)
    chance = random.Random(1)

    def change() -> None:
        one = chance.choice(held)
        status = chance.choice(("booked", "arrived", "checked-in", "fulfilled"))
        slot = diary.slots.get(one.slot_ids[0])
        diary.appointment(one.id, slot, one.patient_name, status=status)

    def change_and_paint() -> None:
        change()
        app.processEvents()

    def scroll() -> None:
        bar.setValue((bar.value() + 36) % bar.maximum())
        app.processEvents()

    def minute() -> None:
        diary.pass_time(1)
        app.processEvents()

    way = [STEP_PX]

    def step() -> None:
        if not 0 < bar.value() + way[0] < bar.maximum():
            way[0] = -way[0]
        bar.setValue(bar.value() + way[0])

    figures = {
        "cells": model.rowCount(),
        "read_ms": round((read - began) * 1e3, 2),
        "first_paint_ms": round((shown - read) * 1e3, 2),
        "whole_repaint_ms": timed(view.viewport().repaint, 10),
        "one_change_ms": timed(change_and_paint, 100),
        "one_scroll_ms": timed(scroll, 30),
        "one_minute_ms": timed(minute, 5),
        **lag(app, change),
        **frames(app, view, step, change),
    }
    view.close()
    diary.stop()
    return figures


def lag(app: QApplication, change: Callable[[], None]) -> dict[str, float]:
    """How late a 5 ms timer of the same thread runs while changes come in and are painted."""
    late: list[float] = []
    due = [time.perf_counter() + 0.005]

    def tick() -> None:
        now = time.perf_counter()
        late.append(max(0.0, now - due[0]))
        due[0] = now + 0.005

    changes, ticks = QTimer(interval=1000 // CHANGES_PER_S), QTimer(interval=5)
    for timer, act in ((changes, change), (ticks, tick)):
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(act)
        timer.start()
    QTimer.singleShot(LAG_S * 1000, app.exit)  # quit would close the window
    app.exec()
    changes.stop()
    ticks.stop()
    return {
        "lag_p50_ms": round(percentile(late, 0.5) * 1e3, 2),
        "lag_p99_ms": round(percentile(late, 0.99) * 1e3, 2),
        "lag_max_ms": round(max(late) * 1e3, 2),
    }


def frames(
    app: QApplication, view: BoardView, step: Callable[[], None], change: Callable[[], None]
) -> dict[str, float]:
    """From one painted frame to the next while the board is scrolled 60 times a second, and how
    long each took from its scroll step to its paint, with changes coming in meanwhile."""
    asked: list[float] = []
    took: list[float] = []
    shown: list[float] = []

    class Watch(QObject):
        def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
            if event.type() == QEvent.Type.Paint:
                QTimer.singleShot(0, painted)
            return False

    def painted() -> None:
        if asked:
            now = time.perf_counter()
            took.append(now - asked[0])
            shown.append(now)
            asked.clear()

    def scroll() -> None:
        if not asked:
            asked.append(time.perf_counter())
        step()

    watch = Watch()
    view.viewport().installEventFilter(watch)
    timers = (QTimer(interval=1000 // CHANGES_PER_S), QTimer(interval=1000 // FRAMES_PER_S))
    for timer, act in zip(timers, (change, scroll), strict=True):
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(act)
        timer.start()
    began = time.perf_counter()
    QTimer.singleShot(LAG_S * 1000, app.exit)  # quit would close the window
    app.exec()
    for timer in timers:
        timer.stop()
    view.viewport().removeEventFilter(watch)
    return {
        "frames_per_s": round(len(shown) / (time.perf_counter() - began), 1),
        "frame_p50_ms": round(percentile(took, 0.5) * 1e3, 2),
        "frame_p95_ms": round(percentile(took, 0.95) * 1e3, 2),
        "frame_p99_ms": round(percentile(took, 0.99) * 1e3, 2),
        "frame_max_ms": round(max(took) * 1e3, 2),
    }


def all_sizes() -> dict[str, dict[str, float]]:
    """Every figure by size of board."""
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    look = Look(Scheme.LIGHT)
    look.apply_to(app)
    return {f"{columns}x{rows}": painting(app, look, columns, rows) for columns, rows in SIZES}


if __name__ == "__main__":
    print(json.dumps({"scale": os.environ.get("QT_SCALE_FACTOR", "1"), **all_sizes()}, indent=2))
