"""A question gets one post, whatever becomes of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from slack_sdk import WebClient

from bot.actions.table import REGISTRY
from bot.sandbox.driver import Workspace
from bot.slack.questions import QuestionHandler
from bot.slack.status import SEARCHING, Status
from bot.views.blocks import render_blocks
from bot.views.wire import view_of
from bot.work.inbox import Received
from bot.work.outbox import post_key
from retrieval.types import Answer, Turn
from tests.unit.slack.test_delivery import api_error


class Echo:
    def __init__(self) -> None:
        self.asked: list[str] = []

    def answer(self, question: str, *, context: Sequence[Turn] = (), id: str | None = None) -> Answer:
        self.asked.append(question)
        return Answer(question, "abstained", "Not covered.")


def received(text: str, **changed: Any) -> Received:
    body = {"channel": "C0OPS", "thread": "5.000001", "user": "U1", "text": text, "length": len(text), "files": 0}
    return Received("question", "C0OPS:5.000001", body | changed, "team", 1)


def test_an_answer_goes_to_its_thread_under_a_key_of_its_own() -> None:
    echo = Echo()
    posts = QuestionHandler(echo, REGISTRY)(received("When?"))
    assert echo.asked == ["When?"]
    assert len(posts) == 1
    post = posts[0]
    assert (post.team_id, post.channel, post.thread, post.view) == ("team", "C0OPS", "5.000001", "answer")
    assert post.key == post_key("answer", "team", "C0OPS:5.000001")
    assert post.data["answer"]["text"] == "Not covered."
    assert post.data["reference"] == post.key[:8]
    assert "When?" not in str(post)


@pytest.mark.parametrize(
    ("text", "changed", "view", "said"),
    [
        ("", {}, "help", "You mentioned me without a question."),
        ("", {"files": 1}, "help", "I cannot read files"),
        ("w" * 4001, {"length": 9000}, "answer", "Your question has 9,000 characters; I take up to 4,000."),
    ],
)
def test_what_is_no_question_for_the_index_is_answered_without_it(
    text: str, changed: dict[str, Any], view: str, said: str
) -> None:
    echo = Echo()
    (post,) = QuestionHandler(echo, REGISTRY)(received(text, **changed))
    assert echo.asked == []
    assert post.view == view
    assert said in str(render_blocks(view_of(post.view, post.data)))


def test_a_question_that_failed_too_often_is_told_with_a_reference() -> None:
    (post,) = QuestionHandler(Echo(), REGISTRY).failed(received("When?"))
    shown = str(render_blocks(view_of(post.view, post.data)))
    assert "No answer this time" in shown
    assert post.key[:8] in shown


def test_the_thread_says_that_the_guidance_is_searched(client: WebClient, workspace: Workspace) -> None:
    asked = workspace.user("amal").say("C-ops", "hello")
    handler = QuestionHandler(Echo(), REGISTRY, Status(client))
    handler(received("When?", thread=asked.ts))
    assert list(workspace.world.live_statuses("C0OPS")) == [(asked.ts, SEARCHING)]


@pytest.mark.parametrize(("code", "calls"), [("unknown_method", 1), ("channel_not_found", 2)])
def test_a_status_that_cannot_be_shown_is_no_obstacle(
    client: WebClient, monkeypatch: pytest.MonkeyPatch, code: str, calls: int
) -> None:
    tried: list[dict[str, Any]] = []

    def refuse(**arguments: Any) -> None:
        tried.append(arguments)
        raise api_error(code)

    monkeypatch.setattr(client, "assistant_threads_setStatus", refuse)
    handler = QuestionHandler(Echo(), REGISTRY, Status(client))
    for _ in range(2):
        assert len(handler(received("When?"))) == 1
    assert len(tried) == calls
