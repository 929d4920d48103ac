"""What somebody typed to narrow the queue, taken apart.

    knee "sick note" -physio          words that begin like these; a phrase; not that word
    from: smith                       the patient, or who wrote for them
    with: priya    with: me, nobody   who has it
    older: 2h      newer: 30m         how long it has waited: m, h, d or w
    due: late      due: 2h            late, today, tomorrow, later, asleep; or within so long
    type: admin                       appointment, consultation, admin, medication, message,
                                      records, contact
    is: urgent                        emergency, urgent, routine, unread, unmatched, assigned,
                                      reopened, undelivered, proxy, done
    has: photo                        photo, form, flag, note
    came: phone                       online, phone, walkin

Terms stand side by side and all must hold; of the values of a key, with commas between them, one
is enough; a minus before a term turns it round. What cannot be read is left out, and told in a
sentence.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from contract.codes import RequestState, RequestType
from contract.core_hours import london_day
from reception.desk.order import due_of, is_asleep, waiting_since
from reception.records import Request
from reception.records.contact import is_on_contact_list
from reception.records.tree import maps, text_at

_VALUE = re.compile(r'"([^"]*)"?|((?![^\W\d_]+:)[^\s",]+)')
_MORE = re.compile(r"\s*,\s*")
_KEY = re.compile(r"([^\W\d_]+):\s*")
_SPAN = re.compile(r"(\d{1,4})\s?(m|min|h|d|w)")
_UNITS = {
    "m": timedelta(minutes=1),
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_WORD = re.compile(r"[\w']+")

TYPES = {
    "appointment": RequestType.APPOINTMENT,
    "consultation": RequestType.CONSULTATION,
    "admin": RequestType.ADMIN,
    "records": RequestType.RECORDS_ACCESS,
    "message": RequestType.THREAD,
    "medication": "repeat",
    "contact": "contact",
}
_DUE = ("late", "today", "tomorrow", "later", "asleep")
_SHOWN = {
    "photo": "DocumentReference/",
    "form": "QuestionnaireResponse/",
}


@dataclass(frozen=True)
class Eyes:
    """Who looks at the queue, when, and with what at hand.

    Attributes:
        me: reference of the user.
        teams: references of the user's teams.
        now: the time at the practice, aware.
        words: all that can be searched of a request, casefolded.
        is_flagged: whether a phrase was found in a request.
        is_urgent: whether it counts as urgent, by its words or by what somebody said.
    """

    me: str
    teams: Collection[str]
    now: datetime
    words: Callable[[Request], str]
    is_flagged: Callable[[Request], bool]
    is_urgent: Callable[[Request], bool]


@dataclass(frozen=True)
class Term:
    """One condition.

    Attributes:
        key: `from`, `older` ...; empty for words of the text.
        values: of which one is enough, casefolded.
        is_not: the other way round.
    """

    key: str
    values: tuple[str, ...]
    is_not: bool = False

    def __str__(self) -> str:
        """As it is typed."""
        values = ", ".join(_quoted(value) for value in self.values)
        return f"{'-' if self.is_not else ''}{f'{self.key}: ' if self.key else ''}{values}"

    def holds(self, request: Request, eyes: Eyes) -> bool:
        """Whether *request* is what this term asks for."""
        test = _TESTS[self.key]
        return any(test(request, value, eyes) for value in self.values) != self.is_not


@dataclass(frozen=True)
class QueueFilter:
    """All the terms that could be read, and what is wrong with the others.

    Attributes:
        terms: what must hold.
        complaint: a sentence about what could not be read, or empty.
    """

    terms: tuple[Term, ...] = ()
    complaint: str = ""

    def __str__(self) -> str:
        """As it is typed."""
        return " ".join(map(str, self.terms))

    def __bool__(self) -> bool:
        return bool(self.terms)

    def takes(self, request: Request, eyes: Eyes) -> bool:
        """Whether *request* is shown."""
        return all(term.holds(request, eyes) for term in self.terms)

    def seen_with(self, eyes: Eyes) -> Callable[[Request], bool]:
        """`takes` of one moment, for thousands of requests; what is soon told is asked first."""
        terms = sorted(self.terms, key=lambda term: term.key in _SLOW)
        tests = [
            (_TESTS[term.key], value, bool(term.is_not))
            for term in terms
            if len(term.values) == 1
            for value in term.values
        ]
        others = [term for term in terms if len(term.values) != 1]

        def takes(request: Request) -> bool:
            for test, value, is_not in tests:
                if test(request, value, eyes) == is_not:
                    return False
            return all(term.holds(request, eyes) for term in others)

        return takes


def read_filter(text: str) -> QueueFilter:
    """The filter that *text* asks for; never an error."""
    terms: list[Term] = []
    complaint, at = "", 0
    while at < len(text):
        if text[at].isspace() or text[at] == ",":
            at += 1
            continue
        is_not = text[at] == "-" and at + 1 < len(text) and not text[at + 1].isspace()
        at += is_not
        named = _KEY.match(text, at)
        key = named[1].casefold() if named else ""
        values, at = _values(text, named.end() if named else at, many=named is not None)
        wrong = _complaint(key, values)
        if wrong:
            complaint = complaint or wrong
        elif values:
            terms.append(Term(key, values, is_not=is_not))
    return QueueFilter(tuple(terms), complaint)


def _values(text: str, at: int, *, many: bool) -> tuple[tuple[str, ...], int]:
    """What stands at *at*, and where the text goes on; *many*: commas join."""
    values: list[str] = []
    while (found := _VALUE.match(text, at)) is not None:
        at = found.end()
        words = " ".join((found[1] or found[2] or "").casefold().split())
        if words:
            values.append(words)
        more = _MORE.match(text, at) if many else None
        if more is None:
            break
        at = more.end()
    return tuple(values), at


def _complaint(key: str, values: tuple[str, ...]) -> str:
    """What is wrong with a term, in a sentence; empty for nothing."""
    if key not in _TESTS:
        known = ", ".join(name for name in _TESTS if name)
        return f"There is nothing called “{key}:” to filter by, only {known}."
    if not key:
        return ""
    example = _EXAMPLES[key]
    if not values:
        return f"Say what after “{key}:”, as in {example}."
    allowed = _ALLOWED.get(key)
    for value in values:
        if key in ("older", "newer") and _span(value) is None:
            return f"“{value}” is no length of time: write {example}, with m, h, d or w."
        if allowed is not None and value not in allowed and not (key == "due" and _span(value)):
            more = " or a length of time such as 2h" if key == "due" else ""
            return f"“{key}: {value}” is not known: {', '.join(allowed)}{more}."
    return ""


def _quoted(value: str) -> str:
    plain = _VALUE.fullmatch(value) is not None and not value.startswith(("-", '"'))
    return value if plain else f'"{value}"'


def _span(text: str) -> timedelta | None:
    found = _SPAN.fullmatch(text)
    return int(found[1]) * _UNITS[found[2]] if found else None


def begins_in(needle: str, text: str) -> bool:
    """Whether a word of *text* begins with *needle* (both casefolded), phrases too."""
    at = text.find(needle)
    while at >= 0:
        if (
            at == 0
            or not (text[at - 1].isalnum() or text[at - 1] in "_'")
            or not needle[0].isalnum()
        ):
            return True
        at = text.find(needle, at + 1)
    return False


def _by_words(request: Request, value: str, eyes: Eyes) -> bool:
    return begins_in(value, eyes.words(request))


def _by_patient(request: Request, value: str, eyes: Eyes) -> bool:
    name = eyes.words(request).partition("\n")[0]
    return all(begins_in(word, name) for word in _WORD.findall(value))


def _by_owner(request: Request, value: str, eyes: Eyes) -> bool:
    if value == "me":
        return request.owner == eyes.me
    if value == "team":
        return request.owner in eyes.teams
    if value == "nobody":
        return not request.owner or request.owner.startswith("Organization/")
    name = request.owner_name.casefold()
    return bool(request.owner) and all(begins_in(word, name) for word in _WORD.findall(value))


def _older(request: Request, value: str, eyes: Eyes) -> bool:
    span = _span(value)
    return span is not None and eyes.now - waiting_since(request) >= span


def _newer(request: Request, value: str, eyes: Eyes) -> bool:
    return not _older(request, value, eyes)


def _by_due(request: Request, value: str, eyes: Eyes) -> bool:
    if not request.is_open:
        return False
    asleep = is_asleep(request, eyes.now)
    if value == "asleep" or asleep:
        return asleep and value == "asleep"
    due, today = due_of(request), london_day(eyes.now)
    if value == "late":
        return due <= eyes.now
    span = _span(value)
    if span is not None:
        return due <= eyes.now + span
    days = (london_day(due) - today).days
    return {"today": days <= 0, "tomorrow": days == 1, "later": days > 1}.get(value, False)


def _by_type(request: Request, value: str, _eyes: Eyes) -> bool:
    if value == "contact" or is_on_contact_list(request):
        return value == "contact" and is_on_contact_list(request)
    return request.type_code == TYPES.get(value)


def _by_state(request: Request, value: str, eyes: Eyes) -> bool:
    return _STATES[value](request, eyes)


def _by_what_came(request: Request, value: str, eyes: Eyes) -> bool:
    if value == "flag":
        return eyes.is_flagged(request)
    if value == "note":
        return bool(request.note)
    begins = _SHOWN[value]
    return any(
        text_at(part, "valueReference", "reference").startswith(begins)
        for part in maps(request.tree, "input")
    )


def _by_way(request: Request, value: str, _eyes: Eyes) -> bool:
    return request.came_by == value


_STATES: dict[str, Callable[[Request, Eyes], bool]] = {
    "emergency": lambda r, _: r.is_emergency,
    "urgent": lambda r, eyes: eyes.is_urgent(r),
    "routine": lambda r, eyes: not eyes.is_urgent(r),
    "unread": lambda r, _: r.status == "requested",
    "unmatched": lambda r, _: r.is_unmatched,
    "assigned": lambda r, _: bool(r.owner) and r.status in ("accepted", "in-progress"),
    "reopened": lambda r, _: r.state == RequestState.REOPENED,
    "undelivered": lambda r, _: r.state == RequestState.DELIVERY_FAILED,
    "proxy": lambda r, _: r.requester.startswith("RelatedPerson/"),
    "done": lambda r, _: not r.is_open,
}
_TESTS: dict[str, Callable[[Request, str, Eyes], bool]] = {
    "": _by_words,
    "from": _by_patient,
    "with": _by_owner,
    "older": _older,
    "newer": _newer,
    "due": _by_due,
    "type": _by_type,
    "is": _by_state,
    "has": _by_what_came,
    "came": _by_way,
}
_SLOW = ("", "from", "has", "came")
"""Keys that look into the words, or into the raw request."""
_ALLOWED = {
    "due": _DUE,
    "type": tuple(TYPES),
    "is": tuple(_STATES),
    "has": (*_SHOWN, "flag", "note"),
    "came": ("online", "phone", "walkin"),
}
_EXAMPLES = {
    "from": "from: smith",
    "with": "with: me",
    "older": "older: 2h",
    "newer": "newer: 30m",
    "due": "due: today",
    "type": "type: admin",
    "is": "is: urgent",
    "has": "has: photo",
    "came": "came: phone",
}
HINT = "  ".join(_EXAMPLES.values())
"""One of each, for a tool tip."""
