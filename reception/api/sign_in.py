"""Signing in: SMART App Launch 2, standalone, through the system's browser.

Source: docs/contract.md 12.1; RFC 7636, 8252, 9207.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from reception.api.trust import Trust

STAFF_SCOPE = (
    "openid fhirUser offline_access "
    "user/Appointment.crus user/Slot.crus user/Schedule.crus user/Task.crus "
    "user/Communication.crus user/Consent.crus user/Patient.rs user/Practitioner.rs "
    "user/PractitionerRole.rs user/Location.rs user/Organization.rs user/CareTeam.rs "
    "user/MedicationRequest.rs user/Flag.crus user/Binary.cr user/Provenance.c "
    "user/Subscription.cruds user/AllergyIntolerance.rs user/Condition.rs user/Immunization.rs "
    "user/Observation.rs user/DocumentReference.rs user/AuditEvent.rs"
)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is signed in: what the token answer and the id_token say.

    Attributes:
        reference: `Practitioner/x` (fhirUser).
        display: their name, or empty.
        user: account name (`sub`).
        role: the role, where the service tells it, or empty.
        scopes: what was granted; UI verbs follow it.
        claims: the id_token's payload.
    """

    reference: str
    display: str
    user: str
    role: str
    scopes: frozenset[str]
    claims: dict[str, Any] = field(default_factory=dict)


class Session:
    """A signed-in session: the access token, renewed ahead of its end, one renewal at a time.

    Everything runs on the network thread.
    """

    identity: Identity

    async def bearer(self) -> str:
        """A good access token. Raises `SignedOut`."""
        raise NotImplementedError

    async def renew(self, rejected: str) -> str:
        """Another access token than *rejected*. Raises `SignedOut`."""
        raise NotImplementedError

    async def sign_out(self) -> None:
        """Revoke the tokens at the service."""
        raise NotImplementedError


class SignIn:
    """Signs one user in at one practice. Coroutines run on the network thread (`network.call`).

    Args:
        base: the practice's FHIR base.
        trust: whom to trust.
        open_browser: opens an address in the system's browser.
        keep: called with each new refresh token (rotated at every use), to be stored.
    """

    def __init__(
        self,
        base: str,
        trust: Trust,
        *,
        open_browser: Callable[[str], object],
        keep: Callable[[str], None],
        scope: str = STAFF_SCOPE,
        client_id: str = "reception-desktop",
    ) -> None:
        self._base = base.rstrip("/")
        self._trust = trust
        self._open_browser = open_browser
        self._keep = keep
        self._scope = scope
        self._client_id = client_id

    async def with_browser(self) -> Session:
        """Sign in through the browser; the user has five minutes. Raises `Problem`."""
        raise NotImplementedError

    async def with_refresh_token(self, refresh_token: str) -> Session:
        """Sign in again without a browser. Raises `SignedOut` if the token is no good any more."""
        raise NotImplementedError
