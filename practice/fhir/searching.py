"""Search: what the caller may find, as a searchset."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final
from urllib.parse import quote, urlencode

import msgspec

from contract.errors import ErrorCode
from contract.limits import PAGE
from contract.systems import NHS_NUMBER
from practice.fhir.interaction import Code, Interaction
from practice.fhir.reading import shown
from practice.fhir.result import Result
from practice.fhir.turn import Turn
from practice.fhir.validate import check_nhs_number
from practice.refusal import Refusal
from practice.store import Page, Pairs, Query, Stored, Tree
from practice.store.extract import target
from practice.store.query import reached
from practice.store.stored import decoded, encode

SURNAME_HITS: Final = 50
"""A surname alone that finds more patients than this must be narrowed down."""
_NAMES = frozenset({"family", "given", "name"})
_TRACED_PATIENTS = 20
_CHOICE = re.compile(
    r"([a-z][A-Za-z]*?)(?:Boolean|Integer|String|DateTime|Date|Time|Instant|Period|Range|Quantity|"
    r"CodeableConcept|Reference|Timing|Age|Ratio|SampledData|Attachment|Identifier|Coding|Uri)"
)
_SUBSETTED: Final = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
    "code": "SUBSETTED",
}


class _Entry(msgspec.Struct):
    fullUrl: str  # noqa: N815 - FHIR's name
    resource: msgspec.Raw
    search: dict[str, str]


_MATCH = {"mode": "match"}
_INCLUDE = {"mode": "include"}


def search(turn: Turn, asked: Interaction, pairs: Pairs) -> Result:
    """One page of a search in one type.

    Raises:
        Refusal: 400 INVALID_PARAMETER, 403, 422 TOO_MANY_MATCHES.
    """
    turn.trace.queries.append(f"{asked.type}?{_query_string(pairs)}")
    turn.allow(asked)
    query = Query.parse(asked.type, turn.gate.narrow(turn.caller, asked.type, pairs))
    for param in query.params:
        for kind in sorted(reached(asked.type, param.name)):
            turn.allow(Interaction(Code.SEARCH, kind))
    _check_values(query)
    if asked.type == "Patient":
        _check_surname(turn, query)
    page = turn.unit.search(query)
    _note_patients(turn, query, page)
    return Result(200, encode(_bundle(turn, query, page, pairs)))


def _check_values(query: Query) -> None:
    for param in query.params:
        for value in param.values if param.name == "identifier" else ():
            system, _, number = value.partition("|")
            if system == NHS_NUMBER and number:
                check_nhs_number(number)


def _check_surname(turn: Turn, query: Query) -> None:
    """A surname alone that finds too many is refused: somebody would pick the wrong one."""
    names = {param.name for param in query.params}
    if len(names) != 1 or not names <= _NAMES or query.summary == "count":
        return
    found = turn.unit.search(Query("Patient", query.params, summary="count")).total or 0
    if found > SURNAME_HITS:
        raise Refusal(
            422,
            "business-rule",
            ErrorCode.TOO_MANY_MATCHES,
            f"{found} patients have such a name. "
            "Add a first name, birth date, postcode or phone number.",
        )


def _note_patients(turn: Turn, query: Query, page: Page) -> None:
    """Patients that the search named, and those it showed when they are few."""
    for param in query.params:
        if param.name in ("patient", "subject"):
            for value in param.values:
                kind, resource_id = target(turn.unit.ods, value)
                if kind == "Patient":
                    turn.trace.patients.add(resource_id)
                elif param.name == "patient" or param.modifier == "Patient":
                    turn.trace.patients.add(value)
    if query.type == "Patient" and len(page.matches) <= _TRACED_PATIENTS:
        turn.trace.patients.update(match.id for match in page.matches)


def _bundle(turn: Turn, query: Query, page: Page, pairs: Pairs) -> dict[str, Any]:
    there = f"{turn.base}/{query.type}"
    links = [{"relation": "self", "url": _url(there, pairs)}]
    bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset", "link": links}
    if page.next is not None:
        onward = [(n, v) for n, v in pairs if n != "_cursor"] + [("_cursor", page.next)]
        links.append({"relation": "next", "url": _url(there, onward)})
    entries = _entries(turn, query, page.matches, _MATCH)
    total = _total(turn, query, page, len(entries))
    if total is not None:
        bundle["total"] = total
    entries += _included(turn, query, page)
    if entries:
        bundle["entry"] = entries
    return bundle


def _total(turn: Turn, query: Query, page: Page, on_page: int) -> int | None:
    """How many the caller may see of all that match; None where it was not counted.

    A number that counted what is held back from them would tell that it is there.
    """
    if page.total is None or turn.gate.shows_all(turn.caller, query.type):
        return page.total
    if query.summary != "count" and page.next is None and query.cursor is None:
        return on_page
    found = 0
    each = Query(query.type, query.params, count=PAGE, total="none")
    while True:
        some = turn.unit.search(each)
        found += sum(_is_shown(turn, stored) for stored in some.matches)
        if some.next is None:
            return found
        each = replace(each, cursor=some.next)


def _is_shown(turn: Turn, stored: Stored) -> bool:
    return turn.gate.show(turn.unit, turn.caller, stored.tree()) is not None


def _entries(
    turn: Turn, query: Query, found: Sequence[Stored], mode: dict[str, str]
) -> list[_Entry]:
    entries = []
    cut = (query.elements or query.summary == "data") and mode is _MATCH
    for stored in found:
        body = shown(turn, stored)
        if body is None:
            continue
        if cut:
            body = encode(_cut(decoded(body), query))
        url = f"{turn.base}/{stored.reference}"
        entries.append(_Entry(url, msgspec.Raw(body), mode))
    return entries


def _included(turn: Turn, query: Query, page: Page) -> list[_Entry]:
    """What was included, less the types that the caller has no right to read."""
    allowed: dict[str, bool] = {}
    for stored in page.included:
        if stored.type not in allowed:
            try:
                turn.allow(Interaction(Code.READ, stored.type))
                allowed[stored.type] = True
            except Refusal:
                allowed[stored.type] = False
    return _entries(turn, query, [one for one in page.included if allowed[one.type]], _INCLUDE)


def _cut(tree: Tree, query: Query) -> Tree:
    if query.elements:
        kept = {"resourceType", "id", "meta"}
        kept.update(
            name.removeprefix(f"{query.type}.").partition(".")[0] for name in query.elements
        )
        tree = {name: value for name, value in tree.items() if _element(name) & kept}
    else:
        tree.pop("text", None)
    meta = tree.get("meta", {})
    tree["meta"] = {**meta, "tag": [*meta.get("tag", []), _SUBSETTED]}
    return tree


def _element(key: str) -> set[str]:
    """What a JSON key may stand for: _birthDate for birthDate, deceasedDateTime for deceased."""
    name = key.removeprefix("_")
    choice = _CHOICE.fullmatch(name)
    return {name, choice[1]} if choice else {name}


def _url(there: str, pairs: Pairs) -> str:
    return f"{there}?{_query_string(pairs)}" if pairs else there


def _query_string(pairs: Pairs) -> str:
    return urlencode(pairs, quote_via=quote, safe=":/|,.$_-")
