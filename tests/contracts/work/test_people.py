"""Surrogate ids of workspaces and people, on each database."""

from __future__ import annotations

import threading

from bot.work.people import person_id, slack_user, team_id
from retrieval.database import Database


def test_the_same_person_has_the_same_id_and_another_workspace_has_its_own(database: Database) -> None:
    with database.write() as session:
        one, two = team_id(session, "T1"), team_id(session, "T2")
        amal = person_id(session, one, "U1")
        assert (team_id(session, "T1"), person_id(session, one, "U1")) == (one, amal)
        assert len({one, two, amal, person_id(session, two, "U1"), person_id(session, one, "U2")}) == 5
        assert slack_user(session, amal) == "U1"
        assert slack_user(session, "nobody") is None


def test_ten_who_meet_somebody_new_at_once_agree_on_the_id(database: Database) -> None:
    ids: list[str] = []

    def meet() -> None:
        with database.write() as session:
            ids.append(person_id(session, team_id(session, "T1"), "U1"))

    threads = [threading.Thread(target=meet) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 10
    assert len(set(ids)) == 1
