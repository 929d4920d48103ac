"""A heartbeat in the window's loop: how late it comes is how long the window was busy."""

import gc
import sys
import threading
import time
from array import array
from collections import Counter
from types import FrameType

from PySide6.QtCore import QObject, Qt, QTimer

from benchmarks.figures import percentile

PERIOD_S = 0.001
SAMPLE_S = 0.002


class Heartbeat(QObject):
    """Beats every millisecond from `begin` to `end`.

    A beat that comes late waited for something else in the loop, or for a processor; how much
    processor the loop's thread used in between tells the two apart.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(round(PERIOD_S * 1e3))
        self._timer.timeout.connect(self._on_beat)
        self._late, self._busy = array("d"), array("d")
        self._pauses = array("d")
        self._gc_began_s = 0.0
        self.last_s = self._last_cpu_s = 0.0

    def begin(self) -> None:
        """Start counting."""
        self._late, self._busy, self._pauses = array("d"), array("d"), array("d")
        self.last_s, self._last_cpu_s = time.perf_counter(), time.thread_time()
        gc.callbacks.append(self._on_gc)
        self._timer.start()

    def end(self) -> dict[str, float]:
        """Stop; seconds late (p50, p99, max), the most processor between two beats, the pauses of
        the garbage collector."""
        self._on_beat()
        self._timer.stop()
        gc.callbacks.remove(self._on_gc)
        return {
            "beats": len(self._late),
            "late_p50_s": percentile(self._late, 0.5),
            "late_p99_s": percentile(self._late, 0.99),
            "late_p999_s": percentile(self._late, 0.999),
            "late_max_s": max(self._late, default=0.0),
            "busy_p99_s": percentile(self._busy, 0.99),
            "busy_max_s": max(self._busy, default=0.0),
            "busy_over_16_ms": sum(1 for spent in self._busy if spent > 0.016),
            "busy_s": sum(self._busy),
            "gc_max_s": max(self._pauses, default=0.0),
        }

    def _on_beat(self) -> None:
        now_s, cpu_s = time.perf_counter(), time.thread_time()
        self._late.append(max(0.0, now_s - self.last_s - PERIOD_S))
        self._busy.append(cpu_s - self._last_cpu_s)
        self.last_s, self._last_cpu_s = now_s, cpu_s

    def _on_gc(self, phase: str, _info: dict[str, int]) -> None:
        if phase == "start":
            self._gc_began_s = time.perf_counter()
        else:
            self._pauses.append(time.perf_counter() - self._gc_began_s)


class Blame:
    """Looks at what the window's thread does whenever a beat is overdue; for finding faults.

    Args:
        heartbeat: the beat.
        overdue_s: from when on to look.
    """

    def __init__(self, heartbeat: Heartbeat, overdue_s: float = 0.006) -> None:
        self._heartbeat, self._overdue_s = heartbeat, overdue_s
        self._window = threading.get_ident()
        self._stopping = threading.Event()
        self._seen: Counter[str] = Counter()
        self._thread = threading.Thread(target=self._look, name="blame", daemon=True)
        self._thread.start()

    def end(self) -> list[tuple[int, str]]:
        """Stop; how often each place was seen, the most often first."""
        self._stopping.set()
        self._thread.join()
        return [(count, where) for where, count in self._seen.most_common(40)]

    def _look(self) -> None:
        while not self._stopping.wait(SAMPLE_S):
            if time.perf_counter() - self._heartbeat.last_s > self._overdue_s:
                frame = sys._current_frames().get(self._window)
                self._seen[_place(frame)] += 1


def _place(frame: FrameType | None) -> str:
    lines: list[str] = []
    while frame is not None and len(lines) < 10:
        code = frame.f_code
        file = code.co_filename.partition("site-packages/")[2] or code.co_filename
        lines.append(f"{'/'.join(file.split('/')[-3:])}:{frame.f_lineno} {code.co_name}")
        frame = frame.f_back
    return " < ".join(lines)
