"""Attachments as plain bytes: how a Binary travels without its JSON.

Source: docs/contract.md 8; FHIR R4 Binary.
"""

import base64

from contract.errors import ErrorCode
from practice.fhir.asked import FHIR_JSON, JSON_TYPES, Asked
from practice.fhir.result import Answer, Result
from practice.refusal import Refusal
from practice.store import Tree
from practice.store.stored import decoded


def from_bytes(asked: Asked) -> Tree:
    """The Binary that a request with plain bytes creates."""
    tree: Tree = {
        "resourceType": "Binary",
        "contentType": asked.content_type,
        "data": base64.b64encode(asked.body).decode(),
    }
    if context := asked.headers.get("x-security-context"):
        tree["securityContext"] = {"reference": context.removeprefix(f"{asked.base}/")}
    return tree


def answer(asked: Asked, result: Result) -> Answer:
    """The Binary in *result* as plain bytes, or as FHIR JSON where the client asks for that.

    Raises:
        Refusal: 406.
    """
    as_json = result.answer(asked.base)
    accept = asked.headers.get("accept", "*/*").lower()
    names = {part.partition(";")[0].strip() for part in accept.split(",")}
    if names & JSON_TYPES or not result.body:
        return as_json
    tree = decoded(result.body)
    media = tree["contentType"]
    if not names & {"*/*", media, f"{media.partition('/')[0]}/*"}:
        raise Refusal(
            406,
            "not-supported",
            ErrorCode.BAD_REQUEST,
            f"The file is {media}; it is offered as that or as {FHIR_JSON}.",
        )
    headers = {
        **as_json.headers,
        "content-type": media,
        "content-disposition": "attachment",
        "x-content-type-options": "nosniff",
    }
    if context := tree.get("securityContext", {}).get("reference"):
        headers["x-security-context"] = context
    return Answer(result.status, base64.b64decode(tree.get("data", "")), headers)
