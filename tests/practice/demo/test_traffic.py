"""Patients who act: against the real service, over HTTPS, with time running fast."""

import asyncio
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from practice.clock import PracticeClock, StillClock
from practice.demo import ODS, Demo, Profile, Traffic
from practice.demo.generate.practice import Practice
from practice.demo.traffic import rates
from practice.demo.traffic.rates import Act
from practice.demo.traffic.tally import Tally
from practice.identity import Identity, SigningKey
from practice.store import Store
from tests.practice.demo.invented import MONDAY, access, marks
from tests.running import RunningPractice, Signed

_BEFORE = "2026-11-23T07:58:00Z"
_ROUNDS = 2000
"""So many looks at the service, each over HTTPS, are given to the patients."""


def _until(look: Callable[[], int], wanted: int) -> int:
    """Look again and again until there are *wanted*; how many there are in the end."""
    found = 0
    for _ in range(_ROUNDS):
        found = look()
        if found >= wanted:
            break
    return found


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPractice]:
    """A practice at a minute to eight, an hour passing in six seconds."""
    running = RunningPractice.demo(
        tmp_path_factory.mktemp("busy") / "data",
        patients=800,
        at="2026-11-23T07:59",
        traffic="monday",
        more=("--speed", "600"),
    ).start()
    yield running
    if running.process is not None and running.process.poll() is None:
        running.stop()


@pytest.fixture(scope="module")
def desk(busy: RunningPractice) -> Signed:
    return busy.as_role("receptionist", 1)


@pytest.fixture
def rush(tmp_path: Path) -> Iterator[Signed]:
    """The same at a pace at which a busy machine still keeps up with the rush at eight."""
    with RunningPractice.demo(
        tmp_path / "data",
        patients=800,
        at="2026-11-23T07:59",
        traffic="monday",
        more=("--speed", "20"),
    ).start() as running:
        yield running.as_role("receptionist", 1)
        running.stop()


def _online_bookings(desk: Signed) -> list[dict[str, Any]]:
    found = desk.search("Appointment?date=ge2026-11-23T00:00:00Z&status=booked&_count=1000")
    return [a for a in found if a["created"] >= _BEFORE and "via-online" in marks(a)]


def _on_the_day(desk: Signed) -> dict[str, dict[str, Any]]:
    today = desk.search("Slot?start=ge2026-11-23T00:00:00Z&start=lt2026-11-24T00:00:00Z&_count=500")
    return {f"Slot/{slot['id']}": slot for slot in today if "on-the-day" in access(slot)}


def test_at_eight_the_slots_open_and_patients_take_them(rush: Signed) -> None:
    desk = rush
    mine = set(_on_the_day(desk))

    def taken() -> int:
        return sum(b["slot"][0]["reference"] in mine for b in _online_bookings(desk))

    assert _until(taken, 10) >= 10
    before = {booking["id"] for booking in _online_bookings(desk)}
    slots = _on_the_day(desk)
    assert not any(slot["status"] == "busy-unavailable" for slot in slots.values())
    # The rush goes on while we look: what stood before and after stood in between.
    standing = [booking for booking in _online_bookings(desk) if booking["id"] in before]
    assert standing
    for booking in standing:
        slot = slots.get(booking["slot"][0]["reference"])
        if slot is not None:
            assert slot["status"] == "busy"
            assert "online" in access(slot)
            assert booking["created"] >= "2026-11-23T08:00:00Z"


def test_patients_write_and_order(busy: RunningPractice, desk: Signed) -> None:
    def fresh() -> int:
        tasks = desk.search("Task?authored-on=ge2026-11-23T07:59:00Z&_count=200")
        return len({t["code"]["coding"][0]["code"] for t in tasks})

    assert _until(fresh, 2) >= 2
    tasks = desk.search("Task?authored-on=ge2026-11-23T07:59:00Z&_include=Task:focus")
    requests = [t for t in tasks if t["resourceType"] == "Task" and "description" in t]
    assert all(t["description"].strip() for t in requests)
    assert all("end" in t["restriction"]["period"] for t in requests)


def test_it_stops_at_once_tells_what_happened_and_nothing_broke(
    busy: RunningPractice, desk: Signed
) -> None:
    assert _until(lambda: len(_online_bookings(desk)), 1) > 0
    assert busy.stop() == 0
    summary = re.search(r"The patients so far: (.*)\.", busy.log)
    assert summary is not None, busy.log[-2000:]
    told = summary.group(1)
    assert re.search(r"\d+ bookings", told)
    assert "faults of the service" not in told
    assert "calls without an answer" not in told
    assert "acts given up" not in told
    assert '"status":5' not in busy.log
    assert not re.search(r"Patient/p\d", busy.log)


# Without a service


def _traffic(folder: Path, profile: Profile, ca: Path, base: str) -> Traffic:
    store = Store(f"sqlite:///{folder}/none.db", StillClock(MONDAY))
    identity = Identity(store, SigningKey(folder / "keys"), lambda ods: ods, {ODS: "x"})
    demo = Demo(Practice(1, MONDAY, 20), profile, ())
    said: list[str] = []
    return Traffic(
        demo, base=base, ca=ca, clock=PracticeClock(MONDAY), identity=identity, say=said.append
    )


def test_no_traffic_means_not_a_single_call(tmp_path: Path) -> None:
    """No certificate, no address: anything but stillness would fail."""
    traffic = _traffic(tmp_path, Profile.OFF, tmp_path / "missing.pem", "https://nowhere.invalid")
    asyncio.run(traffic.run())
    assert traffic.tally.line() == "The patients so far: nobody did anything."


def test_a_ca_that_is_missing_is_an_error_of_the_caller(tmp_path: Path) -> None:
    traffic = _traffic(tmp_path, Profile.MONDAY, tmp_path / "missing.pem", "https://x.invalid")
    with pytest.raises(FileNotFoundError):
        asyncio.run(traffic.run())


def test_words_nobody_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="nobody counts"):
        Tally().add("sang")


def test_the_hours_add_up_to_the_days_of_the_field() -> None:
    """Integrated over a Monday and a Wednesday, the rates give the table's totals."""
    for day, profile, act, wanted in (
        (23, Profile.MONDAY, Act.REQUEST, 210),
        (23, Profile.ORDINARY, Act.REQUEST, 86),
        (25, Profile.ORDINARY, Act.REQUEST, 52),
        (23, Profile.MONDAY, Act.ORDER, 110),
        (25, Profile.ORDINARY, Act.ORDER, 70),
    ):
        midnight = datetime(2026, 11, day, tzinfo=UTC)
        total = sum(
            60 * rates.per_second(act, midnight + timedelta(minutes=minute), profile, 10_000)
            for minute in range(24 * 60)
        )
        assert total == pytest.approx(wanted, rel=0.01)


@settings(max_examples=80, deadline=None)
@given(
    at=st.integers(0, 2 * 365 * 24 * 60).map(
        lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
    act=st.sampled_from(list(Act)),
    profile=st.sampled_from(list(Profile)),
    patients=st.integers(1, 40_000),
)
def test_a_rate_is_never_negative_and_off_is_still(
    at: datetime, act: Act, profile: Profile, patients: int
) -> None:
    rate = rates.per_second(act, at, profile, patients)
    assert 0 <= rate < 1
    if profile is Profile.OFF:
        assert rate == 0


def test_eight_is_the_busiest_half_hour() -> None:
    def rate(hour: int, minute: int) -> float:
        at = datetime(2026, 11, 25, hour, minute, tzinfo=UTC)
        return rates.per_second(Act.REQUEST, at, Profile.ORDINARY, 10_000)

    others = [rate(hour, 15) for hour in range(24) if hour != 8]
    assert rate(8, 10) > max(others)
