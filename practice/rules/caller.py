"""Who is asking: the account behind a token, and what its scopes and role let it do."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from contract.acknowledgement import DUTY_ROLES
from contract.codes import Role


class Right(StrEnum):
    """Rights inside a scope, given by role; the value is what a refusal calls it."""

    BOOK = "Book appointments"
    RELEASE = "Release slots"
    REJECT_REQUEST = "Reject requests"
    APPROVE_REPEAT = "Approve repeat prescriptions"
    DECIDE_ACCESS = "Decide on records access"
    EDIT_PHRASES = "Edit phrases"
    EDIT_RED_FLAGS = "Edit red-flag rules"
    ACKNOWLEDGE = "Acknowledge emergencies"
    SET_PRACTICE = "Set how the practice works"
    READ_AUDIT = "Read the audit trail"
    MANAGE_STAFF = "Manage staff accounts"


_STAFF = frozenset({Right.BOOK, Right.REJECT_REQUEST, Right.EDIT_PHRASES})
_CLINICAL = frozenset({Right.EDIT_RED_FLAGS})
RIGHTS: dict[Role, frozenset[Right]] = {
    Role.RECEPTIONIST: _STAFF | {Right.RELEASE},
    Role.CLINICIAN: _STAFF | _CLINICAL,
    Role.PRESCRIBER: _STAFF | _CLINICAL | {Right.APPROVE_REPEAT},
    Role.MANAGER: _STAFF
    | _CLINICAL
    | {
        Right.RELEASE,
        Right.DECIDE_ACCESS,
        Right.SET_PRACTICE,
        Right.READ_AUDIT,
        Right.MANAGE_STAFF,
    },
    Role.PATIENT: frozenset(),
}
for _role in DUTY_ROLES:
    RIGHTS[_role] |= {Right.ACKNOWLEDGE}


@dataclass(frozen=True, slots=True)
class Caller:
    """The account behind a token.

    Attributes:
        user: account name, unique in the practice.
        role: its one role.
        reference: `Practitioner/<id>` or `Patient/<id>` (SMART `fhirUser`).
        display: name as others see it, `Priya Shah`.
        client_id: the OAuth client the token was issued to.
        scopes: granted SMART v2 scopes, one string each (`user/Slot.crus`).
        patient: id of the patient a patient token is bound to; None for staff.
        session: the sign-in behind the token; the same while its tokens are renewed.
    """

    user: str
    role: Role
    reference: str
    display: str
    client_id: str
    scopes: frozenset[str] = field(default_factory=frozenset)
    patient: str | None = None
    session: str = ""

    def may(self, resource_type: str, interaction: str) -> bool:
        """Whether a scope covers *interaction* (one of `cruds`) on *resource_type*."""
        context = "patient" if self.patient is not None else "user"
        for scope in self.scopes:
            where, _, what = scope.partition("/")
            name, _, letters = what.partition(".")
            if where == context and name in (resource_type, "*") and interaction in letters:
                return True
        return False

    def has(self, right: Right) -> bool:
        """Whether the role carries *right*."""
        return right in RIGHTS[self.role]


class Callers(Protocol):
    """Turns the Authorization header of a request into a Caller."""

    async def caller(self, ods: str, authorization: str | None) -> Caller:
        """The caller behind *authorization* (`Bearer ...`) at the practice *ods*.

        Raises:
            Refusal: 401 SEND_UNAUTHORIZED, with WWW-Authenticate.
        """
        ...
