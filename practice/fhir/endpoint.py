"""HTTP in, FHIR out: every address below `/{ods}/fhir`."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from typing import Final

import sqlalchemy as sa
from starlette.types import Receive, Scope, Send

from contract.errors import ErrorCode
from practice.clock import Clock
from practice.fhir import demand, forecast
from practice.fhir.asked import Asked, asked_from, body_of, check_accept
from practice.fhir.audit import Event
from practice.fhir.capability import capability_statement
from practice.fhir.interaction import Code, Interaction, interaction
from practice.fhir.outcome import not_found
from practice.fhir.replay import Replays
from practice.fhir.result import Answer, Result, http_date, refused
from practice.fhir.turn import Trace
from practice.fhir.work import Operation, Work
from practice.refusal import Refusal
from practice.rules.caller import Caller, Callers
from practice.rules.gate import Gate
from practice.store import Store
from practice.store.stored import encode
from practice.store.writer import StoreClosedError

_LARGE_BYTES: Final = 64 * 1024
"""A larger body is read off the event loop, which would stand still meanwhile."""
_LONGEST_QUERY: Final = 2_000
"""What is kept of a question that came to nothing; anybody may ask it."""

_log = logging.getLogger("practice.fhir")


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
        ours = {demand.NAME: demand.operation(gate), **forecast.operations(gate)}
        self._operations = {**operations, **ours}
        self._replays = Replays()
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
        trace, unfit = _begun(asked)
        caller: Caller | None = None
        try:
            caller = await self._callers.caller(asked.ods, asked.headers.get("authorization"))
            if unfit is not None:
                raise unfit
            check_accept(asked)
            if asked.method in ("POST", "PUT"):
                asked = replace(asked, body=await body_of(receive, asked))
            make = partial(Work, asked, caller, self._gate, trace, self._operations, self._replays)
            work = await asyncio.to_thread(make) if len(asked.body) > _LARGE_BYTES else make()
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
        trace.came_to_nothing(asked.query[:_LONGEST_QUERY])
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


def _begun(asked: Asked) -> tuple[Trace, Refusal | None]:
    """The trace of a request, and why it is none that is offered."""
    try:
        return Trace(interaction(asked.method, asked.segments)), None
    except Refusal as unfit:
        query = f"?{asked.query}" if asked.query else ""
        said = f"{asked.method} {'/'.join(asked.segments)}{query}"
        return Trace(Interaction(Code.OPERATION), queries=[said[:_LONGEST_QUERY]]), unfit


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
