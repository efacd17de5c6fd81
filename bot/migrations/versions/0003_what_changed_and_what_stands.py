"""What changed between generations, decisions that outlive a file, what supersedes what, and folders synced nightly."""

import sqlalchemy as sa
from alembic import op

import retrieval.database

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("corpus_version", schema=None) as batch_op:
        batch_op.add_column(sa.Column("words_hash", sa.String(length=64), nullable=True))
    with op.batch_alter_table("corpus_source", schema=None) as batch_op:
        batch_op.add_column(sa.Column("successor", sa.String(length=40), nullable=True))
    with op.batch_alter_table("index_member", schema=None) as batch_op:
        batch_op.add_column(sa.Column("successor", sa.String(length=40), nullable=True))

    op.create_table(
        "corpus_decision",
        sa.Column("source_id", sa.String(length=40), nullable=False),
        sa.Column("file_hash", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("successor", sa.String(length=40), nullable=True),
        sa.Column("gone_at", retrieval.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("source_id", name=op.f("pk_corpus_decision")),
    )
    with op.batch_alter_table("corpus_decision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_corpus_decision_file_hash"), ["file_hash"], unique=False)

    op.create_table(
        "index_publication",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("generation_id", sa.String(length=40), nullable=False),
        sa.Column("previous_id", sa.String(length=40), nullable=True),
        sa.Column("published_at", retrieval.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("sources", sa.Integer(), nullable=False),
        sa.Column("passages", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_index_publication")),
        sa.UniqueConstraint("generation_id", name=op.f("uq_index_publication_generation_id")),
    )
    op.create_table(
        "index_change",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source_id", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("moved_from", sa.String(), nullable=True),
        sa.Column("earlier_id", sa.String(length=40), nullable=True),
        sa.Column("state_before", sa.String(length=16), nullable=False),
        sa.Column("state_after", sa.String(length=16), nullable=False),
        sa.Column("version_before", sa.String(length=40), nullable=True),
        sa.Column("version_after", sa.String(length=40), nullable=True),
        sa.Column("passages_before", sa.Integer(), nullable=False),
        sa.Column("passages_after", sa.Integer(), nullable=False),
        sa.Column("text_new", sa.Integer(), nullable=False),
        sa.Column("text_gone", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["number"],
            ["index_publication.number"],
            name=op.f("fk_index_change_number_index_publication"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("number", "source_id", name=op.f("pk_index_change")),
    )
    op.create_table(
        "folder_sync",
        sa.Column("root", sa.String(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("owner", sa.String(length=80), nullable=True),
        sa.Column("lease_until", retrieval.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("ended_at", retrieval.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("says", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("root", name=op.f("pk_folder_sync")),
    )


def downgrade() -> None:
    op.drop_table("folder_sync")
    op.drop_table("index_change")
    op.drop_table("index_publication")
    with op.batch_alter_table("corpus_decision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_corpus_decision_file_hash"))

    op.drop_table("corpus_decision")
    with op.batch_alter_table("index_member", schema=None) as batch_op:
        batch_op.drop_column("successor")
    with op.batch_alter_table("corpus_source", schema=None) as batch_op:
        batch_op.drop_column("successor")
    with op.batch_alter_table("corpus_version", schema=None) as batch_op:
        batch_op.drop_column("words_hash")
