"""Tables of the live room: where a subscription's count begins, and what binds a socket to it."""

import sqlalchemy as sa

from practice.store import metadata
from practice.store.tables import TEXT

subscription = sa.Table(
    "live_subscription",
    metadata,
    sa.Column("ods", TEXT, primary_key=True),
    sa.Column("id", TEXT, primary_key=True),
    sa.Column("base", sa.BigInteger, nullable=False),
    sa.Column("user", TEXT, nullable=False),
)
"""The practice's change number when a Subscription was made, and whose it is."""

token = sa.Table(
    "live_token",
    metadata,
    sa.Column("ods", TEXT, primary_key=True),
    sa.Column("hash", TEXT, primary_key=True),
    sa.Column("subscription", TEXT, nullable=False),
    sa.Column("caller", sa.LargeBinary, nullable=False),
    sa.Column("expires", sa.BigInteger, nullable=False),
)
"""Binding tokens that nobody has used yet; only their hashes. *expires*: ms since 1970 UTC."""
