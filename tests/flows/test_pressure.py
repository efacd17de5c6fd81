"""Forty answers wait for a slow model, and somebody presses a button."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.sandbox.driver import Workspace
from retrieval.answering import Answerer
from retrieval.model.chat import ChatModel
from retrieval.model.selecting import ModelSelector
from retrieval.search.retriever import HybridRetriever
from tests.flows.conftest import BotMaker
from tests.support.model_server import ModelServer, Reply, completion

ANSWERS = 40


@pytest.fixture
def slow_model() -> Iterator[ModelServer]:
    server = ModelServer()
    server.script(Reply(completion("no ids at all"), delay=60))
    yield server
    server.stop()


def test_a_button_is_acked_within_half_a_second_while_40_slow_model_answers_run(
    make_bot: BotMaker, workspace: Workspace, searcher: HybridRetriever, slow_model: ModelServer
) -> None:
    model = ModelSelector(ChatModel.build("openai:slow", "key", slow_model.url, deadline=12))
    make_bot(Answerer(searcher, None, model), workers=ANSWERS)
    amal = workspace.user("amal")
    for _ in range(ANSWERS):
        amal.mention("C-ops", "May we share intelligence with a partner?")
    workspace.wait_for(lambda: len(slow_model.requests) == ANSWERS, 40, "40 questions at the model")
    delivery = amal.command("/checklist assessment")
    workspace.wait_for(lambda: amal.ephemerals("C-ops"), what="the checklist")
    clicked = amal.click("Sharing intelligence with a partner")
    assert delivery.seconds is not None
    assert clicked.seconds is not None
    print(f"\ncommand acked in {delivery.seconds:.3f} s, button in {clicked.seconds:.3f} s")
    assert max(delivery.seconds, clicked.seconds) <= 0.5
    assert workspace.bot_messages("C-ops") == []
    workspace.wait_for(lambda: len(workspace.bot_messages("C-ops")) >= 3, 40, "the answers, without the model")
