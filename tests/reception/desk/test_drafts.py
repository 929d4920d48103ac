"""Drafts and unsent writes outlive a kill; a lost key loses nothing silently."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reception.api.bundle import put
from reception.desk.drafts import Drafts
from reception.desk.outbox import Outbox, Write
from reception.desk.vault import Disk
from tests.reception.conftest import Finish
from tests.reception.desk.trees import slot_tree

KEY, OTHER_KEY = bytes(32), bytes([7] * 32)
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)

TYPIST = """
import asyncio, sys
from pathlib import Path
from reception.desk.drafts import Drafts
from reception.desk.vault import Disk
async def main():
    drafts = Drafts(Path(sys.argv[1]), bytes(32), "priya", Disk())
    drafts.keep("thread/1", "Dear Mrs Smi")
    drafts.keep("thread/1", "Dear Mrs Smith, please")
    await drafts.flushed()
    print("kept", flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""


@pytest.fixture
def disk() -> Iterator[Disk]:
    made = Disk()
    yield made
    made.stop()


def test_a_draft_outlives_kill_9(tmp_path: Path, disk: Disk) -> None:
    path = tmp_path / "drafts.db"
    with subprocess.Popen(
        [sys.executable, "-c", TYPIST, str(path)], stdout=subprocess.PIPE, text=True
    ) as typist:
        assert typist.stdout is not None
        assert typist.stdout.readline() == "kept\n"
        os.kill(typist.pid, signal.SIGKILL)
    drafts = Drafts(path, KEY, "priya", disk)
    assert drafts.text("thread/1") == "Dear Mrs Smith, please"
    assert drafts.problem == ""
    drafts.close()
    held = b"".join(part.read_bytes() for part in tmp_path.iterdir())
    assert b"Mrs Smith" not in held


def test_drafts_are_per_user_and_key(tmp_path: Path, disk: Disk, finish: Finish) -> None:
    path = tmp_path / "drafts.db"
    priya, sam = Drafts(path, KEY, "priya", disk), Drafts(path, KEY, "sam", disk)
    priya.keep("patient/p1", "one")
    priya.keep("patient/p2", "two")
    sam.keep("patient/p1", "mine")
    priya.drop("patient/p2")
    priya.keep("patient/p1", "   ")
    finish(priya.flushed())
    finish(sam.flushed())
    again = Drafts(path, KEY, "sam", disk)
    assert (again.keys(), again.text("patient/p1")) == (["patient/p1"], "mine")
    assert Drafts(path, KEY, "priya", disk).keys() == []
    for drafts in (priya, sam, again):
        drafts.close()


def test_a_file_that_the_key_does_not_open_is_set_aside(
    tmp_path: Path, disk: Disk, finish: Finish
) -> None:
    path = tmp_path / "drafts.db"
    for _ in range(2):
        drafts = Drafts(path, KEY, "priya", disk)
        drafts.keep("thread/1", "words")
        finish(drafts.flushed())
        drafts.close()
        stranger = Drafts(path, OTHER_KEY, "priya", disk)
        assert "set aside as drafts.db.unreadable-" in stranger.problem
        assert stranger.text("thread/1") == ""
        stranger.close()
        path.unlink()
    aside = Drafts(tmp_path / "drafts.db.unreadable-1", KEY, "priya", disk)
    assert aside.text("thread/1") == "words"
    aside.close()
    assert (tmp_path / "drafts.db.unreadable-2").exists()


def test_an_unsent_write_is_there_again_with_everything_it_needs(
    tmp_path: Path, disk: Disk, finish: Finish
) -> None:
    path = tmp_path / "outbox.db"
    entry = put(slot_tree("s1", NOW, status="busy"), "3")
    write = Write("6f5b3c52-0000-4000-8000-000000000001", "Booking 08:00", (entry,), NOW)
    batch = Write("6f5b3c52-0000-4000-8000-000000000002", "1 slot blocked", (entry,), NOW, False)
    outbox = Outbox(path, KEY, "priya", disk)
    finish(outbox.put(write))
    finish(outbox.put(batch))
    outbox.close()
    again = Outbox(path, KEY, "priya", disk)
    assert finish(again.pending()) == [write, batch]
    assert write.subjects == ("Slot/s1",)
    finish(again.drop(write.id))
    assert finish(again.pending()) == [batch]
    other = Outbox(path, KEY, "sam", disk)
    assert finish(other.pending()) == []
    again.close()
    other.close()
