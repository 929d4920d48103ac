"""Phrases that a practice keeps for messages to patients: words with places to fill in.

Written as TOML, one `[[phrase]]` each with `name`, `text` and, where it belongs to an ending of a
request, `for`: the outcome's code (docs/contract.md 4.3), or `offer` for appointments to choose
from. A place is written `{first name}`.

Source: docs/contract.md 3 (Library), 4.3.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from contract.codes import Outcome

OFFER: Final = "offer"
"""`for` of a phrase that offers appointments to choose from."""

ANYWHERE: Final[Mapping[str, str]] = {
    "first name": "the patient's first name",
    "name": "the patient's first and last name",
    "practice": "the practice's name",
    "my name": "the name of whoever sends it",
}
"""Places that any phrase may have, and what fills them."""
IN_BOOKINGS: Final[Mapping[str, str]] = {
    "clinician": "whom the appointment is with",
    "day": "the day of the appointment",
    "time": "the time of the appointment",
    "type": "what patients call this kind of appointment",
}
"""Places of phrases about one appointment."""
IN_OFFERS: Final[Mapping[str, str]] = {
    "times": "the appointments to choose from, one on each line",
    "until": "until when they are kept",
}
"""Places of phrases that offer appointments."""

BOOKED: Final = frozenset({Outcome.BOOKED_FACE_TO_FACE, Outcome.BOOKED_PHONE, Outcome.BOOKED_VISIT})
"""Outcomes that an appointment stands behind."""

MOST_PHRASES: Final = 200
MOST_CHARS: Final = 2_000
_NAME_CHARS: Final = 60
_PLACE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Phrase:
    """One phrase.

    Attributes:
        name: what the practice calls it; no two alike.
        text: the words, with places to fill in.
        use: an outcome's code, `offer`, or empty: for any message.
    """

    name: str
    text: str
    use: str = ""


def read(said: Mapping[str, Any]) -> tuple[Phrase, ...]:
    """The phrases of a document, in its order.

    Raises:
        ValueError: something in it is wrong; a sentence that names the phrase.
    """
    strange = sorted(set(said) - {"phrase"})
    if strange:
        raise ValueError(f"“{strange[0]}” is not known here: write each phrase below [[phrase]].")
    listed = said.get("phrase", [])
    if not isinstance(listed, list):
        raise ValueError(  # noqa: TRY004 - what the practice wrote is wrong, not our call
            "Write each phrase below a line of its own that says [[phrase]]."
        )
    if len(listed) > MOST_PHRASES:
        raise ValueError(f"There are {len(listed)} phrases; {MOST_PHRASES} are the most.")
    found = [_one(number, held) for number, held in enumerate(listed, start=1)]
    check(found)
    return tuple(found)


def check(found: Iterable[Phrase]) -> None:
    """Refuse phrases that could not be used.

    Raises:
        ValueError: a sentence that names the first that is wrong, and what is.
    """
    names: set[str] = set()
    for phrase in found:
        name = phrase.name.strip()
        if not name:
            raise ValueError("A phrase has no name.")
        if len(name) > _NAME_CHARS:
            raise ValueError(f"“{name[:_NAME_CHARS]}…” is too long a name for a phrase.")
        if name.casefold() in names:
            raise ValueError(f"Two phrases are called “{name}”.")
        names.add(name.casefold())
        fault = fault_in(phrase)
        if fault:
            raise ValueError(f"“{name}”: {fault}")


def fault_in(phrase: Phrase) -> str:
    """What is wrong with a phrase's words, as a sentence; empty if nothing."""
    if not phrase.text.strip():
        return "it has no words."
    if len(phrase.text) > MOST_CHARS:
        return f"it has {len(phrase.text)} characters; {MOST_CHARS} fit."
    if phrase.use not in {"", OFFER, *Outcome}:
        return f"“{phrase.use}” is not an outcome."
    rest = _PLACE.sub("", phrase.text)
    if "{" in rest or "}" in rest:
        return "a { or } has no partner. A place to fill in is written like {first name}."
    return _fault_in_places(phrase)


def _fault_in_places(phrase: Phrase) -> str:
    allowed, found = places_for(phrase.use), places_in(phrase.text)
    strange = next((place for place in found if place not in allowed), None)
    if strange in IN_BOOKINGS:
        return f"{{{strange}}} is known only where an appointment is booked."
    if strange in IN_OFFERS:
        return f"{{{strange}}} is known only where appointments are offered."
    if strange is not None:
        known = ", ".join(f"{{{one}}}" for one in allowed)
        return f"{{{strange}}} is not known. These are: {known}."
    if phrase.use == OFFER and "times" not in found:
        return "it has to say {times}, or the patient does not learn what there is to choose."
    return ""


def places_for(use: str) -> Mapping[str, str]:
    """The places that a phrase for *use* may have, and what fills each."""
    if use == OFFER:
        return {**ANYWHERE, **IN_OFFERS}
    return {**ANYWHERE, **IN_BOOKINGS} if use in BOOKED else ANYWHERE


def places_in(text: str) -> tuple[str, ...]:
    """The places in *text* that are to be filled in, in their order, each once."""
    return tuple(dict.fromkeys(_PLACE.findall(text)))


def filled(text: str, values: Mapping[str, str]) -> str:
    """*text* with its places filled in; one that nothing is known for stays as it is written.

    What is filled in is not looked through again: a name with braces stays a name.
    """
    return _PLACE.sub(lambda found: values.get(found[1]) or found[0], text)


def written(found: Iterable[Phrase]) -> str:
    """*found* as the text of a document; `read` of it gives them back."""
    parts = [
        "# Phrases for messages to patients. Places to fill in are written {first name}.\n",
        *map(_written, found),
    ]
    return "\n".join(parts)


def _one(number: int, held: object) -> Phrase:
    if not isinstance(held, Mapping):
        raise ValueError(f"Phrase {number} has neither name nor text.")  # noqa: TRY004 - as above
    named = held.get("name")
    called = f"“{named}”" if isinstance(named, str) and named.strip() else f"Phrase {number}"
    strange = sorted(set(held) - {"name", "text", "for"})
    if strange:
        raise ValueError(f"{called}: “{strange[0]}” is not known; a phrase has name, text and for.")
    values = {key: held.get(key, "") for key in ("name", "text", "for")}
    for key, value in values.items():
        if not isinstance(value, str):
            raise ValueError(  # noqa: TRY004 - as above
                f"{called}: {key} has to be words between quotation marks."
            )
    return Phrase(values["name"].strip(), values["text"].strip(), values["for"].strip())


def _written(phrase: Phrase) -> str:
    lines = ["[[phrase]]", f"name = {_quoted(phrase.name)}"]
    if phrase.use:
        lines.append(f"for = {_quoted(phrase.use)}")
    if "\n" in phrase.text:
        body = "\n".join(_quoted(line)[1:-1] for line in phrase.text.split("\n"))
        lines.append(f'text = """\n{body}"""')
    else:
        lines.append(f"text = {_quoted(phrase.text)}")
    return "\n".join([*lines, ""])


def _quoted(text: str) -> str:
    """*text* as a TOML basic string, which is JSON's but for one character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
