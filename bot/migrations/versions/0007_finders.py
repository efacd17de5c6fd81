"""Wordings under which a place in a source is found: of a version, of a source, and as a generation searches them."""

import sqlalchemy as sa
from alembic import op

import retrieval.database

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "corpus_finder",
        sa.Column("finder_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("version_id", sa.String(length=40), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["corpus_version.version_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("finder_id"),
    )
    op.create_index("ix_corpus_finder_version_id", "corpus_finder", ["version_id"])
    op.create_table(
        "corpus_anchored_finder",
        sa.Column("finder_id", sa.String(length=32), nullable=False),
        sa.Column("source_key", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("sentence_hash", sa.String(length=64), nullable=True),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("added_at", retrieval.database.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("finder_id"),
    )
    op.create_index("ix_corpus_anchored_finder_source_key", "corpus_anchored_finder", ["source_key"])
    op.create_table(
        "index_finder",
        sa.Column("generation_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("passage_id", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["generation_id"], ["index_generation.generation_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("generation_id", "number"),
    )
    op.create_index("ix_index_finder_passage_id", "index_finder", ["passage_id"])


def downgrade() -> None:
    op.drop_table("index_finder")
    op.drop_table("corpus_anchored_finder")
    op.drop_table("corpus_finder")
