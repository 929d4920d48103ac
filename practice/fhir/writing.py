"""Create, update and delete, alone or many at once.

All writes of one request are planned first: preconditions, links and rules are judged on the
state before any of them is done. Then all are done.
"""

import re
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Final
from urllib.parse import parse_qsl

from contract.errors import ErrorCode
from practice.fhir import references, validate
from practice.fhir.interaction import Code, Interaction
from practice.fhir.outcome import bad_request, in_entry, not_found, success
from practice.fhir.reading import shown
from practice.fhir.result import Result
from practice.fhir.turn import Turn
from practice.refusal import Refusal
from practice.rules.bundle import BundleView
from practice.store import Query, Stored, Tree
from practice.store.extract import KEY_SYSTEMS
from practice.store.stored import encode

NEEDS_IF_MATCH: Final = frozenset(
    {"Appointment", "Slot", "Task", "Consent", "Library", "HealthcareService"}
)
_ETAG = re.compile(r'(?:W/)?"?([^"]*)"?')
_METHODS = {Code.CREATE: "POST", Code.UPDATE: "PUT", Code.DELETE: "DELETE"}
_ORDER = (Code.DELETE, Code.CREATE, Code.UPDATE)


@dataclass(slots=True)
class Write:
    """One write of a request.

    Attributes:
        asked: create, update or delete.
        tree: what is to be stored; empty for a delete.
        if_match: the `If-Match` of the update.
        if_none_exist: the search of a conditional create.
        index: its entry in the bundle; None for a request of its own.
        full_url: by which other entries link to it.
        before: the version it replaces.
        existing: what a conditional create found.
        stored: what came of it.
    """

    asked: Interaction
    tree: Tree
    if_match: str | None = None
    if_none_exist: str | None = None
    index: int | None = None
    full_url: str = ""
    before: Stored | None = None
    existing: Stored | None = None
    stored: Stored | None = None
    new_id: str = ""

    @property
    def reference(self) -> str:
        """What it writes, `Type/id`, once it is planned."""
        if self.existing is not None:
            return self.existing.reference
        return f"{self.asked.type}/{self.asked.id or self.new_id}"

    @property
    def status(self) -> int:
        """The HTTP status it comes to."""
        if self.asked.code is Code.DELETE:
            return 204
        return 201 if self.asked.code is Code.CREATE and self.existing is None else 200


def write(turn: Turn, writes: Sequence[Write]) -> None:
    """Do all of *writes*, each of which then knows what was stored.

    Raises:
        Refusal: any of them is refused; those of a bundle say which.
    """
    for one in writes:
        with _named(one):
            _plan(turn, one)
    todo = [one for one in writes if one.existing is None]
    _check_once(todo)
    links = {one.full_url: one.reference for one in writes if one.full_url.startswith("urn:")}
    for one in todo:
        one.tree = references.resolved(one.tree, links) if links else one.tree
    planned = {one.reference: one.tree for one in todo}
    methods = {one.reference: _METHODS[one.asked.code] for one in todo}
    view = BundleView(planned, methods, turn.request_id)
    for one in todo:
        with _named(one):
            planned[one.reference] = one.tree = _ruled(turn, one, view)
    for one in sorted(todo, key=lambda one: _ORDER.index(one.asked.code)):
        with _named(one):
            one.stored = _stored(turn, one)
    for one in todo:
        with _named(one):
            _follow(turn, one, view)
    for one in writes:
        if held := one.existing or one.stored:
            turn.trace.saw(turn.unit.ods, held)


def result(turn: Turn, one: Write, prefer: str) -> Result:
    """What the client is told of *one* after it was done."""
    stored = one.existing or one.stored
    if stored is None or one.asked.code is Code.DELETE:
        return Result(one.status)
    body = b""
    if prefer == "representation":
        body = shown(turn, stored) or b""
    elif prefer == "OperationOutcome":
        body = encode(success(f"{stored.type} stored as version {stored.version}."))
    return Result(one.status, body, stored, located=True)


@contextmanager
def _named(one: Write) -> Iterator[None]:
    """A refusal of an entry of a bundle says which entry it was."""
    try:
        yield
    except Refusal as refusal:
        if one.index is None:
            raise
        raise in_entry(refusal, one.index) from refusal


def _plan(turn: Turn, one: Write) -> None:
    """Judge rights, preconditions and shape on the state as it is."""
    turn.allow(one.asked)
    if one.asked.code is Code.DELETE:
        _find_before(turn, one)
        return
    if one.tree.get("resourceType") != one.asked.type:
        raise bad_request(
            f"The address asks for a {one.asked.type}, the body is "
            f"{str(one.tree.get('resourceType'))[:60]!r}.",
            expression="resourceType",
        )
    if one.asked.code is Code.UPDATE:
        if one.tree.get("id") != one.asked.id:
            raise bad_request(
                "The id in the body is not the one in the address.",
                expression=f"{one.asked.type}.id",
            )
        _find_before(turn, one)
        _check_version(one)
    elif one.if_none_exist is not None:
        one.existing = _find_existing(turn, one)
    if one.existing is None:
        validate.check(one.tree)
    if one.asked.code is Code.CREATE and one.existing is None:
        one.new_id = str(uuid.uuid4())
        one.tree = {**one.tree, "id": one.new_id}


def _find_before(turn: Turn, one: Write) -> None:
    stored = turn.unit.get(one.asked.type, one.asked.id)
    if stored is None or shown(turn, stored) is None:
        code = (
            ErrorCode.PATIENT_NOT_FOUND
            if one.asked.type == "Patient"
            else ErrorCode.NO_RECORD_FOUND
        )
        raise not_found(f"There is no {one.asked.type} with the id {one.asked.id}.", code)
    one.before = stored


def _check_version(one: Write) -> None:
    assert one.before is not None
    if one.if_match is None:
        if one.asked.type in NEEDS_IF_MATCH:
            raise Refusal(
                428,
                "required",
                ErrorCode.PRECONDITION_FAILED,
                f"Say which version of the {one.asked.type} the change is based on (If-Match).",
            )
        return
    match = _ETAG.fullmatch(one.if_match.strip())
    if match is None or match[1] != str(one.before.version):
        raise Refusal(
            412,
            "conflict",
            ErrorCode.RESOURCE_VERSION_MISMATCH,
            f"The {one.asked.type} has been changed meanwhile. Read it again and decide anew.",
        )


def _find_existing(turn: Turn, one: Write) -> Stored | None:
    """What `If-None-Exist` finds, within what the caller may find."""
    assert one.if_none_exist is not None
    kind = one.asked.type
    pairs = parse_qsl(one.if_none_exist.removeprefix("?"))
    if (wanted := _key(pairs)) is not None:
        held = turn.unit.by_key(kind, *wanted)
        # Somebody else's stays hidden; creating it once more is then refused.
        return held if held is not None and shown(turn, held) is not None else None
    query = Query.parse(kind, turn.gate.narrow(turn.caller, kind, pairs))
    if not Query.parse(kind, pairs).params:
        raise bad_request("If-None-Exist names nothing to look for.")
    found = turn.unit.search(replace(query, count=2, total="none", summary="false")).matches
    if not found:
        return None
    if len(found) > 1 or shown(turn, found[0]) is None:
        raise Refusal(
            412,
            "conflict",
            ErrorCode.PRECONDITION_FAILED,
            f"If-None-Exist finds more than one {kind}.",
        )
    return found[0]


def _key(pairs: Sequence[tuple[str, str]]) -> tuple[str, str] | None:
    """System and value of an idempotency key, where that is all that is asked for."""
    if len(pairs) != 1 or pairs[0][0] != "identifier" or re.search(r"[,\\]", pairs[0][1]):
        return None
    system, _, value = pairs[0][1].partition("|")
    return (system, value) if system in KEY_SYSTEMS and value else None


def _check_once(writes: Sequence[Write]) -> None:
    """Nothing is written twice by one request."""
    seen: set[str] = set()
    for one in writes:
        if one.reference in seen:
            with _named(one):
                raise bad_request(f"{one.reference} is written twice in one bundle.")
        seen.add(one.reference)


def _ruled(turn: Turn, one: Write, view: BundleView) -> Tree:
    """The tree as the practice's rules let it be stored."""
    if one.asked.code is Code.DELETE:
        return one.tree
    if one.asked.code is Code.CREATE:
        before = None
        tree = turn.gate.before_create(turn.unit, turn.caller, one.tree, view)
    else:
        assert one.before is not None
        before = one.before.tree()
        tree = turn.gate.before_update(turn.unit, turn.caller, before, one.tree, view)
    may_name = partial(turn.gate.may_name, turn.unit, turn.caller)
    references.check(turn.unit.ods, tree, before, view.planned.keys(), may_name)
    return tree


def _stored(turn: Turn, one: Write) -> Stored | None:
    if one.asked.code is Code.DELETE:
        return turn.unit.remove(one.asked.type, one.asked.id)
    if one.asked.code is Code.CREATE:
        return turn.unit.create(one.tree, one.new_id)
    return turn.unit.update(one.tree)


def _follow(turn: Turn, one: Write, view: BundleView) -> None:
    """The consequences of a write, or of a removal."""
    if one.stored is None:
        return
    before = None if one.before is None else one.before.tree()
    turn.gate.after_write(turn.unit, turn.caller, before, one.stored, view)
