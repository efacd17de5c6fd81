"""Every way a model can fail has a name; the program then chooses, within the deadline."""

from __future__ import annotations

import logging
import time

import pytest

from retrieval.model.outcomes import TELLINGS, ModelFailure, Outcome
from retrieval.model.patience import Patience
from retrieval.ports import Failure, Selection
from tests.support.model_server import ModelServer, Reply, completion, fails, selection, selects
from tests.unit.retrieval.model.conftest import QUESTION, Asking, Choose

COUNTED = "Ammunition stores must be counted every 90 days by a joint team."


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (Reply(b"<html>busy</html>", headers={"Content-Type": "text/html"}), "malformed"),
        (Reply(b'{"choices": '), "malformed"),
        (Reply(completion("")), "empty"),
        (Reply(completion("<think>The stores, I think.</think>")), "empty"),
        (Reply(completion('{"covered": true}'[:-3])), "malformed"),
        (Reply(completion(selection(["S1.1"])[:-2])), "malformed"),
        (Reply(completion('{"covered": "perhaps", "parts": 7}')), "malformed"),
        (Reply(completion('{"parts": [{"part": 1, "sentences": ["S1.1"]}]}')), "malformed"),
        (Reply(completion(selection(["S1.1"])[:20], finish="length")), "truncated"),
        (Reply(completion(selection(["S1.1"]), finish="length")), "truncated"),
        (Reply(completion(selection(["S1.1"])), cut=40), "truncated"),
        (Reply(completion(None, refusal="I cannot help with that.")), "refusal"),
        (Reply(completion(selection(["S1.1"]), finish="content_filter")), "filtered"),
        (fails(400, "no", code="content_filter"), "filtered"),
        (fails(401, "bad key"), "unauthorized"),
        (fails(403, "not yours"), "unauthorized"),
        (fails(400, "a fault in the request"), "rejected"),
        (fails(404, "not here"), "rejected"),
        (fails(404, "no such model"), "no_such_model"),
        (fails(413, "too large"), "too_long"),
        (fails(400, "maximum context length", code="context_length_exceeded"), "too_long"),
        (fails(429, "slow down", Retry_After="1"), "rate_limited"),
        (fails(500, "oops"), "server_error"),
        (fails(503, "overloaded", Retry_After="2"), "server_error"),
        (Reply(completion(selection(["S1.1"])), delay=30), "timeout"),
        (Reply(completion(selection(["S1.1"])), drip=0.05), "timeout"),
        (selects(["S7.7"]), "unknown_ids"),
    ],
)
def test_every_failure_has_a_name_and_ends_in_sentences_that_the_program_chose(
    reply: Reply, outcome: Outcome, asking: Asking, server: ModelServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.script(reply)
    caplog.set_level(logging.INFO)
    began = time.monotonic()
    answer = asking(deadline=1.0).answer(QUESTION)
    assert time.monotonic() - began < 4
    assert (answer.status, answer.mode, answer.model, answer.reason) == ("answered", "extractive", None, outcome)
    assert COUNTED in answer.text
    assert answer.note is not None
    assert answer.note.startswith(TELLINGS[outcome].note)
    assert f"model: {outcome}" in [record.getMessage() for record in caplog.records]
    assert QUESTION not in caplog.text


def test_a_server_that_is_gone_is_unreachable(choose: Choose, server: ModelServer) -> None:
    server.stop()
    assert choose() == Failure("unreachable", "The model server cannot be reached.")


def test_a_busy_server_is_tried_again_after_the_time_it_names(choose: Choose, server: ModelServer) -> None:
    naps: list[float] = []
    server.script(fails(429, Retry_After="2"), selects(["S1.1"]))
    assert isinstance(choose(sleep=naps.append), Selection)
    assert naps == [2.0]


def test_two_tries_are_all(choose: Choose, server: ModelServer) -> None:
    naps: list[float] = []
    server.script(fails(503), fails(503), selects(["S1.1"]))
    assert choose(sleep=naps.append) == Failure("server_error", "The model server has a fault.")
    assert len(server.requests) == 2
    (nap,) = naps
    assert 0 < nap <= 0.5


def test_a_wait_beyond_the_deadline_is_not_begun(choose: Choose, server: ModelServer) -> None:
    naps: list[float] = []
    server.script(fails(429, Retry_After="3600"), selects(["S1.1"]))
    assert choose(sleep=naps.append) == Failure("rate_limited", "The model server takes no more requests right now.")
    assert (naps, len(server.requests)) == ([], 1)


def test_patience_has_one_deadline_for_all_tries() -> None:
    now = [0.0]

    def call() -> None:
        now[0] += 4.0
        raise ModelFailure("server_error")

    patience = Patience(5.0, timer=lambda: now[0], sleep=lambda seconds: None)
    with pytest.raises(ModelFailure, match="server_error"):
        patience.spend(call)
    assert patience.left == 0.0
