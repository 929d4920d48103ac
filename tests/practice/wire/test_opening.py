"""At 08:00 the service opens the day's slots by itself."""

from pathlib import Path

from contract.systems import BOOKING_ACCESS
from tests.running import RunningPractice
from tests.whole.program import until

DAY = "start=ge2026-11-23T08:30:00Z&start=lt2026-11-24T00:00:00Z"
ON_THE_DAY = f"Slot?{DAY}&service-category={BOOKING_ACCESS}|on-the-day&_count=1000"


def test_nobody_is_signed_in_and_the_slots_open_at_eight(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with RunningPractice.demo(folder, at="2026-11-23T07:59:50", more=("--speed", "3")) as practice:
        practice.start()
        desk = practice.as_role("receptionist")
        until(lambda: not desk.search(f"{ON_THE_DAY}&status=busy-unavailable"), "the slots opened")
        # However late that was seen, their histories say that they were closed before.
        opened = desk.search(f"{ON_THE_DAY}&status=free")
        assert opened
        for slot in opened:
            assert not slot.get("comment", "").startswith("Opens")
        for slot in opened[:5]:
            history = desk.get(f"Slot/{slot['id']}/_history").json()
            states = [e["resource"]["status"] for e in history["entry"]]
            assert states == ["free", "busy-unavailable"]
            assert slot["meta"]["lastUpdated"].startswith("2026-11-23T08:00:")
