"""Grants, codes and tokens, as plain functions of a unit of work.

A grant is one sign-in; its code and all tokens that came of it are its family, and end together.
Lifetimes run on the machine's clock, handed in as *now_ms*: the practice's own may be set, or run
ten times as fast, and a token must last a client what `expires_in` said.
"""

import hashlib
import secrets
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from contract.codes import Role
from practice.identity import tables
from practice.rules.caller import Caller
from practice.store import Unit

CODE_S: Final = 60
ACCESS_S: Final = 900
REFRESH_S: Final = 30 * 24 * 3600
"""A desk that is not used for thirty days signs in with the password again."""
_KEPT_MS: Final = 24 * 3600 * 1000
"""What has expired is kept a day longer, so that its reuse is still noticed."""


@dataclass(frozen=True, slots=True)
class Code:
    """What a code stands for."""

    grant_id: str
    user: str
    client_id: str
    redirect_uri: str
    challenge: str
    scopes: tuple[str, ...]
    nonce: str | None


@dataclass(frozen=True, slots=True)
class Refresh:
    """What a refresh token stands for."""

    grant_id: str
    user: str
    client_id: str
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """An access token's caller and its end."""

    caller: Caller
    grant_id: str
    expires_ms: int


def hash_of(secret: str) -> str:
    """What is kept of a token or a code."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def new_secret() -> str:
    """A new token or code: 256 random bits."""
    return secrets.token_urlsafe(32)


def begin(unit: Unit, user: str, client_id: str, expires_ms: int) -> str:
    """A new grant; answers its id."""
    grant_id = uuid.uuid4().hex
    unit.connection.execute(
        sa.insert(tables.grant).values(
            ods=unit.ods,
            id=grant_id,
            user=user,
            client_id=client_id,
            revoked=False,
            expires=expires_ms,
        )
    )
    return grant_id


def save_code(unit: Unit, secret: str, code: Code, now_ms: int) -> None:
    """Keep a code that is good for a minute, once."""
    unit.connection.execute(
        sa.insert(tables.code).values(
            ods=unit.ods,
            hash=hash_of(secret),
            grant_id=code.grant_id,
            redirect_uri=code.redirect_uri,
            challenge=code.challenge,
            scopes=" ".join(code.scopes),
            nonce=code.nonce,
            expires=now_ms + CODE_S * 1000,
            used=False,
        )
    )


def redeem_code(unit: Unit, secret: str, client_id: str, now_ms: int) -> Code | None:
    """What the code stands for, the first time it is shown; it is spent by that.

    Shown again, it takes with it every token that came of it.
    """
    row = unit.connection.execute(
        sa.select(tables.code, tables.grant.c.user, tables.grant.c.client_id)
        .join_from(tables.code, tables.grant, _same_grant(tables.code))
        .where(tables.code.c.ods == unit.ods, tables.code.c.hash == hash_of(secret))
        .where(sa.not_(tables.grant.c.revoked))
    ).one_or_none()
    if row is None:
        return None
    if row.used:
        revoke(unit, row.grant_id)
        return None
    unit.connection.execute(
        sa.update(tables.code)
        .where(tables.code.c.ods == unit.ods, tables.code.c.hash == row.hash)
        .values(used=True)
    )
    if row.expires <= now_ms or row.client_id != client_id:
        return None
    return Code(
        row.grant_id,
        row.user,
        row.client_id,
        row.redirect_uri,
        row.challenge,
        tuple(row.scopes.split()),
        row.nonce,
    )


def save_token(
    unit: Unit,
    secret: str,
    kind: str,
    grant_id: str,
    scopes: Iterable[str],
    expires_ms: int,
) -> None:
    """Keep a token; *kind* is `access` or `refresh`. Its grant lasts as long as the token."""
    unit.connection.execute(
        sa.insert(tables.token).values(
            ods=unit.ods,
            hash=hash_of(secret),
            kind=kind,
            grant_id=grant_id,
            scopes=" ".join(scopes),
            expires=expires_ms,
            used=False,
        )
    )
    unit.connection.execute(
        sa.update(tables.grant)
        .where(tables.grant.c.ods == unit.ods, tables.grant.c.id == grant_id)
        .where(tables.grant.c.expires < expires_ms)
        .values(expires=expires_ms)
    )


def redeem_refresh(unit: Unit, secret: str, client_id: str, now_ms: int) -> Refresh | None:
    """What the refresh token stands for, the first time it is shown; it is spent by that.

    Shown again, by a thief or by the one who was robbed, it ends the whole family.
    """
    row = unit.connection.execute(
        sa.select(tables.token, tables.grant.c.user, tables.grant.c.client_id)
        .join_from(tables.token, tables.grant, _same_grant(tables.token))
        .where(tables.token.c.ods == unit.ods, tables.token.c.hash == hash_of(secret))
        .where(tables.token.c.kind == "refresh", sa.not_(tables.grant.c.revoked))
    ).one_or_none()
    if row is None or row.client_id != client_id or row.expires <= now_ms:
        return None
    if row.used:
        revoke(unit, row.grant_id)
        return None
    unit.connection.execute(
        sa.update(tables.token)
        .where(tables.token.c.ods == unit.ods, tables.token.c.hash == row.hash)
        .values(used=True)
    )
    return Refresh(row.grant_id, row.user, row.client_id, tuple(row.scopes.split()))


def grant_of(unit: Unit, secret: str, client_id: str) -> str | None:
    """The grant that a token, access or refresh, belongs to; None if it is not that client's."""
    return unit.connection.execute(
        sa.select(tables.grant.c.id)
        .join_from(tables.token, tables.grant, _same_grant(tables.token))
        .where(tables.token.c.ods == unit.ods, tables.token.c.hash == hash_of(secret))
        .where(tables.grant.c.client_id == client_id)
    ).scalar_one_or_none()


def revoke(unit: Unit, grant_id: str) -> None:
    """End a grant and its family."""
    unit.connection.execute(
        sa.update(tables.grant)
        .where(tables.grant.c.ods == unit.ods, tables.grant.c.id == grant_id)
        .values(revoked=True)
    )
    note_change(unit)


def revoke_all_of(unit: Unit, user: str) -> None:
    """End every grant of an account."""
    unit.connection.execute(
        sa.update(tables.grant)
        .where(tables.grant.c.ods == unit.ods, tables.grant.c.user == user)
        .values(revoked=True)
    )
    note_change(unit)


def held(unit: Unit, token_hash: str, now_ms: int) -> Held | None:
    """The caller behind an access token, if it is good now."""
    row = unit.connection.execute(
        sa.select(
            tables.token.c.scopes,
            tables.token.c.expires,
            tables.token.c.grant_id,
            tables.grant.c.client_id,
            tables.account,
        )
        .join_from(tables.token, tables.grant, _same_grant(tables.token))
        .join(tables.account, _its_account())
        .where(tables.token.c.ods == unit.ods, tables.token.c.hash == token_hash)
        .where(tables.token.c.kind == "access", tables.token.c.expires > now_ms)
        .where(sa.not_(tables.grant.c.revoked), sa.not_(tables.account.c.disabled))
    ).one_or_none()
    if row is None:
        return None
    caller = Caller(
        user=row.user,
        role=Role(row.role),
        reference=row.reference,
        display=row.display,
        client_id=row.client_id,
        scopes=frozenset(row.scopes.split()),
        patient=row.patient,
        session=row.grant_id,
    )
    return Held(caller, row.grant_id, row.expires)


def lasts(unit: Unit, grant_id: str, now_ms: int) -> bool:
    """Whether a sign-in still stands: not revoked, not run out, its account not disabled."""
    found = unit.connection.execute(
        sa.select(tables.grant.c.id)
        .join_from(tables.grant, tables.account, _its_account())
        .where(tables.grant.c.ods == unit.ods, tables.grant.c.id == grant_id)
        .where(sa.not_(tables.grant.c.revoked), tables.grant.c.expires > now_ms)
        .where(sa.not_(tables.account.c.disabled))
    ).first()
    return found is not None


def tidy(unit: Unit, now_ms: int) -> None:
    """Drop what has expired and can no longer be told from what never was."""
    for table in (tables.token, tables.code, tables.grant):
        unit.connection.execute(
            sa.delete(table).where(table.c.ods == unit.ods, table.c.expires < now_ms - _KEPT_MS)
        )


def note_change(unit: Unit) -> None:
    """Tell other processes on this database that a token may have ended."""
    raised = unit.connection.execute(
        sa.update(tables.change)
        .where(tables.change.c.ods == unit.ods)
        .values(number=tables.change.c.number + 1)
    )
    if raised.rowcount == 0:
        unit.connection.execute(sa.insert(tables.change).values(ods=unit.ods, number=1))


def change_number(unit: Unit) -> int:
    """How often something ended so far."""
    number = unit.connection.execute(
        sa.select(tables.change.c.number).where(tables.change.c.ods == unit.ods)
    ).scalar_one_or_none()
    return int(number or 0)


def _same_grant(table: sa.Table) -> Any:
    return sa.and_(tables.grant.c.ods == table.c.ods, tables.grant.c.id == table.c.grant_id)


def _its_account() -> Any:
    return sa.and_(
        tables.account.c.ods == tables.grant.c.ods, tables.account.c.user == tables.grant.c.user
    )
