"""The rules for red flags: a text that a practice edits, read or refused in a sentence.

What the text may say is told at its top, in `resources/red_flags.toml`.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Final

from contract.codes import Priority

GAP_WORDS: Final = 4
"""`...` in a phrase stands for at most so many words."""
NEAR_WORDS: Final = 6
"""The two sides of `&` stand at most so many words apart."""
_MOST_CHARS: Final = 200_000
_MOST_FORMS: Final = 400
_MOST_PARTS: Final = 8
_FAMILY_KEYS: Final = frozenset(
    {"id", "title", "raise", "do", "phrases", "except", "min_age", "max_age", "sex"}
)
_SCOPE_KEYS: Final = ("deny", "between", "until", "long_ago", "now")
_RAISES: Final = {"stat": Priority.STAT, "asap": Priority.ASAP, "urgent": Priority.URGENT}
_SEXES: Final = ("female", "male")
_WORD = re.compile(r"[^\W_]+(?:['’‘`][^\W_]+)*")
_ATOM = re.compile(r"[^\W_]+\*?")
_PLACE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)\s*$")

Atoms = tuple[str, ...]
"""Words that stand one after another; `pain*` is any word that begins with it."""
Forms = dict[str, tuple[Atoms, ...]]
"""Rows of words that may each stand there, by the first word of each."""


class RulesRefused(ValueError):
    """The text is not a set of rules. Its words are a sentence that names the line.

    Attributes:
        line: counted from one; 0 where the whole text is meant.
    """

    def __init__(self, line: int, what: str) -> None:
        super().__init__(f"Line {line}: {what}" if line else what)
        self.line = line


class _Wrong(Exception):
    """What is wrong, before it is known on which line it stands."""

    def __init__(self, what: str, text: str = "") -> None:
        super().__init__(what)
        self.what, self.text = what, text


@dataclass(frozen=True, slots=True)
class Step:
    """One word of a phrase, in every form it may have, and whether a gap stands before it."""

    forms: Forms
    gap: bool


@dataclass(frozen=True, slots=True)
class Phrase:
    """One phrase: parts that stand near each other in any order, each a row of steps."""

    text: str
    parts: tuple[tuple[Step, ...], ...]


@dataclass(frozen=True, slots=True)
class Family:
    """Phrases that may mean the same danger.

    Attributes:
        id, title: its name in the rules and in words.
        raises: the priority it suggests.
        do: what to do, in a sentence or two.
        phrases: what is looked for.
        besides: what merely sounds like it ("chest of drawers").
        min_age, max_age: whole years of the patient, both included; None is no limit.
        sex: `female`, `male`, or empty for no limit.
    """

    id: str
    title: str
    raises: Priority
    do: str
    phrases: tuple[Phrase, ...]
    besides: tuple[Phrase, ...]
    min_age: int | None = None
    max_age: int | None = None
    sex: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """Words that turn what a phrase says.

    Attributes:
        deny: what denies the phrase after it.
        between: what may stand between the two.
        until: what takes the denial back ("never had chest pain before").
        long_ago: what puts a phrase into the past.
        now: what brings it back from there.
    """

    deny: Forms
    between: frozenset[str]
    until: Forms
    long_ago: Forms
    now: Forms


@dataclass(frozen=True, slots=True)
class Rules:
    """All of it.

    Attributes:
        near: words of so many letters or more are known with one letter wrong; 0 is never.
        never: words that are not taken for a slip of another.
    """

    families: tuple[Family, ...]
    scope: Scope
    near: int
    never: frozenset[str]


def plain(word: str) -> str:
    """*word* as it is compared: small letters, no apostrophes."""
    return (word if word.isalnum() else re.sub(r"['’‘`]", "", word)).casefold()


def words_in(text: str) -> Iterator[re.Match[str]]:
    """The words of *text* where they stand; an apostrophe belongs to its word."""
    return _WORD.finditer(text)


def parse_rules(text: str) -> Rules:
    """The rules that *text* tells.

    Raises:
        RulesRefused: what is wrong, and on which line.
    """
    if len(text) > _MOST_CHARS:
        raise RulesRefused(0, "This is too long for rules; keep it under 200,000 letters.")
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        said = str(fault)
        place = _PLACE.search(said)
        line = int(place[1]) if place and place[1] else text.count("\n") + 1
        what = _PLACE.sub("", said)
        raise RulesRefused(line, f"This cannot be read: {what[:1].lower()}{what[1:]}.") from fault
    except (RecursionError, ValueError) as fault:
        raise RulesRefused(0, "This cannot be read as rules.") from fault
    return _Parser(text, told).rules()


def check_rules(told: Mapping[str, Any]) -> None:
    """Refuse what is no set of rules, read already.

    Raises:
        RulesRefused: what is wrong; the line is not known here.
    """
    _Parser("", dict(told)).rules()


@dataclass
class _Parser:
    """Reads the tables, and knows where in the text they stand."""

    text: str
    told: dict[str, Any]
    lines: list[str] = field(init=False)
    words: dict[str, tuple[Atoms, ...]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.lines = self.text.split("\n")

    def rules(self) -> Rules:
        for name in self.told:
            if name not in ("family", "words", "scope", "spelling"):
                known = "family, words, scope and spelling"
                raise RulesRefused(self._line(name), f"“{name}” is not known here; {known} are.")
        self._read_words()
        families = self.told.get("family")
        if not isinstance(families, list) or not families:
            raise RulesRefused(0, "There is no [[family]] in it, so nothing would be found.")
        read: dict[str, Family] = {}
        for number, one in enumerate(families):
            family = self._family(number, one)
            if family.id in read:
                line = self._line("id", family.id, number)
                raise RulesRefused(line, f"There is a family “{family.id}” already.")
            read[family.id] = family
        spelling = self._table("spelling")
        near = spelling.get("near", 0)
        if not isinstance(near, int) or isinstance(near, bool) or not 0 <= near <= 30:
            raise RulesRefused(self._line("near"), "“near” is a number of letters, 0 to 30.")
        with self._placed("never"):
            never = self._strings("never", spelling.get("never", []))
        return Rules(
            tuple(read.values()), self._scope(), near, frozenset(plain(word) for word in never)
        )

    def _table(self, name: str) -> dict[str, Any]:
        table = self.told.get(name, {})
        if not isinstance(table, dict):
            raise RulesRefused(self._line(name), f"Write [{name}] on a line of its own.")
        return table

    def _read_words(self) -> None:
        for word, forms in self._table("words").items():
            with self._placed(word):
                given = [word, *self._strings(word, forms)]
                self.words[plain(word)] = tuple(dict.fromkeys(map(self._atoms, given)))

    def _scope(self) -> Scope:
        table = self._table("scope")
        for name in table:
            if name not in _SCOPE_KEYS:
                known = ", ".join(_SCOPE_KEYS)
                raise RulesRefused(self._line(name), f"“{name}” is not known; {known} are.")
        read = {}
        for name in _SCOPE_KEYS:
            with self._placed(name):
                read[name] = tuple(map(self._atoms, self._strings(name, table.get(name, []))))
        between = frozenset(word for atoms in read.pop("between") for word in atoms)
        forms = {name: _by_first(told) for name, told in read.items()}
        return Scope(forms["deny"], between, forms["until"], forms["long_ago"], forms["now"])

    def _family(self, number: int, told: object) -> Family:
        here = self._line("[[family]]", number=number)
        if not isinstance(told, dict):
            raise RulesRefused(here, "Write [[family]] on a line of its own.")
        for name in told:
            if name not in _FAMILY_KEYS:
                known = ", ".join(sorted(_FAMILY_KEYS))
                line = self._line(name, number=number)
                raise RulesRefused(line, f"“{name}” is not known in a family; {known} are.")
        name = self._text(told, "id", here)
        title = self._text(told, "title", here)
        raises = told.get("raise")
        if not isinstance(raises, str) or raises not in _RAISES:
            line = self._line("raise", number=number) or here
            raise RulesRefused(
                line, f"“raise” of “{title}” is one of stat (emergency), asap and urgent."
            )
        phrases = self._phrases(told, "phrases", number, here)
        if not phrases:
            raise RulesRefused(here, f"“{title}” has no phrases, so it would find nothing.")
        do = told.get("do", "")
        if not isinstance(do, str):
            raise RulesRefused(self._line("do", number=number), "“do” is a sentence in quotes.")
        low, high = (self._age(told, key, number) for key in ("min_age", "max_age"))
        if low is not None and high is not None and low > high:
            line = self._line("max_age", number=number)
            raise RulesRefused(line, f"“{title}” is for nobody: min_age is above max_age.")
        sex = told.get("sex", "")
        if sex != "" and sex not in _SEXES:
            raise RulesRefused(self._line("sex", number=number), "“sex” is female or male.")
        besides = self._phrases(told, "except", number, here)
        return Family(
            name, title, _RAISES[raises], do.strip(), phrases, besides, low, high, str(sex)
        )

    def _text(self, told: dict[str, Any], key: str, here: int) -> str:
        value = told.get(key)
        if not isinstance(value, str) or not value.strip():
            raise RulesRefused(here, f"This family needs {key} = “…”.")
        return value.strip()

    def _age(self, told: dict[str, Any], key: str, number: int) -> int | None:
        value = told.get(key)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 130:
            line = self._line(key, number=number)
            raise RulesRefused(line, f"“{key}” is whole years, 0 to 130.")
        return value

    def _phrases(
        self, told: dict[str, Any], key: str, number: int, here: int
    ) -> tuple[Phrase, ...]:
        try:
            return tuple(map(self._phrase, self._strings(key, told.get(key, []))))
        except _Wrong as wrong:
            line = self._line(wrong.text, wrong.text, number) if wrong.text else 0
            line = line or self._line(key, number=number) or here
            raise RulesRefused(line, wrong.what) from None

    def _strings(self, name: str, value: object) -> Sequence[str]:
        if not isinstance(value, list):
            raise _Wrong(f"“{name}” is a list in square brackets.")
        for one in value:
            if not isinstance(one, str) or not one.strip():
                raise _Wrong(f"In “{name}” there is something that is no word in quotes.")
        return value

    def _phrase(self, text: str) -> Phrase:
        parts = tuple(self._part(part, text) for part in text.split("&"))
        if len(parts) > 4:
            raise _Wrong(f"“{text}” has too many parts; & joins two to four.", text)
        return Phrase(text, parts)

    def _part(self, part: str, phrase: str) -> tuple[Step, ...]:
        steps: list[Step] = []
        gap = False
        for item in part.replace("...", " ... ").replace("…", " ... ").split():
            if item == "...":
                gap = bool(steps)
                continue
            steps.append(Step(self._forms(item, phrase), gap))
            gap = False
        if not steps or gap:
            where = "ends with a gap" if gap else "has an empty part"
            raise _Wrong(f"The phrase “{phrase}” {where}; give it a word there.", phrase)
        if len(steps) > _MOST_PARTS:
            raise _Wrong(f"The phrase “{phrase}” is too long; eight words at most.", phrase)
        return tuple(steps)

    def _forms(self, item: str, phrase: str) -> Forms:
        forms: dict[Atoms, None] = {}
        for choice in item.split("/"):
            each = [self.words.get(atom, ((atom,),)) for atom in self._atoms(choice, phrase)]
            for chosen in product(*each):
                forms[tuple(atom for atoms in chosen for atom in atoms)] = None
                if len(forms) > _MOST_FORMS:
                    raise _Wrong(f"The phrase “{phrase}” has too many forms.", phrase)
        return _by_first(forms)

    def _atoms(self, told: str, phrase: str = "") -> Atoms:
        """*told* as plain words: `self-harm*` is two."""
        atoms = tuple(plain(atom) for atom in re.findall(r"[\w'’‘`]+\*?", told))
        good = atoms and all(_ATOM.fullmatch(atom) for atom in atoms)
        if not good or re.search(r"\*\w|[^\w'’‘`*\s.,-]", told):
            within = f" in “{phrase}”" if phrase and phrase != told else ""
            raise _Wrong(
                f"“{told}”{within} is no word: letters, digits, ' and a * at the end.",
                phrase or told,
            )
        if any(atom.endswith("*") and len(atom) < 3 for atom in atoms):
            raise _Wrong(f"“{told}” would fit almost any word; write more letters.", phrase or told)
        return atoms

    @contextmanager
    def _placed(self, key: str) -> Iterator[None]:
        """What is wrong inside stands on the line of *key*, or of the word itself."""
        try:
            yield
        except _Wrong as wrong:
            line = self._line(wrong.text, wrong.text) if wrong.text else 0
            raise RulesRefused(line or self._line(key), wrong.what) from None

    def _line(self, key: str, value: str = "", number: int | None = None) -> int:
        """The line of *key*, or of the quoted *value*, in family *number*; 0 if none has it."""
        first, last = 0, len(self.lines)
        if number is not None:
            starts = [n for n, line in enumerate(self.lines) if _is_family(line)]
            if number >= len(starts):
                return 0
            first = starts[number]
            last = starts[number + 1] if number + 1 < len(starts) else last
            if key == "[[family]]":
                return first + 1
        return next(_with(self.lines, first, last, key, value), 0)


def _by_first(forms: Iterable[Atoms]) -> Forms:
    firsts: dict[str, list[Atoms]] = {}
    for form in forms:
        firsts.setdefault(form[0], []).append(form)
    return {first: tuple(begun) for first, begun in firsts.items()}


def _is_family(line: str) -> bool:
    return re.match(r"\s*\[\[\s*family\s*\]\]", line) is not None


def _with(lines: Sequence[str], first: int, last: int, key: str, value: str) -> Iterator[int]:
    for number in range(first, last):
        line = lines[number]
        if value:
            if f'"{value}"' in line or f"'{value}'" in line:
                yield number + 1
        elif re.match(rf"""\s*(?:\[+\s*)?["']?{re.escape(key)}["']?\s*[=\].]""", line):
            yield number + 1
