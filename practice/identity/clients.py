"""The programs that may ask for a sign-in. All are public clients: none can keep a secret."""

import re
from dataclasses import dataclass
from typing import Final

from contract.codes import Role

_LOOPBACK: Final = re.compile(
    r"http://(?:127\.0\.0\.1|localhost)(?::([1-9][0-9]{0,4}))?/callback", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Client:
    """A registered program.

    Attributes:
        client_id: as in the request.
        name: how the sign-in page calls it.
        roles: accounts that may sign in to it.
    """

    client_id: str
    name: str
    roles: frozenset[Role]

    def may_return_to(self, redirect_uri: str) -> bool:
        """Whether an answer may be sent there: this machine's loopback, any port, `/callback`.

        Source: RFC 8252 7.3.
        """
        found = _LOOPBACK.fullmatch(redirect_uri)
        return found is not None and int(found[1] or 80) <= 65535


DESKTOP: Final = Client(
    "reception-desktop", "Reception", frozenset(Role) - frozenset({Role.PATIENT})
)
PATIENT: Final = Client("reception-patient", "your patient account", frozenset({Role.PATIENT}))
COMMAND: Final = Client("practice-command", "the command line", frozenset(Role))
"""Tokens made by `practice token`; nobody can sign in through it."""

SIGN_IN: Final = {client.client_id: client for client in (DESKTOP, PATIENT)}
EVERY: Final = {client.client_id: client for client in (DESKTOP, PATIENT, COMMAND)}


def client_for(role: Role) -> Client:
    """The program that accounts of *role* sign in to."""
    return PATIENT if role is Role.PATIENT else DESKTOP
