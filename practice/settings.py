"""The data folder: which practices it keeps, where its files are, and who may use it now."""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from contract.limits import PACK_KEEP_DAYS
from practice.clock import PracticeClock
from practice.tls import TlsFiles, own_authority, own_pair
from practice.trouble import Trouble

_ODS: Final = re.compile(r"[A-Z0-9]{3,10}")


class PracticeEntry(msgspec.Struct, frozen=True):
    """One practice that the folder keeps."""

    ods: str
    name: str


class Settings(msgspec.Struct, frozen=True, omit_defaults=True):
    """What `settings.json` says.

    Attributes:
        practices: the first one is named in the ready line.
        certificate: the practice's own certificate file; empty for the service's own authority.
        key: the key of that certificate.
        demo: an invented practice, which `practice demo` may throw away and make again.
        pack_folder: where the service writes continuity packs; empty: it writes none.
        pack_keep_days: how long they are kept.
    """

    practices: tuple[PracticeEntry, ...] = ()
    certificate: str = ""
    key: str = ""
    demo: bool = False
    pack_folder: str = ""
    pack_keep_days: int = PACK_KEEP_DAYS


class _Shown(msgspec.Struct, frozen=True):
    """What a clock that was set showed at a moment of real time."""

    practice: datetime
    real: datetime
    speed: float


class DataFolder:
    """A folder on disk that holds everything the service keeps.

    Args:
        path: the folder; made by `found`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().resolve()

    @property
    def database_url(self) -> str:
        """SQLAlchemy URL of the database in the folder."""
        return f"sqlite:///{self.path / 'practice.db'}"

    @property
    def keys(self) -> Path:
        """Folder of the keys that sign identity tokens."""
        return self.path / "keys"

    @property
    def _settings_file(self) -> Path:
        return self.path / "settings.json"

    def read(self) -> Settings:
        """The folder's settings.

        Raises:
            Trouble: no folder, not initialised, or unreadable.
        """
        if not self.path.is_dir():
            raise Trouble(f"There is no folder {self.path}.")
        try:
            settings = msgspec.json.decode(self._settings_file.read_bytes(), type=Settings)
        except FileNotFoundError:
            settings = Settings()
        except (OSError, msgspec.MsgspecError) as fault:
            raise Trouble(f"{self._settings_file} cannot be read: {fault}.") from fault
        if not settings.practices:
            raise Trouble(
                f"{self.path} holds no practice yet: run practice init --data {self.path} first."
            )
        return settings

    def is_initialised(self) -> bool:
        """Whether a practice has been founded here."""
        return self._settings_file.exists()

    def found(self, ods: str, name: str, *, demo: bool = False) -> Settings:
        """Make the folder, or add a practice to it.

        Raises:
            Trouble: the code is not an ODS code, is already here, or the folder cannot be made.
        """
        if not _ODS.fullmatch(ods):
            raise Trouble(f"{ods} is not an ODS code: three to ten capital letters and digits.")
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as fault:
            raise Trouble(f"The folder {self.path} cannot be made: {fault.strerror}.") from fault
        settings = self.read() if self.is_initialised() else Settings(demo=demo)
        if any(entry.ods == ods for entry in settings.practices):
            raise Trouble(f"{self.path} already holds the practice {ods}.")
        return self.write(
            msgspec.structs.replace(
                settings, practices=(*settings.practices, PracticeEntry(ods, name))
            )
        )

    def begin_demo(self, ods: str, name: str) -> Settings:
        """Make the folder hold a new invented practice; an earlier one is thrown away.

        The certificate authority stays, so that who trusts it need not be asked again.

        Raises:
            Trouble: the folder holds a real practice.
        """
        if self.is_initialised():
            if not self.read().demo:
                raise Trouble(
                    f"{self.path} holds a real practice; give the invented one another folder."
                )
            for file in self.path.glob("practice.db*"):
                file.unlink()
            self._settings_file.unlink()
        return self.found(ods, name, demo=True)

    def write(self, settings: Settings) -> Settings:
        """Keep *settings*; whole or not at all."""
        text = msgspec.json.format(msgspec.json.encode(settings), indent=2)
        fresh = self._settings_file.with_suffix(".new")
        try:
            fresh.write_bytes(text + b"\n")
            fresh.replace(self._settings_file)
        except OSError as fault:
            raise Trouble(f"{self._settings_file} cannot be written: {fault.strerror}.") from fault
        return settings

    def use_certificate(self, settings: Settings, certificate: Path, key: Path) -> Settings:
        """Keep the practice's own certificate for this and every later start."""
        own_pair(self.path, certificate, key)
        return self.write(
            msgspec.structs.replace(
                settings, certificate=str(certificate.resolve()), key=str(key.resolve())
            )
        )

    def tls(self, settings: Settings, hosts: tuple[str, ...]) -> TlsFiles:
        """The certificate to serve with."""
        if settings.certificate:
            return own_pair(self.path, Path(settings.certificate), Path(settings.key))
        return own_authority(self.path, hosts)

    def keep_clock(self, clock: PracticeClock) -> None:
        """Let commands beside this service, which has the lock, know what its clock shows.

        Raises:
            Trouble: it cannot be written.
        """
        file = self.path / "clock.json"
        try:
            if clock.is_real:
                file.unlink(missing_ok=True)
                return
            shown = _Shown(clock.now(), datetime.now(UTC), clock.speed)
            fresh = file.with_suffix(".new")
            fresh.write_bytes(msgspec.json.encode(shown))
            fresh.replace(file)
        except OSError as fault:
            raise Trouble(f"{file} cannot be written: {fault.strerror}.") from fault

    def clock(self) -> PracticeClock:
        """What the service that uses this folder shows; the machine's time where none does."""
        try:
            shown = msgspec.json.decode((self.path / "clock.json").read_bytes(), type=_Shown)
        except (OSError, msgspec.MsgspecError):
            return PracticeClock()
        if not self.is_in_use():
            return PracticeClock()
        gone = max(datetime.now(UTC) - shown.real, timedelta())
        return PracticeClock(shown.practice + gone * shown.speed, shown.speed)

    def is_in_use(self) -> bool:
        """Whether a service uses this folder now."""
        try:
            handle = os.open(self.path / "lock", os.O_RDWR)
        except OSError:
            return False
        try:
            return not _lock(handle)
        finally:
            os.close(handle)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every other service away from this folder. Ends with the process, however it ends.

        Raises:
            Trouble: a service already uses the folder.
        """
        handle = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if not _lock(handle):
                raise Trouble(f"Another practice service is already using {self.path}.")
            yield
        finally:
            os.close(handle)


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
