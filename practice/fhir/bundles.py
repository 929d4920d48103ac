"""Batch and transaction."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

from contract.limits import BUNDLE_ENTRIES
from practice.fhir import demand, reading, searching, writing
from practice.fhir.interaction import READING, Code, Interaction, interaction
from practice.fhir.outcome import bad_request, in_entry, not_offered
from practice.fhir.result import Result, refused_entry
from practice.fhir.turn import Turn
from practice.refusal import Refusal
from practice.store import Pairs, Tree
from practice.store.stored import encode

_READERS: dict[Code, Callable[[Turn, Interaction], Result]] = {
    Code.READ: reading.read,
    Code.VREAD: reading.vread,
    Code.HISTORY: reading.history,
}


@dataclass(slots=True)
class Entry:
    """One entry of a bundle, understood; or the refusal of one that could not be."""

    index: int
    asked: Interaction | None = None
    pairs: Pairs = field(default_factory=tuple)
    write: writing.Write | None = None
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Bundle:
    """A batch or a transaction."""

    code: Code
    entries: Sequence[Entry]

    @property
    def only_reads(self) -> bool:
        """Whether nothing in it writes."""
        return all(entry.write is None for entry in self.entries)


def bundle(tree: Any, base: str) -> Bundle:
    """The bundle in the body of a request.

    Raises:
        Refusal: 400, or what the first entry of a transaction that is not offered comes to.
    """
    if not isinstance(tree, dict) or tree.get("resourceType") != "Bundle":
        raise bad_request("Only a Bundle can be sent to this address.", expression="resourceType")
    if tree.get("type") not in ("batch", "transaction"):
        raise bad_request(
            "The Bundle is neither a batch nor a transaction.", "value", "Bundle.type"
        )
    entries = tree.get("entry", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise bad_request("The entries of the Bundle are not a list.", "structure", "Bundle.entry")
    if len(entries) > BUNDLE_ENTRIES:
        raise bad_request(
            f"A Bundle has at most {BUNDLE_ENTRIES} entries, not {len(entries)}.",
            "too-costly",
            "Bundle.entry",
        )
    found = [_entry(index, entry, base) for index, entry in enumerate(entries)]
    code = Code(tree["type"])
    for one in found:
        if one.refusal is not None and code is Code.TRANSACTION:
            raise one.refusal
    return Bundle(code, found)


def answer(turn: Turn, asked: Bundle, prefer: str) -> Result:
    """Do what *asked* asks for.

    Raises:
        Refusal: an entry of a transaction is refused; nothing is done then.
    """
    answers = _transaction(turn, asked, prefer) if asked.code is Code.TRANSACTION else None
    if answers is None:
        answers = [_alone(turn, entry, prefer) for entry in asked.entries]
    tree: Tree = {"resourceType": "Bundle", "type": f"{asked.code.value}-response"}
    if answers:
        tree["entry"] = answers
    return Result(200, encode(tree))


def read(turn: Turn, asked: Interaction, pairs: Pairs) -> Result:
    """Do one interaction that only reads.

    Raises:
        Refusal: it is refused.
    """
    if asked.code is Code.SEARCH:
        return searching.search(turn, asked, pairs)
    return _READERS[asked.code](turn, asked)


def _transaction(turn: Turn, asked: Bundle, prefer: str) -> list[dict[str, Any]]:
    writing.write(turn, [entry.write for entry in asked.entries if entry.write is not None])
    answers = []
    for entry in asked.entries:
        try:
            answers.append(_result(turn, entry, prefer).entry(turn.base))
        except Refusal as refusal:
            raise in_entry(refusal, entry.index) from refusal
    return answers


def _alone(turn: Turn, entry: Entry, prefer: str) -> dict[str, Any]:
    """One entry of a batch, which stands or falls alone."""
    if entry.refusal is not None:
        return refused_entry(entry.refusal)
    try:
        with turn.unit.attempt() if entry.write is not None else nullcontext():
            if entry.write is not None:
                writing.write(turn, [entry.write])
            return _result(turn, entry, prefer).entry(turn.base)
    except Refusal as refusal:
        if entry.asked is not None and entry.asked.id:
            turn.trace.entities.append(f"{entry.asked.type}/{entry.asked.id}")
        named = entry.write is not None
        if entry.write is not None:
            turn.trace.booked_in_vain(demand.noted([(entry.asked, entry.write.tree)], refusal))
        return refused_entry(refusal if named else in_entry(refusal, entry.index))


def _result(turn: Turn, entry: Entry, prefer: str) -> Result:
    if entry.write is not None:
        return writing.result(turn, entry.write, prefer)
    assert entry.asked is not None
    return read(turn, entry.asked, entry.pairs)


def _entry(index: int, entry: Tree, base: str) -> Entry:
    try:
        return _understood(index, entry, base)
    except Refusal as refusal:
        return Entry(index, refusal=in_entry(refusal, index))


def _understood(index: int, entry: Tree, base: str) -> Entry:
    request = entry.get("request")
    if not isinstance(request, dict):
        raise bad_request("An entry does not say what is to be done (request).", "required")
    method, url = str(request.get("method", "")), str(request.get("url", ""))
    path, _, query = url.removeprefix(f"{base}/").partition("?")
    segments = [unquote(part) for part in path.split("/") if part]
    if not segments:
        raise bad_request("An entry does not say where (request.url).", "required")
    asked = interaction(method, segments)
    pairs = parse_qsl(query, keep_blank_values=True)
    if asked.code in READING:
        return Entry(index, asked, pairs)
    if asked.code in (Code.CAPABILITIES, Code.BATCH, Code.OPERATION):
        raise not_offered("That cannot stand in a Bundle.", 501)
    resource = entry.get("resource", {})
    if not isinstance(resource, dict) or (not resource and asked.code is not Code.DELETE):
        raise bad_request("An entry has nothing to store (resource).", "required")
    if_match, if_none_exist = (request.get(name) for name in ("ifMatch", "ifNoneExist"))
    if not all(isinstance(said, str | None) for said in (if_match, if_none_exist)):
        raise bad_request("ifMatch and ifNoneExist are text.", "structure")
    write = writing.Write(
        asked,
        resource,
        if_match=if_match,
        if_none_exist=if_none_exist or query or None,
        index=index,
        full_url=str(entry.get("fullUrl", "")),
    )
    return Entry(index, asked, pairs, write)
