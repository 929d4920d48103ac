"""Who is who: sign-ins, tokens and the accounts behind them."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from contract.codes import Role
from contract.errors import ErrorCode
from practice.identity import accounts, clients, grants, scopes
from practice.identity.accounts import Account, Locked
from practice.identity.keys import SigningKey
from practice.identity.oauth import Answer, Asked, OAuth
from practice.identity.passwords import LONGEST, SHORTEST, Passwords
from practice.identity.trail import Tried
from practice.refusal import Refusal
from practice.rules.caller import Caller
from practice.store import Store, Unit
from practice.trouble import Trouble

WATCH_S: Final = 1.0
"""How often the service looks whether a command has ended somebody's tokens."""
TIDY_ROUNDS: Final = 600
COMMAND_TOKEN_S: Final = 12 * 3600
"""A token from `practice token` lasts a working day."""
_MOST_CACHED: Final = 20_000

log = logging.getLogger("practice.identity")


def wall_ms() -> int:
    """The machine's time, ms since the epoch."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The password was right."""

    account: Account


@dataclass(frozen=True, slots=True)
class Wrong:
    """The name or the password is wrong, or no try is allowed now.

    Attributes:
        locked_until: when the next try is allowed; None for now.
        account: whose name was given, if it is anybody's.
    """

    locked_until: datetime | None = None
    account: Account | None = None


class Identity:
    """Accounts and tokens of every practice of a store. Implements `rules.caller.Callers`.

    A token that was seen once is known without asking the database. Whatever ends tokens in this
    process empties that memory at once; what another process ends is noticed within `WATCH_S`.

    Args:
        store: where accounts and token hashes are kept.
        key: signs identity tokens.
        base_of: a practice's FHIR base URL by its ODS code.
        names: the practices' names by ODS code.
        wall: the machine's time in ms; token lifetimes run on it.
        passwords: makes and checks the hashes; ended by `close`.
    """

    def __init__(
        self,
        store: Store,
        key: SigningKey,
        base_of: Callable[[str], str],
        names: Mapping[str, str],
        *,
        wall: Callable[[], int] = wall_ms,
        passwords: Passwords | None = None,
    ) -> None:
        self.key = key
        self.names = dict(names)
        self._store = store
        self._base_of = base_of
        self._wall = wall
        self._passwords = passwords or Passwords()
        self._held: dict[tuple[str, str], grants.Held] = {}
        self._seen: dict[str, int] = {}
        self._generation = 0
        self._listeners: list[Callable[[str], None]] = []
        self._watching: asyncio.Task[None] | None = None

    # Life

    async def start(self) -> None:
        """Begin to watch for what other processes end."""
        for ods in self.names:
            self._seen[ods] = await self._store.read(ods, grants.change_number)
        await self._passwords.warm()
        self._watching = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """End the watch."""
        if self._watching is not None:
            self._watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watching
            self._watching = None

    def close(self) -> None:
        """End the threads that check passwords."""
        self._passwords.close()

    def on_ended(self, listener: Callable[[str], None]) -> None:
        """Call *listener* with the ODS code, on the event loop, when tokens may have ended."""
        self._listeners.append(listener)

    # Callers

    async def caller(self, ods: str, authorization: str | None) -> Caller:
        """The caller behind an Authorization header.

        Raises:
            Refusal: 401 SEND_UNAUTHORIZED, with WWW-Authenticate.
        """
        secret = _bearer(authorization)
        if secret is None:
            raise _unauthorized(ods, "Sign in first.", "")
        held = await self._find(ods, grants.hash_of(secret))
        if held is None:
            raise _unauthorized(
                ods, "This sign-in has ended. Sign in again.", ', error="invalid_token"'
            )
        return held.caller

    async def lasts(self, ods: str, session: str) -> bool:
        """Whether the sign-in behind `Caller.session` still stands."""
        now_ms = self._wall()
        return await self._store.read(ods, lambda unit: grants.lasts(unit, session, now_ms))

    # Accounts, for commands and for the demonstration; none of these may run on the event loop

    def add_account(
        self,
        ods: str,
        user: str,
        password: str | None,
        role: Role,
        reference: str,
        display: str,
        patient: str | None = None,
    ) -> Account:
        """Make an account; without a password nobody can sign in to it.

        Raises:
            Trouble: the name is taken or unfit, or the password too short or too long.
        """
        account = Account(accounts.normal(user), role, reference, display, patient)
        self.add_accounts(ods, [(account, password)])
        return account

    def add_staff(
        self, ods: str, user: str, password: str, role: Role, display: str, reference: str | None
    ) -> Account:
        """Make a staff account, and its Practitioner where there is no *reference* to one.

        Raises:
            Trouble: as `add_account`, or *reference* is nobody.
        """
        password_hash = self._hash(password)

        def work(unit: Unit) -> Account:
            whose = reference or _new_practitioner(unit, display)
            kind, _, found_id = whose.partition("/")
            if kind != "Practitioner" or unit.get(kind, found_id) is None:
                raise Trouble(f"There is no {whose} in this practice.")
            account = Account(accounts.normal(user), role, whose, display)
            accounts.add(unit, [(account, password_hash)])
            return account

        return self._store.write_now(ods, work)

    def add_accounts(self, ods: str, new: Iterable[tuple[Account, str | None]]) -> None:
        """Make many accounts at once, each with its password or None.

        Raises:
            Trouble: as `add_account`; then none is made.
        """
        hashed = [(account, self._hash(password)) for account, password in new]
        self._store.write_now(ods, lambda unit: accounts.add(unit, hashed))

    def staff(self, ods: str) -> list[Account]:
        """Every staff account, by name."""
        return self._store.read_now(ods, lambda unit: accounts.every(unit, staff_only=True))

    def disable(self, ods: str, user: str) -> Account:
        """End an account and all its tokens.

        Raises:
            Trouble: there is no such account.
        """

        def work(unit: Unit) -> Account | None:
            found = accounts.disable(unit, accounts.normal(user))
            if found is not None:
                grants.revoke_all_of(unit, found.user)
            return found

        found = self._store.write_now(ods, work)
        self._forget(ods)
        if found is None:
            raise Trouble(f"There is no account named {user}.")
        return found

    def issue(
        self,
        ods: str,
        user: str,
        client_id: str,
        wanted: Sequence[str] | None = None,
        *,
        seconds: int = grants.ACCESS_S,
        by: str = "",
    ) -> str:
        """An access token for an account, without its password.

        It stands in the trail like a sign-in, which it is.

        Args:
            ods: the practice.
            user: account name.
            client_id: the client the token is for.
            wanted: scopes; None for all that the role may hold.
            seconds: lifetime.
            by: who asked for it at the machine, as far as that is known.

        Raises:
            Trouble: there is no such account, or it is disabled, or it may not use the client.
        """
        secret = grants.new_secret()
        name = accounts.normal(user)

        def work(unit: Unit) -> None:
            account = accounts.find(unit, name)
            if account is None or account.disabled:
                raise Trouble(f"There is no account named {user} that may act.")
            client = clients.EVERY.get(client_id)
            if client is None or account.role not in client.roles:
                raise Trouble(f"{user} may not act through {client_id}.")
            granted = scopes.grant(
                sorted(scopes.allowed(account.role)) if wanted is None else wanted, account.role
            )
            expires = self._wall() + seconds * 1000
            grant_id = grants.begin(unit, name, client_id, expires)
            grants.save_token(unit, secret, "access", grant_id, granted, expires)
            Tried(client_id, "", account, by=by).write(unit)

        self._store.write_now(ods, work)
        return secret

    # Sign-in, for the HTTP routes

    def now(self) -> datetime:
        """The practice's time, on which lock-outs run."""
        return self._store.clock.now()

    def oauth(self, ods: str) -> OAuth:
        """The OAuth rules of one practice."""
        return OAuth(self._base_of(ods), self.key, self._wall)

    async def check(self, ods: str, user: str, password: str) -> SignedIn | Wrong:
        """Try a password. Takes as long, and locks as soon, for a name that does not exist.

        Raises:
            TooBusy: too many are trying at once; the try has not been made, but counts.
        """
        name = accounts.normal(user)
        now = self.now()
        attempt = await self._store.write(ods, lambda unit: accounts.begin_attempt(unit, name, now))
        if isinstance(attempt, Locked):
            return Wrong(attempt.until, attempt.account)
        fits = len(password) <= LONGEST
        right = await self._passwords.matches(
            attempt.password_hash if fits else None, password[:LONGEST]
        )
        if not right or attempt.account is None:
            return Wrong(attempt.locked_until, attempt.account)
        return SignedIn(attempt.account)

    async def note(self, ods: str, tried: Tried) -> None:
        """Write a try at signing in into the audit trail."""
        await self._store.write(ods, tried.write)

    async def accept(
        self, ods: str, query: str, asked: Asked, account: Account, address: str = ""
    ) -> str:
        """Finish a sign-in; answers where the browser goes."""
        oauth = self.oauth(ods)
        granted = scopes.grant(asked.scopes, account.role)

        def work(unit: Unit) -> str:
            accounts.forget_failures(unit, account.user)
            Tried(asked.client.client_id, address, account).write(unit)
            return oauth.accepted(unit, query, account, granted)

        return await self._store.write(ods, work)

    async def token(self, ods: str, body: str) -> Answer:
        """Answer the token endpoint."""
        oauth = self.oauth(ods)
        return await self._answered(ods, lambda unit: oauth.token(unit, body))

    async def revoke(self, ods: str, body: str) -> Answer:
        """Answer the revocation endpoint."""
        oauth = self.oauth(ods)
        return await self._answered(ods, lambda unit: oauth.revoke(unit, body))

    async def _answered(self, ods: str, answer: Callable[[Unit], Answer]) -> Answer:
        """What *answer* says, and nothing remembered of what it has ended."""

        def work(unit: Unit) -> tuple[Answer, bool]:
            before = grants.change_number(unit)
            return answer(unit), grants.change_number(unit) != before

        given, ended = await self._store.write(ods, work)
        if ended:
            self._forget(ods)
        return given

    # What is remembered

    async def _find(self, ods: str, token_hash: str) -> grants.Held | None:
        now_ms = self._wall()
        held = self._held.get((ods, token_hash))
        if held is not None and held.expires_ms > now_ms:
            return held
        generation = self._generation
        held = await self._store.read(ods, lambda unit: grants.held(unit, token_hash, now_ms))
        if held is not None and generation == self._generation:
            if len(self._held) >= _MOST_CACHED:
                self._held.clear()
            self._held[ods, token_hash] = held
        return held

    def _forget(self, ods: str) -> None:
        self._generation += 1
        for known in [known for known in self._held if known[0] == ods]:
            del self._held[known]
        for listener in self._listeners:
            listener(ods)

    async def _watch(self) -> None:
        rounds = 0
        while True:
            await asyncio.sleep(WATCH_S)
            rounds += 1
            for ods in self.names:
                try:
                    number = await self._store.read(ods, grants.change_number)
                    if number != self._seen[ods]:
                        self._seen[ods] = number
                        self._forget(ods)
                    if rounds % TIDY_ROUNDS == 0:
                        await self._store.write(ods, self._tidy)
                except Exception:  # one failed look must not end the watch
                    log.exception("could not look for ended tokens")
                    self._forget(ods)

    def _tidy(self, unit: Unit) -> None:
        grants.tidy(unit, self._wall())

    def _hash(self, password: str | None) -> str | None:
        if password is None:
            return None
        if not SHORTEST <= len(password) <= LONGEST:
            raise Trouble(f"A password has {SHORTEST} to {LONGEST} characters.")
        return self._passwords.hash(password)


def _new_practitioner(unit: Unit, display: str) -> str:
    *given, family = display.split() or [display]
    name = {"text": display, "family": family} | ({"given": given} if given else {})
    return unit.create({"resourceType": "Practitioner", "active": True, "name": [name]}).reference


def _bearer(authorization: str | None) -> str | None:
    scheme, _, secret = (authorization or "").partition(" ")
    secret = secret.strip()
    return secret if scheme.lower() == "bearer" and secret else None


def _unauthorized(ods: str, text: str, error: str) -> Refusal:
    return Refusal(
        401,
        "login",
        ErrorCode.SEND_UNAUTHORIZED,
        text,
        headers={"WWW-Authenticate": f'Bearer realm="{_realm(ods)}"{error}'},
    )


def _realm(ods: str) -> str:
    return "".join(letter for letter in ods if letter.isascii() and letter.isalnum())
