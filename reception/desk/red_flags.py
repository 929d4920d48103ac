"""Phrases in a patient's words that somebody should see at once.

They highlight and they raise; they never lower, block, or say that all is well. Where nothing is
found the words are "no phrase matched", and the request is read like any other.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from contract.codes import Priority
from reception.records import Request

NONE_FOUND = "No phrase matched"
"""What is said where nothing is found. Not "no red flags": that would be a promise."""

_UNREAD = ("requested", "received")
_KEPT = 5_000
_RANK = (Priority.ROUTINE, Priority.URGENT, Priority.ASAP, Priority.STAT)
_BETWEEN = r"(?:\W+\w[\w']*){0,4}?\W+"
_CLAUSE = re.compile(r"[.;:!?,\n]|\b(?:but|however|although|now|and then|except)\b", re.IGNORECASE)
_NEGATION = re.compile(
    r"\b(?:no|not|without|never|denies|denied|nor|isn't|wasn't|don't have|doesn't have|haven't|"
    r"hasn't|ruled out)(?:\s+(?:had|have|has|any|a|an|the|got|been|of|having|real|signs?|more|"
    r"longer|or|other))*\s*$",
    re.IGNORECASE,
)
_NEW = re.compile(r"\s+(?:like this|before|until|till|til)\b", re.IGNORECASE)
_LISTED = re.compile(r"(?:\w+\s+){0,4}?(?:or|nor)\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class RedFlag:
    """One phrase found.

    Attributes:
        family: the id of what it may mean.
        title: the same in words ("Chest pain").
        raises: the priority it suggests.
        start, end: where it stands in the text.
    """

    family: str
    title: str
    raises: Priority
    start: int
    end: int


@dataclass(frozen=True)
class _Family:
    id: str
    title: str
    raises: Priority
    pattern: re.Pattern[str]


class RedFlags:
    """Reads texts for the phrases of `resources/red_flags.toml`."""

    def __init__(self, rules: str) -> None:
        self._families = [
            _Family(
                family["id"],
                family["title"],
                Priority(family["raise"]),
                re.compile("|".join(map(_pattern, family["phrases"])), re.IGNORECASE),
            )
            for family in tomllib.loads(rules)["family"]
        ]
        self._raised: dict[tuple[str, str], Priority] = {}

    @classmethod
    @cache
    def shipped(cls) -> "RedFlags":
        """The phrases that come with the program."""
        return cls((resources.files("resources") / "red_flags.toml").read_text(encoding="utf-8"))

    def raised_for(self, request: Request) -> Priority:
        """The priority of *request* as its words raise it.

        Only until somebody has taken it on, or has said why it is no emergency.
        """
        unread = request.status in _UNREAD and not request.reason_text
        words = f"{request.description}\n{request.note}" if unread else ""
        read = (request.priority, words)
        if read not in self._raised:
            if len(self._raised) > _KEPT:
                self._raised.clear()
            self._raised[read] = raised(request.priority, self.found_in(words))
        return self._raised[read]

    def found_in(self, text: str) -> list[RedFlag]:
        """Every phrase in *text* that is not plainly denied, in order of place."""
        plain = text.replace("’", "'").replace("‘", "'")
        found = [
            RedFlag(family.id, family.title, family.raises, match.start(), match.end())
            for family in self._families
            for match in _told(family.pattern, plain)
        ]
        return sorted(found, key=lambda flag: (flag.start, flag.end, flag.family))


def titles(flags: Sequence[RedFlag]) -> str:
    """What was found in words, each family once; or that no phrase matched."""
    return ", ".join(dict.fromkeys(flag.title for flag in flags)) or NONE_FOUND


def is_urgent(priority: Priority) -> bool:
    """Whether that is to be dealt with today."""
    return priority is not Priority.ROUTINE


def raised(priority: str, flags: Sequence[RedFlag]) -> Priority:
    """The priority suggested for a request of *priority* with *flags*; never a lower one."""
    held = Priority(priority) if priority in set(Priority) else Priority.ROUTINE
    return max([held, *(flag.raises for flag in flags)], key=_RANK.index)


def _told(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """The places of *pattern* that are not denied.

    One that is denied may reach over another that is not: "no baby is well. Baby is floppy".
    """
    at = 0
    while (match := pattern.search(text, at)) is not None:
        if _is_denied(text, match.start(), match.end()):
            at = match.start() + 1
        else:
            yield match
            at = match.end()


def _is_denied(text: str, start: int, end: int) -> bool:
    """Whether a word like "no" stands right before the phrase, in the same clause.

    "Never had chest pain before" and "... until now" tell of something new: they deny nothing.
    """
    if _NEW.match(text, end):
        return False
    before = text[max(0, start - 80) : start]
    clause = _CLAUSE.split(before)[-1]
    if _NEGATION.search(clause):
        return True
    listed = _LISTED.search(clause)  # "no fever or chest pain"
    return listed is not None and bool(
        _NEGATION.search(clause[: listed.start()].rstrip())
        or re.match(r"\s*(?:no|not|without|never|denies)\b", listed.group(), re.IGNORECASE)
    )


def _pattern(phrase: str) -> str:
    parts = [
        r"\s+".join(
            re.escape(word).replace(r"\*", r"\w*").replace("'", "'?") for word in part.split()
        )
        for part in phrase.split("...")
    ]
    return rf"\b{_BETWEEN.join(parts)}\b"
