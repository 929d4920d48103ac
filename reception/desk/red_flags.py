"""Phrases that may mean danger, wherever the patient wrote them.

The scanner only marks. It lowers nothing, blocks nothing, and finding nothing means nothing.

Source: resources/red_flags.txt; domain words, hazards 6-8.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources

from reception.records import Request

_NEXT = r"\W+"
_GAP = r"(?:\W+\w+){0,5}?\W+"
"""Up to five words in between."""


@dataclass(frozen=True)
class Found:
    """A phrase as it stands in a text.

    Attributes:
        phrase: the patient's own words.
        start: where it begins.
        end: where it ends.
    """

    phrase: str
    start: int
    end: int


class RedFlags:
    """A set of phrases.

    Raises:
        ValueError: a line cannot be read; the message names it.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self._patterns = [
            re.compile(_pattern(line), re.IGNORECASE)
            for raw in lines
            if (line := raw.strip()) and not line.startswith(("#", "["))
        ]

    def in_request(self, request: Request) -> list[Found]:
        """Every phrase in what came with *request*, whatever its form: words first, then note."""
        return [*self.in_text(request.description), *self.in_text(request.note)]

    def in_text(self, text: str) -> list[Found]:
        """Every phrase in *text*, in the order they stand; of two that overlap the earlier."""
        matches = sorted(
            (match.span() for pattern in self._patterns for match in pattern.finditer(text)),
            key=lambda span: (span[0], -span[1]),
        )
        found: list[Found] = []
        for start, end in matches:
            if not found or start >= found[-1].end:
                found.append(Found(" ".join(text[start:end].split()), start, end))
        return found


def usual_red_flags() -> RedFlags:
    """The phrases that come with the program."""
    text = resources.files("resources").joinpath("red_flags.txt").read_text(encoding="utf-8")
    return RedFlags(text.splitlines())


def _pattern(line: str) -> str:
    pattern, gap = "", _NEXT
    for part in line.split():
        if part == "...":
            gap = _GAP
            continue
        words = "|".join(_word(word, line) for word in part.split("|"))
        pattern += f"{gap if pattern else ''}(?:{words})"
        gap = _NEXT
    if gap == _GAP or not pattern:
        raise ValueError(f"a phrase begins and ends with a word: {line}")
    return rf"\b{pattern}\b"


def _word(word: str, line: str) -> str:
    stem = word.removesuffix("*")
    if not stem or not stem.replace("'", "").isalnum():
        raise ValueError(f"not a word, {word}, in: {line}")
    letters = "['’]?".join(re.escape(part) for part in stem.split("'"))
    return letters + (r"\w*" if word.endswith("*") else "")
