"""Accounts and their lock-outs, as plain functions of a unit of work."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from contract.codes import Role
from practice.identity import tables
from practice.store import Unit
from practice.trouble import Trouble

FREE_FAILURES: Final = 5
"""So many wrong passwords in a row lock an account."""
LONGEST_LOCK_MIN: Final = 15
_USER: Final = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who can sign in, or act with tokens made for them.

    Attributes:
        user: account name, unique in the practice.
        role: its one role.
        reference: `Practitioner/<id>`, `Patient/<id>` or, for a proxy, `RelatedPerson/<id>`.
        display: name as others see it.
        patient: id of the patient a patient account acts for; None for staff.
        disabled: may no longer sign in nor act.
    """

    user: str
    role: Role
    reference: str
    display: str
    patient: str | None = None
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at a password, already counted.

    Attributes:
        account: None when there is no such account.
        password_hash: None when no password can be right.
        locked_until: the account is locked from now on unless this try succeeds.
    """

    account: Account | None
    password_hash: str | None
    locked_until: datetime | None


@dataclass(frozen=True, slots=True)
class Locked:
    """No try is allowed before *until*, of the practice's time; *account* as in Attempt."""

    until: datetime
    account: Account | None = None


def normal(user: str) -> str:
    """*user* as it is kept: small letters, no space around it."""
    return user.strip().casefold()


def add(unit: Unit, accounts: Iterable[tuple[Account, str | None]]) -> None:
    """Keep new accounts, each with the hash of its password or None.

    Raises:
        Trouble: a name is taken or is no name; a patient account without its patient.
    """
    rows: list[dict[str, Any]] = []
    for account, password_hash in accounts:
        if not _USER.fullmatch(account.user):
            raise Trouble(
                f"{account.user!r} is not a user name: small letters, digits, dot, dash, @."
            )
        if (account.role is Role.PATIENT) != (account.patient is not None):
            raise Trouble("A patient account needs its patient, and no other account has one.")
        rows.append(
            {
                "ods": unit.ods,
                "user": account.user,
                "role": account.role.value,
                "reference": account.reference,
                "display": account.display,
                "patient": account.patient,
                "password_hash": password_hash,
                "disabled": account.disabled,
            }
        )
    if not rows:
        return
    try:
        unit.connection.execute(sa.insert(tables.account), rows)
    except sa.exc.IntegrityError as fault:
        names = ", ".join(row["user"] for row in rows[:3])
        raise Trouble(f"The user name {names} is already taken.") from fault


def find(unit: Unit, user: str) -> Account | None:
    """The account of that name."""
    row = _row(unit, user)
    return None if row is None else _account(row)


def every(unit: Unit, *, staff_only: bool = False) -> list[Account]:
    """All accounts, by name."""
    wanted = sa.select(tables.account).where(tables.account.c.ods == unit.ods)
    if staff_only:
        wanted = wanted.where(tables.account.c.role != Role.PATIENT.value)
    rows = unit.connection.execute(wanted.order_by(tables.account.c.user))
    return [_account(row) for row in rows]


def disable(unit: Unit, user: str) -> Account | None:
    """Let the account act no more; None when there is no such account."""
    found = find(unit, user)
    if found is not None:
        unit.connection.execute(
            sa.update(tables.account)
            .where(tables.account.c.ods == unit.ods, tables.account.c.user == user)
            .values(disabled=True)
        )
    return found


def begin_attempt(unit: Unit, user: str, now: datetime) -> Attempt | Locked:
    """Count one try before its password is checked, so that tries at once cannot slip through.

    A name that does not exist locks just like one that does. *now* is the practice's time.
    """
    row = _row(unit, user)
    name = user if row is not None else _bucket(user)
    kept = unit.connection.execute(
        sa.select(tables.failure).where(
            tables.failure.c.ods == unit.ods, tables.failure.c.name == name
        )
    ).one_or_none()
    count: int = 1 if kept is None else kept._mapping["count"] + 1
    # A lock that is longer than any we make was made before the clock was set back.
    left_ms = 0 if kept is None else kept.locked_until - _ms(now)
    if 0 < left_ms <= LONGEST_LOCK_MIN * 60_000:
        until = now + timedelta(milliseconds=left_ms)
        return Locked(until, None if row is None else _account(row))
    locked_until = now + lock_for(count)
    values = {"count": count, "locked_until": _ms(locked_until)}
    if kept is None:
        unit.connection.execute(sa.insert(tables.failure).values(ods=unit.ods, name=name, **values))
    else:
        unit.connection.execute(
            sa.update(tables.failure)
            .where(tables.failure.c.ods == unit.ods, tables.failure.c.name == name)
            .values(**values)
        )
    lock = locked_until if count >= FREE_FAILURES else None
    if row is None:
        return Attempt(None, None, lock)
    found = _account(row)
    return Attempt(found, None if found.disabled else row.password_hash, lock)


def forget_failures(unit: Unit, user: str) -> None:
    """The password was right: start counting anew."""
    unit.connection.execute(
        sa.delete(tables.failure).where(
            tables.failure.c.ods == unit.ods, tables.failure.c.name == user
        )
    )


def lock_for(failures: int) -> timedelta:
    """How long a name is locked after so many failures in a row: 1, 2, 4 ... 15 minutes."""
    if failures < FREE_FAILURES:
        return timedelta()
    return timedelta(minutes=min(2 ** min(failures - FREE_FAILURES, 10), LONGEST_LOCK_MIN))


def _bucket(user: str) -> str:
    # Names that do not exist share 4,096 counters, so that guessing cannot fill the disk. The
    # question mark keeps them apart from real names.
    return "?" + hashlib.sha256(user.encode("utf-8", "replace")).hexdigest()[:3]


def _row(unit: Unit, user: str) -> Any:
    return unit.connection.execute(
        sa.select(tables.account).where(
            tables.account.c.ods == unit.ods, tables.account.c.user == user
        )
    ).one_or_none()


def _account(row: Any) -> Account:
    return Account(
        row.user, Role(row.role), row.reference, row.display, row.patient, bool(row.disabled)
    )


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
