"""What this desk remembers about printing; nothing about patients."""

from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QSettings

from contract.limits import PACK_KEEP_DAYS
from reception.desk.continuity import KEEP_CHOICES
from reception.widgets.sheet_layout import TextSize


class PrintSettings:
    """Remembered in one small file beside the practice's other files: for each practice apart."""

    def __init__(self, path: Path) -> None:
        self._settings = QSettings(str(path), QSettings.Format.IniFormat)

    @property
    def size(self) -> TextSize:
        """How large the type of a day list is."""
        name = str(self._settings.value("size", ""))
        return TextSize[name] if name in TextSize.__members__ else TextSize.NORMAL

    @size.setter
    def size(self, size: TextSize) -> None:
        self._keep("size", size.name)

    def has(self, choice: str) -> bool:
        """Whether `free`, `blocked` or `phones` are wanted on a day list."""
        return str(self._settings.value(f"with/{choice}", "no")) == "yes"

    def keep_choice(self, choice: str, *, wanted: bool) -> None:
        """Remember that they are, or are not."""
        self._keep(f"with/{choice}", "yes" if wanted else "no")

    @property
    def printer(self) -> str:
        """The printer of last time, or empty."""
        return str(self._settings.value("printer", ""))

    @printer.setter
    def printer(self, name: str) -> None:
        self._keep("printer", name)

    @property
    def pdf_folder(self) -> str:
        """Where the last PDF went, or empty."""
        return str(self._settings.value("pdf_folder", ""))

    @pdf_folder.setter
    def pdf_folder(self, folder: str) -> None:
        self._keep("pdf_folder", folder)

    @property
    def pack_folder(self) -> Path | None:
        """Where continuity packs go; None while nobody has chosen."""
        folder = str(self._settings.value("pack/folder", ""))
        return Path(folder) if folder else None

    @pack_folder.setter
    def pack_folder(self, folder: Path | None) -> None:
        self._keep("pack/folder", str(folder) if folder is not None else "")

    @property
    def pack_left(self) -> list[Path]:
        """Folders that packs went to before, as long as some may still lie there."""
        text = str(self._settings.value("pack/left", ""))
        return [Path(line) for line in text.splitlines() if line]

    @pack_left.setter
    def pack_left(self, folders: list[Path]) -> None:
        self._keep("pack/left", "\n".join(map(str, dict.fromkeys(folders))))

    @property
    def keep_days(self) -> int:
        """How long packs are kept, in days."""
        text = str(self._settings.value("pack/keep_days", ""))
        days = int(text) if text.isdigit() else PACK_KEEP_DAYS
        return days if days in KEEP_CHOICES else PACK_KEEP_DAYS

    @keep_days.setter
    def keep_days(self, days: int) -> None:
        self._keep("pack/keep_days", str(days))

    @property
    def pack_written(self) -> datetime | None:
        """For what time the last pack was written (aware UTC), or None."""
        try:
            at = datetime.fromisoformat(str(self._settings.value("pack/written", "")))
        except ValueError:
            return None
        return at.astimezone(UTC) if at.tzinfo is not None else None

    @pack_written.setter
    def pack_written(self, due: datetime | None) -> None:
        self._keep("pack/written", due.isoformat() if due is not None else "")

    def _keep(self, key: str, value: str) -> None:
        if self._settings.value(key) != value:
            self._settings.setValue(key, value)
