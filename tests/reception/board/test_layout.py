"""Every cell true to its length, none over another."""

from datetime import UTC, datetime, timedelta
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from reception.widgets.board_layout import BoardLayout, Box, Span

DAY = datetime(2026, 11, 23, 8, tzinfo=UTC)
COLUMNS = ("a", "b", "c")

spans = st.lists(
    st.tuples(st.sampled_from(COLUMNS), st.integers(0, 590), st.integers(1, 60)),
    max_size=40,
).map(
    lambda found: [
        (
            column,
            Span(DAY + timedelta(minutes=start), DAY + timedelta(minutes=start + length), str(i)),
        )
        for i, (column, start, length) in enumerate(found)
    ]
)
scales = st.floats(1.0, 6.0)


def layout_of(cells: list[tuple[str, Span]], px_per_min: float = 2.0) -> BoardLayout:
    layout = BoardLayout()
    layout.px_per_min = px_per_min
    layout.set_columns(COLUMNS)
    layout.set_span(DAY, DAY + timedelta(minutes=660))
    layout.load(cells)
    return layout


def boxes_of(layout: BoardLayout, cells: list[tuple[str, Span]]) -> dict[str, Box]:
    boxes = {span.key: layout.box_of(span.key) for _, span in cells}
    assert None not in boxes.values()
    return {key: box for key, box in boxes.items() if box is not None}


@given(spans, scales)
def test_no_two_cells_overlap_and_lengths_are_true(
    cells: list[tuple[str, Span]], px_per_min: float
) -> None:
    layout = layout_of(cells, px_per_min)
    boxes = boxes_of(layout, cells)
    for one, other in combinations(boxes.values(), 2):
        assert not one.overlaps(other)
    for column, span in cells:
        box = boxes[span.key]
        strip = layout.column_box(column)
        assert strip is not None
        assert strip.x <= box.x < box.right <= strip.right
        minutes = (span.end - span.start) / timedelta(minutes=1)
        assert abs(box.height - minutes * px_per_min) <= 1  # a pixel of rounding
        assert box.y == layout.y_of(span.start)


@given(spans)
def test_cells_that_only_touch_keep_the_whole_width(cells: list[tuple[str, Span]]) -> None:
    layout = layout_of(cells)
    for column, span in cells:
        alone = not any(
            other.key != span.key
            and other_column == column
            and other.start < span.end
            and span.start < other.end
            for other_column, other in cells
        )
        box = layout.box_of(span.key)
        assert box is not None
        assert (box.width == layout.column_px) == alone


@given(
    spans,
    st.tuples(st.integers(-50, 400), st.integers(-50, 1400)),
    st.tuples(st.integers(1, 300), st.integers(1, 300)),
)
def test_what_is_exposed_is_found_and_nothing_else(
    cells: list[tuple[str, Span]], corner: tuple[int, int], size: tuple[int, int]
) -> None:
    layout = layout_of(cells)
    area = Box(*corner, *size)
    boxes = boxes_of(layout, cells)
    expected = {key for key, box in boxes.items() if box.overlaps(area)}
    found = dict(layout.exposed(area))
    assert set(found) == expected
    assert all(found[key] == boxes[key] for key in found)


@given(spans, st.integers(0, 359), st.integers(0, 1320))
def test_the_cell_under_a_pixel(cells: list[tuple[str, Span]], x: int, y: int) -> None:
    layout = layout_of(cells)
    under = [k for k, box in boxes_of(layout, cells).items() if box.overlaps(Box(x, y, 1, 1))]
    assert layout.at(x, y) == (under[0] if under else None)


@given(spans, st.lists(st.tuples(st.booleans(), st.integers(0, 39), spans), max_size=6))
def test_changes_lead_to_the_same_place_as_loading_afresh(
    cells: list[tuple[str, Span]], changes: list[tuple[bool, int, list[tuple[str, Span]]]]
) -> None:
    layout = layout_of(cells)
    kept = list(cells)
    for number, (dropping, which, more) in enumerate(changes):
        if dropping and kept:
            _, span = kept.pop(which % len(kept))
            layout.drop(span.key)
        elif more:
            column, span = more[0]
            fresh = span._replace(key=f"n{number}")
            assert layout.put(column, fresh)
            assert not layout.put(column, fresh)  # the same again moves nothing
            kept.append((column, fresh))
    assert boxes_of(layout, kept) == boxes_of(layout_of(kept), kept)


def test_moving_aside_stays_at_the_same_time() -> None:
    def span(minute: int, length: int, key: str) -> Span:
        start = DAY + timedelta(minutes=minute)
        return Span(start, start + timedelta(minutes=length), key)

    layout = layout_of(
        [
            ("a", span(0, 20, "a1")),
            ("a", span(20, 20, "a2")),
            ("a", span(20, 20, "a2-extra")),
            ("c", span(0, 7, "c1")),
            ("c", span(21, 7, "c2")),
        ]
    )
    at = DAY + timedelta(minutes=20)
    assert layout.neighbour("a2", 1, at) == "a2-extra"  # the lane beside it first
    assert layout.neighbour("a2-extra", 1, at) == "c2"  # over the empty column
    assert layout.neighbour("c2", -1, at) == "a2-extra"
    assert layout.neighbour("c2", 1, at) is None
    assert layout.along("a1", 1) == "a2"
    assert layout.along("a1", -3) == "a1"
    assert layout.along("a1", 99) == "a2-extra"
