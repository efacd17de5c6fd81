"""Somebody goes on from an answer: to its further quotes, and to what is offered beside it."""

from __future__ import annotations

from sqlalchemy import update

from bot.sandbox.driver import Workspace
from bot.slack.listeners.answers import MORE_GONE
from bot.work.tables import OutboxRow
from retrieval.database import Database
from tests.flows.conftest import Bot

# Both passages answer it, so that some of its quotes wait behind the button.
QUESTION = (
    "What should a supporting state assess or agree with a partner before support begins, on detainees and training?"
)


def test_more_shows_every_quote_to_whoever_asked_for_it_alone(bot: Bot, workspace: Workspace) -> None:
    asked = workspace.user("amal").mention("C-ops", QUESTION)
    reply = workspace.wait_for_reply(asked)
    said = workspace.text(reply)
    assert "[More (" in said
    amal, bo = workspace.user("amal"), workspace.user("bo")
    seen, before = amal.ephemerals("C-ops"), len(bo.ephemerals("C-ops"))
    assert bo.click(said[said.index("[More (") + 1 : said.index("]", said.index("[More ("))]).acked
    workspace.wait_for(lambda: len(bo.ephemerals("C-ops")) > before)
    whole = workspace.text(bo.ephemerals("C-ops")[-1])
    assert whole.count("“") > said.count("“")
    assert "[More (" not in whole
    assert amal.ephemerals("C-ops") == seen
    assert len(workspace.replies(asked)) == 1


def test_more_says_when_the_quotes_are_not_kept_any_more(
    bot: Bot, workspace: Workspace, story_database: Database
) -> None:
    said = workspace.text(workspace.wait_for_reply(workspace.user("amal").mention("C-ops", QUESTION)))
    with story_database.write() as session:
        session.execute(update(OutboxRow).values(data=None))
    amal = workspace.user("amal")
    before = len(amal.ephemerals("C-ops"))
    assert amal.click(said[said.index("[More (") + 1 : said.index("]", said.index("[More ("))]).acked
    workspace.wait_for(lambda: len(amal.ephemerals("C-ops")) > before)
    assert workspace.text(amal.ephemerals("C-ops")[-1]) == MORE_GONE


def test_what_is_pointed_to_opens_at_a_click(bot: Bot, workspace: Workspace) -> None:
    reply = workspace.wait_for_reply(workspace.user("amal").mention("C-ops", "Show me the detention checklist"))
    said = workspace.text(reply)
    label = said[said.index("[") + 1 : said.index("]")]
    amal = workspace.user("amal")
    before = len(amal.ephemerals("C-ops"))
    assert amal.click(label).acked
    workspace.wait_for(lambda: len(amal.ephemerals("C-ops")) > before)
    assert workspace.text(amal.ephemerals("C-ops")[-1]).startswith("Detention and transfers by or to a partner\n")


def test_the_register_is_offered_to_a_person_alone(bot: Bot, workspace: Workspace) -> None:
    question = "When is my next assessment due?"
    channel = workspace.text(workspace.wait_for_reply(workspace.user("amal").mention("C-ops", question)))
    assert "ask me in a direct message" in channel
    assert "[" not in channel
    direct = workspace.text(workspace.wait_for_reply(workspace.user("bo").dm(question)))
    assert "[" in direct
