"""The tables of the store. Every key begins with the practice (`ods`).

A resource has a short per-practice number, `row`, so that the search indexes stay small. Times
are whole milliseconds since 1970 UTC. Empty text stands for "none" inside keys.
"""

from typing import Final

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# Prefix searches are ranges, which need the order of code points on every database.
TEXT: Final = sa.String().with_variant(sa.String(collation="C"), "postgresql")
# SQLite makes an integer primary key of INTEGER only; none of ours is one, so BIGINT is safe.
NUMBER: Final = sa.BigInteger()

practice = sa.Table(
    "practice",
    metadata,
    sa.Column("ods", TEXT, primary_key=True),
    sa.Column("counter", NUMBER, nullable=False),
    sa.Column("rows", NUMBER, nullable=False),
    sa.Column("last_updated", NUMBER, nullable=False),
)

resource = sa.Table(
    "resource",
    metadata,
    sa.Column("ods", TEXT, primary_key=True),
    sa.Column("row", NUMBER, primary_key=True, autoincrement=False),
    sa.Column("type", TEXT, nullable=False),
    sa.Column("id", TEXT, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("last_updated", NUMBER, nullable=False),
    sa.Column("change", NUMBER),
    sa.Column("removed", sa.Boolean, nullable=False),
    sa.UniqueConstraint("ods", "type", "id"),
    sa.Index(None, "ods", "type", "last_updated", "row"),
    sqlite_with_rowid=False,
)
"""The current version of each resource, without its body."""

resource_version = sa.Table(
    "resource_version",
    metadata,
    sa.Column("ods", TEXT, primary_key=True),
    sa.Column("row", NUMBER, primary_key=True, autoincrement=False),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("last_updated", NUMBER, nullable=False),
    sa.Column("change", NUMBER),
    sa.Column("method", TEXT, nullable=False),
    sa.Column("agent", TEXT),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Index(None, "ods", "change"),
)
"""Every version with its body, the current one included. Never updated, never deleted."""


def _index_table(name: str, *keys: str, numbers: bool = False) -> sa.Table:
    kind = NUMBER if numbers else TEXT
    return sa.Table(
        name,
        metadata,
        sa.Column("ods", TEXT, primary_key=True),
        sa.Column("param", TEXT, primary_key=True),
        *(sa.Column(key, kind, primary_key=True, autoincrement=False) for key in keys),
        sa.Column("row", NUMBER, primary_key=True, autoincrement=False),
        sa.Index(None, "ods", "row", "param"),
        sqlite_with_rowid=False,
    )


token_index = _index_table("token_index", "code", "system")
string_index = _index_table("string_index", "value", "exact")
date_index = _index_table("date_index", "low", "high", numbers=True)
reference_index = _index_table("reference_index", "target_id", "target_type")

unique_key = sa.Table(
    "unique_key",
    metadata,
    sa.Column("ods", TEXT, primary_key=True),
    sa.Column("type", TEXT, primary_key=True),
    sa.Column("system", TEXT, primary_key=True),
    sa.Column("value", TEXT, primary_key=True),
    sa.Column("row", NUMBER, nullable=False),
    sqlite_with_rowid=False,
)
"""Idempotency keys: a second resource with the same one cannot be stored."""

slot_claim = sa.Table(
    "slot_claim",
    metadata,
    sa.Column("ods", TEXT, primary_key=True),
    sa.Column("slot", TEXT, primary_key=True),
    sa.Column("appointment", TEXT, nullable=False),
    sa.Index(None, "ods", "appointment"),
    sqlite_with_rowid=False,
)
"""The one live appointment of a slot that is not marked overbooked."""

replay = sa.Table(
    "replay",
    metadata,
    sa.Column("ods", TEXT, primary_key=True),
    sa.Column("client", TEXT, primary_key=True),
    sa.Column("request", TEXT, primary_key=True),
    sa.Column("at", NUMBER, nullable=False),
    sa.Column("status", sa.Integer, nullable=False),
    sa.Column("headers", TEXT, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Index(None, "ods", "at"),
)
"""Answers to writes, kept so that the same request gets the same answer."""
