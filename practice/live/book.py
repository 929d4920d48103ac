"""What the database knows of subscriptions: where each began, and which tokens bind to it.

Plain functions of a unit.
"""

import hashlib
import secrets
from datetime import timedelta
from typing import Final

import msgspec
import sqlalchemy as sa

from contract.errors import ErrorCode
from practice.clock import instant
from practice.live import tables
from practice.live.binding import Binding, end_of
from practice.refusal import Refusal
from practice.rules.caller import Caller
from practice.rules.rights import denied, require_scope
from practice.store import Stored, Tree, Unit
from practice.store.dates import moment, ms

BINDING: Final = timedelta(minutes=15)
"""How long a binding lasts before it has to be renewed."""

_c, _t = tables.subscription.c, tables.token.c


def follow(unit: Unit, caller: Caller, stored: Stored) -> None:
    """Note where a new Subscription begins; forget a removed one. An `AfterWrite` of the gate.

    Raises:
        Refusal: 404, it is somebody else's.
    """
    if stored.type != "Subscription":
        return
    if stored.method == "POST":
        unit.connection.execute(
            sa.insert(tables.subscription).values(
                ods=unit.ods, id=stored.id, base=unit.counter(), user=caller.user
            )
        )
        return
    _base(unit, caller, stored.id)
    if stored.method == "DELETE":
        for table, held in ((tables.subscription, _c.id), (tables.token, _t.subscription)):
            unit.connection.execute(
                sa.delete(table).where(table.c.ods == unit.ods, held == stored.id)
            )


def opened(unit: Unit, caller: Caller, subscription_id: str) -> tuple[Tree, int]:
    """The caller's own Subscription, and the change number it began at.

    Raises:
        Refusal: 403 to patients; 404, there is no such one; 410, it has ended.
    """
    if caller.patient is not None:
        raise denied("Live updates are for the practice's staff.")
    require_scope(caller, "Subscription", "r")
    base = _base(unit, caller, subscription_id)
    held = unit.get("Subscription", subscription_id)
    if held is None:
        raise _unknown(subscription_id)
    tree = held.tree()
    ends = end_of(tree)
    if tree.get("status") == "off" or (ends is not None and ends <= unit.now):
        raise Refusal(
            410, "deleted", ErrorCode.NO_RECORD_FOUND, "That subscription has ended; make another."
        )
    return tree, base


def issue(unit: Unit, caller: Caller, subscription_id: str, url: str) -> Tree:
    """A fresh binding token, as `$get-ws-binding-token` answers it.

    Raises:
        Refusal: as `opened`.
    """
    opened(unit, caller, subscription_id)
    secret = secrets.token_urlsafe(32)
    expires = unit.now + BINDING
    unit.connection.execute(
        sa.delete(tables.token).where(_t.ods == unit.ods, _t.expires < ms(unit.now))
    )
    unit.connection.execute(
        sa.insert(tables.token).values(
            ods=unit.ods,
            hash=_hash(secret),
            subscription=subscription_id,
            caller=msgspec.json.encode(caller),
            expires=ms(expires),
        )
    )
    return {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "token", "valueString": secret},
            {"name": "expiration", "valueDateTime": instant(expires)},
            {
                "name": "subscription",
                "valueReference": {"reference": f"Subscription/{subscription_id}"},
            },
            {"name": "websocket-url", "valueUrl": url},
        ],
    }


def redeem(unit: Unit, secret: str) -> Binding | None:
    """The binding a token stands for; None for one that is used, old, or never was.

    The first one makes the Subscription active.
    """
    row = unit.connection.execute(
        sa.select(tables.token).where(_t.ods == unit.ods, _t.hash == _hash(secret))
    ).one_or_none()
    if row is None:
        return None
    unit.connection.execute(sa.delete(tables.token).where(_t.ods == unit.ods, _t.hash == row.hash))
    caller = msgspec.json.decode(row.caller, type=Caller)
    expires = moment(row.expires)
    if expires <= unit.now:
        return None
    try:
        tree, base = opened(unit, caller, row.subscription)
    except Refusal:
        return None  # the subscription ended meanwhile
    if tree.get("status") != "active":
        tree = unit.update({**tree, "status": "active"}).tree()
    return Binding.of(tree, base, caller, expires)


def _base(unit: Unit, caller: Caller, subscription_id: str) -> int:
    row = unit.connection.execute(
        sa.select(_c.base, _c.user).where(_c.ods == unit.ods, _c.id == subscription_id)
    ).one_or_none()
    if row is None or row.user != caller.user:
        raise _unknown(subscription_id)
    return int(row.base)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _unknown(subscription_id: str) -> Refusal:
    return Refusal(
        404,
        "not-found",
        ErrorCode.NO_RECORD_FOUND,
        f"There is no Subscription/{subscription_id}.",
    )
