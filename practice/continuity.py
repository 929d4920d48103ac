"""Writes the continuity pack by the service's own clock, whether or not a desk is open."""

import asyncio
import contextlib
import logging
import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from contract.continuity import is_due
from contract.core_hours import london_day
from practice.clock import Clock, instant
from practice.pack_sheet import file_name, pack_of, written_at
from practice.settings import DataFolder
from practice.store import Store, Tree, Unit
from practice.trouble import Trouble

log = logging.getLogger(__name__)

LOOK_S: Final = 20.0
"""How often the clock is looked at, in real seconds."""
LEFT_AFTER: Final = timedelta(minutes=10)
"""Nothing takes so long to be written."""
_PART: Final = ".part"
_DICOM: Final = "http://dicom.nema.org/resources/ontology/DCM"
_MOST_NAMED: Final = 2000


class PackWriter:
    """Looks at the clock, and writes what is due; what was missed today is written at the start.

    The settings are read at each look, so that a command's change counts at once.

    Args:
        store: what is read.
        practices: code and name of each.
        folder: the data folder, whose settings say where packs go.
        clock: the practice's time.
    """

    def __init__(
        self,
        store: Store,
        practices: Sequence[tuple[str, str]],
        folder: DataFolder,
        clock: Clock,
    ) -> None:
        self._store, self._practices = store, tuple(practices)
        self._folder, self._clock = folder, clock
        self._task: asyncio.Task[None] | None = None
        self._complaint = ""

    def start(self) -> None:
        """Begin, on the running event loop."""
        self._task = asyncio.create_task(self._run(), name="continuity")

    async def stop(self) -> None:
        """End."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            try:
                await asyncio.to_thread(self.look)
                self._complaint = ""
            except (Trouble, OSError) as fault:
                if str(fault) != self._complaint:  # tried again at each look, said once
                    log.warning("the continuity pack could not be written: %s", fault)
                self._complaint = str(fault)
            except Exception:
                log.exception("the continuity pack could not be made; trying again")
            await asyncio.sleep(LOOK_S)

    def look(self) -> list[Path]:
        """Write the packs that are due, remove those that are out of date. Blocks.

        Raises:
            Trouble: the settings cannot be read.
            OSError: a pack cannot be written, or an old one not be removed.
        """
        settings = self._folder.read()
        if not settings.pack_folder:
            return []
        where, now, made = Path(settings.pack_folder), self._clock.now(), []
        for ods, name in self._practices:
            times = [at for _, at in packs_in(where, name)]
            if is_due(now, max(times, default=None)):
                made.append(write_pack(self._store, ods, name, where, now))
            for path in _remains(where, name, now):
                path.unlink(missing_ok=True)
            for path, at in packs_in(where, name):
                if (london_day(now) - london_day(at)).days > settings.pack_keep_days:
                    path.unlink(missing_ok=True)
        return made


def write_pack(store: Store, ods: str, name: str, where: Path, now: datetime) -> Path:
    """Write one pack of what stands at *now*, whole or not at all. Blocks.

    That everybody's times and numbers left the service stands in the trail first.

    Raises:
        OSError: it cannot be written.
    """
    path = where / file_name(name, now)
    part = path.with_name(f".{path.name}{_PART}")
    try:
        with part.open("wb") as file:  # before the trail tells of it: the folder may be gone
            pack = store.read_now(ods, lambda unit: pack_of(unit, name, now))
            store.write_now(ods, lambda unit: _note(unit, path, pack.patients))
            file.write(pack.page.encode())
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise
    log.info("continuity pack written")
    return path


def packs_in(where: Path, name: str) -> list[tuple[Path, datetime]]:
    """This practice's packs in a folder, with when each was written, the oldest first."""
    if not where.is_dir():
        return []
    found = ((path, written_at(path.name, name)) for path in where.iterdir())
    return sorted((path, at) for path, at in found if at is not None)


def _remains(where: Path, name: str, now: datetime) -> list[Path]:
    """Half-written packs that a killed service left behind."""
    if not where.is_dir():
        return []
    names = ((path, path.name.removeprefix(".").removesuffix(_PART)) for path in where.iterdir())
    return [
        path
        for path, whole in names
        if path.name == f".{whole}{_PART}"
        and (at := written_at(whole, name)) is not None
        and now - at > LEFT_AFTER
    ]


def _note(unit: Unit, path: Path, patients: set[str]) -> None:
    """An export, as IHE ATNA calls it: by the service itself, of whom, and to where."""
    them: list[Tree] = [
        {"what": {"reference": f"Patient/{one}"}} for one in sorted(patients)[:_MOST_NAMED]
    ]
    unit.create(
        {
            "resourceType": "AuditEvent",
            "type": {"system": _DICOM, "code": "110106", "display": "Export"},
            "action": "R",
            "recorded": instant(unit.now),
            "outcome": "0",
            "agent": [
                {"who": {"display": "Reception practice service"}, "requestor": True},
            ],
            "source": {"observer": {"display": "Reception practice service"}},
            "entity": [{"name": "Continuity pack", "description": str(path)}, *them],
        }
    )
