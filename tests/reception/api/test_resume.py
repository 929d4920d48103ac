"""A computer that slept is noticed by either of its clocks."""

from reception.api.resume import ResumeWatch


class Clocks:
    def __init__(self) -> None:
        self.monotonic_s, self.wall_s = 50.0, 1_000_000.0

    def passes(self, monotonic_s: float, wall_s: float) -> None:
        self.monotonic_s += monotonic_s
        self.wall_s += wall_s


def watch_over(clocks: Clocks) -> ResumeWatch:
    return ResumeWatch(5.0, lambda: clocks.monotonic_s, lambda: clocks.wall_s)


def test_ordinary_looks_find_nothing() -> None:
    clocks = Clocks()
    watch = watch_over(clocks)
    for lag_s in (5.0, 5.1, 9.0, 30.0):
        clocks.passes(lag_s, lag_s)
        assert not watch.woke()


def test_a_monotonic_clock_that_stood_still_shows_a_sleep() -> None:
    clocks = Clocks()
    watch = watch_over(clocks)
    clocks.passes(5.0, 3600.0)
    assert watch.woke()
    clocks.passes(5.0, 5.0)
    assert not watch.woke(), "told once"


def test_a_monotonic_clock_that_went_on_shows_a_sleep() -> None:
    clocks = Clocks()
    watch = watch_over(clocks)
    clocks.passes(3600.0, 3600.0)
    assert watch.woke()


def test_a_wall_clock_set_back_is_no_sleep() -> None:
    clocks = Clocks()
    watch = watch_over(clocks)
    clocks.passes(5.0, -7200.0)
    assert not watch.woke()
