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


def spread_ms(seconds: Sequence[float], *shares: float) -> str:
    """Median, p99 (or *shares*) and largest of durations in seconds, written in milliseconds."""
    parts = [
        f"p{share * 100:g} {percentile(seconds, share) * 1e3:.1f} ms"
        for share in shares or (0.5, 0.99)
    ]
    return ", ".join([*parts, f"max {max(seconds, default=0.0) * 1e3:.1f} ms"])


def median_ms(seconds: Sequence[float]) -> str:
    """The median of a few durations in seconds, with the smallest and the largest."""
    if not seconds:
        return "-"
    middle = percentile(seconds, 0.5) * 1e3
    return f"{middle:.0f} ms ({min(seconds) * 1e3:.0f} to {max(seconds) * 1e3:.0f})"


def mib(size: float) -> str:
    """*size* in bytes as MiB."""
    return f"{size / 2**20:.0f} MiB"


def table(title: str, figures: Sequence[Figure]) -> str:
    """*figures* as a Markdown table under *title*."""
    lines = [f"### {title}", "", "| what | measured | |", "|---|---|---|"]
    lines += [f"| {f.what} | {f.value} | {f.note} |" for f in figures]
    return "\n".join([*lines, ""])
