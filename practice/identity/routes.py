"""Sign-in over HTTP: SMART App Launch 2, standalone (docs/contract.md 12.1)."""

import hashlib
import hmac
import json
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Final, Protocol
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from practice.identity import scopes
from practice.identity.accounts import Account
from practice.identity.clients import PATIENT
from practice.identity.identity import Identity, Wrong
from practice.identity.oauth import Answer, Asked, SentBack, Unsound
from practice.identity.passwords import TooBusy
from practice.identity.trail import Tried

LONGEST_FORM: Final = 16 * 1024
PAGE_GOOD_S: Final = 900
"""A sign-in page that stood open longer is shown anew."""
_COOKIE: Final = "__Host-sign-in"
_FORM_TYPE: Final = "application/x-www-form-urlencoded"

log = logging.getLogger("practice.identity")


class SignInPages(Protocol):
    """How the sign-in looks; made by `web`."""

    def sign_in(
        self,
        *,
        practice: str,
        client: str,
        token: str,
        user: str = "",
        problem: str = "",
        notice: str = "",
        returns_to: str,
        status: int = 200,
    ) -> Response:
        """The page with the form.

        Args:
            practice: the practice's name.
            client: what is being signed in to.
            token: goes back with the form.
            user: the name as it was typed.
            problem: one sentence; empty when nothing is wrong.
            notice: what patients are told before they sign in; mostly nothing.
            returns_to: origin that the browser is sent to after the form.
            status: HTTP status.
        """
        ...

    def problem(self, *, practice: str, text: str, status: int) -> Response:
        """A page that only says what is wrong."""
        ...


Notice = Callable[[str], Awaitable[str]]
"""What the patients of a practice (its ODS code) are told at this moment; empty for nothing."""


async def no_notice(_ods: str) -> str:
    """Nothing."""
    return ""


def routes(identity: Identity, pages: SignInPages, notice: Notice = no_notice) -> list[BaseRoute]:
    """The routes of sign-in, for every practice. They go before those of `fhir`."""
    door = _Door(identity, pages, notice)
    return [
        Route("/{ods}/fhir/.well-known/smart-configuration", door.configuration),
        Route("/{ods}/fhir/.well-known/openid-configuration", door.configuration),
        Route("/{ods}/auth/jwks", door.jwks),
        Route("/{ods}/auth/authorize", door.ask, methods=["GET"]),
        Route("/{ods}/auth/authorize", door.answer, methods=["POST"]),
        Route("/{ods}/auth/token", door.token, methods=["POST"]),
        Route("/{ods}/auth/revoke", door.revoke, methods=["POST"]),
    ]


class _Door:
    """Answers the requests of sign-in."""

    def __init__(self, identity: Identity, pages: SignInPages, notice: Notice) -> None:
        self._identity = identity
        self._notice = notice
        self._pages = pages
        self._seal = _Seal()

    async def configuration(self, request: Request) -> Response:
        """What a client needs to know to sign in; JSON whatever Accept says."""
        ods = request.path_params["ods"]
        if ods not in self._identity.names:
            return _not_here()
        base = self._identity.oauth(ods).base
        auth = base.removesuffix("/fhir") + "/auth"
        return JSONResponse(
            {
                "issuer": base,
                "jwks_uri": f"{auth}/jwks",
                "authorization_endpoint": f"{auth}/authorize",
                "token_endpoint": f"{auth}/token",
                "revocation_endpoint": f"{auth}/revoke",
                "grant_types_supported": ["authorization_code", "refresh_token"],
                "response_types_supported": ["code"],
                "response_modes_supported": ["query"],
                "scopes_supported": scopes.every(),
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["none"],
                "revocation_endpoint_auth_methods_supported": ["none"],
                "authorization_response_iss_parameter_supported": True,
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["ES256"],
                "capabilities": [
                    "launch-standalone",
                    "client-public",
                    "sso-openid-connect",
                    "permission-user",
                    "permission-patient",
                    "permission-offline",
                    "permission-v2",
                    "context-standalone-patient",
                ],
            }
        )

    async def jwks(self, request: Request) -> Response:
        """The public half of the key that signs identity tokens."""
        if request.path_params["ods"] not in self._identity.names:
            return _not_here()
        return JSONResponse(self._identity.key.public())

    async def ask(self, request: Request) -> Response:
        """Show the sign-in page, or refuse the request for one."""
        asked = self._asked(request)
        if isinstance(asked, Response):
            return asked
        to_patients = asked.client.client_id == PATIENT.client_id
        notice = await self._notice(request.path_params["ods"]) if to_patients else ""
        return self._page(request, asked, notice=notice)

    async def answer(self, request: Request) -> Response:
        """Take the form of the sign-in page."""
        asked = self._asked(request)
        if isinstance(asked, Response):
            return asked
        ods, query = request.path_params["ods"], request.url.query
        form = dict(parse_qsl(await _form(request) or "", keep_blank_values=True))
        if form.get("act") == "cancel":
            return _go(self._identity.oauth(ods).refused(asked, query, "access_denied"))
        try:
            account = await self._account(request, asked, form)
        except _Again as again:
            return self._page(request, asked, user=form.get("user", ""), problem=str(again))
        if not scopes.grant(asked.scopes, account.role):
            return _go(self._identity.oauth(ods).refused(asked, query, "invalid_scope"))
        location = await self._identity.accept(ods, query, asked, account, _address(request))
        log.info("signed in", extra={"fields": {"ods": ods, "role": account.role.value}})
        gone = _go(location)
        gone.delete_cookie(_COOKIE, secure=True, httponly=True, samesite="lax")
        return gone

    async def _account(self, request: Request, asked: Asked, form: Mapping[str, str]) -> Account:
        """Whose sign-in this is; `_Again` says what is wrong with the form."""
        cookie = request.cookies.get(_COOKIE, "")
        if not self._seal.fits(cookie, request.url.query, form.get("token", "")):
            raise _Again("This page stood open for too long. Enter your password again.")
        user, password = form.get("user", ""), form.get("password", "")
        if not user.strip() or not password:
            raise _Again("Enter your user name and your password.")
        ods = request.path_params["ods"]
        try:
            found = await self._identity.check(ods, user, password)
        except TooBusy as busy:
            raise _Again("Too many people are signing in. Wait a minute, then try again.") from busy
        if isinstance(found, Wrong):
            log.warning("sign-in refused", extra={"fields": {"ods": ods}})
            await self._failed(request, asked, found.account, "wrong name or password")
            raise _Again(_refusal(found.locked_until, self._identity.now()))
        if found.account.role not in asked.client.roles:
            await self._failed(request, asked, found.account, "not an account for this program")
            raise _Again(f"This account cannot be used to sign in to {asked.client.name}.")
        return found.account

    async def _failed(
        self, request: Request, asked: Asked, account: Account | None, fault: str
    ) -> None:
        tried = Tried(asked.client.client_id, _address(request), account, fault)
        await self._identity.note(request.path_params["ods"], tried)

    async def token(self, request: Request) -> Response:
        """The token endpoint."""
        return await self._machine(request, self._identity.token)

    async def revoke(self, request: Request) -> Response:
        """The revocation endpoint."""
        return await self._machine(request, self._identity.revoke)

    async def _machine(self, request: Request, answer: "_Endpoint") -> Response:
        ods = request.path_params["ods"]
        if ods not in self._identity.names:
            return _not_here()
        body = await _form(request)
        if body is None:
            return JSONResponse(
                {
                    "error": "invalid_request",
                    "error_description": f"a form of at most {LONGEST_FORM} bytes is expected",
                },
                400,
                headers=_NO_STORE,
            )
        given = await answer(ods, body)
        return Response(
            given.body, given.status, headers={**given.headers, **_NO_STORE}, media_type=None
        )

    def _asked(self, request: Request) -> Asked | Response:
        ods = request.path_params["ods"]
        name = self._identity.names.get(ods)
        if name is None:
            return self._pages.problem(
                practice="", text="There is no practice at this address.", status=404
            )
        try:
            return self._identity.oauth(ods).asked(request.url.query)
        except Unsound:
            return self._pages.problem(
                practice=name,
                text="The program that sent you here is not known to this practice, so nobody "
                "can sign in through it. Close this page and start again from Reception.",
                status=400,
            )
        except SentBack as back:
            return _go(back.location)

    def _page(
        self,
        request: Request,
        asked: Asked,
        *,
        user: str = "",
        problem: str = "",
        notice: str = "",
    ) -> Response:
        cookie = request.cookies.get(_COOKIE) or secrets.token_urlsafe(16)
        page = self._pages.sign_in(
            practice=self._identity.names[request.path_params["ods"]],
            client=asked.client.name,
            token=self._seal.make(cookie, request.url.query),
            user=user[:64],
            problem=problem,
            notice=notice,
            returns_to=asked.redirect_uri.removesuffix("/callback"),
            status=400 if problem else 200,
        )
        page.set_cookie(
            _COOKIE, cookie, max_age=PAGE_GOOD_S, secure=True, httponly=True, samesite="lax"
        )
        return page


class _Again(Exception):
    """The form is shown once more; the message is what stands above it."""


class _Endpoint(Protocol):
    async def __call__(self, ods: str, body: str) -> Answer: ...


class _Seal:
    """Proves that a form came from a page this process made, for this browser and request."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def make(self, cookie: str, query: str) -> str:
        """What goes into the page's form."""
        return self._sealed(cookie, query, int(time.monotonic()))

    def fits(self, cookie: str, query: str, token: str) -> bool:
        """Whether the form came from that page, not long ago."""
        made_at, _, _ = token.partition(".")
        if not (made_at.isascii() and made_at.isdecimal() and len(made_at) < 16 and cookie):
            return False
        fresh = 0 <= time.monotonic() - int(made_at) <= PAGE_GOOD_S
        return fresh and hmac.compare_digest(
            token.encode(), self._sealed(cookie, query, int(made_at)).encode()
        )

    def _sealed(self, cookie: str, query: str, made_at_s: int) -> str:
        content = json.dumps([cookie, query, made_at_s]).encode()
        return f"{made_at_s}.{hmac.new(self._key, content, hashlib.sha256).hexdigest()}"


_NO_STORE: Final[Mapping[str, str]] = {"Cache-Control": "no-store", "Pragma": "no-cache"}


async def _form(request: Request) -> str | None:
    """The body of a small form; None for anything else."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != _FORM_TYPE:
        return None
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_FORM:
            return None
    try:
        return body.decode("ascii")
    except UnicodeDecodeError:
        return None


def _address(request: Request) -> str:
    return request.client.host if request.client is not None else ""


def _go(location: str) -> Response:
    # 303: the browser must not send the form on to the program on the desk.
    return RedirectResponse(location, 303, headers=_NO_STORE)


def _not_here() -> Response:
    return JSONResponse({"error": "There is no practice at this address."}, 404)


def _refusal(locked_until: datetime | None, now: datetime) -> str:
    wrong = "The user name or the password is not right."
    if locked_until is None:
        return wrong
    minutes = max(1, -int(-(locked_until - now).total_seconds() // 60))
    wait = "1 minute" if minutes == 1 else f"{minutes} minutes"
    return f"Too many wrong passwords. Wait {wait}, then try again."
