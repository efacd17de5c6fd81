"""One workspace an installation: whose database this is."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.errors import SettingsError
from bot.work.people import team_id
from bot.work.tables import TeamRow

# What the command line works for before the bot has met its workspace; the first one it meets takes it over.
LOCAL = "local"


def claim(session: Session, slack_team: str) -> str:
    """Our id of the workspace, whose database this is from now on.

    Raises SettingsError when it belongs to another one: the register of one organisation must not reach another's.
    """
    known = owner(session)
    if known not in (None, LOCAL, slack_team):
        raise SettingsError(
            f"This database belongs to the workspace {known}, not to {slack_team}. Nothing was started; set "
            "DATABASE_URL or PROVISO_HOME to one of its own."
        )
    if known == LOCAL:
        session.execute(update(TeamRow).where(TeamRow.slack_team == LOCAL).values(slack_team=slack_team))
    return team_id(session, slack_team)


def local_team(session: Session) -> str:
    """Our id of the one workspace there is; of the local one before any was met."""
    return team_id(session, owner(session) or LOCAL)


def owner(session: Session) -> str | None:
    """Slack's id of the workspace this database belongs to; None when it is new."""
    return session.scalars(select(TeamRow.slack_team).order_by(TeamRow.slack_team)).first()
