"""Messages name their kind and priority, may update a posted card, may follow one another; a channel may be held."""

import sqlalchemy as sa
from alembic import op

import retrieval.database

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_outbox = sa.table(
    "outbox",
    *(sa.column(name) for name in ("kind", "priority", "operation", "part", "form", "view", "subject", "plain")),
)
_NUDGE = sa.or_(_outbox.c.view == "nudge", _outbox.c.subject.is_not(None))


def upgrade() -> None:
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("priority", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("operation", sa.String(length=8), nullable=True))
        batch_op.add_column(sa.Column("card", sa.String(length=36), nullable=True))
        batch_op.add_column(sa.Column("version", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("part", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("follows", sa.String(length=36), nullable=True))
        batch_op.add_column(sa.Column("asker", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("form", sa.String(length=8), nullable=True))
    kind = sa.case((_NUDGE, "nudge"), (_outbox.c.view == "notice", "notice"), else_="answer")
    op.execute(
        _outbox.update().values(
            kind=kind,
            priority=sa.case((_NUDGE, 10), else_=0),
            operation="post",
            part=0,
            form=sa.case((_outbox.c.plain.is_(sa.true()), "plain"), else_="full"),
        )
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        for name, kind_of_column in _REQUIRED.items():
            batch_op.alter_column(name, existing_type=kind_of_column, nullable=False)
        batch_op.drop_column("plain")
        batch_op.create_index("ix_outbox_card", ["card", "state"], unique=False)
    with op.batch_alter_table("destination", schema=None) as batch_op:
        batch_op.add_column(sa.Column("held_until", retrieval.database.UtcDateTime(timezone=True), nullable=True))


_REQUIRED: dict[str, sa.String | sa.Integer] = {
    "kind": sa.String(length=40),
    "priority": sa.Integer(),
    "operation": sa.String(length=8),
    "part": sa.Integer(),
    "form": sa.String(length=8),
}


def downgrade() -> None:
    with op.batch_alter_table("destination", schema=None) as batch_op:
        batch_op.drop_column("held_until")
    op.execute(sa.text("DELETE FROM outbox WHERE operation = 'update' OR part > 1"))
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("plain", sa.Boolean(), nullable=True))
    op.execute(_outbox.update().values(plain=sa.column("form") != "full"))
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.alter_column("plain", existing_type=sa.Boolean(), nullable=False)
        batch_op.drop_index("ix_outbox_card")
        for name in ("kind", "priority", "operation", "card", "version", "part", "follows", "asker", "form"):
            batch_op.drop_column(name)
