"""Refusing for want of a scope or a right, in words that say who has it."""

from contract.errors import ErrorCode
from practice.refusal import Refusal
from practice.rules.caller import RIGHTS, Caller, Right

_VERBS = {"c": "add", "r": "read", "u": "change", "d": "remove", "s": "search"}


def denied(text: str, code: ErrorCode = ErrorCode.ACCESS_DENIED) -> Refusal:
    """403 with *text*."""
    return Refusal(403, "forbidden", code, text)


def require(caller: Caller, right: Right) -> None:
    """Refuse unless the caller's role carries *right*.

    Raises:
        Refusal: 403 that names the right and who has it.
    """
    if caller.has(right):
        return
    having = [f"{role.value}s" for role, rights in RIGHTS.items() if right in rights]
    raise denied(f"You need the right “{right.value}”; {' and '.join(having)} have it.")


def require_scope(caller: Caller, resource_type: str, interaction: str) -> None:
    """Refuse unless the token's scopes cover *interaction* on *resource_type*.

    Raises:
        Refusal: 403 that names both.
    """
    if not caller.may(resource_type, interaction):
        verb = _VERBS[interaction]
        raise denied(f"This sign-in does not let you {verb} {resource_type} resources.")
