"""One workspace an installation: whose database this is."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.errors import SettingsError
from bot.work.people import team_id
from bot.work.tables import TeamRow

# What the command line works for before the bot has met its workspace; the first one it meets takes it over.
LOCAL = "local"


def claim(session: Session, slack_team: str, *, take_over: bool = True) -> str:
    """Our id of the workspace, whose database this is from now on.

    `take_over` allows it to inherit what the command line did before. Raises SettingsError when the database belongs
    to another workspace: the register of one organisation must not reach another's.
    """
    known = owner(session)
    if known not in (None, slack_team) and not (known == LOCAL and take_over):
        raise SettingsError(
            f"This database belongs to the workspace {known}, not to {slack_team}. Nothing was started; set "
            "DATABASE_URL or PROVISO_HOME to one of its own."
        )
    if known == LOCAL:
        session.execute(update(TeamRow).where(TeamRow.slack_team == LOCAL).values(slack_team=slack_team))
    return _own(session, slack_team)


def local_team(session: Session) -> str:
    """Our id of the one workspace there is; of the local one before any was met."""
    return _own(session, owner(session) or LOCAL)


def owner(session: Session) -> str | None:
    """Slack's id of the workspace this database belongs to; None when it is new."""
    return session.scalars(select(TeamRow.slack_team).where(TeamRow.owner)).first()


def _own(session: Session, slack_team: str) -> str:
    ours = team_id(session, slack_team)
    session.execute(update(TeamRow).where(TeamRow.team_id == ours).values(owner=True))
    return ours
