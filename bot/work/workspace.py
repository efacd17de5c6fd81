"""The one workspace that an installation and its database belong to."""

from __future__ import annotations

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from bot.errors import SettingsError
from bot.work.people import team_id
from bot.work.tables import TeamRow

# The workspace of the command line before the bot has connected to Slack. The first real workspace takes it over.
LOCAL = "local"


def claim(session: Session, slack_team: str, *, take_over: bool = True) -> str:
    """Make this the database of a workspace, and return our id of it.

    With `take_over`, the workspace takes over what the command line stored before. Raises SettingsError when the
    database belongs to another workspace, because the register of one organisation must not reach another.
    """
    if session.get_bind().dialect.name == "postgresql":
        # Two replicas that start on a new database with different tokens must not both find it without an owner.
        session.execute(text("LOCK TABLE team IN SHARE ROW EXCLUSIVE MODE"))
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
    """Return our id of the workspace this database belongs to, or of the local one if it belongs to none yet."""
    return _own(session, owner(session) or LOCAL)


def owner(session: Session) -> str | None:
    """Return Slack's id of the workspace this database belongs to; None when it is new."""
    return session.scalars(select(TeamRow.slack_team).where(TeamRow.owner)).first()


def _own(session: Session, slack_team: str) -> str:
    ours = team_id(session, slack_team)
    session.execute(update(TeamRow).where(TeamRow.team_id == ours).values(owner=True))
    return ours
