"""When the continuity pack is due, what it is called, what is removed, and whole files."""

import os
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.continuity import WRITTEN_AT, is_due, last_due, next_due, pack_days
from contract.core_hours import LONDON, is_core_day, london_day
from reception.desk.continuity import outdated, pack_name, remove_outdated
from reception.desk.whole_file import PART, NotWritten, write_whole

moments = st.datetimes(
    datetime(2026, 1, 1),  # noqa: DTZ001 - hypothesis adds the time zone
    datetime(2028, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
days = st.dates(date(2026, 1, 1), date(2028, 1, 1))


def wall(text: str, day: date) -> datetime:
    return datetime.combine(day, time.fromisoformat(text), LONDON).astimezone(UTC)


@given(moments)
def test_it_is_due_twice_a_day_by_the_clock_on_the_wall(now: datetime) -> None:
    before, after = last_due(now), next_due(now)
    assert before <= now < after
    for due in (before, after):
        assert due.astimezone(LONDON).time() in WRITTEN_AT
    assert next_due(before) == after
    assert last_due(after) == after


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25), date(2026, 11, 23)])
def test_both_are_due_on_days_when_the_clocks_change(day: date) -> None:
    minute, found = wall("00:00", day), []
    written = wall("13:00", day - timedelta(days=1))
    while minute < wall("00:00", day + timedelta(days=1)):
        if is_due(minute, written):
            found.append(minute.astimezone(LONDON).time())
            written = last_due(minute)
        minute += timedelta(minutes=1)
    assert found == list(WRITTEN_AT)


def test_what_was_missed_today_is_made_up_for_and_yesterdays_is_not() -> None:
    day = date(2026, 11, 23)
    assert is_due(wall("09:12", day), None)
    assert is_due(wall("09:12", day), wall("13:00", day - timedelta(days=1)))
    assert not is_due(wall("09:12", day), wall("07:30", day))
    assert not is_due(wall("07:29", day), None)
    assert is_due(wall("13:00", day), wall("07:30", day))


@given(days)
def test_it_holds_today_tomorrow_and_the_next_open_day(today: date) -> None:
    held = pack_days(today)
    assert held[:2] == [today, today + timedelta(days=1)]
    assert any(is_core_day(day) for day in held[1:])
    assert held == sorted(set(held))
    assert len(held) <= 3


@given(moments, st.integers(0, 30), st.integers(0, 60))
def test_packs_are_known_by_their_names_alone(now: datetime, age: int, keep: int) -> None:
    name, today = pack_name("Otterbrook Surgery", now), london_day(now) + timedelta(days=age)
    part = f".{name}.0123abcd{PART}"
    gone = outdated([name, part], "Otterbrook Surgery", today, keep)
    assert gone == ([name, part] if age > keep else [])


@given(st.text(max_size=60))
def test_other_files_are_nobodys_business(name: str) -> None:
    for made in (name, f"{name}.pdf", f"{name} 2020-01-01 0730.pdf"):
        assert outdated([made], "Otterbrook Surgery", date(2027, 1, 1), 1) == []


def test_only_old_packs_of_this_practice_go(tmp_path: Path) -> None:
    day = date(2026, 11, 23)
    old, new = (pack_name("Otterbrook", wall("07:30", d)) for d in (day - timedelta(days=8), day))
    kept = {
        new,
        pack_name("Otterbrook East", wall("07:30", date(2020, 1, 1))),
        "Continuity pack Otterbrook 2020-01-01.pdf",
        "Continuity pack Otterbrook 2020-02-31 0730.pdf",
        "Rota.xlsx",
    }
    for name in (*kept, old, f".{old}.77{PART}"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / old.replace("0730", "1300")).mkdir()  # a folder is no file of ours
    remove_outdated(tmp_path, "Otterbrook", day, 7)
    assert {path.name for path in tmp_path.iterdir() if path.is_file()} == kept
    assert (tmp_path / old.replace("0730", "1300")).is_dir()


def test_a_file_is_there_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "list.pdf"
    for content in (b"one", b"another"):
        write_whole(path, content)
        assert path.read_bytes() == content
    assert [p.name for p in tmp_path.iterdir()] == ["list.pdf"]
    shared = tmp_path / "plain"
    shared.write_bytes(b"")
    assert path.stat().st_mode == shared.stat().st_mode  # colleagues may read it


def test_what_cannot_be_written_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(NotWritten, match=r"the folder is not there\. Nothing was saved"):
        write_whole(tmp_path / "no" / "list.pdf", b"x")
    (tmp_path / "list.pdf").mkdir()
    with pytest.raises(NotWritten, match="could not be written"):
        write_whole(tmp_path / "list.pdf", b"x")
    assert [p.name for p in tmp_path.iterdir()] == ["list.pdf"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a disk that is always full")
def test_a_full_disk_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    real = os.fsync

    def fsync(number: int) -> None:
        os.dup2(full, number)
        os.write(number, b"x")
        real(number)

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(NotWritten, match="the disk is full"):
        write_whole(tmp_path / "list.pdf", b"x")
    os.close(full)
    assert list(tmp_path.iterdir()) == []
