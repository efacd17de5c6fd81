"""What is kept for the next asker is which sentences were chosen; what models worded before is erased."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _empty_with("claims", "chosen")


def downgrade() -> None:
    _empty_with("chosen", "claims")


def _empty_with(old: str, new: str) -> None:
    op.execute(sa.delete(sa.table("answer_cache")))
    with op.batch_alter_table("answer_cache", schema=None) as batch_op:
        batch_op.alter_column(old, new_column_name=new, existing_type=sa.JSON(), existing_nullable=False)
