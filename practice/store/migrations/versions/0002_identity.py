"""Accounts, lock-outs, grants, codes and tokens.

Revision ID: 0002_identity
Revises: 0001_resources
"""

import sqlalchemy as sa
from alembic import op

revision = "0002_identity"
down_revision = "0001_resources"
branch_labels = None
depends_on = None


def _text(name: str, length: int, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=nullable)


def _moment(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def upgrade() -> None:
    op.create_table(
        "identity_account",
        _text("ods", 16),
        _text("user", 64),
        _text("role", 16),
        _text("reference", 128),
        _text("display", 200),
        _text("patient", 64, nullable=True),
        _text("password_hash", 200, nullable=True),
        _flag("disabled"),
        sa.PrimaryKeyConstraint("ods", "user", name="pk_identity_account"),
    )
    op.create_table(
        "identity_failure",
        _text("ods", 16),
        _text("name", 64),
        sa.Column("count", sa.Integer(), nullable=False),
        _moment("locked_until"),
        sa.PrimaryKeyConstraint("ods", "name", name="pk_identity_failure"),
    )
    op.create_table(
        "identity_grant",
        _text("ods", 16),
        _text("id", 32),
        _text("user", 64),
        _text("client_id", 64),
        _flag("revoked"),
        _moment("expires"),
        sa.PrimaryKeyConstraint("ods", "id", name="pk_identity_grant"),
    )
    op.create_index("ix_identity_grant_ods_user", "identity_grant", ["ods", "user"])
    op.create_table(
        "identity_code",
        _text("ods", 16),
        _text("hash", 64),
        _text("grant_id", 32),
        _text("redirect_uri", 200),
        _text("challenge", 128),
        sa.Column("scopes", sa.Text(), nullable=False),
        _text("nonce", 200, nullable=True),
        _moment("expires"),
        _flag("used"),
        sa.PrimaryKeyConstraint("ods", "hash", name="pk_identity_code"),
    )
    op.create_table(
        "identity_token",
        _text("ods", 16),
        _text("hash", 64),
        _text("kind", 8),
        _text("grant_id", 32),
        sa.Column("scopes", sa.Text(), nullable=False),
        _moment("expires"),
        _flag("used"),
        sa.PrimaryKeyConstraint("ods", "hash", name="pk_identity_token"),
    )
    op.create_index("ix_identity_token_ods_expires", "identity_token", ["ods", "expires"])
    op.create_table(
        "identity_change",
        _text("ods", 16),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("ods", name="pk_identity_change"),
    )


def downgrade() -> None:
    for name in ("change", "token", "code", "grant", "failure", "account"):
        op.drop_table(f"identity_{name}")
