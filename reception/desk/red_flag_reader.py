"""Reads a text by the rules for red flags: what is told, what is denied, and why.

Phrases are looked for word by word, not letter by letter: each distinct word is looked up once, so
that thousands of texts cost little. A sentence ends what a phrase, a denial or a date reaches.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from contract.red_flag_rules import (
    GAP_WORDS,
    NEAR_WORDS,
    Atoms,
    Family,
    Forms,
    Phrase,
    Rules,
    Step,
    plain,
    words_in,
)

_MOST_WORDS_KEPT: Final = 50_000
_SENTENCE = re.compile(r"[!?;\n]|\.(?!\d)|(?<!\d)\.")
_CLAUSE = re.compile(r"[,:()–—]|\s-\s")
_JOINING: Final = frozenset({"or", "nor"})
_TURNING: Final = frozenset(
    {"but", "however", "although", "though", "except", "now", "just", "and", "yes", "then", "so"}
)
_STARTING: Final = frozenset(
    {"since", "today", "yesterday", "now", "this", "for", "started", "last", "all", "tonight", "is",
     "has", "have", "got", "getting", "feels", "feel"}
)  # fmt: skip
_ANSWERED_NO = re.compile(r"[ \t]*[:?=–-][ \t]*(?:no|none|nil|never|n)(?![\w'’])(?![ \t]+\w)", re.I)
_YEAR = re.compile(r"(?:19\d\d|20[01]\d)s?|[5-9]0s")
_LIST_WORDS: Final = 4
_AGO_WORDS: Final = 12
_DENIED_WORDS: Final = 24


class Unheard(Enum):
    """Why a phrase that stands in the text is not taken for told."""

    DENIED = "denied"
    LONG_AGO = "told of long ago"
    OTHER = "another meaning"
    NOT_THIS_PERSON = "not for a person of this age or sex"


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a text is about, as far as it is known.

    Attributes:
        age: whole years, or None.
        sex: `female`, `male`, or anything else for not known.
    """

    age: int | None = None
    sex: str = ""


NOBODY: Final = Person()


@dataclass(frozen=True, slots=True)
class Match:
    """One phrase that stands in a text.

    Attributes:
        family, phrase: of the rules.
        start, end: where it stands.
        unheard: why it does not count; None if it does.
        by: the words that deny it, or date it.
        slips: words taken for another, `breathng → breathing`.
    """

    family: Family
    phrase: Phrase
    start: int
    end: int
    unheard: Unheard | None = None
    by: str = ""
    slips: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    start: int
    end: int
    clause: int
    atoms: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Rule:
    """A phrase of a family; `needs` are words of which each set must have one in the sentence."""

    number: int
    family: int
    phrase: Phrase
    besides: bool
    needs: tuple[frozenset[str], ...]


class Reader:
    """Finds the phrases of *rules* in texts."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._first: dict[str, list[_Rule]] = defaultdict(list)
        self._begun: dict[frozenset[str], tuple[_Rule, ...]] = {}
        atoms: set[str] = set()
        made: list[_Rule] = []
        for number, family in enumerate(rules.families):
            for besides, phrases in ((False, family.phrases), (True, family.besides)):
                for phrase in phrases:
                    needs = tuple(frozenset(s.forms) for part in phrase.parts for s in part)
                    rule = _Rule(len(made), number, phrase, besides, needs)
                    made.append(rule)
                    for first in phrase.parts[0][0].forms:
                        self._first[first].append(rule)
                    atoms |= {
                        atom
                        for part in phrase.parts
                        for step in part
                        for forms in step.forms.values()
                        for form in forms
                        for atom in form
                    }
        scope = rules.scope
        for told in (scope.deny, scope.until, scope.long_ago, scope.now):
            atoms |= {atom for forms in told.values() for form in forms for atom in form}
        self._whole = {atom for atom in atoms if not atom.endswith("*")}
        self._begins = {atom[:-1] for atom in atoms if atom.endswith("*")}
        self._shortest = min((len(stem) for stem in self._begins), default=0)
        self._longest = max((len(stem) for stem in self._begins), default=0)
        self._slips: dict[str, set[str]] = defaultdict(set)
        if rules.near:
            for atom in atoms:
                stem = atom.rstrip("*")
                if len(stem) >= rules.near - 1 and not stem.isdigit():
                    for short in _shortened(stem):
                        self._slips[short].add(atom)
        self._known: dict[str, frozenset[str]] = {}

    def matches(self, text: str, person: Person = NOBODY) -> list[Match]:
        """Every phrase in *text*, also those that do not count, in order of place."""
        found: dict[tuple[str, int, int], Match] = {}
        for sentence in self._sentences(text):
            for match in self._in_sentence(text, sentence, person):
                key = match.family.id, match.start, match.end
                held = found.get(key)
                if held is None or (held.unheard and not match.unheard):
                    found[key] = match
        return sorted(_widest(found.values()), key=lambda m: (m.start, m.end, m.family.id))

    def forget(self) -> None:
        """Forget the words of patients."""
        self._known.clear()

    # -- words

    def _sentences(self, text: str) -> Iterator[list[_Word]]:
        words: list[_Word] = []
        at = clause = 0
        for match in words_in(text):
            between = text[at : match.start()]
            if at and between != " ":
                if _ends_sentence(text, at, match.start()):
                    if words:
                        yield words
                    words, clause = [], 0
                elif _CLAUSE.search(between):
                    clause += 1
            word = plain(match.group())
            words.append(_Word(word, match.start(), match.end(), clause, self._atoms_of(word)))
            at = match.end()
        if words:
            yield words

    def _atoms_of(self, word: str) -> frozenset[str]:
        """Which words of the rules *word* is."""
        known = self._known.get(word)
        if known is not None:
            return known
        found = {word} if word in self._whole else set()
        for length in range(self._shortest, min(len(word), self._longest) + 1):
            if word[:length] in self._begins:
                found.add(f"{word[:length]}*")
        near = self._rules.near
        told = word in self._whole or word in self._rules.never
        if near and len(word) >= near and not told:
            found |= self._slip_of(word)
        if len(self._known) > _MOST_WORDS_KEPT:
            self._known.clear()
            self._begun.clear()
        self._known[word] = frozenset(found)
        return self._known[word]

    def _slip_of(self, word: str) -> set[str]:
        lengths = {len(word), *range(self._shortest - 1, self._longest + 2)}
        found = set()
        for length in lengths:
            piece = word[:length]
            if len(piece) < self._rules.near - 1:
                continue
            for short in _shortened(piece):
                for atom in self._slips.get(short, ()):
                    stem = atom.rstrip("*")
                    fits = atom.endswith("*") or length == len(word)
                    if fits and piece[0] == stem[0] and _one_apart(piece, stem):
                        found.add(atom)
        return found

    # -- phrases

    def _in_sentence(self, text: str, words: list[_Word], person: Person) -> list[Match]:
        hits = list(self._hits(words))
        besides: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for rule, first, last, _ in hits:
            if rule.besides:
                besides[rule.family].append((first, last))
        found = []
        for rule, first, last, own in hits:
            if rule.besides:
                continue
            family = self._rules.families[rule.family]
            others = (o for o in besides[rule.family] if o[0] <= last and first <= o[1])
            other = next(others, None)
            unheard, by = None, ""
            if other is not None:
                unheard, by = Unheard.OTHER, text[words[other[0]].start : words[other[1]].end]
            elif not is_for(family, person):
                unheard = Unheard.NOT_THIS_PERSON
            elif by := self._denial(text, words, first, last, own):
                unheard = Unheard.DENIED
            elif by := self._date(words, first, last):
                unheard = Unheard.LONG_AGO
            start, end = words[first].start, words[last].end
            slips = tuple(_slips_in(words, own))
            found.append(Match(family, rule.phrase, start, end, unheard, by, slips))
        return found

    def _hits(self, words: list[_Word]) -> Iterator[tuple[_Rule, int, int, frozenset[int]]]:
        """Every place of every phrase: its first and last word, and those that are its own."""
        there: set[str] = set().union(*(word.atoms for word in words))
        possible: dict[int, bool] = {}
        for at, word in enumerate(words):
            for rule in self._beginning(word.atoms):
                fits = possible.get(rule.number)
                if fits is None:
                    fits = not any(need.isdisjoint(there) for need in rule.needs)
                    possible[rule.number] = fits
                if fits:
                    for first, last, own in _places(rule.phrase, words, at):
                        yield rule, first, last, own

    def _beginning(self, atoms: frozenset[str]) -> tuple[_Rule, ...]:
        """The phrases that begin with a word that is all of *atoms*."""
        if not atoms:
            return ()
        known = self._begun.get(atoms)
        if known is None:
            rules = {r.number: r for atom in atoms for r in self._first.get(atom, ())}
            known = self._begun[atoms] = tuple(rules.values())
        return known

    # -- denials

    def _denial(
        self, text: str, words: list[_Word], first: int, last: int, own: frozenset[int]
    ) -> str:
        """The words that deny what stands there; empty if it is told."""
        scope = self._rules.scope
        if any(_at(words, last + further, scope.until) for further in (1, 2)):
            return ""
        if answered := _ANSWERED_NO.match(text, words[last].end):
            return answered.group().strip()
        return self._denied_inside(words, first, last, own) or self._denied_before(words, first)

    def _denied_before(self, words: list[_Word], first: int) -> str:
        scope = self._rules.scope
        if _at(words, first, scope.deny):
            return ""  # "can't breathe": the phrase is itself a "not"
        for at in range(first - 1, max(-1, first - _DENIED_WORDS), -1):
            length = _at(words, at, scope.deny)
            if length and at + length <= first and self._reaches(words, at + length, first):
                return " ".join(word.text for word in words[at : at + length])
            if words[at].text in _TURNING - scope.between:
                break
        return ""

    def _denied_inside(self, words: list[_Word], first: int, last: int, own: frozenset[int]) -> str:
        """A "not" between the words of a phrase: "face does not droop"."""
        for at in range(first + 1, last):
            length = 0 if at in own else _at(words, at, self._rules.scope.deny)
            if not length:
                continue
            before = max(place for place in own if place < at)
            after = min(place for place in own if place > at)
            same = words[before].clause == words[at].clause
            if same or self._reaches(words, at + length, after):
                return words[at].text
        return ""

    def _reaches(self, words: list[_Word], at: int, first: int) -> bool:
        """Whether a denial that ends before *at* reaches the word *first*.

        It reaches what stands right after it, and the items of a list that an "or" ends:
        "no fever, cough or chest pain".
        """
        between = self._rules.scope.between
        if at < first and words[at].clause != words[at - 1].clause:
            return False
        item = at
        while item < first and words[item].text in between:
            item += 1
        if item >= first:
            return at < first or words[first].clause == words[at - 1].clause
        if not any(word.text in _JOINING for word in words[at : min(len(words), first + 8)]):
            return False
        length = 0
        fresh = False
        for place in range(at, first + 1):
            word = words[place]
            if word.text in _JOINING or (place > at and word.clause != words[place - 1].clause):
                length, fresh = 0, True
            if place == first:
                return fresh and _list_goes_on(words, first)
            if word.text in _JOINING or word.text in between:
                continue
            length += 1
            fresh = False
            if length > _LIST_WORDS or word.text in _STARTING:
                return False
        return False

    def _date(self, words: list[_Word], first: int, last: int) -> str:
        """The words that put it into the past, if nothing in the sentence brings it back."""
        scope = self._rules.scope
        if any(_at(words, i, scope.now) for i in range(len(words)) if not first <= i <= last):
            return ""
        low, high = max(0, first - _AGO_WORDS), min(len(words), last + 1 + _AGO_WORDS)
        for at in range(low, high):
            if first <= at <= last:
                continue
            if _YEAR.fullmatch(words[at].text):
                return words[at].text
            if length := _at(words, at, scope.long_ago):
                return " ".join(word.text for word in words[at : at + length])
        return ""


def _widest(matches: Iterable[Match]) -> Iterator[Match]:
    """Of those of one family that say the same of a place, the one that reaches furthest."""
    kept: dict[tuple[str, Unheard | None], list[Match]] = defaultdict(list)
    for match in sorted(matches, key=lambda m: (m.start, -m.end)):
        same = kept[match.family.id, match.unheard]
        if not any(match.end <= other.end for other in same):
            same.append(match)
            yield match


def _ends_sentence(text: str, start: int, end: int) -> bool:
    """Whether a sentence ends between two words; "38.5" has no end in it."""
    return any(
        start <= m.start() < end for m in _SENTENCE.finditer(text, start, min(end + 1, len(text)))
    )


def _list_goes_on(words: Sequence[_Word], first: int) -> bool:
    """Whether the list that an item stands in is still to be ended by "or", or has just been."""
    for place in range(first, max(-1, first - 3), -1):
        if words[place].text in _JOINING:
            return True
    for place in range(first, min(len(words), first + 14)):
        if words[place].text in _JOINING:
            return True
        if words[place].text in _STARTING or words[place].text in _TURNING:
            return False
    return False


def is_for(family: Family, person: Person) -> bool:
    """Whether the limits of *family* let it count; what is not known limits nothing."""
    if family.sex and person.sex in ("female", "male") and person.sex != family.sex:
        return False
    if person.age is None:
        return True
    low, high = family.min_age, family.max_age
    return (low is None or person.age >= low) and (high is None or person.age <= high)


def _places(
    phrase: Phrase, words: Sequence[_Word], at: int
) -> Iterator[tuple[int, int, frozenset[int]]]:
    """Where *phrase* stands with its first part at *at*: first and last word, and its own."""
    for end, own in _runs(phrase.parts[0], 0, words, at):
        if len(phrase.parts) == 1:
            yield at, end, own
            return
        yield from _joined(phrase.parts[1:], words, at, end, own)


def _joined(
    parts: Sequence[tuple[Step, ...]],
    words: Sequence[_Word],
    first: int,
    last: int,
    own: frozenset[int],
) -> Iterator[tuple[int, int, frozenset[int]]]:
    if not parts:
        yield first, last, own
        return
    around = range(max(0, first - NEAR_WORDS - 1), min(len(words), last + NEAR_WORDS + 2))
    for at in sorted(around, key=lambda place: min(abs(place - first), abs(place - last))):
        if at in own:
            continue
        for end, more in _runs(parts[0], 0, words, at):
            if more & own or (end < first and first - end > NEAR_WORDS + 1):
                continue
            places = list(_joined(parts[1:], words, min(first, at), max(last, end), own | more))
            if places:
                yield places[0]
                return


def _runs(
    steps: Sequence[Step], number: int, words: Sequence[_Word], at: int
) -> Iterator[tuple[int, frozenset[int]]]:
    """Where the steps from *number* on end if they begin at *at*, the nearest first."""
    if number == len(steps):
        return
    step = steps[number]
    for begin in range(at, min(len(words), at + (GAP_WORDS + 1 if step.gap else 1))):
        atoms = words[begin].atoms
        if atoms.isdisjoint(step.forms):
            continue
        for form in (form for atom in atoms for form in step.forms.get(atom, ())):
            if not _stands(words, begin, form):
                continue
            end = begin + len(form) - 1
            mine = frozenset(range(begin, end + 1))
            if number + 1 == len(steps):
                yield end, mine
                continue
            for last, own in _runs(steps, number + 1, words, end + 1):
                yield last, mine | own


def _stands(words: Sequence[_Word], at: int, form: Atoms) -> bool:
    if at < 0 or at + len(form) > len(words):
        return False
    return all(atom in words[at + offset].atoms for offset, atom in enumerate(form))


def _at(words: Sequence[_Word], at: int, forms: Forms) -> int:
    """How many words of one of *forms* stand at *at*; 0 if none does."""
    if not 0 <= at < len(words):
        return 0
    begun = (form for atom in words[at].atoms for form in forms.get(atom, ()))
    return max((len(form) for form in begun if _stands(words, at, form)), default=0)


def _slips_in(words: Sequence[_Word], own: frozenset[int]) -> Iterator[str]:
    for place in sorted(own):
        word = words[place]
        stems = [atom.rstrip("*") for atom in word.atoms]
        if stems and not any(word.text.startswith(stem) for stem in stems):
            yield f"{word.text} → {min(stems)}"


def _shortened(word: str) -> set[str]:
    """*word*, and each form of it with one letter less."""
    return {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}


def _one_apart(a: str, b: str) -> bool:
    """Whether one letter wrong, missing, too many, or two swapped, is all that differs."""
    if a == b:
        return True
    if len(a) == len(b):
        unlike = [i for i in range(len(a)) if a[i] != b[i]]
        if len(unlike) == 1:
            return True
        return (
            len(unlike) == 2
            and unlike[1] == unlike[0] + 1
            and a[unlike[0]] == b[unlike[1]]
            and a[unlike[1]] == b[unlike[0]]
        )
    if abs(len(a) - len(b)) != 1:
        return False
    long, short = (a, b) if len(a) > len(b) else (b, a)
    return any(long[:i] + long[i + 1 :] == short for i in range(len(long)))
