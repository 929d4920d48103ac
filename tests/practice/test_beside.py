"""Commands beside a service whose clock was set: they keep its time, and leave their trace."""

import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from practice.cli import main
from practice.clock import PracticeClock
from practice.settings import DataFolder
from tests.running import RunningPractice

MONDAY = "2026-11-23T"


def test_who_is_added_is_stamped_with_the_practices_day(
    practice: RunningPractice, capsys: pytest.CaptureFixture[str]
) -> None:
    name = f"Beside {uuid.uuid4()}"
    user = f"beside-{uuid.uuid4().hex[:8]}"
    where = ["--data", str(practice.data), "--user", user]
    added = ["staff", "add", *where, "--role", "receptionist", "--display", name, "--generate"]
    assert main(added) == 0
    capsys.readouterr()
    (made,) = practice.as_role("manager").search(f"Practitioner?name={name.split()[1]}")
    assert made["meta"]["lastUpdated"].startswith(MONDAY)

    assert main(["token", *where]) == 0
    assert capsys.readouterr().out.strip()
    events = practice.as_role("manager").search(
        f"AuditEvent?subtype=110122&agent=Practitioner/{made['id']}"
    )
    (event,) = events
    assert event["recorded"].startswith(MONDAY)
    assert (event["action"], event["outcome"]) == ("E", "0")
    (program,) = [agent for agent in event["agent"] if not agent["requestor"]]
    assert "@" in program["name"], "who asked for it at the machine"
    assert main(["staff", "disable", *where]) == 0


def test_without_a_service_it_is_the_machines_time(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    folder.found("A99999", "Otterbrook Surgery")
    assert folder.clock().is_real
    long_ago = datetime(2020, 1, 6, 8, 0, tzinfo=UTC)
    with folder.locked():
        assert folder.is_in_use()
        folder.keep_clock(PracticeClock(long_ago, speed=60.0))
        shown = folder.clock()
        assert shown.speed == 60.0
        assert long_ago <= shown.now() < long_ago + timedelta(days=2)
    # Killed: what it left behind says nothing about the time.
    assert not folder.is_in_use()
    assert folder.clock().is_real
    with folder.locked():
        folder.keep_clock(PracticeClock())
        assert folder.clock().is_real


def test_a_clock_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    folder.found("A99999", "Otterbrook Surgery")
    (folder.path / "clock.json").write_text("{")
    with folder.locked():
        assert folder.clock().is_real
