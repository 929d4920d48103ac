"""Where every cell of the board stands: columns side by side, time down, true to length.

Plain arithmetic in pixels, no Qt: what the view draws is what the tests can check.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from reception.records.tree import EPOCH


class Box(NamedTuple):
    """A rectangle in the board's own pixels."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The first pixel to the right of it."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """The first pixel below it."""
        return self.y + self.height

    def overlaps(self, other: "Box") -> bool:
        """Whether they share a pixel."""
        return (
            self.x < other.right
            and other.x < self.right
            and self.y < other.bottom
            and other.y < self.bottom
        )


class Span(NamedTuple):
    """One thing to place: from, until (both aware, *until* after *start*) and its name."""

    start: datetime
    end: datetime
    key: str


class _Placed(NamedTuple):
    start: datetime
    end: datetime
    key: str
    lane: int
    lanes: int


def in_lanes(spans: Sequence[Span]) -> list[tuple[Span, int, int]]:
    """Each of *spans* (sorted) with its lane and the number of lanes of its cluster.

    Spans that overlap, directly or through others, share the column's width in equal lanes; those
    that only touch do not.
    """
    placed: list[tuple[Span, int, int]] = []
    cluster: list[tuple[Span, int]] = []
    ends: list[datetime] = []
    for span in spans:
        if cluster and span.start >= max(ends):
            placed.extend((s, lane, len(ends)) for s, lane in cluster)
            cluster, ends = [], []
        free = (i for i, end in enumerate(ends) if end <= span.start)
        lane = next(free, len(ends))
        if lane == len(ends):
            ends.append(span.end)
        else:
            ends[lane] = span.end
        cluster.append((span, lane))
    placed.extend((s, lane, len(ends)) for s, lane in cluster)
    return placed


@dataclass
class _Column:
    spans: list[Span] = field(default_factory=list)
    placed: list[_Placed] = field(default_factory=list)
    index: dict[str, _Placed] = field(default_factory=dict)
    longest: timedelta = timedelta(0)
    stale: bool = False


class BoardLayout:
    """Boxes of all cells, for a width, a scale and an order of columns.

    Attributes:
        origin: the time at the top edge.
        end: the time at the bottom edge.
        px_per_min: pixels in a minute.
        column_px: width of a column.
    """

    def __init__(self) -> None:
        self.origin = self.end = EPOCH
        self.px_per_min = 2.0
        self.column_px = 120
        self._order: list[str] = []
        self._place_of: dict[str, int] = {}
        self._columns: dict[str, _Column] = {}
        self._column_of: dict[str, str] = {}

    def set_columns(self, order: Sequence[str]) -> None:
        """Show the columns *order*, left to right; their cells stay where they are."""
        self._order = list(order)
        self._place_of = {key: place for place, key in enumerate(order)}

    def set_span(self, origin: datetime, end: datetime) -> None:
        """Show from *origin* until *end*."""
        self.origin, self.end = origin, end

    def reaches(self, span: Span) -> bool:
        """Whether *span* stands inside what is shown."""
        return self.origin <= span.start and span.end <= self.end

    def clear(self) -> None:
        """Forget all cells."""
        self._columns.clear()
        self._column_of.clear()

    def load(self, cells: Iterable[tuple[str, Span]]) -> None:
        """Hold just *cells*, each with the key of its column."""
        self.clear()
        for column, span in cells:
            held = self._columns.setdefault(column, _Column())
            held.spans.append(span)
            held.stale = True
            self._column_of[span.key] = column
        for held in self._columns.values():
            held.spans.sort()

    def put(self, column: str, span: Span) -> bool:
        """Place *span* in *column*; whether anything there had to move."""
        before = self._column_of.get(span.key)
        if before is not None:
            old = self._settled(before).index[span.key]
            if before == column and (old.start, old.end) == (span.start, span.end):
                return False
            self.drop(span.key)
        held = self._columns.setdefault(column, _Column())
        insort(held.spans, span)
        held.stale = True
        self._column_of[span.key] = column
        return True

    def drop(self, key: str) -> None:
        """Take *key* away."""
        held = self._columns[self._column_of.pop(key)]
        held.spans = [span for span in held.spans if span.key != key]
        held.stale = True

    @property
    def width_px(self) -> int:
        """Of all columns."""
        return self.column_px * len(self._order)

    @property
    def height_px(self) -> int:
        """Of the whole day."""
        return self.y_of(self.end)

    def y_of(self, at: datetime) -> int:
        """The pixel at which the minute *at* begins."""
        return round((at - self.origin).total_seconds() / 60 * self.px_per_min)

    def time_at(self, y: int) -> datetime:
        """The time at pixel *y*."""
        return self.origin + timedelta(minutes=y / self.px_per_min)

    def column_at(self, x: int) -> str | None:
        """Key of the column at pixel *x*."""
        place = x // self.column_px
        return self._order[place] if 0 <= place < len(self._order) else None

    def column_box(self, column: str) -> Box | None:
        """The whole strip of *column*."""
        place = self._place_of.get(column)
        if place is None:
            return None
        return Box(place * self.column_px, 0, self.column_px, self.height_px)

    def box_of(self, key: str) -> Box | None:
        """Where *key* stands; None where it is not on the board."""
        column = self._column_of.get(key)
        if column is None or column not in self._place_of:
            return None
        return self._box(self._place_of[column], self._settled(column).index[key])

    def at(self, x: int, y: int) -> str | None:
        """The cell under a pixel."""
        column = self.column_at(x)
        if column is None:
            return None
        for key, box in self._within(column, y, y + 1):
            if box.x <= x < box.right:
                return key
        return None

    def exposed(self, box: Box) -> Iterator[tuple[str, Box]]:
        """The cells that have a pixel in *box*, column by column, from the top."""
        first = max(0, box.x // self.column_px)
        last = min(len(self._order) - 1, (box.right - 1) // self.column_px)
        for place in range(first, last + 1):
            for key, found in self._within(self._order[place], box.y, box.bottom):
                if found.x < box.right and box.x < found.right:
                    yield key, found

    def column_keys(self, column: str) -> list[str]:
        """The cells of *column* from the top."""
        return [span.key for span in self._columns[column].spans] if column in self._columns else []

    def column_of(self, key: str) -> str | None:
        """Key of the column that *key* stands in."""
        return self._column_of.get(key)

    def nearest_in(self, column: str, at: datetime) -> str | None:
        """The cell of *column* that stands nearest to *at*."""
        placed = self._settled(column).placed
        return _nearest(placed, at) if placed else None

    def along(self, key: str, steps: int) -> str | None:
        """The cell *steps* below *key* in its column, above if negative; stops at the ends."""
        keys = self.column_keys(self._column_of.get(key, ""))
        if key not in keys:
            return None
        return keys[min(len(keys) - 1, max(0, keys.index(key) + steps))]

    def marks(self, every_min: int) -> Iterator[datetime]:
        """The times on the board at which a multiple of *every_min* past the hour falls."""
        step = timedelta(minutes=every_min)
        at = self.origin + timedelta(seconds=-self.origin.timestamp() % step.total_seconds())
        while at <= self.end:
            yield at
            at += step

    def neighbour(self, key: str, step: int, at: datetime) -> str | None:
        """The cell beside *key*, *step* lanes or columns away, that stands nearest to *at*."""
        column = self._column_of.get(key)
        if column is None or column not in self._place_of:
            return None
        mine = self._settled(column).index[key]
        in_lane = [
            p
            for p in self._settled(column).placed
            if p.lane == mine.lane + step and p.start < mine.end and mine.start < p.end
        ]
        if in_lane:
            return _nearest(in_lane, at)
        place = self._place_of[column] + step
        while 0 <= place < len(self._order):
            beside = self._settled(self._order[place]).placed
            if beside:
                return _nearest(beside, at, last_lane=step < 0)
            place += step
        return None

    def _within(self, column: str, top: int, bottom: int) -> Iterator[tuple[str, Box]]:
        held = self._settled(column)
        place = self._place_of[column]
        slack = timedelta(minutes=1 / self.px_per_min)  # a pixel of rounding
        earliest = self.time_at(top) - held.longest - slack
        first = bisect_left(held.placed, earliest, key=_start)
        last = bisect_right(held.placed, self.time_at(bottom) + slack, key=_start)
        for placed in held.placed[first:last]:
            box = self._box(place, placed)
            if box.y < bottom and top < box.bottom:
                yield placed.key, box

    def _box(self, place: int, placed: _Placed) -> Box:
        left = place * self.column_px
        x = left + self.column_px * placed.lane // placed.lanes
        right = left + self.column_px * (placed.lane + 1) // placed.lanes
        y = self.y_of(placed.start)
        return Box(x, y, right - x, max(1, self.y_of(placed.end) - y))

    def _settled(self, column: str) -> _Column:
        held = self._columns.setdefault(column, _Column())
        if held.stale:
            held.placed = [
                _Placed(*span, lane, lanes) for span, lane, lanes in in_lanes(held.spans)
            ]
            held.index = {placed.key: placed for placed in held.placed}
            held.longest = max((s.end - s.start for s in held.spans), default=timedelta(0))
            held.stale = False
        return held


def _start(placed: _Placed) -> datetime:
    return placed.start


def _nearest(placed: Sequence[_Placed], at: datetime, *, last_lane: bool = False) -> str:
    def distance(p: _Placed) -> tuple[bool, timedelta, int]:
        inside = p.start <= at < p.end
        away = timedelta(0) if inside else min(abs(p.start - at), abs(p.end - at))
        return not inside, away, -p.lane if last_lane else p.lane

    return min(placed, key=distance).key
