"""The processes that serve the desk, and what each says of its plugins.

Revision ID: 20261126_desk_processes
Revises: 20261126_customers_in_order
"""

import sqlalchemy as sa
from alembic import op

from webapp.db import Moment

revision = "20261126_desk_processes"
down_revision = "20261126_customers_in_order"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "desk_process",
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("pid", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("server", sa.Integer(), nullable=False),
        sa.Column("began_at", Moment(), nullable=False),
        sa.Column("told_at", Moment(), nullable=False),
        sa.Column("plugins", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("host", "pid", name="pk_desk_process"),
    )


def downgrade() -> None:
    op.drop_table("desk_process")
