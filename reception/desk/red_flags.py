"""Phrases in a patient's words that somebody should see at once.

They highlight and they raise; they never lower, block, or say that all is well. Where nothing is
found the words are "no phrase matched", and the request is read like any other.

`red_flag_rules` reads what a practice has written, `red_flag_reader` reads texts by it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from contract.codes import Priority
from contract.red_flag_rules import parse_rules
from reception.desk.red_flag_reader import NOBODY, Match, Person, Reader
from reception.records import Request

NONE_FOUND = "No phrase matched"
"""What is said where nothing is found. Not "no red flags": that would be a promise."""

_UNREAD = ("requested", "received")
_KEPT = 5_000
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
        self._reader = Reader(parse_rules(rules))
        self._found: dict[tuple[str, Person], list[RedFlag]] = {}

    @classmethod
    @cache
    def shipped(cls) -> "RedFlags":
        """The phrases that come with the program."""
        return cls(shipped_rules())

    def use(self, rules: str) -> None:
        """Read by *rules* from now on.

        Raises:
            RulesRefused: they are no rules; those in force stay so.
        """
        self._reader = Reader(parse_rules(rules))
        self._found.clear()

    def raised_for(self, request: Request, more: str = "", person: Person = NOBODY) -> Priority:
        """The priority of *request* as its words, and *more* of them, raise it.

        Only until somebody has taken it on, or has said why it is no emergency.
        """
        unread = request.status in _UNREAD and not request.reason_text
        words = f"{words_of(request)}\n{more}" if unread else ""
        return raised(request.priority, self.found_in(words, person))

    def found_in(self, text: str, person: Person = NOBODY) -> list[RedFlag]:
        """Every phrase in *text* that is told, not denied, in order of place."""
        if not text or text.isspace():
            return []
        key = text, person
        held = self._found.get(key)
        if held is None:
            if len(self._found) > _KEPT:
                self._found.clear()
            held = self._found[key] = [
                RedFlag(
                    match.family.id,
                    match.family.title,
                    match.family.raises,
                    match.start,
                    match.end,
                    match.family.do,
                )
                for match in self._reader.matches(text, person)
                if match.unheard is None
            ]
        return list(held)

    def matches(self, text: str, person: Person = NOBODY) -> list[Match]:
        """Every phrase that stands in *text*, also those that do not count, and why not."""
        return self._reader.matches(text, person)


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
