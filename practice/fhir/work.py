"""What one request does inside a unit of work."""

from collections.abc import Mapping
from typing import Protocol
from urllib.parse import parse_qsl

import msgspec

from practice.fhir import binary, bundles, demand, writing
from practice.fhir.asked import FORM, JSON_TYPES, Asked, check_content_type
from practice.fhir.audit import Event
from practice.fhir.interaction import READING, TYPE_OPERATIONS, Code, Interaction
from practice.fhir.outcome import bad_request, not_offered
from practice.fhir.replay import Replays, RequestName
from practice.fhir.result import Answer, Result, refused
from practice.fhir.turn import Trace, Turn
from practice.refusal import Refusal
from practice.rules.caller import Caller
from practice.rules.gate import Gate
from practice.store import Pairs, Unit
from practice.store.stored import decoded


class Operation(Protocol):
    """An operation on one resource, or on a type with an empty id."""

    def __call__(
        self, unit: Unit, caller: Caller, base_url: str, resource_id: str, pairs: Pairs, /
    ) -> bytes:
        """Do it; answers FHIR JSON.

        Raises:
            Refusal: it is refused.
        """
        ...


class Work:
    """What one request does inside a unit. Made on the event loop, run on the store's threads.

    Raises:
        Refusal: the body cannot be read.
    """

    def __init__(
        self,
        asked: Asked,
        caller: Caller,
        gate: Gate,
        trace: Trace,
        operations: Mapping[str, Operation],
        replays: Replays,
    ) -> None:
        self._asked = asked
        self._caller = caller
        self._gate = gate
        self._trace = trace
        self._operations = operations
        self._replays = replays
        self._bundle: bundles.Bundle | None = None
        self._pairs = asked.pairs
        self._status, self._text = 200, ""
        self._body = None
        if trace.interaction.code is Code.SEARCH and asked.method == "POST":
            check_content_type(asked, frozenset({FORM}))
            form = parse_qsl(asked.body.decode("latin-1"), keep_blank_values=True)
            self._pairs = [*asked.pairs, *form]
        elif asked.method in ("POST", "PUT") and not self._is_file:
            check_content_type(asked)
            self._body = _json(asked.body)
        if trace.interaction.code is Code.BATCH:
            self._bundle = bundles.bundle(self._body, asked.base)
            trace.interaction = Interaction(self._bundle.code)

    @property
    def only_reads(self) -> bool:
        """Whether it changes nothing."""
        if self._bundle is not None:
            return self._bundle.only_reads
        found = self._trace.interaction
        return found.code in READING or found.name in TYPE_OPERATIONS.get(found.type, ())

    def read(self, unit: Unit) -> Answer:
        """Do what only reads. A refusal is the answer too."""
        try:
            return self._done(unit)
        except Refusal as refusal:
            return self._refused(refusal)

    def note(self, unit: Unit) -> None:
        """Write the audit event."""
        event = Event(
            self._trace,
            self._caller,
            self._status,
            self._text,
            self._asked.request_id,
            self._asked.address,
        )
        event.write(unit)

    def write(self, unit: Unit) -> Answer:
        """Do what writes, with its audit event and the answer kept for a replay."""
        # What an operation answers is a secret that must not be kept, and good for one use.
        keeps = self._trace.interaction.code is not Code.OPERATION
        name = RequestName.of(self._asked, self._caller) if keeps else None
        answer = self._replays.find(unit, name) if name else None
        if answer is None:
            try:
                with unit.attempt():
                    answer = self._done(unit)
            except Refusal as refusal:
                answer = self._refused(refusal)
            if name:
                self._replays.keep(unit, name, answer)
        self._status = answer.status
        self.note(unit)
        return answer

    @property
    def _is_file(self) -> bool:
        asked = self._asked
        creates = self._trace.interaction.code is Code.CREATE
        return creates and asked.segments == ("Binary",) and asked.content_type not in JSON_TYPES

    def _done(self, unit: Unit) -> Answer:
        asked, found = self._asked, self._trace.interaction
        if found.code is Code.OPERATION:
            return self._operate(unit)
        named = asked.request_id if asked.replayable else None
        turn = Turn(unit, self._gate, self._caller, asked.base, self._trace, named)
        if self._bundle is not None:
            return bundles.answer(turn, self._bundle, asked.prefer).answer(asked.base)
        if found.code in READING:
            result = bundles.read(turn, found, self._pairs)
            if found.type == "Binary" and found.code in (Code.READ, Code.VREAD):
                return binary.answer(asked, result)
            return result.answer(asked.base)
        one = writing.Write(
            found,
            self._tree(),
            if_match=asked.headers.get("if-match"),
            if_none_exist=asked.headers.get("if-none-exist") or asked.query or None,
        )
        writing.write(turn, [one])
        return writing.result(turn, one, asked.prefer).answer(asked.base)

    def _operate(self, unit: Unit) -> Answer:
        asked, found = self._asked, self._trace.interaction
        if found.id:
            self._trace.entities.append(f"{found.type}/{found.id}")
        self._trace.queries.append(f"{found.name}?{asked.query}")
        operation = self._operations.get(found.name)
        if operation is None:
            raise not_offered("That operation is not offered here.", 501)
        body = operation(unit, self._caller, asked.base, found.id, self._pairs)
        return Result(200, body).answer(asked.base)

    def _tree(self) -> dict[str, object]:
        if self._is_file:
            return binary.from_bytes(self._asked)
        if self._trace.interaction.code is Code.DELETE:
            return {}
        if not isinstance(self._body, dict):
            raise bad_request("The body is not a FHIR resource.", "structure")
        return self._body

    def _refused(self, refusal: Refusal) -> Answer:
        self._status, self._text = refusal.status, refusal.text
        entries = self._bundle.entries if self._bundle is not None else ()
        others = [entry.asked for entry in entries if entry.asked is not None]
        self._trace.came_to_nothing(self._asked.query, others)
        writes: list[tuple[Interaction | None, object]] = [
            (entry.asked, entry.write.tree) for entry in entries if entry.write is not None
        ]
        if self._bundle is None:
            writes = [(self._trace.interaction, self._body)]
        self._trace.booked_in_vain(demand.noted(writes, refusal))
        return refused(refusal)


def _json(body: bytes) -> object:
    try:
        return decoded(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as bad:
        raise bad_request(f"The body is not JSON: {bad}.", "structure") from bad
    except RecursionError as bad:
        raise bad_request("The body is nested too deeply.", "structure") from bad
