"""Moving what was painted by whole pixels of the screen."""

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint

from reception.widgets.pixel_steps import PixelSteps

RATIOS = st.sampled_from([1.0, 1.25, 1.5, 1.75, 2.0, 3.0, 4 / 3])
PIXELS = st.integers(0, 100_000)


@given(RATIOS, PIXELS, PIXELS)
def test_what_can_be_moved_moves_by_whole_pixels_of_the_screen(
    ratio: float, before: int, after: int
) -> None:
    steps = PixelSteps(ratio)
    moved = steps.whole(after) - steps.whole(before)
    if steps.can_move(QPoint(0, moved)):
        assert (moved * ratio).is_integer()
    else:
        assert ratio == 4 / 3
    assert 0 <= after - steps.whole(after) < 4


@given(RATIOS, st.integers(-5_000, 100_000))
def test_all_that_is_hidden_can_be_reached(ratio: float, hidden: int) -> None:
    steps = PixelSteps(ratio)
    last = steps.last(hidden)
    assert steps.whole(last) >= max(0, hidden)
    assert last - max(0, hidden) < 4


def test_another_screen_has_other_steps() -> None:
    steps = PixelSteps(1.0)
    assert steps.whole(7) == 7
    steps.use(1.25)
    assert steps.whole(7) == 4
    assert not steps.can_move(QPoint(4, 0))
