"""From Slack's id of a workspace to ours, remembered."""

from __future__ import annotations

from bot.work.people import team_id
from retrieval.database import Database


class Teams:
    """Our id of each workspace; made when it is first seen."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, str] = {}

    def id_of(self, slack_team: str) -> str:
        """Our id; raises ValueError for no name at all, and what the database raises."""
        if not slack_team:
            raise ValueError("a workspace without an id")
        if slack_team not in self._known:
            with self._database.write() as session:
                found = team_id(session, slack_team)
            # Only what is committed is remembered.
            self._known[slack_team] = found
        return self._known[slack_team]
