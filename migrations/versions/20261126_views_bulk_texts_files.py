"""views, bulk actions, canned texts, files to bring along."""

import sqlalchemy as sa
from alembic import op

revision = "20261126_views_bulk_texts_files"
down_revision = "20261121_sign_in_and_audit"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("query", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_saved_view_member_id_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("member_id", "name", name=op.f("uq_saved_view_member_id")),
    )
    op.create_index(op.f("ix_saved_view_member_id"), "saved_view", ["member_id"])
    op.create_table(
        "bulk_action",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done", sa.JSON(), nullable=False),
        sa.Column("left_out", sa.JSON(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_bulk_action_member_id_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_action")),
        sa.UniqueConstraint("key", name=op.f("uq_bulk_action_key")),
    )
    op.create_index(op.f("ix_bulk_action_member_id"), "bulk_action", ["member_id"])
    op.create_table(
        "canned_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("product", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_canned_text_partner_id_partner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canned_text")),
    )
    op.create_index("ix_canned_text_partner_product", "canned_text", ["partner_id", "product"])
    op.add_column("service_request", sa.Column("files", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("service_request", "files")
    op.drop_index("ix_canned_text_partner_product", table_name="canned_text")
    op.drop_table("canned_text")
    op.drop_index(op.f("ix_bulk_action_member_id"), table_name="bulk_action")
    op.drop_table("bulk_action")
    op.drop_index(op.f("ix_saved_view_member_id"), table_name="saved_view")
    op.drop_table("saved_view")
