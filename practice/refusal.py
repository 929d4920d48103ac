"""How the service says no: one exception, which becomes one OperationOutcome.

Raised anywhere below the HTTP rooms; `fhir.outcome` turns it into the body of contract 13.
"""

from collections.abc import Mapping

from contract.errors import ErrorCode


class Refusal(Exception):
    """An interaction that is refused.

    Args:
        status: HTTP status.
        issue: FHIR issue type (`duplicate`, `business-rule`, ...).
        code: what the client matches on.
        text: one sentence fit for a receptionist; never a secret, never a traceback.
        expression: FHIRPath of the element at fault, where there is one.
        headers: further answer headers (`Retry-After`, `WWW-Authenticate`).
    """

    def __init__(
        self,
        status: int,
        issue: str,
        code: ErrorCode,
        text: str,
        *,
        expression: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(text)
        self.status = status
        self.issue = issue
        self.code = code
        self.text = text
        self.expression = expression
        self.headers = dict(headers or {})
