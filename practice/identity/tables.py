"""The tables of identity. Every key begins with the practice; moments are ms since the epoch.

A token or a code is never kept, only its SHA-256: whoever reads the database cannot act as anybody.
"""

import sqlalchemy as sa

from practice.store import metadata

account = sa.Table(
    "identity_account",
    metadata,
    sa.Column("ods", sa.String(16), primary_key=True),
    sa.Column("user", sa.String(64), primary_key=True),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("reference", sa.String(128), nullable=False),
    sa.Column("display", sa.String(200), nullable=False),
    sa.Column("patient", sa.String(64)),
    sa.Column("password_hash", sa.String(200)),
    sa.Column("disabled", sa.Boolean, nullable=False, default=False),
)

failure = sa.Table(
    "identity_failure",
    metadata,
    sa.Column("ods", sa.String(16), primary_key=True),
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("count", sa.Integer, nullable=False),
    sa.Column("locked_until", sa.BigInteger, nullable=False),
)

grant = sa.Table(
    "identity_grant",
    metadata,
    sa.Column("ods", sa.String(16), primary_key=True),
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("user", sa.String(64), nullable=False),
    sa.Column("client_id", sa.String(64), nullable=False),
    sa.Column("revoked", sa.Boolean, nullable=False, default=False),
    sa.Column("expires", sa.BigInteger, nullable=False),
)
sa.Index(None, grant.c.ods, grant.c.user)

code = sa.Table(
    "identity_code",
    metadata,
    sa.Column("ods", sa.String(16), primary_key=True),
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column("grant_id", sa.String(32), nullable=False),
    sa.Column("redirect_uri", sa.String(200), nullable=False),
    sa.Column("challenge", sa.String(128), nullable=False),
    sa.Column("scopes", sa.Text, nullable=False),
    sa.Column("nonce", sa.String(200)),
    sa.Column("expires", sa.BigInteger, nullable=False),
    sa.Column("used", sa.Boolean, nullable=False, default=False),
)

token = sa.Table(
    "identity_token",
    metadata,
    sa.Column("ods", sa.String(16), primary_key=True),
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column("kind", sa.String(8), nullable=False),
    sa.Column("grant_id", sa.String(32), nullable=False),
    sa.Column("scopes", sa.Text, nullable=False),
    sa.Column("expires", sa.BigInteger, nullable=False),
    sa.Column("used", sa.Boolean, nullable=False, default=False),
)
sa.Index(None, token.c.ods, token.c.expires)

change = sa.Table(
    "identity_change",
    metadata,
    sa.Column("ods", sa.String(16), primary_key=True),
    sa.Column("number", sa.BigInteger, nullable=False),
)
