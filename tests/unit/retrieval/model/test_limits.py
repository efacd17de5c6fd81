"""What a question may take of the model, and what is kept of it: over HTTP, with the scripted server."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import pytest
from sqlalchemy import select

from bot.app.core import build
from bot.doctor import check_model
from bot.settings import Settings
from retrieval.corpus.passages import Scope
from retrieval.corpus.tables import GenerationRow
from retrieval.database import Database
from retrieval.model.budgets import Budgets, Caps
from retrieval.model.cache import AnswerCache
from retrieval.model.outcomes import TELLINGS, ModelFailure, Outcome
from retrieval.model.patience import FAILURES_IN_A_ROW, LEFT_ALONE_SECONDS, Breaker, Patience
from retrieval.model.tables import CachedRow
from tests.support.clock import ManualClock
from tests.support.model_server import ModelServer, Reply, completion, fails, selects
from tests.unit.retrieval.model.conftest import Asking

QUESTION = "How often must ammunition stores be counted?"
FOUND = selects(["S1.1"])


def test_over_budget_the_sources_own_sentences_answer_with_an_honest_note(
    asking: Asking, server: ModelServer, store: Database, clock: ManualClock
) -> None:
    server.script(FOUND)
    answers = asking(budgets=Budgets(store, clock, Caps(person_tokens=6_000)))
    modes = [answers.answer(QUESTION, asker="greedy").mode for _ in range(3)]
    assert modes == ["model", "model", "model"]  # each settles at the two tokens that the server counts
    poor = asking(budgets=Budgets(store, clock, Caps(person_tokens=100)))
    answer = poor.answer(QUESTION, asker="greedy")
    assert (answer.status, answer.mode) == ("answered", "extractive")
    assert str(answer.note).startswith(TELLINGS["person_budget"].note)
    assert len(server.requests) == 3


def test_a_server_that_counts_nothing_is_counted_for_and_a_lost_call_at_its_estimate(
    asking: Asking, server: ModelServer, store: Database, clock: ManualClock
) -> None:
    budgets = Budgets(store, clock, Caps())
    uncounted = completion(FOUND.body.decode()).replace(b'"prompt_tokens": 1', b'"prompt_tokens": 0')
    server.script(Reply(uncounted), fails(503), fails(503))
    answers = asking(budgets=budgets)
    answers.answer(QUESTION)
    spent, _ = budgets.spent()
    answers.answer(QUESTION)  # refused before it began: costs nothing
    assert budgets.spent() == (spent, 0)
    server.script(Reply(completion("{"), delay=30))
    asking(budgets=budgets, deadline=0.3).answer(QUESTION)
    assert budgets.spent()[0] > spent + 2_000


def test_the_twenty_first_question_of_an_hour_goes_to_the_sources_alone(
    asking: Asking, server: ModelServer, store: Database, clock: ManualClock
) -> None:
    server.script(FOUND)
    answers = asking(budgets=Budgets(store, clock, Caps(person_per_hour=3)))
    modes = [answers.answer(QUESTION, asker=name).mode for name in ("p", "p", "p", "p", "q")]
    assert modes == ["model", "model", "model", "extractive", "model"]


def test_the_same_question_costs_one_call_whoever_asks_next(
    asking: Asking, server: ModelServer, store: Database, clock: ManualClock
) -> None:
    server.script(FOUND)
    answers = asking(cache=AnswerCache(store, clock), budgets=Budgets(store, clock, Caps(person_per_hour=1)))
    first, second = answers.answer(QUESTION, asker="p"), answers.answer(QUESTION.lower(), asker="p")
    assert (second.text, second.claims, second.citations) == (first.text, first.claims, first.citations)
    assert (second.mode, second.model, len(server.requests)) == ("model", "scripted-1", 1)
    with store.read() as session:
        (row,) = session.scalars(select(CachedRow))
    assert row.chosen == [[1, "h2", 0]]


def test_that_nothing_covers_it_is_kept_as_well(
    asking: Asking, server: ModelServer, store: Database, clock: ManualClock
) -> None:
    server.script(selects([], covered=False))
    answers = asking(cache=AnswerCache(store, clock))
    assert [answers.answer(QUESTION).status for _ in range(2)] == ["abstained", "abstained"]
    assert len(server.requests) == 1


def test_what_was_kept_for_one_index_or_one_reader_is_not_used_for_another(
    asking: Asking, server: ModelServer, store: Database, clock: ManualClock
) -> None:
    server.script(FOUND)
    answers = asking(cache=AnswerCache(store, clock))
    answers.answer(QUESTION)
    answers.answer(QUESTION, scope=Scope(audiences=frozenset({"legal"})))
    assert len(server.requests) == 2
    with store.write() as session:
        session.delete(session.get(GenerationRow, "memory"))
    answers.answer(QUESTION)
    assert len(server.requests) == 3


def test_a_failure_is_not_kept(asking: Asking, server: ModelServer, store: Database, clock: ManualClock) -> None:
    server.script(selects(["S9.9"]), FOUND)
    answers = asking(cache=AnswerCache(store, clock))
    assert [answers.answer(QUESTION).mode for _ in range(3)] == ["extractive", "model", "model"]
    assert len(server.requests) == 2


def test_two_replicas_that_share_a_database_spend_no_more_than_one(
    asking: Asking, server: ModelServer, store: Database, clock: ManualClock
) -> None:
    server.script(FOUND)
    replicas = [asking(budgets=Budgets(store, clock, Caps(person_per_hour=3))) for _ in range(2)]
    modes = [replicas[n % 2].answer(QUESTION, asker="p").mode for n in range(6)]
    assert modes == ["model"] * 3 + ["extractive"] * 3
    assert len(server.requests) == 3


def test_a_server_that_fails_again_and_again_is_left_alone_and_then_tried_by_one() -> None:
    now = [0.0]
    breaker = Breaker(lambda: now[0])
    for _ in range(FAILURES_IN_A_ROW):
        breaker.check()
        breaker.note(ModelFailure("server_error"))
    with pytest.raises(ModelFailure, match="suspended"):
        breaker.check()
    now[0] += LEFT_ALONE_SECONDS
    breaker.check()
    with pytest.raises(ModelFailure, match="suspended"):
        breaker.check()  # one tries; the others wait for what it finds
    breaker.note(None)
    breaker.check()


@pytest.mark.parametrize("outcome", ["malformed", "too_long", "refusal", "unsupported", "person_budget"])
def test_what_is_no_fault_of_the_server_suspends_nobody(outcome: Any) -> None:
    breaker = Breaker(lambda: 0.0)
    for _ in range(3 * FAILURES_IN_A_ROW):
        breaker.note(ModelFailure(outcome))
    breaker.check()


def test_a_suspended_server_is_not_asked_and_the_reader_is_told(asking: Asking, server: ModelServer) -> None:
    server.script(fails(503))
    answers = asking()
    for _ in range(FAILURES_IN_A_ROW):
        answers.answer(QUESTION)
    asked = len(server.requests)
    assert str(answers.answer(QUESTION).note).startswith(TELLINGS["suspended"].note)
    assert len(server.requests) == asked


def test_waits_are_drawn_so_that_callers_do_not_come_back_together() -> None:
    naps: list[float] = []
    draws = iter([0.25, 0.75])
    for _ in range(2):
        patience = Patience(5.0, sleep=naps.append, jitter=lambda: next(draws))
        with pytest.raises(ModelFailure, match="server_error"):
            patience.spend(_failing)
    assert naps == [0.125, 0.375]


def _failing() -> None:
    raise ModelFailure("server_error")


def test_a_date_to_come_back_at_is_honoured(asking: Asking, server: ModelServer) -> None:
    server.script(fails(429, Retry_After="Thu, 01 Jan 2099 00:00:00 GMT"), FOUND)
    assert asking().answer(QUESTION).mode == "extractive"
    assert len(server.requests) == 1


def test_a_server_without_a_limit_of_replies_is_asked_without_one(asking: Asking, server: ModelServer) -> None:
    server.script(fails(400, "unsupported parameter: max_completion_tokens"), FOUND)
    assert asking().answer(QUESTION).mode == "model"
    assert ["max_completion_tokens" in request for request in server.requests] == [True, False]


def test_every_outcome_tells_the_reader_what_happened_and_the_administrator_what_mends_it() -> None:
    assert set(TELLINGS) == set(get_args(Outcome))
    notes = [telling.note for telling in TELLINGS.values()]
    assert len(set(notes)) == len(TELLINGS)
    assert all(note.endswith(".") for note in notes)
    assert all(telling.mend for telling in TELLINGS.values())


@pytest.mark.parametrize(
    ("url", "says"), [("http://127.0.0.1:9", "unreachable: The model server cannot be reached."), (None, None)]
)
def test_doctor_names_the_outcome_and_its_mend(url: str | None, says: str | None) -> None:
    verdict = check_model("m", None, url)
    assert verdict.state == "problem"
    assert verdict.mend == (TELLINGS["unreachable"] if url else TELLINGS["unauthorized"]).mend
    assert says in (None, verdict.says)


def test_limits_of_money_need_a_price(tmp_path: Path) -> None:
    settings = Settings(proviso_home=tmp_path, proviso_money_per_day=5.0, _env_file=None)
    services = build(settings)
    with pytest.raises(Exception, match="PROVISO_MODEL_PRICE"):
        _ = services.budgets
    services.close()


def test_a_switched_off_cache_keeps_nothing(tmp_path: Path) -> None:
    services = build(Settings(proviso_home=tmp_path, proviso_answer_cache_days=0, _env_file=None))
    assert services.answer_cache is None
    services.close()
