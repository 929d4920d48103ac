"""Makes a sound: two tones through the computer's own player, or its bell where it has none.

QtMultimedia is not among the parts of Qt that we ship. The tones are made here, once, as small WAV
files in the user's folder.
"""

import math
import shutil
import struct
import sys
import wave
from collections.abc import Callable, Sequence
from enum import Enum
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, QProcess
from PySide6.QtWidgets import QApplication

_RATE_HZ = 22_050
_LOUDNESS = 0.45
_PLAYERS = (("pw-play",), ("paplay",), ("aplay", "-q"), ("afplay",))
"""Tried in this order; each plays a file and ends."""


class Tone(Enum):
    """What a sound says, in notes: pitch in Hz (0 is silence) and length in ms."""

    EMERGENCY = ((880, 180), (660, 180), (880, 180), (660, 180), (880, 260))
    URGENT = ((660, 140), (0, 60), (660, 180))
    MINE = ((520, 120), (780, 160))


class Sounder(Protocol):
    """The edge of the world that is heard."""

    def play(self, tone: Tone) -> None:
        """Sound *tone* once, without waiting for its end."""


class SystemSounder(QObject):
    """Plays through what the computer has.

    Args:
        folder: where the tones are kept.
        find: tells the path of a program, or None.
        parent: the Qt parent.
    """

    def __init__(
        self,
        folder: Path,
        find: Callable[[str], str | None] = shutil.which,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._folder = folder
        known = ((find(name[0]), name[1:]) for name in _PLAYERS)
        self._player = next(((path, rest) for path, rest in known if path), None)

    def play(self, tone: Tone) -> None:
        """Sound *tone* once, without waiting for its end."""
        try:
            file = self._file(tone)
        except OSError:
            QApplication.beep()
            return
        if sys.platform == "win32":
            import winsound  # noqa: PLC0415 - there is none elsewhere

            winsound.PlaySound(str(file), winsound.SND_FILENAME | winsound.SND_ASYNC)
        elif self._player is None:
            QApplication.beep()
        else:
            program, options = self._player
            started, _ = QProcess.startDetached(program, [*options, str(file)])
            if not started:
                QApplication.beep()

    def _file(self, tone: Tone) -> Path:
        file = self._folder / f"{tone.name.lower()}.wav"
        if not file.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            write_tone(file, tone.value)
        return file


def write_tone(file: Path, notes: Sequence[tuple[int, int]]) -> None:
    """Write *notes* (Hz, ms) as a WAV file: 16 bit, one channel, softly begun and ended."""
    samples = bytearray()
    for pitch, length_ms in notes:
        count = _RATE_HZ * length_ms // 1000
        edge = max(1, count // 12)
        for number in range(count):
            soft = min(1.0, number / edge, (count - number) / edge)
            wave_at = math.sin(2 * math.pi * pitch * number / _RATE_HZ) if pitch else 0.0
            samples += struct.pack("<h", round(32_767 * _LOUDNESS * soft * wave_at))
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(_RATE_HZ)
        out.writeframes(bytes(samples))
