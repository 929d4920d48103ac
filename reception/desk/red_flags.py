"""Phrases in a patient's words that somebody should see at once.

They highlight and they raise; they never lower, block, or say that all is well. Where nothing is
found the words are "no phrase matched", and the request is read like any other.

`red_flag_rules` reads what a practice has written, `red_flag_reader` reads texts by it.
"""

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from contract.codes import Priority
from contract.red_flag_rules import Family, parse_rules
from reception.desk.red_flag_reader import NOBODY, Match, Person, Reader, is_for
from reception.records import Request

NONE_FOUND = "No phrase matched"
"""What is said where nothing is found. Not "no red flags": that would be a promise."""

_UNREAD = ("requested", "received")
_KEPT = 20_000
_SLICE_S = 0.008
_BREATH_S = 0.001
_RANK = (Priority.ROUTINE, Priority.URGENT, Priority.ASAP, Priority.STAT)


@dataclass(frozen=True)
class RedFlag:
    """One phrase found.

    Attributes:
        family: the id of what it may mean.
        title: the same in words ("Chest pain").
        raises: the priority it suggests.
        start, end: where it stands in the text.
        do: what the practice has agreed to do.
    """

    family: str
    title: str
    raises: Priority
    start: int
    end: int
    do: str = ""


class RedFlags:
    """Reads texts for the phrases of the rules in force.

    Args:
        rules: as `resources/red_flags.toml` is written.

    Raises:
        RulesRefused: they are no rules.
    """

    def __init__(self, rules: str) -> None:
        self._reader = self._first = Reader(parse_rules(rules))
        self._found: _Found = {}
        self._beside: dict[str, str] = {}
        self._people: dict[str, Person] = {}

    @classmethod
    @cache
    def shipped(cls) -> "RedFlags":
        """The ones that the program reads by: as they ship, until a practice's own are in force.

        One set serves one program, which is signed in to one practice at a time.
        """
        return cls(shipped_rules())

    def use(self, reader: Reader) -> None:
        """Read as *reader* does from now on."""
        self._reader = reader
        self._found.clear()

    # -- what stands beside a request

    def tell(self, request_id: str, words: str) -> None:
        """Count *words* as the patient's, beside those of that request.

        They are what came after the request itself, in its thread or on its form.
        """
        if words:
            self._beside[request_id] = words
        else:
            self._beside.pop(request_id, None)

    def meet(self, patient_id: str, person: Person) -> bool:
        """Know of a patient's age and sex; whether that is new."""
        known = self._people.get(patient_id)
        self._people[patient_id] = person
        return known != person

    def forget(self) -> None:
        """Forget the words of patients, and a practice's own rules: somebody else is next."""
        self._beside.clear()
        self._people.clear()
        self._found.clear()
        self._reader = self._first
        self._reader.forget()

    def person_of(self, request: Request) -> Person:
        """Whom *request* is about, as far as it is known."""
        return self._people.get(request.patient_id, NOBODY)

    # -- what is found

    def raised_for(self, request: Request) -> Priority:
        """The priority of *request* as the patient's words raise it.

        By its own words only until somebody has taken it on, or has said why it is no emergency;
        by what came after them until it has been answered.
        """
        unread = request.status in _UNREAD and not request.reason_text
        flags = self.found_in(words_of(request), self.person_of(request)) if unread else []
        return raised(request.priority, [*flags, *self.found_beside(request)])

    def found_for(self, request: Request) -> list[RedFlag]:
        """Every phrase told with *request*, on its form and in what came after it."""
        own = self.found_in(words_of(request), self.person_of(request))
        return [*own, *self.found_beside(request)]

    def found_beside(self, request: Request) -> list[RedFlag]:
        """Every phrase in what came after *request*; places are those in that text."""
        words = self._beside.get(request.id, "")
        return self.found_in(words, self.person_of(request)) if words else []

    def found_in(self, text: str, person: Person = NOBODY) -> list[RedFlag]:
        """Every phrase in *text* that is told, not denied, in order of place."""
        if not text or text.isspace():
            return []
        held = self._found.get(text)
        if held is None:
            if len(self._found) > _KEPT:
                self._found.clear()
            held = self._found[text] = [
                (_flag(match), match.family)
                for match in self._reader.matches(text)
                if match.unheard is None
            ]
        return [flag for flag, family in held if is_for(family, person)]

    async def read(self, requests: Iterable[Request], reader: Reader | None = None) -> None:
        """Read the words of *requests* in slices, so that they are known when they are asked for.

        With *reader*, by it; it is in force at the end of it.
        """
        ahead = RedFlags.by(reader, self) if reader is not None else self
        begun = time.perf_counter()
        for request in requests:
            ahead.found_for(request)
            if time.perf_counter() - begun > _SLICE_S:
                await asyncio.sleep(_BREATH_S)
                begun = time.perf_counter()
        if reader is not None:
            self._reader, self._found = reader, ahead._found

    @classmethod
    def by(cls, reader: Reader, beside: "RedFlags") -> "RedFlags":
        """Those that read as *reader* does, of the requests and people that *beside* knows."""
        made = cls.__new__(cls)
        made._reader = made._first = reader
        made._found = {}
        made._beside, made._people = beside._beside, beside._people
        return made

    def matches(self, text: str, person: Person = NOBODY) -> list[Match]:
        """Every phrase that stands in *text*, also those that do not count, and why not."""
        return self._reader.matches(text, person)


_Found = dict[str, list[tuple[RedFlag, Family]]]


def _flag(match: Match) -> RedFlag:
    family = match.family
    return RedFlag(family.id, family.title, family.raises, match.start, match.end, family.do)


def shipped_rules() -> str:
    """The text of the rules that come with the program."""
    return (resources.files("resources") / "red_flags.toml").read_text(encoding="utf-8")


def words_of(request: Request) -> str:
    """All that came with *request* in the patient's words, whatever form it came on."""
    return f"{request.description}\n{request.note}"


def titles(flags: Sequence[RedFlag]) -> str:
    """What was found in words, each family once; or that no phrase matched."""
    return ", ".join(dict.fromkeys(flag.title for flag in flags)) or NONE_FOUND


def what_to_do(flags: Sequence[RedFlag]) -> str:
    """What the practice has agreed to do about *flags*, the most pressing first, each once."""
    pressing = sorted(flags, key=lambda flag: -_RANK.index(flag.raises))
    return " ".join(dict.fromkeys(flag.do for flag in pressing if flag.do))


def is_urgent(priority: Priority) -> bool:
    """Whether that is to be dealt with today."""
    return priority is not Priority.ROUTINE


def raised(priority: str, flags: Sequence[RedFlag]) -> Priority:
    """The priority suggested for a request of *priority* with *flags*; never a lower one."""
    held = Priority(priority) if priority in set(Priority) else Priority.ROUTINE
    return max([held, *(flag.raises for flag in flags)], key=_RANK.index)
