"""Somebody asks, and is answered in the thread with sources."""

from __future__ import annotations

import time
from datetime import timedelta

from bot.sandbox.driver import Workspace
from retrieval.corpus.sources import Corpus
from retrieval.index.generations import Generations
from tests.flows.conftest import Bot
from tests.flows.guidance import PARTNERS

QUESTION = "When should a partner be assessed?"
ANSWERED = [
    "*Handbook on Partners*\nInstitute of Partnership · 2021 · policy\n",
    "“A supporting state should assess a partner before support begins.",
    "*Strength*: should · whom it binds is not stated · no treaty or statute here says this",
    "Quoted word for word, no AI. Verify against the source before you act on it.",
]


def test_a_mention_is_answered_in_its_thread_with_sources(bot: Bot, workspace: Workspace) -> None:
    asked = workspace.user("amal").mention("C-ops", QUESTION)
    reply = workspace.wait_for_reply(asked)
    said = workspace.text(reply)
    assert reply.thread_ts == asked.ts
    assert [part for part in ANSWERED if part not in said] == []
    assert reply.text.startswith("“A supporting state")


def test_a_direct_message_is_answered_beside_it(bot: Bot, workspace: Workspace) -> None:
    asked = workspace.user("bo").dm("May detainees be transferred where torture is likely?")
    reply = workspace.wait_for_reply(asked)
    assert reply.thread_ts is None
    assert "A transfer must not take place where torture is likely." in workspace.text(reply)


def test_a_question_in_a_thread_is_answered_in_that_thread(bot: Bot, workspace: Workspace) -> None:
    first = workspace.user("amal").say("C-ops", "Let us plan.")
    asked = workspace.user("amal").mention("C-ops", QUESTION, thread=first)
    assert workspace.wait_for_reply(asked).thread_ts == first.ts


def test_what_is_not_in_the_guidance_is_said_to_be_missing(bot: Bot, workspace: Workspace) -> None:
    reply = workspace.wait_for_reply(workspace.user("amal").mention("C-ops", "What does the canteen serve on Fridays?"))
    assert "*Not in the guidance*" in workspace.text(reply)


def test_a_mention_without_a_question_gets_friendly_help(bot: Bot, workspace: Workspace) -> None:
    reply = workspace.wait_for_reply(workspace.user("amal").mention("C-ops", ""))
    said = workspace.text(reply)
    assert "You mentioned me without a question." in said
    assert "/checklist [TOPIC]" in said


def test_a_question_that_is_too_long_is_refused_with_the_reason(bot: Bot, workspace: Workspace) -> None:
    reply = workspace.wait_for_reply(workspace.user("amal").mention("C-ops", "assess " * 700))
    assert "Your question has 4,899 characters; I take up to 4,000." in workspace.text(reply)


def test_a_redelivered_mention_is_answered_once(bot: Bot, workspace: Workspace) -> None:
    asked = workspace.user("amal").mention("C-ops", QUESTION)
    workspace.wait_for_reply(asked)
    for _ in range(3):
        assert all(delivery.acked for delivery in workspace.redeliver(asked))
    time.sleep(0.3)
    assert len(workspace.replies(asked)) == 1


def test_what_another_app_or_an_edit_says_is_no_question(bot: Bot, workspace: Workspace) -> None:
    said = workspace.user("amal").say("C-ops", "Nobody is mentioned here.")
    time.sleep(0.3)
    assert workspace.replies(said) == []


def test_show_passage_opens_the_passage_with_the_quote_marked(bot: Bot, workspace: Workspace) -> None:
    amal = workspace.user("amal")
    reply = workspace.wait_for_reply(amal.mention("C-ops", QUESTION))
    assert amal.click("Show passage", reply).acked
    workspace.wait_for(lambda: "willingness, capability" in amal.modal_text, what="the passage")
    assert "_par. 4_\n*A supporting state should assess a partner before support begins.*" in amal.modal_text
    assert "section “Assessment” · par. 4, 5, 6 · p. 3" in amal.modal_text


def test_the_passages_before_and_after_are_a_click_away(bot: Bot, workspace: Workspace) -> None:
    amal = workspace.user("amal")
    reply = workspace.wait_for_reply(amal.mention("C-ops", "When must a transfer of detainees not take place?"))
    assert amal.click("Show passage", reply).acked
    quote = "*A transfer must not take place where torture is likely.*"
    workspace.wait_for(lambda: quote in amal.modal_text, what="the passage")
    assert "Previous passage" not in amal.modal_text
    assert amal.click("Next passage").acked
    workspace.wait_for(
        lambda: "_par. 4_\nVisitors speak with detainees alone" in amal.modal_text, what="the next passage"
    )
    assert "Next passage" not in amal.modal_text
    assert "the quote itself is elsewhere" in amal.modal_text
    assert amal.click("Previous passage").acked
    workspace.wait_for(lambda: quote in amal.modal_text, what="the quoted passage again")


def test_show_passage_says_when_the_passage_is_gone(
    bot: Bot, workspace: Workspace, corpus: Corpus, generations: Generations
) -> None:
    amal = workspace.user("amal")
    reply = workspace.wait_for_reply(amal.mention("C-ops", QUESTION))
    corpus.remove(PARTNERS.source_id)
    generations.build()
    workspace.advance(timedelta(days=2))
    generations.sweep(bot.responder.clock.now())
    amal.click("Show passage", reply)
    workspace.wait_for(lambda: "no longer in the index" in amal.modal_text, what="the notice")
