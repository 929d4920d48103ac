"""A request as the FHIR room reads it off the wire."""

import asyncio
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.types import Receive, Scope

from contract.errors import ErrorCode
from contract.limits import ATTACHMENT_BYTES, BODY_BYTES
from practice.fhir.outcome import bad_request
from practice.refusal import Refusal

FHIR_JSON: Final = "application/fhir+json"
JSON_TYPES: Final = frozenset({FHIR_JSON, "application/json"})
FORM: Final = "application/x-www-form-urlencoded"
BINARY_BYTES: Final = ATTACHMENT_BYTES * 4 // 3 + 64 * 1024
"""An attachment of the largest size as base64, with some room for the rest of the resource."""
_BODY_S: Final = 30
_LONGEST_ID: Final = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """One HTTP request.

    Attributes:
        ods: the practice in its path.
        base: `https://host/{ods}/fhir`, as the client named it.
        segments: the path below the base.
        pairs: the query string, decoded.
        query: the query string, as it came.
        request_id: `X-Request-Id`, or a new one.
    """

    method: str
    ods: str
    base: str
    segments: tuple[str, ...]
    query: str
    headers: Headers
    request_id: str
    address: str
    body: bytes = b""
    pairs: Sequence[tuple[str, str]] = field(default_factory=tuple)

    @property
    def content_type(self) -> str:
        """The media type of the body, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def replayable(self) -> bool:
        """Whether the client named the request, so that a retry gets the same answer."""
        return "x-request-id" in self.headers

    @property
    def prefer(self) -> str:
        """What the client wants back: `representation`, `minimal` or `OperationOutcome`."""
        for part in self.headers.get("prefer", "").replace(",", ";").split(";"):
            name, _, value = part.strip().partition("=")
            if name == "return" and value in ("minimal", "OperationOutcome"):
                return value
        return "representation"


def asked_from(scope: Scope) -> Asked:
    """The request in *scope*, without its body."""
    headers = Headers(scope=scope)
    ods = scope["path_params"]["ods"]
    host = headers.get("host") or "{}:{}".format(*(scope.get("server") or ("localhost", 443)))
    query = scope["query_string"].decode("latin-1")
    named = headers.get("x-request-id", "")[:_LONGEST_ID]
    path = scope["path_params"].get("path", "")
    return Asked(
        method=scope["method"],
        ods=ods,
        base=f"{scope.get('scheme', 'https')}://{host}/{ods}/fhir",
        segments=tuple(part for part in path.split("/") if part),
        query=query,
        headers=headers,
        request_id=named or str(uuid.uuid4()),
        address=(scope.get("client") or ("", 0))[0],
        pairs=parse_qsl(query, keep_blank_values=True),
    )


async def body_of(receive: Receive, asked: Asked) -> bytes:
    """The body of the request.

    Raises:
        Refusal: 413, it is too long; 408, it did not come.
    """
    limit = BINARY_BYTES if asked.segments[:1] == ("Binary",) else BODY_BYTES
    length = asked.headers.get("content-length", "0")
    if length.isdigit() and int(length) > limit:
        raise _too_long(limit)
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(_BODY_S):
            while True:
                message: Any = await receive()
                if message["type"] == "http.disconnect":
                    raise bad_request("The request ended before its body was complete.")
                part = message.get("body", b"")
                size += len(part)
                if size > limit:
                    raise _too_long(limit)
                parts.append(part)
                if not message.get("more_body", False):
                    return b"".join(parts)
    except TimeoutError as late:
        raise Refusal(
            408, "timeout", ErrorCode.BAD_REQUEST, "The body of the request did not come."
        ) from late


def check_accept(asked: Asked) -> None:
    """Refuse what cannot be answered in JSON.

    Raises:
        Refusal: 406.
    """
    wanted = next((value for name, value in asked.pairs if name == "_format"), None)
    if wanted is not None:
        # A '+' that was not escaped arrives as a space.
        given = wanted.partition(";")[0].strip().lower().replace(" ", "+")
        if given not in JSON_TYPES | {"json", "text/json"}:
            raise _not_acceptable(wanted)
        return
    accept = asked.headers.get("accept", "")
    if not accept or asked.segments[:1] == ("Binary",):
        return
    for media in accept.split(","):
        name, *parameters = (part.strip().lower() for part in media.split(";"))
        versions = [p.partition("=")[2] for p in parameters if p.startswith("fhirversion=")]
        if name in JSON_TYPES | {"*/*", "application/*"} and all(
            version.startswith("4.0") for version in versions
        ):
            return
    raise _not_acceptable(accept)


def check_content_type(asked: Asked, allowed: frozenset[str] = JSON_TYPES) -> None:
    """Refuse a body that is not of an *allowed* type.

    Raises:
        Refusal: 415.
    """
    if asked.content_type not in allowed:
        raise Refusal(
            415,
            "not-supported",
            ErrorCode.BAD_REQUEST,
            f"A body of the type {asked.content_type or 'unknown'!r} is not accepted; "
            f"send {FHIR_JSON}.",
        )


def _not_acceptable(wanted: str) -> Refusal:
    return Refusal(
        406,
        "not-supported",
        ErrorCode.BAD_REQUEST,
        f"Only FHIR R4 as {FHIR_JSON} is offered, not {wanted[:100]!r}.",
    )


def _too_long(limit: int) -> Refusal:
    return Refusal(
        413,
        "too-long",
        ErrorCode.BAD_REQUEST,
        f"The request is too long; at most {limit // 1024} KB are accepted.",
    )
