"""the main job."""

import sqlalchemy as sa
from alembic import op

revision = "20261121_main_job"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "partner",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner")),
        sa.UniqueConstraint("name", name=op.f("uq_partner_name")),
    )
    op.create_table(
        "publisher",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("support_url", sa.String(length=1000), nullable=True),
        sa.Column("support_email", sa.String(length=254), nullable=True),
        sa.Column("support_phone", sa.String(length=40), nullable=True),
        sa.Column("first_response_minutes", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publisher")),
        sa.UniqueConstraint("name", name=op.f("uq_publisher_name")),
    )
    op.create_table(
        "customer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cloud", sa.String(length=40), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("domain", sa.String(length=253), nullable=False),
        sa.Column("initial_domain", sa.String(length=253), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("reseller_id", sa.Integer(), nullable=True),
        sa.Column(
            "folded",
            sa.String(length=1000).with_variant(sa.String(length=1000, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_customer_partner_id_partner")),
        sa.ForeignKeyConstraint(["reseller_id"], ["partner.id"], name=op.f("fk_customer_reseller_id_partner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer")),
        sa.UniqueConstraint("cloud", "tenant_id", "partner_id", name=op.f("uq_customer_cloud")),
    )
    with op.batch_alter_table("customer", schema=None) as batch_op:
        batch_op.create_index("ix_customer_folded_id", ["folded", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_customer_partner_id"), ["partner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_customer_reseller_id"), ["reseller_id"], unique=False)

    op.create_table(
        "enrolment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("cloud", sa.String(length=40), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("domain", sa.String(length=253), nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_enrolment_partner_id_partner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment")),
        sa.UniqueConstraint("cloud", "tenant_id", name=op.f("uq_enrolment_cloud")),
        sa.UniqueConstraint("partner_id", "cloud", name="uq_enrolment_partner"),
    )
    with op.batch_alter_table("enrolment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_enrolment_partner_id"), ["partner_id"], unique=False)

    op.create_table(
        "member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_member_partner_id_partner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member")),
        sa.UniqueConstraint("key", name=op.f("uq_member_key")),
    )
    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_member_partner_id"), ["partner_id"], unique=False)

    op.create_table(
        "offer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("publisher_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["publisher_id"], ["publisher.id"], name=op.f("fk_offer_publisher_id_publisher")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
    )
    with op.batch_alter_table("offer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_offer_publisher_id"), ["publisher_id"], unique=False)

    op.create_table(
        "support_contract",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("plan", sa.String(length=60), nullable=False),
        sa.Column("cloud", sa.String(length=40), nullable=False),
        sa.Column("contract_id", sa.String(length=100), nullable=False),
        sa.Column("access_id", sa.String(length=100), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_support_contract_partner_id_partner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_support_contract")),
    )
    with op.batch_alter_table("support_contract", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_support_contract_partner_id"), ["partner_id"], unique=False)

    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("user_name", sa.String(length=254), nullable=False),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_account_enrolment_id_enrolment")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_account_member_id_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("member_id", "enrolment_id", name=op.f("uq_account_member_id")),
    )
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_member_id"), ["member_id"], unique=False)

    op.create_table(
        "admin_relationship",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_admin_relationship_customer_id_customer")
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_admin_relationship_partner_id_partner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admin_relationship")),
    )
    with op.batch_alter_table("admin_relationship", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_admin_relationship_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_admin_relationship_partner_id"), ["partner_id"], unique=False)

    op.create_table(
        "azure_access",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("reseller_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_azure_access_customer_id_customer")),
        sa.ForeignKeyConstraint(["provider_id"], ["partner.id"], name=op.f("fk_azure_access_provider_id_partner")),
        sa.ForeignKeyConstraint(["reseller_id"], ["partner.id"], name=op.f("fk_azure_access_reseller_id_partner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_azure_access")),
    )
    with op.batch_alter_table("azure_access", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_azure_access_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_azure_access_reseller_id"), ["reseller_id"], unique=False)

    op.create_table(
        "customer_term",
        sa.Column(
            "term",
            sa.String(length=100).with_variant(sa.String(length=100, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_customer_term_customer_id_customer")),
        sa.PrimaryKeyConstraint("term", "customer_id", name=op.f("pk_customer_term")),
    )
    with op.batch_alter_table("customer_term", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_customer_term_customer_id"), ["customer_id"], unique=False)

    op.create_table(
        "draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("product", sa.String(length=40), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_member_id", sa.Integer(), nullable=True),
        sa.Column("from_partner_id", sa.Integer(), nullable=True),
        sa.Column("to_partner_id", sa.Integer(), nullable=True),
        sa.Column("to_member_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_draft_customer_id_customer")),
        sa.ForeignKeyConstraint(["from_member_id"], ["member.id"], name=op.f("fk_draft_from_member_id_member")),
        sa.ForeignKeyConstraint(["from_partner_id"], ["partner.id"], name=op.f("fk_draft_from_partner_id_partner")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_draft_member_id_member")),
        sa.ForeignKeyConstraint(["to_member_id"], ["member.id"], name=op.f("fk_draft_to_member_id_member")),
        sa.ForeignKeyConstraint(["to_partner_id"], ["partner.id"], name=op.f("fk_draft_to_partner_id_partner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.UniqueConstraint("member_id", "customer_id", "product", name=op.f("uq_draft_member_id")),
    )
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_draft_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_draft_member_id"), ["member_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_draft_to_member_id"), ["to_member_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_draft_to_partner_id"), ["to_partner_id"], unique=False)

    op.create_table(
        "service_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=11), nullable=False),
        sa.Column("request_key", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("follower_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cloud", sa.String(length=40), nullable=False),
        sa.Column("cloud_name", sa.JSON(), nullable=False),
        sa.Column("operator", sa.String(length=80), nullable=False),
        sa.Column("product", sa.String(length=40), nullable=False),
        sa.Column("product_name", sa.JSON(), nullable=False),
        sa.Column("plugin", sa.String(length=80), nullable=False),
        sa.Column("customer_name", sa.String(length=200), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("domain", sa.String(length=253), nullable=False),
        sa.Column("initial_domain", sa.String(length=253), nullable=False),
        sa.Column("account", sa.String(length=254), nullable=False),
        sa.Column("category", sa.String(length=20), nullable=False),
        sa.Column("severity", sa.String(length=1), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(length=250), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("subscription", sa.String(length=250), nullable=False),
        sa.Column("contact", sa.JSON(), nullable=False),
        sa.Column("checks", sa.JSON(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("checklist", sa.JSON(), nullable=False),
        sa.Column("doors", sa.JSON(), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("review", sa.JSON(), nullable=False),
        sa.Column("ticket_shape", sa.JSON(), nullable=True),
        sa.Column("promise", sa.JSON(), nullable=True),
        sa.Column("telephone", sa.JSON(), nullable=True),
        sa.Column("ticket_number", sa.String(length=64), nullable=False),
        sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_why", sa.JSON(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["created_by_id"], ["member.id"], name=op.f("fk_service_request_created_by_id_member")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_service_request_customer_id_customer")),
        sa.ForeignKeyConstraint(["follower_id"], ["partner.id"], name=op.f("fk_service_request_follower_id_partner")),
        sa.ForeignKeyConstraint(["owner_id"], ["member.id"], name=op.f("fk_service_request_owner_id_member")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_service_request_partner_id_partner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_request")),
        sa.UniqueConstraint("ref", name=op.f("uq_service_request_ref")),
        sa.UniqueConstraint("request_key", name=op.f("uq_service_request_request_key")),
    )
    with op.batch_alter_table("service_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_service_request_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index("ix_service_request_follower_created", ["follower_id", "created_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_service_request_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index("ix_service_request_partner_created", ["partner_id", "created_at", "id"], unique=False)
        batch_op.create_index("ix_service_request_state_due", ["state", "due_at"], unique=False)

    op.create_table(
        "subscription",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("product", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("trial", sa.Boolean(), nullable=False),
        sa.Column("entitlement_id", sa.String(length=36), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_subscription_customer_id_customer")),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name=op.f("fk_subscription_offer_id_offer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
    )
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_subscription_customer_id"), ["customer_id"], unique=False)

    op.create_table(
        "support_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("subscription_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_support_group_customer_id_customer")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_support_group_partner_id_partner")),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["subscription.id"], name=op.f("fk_support_group_subscription_id_subscription")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_support_group")),
    )
    with op.batch_alter_table("support_group", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_support_group_customer_id"), ["customer_id"], unique=False)

    op.create_table(
        "timeline_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_timeline_entry_member_id_member")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["service_request.id"], name=op.f("fk_timeline_entry_request_id_service_request")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timeline_entry")),
    )
    with op.batch_alter_table("timeline_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_timeline_entry_request_id"), ["request_id"], unique=False)

    op.create_table(
        "support_group_member",
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["support_group.id"], name=op.f("fk_support_group_member_group_id_support_group")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_support_group_member_member_id_member")),
        sa.PrimaryKeyConstraint("group_id", "member_id", name=op.f("pk_support_group_member")),
    )
    with op.batch_alter_table("support_group_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_support_group_member_member_id"), ["member_id"], unique=False)


def downgrade() -> None:

    with op.batch_alter_table("support_group_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_support_group_member_member_id"))

    op.drop_table("support_group_member")
    with op.batch_alter_table("timeline_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_timeline_entry_request_id"))

    op.drop_table("timeline_entry")
    with op.batch_alter_table("support_group", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_support_group_customer_id"))

    op.drop_table("support_group")
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_subscription_customer_id"))

    op.drop_table("subscription")
    with op.batch_alter_table("service_request", schema=None) as batch_op:
        batch_op.drop_index("ix_service_request_state_due")
        batch_op.drop_index("ix_service_request_partner_created")
        batch_op.drop_index(batch_op.f("ix_service_request_owner_id"))
        batch_op.drop_index("ix_service_request_follower_created")
        batch_op.drop_index(batch_op.f("ix_service_request_customer_id"))

    op.drop_table("service_request")
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_draft_to_partner_id"))
        batch_op.drop_index(batch_op.f("ix_draft_to_member_id"))
        batch_op.drop_index(batch_op.f("ix_draft_member_id"))
        batch_op.drop_index(batch_op.f("ix_draft_customer_id"))

    op.drop_table("draft")
    with op.batch_alter_table("customer_term", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_customer_term_customer_id"))

    op.drop_table("customer_term")
    with op.batch_alter_table("azure_access", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_azure_access_reseller_id"))
        batch_op.drop_index(batch_op.f("ix_azure_access_customer_id"))

    op.drop_table("azure_access")
    with op.batch_alter_table("admin_relationship", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_admin_relationship_partner_id"))
        batch_op.drop_index(batch_op.f("ix_admin_relationship_customer_id"))

    op.drop_table("admin_relationship")
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_account_member_id"))

    op.drop_table("account")
    with op.batch_alter_table("support_contract", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_support_contract_partner_id"))

    op.drop_table("support_contract")
    with op.batch_alter_table("offer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_offer_publisher_id"))

    op.drop_table("offer")
    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_member_partner_id"))

    op.drop_table("member")
    with op.batch_alter_table("enrolment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_enrolment_partner_id"))

    op.drop_table("enrolment")
    with op.batch_alter_table("customer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_customer_reseller_id"))
        batch_op.drop_index(batch_op.f("ix_customer_partner_id"))
        batch_op.drop_index("ix_customer_folded_id")

    op.drop_table("customer")
    op.drop_table("publisher")
    op.drop_table("partner")
