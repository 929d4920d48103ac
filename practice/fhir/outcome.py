"""Refusals as FHIR says them: OperationOutcome.

Source: docs/contract.md 13.
"""

from contract.errors import ErrorCode
from contract.systems import ERROR_CODE, HTTP_ERROR_CODE
from practice.refusal import Refusal
from practice.store import Tree


def outcome(refusal: Refusal) -> Tree:
    """The body that tells of *refusal*."""
    coding = [{"system": ERROR_CODE, "code": refusal.code.value}]
    if refusal.code is ErrorCode.DUPLICATE_REJECTED:
        coding.append({"system": HTTP_ERROR_CODE, "code": ErrorCode.REC_CONFLICT.value})
    issue: Tree = {
        "severity": "error",
        "code": refusal.issue,
        "details": {"coding": coding, "text": refusal.text},
    }
    if refusal.expression is not None:
        issue["expression"] = [refusal.expression]
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def success(text: str) -> Tree:
    """The body of an answer to `Prefer: return=OperationOutcome`."""
    issue = {"severity": "information", "code": "informational", "details": {"text": text}}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def in_entry(refusal: Refusal, index: int) -> Refusal:
    """*refusal* with the entry of the bundle that it is about."""
    where = f"Bundle.entry[{index}]"
    if refusal.expression is not None:
        _, _, element = refusal.expression.partition(".")
        where = f"{where}.resource.{element}" if element else where
    return Refusal(
        refusal.status,
        refusal.issue,
        refusal.code,
        refusal.text,
        expression=where,
        headers=refusal.headers,
    )


def not_found(text: str, code: ErrorCode = ErrorCode.NO_RECORD_FOUND) -> Refusal:
    """404."""
    return Refusal(404, "not-found", code, text)


def not_offered(text: str, status: int = 405) -> Refusal:
    """405 for a method, 501 for an interaction that is not offered."""
    return Refusal(status, "not-supported", ErrorCode.NOT_IMPLEMENTED, text)


def bad_request(text: str, issue: str = "invalid", expression: str | None = None) -> Refusal:
    """400 for a request that cannot be understood."""
    return Refusal(400, issue, ErrorCode.BAD_REQUEST, text, expression=expression)
