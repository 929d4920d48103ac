"""Where a subscription's count begins, and binding tokens.

Revision ID: 0003_live
Revises: 0002_identity
"""

import sqlalchemy as sa
from alembic import op

revision = "0003_live"
down_revision = "0002_identity"
branch_labels = None
depends_on = None

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "live_subscription",
        sa.Column("ods", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("base", sa.BigInteger(), nullable=False),
        sa.Column("user", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("ods", "id", name="pk_live_subscription"),
    )
    op.create_table(
        "live_token",
        sa.Column("ods", TEXT, nullable=False),
        sa.Column("hash", TEXT, nullable=False),
        sa.Column("subscription", TEXT, nullable=False),
        sa.Column("caller", sa.LargeBinary(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("ods", "hash", name="pk_live_token"),
    )


def downgrade() -> None:
    op.drop_table("live_token")
    op.drop_table("live_subscription")
