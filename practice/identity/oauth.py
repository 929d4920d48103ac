"""The OAuth 2 rules: oauthlib decides the order of the checks, this module answers its questions.

Runs on the storage thread, inside a unit of work. Everything that is refused is answered, not
raised, so that what a refusal changed (a spent code, a revoked family) is committed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from oauthlib.common import Request, add_params_to_uri
from oauthlib.oauth2 import (
    AuthorizationCodeGrant,
    AuthorizationEndpoint,
    BearerToken,
    FatalClientError,
    InvalidRequestError,
    OAuth2Error,
    RefreshTokenGrant,
    RevocationEndpoint,
    TokenEndpoint,
)

from practice.identity import clients, grants
from practice.identity.accounts import Account
from practice.identity.clients import Client
from practice.identity.keys import SigningKey
from practice.identity.validator import Validator
from practice.store import Unit

_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A sound request for a sign-in."""

    client: Client
    redirect_uri: str
    scopes: tuple[str, ...]


class Unsound(Exception):
    """A request for a sign-in that must not be sent back to where it says it came from."""


class SentBack(Exception):
    """A request for a sign-in that is refused to its client.

    Attributes:
        location: where the browser goes.
    """

    def __init__(self, location: str) -> None:
        super().__init__("refused")
        self.location = location


@dataclass(frozen=True, slots=True)
class Answer:
    """What the token and the revocation endpoint answer."""

    status: int
    headers: Mapping[str, str]
    body: str


class OAuth:
    """One practice's OAuth rules.

    Args:
        base: the practice's FHIR base URL: issuer of its tokens, and the only audience.
        key: signs identity tokens.
        wall_ms: the machine's time, ms since the epoch.
    """

    def __init__(self, base: str, key: SigningKey, wall_ms: Callable[[], int]) -> None:
        self.base = base
        self._key = key
        self._wall_ms = wall_ms

    def asked(self, query: str) -> Asked:
        """Check a request for a sign-in.

        Args:
            query: the query string as it came.

        Raises:
            Unsound: the client or the place to return to is unknown.
            SentBack: anything else is wrong; RFC 6749 4.1.2.1.
        """
        endpoint = _authorization(self._validator(None))
        try:
            requested, about = endpoint.validate_authorization_request(f"{self.base}?{query}")
        except FatalClientError as fault:
            raise Unsound(fault.description or fault.error) from fault
        except OAuth2Error as fault:
            raise SentBack(self._back(fault.redirect_uri, fault.twotuples)) from fault
        except ValueError as fault:
            raise Unsound("The request cannot be read.") from fault
        client = clients.SIGN_IN[about["client_id"]]
        return Asked(client, about["redirect_uri"], tuple(requested))

    def refused(self, asked: Asked, query: str, error: str) -> str:
        """Where the browser goes when the person, or the practice, says no."""
        state = Request(f"{self.base}?{query}").state
        return self._back(asked.redirect_uri, [("error", error), ("state", state)])

    def accepted(self, unit: Unit, query: str, account: Account, granted: Sequence[str]) -> str:
        """Where the browser goes after the sign-in, with a code for the client."""
        headers, _, _ = _authorization(self._validator(unit)).create_authorization_response(
            f"{self.base}?{query}", scopes=list(granted), credentials={"user": account}
        )
        location: str = add_params_to_uri(headers["Location"], [("iss", self.base)])
        return location

    def token(self, unit: Unit, body: str) -> Answer:
        """Answer the token endpoint; *body* is the form as it came."""
        validator = self._validator(unit)
        bearer = _bearer(validator)
        grant = AuthorizationCodeGrant(validator)
        refresh = RefreshTokenGrant(validator)
        endpoint = TokenEndpoint(
            default_grant_type="authorization_code",
            default_token_type=bearer,
            grant_types={"authorization_code": grant, "refresh_token": refresh},
        )
        try:
            headers, content, status = endpoint.create_token_response(
                f"{self.base}/token", "POST", body, _FORM
            )
        except (OAuth2Error, ValueError) as fault:
            return _refusal(fault)
        return Answer(status, headers, content)

    def revoke(self, unit: Unit, body: str) -> Answer:
        """Answer the revocation endpoint (RFC 7009)."""
        try:
            headers, content, status = RevocationEndpoint(
                self._validator(unit)
            ).create_revocation_response(f"{self.base}/revoke", "POST", body, _FORM)
        except (OAuth2Error, ValueError) as fault:
            return _refusal(fault)
        return Answer(status, headers, content)

    def _validator(self, unit: Unit | None) -> Validator:
        return Validator(self.base, self._key, self._wall_ms, unit)

    def _back(self, redirect_uri: str, pairs: Sequence[tuple[str, str | None]]) -> str:
        kept = [(name, value) for name, value in [*pairs, ("iss", self.base)] if value]
        return f"{redirect_uri}?{urlencode(kept)}"


def _refusal(fault: Exception) -> Answer:
    known = fault if isinstance(fault, OAuth2Error) else InvalidRequestError()
    return Answer(known.status_code, {"Content-Type": "application/json"}, known.json)


def _bearer(validator: Validator) -> BearerToken:
    return BearerToken(
        validator,
        token_generator=lambda _request: grants.new_secret(),
        expires_in=grants.ACCESS_S,
    )


def _authorization(validator: Validator) -> AuthorizationEndpoint:
    code = _CodeGrant(validator, pre_auth=[validator.check_smart])
    return AuthorizationEndpoint(
        default_response_type="code",
        default_token_type=_bearer(validator),
        response_types={"code": code},
    )


class _CodeGrant(AuthorizationCodeGrant):  # type: ignore[misc]
    """Codes as long as tokens."""

    def create_authorization_code(self, request: Request) -> dict[str, str]:
        return {"code": grants.new_secret(), "state": request.state}
