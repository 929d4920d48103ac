"""What the window remembers between two runs: its place, its scheme, its splitters."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from PySide6.QtCore import QByteArray, QSettings
from PySide6.QtWidgets import QSplitter, QWidget

from reception.widgets.palette import Scheme


class WindowState:
    """Remembered in one small file in the user's settings folder; nothing about patients."""

    def __init__(self, path: Path) -> None:
        self._settings = QSettings(str(path), QSettings.Format.IniFormat)

    def scheme(self, otherwise: Scheme) -> Scheme:
        """The scheme the user chose, or *otherwise*."""
        try:
            return Scheme(str(self._settings.value("scheme", otherwise.value)))
        except ValueError:
            return otherwise

    def keep_scheme(self, scheme: Scheme) -> None:
        """Remember *scheme*."""
        self._settings.setValue("scheme", scheme.value)

    def restore(self, window: QWidget) -> bool:
        """Put *window* where it was; whether it was anywhere."""
        geometry = self._settings.value("geometry")
        return isinstance(geometry, QByteArray) and window.restoreGeometry(geometry)

    def keep(self, window: QWidget) -> None:
        """Remember where *window* and its named splitters are."""
        self._settings.setValue("geometry", window.saveGeometry())
        for splitter in window.findChildren(QSplitter):
            if splitter.objectName():
                self._settings.setValue(f"splitter/{splitter.objectName()}", splitter.saveState())
        self._settings.sync()

    def restore_splitters(self, window: QWidget) -> None:
        """Put the named splitters of *window* where they were."""
        for splitter in window.findChildren(QSplitter):
            state = self._settings.value(f"splitter/{splitter.objectName()}")
            if splitter.objectName() and isinstance(state, QByteArray):
                splitter.restoreState(state)

    def page(self) -> int:
        """The page that was in front."""
        value = str(self._settings.value("page", 0))
        return int(value) if value.isdigit() else 0

    def keep_page(self, number: int) -> None:
        """Remember the page in front."""
        self._settings.setValue("page", number)

    def page_of(self, user: str, page: str) -> dict[str, str]:
        """What *user*'s page should look like: short texts by name."""
        kept = self._settings.value(f"pages/{_safe(user)}/{page}", "")
        return dict(parse_qsl(str(kept)))

    def keep_page_of(self, user: str, page: str, kept: Mapping[str, str]) -> None:
        """Remember what *user*'s page looks like; nothing about patients."""
        self._settings.setValue(f"pages/{_safe(user)}/{page}", urlencode(dict(kept)))

    def practice(self) -> tuple[str, str, str]:
        """Base address, pinned certificate (PEM, may be empty) and user of the last sign-in."""
        values = [str(self._settings.value(f"practice/{k}", "")) for k in ("base", "ca", "user")]
        return values[0], values[1], values[2]

    def keep_practice(self, base: str, ca_pem: str, user: str) -> None:
        """Remember where to sign in next time. No secret: that is the keychain's."""
        for key, value in (("base", base), ("ca", ca_pem), ("user", user)):
            self._settings.setValue(f"practice/{key}", value)
        self._settings.sync()


def _safe(user: str) -> str:
    """*user* as a part of a settings key, where a slash would begin a group."""
    return user.replace("/", "-")
