"""A signed-in session: its tokens, renewed ahead of their end, one renewal at a time.

Source: docs/contract.md 12.1.
"""

import asyncio
import base64
import binascii
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2
import msgspec

from reception.api.exchange import NOTHING_SENT, is_distrust
from reception.api.smart import SmartConfiguration
from reception.records.problem import (
    NotTrusted,
    OutcomeUnknown,
    ServiceUnreachable,
    SignedOut,
    SignInFailed,
)

TOKEN_S = 15.0
REVOKE_S = 3.0
EARLY = 0.8
"""A token is renewed after this share of its life."""

Keep = Callable[[str, str], None]
"""Stores (user, refresh token); called on the network thread, so it must not wait."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is signed in: what the token answer and the id_token say.

    Attributes:
        reference: `Practitioner/x` (fhirUser), or empty.
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


@dataclass(frozen=True, slots=True)
class Tokens:
    """One answer of the token endpoint.

    Attributes:
        fresh_until_s: monotonic time from which on it is renewed.
        good_until_s: monotonic time of its end.
    """

    access: str
    refresh: str
    fresh_until_s: float
    good_until_s: float
    scopes: frozenset[str]
    fhir_user: str
    claims: dict[str, Any]


class TokenEndpoint:
    """Asks one practice's token endpoint, as a public client.

    Args:
        http: a client with the practice's trust.
        smart: where the endpoints are.
        client_id: as registered.
    """

    def __init__(self, http: httpx2.AsyncClient, smart: SmartConfiguration, client_id: str) -> None:
        self.http = http
        self.smart = smart
        self.client_id = client_id

    async def exchange(self, code: str, redirect_uri: str, verifier: str) -> Tokens:
        """Tokens for an authorization *code*. Raises `Problem`."""
        try:
            return await self._ask(
                {
                    "grant_type": "authorization_code",
                    "code": code,
                    "redirect_uri": redirect_uri,
                    "code_verifier": verifier,
                }
            )
        except (SignedOut, OutcomeUnknown) as error:
            raise SignInFailed("The practice did not accept the sign-in. Try again.") from error

    async def refresh(self, refresh_token: str) -> Tokens:
        """Tokens for a *refresh_token*, which is spent by this.

        Raises:
            SignedOut: it is no good any more.
            ServiceUnreachable: nothing was sent, so it still is.
            OutcomeUnknown: it may be spent.
        """
        return await self._ask({"grant_type": "refresh_token", "refresh_token": refresh_token})

    async def revoke(self, token: str) -> bool:
        """End the sign-in that *token* belongs to; whether the service has confirmed it."""
        if not self.smart.revocation or not token:
            return False
        form = {"token": token, "client_id": self.client_id}
        try:
            async with asyncio.timeout(REVOKE_S):
                answer = await self.http.post(self.smart.revocation, data=form)
        except (httpx2.HTTPError, TimeoutError):
            return False
        return answer.status_code == 200

    async def _ask(self, form: dict[str, str]) -> Tokens:
        asked_s = time.monotonic()
        try:
            async with asyncio.timeout(TOKEN_S):
                answer = await self.http.post(
                    self.smart.token,
                    data={**form, "client_id": self.client_id},
                    headers={"Accept": "application/json"},
                )
        except NOTHING_SENT as error:
            raise (NotTrusted() if is_distrust(error) else ServiceUnreachable()) from error
        except (httpx2.HTTPError, TimeoutError) as error:
            raise OutcomeUnknown() from error
        if answer.status_code in (400, 401, 403):
            raise SignedOut()
        if answer.status_code in (429, 503):
            raise ServiceUnreachable()
        if answer.status_code != 200:
            raise OutcomeUnknown()
        return tokens_in(answer.content, asked_s)


class Session:
    """A signed-in session. Everything runs on the network thread.

    Args:
        endpoint: where tokens are renewed and revoked.
        tokens: the first ones.
        user: account name if the id_token does not say it.
        keep: stores each new refresh token.
    """

    def __init__(self, endpoint: TokenEndpoint, tokens: Tokens, keep: Keep, user: str = "") -> None:
        self._endpoint = endpoint
        self._tokens = tokens
        self._keep = keep
        self._renewing: asyncio.Task[None] | None = None
        self._over = False
        self.identity = identity_of(tokens, user)
        self._store()

    async def bearer(self) -> str:
        """A good access token; renewed ahead of its end.

        Raises:
            SignedOut: the session has ended.
            ServiceUnreachable: it has run out and cannot be renewed just now.
        """
        if self._over:
            raise SignedOut()
        now_s = time.monotonic()
        if now_s >= self._tokens.fresh_until_s:
            try:
                await self._renew()
            except ServiceUnreachable:
                if now_s >= self._tokens.good_until_s:
                    raise
        return self._tokens.access

    async def renew(self, rejected: str) -> str:
        """Another access token than *rejected*.

        Raises:
            SignedOut: the session has ended.
            ServiceUnreachable: it cannot be renewed just now.
        """
        if self._over:
            raise SignedOut()
        if self._tokens.access == rejected:
            await self._renew()
        return self._tokens.access

    async def sign_out(self) -> bool:
        """Revoke the tokens; whether the service has confirmed it."""
        self._over = True
        return await self._endpoint.revoke(self._tokens.refresh or self._tokens.access)

    async def _renew(self) -> None:
        if self._renewing is None:
            self._renewing = asyncio.create_task(self._renew_once(), name="renew the token")
            self._renewing.add_done_callback(self._on_renewed)
        # Who asked may be cancelled; the renewal goes on, or the rotated token would be lost.
        await asyncio.shield(self._renewing)

    async def _renew_once(self) -> None:
        if not self._tokens.refresh:
            raise SignedOut()
        try:
            fresh = await self._endpoint.refresh(self._tokens.refresh)
        except (SignedOut, SignInFailed) as error:
            self._over = True
            raise SignedOut() from error
        except OutcomeUnknown as error:
            # Shown a second time it would end the session at the service: only a try can tell.
            raise ServiceUnreachable() from error
        if self._over:
            await self._endpoint.revoke(fresh.refresh or fresh.access)
            raise SignedOut()
        self._tokens = fresh
        self._store()

    def _on_renewed(self, task: asyncio.Task[None]) -> None:
        self._renewing = None
        if not task.cancelled():
            task.exception()  # each who waited has been told

    def _store(self) -> None:
        if self._tokens.refresh:
            self._keep(self.identity.user, self._tokens.refresh)


def tokens_in(body: bytes, asked_s: float) -> Tokens:
    """The tokens in an answer of the token endpoint, asked for at monotonic *asked_s*.

    Raises:
        SignInFailed: there are none of a kind we can use.
    """
    try:
        said = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        said = None
    unusable = SignInFailed("The practice's sign-in gave an answer that Reception cannot use.")
    if not isinstance(said, dict):
        raise unusable
    access = said.get("access_token")
    if not isinstance(access, str) or not access or str(said.get("token_type")).lower() != "bearer":
        raise unusable
    life_s = said.get("expires_in")
    if not isinstance(life_s, int | float) or isinstance(life_s, bool) or life_s <= 0:
        life_s = 300.0
    return Tokens(
        access=access,
        refresh=_text(said, "refresh_token"),
        fresh_until_s=asked_s + life_s * EARLY,
        good_until_s=asked_s + life_s,
        scopes=frozenset(_text(said, "scope").split()),
        fhir_user=_text(said, "fhirUser"),
        claims=claims_of(_text(said, "id_token")),
    )


def claims_of(id_token: str) -> dict[str, Any]:
    """The payload of an id_token that came over TLS from the token endpoint itself.

    Its signature adds nothing there (OpenID Connect Core 3.1.3.7, 6). Empty if it is no JWT.
    """
    parts = id_token.split(".")
    if len(parts) != 3:
        return {}
    try:
        payload = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
        claims = msgspec.json.decode(payload)
    except (binascii.Error, ValueError, msgspec.DecodeError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


def identity_of(tokens: Tokens, user: str = "") -> Identity:
    """Who *tokens* belong to; *user* where the id_token does not say."""
    claims = tokens.claims
    fhir_user = tokens.fhir_user or _text(claims, "fhirUser")
    parts = fhir_user.rstrip("/").rsplit("/", 2)
    return Identity(
        reference="/".join(parts[-2:]) if len(parts) > 1 else "",
        display=_text(claims, "name"),
        user=_text(claims, "sub") or user,
        role=_text(claims, "role"),
        scopes=tokens.scopes,
        claims=claims,
    )


def check_claims(claims: dict[str, Any], *, issuer: str, client_id: str, nonce: str) -> None:
    """Refuse an id_token that was not made for this very sign-in.

    Raises:
        SignInFailed: another issuer, audience or nonce.
    """
    audience = claims.get("aud")
    for_us = client_id in audience if isinstance(audience, list) else audience == client_id
    if (issuer and claims.get("iss") != issuer) or not for_us or claims.get("nonce") != nonce:
        raise SignInFailed("The practice's answer belongs to another sign-in. Try again.")


def _text(said: dict[str, Any], name: str) -> str:
    value = said.get(name)
    return value if isinstance(value, str) else ""
