"""The first schema."""

import sqlalchemy as sa
from alembic import op

import retrieval.database

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "corpus_root",
        sa.Column("root", sa.String(), nullable=False),
        sa.Column("added_at", retrieval.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("root", name=op.f("pk_corpus_root")),
    )
    op.create_table(
        "corpus_vector",
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("recipe", sa.String(length=120), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("text_hash", "recipe", name=op.f("pk_corpus_vector")),
    )
    op.create_table(
        "corpus_version",
        sa.Column("version_id", sa.String(length=40), nullable=False),
        sa.Column("source_id", sa.String(length=40), nullable=False),
        sa.Column("content_hash", sa.String(length=80), nullable=False),
        sa.Column("source", sa.JSON(), nullable=False),
        sa.Column("passages", sa.Integer(), nullable=False),
        sa.Column("read_at", retrieval.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_corpus_version")),
    )
    with op.batch_alter_table("corpus_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_corpus_version_source_id"), ["source_id"], unique=False)

    op.create_table(
        "destination",
        sa.Column("team_id", sa.String(length=36), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=120), nullable=True),
        sa.Column("blocked_since", retrieval.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("next_check", retrieval.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("paced_until", retrieval.database.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("team_id", "channel", name=op.f("pk_destination")),
    )
    op.create_table(
        "heartbeat",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("owner", sa.String(length=80), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("last_ok", retrieval.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeat")),
    )
    op.create_table(
        "inbox",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("team_id", sa.String(length=36), nullable=False),
        sa.Column("body", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("received_at", retrieval.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("not_before", retrieval.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("lease_owner", sa.String(length=80), nullable=True),
        sa.Column("lease_until", retrieval.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("finished_at", retrieval.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(length=80), nullable=True),
        sa.PrimaryKeyConstraint("kind", "key", name=op.f("pk_inbox")),
    )
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.create_index("ix_inbox_open", ["state", "not_before"], unique=False)

    op.create_table(
        "index_generation",
        sa.Column("generation_id", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("recipe", sa.String(length=120), nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("passages", sa.Integer(), nullable=False),
        sa.Column("created_at", retrieval.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("left_at", retrieval.database.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("generation_id", name=op.f("pk_index_generation")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("team_id", sa.String(length=36), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("thread", sa.String(length=40), nullable=True),
        sa.Column("ephemeral_user", sa.String(length=64), nullable=True),
        sa.Column("view", sa.String(length=40), nullable=False),
        sa.Column("data", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("subject", sa.String(length=80), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("maybe_delivered", sa.Boolean(), nullable=False),
        sa.Column("plain", sa.Boolean(), nullable=False),
        sa.Column("repeat", sa.Boolean(), nullable=False),
        sa.Column("created_at", retrieval.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("not_before", retrieval.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("lease_owner", sa.String(length=80), nullable=True),
        sa.Column("lease_until", retrieval.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("first_try_at", retrieval.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("last_try_at", retrieval.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("unreadable", sa.Integer(), nullable=False),
        sa.Column("unreadable_since", retrieval.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("slack_ts", sa.String(length=40), nullable=True),
        sa.Column("finished_at", retrieval.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(length=120), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_due", ["state", "not_before"], unique=False)
        batch_op.create_index("ix_outbox_lease", ["state", "lease_until"], unique=False)
        batch_op.create_index("ix_outbox_posted", ["channel", "slack_ts"], unique=False)
        batch_op.create_index(batch_op.f("ix_outbox_subject"), ["subject"], unique=False)

    op.create_table(
        "outbox_log",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("at", retrieval.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("from_state", sa.String(length=12), nullable=True),
        sa.Column("to_state", sa.String(length=12), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(length=80), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_log")),
    )
    with op.batch_alter_table("outbox_log", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outbox_log_key"), ["key"], unique=False)

    op.create_table(
        "team",
        sa.Column("team_id", sa.String(length=36), nullable=False),
        sa.Column("slack_team", sa.String(length=64), nullable=False),
        sa.Column("owner", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("team_id", name=op.f("pk_team")),
        sa.UniqueConstraint("slack_team", name=op.f("uq_team_slack_team")),
    )
    op.create_table(
        "corpus_passage",
        sa.Column("passage_id", sa.String(length=40), nullable=False),
        sa.Column("version_id", sa.String(length=40), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("section", sa.String(), nullable=True),
        sa.Column("note", sa.Boolean(), nullable=False),
        sa.Column("sentences", sa.JSON(), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["corpus_version.version_id"],
            name=op.f("fk_corpus_passage_version_id_corpus_version"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("passage_id", name=op.f("pk_corpus_passage")),
    )
    with op.batch_alter_table("corpus_passage", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_corpus_passage_text_hash"), ["text_hash"], unique=False)
        batch_op.create_index(batch_op.f("ix_corpus_passage_version_id"), ["version_id"], unique=False)

    op.create_table(
        "corpus_source",
        sa.Column("source_id", sa.String(length=40), nullable=False),
        sa.Column("root", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("version_id", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["corpus_version.version_id"], name=op.f("fk_corpus_source_version_id_corpus_version")
        ),
        sa.PrimaryKeyConstraint("source_id", name=op.f("pk_corpus_source")),
    )
    with op.batch_alter_table("corpus_source", schema=None) as batch_op:
        batch_op.create_index("ix_corpus_source_root_path", ["root", "path"], unique=True)
        batch_op.create_index(batch_op.f("ix_corpus_source_version_id"), ["version_id"], unique=False)

    op.create_table(
        "index_member",
        sa.Column("generation_id", sa.String(length=40), nullable=False),
        sa.Column("version_id", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["generation_id"],
            ["index_generation.generation_id"],
            name=op.f("fk_index_member_generation_id_index_generation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["corpus_version.version_id"], name=op.f("fk_index_member_version_id_corpus_version")
        ),
        sa.PrimaryKeyConstraint("generation_id", "version_id", name=op.f("pk_index_member")),
    )
    with op.batch_alter_table("index_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_index_member_version_id"), ["version_id"], unique=False)

    op.create_table(
        "index_pointer",
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("generation_id", sa.String(length=40), nullable=False),
        sa.Column("published_at", retrieval.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["generation_id"],
            ["index_generation.generation_id"],
            name=op.f("fk_index_pointer_generation_id_index_generation"),
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_index_pointer")),
    )
    op.create_table(
        "person",
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("team_id", sa.String(length=36), nullable=False),
        sa.Column("slack_user", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["team.team_id"], name=op.f("fk_person_team_id_team")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_person")),
        sa.UniqueConstraint("team_id", "slack_user", name=op.f("uq_person_team_id_slack_user")),
    )
    op.create_table(
        "series",
        sa.Column("series_id", sa.String(length=36), nullable=False),
        sa.Column("team_id", sa.String(length=36), nullable=False),
        sa.Column("subject_kind", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.String(length=36), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("owner_id", sa.String(length=36), nullable=True),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("every", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=8), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("warn_days", sa.Integer(), nullable=False),
        sa.Column("anchor_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("next_scan_at", retrieval.database.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["person.person_id"], name=op.f("fk_series_owner_id_person")),
        sa.ForeignKeyConstraint(["team_id"], ["team.team_id"], name=op.f("fk_series_team_id_team")),
        sa.PrimaryKeyConstraint("series_id", name=op.f("pk_series")),
        sa.UniqueConstraint(
            "team_id", "subject_kind", "subject_id", name=op.f("uq_series_team_id_subject_kind_subject_id")
        ),
    )
    with op.batch_alter_table("series", schema=None) as batch_op:
        batch_op.create_index("ix_series_scan", ["state", "next_scan_at"], unique=False)

    op.create_table(
        "occurrence",
        sa.Column("occurrence_id", sa.String(length=36), nullable=False),
        sa.Column("series_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("scheduled_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_at", retrieval.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("since", retrieval.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("stage", sa.String(length=12), nullable=True),
        sa.Column("snooze_no", sa.Integer(), nullable=False),
        sa.Column("snooze_reason", sa.Text(), nullable=True),
        sa.Column("snoozed_by", sa.String(length=36), nullable=True),
        sa.Column("snoozed_at", retrieval.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_stage", sa.String(length=12), nullable=True),
        sa.Column("acknowledged_by", sa.String(length=36), nullable=True),
        sa.Column("acknowledged_at", retrieval.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(length=36), nullable=True),
        sa.Column("closed_at", retrieval.database.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["acknowledged_by"], ["person.person_id"], name=op.f("fk_occurrence_acknowledged_by_person")
        ),
        sa.ForeignKeyConstraint(["closed_by"], ["person.person_id"], name=op.f("fk_occurrence_closed_by_person")),
        sa.ForeignKeyConstraint(["series_id"], ["series.series_id"], name=op.f("fk_occurrence_series_id_series")),
        sa.ForeignKeyConstraint(["snoozed_by"], ["person.person_id"], name=op.f("fk_occurrence_snoozed_by_person")),
        sa.PrimaryKeyConstraint("occurrence_id", name=op.f("pk_occurrence")),
        sa.UniqueConstraint("series_id", "number", name=op.f("uq_occurrence_series_id_number")),
    )
    with op.batch_alter_table("occurrence", schema=None) as batch_op:
        batch_op.create_index(
            "uq_occurrence_open",
            ["series_id"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    op.create_table(
        "partner",
        sa.Column("partner_id", sa.String(length=36), nullable=False),
        sa.Column("team_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_key", sa.String(length=240), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("focal_id", sa.String(length=36), nullable=True),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("created_by", sa.String(length=36), nullable=True),
        sa.Column("created_at", retrieval.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("series_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["person.person_id"], name=op.f("fk_partner_created_by_person")),
        sa.ForeignKeyConstraint(["focal_id"], ["person.person_id"], name=op.f("fk_partner_focal_id_person")),
        sa.ForeignKeyConstraint(["series_id"], ["series.series_id"], name=op.f("fk_partner_series_id_series")),
        sa.ForeignKeyConstraint(["team_id"], ["team.team_id"], name=op.f("fk_partner_team_id_team")),
        sa.PrimaryKeyConstraint("partner_id", name=op.f("pk_partner")),
        sa.UniqueConstraint("team_id", "name_key", name=op.f("uq_partner_team_id_name_key")),
    )
    op.create_table(
        "assessment",
        sa.Column("assessment_id", sa.String(length=36), nullable=False),
        sa.Column("partner_id", sa.String(length=36), nullable=False),
        sa.Column("occurrence_id", sa.String(length=36), nullable=True),
        sa.Column("conclusion", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("assessed_by", sa.String(length=36), nullable=False),
        sa.Column("assessed_at", retrieval.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["assessed_by"], ["person.person_id"], name=op.f("fk_assessment_assessed_by_person")),
        sa.ForeignKeyConstraint(
            ["occurrence_id"], ["occurrence.occurrence_id"], name=op.f("fk_assessment_occurrence_id_occurrence")
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.partner_id"], name=op.f("fk_assessment_partner_id_partner")),
        sa.PrimaryKeyConstraint("assessment_id", name=op.f("pk_assessment")),
    )
    with op.batch_alter_table("assessment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assessment_partner_id"), ["partner_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("assessment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assessment_partner_id"))

    op.drop_table("assessment")
    op.drop_table("partner")
    with op.batch_alter_table("occurrence", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_occurrence_open", sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'")
        )

    op.drop_table("occurrence")
    with op.batch_alter_table("series", schema=None) as batch_op:
        batch_op.drop_index("ix_series_scan")

    op.drop_table("series")
    op.drop_table("person")
    op.drop_table("index_pointer")
    with op.batch_alter_table("index_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_index_member_version_id"))

    op.drop_table("index_member")
    with op.batch_alter_table("corpus_source", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_corpus_source_version_id"))
        batch_op.drop_index("ix_corpus_source_root_path")

    op.drop_table("corpus_source")
    with op.batch_alter_table("corpus_passage", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_corpus_passage_version_id"))
        batch_op.drop_index(batch_op.f("ix_corpus_passage_text_hash"))

    op.drop_table("corpus_passage")
    op.drop_table("team")
    with op.batch_alter_table("outbox_log", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outbox_log_key"))

    op.drop_table("outbox_log")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outbox_subject"))
        batch_op.drop_index("ix_outbox_posted")
        batch_op.drop_index("ix_outbox_lease")
        batch_op.drop_index("ix_outbox_due")

    op.drop_table("outbox")
    op.drop_table("index_generation")
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.drop_index("ix_inbox_open")

    op.drop_table("inbox")
    op.drop_table("heartbeat")
    op.drop_table("destination")
    with op.batch_alter_table("corpus_version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_corpus_version_source_id"))

    op.drop_table("corpus_version")
    op.drop_table("corpus_vector")
    op.drop_table("corpus_root")
