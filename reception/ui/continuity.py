"""Writes the continuity pack when it is due, and says when it could not be written."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QFont

from contract.continuity import is_due, last_due, next_due, pack_days
from contract.core_hours import london_day
from reception.desk.continuity import (
    Pack,
    pack_name,
    pack_sheet,
    packs_in,
    remove_outdated,
    remove_packs,
)
from reception.desk.day_records import DayRecords
from reception.desk.day_sheet import short_day, wall_clock
from reception.desk.desk import Desk
from reception.desk.practice_time import PracticeTime
from reception.desk.whole_file import NotWritten, reason_of, write_whole
from reception.records.problem import Problem
from reception.ui.print_settings import PrintSettings
from reception.ui.tasks import Tasks
from reception.widgets.look import Look
from reception.widgets.sheet_layout import TextSize, lay_out
from reception.widgets.sheet_painter import pdf_of


class ContinuityPack(QObject):
    """The pack of one desk.

    Looked at whenever a minute has passed at the practice and whenever the day has been loaded;
    a pack that is due and could not be written is tried again at the next minute.

    Args:
        desk: reads the days.
        look: the font.
        settings: the folder, how long packs are kept, which was written last.
        time: the practice's clock.
        parent: the Qt parent.
    """

    written = Signal(object)  # Pack
    failed = Signal(str)
    """It is due and could not be written: a sentence, told once for each reason."""
    removed = Signal(str)
    """Old packs are gone: a sentence."""
    changed = Signal()
    """Folder, state or time of the next have changed."""

    def __init__(
        self,
        desk: Desk,
        look: Look,
        settings: PrintSettings,
        time: PracticeTime,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk, self._look = desk, look
        self._settings, self._time = settings, time
        self.tasks = Tasks(self)
        self.last: Pack | None = None
        self.problem = ""
        self._is_writing = False
        self.left: dict[Path, int] = {}
        """How many packs still lie in each folder that they went to before."""
        desk.loaded.connect(self.look_at_the_clock)
        desk.loaded.connect(self.look_for_left)
        time.day_changed.connect(self.look_for_left)
        time.minute_passed.connect(self.look_at_the_clock)

    @property
    def folder(self) -> Path | None:
        """Where packs go; None: none are written."""
        return self._settings.pack_folder

    @property
    def keep_days(self) -> int:
        """How long packs are kept."""
        return self._settings.keep_days

    @property
    def is_writing(self) -> bool:
        """Whether one is being written."""
        return self._is_writing

    def choose(self, folder: Path | None) -> None:
        """Write packs to *folder* from now on, one at once; None: no more.

        What lies where they went before is not forgotten: it is told, and goes when its time
        comes, or at once by `remove_left`.
        """
        before = self.folder
        left = [f for f in self._settings.pack_left if f != folder]
        if before is not None and before != folder:
            left.append(before)
        self._settings.pack_left = left
        self._settings.pack_folder = folder
        self._settings.pack_written = None
        self.last, self.problem = None, ""
        self.changed.emit()
        if folder is not None:
            self.write_now()
        self.look_for_left()

    @Slot()
    def look_for_left(self) -> None:
        """Remove from earlier folders what is outdated, and count what is still there."""
        organization = self._desk.organization
        if self._settings.pack_left and organization is not None:
            self.tasks.start(self._look_for_left(organization.name))

    @Slot()
    def remove_left(self) -> None:
        """Remove every pack from the folders they went to before."""
        organization = self._desk.organization
        if self.left and organization is not None:
            self.tasks.start(self._remove_left(organization.name))

    async def _look_for_left(self, practice: str) -> None:
        today, found = self._time.today(), {}
        for folder in self._settings.pack_left:
            try:
                await asyncio.to_thread(remove_outdated, folder, practice, today, self.keep_days)
                names = await asyncio.to_thread(packs_in, folder, practice)
            except OSError:
                continue  # a drive that is not there now: looked at again another time
            if names:
                found[folder] = len(names)
            else:
                self._settings.pack_left = [f for f in self._settings.pack_left if f != folder]
        self.left = found
        self.changed.emit()

    async def _remove_left(self, practice: str) -> None:
        count = 0
        try:
            for folder in list(self.left):
                count += await asyncio.to_thread(remove_packs, folder, practice)
        except OSError as error:
            self.failed.emit(f"The old continuity packs could not be removed: {reason_of(error)}.")
        await self._look_for_left(practice)
        if count and not self.left:
            packs = "The old continuity pack is" if count == 1 else f"{count} old packs are"
            self.removed.emit(f"{packs} removed.")

    def left_words(self) -> str:
        """Where old packs lie, with what is in them; empty where none do."""
        lines = []
        for folder, count in self.left.items():
            packs = "1 old pack lies" if count == 1 else f"{count} old packs lie"
            lines.append(f"{packs} in {folder}, with telephone numbers.")
        if not lines:
            return ""
        days = "1 day" if self.keep_days == 1 else f"{self.keep_days} days"
        return " ".join([*lines, f"They are removed {days} after they were written, or now."])

    def keep_for(self, days: int) -> None:
        """Keep packs for *days*."""
        self._settings.keep_days = days
        self.changed.emit()

    def write_now(self) -> None:
        """Write one, whether it is due or not."""
        self._begin(self._time.now())

    def state(self) -> str:
        """How things stand, in a sentence or two."""
        now = self._time.now()
        if self.folder is None:
            return "No folder is chosen, so no continuity pack is written."
        if self._is_writing:
            return "Writing the continuity pack ..."
        following = f"The next is due at {wall_clock(next_due(now))}."
        if self.problem:
            return self.problem
        if self.last is not None:
            return f"{self.last.sentence} {following}"
        kept = self._settings.pack_written
        if kept is not None:
            due = f"{short_day(london_day(kept))} {wall_clock(kept)}"
            return f"The pack due {due} was written to {self.folder}. {following}"
        return f"Packs go to {self.folder}. {following}"

    @Slot()
    def look_at_the_clock(self) -> None:
        """Write a pack if one is due, or was asked for and could not be written."""
        now = self._time.now()
        if is_due(now, self._settings.pack_written) or self.problem:
            self._begin(last_due(now))

    def _begin(self, due: datetime) -> None:
        if self.folder is None or self._is_writing or self._desk.organization is None:
            return
        self._is_writing = True
        self.changed.emit()
        self.tasks.start(self._write(self.folder, self._desk.organization.name, due))

    async def _write(self, folder: Path, practice: str, due: datetime) -> None:
        try:
            pack = await self._written(folder, practice, due)
        except Problem as problem:
            outcome: Pack | Problem = problem
        else:
            outcome = pack
        finally:
            self._is_writing = False
        if self.folder != folder:  # another was chosen meanwhile
            self.changed.emit()
            self.write_now()
            self.look_for_left()
        elif isinstance(outcome, Pack):
            self._done(outcome)
            await self._tidy(folder, practice)
        else:
            self._fail(outcome)

    async def _written(self, folder: Path, practice: str, due: datetime) -> Pack:
        """The pack, on the disk.

        Raises:
            Problem: a day could not be read, or the file not written.
        """
        days = [await self._desk.read_day(day) for day in pack_days(self._time.today())]
        now = self._time.now()
        path, by = folder / pack_name(practice, now), f"the desk of {self._desk.me.display}"
        font = QFont(self._look.metrics.font)
        await asyncio.to_thread(_put, days, practice, by, now, font, path)
        return Pack(due, path, now)

    async def _tidy(self, folder: Path, practice: str) -> None:
        today = self._time.today()
        try:
            await asyncio.to_thread(remove_outdated, folder, practice, today, self.keep_days)
        except OSError as error:
            self.failed.emit(
                f"Old continuity packs could not be removed from {folder}: {reason_of(error)}."
            )

    def _done(self, pack: Pack) -> None:
        self._settings.pack_written = max(pack.due, last_due(pack.at))
        self.last, self.problem = pack, ""
        self.changed.emit()
        self.written.emit(pack)

    def _fail(self, problem: Problem) -> None:
        if isinstance(problem, NotWritten):
            why = f"to {self.folder}: {problem.reason}."
        else:
            why = f"just now. {problem.sentence}"
        sentence = f"The continuity pack could not be written {why} It is tried again every minute."
        is_new = sentence != self.problem
        self.problem = sentence
        self.changed.emit()
        if is_new:
            self.failed.emit(sentence)


def _put(
    days: Sequence[DayRecords], practice: str, by: str, now: datetime, font: QFont, path: Path
) -> None:
    """Lay out, draw and write, on a thread of its own."""
    sheet = pack_sheet(days, practice, by, now)
    write_whole(path, pdf_of(lay_out(sheet, font, TextSize.LARGE)))
