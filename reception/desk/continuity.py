"""The continuity pack that a desk writes: what stands in it, what its files are called.

If the practice cannot be reached, reception works from the last pack: today and the next days on
paper, with telephone numbers. It is written at 07:30 and at 13:00 by the clock on the wall in
London, into a folder that the practice chooses, and does not stay there for ever.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from contract.core_hours import LONDON
from reception.desk.day_records import DayRecords
from reception.desk.day_sheet import Choice, DaySheet, day_sheet, safe, wall_clock
from reception.desk.whole_file import PART

KEEP_CHOICES = (1, 3, 7, 14, 28)
LATE_AFTER = timedelta(minutes=5)
"""One that comes later than this says so."""
_STAMP = re.compile(r" (\d{4}-\d{2}-\d{2}) (\d{4})\.pdf$")


@dataclass(frozen=True)
class Pack:
    """A pack that has been written.

    Attributes:
        due: the time it was due (aware UTC), or when it was asked for.
        path: where it is.
        at: when it was written (aware UTC).
    """

    due: datetime
    path: Path
    at: datetime

    @property
    def sentence(self) -> str:
        """That it was written, when, and to which folder; and when it should have been."""
        words = f"Continuity pack written {wall_clock(self.at)} to {self.path.parent}."
        if self.at - self.due < LATE_AFTER:
            return words
        return f"{words} It was due at {wall_clock(self.due)}, when it could not be written here."


def pack_sheet(days: Iterable[DayRecords], practice: str, by: str, now: datetime) -> DaySheet:
    """What stands in the pack: everybody, with telephone numbers, and what is free."""
    return day_sheet(
        sorted(days, key=lambda records: records.day),
        Choice(free=True, phones=True),
        title="Continuity pack",
        practice=practice,
        printed_at=now,
        printed_by=by,
    )


def pack_name(practice: str, at: datetime) -> str:
    """`Continuity pack Otterbrook Surgery 2026-11-23 0730.pdf`; sorts by time."""
    local = at.astimezone(LONDON)
    return f"{_prefix(practice)} {local:%Y-%m-%d %H%M}.pdf"


def outdated(names: Iterable[str], practice: str, today: date, keep_days: int) -> list[str]:
    """Which of the files *names* are this practice's packs of more than *keep_days* days ago.

    A half-written one counts by the same date. Whatever has another name is nobody's business.
    """
    return [
        name
        for name in names
        if (day := _day_of(name, practice)) is not None and (today - day).days > keep_days
    ]


def packs_in(folder: Path, practice: str) -> list[str]:
    """Names of this practice's packs in *folder*, half-written ones too; none where it is gone.

    Blocks.

    Raises:
        OSError: the folder is there, but cannot be read.
    """
    try:
        names = [path.name for path in folder.iterdir() if path.is_file()]
    except FileNotFoundError:
        return []
    return sorted(name for name in names if _day_of(name, practice) is not None)


def remove_packs(folder: Path, practice: str) -> int:
    """Remove all of this practice's packs from *folder*; how many. Blocks.

    Raises:
        OSError: one could not be removed.
    """
    names = packs_in(folder, practice)
    for name in names:
        (folder / name).unlink(missing_ok=True)
    return len(names)


def remove_outdated(folder: Path, practice: str, today: date, keep_days: int) -> None:
    """Remove those files from *folder*. Blocks.

    Raises:
        OSError: one could not be removed.
    """
    for name in outdated(packs_in(folder, practice), practice, today, keep_days):
        (folder / name).unlink(missing_ok=True)


def _prefix(practice: str) -> str:
    return f"Continuity pack {safe(practice)}"


def _day_of(name: str, practice: str) -> date | None:
    """The day of the pack called *name*, or None where it is none of *practice*'s."""
    if name.startswith(".") and name.endswith(PART):  # `.<name>.<chance>.part`
        name = name[1:].removesuffix(PART).rpartition(".")[0]
    stamp = _STAMP.search(name)
    if stamp is None or name[: stamp.start()] != _prefix(practice):
        return None
    try:
        return date.fromisoformat(stamp[1])
    except ValueError:
        return None
