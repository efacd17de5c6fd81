"""A small change to an index on a Chroma server keeps the collection of the generation it changes."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("index_generation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("base", sa.String(length=40), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("index_generation", schema=None) as batch_op:
        batch_op.drop_column("base")
