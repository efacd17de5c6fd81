"""What model answers cost, whose are under way, and those kept for the next asker."""

import sqlalchemy as sa
from alembic import op

import retrieval.database

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "model_spend",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("spender", sa.String(length=64), nullable=False),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        sa.Column("money", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "spender", name=op.f("pk_model_spend")),
    )
    op.create_table(
        "model_turn",
        sa.Column("turn_id", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("began_at", retrieval.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("until", retrieval.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("turn_id", name=op.f("pk_model_turn")),
    )
    with op.batch_alter_table("model_turn", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_model_turn_person"), ["person"], unique=False)

    op.create_table(
        "answer_cache",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("generation_id", sa.String(length=40), nullable=False),
        sa.Column("claims", sa.JSON(), nullable=False),
        sa.Column("stored_at", retrieval.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["generation_id"],
            ["index_generation.generation_id"],
            name=op.f("fk_answer_cache_generation_id_index_generation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_answer_cache")),
    )
    with op.batch_alter_table("answer_cache", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_answer_cache_generation_id"), ["generation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_answer_cache_stored_at"), ["stored_at"], unique=False)

    op.create_table(
        "model_secret",
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_model_secret")),
    )


def downgrade() -> None:
    for table in ("model_secret", "answer_cache", "model_turn", "model_spend"):
        op.drop_table(table)
