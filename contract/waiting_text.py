"""What patients are told about waiting: the practice's own words, with the time as measured.

Source: docs/contract.md 3 (Library, `waiting-text`), 7 (`Task/$waiting`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from string import Formatter
from typing import Any, Final

LONGEST: Final = 500
_PLACES: Final = frozenset({"time", "waiting"})
_KEYS: Final = frozenset({"show", "until", "text"})


@dataclass(frozen=True, slots=True)
class WaitingText:
    """The document, read.

    Attributes:
        show: whether patients are shown it.
        until: from when on they are not any more (aware UTC), or None.
        text: with the places `{time}` (until a first answer) and `{waiting}` (how many wait).
    """

    show: bool
    until: datetime | None
    text: str

    def is_shown(self, now: datetime) -> bool:
        """Whether patients are shown it at *now*."""
        return self.show and (self.until is None or now < self.until)

    def filled(self, minutes: int | None, waiting: int) -> str:
        """The words, with what was measured in them."""
        return self.text.format(time=in_words(minutes), waiting=waiting)


def read(told: Mapping[str, Any]) -> WaitingText:
    """What the document says.

    Raises:
        ValueError: it is none; a sentence.
    """
    for name in told:
        if name not in _KEYS:
            raise ValueError(f"“{name}” is not known here; show, until and text are.")
    show = told.get("show", False)
    if not isinstance(show, bool):
        raise ValueError("“show” is true or false.")  # noqa: TRY004 - read in a document
    until = told.get("until")
    if until is not None and (not isinstance(until, datetime) or until.tzinfo is None):
        raise ValueError("“until” is a date and time with its zone, 2026-11-23T18:30:00Z.")
    text = told.get("text", "")
    if not isinstance(text, str) or not text.strip():
        raise ValueError("“text” is what patients read; write a sentence.")
    if len(text) > LONGEST:
        raise ValueError(f"“text” is longer than {LONGEST} letters; patients read it on a phone.")
    try:
        places = {name for _, name, *_ in Formatter().parse(text) if name is not None}
    except ValueError:
        raise ValueError("In “text” a { or } stands alone; the places are {time}.") from None
    if not places <= _PLACES:
        raise ValueError("In “text” only the places {time} and {waiting} are filled in.")
    return WaitingText(show, until.astimezone(UTC) if until is not None else None, text.strip())


def check(told: Mapping[str, Any]) -> None:
    """Refuse what cannot be read.

    Raises:
        ValueError: a sentence.
    """
    read(told)


def written(text: str, until: datetime | None) -> str:
    """The document that shows *text* until then, or, with None, does not show it."""
    shown = "".join(sign if sign.isprintable() else " " for sign in text)
    plain = " ".join(shown.split()).replace("\\", "\\\\").replace('"', '\\"')
    at = until.astimezone(UTC).replace(tzinfo=None) if until is not None else None
    ends = f"until = {at.isoformat('T', 'seconds')}Z\n" if at is not None else ""
    return f'show = {str(until is not None).lower()}\n{ends}text = "{plain}"\n'


def in_words(minutes: int | None) -> str:
    """A time that was measured, as said to a patient: rounded up, never down."""
    if minutes is None:
        return "longer than usual"
    if minutes < 60:
        return f"about {max(5, -(-minutes // 5) * 5)} minutes"
    halves = -(-minutes // 30)
    hours = f"{halves // 2}½" if halves % 2 else str(halves // 2)
    return "about 1 hour" if halves == 2 else f"about {hours} hours"
