"""Answers oauthlib's questions about one request, from the practice's accounts and grants."""

import base64
import re
from collections.abc import Callable
from typing import Any, Final

from oauthlib.common import Request
from oauthlib.oauth2 import InvalidRequestError, RequestValidator

from practice.identity import accounts, clients, grants, scopes
from practice.identity.accounts import Account
from practice.identity.clients import Client
from practice.identity.keys import SigningKey
from practice.store import Unit

_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_LONGEST_NONCE: Final = 200


class Validator(RequestValidator):  # type: ignore[misc]
    """One request's rules. oauthlib says when each is asked; `*_` is what it hands over unused.

    Args:
        base: the practice's FHIR base URL: issuer of its tokens, and the only audience.
        key: signs identity tokens.
        wall_ms: the machine's time, ms since the epoch.
        unit: None where nothing is read or kept.
    """

    def __init__(
        self, base: str, key: SigningKey, wall_ms: Callable[[], int], unit: Unit | None
    ) -> None:
        super().__init__()
        self._base = base
        self._key = key
        self._wall_ms = wall_ms
        self._maybe_unit = unit

    @property
    def _unit(self) -> Unit:
        assert self._maybe_unit is not None, "this request keeps nothing"
        return self._maybe_unit

    # The client

    def validate_client_id(self, client_id: str, request: Request, *_: Any) -> bool:
        request.client = clients.SIGN_IN.get(client_id)
        return request.client is not None

    def client_authentication_required(self, *_: Any) -> bool:
        return False

    def authenticate_client_id(self, client_id: str, request: Request, *_: Any) -> bool:
        return self.validate_client_id(client_id, request)

    def validate_redirect_uri(self, _id: str, redirect_uri: str, request: Request, *_: Any) -> bool:
        client: Client = request.client
        return client.may_return_to(redirect_uri)

    def get_default_redirect_uri(self, *_: Any) -> None:
        return None

    def validate_response_type(self, _id: str, response_type: str, *_: Any) -> bool:
        return response_type == "code"

    def validate_grant_type(self, _id: str, grant_type: str, *_: Any) -> bool:
        return grant_type in {"authorization_code", "refresh_token"}

    # The request for a sign-in

    def check_smart(self, request: Request) -> dict[str, Any]:
        """What SMART asks for beyond OAuth 2: PKCE with S256, this audience, a state."""
        request.response_mode = "query"
        if getattr(request, "aud", None) != self._base:
            raise InvalidRequestError("aud is not this practice's base URL", request=request)
        if not request.state:
            raise InvalidRequestError("state is missing", request=request)
        if request.code_challenge_method != "S256":
            raise InvalidRequestError("code_challenge_method must be S256", request=request)
        if not _CHALLENGE.fullmatch(request.code_challenge or ""):
            raise InvalidRequestError("code_challenge is missing or malformed", request=request)
        if len(request.nonce or "") > _LONGEST_NONCE:
            raise InvalidRequestError("nonce is too long", request=request)
        return {}

    def is_pkce_required(self, *_: Any) -> bool:
        return True

    def get_default_scopes(self, *_: Any) -> list[str]:
        return []

    def validate_scopes(self, _id: str, requested: list[str], client: Client, *_: Any) -> bool:
        return scopes.known(requested or [], client.roles)

    def save_authorization_code(
        self, client_id: str, code: dict[str, str], request: Request, *_: Any
    ) -> None:
        account: Account = request.user
        now_ms = self._wall_ms()
        grant_id = grants.begin(self._unit, account.user, client_id, now_ms + grants.CODE_S * 1000)
        grants.save_code(
            self._unit,
            code["code"],
            grants.Code(
                grant_id=grant_id,
                user=account.user,
                client_id=client_id,
                redirect_uri=request.redirect_uri,
                challenge=request.code_challenge,
                scopes=tuple(request.scopes),
                nonce=request.nonce,
            ),
            now_ms,
        )

    # The request for tokens

    def validate_code(self, _id: str, code: str, client: Client, request: Request) -> bool:
        # Spent by being shown, whatever else is wrong: a stolen code cannot be tried twice.
        found = grants.redeem_code(self._unit, code, client.client_id, self._wall_ms())
        return found is not None and self._take(request, found, found.nonce)

    def get_code_challenge(self, _code: str, request: Request) -> str:
        challenge: str = request.granted.challenge
        return challenge

    def get_code_challenge_method(self, *_: Any) -> str:
        return "S256"

    def confirm_redirect_uri(
        self, _id: str, _code: str, redirect_uri: str, _client: Client, request: Request
    ) -> bool:
        return bool(request.granted.redirect_uri == redirect_uri)

    def invalidate_authorization_code(self, *_: Any) -> None:
        """Nothing is left to do: `validate_code` has spent it."""

    def validate_refresh_token(self, token: str, client: Client, request: Request) -> bool:
        found = grants.redeem_refresh(self._unit, token, client.client_id, self._wall_ms())
        return found is not None and self._take(request, found, None)

    def get_original_scopes(self, _token: str, request: Request) -> list[str]:
        return list(request.granted.scopes)

    def rotate_refresh_token(self, *_: Any) -> bool:
        return True

    def save_bearer_token(self, token: dict[str, Any], request: Request) -> None:
        account: Account = request.user
        granted = request.granted
        now_ms = self._wall_ms()
        grants.save_token(
            self._unit,
            token["access_token"],
            "access",
            granted.grant_id,
            request.scopes,
            now_ms + grants.ACCESS_S * 1000,
        )
        if "offline_access" in granted.scopes:
            grants.save_token(
                self._unit,
                token["refresh_token"],
                "refresh",
                granted.grant_id,
                granted.scopes,
                now_ms + grants.REFRESH_S * 1000,
            )
        else:
            token.pop("refresh_token", None)
        if account.patient is not None:
            token["patient"] = account.patient
        if "openid" in request.scopes:
            token["id_token"] = self._id_token(account, request, token["access_token"], now_ms)
        if "fhirUser" in request.scopes:
            token["fhirUser"] = account.reference

    def revoke_token(self, token: str, _hint: str | None, request: Request) -> None:
        # Signing out ends the whole sign-in, whichever of its tokens is shown.
        grant_id = grants.grant_of(self._unit, token, request.client.client_id)
        if grant_id is not None:
            grants.revoke(self._unit, grant_id)

    def _take(
        self, request: Request, granted: grants.Code | grants.Refresh, nonce: str | None
    ) -> bool:
        account = accounts.find(self._unit, granted.user)
        if account is None or account.disabled:
            return False
        request.granted = granted
        request.user = account
        request.scopes = list(granted.scopes)
        request.id_nonce = nonce
        return True

    def _id_token(self, account: Account, request: Request, access_token: str, now_ms: int) -> str:
        claims: dict[str, Any] = {
            "iss": self._base,
            "sub": account.user,
            "aud": request.granted.client_id,
            "iat": now_ms // 1000,
            "exp": now_ms // 1000 + grants.ACCESS_S,
            "name": account.display,
            "role": account.role.value,
            "at_hash": _half_hash(access_token),
        }
        if request.id_nonce:
            claims["nonce"] = request.id_nonce
        if "fhirUser" in request.scopes:
            claims["fhirUser"] = f"{self._base}/{account.reference}"
        return self._key.sign(claims)


def _half_hash(access_token: str) -> str:
    """OpenID Connect Core 3.1.3.6: left half of the hash, base64url without padding."""
    half = bytes.fromhex(grants.hash_of(access_token))[:16]
    return base64.urlsafe_b64encode(half).rstrip(b"=").decode()
