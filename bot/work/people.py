"""Ids of our own for workspaces and people, in place of Slack's."""

from __future__ import annotations

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.work.statements import insert_once
from bot.work.tables import PersonRow, TeamRow


def team_id(session: Session, slack_team: str) -> str:
    """Return our id of a workspace. A new workspace gets one."""
    query = select(TeamRow.team_id).where(TeamRow.slack_team == slack_team)
    found = session.scalar(query)
    if found is not None:
        return found
    insert_once(session, TeamRow, {"team_id": str(uuid.uuid4()), "slack_team": slack_team, "owner": False})
    return session.scalars(query).one()


def person_id(session: Session, team_id: str, slack_user: str) -> str:
    """Return our id of a person of a workspace. A new person gets one."""
    query = select(PersonRow.person_id).where(PersonRow.team_id == team_id, PersonRow.slack_user == slack_user)
    found = session.scalar(query)
    if found is not None:
        return found
    values = {"person_id": str(uuid.uuid4()), "team_id": team_id, "slack_user": slack_user}
    insert_once(session, PersonRow, values)
    return session.scalars(query).one()


def slack_user(session: Session, person_id: str) -> str | None:
    """Return Slack's id of a person; None when the person is unknown or erased."""
    return session.scalar(select(PersonRow.slack_user).where(PersonRow.person_id == person_id))
