"""What stands before and after a passage in its document."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from retrieval.corpus.tables import PassageRow


def neighbours(session: Session, passage_id: str) -> tuple[str | None, str | None]:
    """The ids of the passages before and after it; None at either end, and for a passage that is gone."""
    here = session.get(PassageRow, passage_id)
    if here is None:
        return None, None
    near = select(PassageRow.ordinal, PassageRow.passage_id).where(
        PassageRow.version_id == here.version_id,
        PassageRow.ordinal.in_((here.ordinal - 1, here.ordinal + 1)),
    )
    found = {row.ordinal: row.passage_id for row in session.execute(near)}
    return found.get(here.ordinal - 1), found.get(here.ordinal + 1)
