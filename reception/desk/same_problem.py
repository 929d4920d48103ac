"""Whether somebody writes again about the same thing, so that it is not read alone.

It only brings things together for whoever reads them; nothing is decided by it.

Source: domain words 5, hazard 10.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import timedelta

from reception.records import Request

SPAN = timedelta(days=9)
"""Requests of one patient this close together count as repeated contact."""
_WORD = re.compile(r"[a-z]{3,}")
_COMMON_WORDS = (
    "the and for with that this have has had was were are not but you your can could would "
    "should from they them their there been being about again still just very really some any "
    "all also please thank thanks hello dear doctor appointment appointments surgery practice "
    "see seen need want like get got give ask asked asking tell told know help when what which "
    "who how why where will since last next week weeks day days today yesterday tomorrow month "
    "months year years time times morning afternoon evening night now after before over more "
    "less much many one two three monday tuesday wednesday thursday friday saturday sunday "
    "because than then into onto out off use used using take taking took make made feel feeling "
    "felt think anything something someone anyone request message online form possible soon "
    "regards kind him her his she its our bad worse better bit little lot quite every each same "
    "other another "
)
_COMMON = frozenset(_COMMON_WORDS.split())
_ENDINGS = ("iness", "ful", "ings", "ness", "ing", "ies", "ied", "ed", "es", "ly", "s", "y", "e")
_SHARED, _SHARE = 2, 0.3


def stems(text: str) -> frozenset[str]:
    """The words of *text* that say what it is about, without their endings."""
    return frozenset(_stem(word) for word in _WORD.findall(text.casefold()) if word not in _COMMON)


def same_problem(text: str, other: str) -> bool:
    """Whether two texts seem to be about the same thing: enough of their telling words agree."""
    here, there = stems(text), stems(other)
    if not here or not there:
        return False
    shared, least = len(here & there), min(len(here), len(there))
    return shared >= min(_SHARED, least) and shared / least >= _SHARE


def contacts(request: Request, others: Iterable[Request]) -> list[Request]:
    """What the same patient has sent in the nine days before *request*, the newest first.

    The items of one repeat order came together: they are one contact.
    """
    since = request.authored - SPAN
    found: dict[str, Request] = {}
    for other in others:
        is_earlier = (other.authored, other.id) < (request.authored, request.id)
        same_order = bool(request.order) and other.order == request.order
        if other.id == request.id or not is_earlier or same_order:
            continue
        if other.patient_id == request.patient_id and since <= other.authored:
            found.setdefault(other.order or other.id, other)
    return sorted(found.values(), key=lambda r: (r.authored, r.id), reverse=True)


def about_the_same(request: Request, earlier: Sequence[Request]) -> list[Request]:
    """Those of *earlier* that seem to be about what *request* is about."""
    return [other for other in earlier if same_problem(request.description, other.description)]


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word
