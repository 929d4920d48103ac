"""Resources, their versions and indexes.

Revision ID: 0001_resources
Revises:
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001_resources"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")
NUMBER = sa.BigInteger()


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, TEXT, nullable=nullable)


def _number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, NUMBER, autoincrement=False, nullable=nullable)


def _index_table(name: str, first: sa.Column[Any], second: sa.Column[Any]) -> None:
    op.create_table(
        name,
        _text("ods"),
        _text("param"),
        first,
        second,
        _number("row"),
        sa.PrimaryKeyConstraint("ods", "param", first.name, second.name, "row", name=f"pk_{name}"),
        sqlite_with_rowid=False,
    )
    op.create_index(f"ix_{name}_ods_row_param", name, ["ods", "row", "param"])


def upgrade() -> None:
    op.create_table(
        "practice",
        _text("ods"),
        _number("counter"),
        _number("rows"),
        _number("last_updated"),
        sa.PrimaryKeyConstraint("ods", name="pk_practice"),
    )
    op.create_table(
        "resource",
        _text("ods"),
        _number("row"),
        _text("type"),
        _text("id"),
        sa.Column("version", sa.Integer, nullable=False),
        _number("last_updated"),
        _number("change", nullable=True),
        sa.Column("removed", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("ods", "row", name="pk_resource"),
        sa.UniqueConstraint("ods", "type", "id", name="uq_resource_ods_type_id"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_resource_ods_type_last_updated_row", "resource", ["ods", "type", "last_updated", "row"]
    )
    op.create_table(
        "resource_version",
        _text("ods"),
        _number("row"),
        sa.Column("version", sa.Integer, autoincrement=False, nullable=False),
        _number("last_updated"),
        _number("change", nullable=True),
        _text("method"),
        _text("agent", nullable=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("ods", "row", "version", name="pk_resource_version"),
    )
    op.create_index("ix_resource_version_ods_change", "resource_version", ["ods", "change"])
    _index_table("token_index", _text("code"), _text("system"))
    _index_table("string_index", _text("value"), _text("exact"))
    _index_table("date_index", _number("low"), _number("high"))
    _index_table("reference_index", _text("target_id"), _text("target_type"))
    op.create_table(
        "unique_key",
        _text("ods"),
        _text("type"),
        _text("system"),
        _text("value"),
        _number("row"),
        sa.PrimaryKeyConstraint("ods", "type", "system", "value", name="pk_unique_key"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "slot_claim",
        _text("ods"),
        _text("slot"),
        _text("appointment"),
        sa.PrimaryKeyConstraint("ods", "slot", name="pk_slot_claim"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_slot_claim_ods_appointment", "slot_claim", ["ods", "appointment"])
    op.create_table(
        "replay",
        _text("ods"),
        _text("client"),
        _text("request"),
        _number("at"),
        sa.Column("status", sa.Integer, nullable=False),
        _text("headers"),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("ods", "client", "request", name="pk_replay"),
    )
    op.create_index("ix_replay_ods_at", "replay", ["ods", "at"])
