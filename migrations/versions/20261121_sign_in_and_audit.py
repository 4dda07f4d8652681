"""sign in and audit."""

import sqlalchemy as sa
from alembic import op

revision = "20261121_sign_in_and_audit"
down_revision = "20261121_main_job"
branch_labels = None
depends_on = None

# what happened stays written: the database itself refuses to change or remove an entry of the audit trail
GUARD = {
    "sqlite": [
        "CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry "
        "BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END",
        "CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry "
        "BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END",
        # INSERT OR REPLACE removes the row in its way without asking the trigger before DELETE
        "CREATE TRIGGER audit_entry_no_replace BEFORE INSERT ON audit_entry "
        "WHEN EXISTS (SELECT 1 FROM audit_entry WHERE id = NEW.id OR digest = NEW.digest) "
        "BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END",
    ],
    "postgresql": [
        "CREATE FUNCTION audit_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$",
        "CREATE TRIGGER audit_entry_no_change BEFORE UPDATE OR DELETE ON audit_entry "
        "FOR EACH ROW EXECUTE FUNCTION audit_entry_refuse()",
        "CREATE TRIGGER audit_entry_no_truncate BEFORE TRUNCATE ON audit_entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_refuse()",
    ],
}
UNGUARD = {
    "sqlite": [
        "DROP TRIGGER audit_entry_no_replace",
        "DROP TRIGGER audit_entry_no_update",
        "DROP TRIGGER audit_entry_no_delete",
    ],
    "postgresql": [
        "DROP TRIGGER audit_entry_no_truncate ON audit_entry",
        "DROP TRIGGER audit_entry_no_change ON audit_entry",
        "DROP FUNCTION audit_entry_refuse()",
    ],
}


def upgrade() -> None:

    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=True),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("member_name", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=100), nullable=False),
        sa.Column("subject_name", sa.String(length=250), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
        sa.UniqueConstraint("digest", name=op.f("uq_audit_entry_digest")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_entry_action"), ["action"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_entry_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_entry_member_id"), ["member_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_entry_partner_id"), ["partner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_entry_subject"), ["subject"], unique=False)

    op.create_table(
        "access_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("reseller_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_access_event_customer_id_customer")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_access_event_member_id_member")),
        sa.ForeignKeyConstraint(["provider_id"], ["partner.id"], name=op.f("fk_access_event_provider_id_partner")),
        sa.ForeignKeyConstraint(["reseller_id"], ["partner.id"], name=op.f("fk_access_event_reseller_id_partner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_event")),
    )
    with op.batch_alter_table("access_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_access_event_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_access_event_provider_id"), ["provider_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_access_event_reseller_id"), ["reseller_id"], unique=False)

    op.create_table(
        "user_session",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("cloud", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("agent", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_user_session_member_id_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_session")),
    )
    with op.batch_alter_table("user_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_user_session_member_id"), ["member_id"], unique=False)

    with op.batch_alter_table("service_request", schema=None) as batch_op:
        batch_op.add_column(sa.Column("words", sa.JSON(), nullable=True))

    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.add_column(sa.Column("issuer", sa.String(length=250), server_default=sa.text("''"), nullable=False))
        batch_op.add_column(sa.Column("subject", sa.String(length=250), server_default=sa.text("''"), nullable=False))
        batch_op.add_column(sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False))
        batch_op.create_index("ix_member_issuer_subject", ["issuer", "subject"], unique=False)
    for statement in GUARD[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    for statement in UNGUARD[op.get_bind().dialect.name]:
        op.execute(statement)
    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.drop_index("ix_member_issuer_subject")
        batch_op.drop_column("active")
        batch_op.drop_column("subject")
        batch_op.drop_column("issuer")

    with op.batch_alter_table("service_request", schema=None) as batch_op:
        batch_op.drop_column("words")

    with op.batch_alter_table("user_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_user_session_member_id"))

    op.drop_table("user_session")
    with op.batch_alter_table("access_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_access_event_reseller_id"))
        batch_op.drop_index(batch_op.f("ix_access_event_provider_id"))
        batch_op.drop_index(batch_op.f("ix_access_event_customer_id"))

    op.drop_table("access_event")
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_entry_subject"))
        batch_op.drop_index(batch_op.f("ix_audit_entry_partner_id"))
        batch_op.drop_index(batch_op.f("ix_audit_entry_member_id"))
        batch_op.drop_index(batch_op.f("ix_audit_entry_at"))
        batch_op.drop_index(batch_op.f("ix_audit_entry_action"))

    op.drop_table("audit_entry")
