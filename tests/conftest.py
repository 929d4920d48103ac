"""The running practice that tests speak to."""

import asyncio
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.running import RunningPractice

# How long an example or its invention takes says something about the machine, nothing about us.
settings.register_profile(
    "any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any-machine")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep together, where tests run in several processes, what shares a fixture or the screen."""
    for item in items:
        on_screen = any(item.get_closest_marker(mark) for mark in ("display", "keychain"))
        group = "screen" if on_screen else str(item.path.relative_to(item.config.rootpath))
        item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(scope="session")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPractice]:
    """One invented practice for the whole run: tests take what they change from different slots."""
    running = RunningPractice.demo(tmp_path_factory.mktemp("practice") / "data").start()
    yield running
    assert running.stop() == 0, running.log


@pytest.fixture(autouse=True)
def _own_loop(request: pytest.FixtureRequest) -> Iterator[None]:
    """The client's loop counts as running all the time; others may run one of their own."""
    running = asyncio._get_running_loop()
    if running is None or "loop" in request.fixturenames:
        yield
        return
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(running)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests have measured: `record_property("figure", "...")`."""
    figures = [
        str(value)
        for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed")
        for name, value in getattr(report, "user_properties", ())
        if name == "figure" and report.when == "call"
    ]
    if figures:
        terminalreporter.section("figures")
        for figure in figures:
            terminalreporter.line(figure)
