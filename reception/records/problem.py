"""What can go wrong in words for people: every Problem is one sentence and what it means.

Anything that is not a Problem is a fault of ours and goes to the log.
"""

from enum import Enum
from typing import Any


class Saved(Enum):
    """Whether what was asked for has been stored."""

    NO = "no"
    YES = "yes"
    UNKNOWN = "unknown"


class Problem(Exception):
    """Something a user must know: what happened, whether it was saved, what to do next.

    Attributes:
        sentence: what to show, in plain English.
        saved: whether anything was stored.
    """

    saved = Saved.NO

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class ServiceUnreachable(Problem):
    """Nothing was sent."""

    def __init__(
        self,
        sentence: str = "Cannot reach the practice. Nothing was saved; try again in a moment.",
    ) -> None:
        super().__init__(sentence)


class NotTrusted(ServiceUnreachable):
    """Something answered that could not prove to be the practice; nothing was sent."""

    def __init__(
        self,
        sentence: str = "The certificate shown is not the practice's. Nothing was sent; "
        "tell whoever looks after your computers.",
    ) -> None:
        super().__init__(sentence)


class OutcomeUnknown(Problem):
    """It was sent and no answer came."""

    saved = Saved.UNKNOWN

    def __init__(
        self, sentence: str = "It may have been saved. Checking with the practice."
    ) -> None:
        super().__init__(sentence)


class ChangedElsewhere(Problem):
    """Somebody changed it first.

    Attributes:
        theirs: the raw JSON the service holds now, where it is known.
    """

    def __init__(
        self, sentence: str = "Somebody changed it first.", theirs: dict[str, Any] | None = None
    ) -> None:
        super().__init__(sentence)
        self.theirs = theirs


class Refused(Problem):
    """The service said no, for a reason of the practice's.

    Attributes:
        status: HTTP status.
        code: `details.coding.code` of the OperationOutcome, or an empty string.
    """

    def __init__(self, sentence: str, *, status: int, code: str = "") -> None:
        super().__init__(sentence)
        self.status = status
        self.code = code


class NotFound(Refused):
    """The practice has no such record (any more)."""

    def __init__(
        self,
        sentence: str = "The practice has no such record.",
        *,
        status: int = 404,
        code: str = "",
    ) -> None:
        super().__init__(sentence, status=status, code=code)


class Busy(Refused):
    """The service asked us to wait for longer than we could."""

    def __init__(
        self,
        sentence: str = "The practice's system is too busy just now. Nothing was saved; "
        "try again in a moment.",
        *,
        status: int = 503,
        code: str = "",
    ) -> None:
        super().__init__(sentence, status=status, code=code)


class SignedOut(Problem):
    """The session has ended; drafts are kept."""

    def __init__(self, sentence: str = "You have been signed out. Sign in again to go on.") -> None:
        super().__init__(sentence)


class SignInFailed(Problem):
    """Signing in did not come about."""
