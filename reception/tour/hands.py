"""The hands of the tour: keys and pictures on the real window, and patience with a deadline."""

import asyncio
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

_LOOK_S = 0.02


class StepFailed(Exception):
    """A step of the tour did not happen."""


class Hands:
    """Strikes keys where the focus is, waits for what should follow, takes pictures."""

    def __init__(self, out: Path) -> None:
        out.mkdir(parents=True, exist_ok=True)
        for old in out.glob("*.png"):
            old.unlink()
        self._out = out
        self._taken = 0

    async def until(
        self, happened: Callable[[], object], what: str, deadline_s: float = 15.0
    ) -> float:
        """Wait until *happened*; how long that took, in seconds.

        Raises:
            StepFailed: it did not within *deadline_s*.
        """
        began = time.perf_counter()
        while not happened():
            if time.perf_counter() - began > deadline_s:
                raise StepFailed(f"it was waited {deadline_s:.0f} s in vain until {what}")
            await asyncio.sleep(_LOOK_S)
        return time.perf_counter() - began

    async def strike(self, *keys: Qt.Key | str, shift: bool = False, ctrl: bool = False) -> None:
        """Strike each of *keys* where the keyboard focus is."""
        for key in keys:
            modifiers = Qt.KeyboardModifier.NoModifier
            if shift:
                modifiers |= Qt.KeyboardModifier.ShiftModifier
            if ctrl:
                modifiers |= Qt.KeyboardModifier.ControlModifier
            if isinstance(key, str):
                QTest.keyClicks(self._focused(), key, modifiers)
            else:
                QTest.keyClick(self._focused(), key, modifiers)
            await asyncio.sleep(0.05)

    async def type(self, text: str) -> None:
        """Type *text* where the keyboard focus is."""
        QTest.keyClicks(self._focused(), text)
        await asyncio.sleep(0.05)

    async def drag(self, start: QPoint, end: QPoint, *, picture_of: QWidget | None = None) -> None:
        """Drag with the mouse of the screen, from *start* to *end* (screen pixels).

        A picture of the whole screen is taken on the way if *picture_of* is given.

        Raises:
            StepFailed: there is no xdotool to move the mouse.
        """
        xdotool = shutil.which("xdotool")
        if xdotool is None:
            raise StepFailed("a drag needs xdotool, which is not installed")
        half = (start + end) / 2
        near = start + QPoint(12, 8)
        for words in (
            ["mousemove", str(start.x()), str(start.y())],
            ["mousedown", "1"],
            ["mousemove", str(near.x()), str(near.y())],
            ["mousemove", str(half.x()), str(half.y())],
            ["mousemove", str(end.x() - 3), str(end.y())],
            ["mousemove", str(end.x()), str(end.y())],
        ):
            await self._x(xdotool, *words)
        if picture_of is not None:
            await self.picture(picture_of, "dragging", whole_screen=True)
        await self._x(xdotool, "mouseup", "1")

    @staticmethod
    async def _x(xdotool: str, *words: str) -> None:
        process = await asyncio.create_subprocess_exec(xdotool, *words)
        await process.wait()
        await asyncio.sleep(0.15)

    async def picture(self, window: QWidget, name: str, *, whole_screen: bool = False) -> None:
        """Save what *window*, or the whole screen, shows as the next numbered picture."""
        await asyncio.sleep(0.3)  # what was asked for is painted
        self._taken += 1
        path = self._out / f"{self._taken:02d}-{name}.png"
        taken = window.screen().grabWindow(0) if whole_screen else window.grab()
        if not taken.save(str(path)):
            raise StepFailed(f"the picture {path.name} could not be saved")

    @staticmethod
    def _focused() -> QWidget:
        widget = QApplication.focusWidget() or QApplication.activeWindow()
        if widget is None:
            raise StepFailed("no window has the keyboard")
        return widget
