"""At 08:00 the service opens the day's slots by itself."""

from pathlib import Path

from contract.systems import BOOKING_ACCESS
from tests.running import RunningPractice
from tests.whole.program import until

DAY = "start=ge2026-11-23T08:30:00Z&start=lt2026-11-24T00:00:00Z"
CLOSED = (
    f"Slot?{DAY}&status=busy-unavailable&service-category={BOOKING_ACCESS}|on-the-day&_count=1000"
)


def test_nobody_is_signed_in_and_the_slots_open_at_eight(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with RunningPractice.demo(folder, at="2026-11-23T07:59:50", more=("--speed", "3")) as practice:
        practice.start()
        desk = practice.as_role("receptionist")
        closed = {slot["id"] for slot in desk.search(CLOSED)}
        assert closed
        until(lambda: not desk.search(CLOSED), "the slots opened")
        free = {slot["id"]: slot for slot in desk.search(f"Slot?{DAY}&status=free&_count=1000")}
        assert closed <= set(free)
        assert not [s for s in free.values() if s.get("comment", "").startswith("Opens")]
        first = next(iter(closed))
        history = desk.get(f"Slot/{first}/_history").json()
        assert [e["resource"]["status"] for e in history["entry"]] == ["free", "busy-unavailable"]
