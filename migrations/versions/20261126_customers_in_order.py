"""A customer's place in lists, by language.

Revision ID: 20261126_customers_in_order
Revises: 20261126_views_bulk_texts_files
"""

import sqlalchemy as sa
from alembic import op

from webapp.collation import KEPT, places_of
from webapp.db import bytewise

revision = "20261126_customers_in_order"
down_revision = "20261126_views_bulk_texts_files"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in KEPT.values():
        op.add_column("customer", sa.Column(column, bytewise(400), nullable=True))
    customer = sa.table("customer", sa.column("id"), sa.column("name"), *map(sa.column, KEPT.values()))
    for number, name in op.get_bind().execute(sa.select(customer.c.id, customer.c.name)).all():
        op.execute(sa.update(customer).where(customer.c.id == number).values(places_of(name)))


def downgrade() -> None:
    for column in KEPT.values():
        op.drop_column("customer", column)
