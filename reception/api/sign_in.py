"""Signing in: SMART App Launch 2, standalone, through the system's browser.

Source: docs/contract.md 12.1; RFC 7636, 8252, 9207.
"""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import secrets
import webbrowser
from collections.abc import Awaitable, Callable, Iterator
from urllib.parse import urlencode

import httpx2

from reception.api.loopback import Loopback
from reception.api.session import Keep, Session, TokenEndpoint, Tokens, check_claims
from reception.api.smart import SmartConfiguration, discover
from reception.records.problem import SignInFailed

SIGN_IN_S = 300.0
CLIENT_ID = "reception-desktop"
OpenBrowser = Callable[[str], Awaitable[object] | bool | None]
"""Opens an address in a browser; called on the network thread, so it must not wait.

It answers, at once or when awaited, False where there is no browser; what it raises when awaited
ends the sign-in.
"""
STAFF_SCOPE = (
    "openid fhirUser offline_access "
    "user/Appointment.crus user/Slot.crus user/Schedule.crus user/Task.crus "
    "user/Communication.crus user/Consent.crus user/Patient.rs user/Practitioner.rs "
    "user/PractitionerRole.rs user/Location.rs user/Organization.rs user/CareTeam.rs "
    "user/HealthcareService.crus user/RelatedPerson.rs user/Questionnaire.rs "
    "user/QuestionnaireResponse.rs user/MedicationRequest.crus user/Flag.crus user/Library.crus "
    "user/Binary.cr user/Provenance.c user/Subscription.cruds user/AllergyIntolerance.rs "
    "user/Condition.rs user/Immunization.rs user/Observation.rs user/DocumentReference.rs "
    "user/AuditEvent.rs"
)


class SignIn:
    """Signs one user in at one practice. Coroutines run on the network thread (`network.call`).

    Args:
        base: the practice's FHIR base.
        http: a client for that base with its trust (`exchange.http_client`).
        open_browser: see `OpenBrowser`.
        keep: stores (user, refresh token), which is a new one after every use.
    """

    def __init__(
        self,
        base: str,
        http: httpx2.AsyncClient,
        *,
        open_browser: OpenBrowser,
        keep: Keep,
        scope: str = STAFF_SCOPE,
        client_id: str = CLIENT_ID,
    ) -> None:
        self._base = base.rstrip("/")
        self._http = http
        self._open_browser = open_browser
        self._keep = keep
        self._scope = scope
        self._client_id = client_id

    async def with_browser(self) -> Session:
        """Sign in through the browser; the user has five minutes.

        Raises:
            SignInFailed: cancelled, refused, too late, or not safe.
            ServiceUnreachable: nobody answers.
        """
        smart = await discover(self._http, self._base)
        endpoint = TokenEndpoint(self._http, smart, self._client_id)
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        try:
            async with asyncio.timeout(SIGN_IN_S), Loopback(state) as loopback:
                redirect_uri = loopback.redirect_uri
                address = self._address(smart, redirect_uri, state, nonce, verifier)
                with _opening(self._open_browser(address), loopback):
                    answer = await loopback.answer()
        except TimeoutError as error:
            raise SignInFailed("Nobody signed in within five minutes. Try again.") from error
        tokens = await self._exchange(endpoint, answer, redirect_uri, verifier, nonce)
        return Session(endpoint, tokens, self._keep)

    async def with_refresh_token(self, refresh_token: str, user: str = "") -> Session:
        """Sign in again without a browser.

        Raises:
            SignedOut: the token is no good any more.
            ServiceUnreachable: nobody answers; the token is still good.
        """
        smart = await discover(self._http, self._base)
        endpoint = TokenEndpoint(self._http, smart, self._client_id)
        return Session(endpoint, await endpoint.refresh(refresh_token), self._keep, user)

    def _address(
        self, smart: SmartConfiguration, redirect_uri: str, state: str, nonce: str, verifier: str
    ) -> str:
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
        query = urlencode(
            {
                "response_type": "code",
                "client_id": self._client_id,
                "redirect_uri": redirect_uri,
                "scope": self._scope,
                "state": state,
                "nonce": nonce,
                "aud": self._base,
                "code_challenge": challenge.rstrip(b"=").decode(),
                "code_challenge_method": "S256",
            }
        )
        return f"{smart.authorization}{'&' if '?' in smart.authorization else '?'}{query}"

    async def _exchange(
        self,
        endpoint: TokenEndpoint,
        answer: dict[str, str],
        redirect_uri: str,
        verifier: str,
        nonce: str,
    ) -> Tokens:
        smart = endpoint.smart
        issuer = answer.get("iss", "")
        if (issuer or smart.names_issuer) and not hmac.compare_digest(
            issuer.encode(), smart.issuer.encode()
        ):
            raise SignInFailed("The answer came from another sign-in service. Try again.")
        if answer.get("error") == "access_denied":
            raise SignInFailed("The sign-in was cancelled.")
        if "error" in answer or not answer.get("code"):
            raise SignInFailed("The practice did not accept the sign-in. Try again.")
        tokens = await endpoint.exchange(answer["code"], redirect_uri, verifier)
        if tokens.claims or "openid" in tokens.scopes:
            check_claims(tokens.claims, issuer=smart.issuer, client_id=self._client_id, nonce=nonce)
        return tokens


async def system_browser(address: str) -> bool:
    """Open *address* in the browser of this computer, which may take its time to start."""
    return await asyncio.to_thread(webbrowser.open, address)


@contextlib.contextmanager
def _opening(opened: Awaitable[object] | bool | None, loopback: Loopback) -> Iterator[None]:
    """While the browser is open: that it cannot be opened, or fails, ends the sign-in."""

    def on_opened(task: "asyncio.Future[object]") -> None:
        if task.cancelled():
            return
        if (error := task.exception()) is not None:
            loopback.fail(error)
        elif task.result() is False:
            loopback.fail(SignInFailed("No browser could be opened on this computer."))

    opening = asyncio.ensure_future(opened if isinstance(opened, Awaitable) else _same(opened))
    opening.add_done_callback(on_opened)
    try:
        yield
    finally:
        opening.cancel()


async def _same(answer: object) -> object:
    return answer
