"""Threads in which somebody asked, and the turns in them, for as long as they are remembered."""

import sqlalchemy as sa
from alembic import op

import retrieval.database

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "conversation_thread",
        sa.Column("thread_id", sa.String(length=36), nullable=False),
        sa.Column("team_id", sa.String(length=36), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("thread_ts", sa.String(length=40), nullable=False),
        sa.Column("asker", sa.String(length=36), nullable=False),
        sa.Column("used_at", retrieval.database.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.team_id"]),
        sa.ForeignKeyConstraint(["asker"], ["person.person_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("thread_id"),
        sa.UniqueConstraint("team_id", "channel", "thread_ts"),
    )
    op.create_index("ix_conversation_thread_used_at", "conversation_thread", ["used_at"])
    op.create_table(
        "conversation_turn",
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("thread_id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("ts", sa.String(length=40), nullable=False),
        sa.Column("asked_at", retrieval.database.UtcDateTime(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answer_hash", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["thread_id"], ["conversation_thread.thread_id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("ix_conversation_turn_order", "conversation_turn", ["thread_id", "ts"])


def downgrade() -> None:
    op.drop_table("conversation_turn")
    op.drop_table("conversation_thread")
