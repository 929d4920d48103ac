"""HTTP in, FHIR out: every address below `/{ods}/fhir`."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import version
from typing import Protocol
from urllib.parse import parse_qsl

import msgspec
import sqlalchemy as sa
from starlette.types import Receive, Scope, Send

from contract.errors import ErrorCode
from practice.clock import Clock
from practice.fhir import binary, bundles, writing
from practice.fhir.asked import (
    FORM,
    JSON_TYPES,
    Asked,
    asked_from,
    body_of,
    check_accept,
    check_content_type,
)
from practice.fhir.audit import Event
from practice.fhir.capability import capability_statement
from practice.fhir.interaction import READING, Code, Interaction, interaction
from practice.fhir.outcome import bad_request, not_found, not_offered
from practice.fhir.replay import Replay
from practice.fhir.result import Answer, Result, http_date, refused
from practice.fhir.turn import Trace, Turn
from practice.refusal import Refusal
from practice.rules.caller import Caller, Callers
from practice.rules.gate import Gate
from practice.store import Pairs, Store, Unit
from practice.store.stored import decoded, encode
from practice.store.writer import StoreClosedError

_log = logging.getLogger("practice.fhir")


class Operation(Protocol):
    """An operation on one resource, which another room does."""

    def __call__(
        self, unit: Unit, caller: Caller, base_url: str, resource_id: str, pairs: Pairs, /
    ) -> bytes:
        """Do it; answers FHIR JSON.

        Raises:
            Refusal: it is refused.
        """
        ...


class FhirEndpoint:
    """Answers FHIR requests; an ASGI application with `ods` and `path` in its path parameters.

    Args:
        store: where everything is kept.
        gate: what is permitted.
        callers: who is asking.
        clock: the practice's time.
        operations: what answers the `OPERATIONS` on a Subscription, by name.
    """

    def __init__(
        self,
        store: Store,
        gate: Gate,
        callers: Callers,
        clock: Clock,
        operations: Mapping[str, Operation],
    ) -> None:
        self._store = store
        self._gate = gate
        self._callers = callers
        self._clock = clock
        self._operations = operations
        self._since = clock.now()
        self._version = version("reception")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        asked = asked_from(scope)
        try:
            answer = await self._answer(asked, receive)
        except Refusal as refusal:
            answer = refused(refusal)
        except (StoreClosedError, sa.exc.OperationalError):
            _log.exception("the store did not take request %s", asked.request_id)
            answer = refused(_unavailable(asked))
        except Exception:  # noqa: BLE001 - whatever it is, the client hears only its number
            _log.exception("request %s failed", asked.request_id)
            answer = refused(_failed(asked))
        await self._send(asked, answer, send)

    async def _answer(self, asked: Asked, receive: Receive) -> Answer:
        if not self._store.knows(asked.ods):
            raise not_found("There is no such practice here.")
        if asked.method == "GET" and asked.segments == ("metadata",):
            check_accept(asked)
            statement = capability_statement(asked.base, self._since, self._version)
            return Result(200, encode(statement)).answer(asked.base)
        trace = Trace(Interaction(Code.READ))
        caller: Caller | None = None
        try:
            caller = await self._callers.caller(asked.ods, asked.headers.get("authorization"))
            trace.interaction = interaction(asked.method, asked.segments)
            check_accept(asked)
            if asked.method in ("POST", "PUT"):
                asked = replace(asked, body=await body_of(receive, asked))
            work = _Work(asked, caller, self._gate, trace, self._operations)
        except Refusal as refusal:
            await self._note(asked, trace, caller, refusal)
            raise
        try:
            if work.only_reads:
                answer = await self._store.read(asked.ods, work.read)
                # What was read leaves this house only after the audit trail is on disk.
                await self._store.write(asked.ods, work.note, agent=caller.reference)
                return answer
            return await self._store.write(asked.ods, work.write, agent=caller.reference)
        except (StoreClosedError, sa.exc.OperationalError):
            raise
        except Exception:
            await self._note(asked, trace, caller, _failed(asked))
            raise

    async def _note(
        self, asked: Asked, trace: Trace, caller: Caller | None, refusal: Refusal
    ) -> None:
        """Write down a request that came to nothing."""
        event = Event(trace, caller, refusal.status, refusal.text, asked.request_id, asked.address)
        agent = caller.reference if caller else None
        await self._store.write(asked.ods, event.write, agent=agent)

    async def _send(self, asked: Asked, answer: Answer, send: Send) -> None:
        headers = {
            "date": http_date(self._clock.now()),
            "cache-control": "no-store",
            "x-request-id": asked.request_id,
            **answer.headers,
        }
        if (correlation := asked.headers.get("x-correlation-id")) is not None:
            headers["x-correlation-id"] = correlation[:200]
        if answer.status != 204:
            headers["content-length"] = str(len(answer.body))
        raw = [
            (name.encode(), value.encode("latin-1", "replace")) for name, value in headers.items()
        ]
        await send({"type": "http.response.start", "status": answer.status, "headers": raw})
        await send({"type": "http.response.body", "body": answer.body})


class _Work:
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
    ) -> None:
        self._asked = asked
        self._caller = caller
        self._gate = gate
        self._trace = trace
        self._operations = operations
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
        return self._trace.interaction.code in READING

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
        replay = Replay(self._asked, self._caller)
        # What an operation answers is a secret that must not be kept, and good for one use.
        keeps = self._trace.interaction.code is not Code.OPERATION
        answer = replay.find(unit) if keeps else None
        if answer is None:
            try:
                with unit.attempt():
                    answer = self._done(unit)
            except Refusal as refusal:
                answer = self._refused(refusal)
            if keeps:
                replay.keep(unit, answer)
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
        found = self._trace.interaction
        if found.id and not self._trace.entities:
            self._trace.entities.append(f"{found.type}/{found.id}")
        return refused(refusal)


def _json(body: bytes) -> object:
    try:
        return decoded(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as bad:
        raise bad_request(f"The body is not JSON: {bad}.", "structure") from bad
    except RecursionError as bad:
        raise bad_request("The body is nested too deeply.", "structure") from bad


def _failed(asked: Asked) -> Refusal:
    return Refusal(
        500,
        "exception",
        ErrorCode.INTERNAL_SERVER_ERROR,
        f"Request {asked.request_id} failed.",
    )


def _unavailable(asked: Asked) -> Refusal:
    return Refusal(
        503,
        "transient",
        ErrorCode.SERVICE_UNAVAILABLE,
        f"Request {asked.request_id} could not be taken just now.",
        headers={"Retry-After": "1"},
    )
