"""How figures are counted and shown."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    what: str
    value: str
    note: str = ""


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which *share* (0 to 1) of *values* lie; 0 for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def spread_ms(seconds: Sequence[float]) -> str:
    """Median, p99 and largest of durations in seconds, written in milliseconds."""
    p50, p99 = percentile(seconds, 0.5), percentile(seconds, 0.99)
    worst = max(seconds, default=0.0)
    return f"p50 {p50 * 1e3:.1f} ms, p99 {p99 * 1e3:.1f} ms, max {worst * 1e3:.1f} ms"


def table(title: str, figures: Sequence[Figure]) -> str:
    """*figures* as a Markdown table under *title*."""
    lines = [f"### {title}", "", "| what | measured | |", "|---|---|---|"]
    lines += [f"| {f.what} | {f.value} | {f.note} |" for f in figures]
    return "\n".join([*lines, ""])
