"""A click on Summarise gets one private post, and what is shared keeps its label."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update

from bot.slack.clicks import Clicked
from bot.slack.summaries import FAILED, GONE, KIND, UNSUITED, SummaryHandler
from bot.views.answers.model import AnswerView
from bot.views.blocks import render_blocks
from bot.views.stored import view_of
from bot.views.summaries.model import LABEL, SummaryView
from bot.work.inbox import Received
from bot.work.outbox import Post, enqueue, post_key
from bot.work.tables import OutboxRow
from retrieval.corpus.passages import Source, Span
from retrieval.database import Database
from retrieval.model.summary import NO_MODEL
from retrieval.ports import Failure
from retrieval.types import Answer, Citation, Claim, SummarySentence
from tests.support.clock import ManualClock

HANDBOOK = Source("s", "a.md", title="A Handbook", authority="guidance")
ANSWER = Answer(
    "",
    "answered",
    "Count the crates.",
    (Claim("Count the crates.", (1,)),),
    (Citation(1, "p", HANDBOOK, (Span("Count the crates.", 3),)), Citation(2, "q", HANDBOOK, (Span("Seal them.", 4),))),
)
SENTENCES = (SummarySentence("The crates are counted.", (1,)),)
KEY = post_key("answer", "t", "C1:1.0")
CLICKED = Clicked(KEY[:8], "C1", "1.0", "U1")


class Wording:
    """Says what it is told to, and keeps who asked."""

    def __init__(self, said: tuple[SummarySentence, ...] | Failure = SENTENCES) -> None:
        self.said = said
        self.askers: list[str | None] = []

    def summarise(self, answer: Answer, asker: str | None = None) -> tuple[SummarySentence, ...] | Failure:
        self.askers.append(asker)
        return self.said


Store = Callable[..., None]


@pytest.fixture
def store(sqlite_database: Database, clock: ManualClock) -> Store:
    def store(view: Any, key: str = KEY, **place: Any) -> None:
        where: dict[str, Any] = {"team_id": "t", "channel": "C1", "thread": "1.0", "ephemeral_user": None} | place
        post = Post(AnswerView.posted_as, key, view=AnswerView.thing, data=view.to_data(), **where)
        with sqlite_database.write() as session:
            enqueue(session, post, clock.now())

    return store


def received(clicked: Clicked = CLICKED, key: str = "k1") -> Received:
    return Received(KIND, key, clicked.to_body(), "t", 1)


def said(post: Post) -> str:
    return render_blocks(view_of(post.view, post.data)).text


def answered(**changes: Any) -> AnswerView:
    return AnswerView(replace(ANSWER, **changes), KEY[:8], summarises=True)


def test_a_click_gets_a_private_labelled_summary_with_the_places_of_its_quotes(
    sqlite_database: Database, store: Store
) -> None:
    store(answered())
    wording = Wording()
    handler = SummaryHandler(sqlite_database, wording, lambda team, user: f"{team}/{user}")
    (post,) = handler(received())
    assert (post.channel, post.thread, post.ephemeral_user) == ("C1", "1.0", "U1")
    assert said(post) == f"*{LABEL}*\n• The crates are counted. [1]\n[1] A Handbook · par. 3"
    assert wording.askers == ["t/U1"]
    assert "Share in channel" in str(render_blocks(view_of(post.view, post.data)).blocks)


def test_in_a_direct_message_there_is_nobody_to_share_it_with(sqlite_database: Database, store: Store) -> None:
    store(answered(), channel="D1", thread=None)
    (post,) = SummaryHandler(sqlite_database, Wording())(received(replace(CLICKED, channel="D1", thread=None)))
    assert post.ephemeral_user is None
    assert "Share in channel" not in str(render_blocks(view_of(post.view, post.data)).blocks)


@pytest.mark.parametrize(("user", "found"), [("U1", True), ("U2", False)])
def test_the_buttons_work_below_what_was_posted_to_a_persons_own_id_for_that_person_alone(
    sqlite_database: Database, store: Store, user: str, found: bool
) -> None:
    store(answered(), channel="U1", thread=None)
    clicked = replace(CLICKED, channel="D1", thread=None, user=user)
    (post,) = SummaryHandler(sqlite_database, Wording())(received(clicked))
    assert said(post).startswith(f"*{LABEL}*\n• The crates" if found else GONE)


def test_a_failure_is_told_in_plain_words(sqlite_database: Database, store: Store) -> None:
    store(answered())
    failing = Wording(Failure("timeout", "The model did not answer in time."))
    (post,) = SummaryHandler(sqlite_database, failing)(received())
    assert said(post) == "There is no summary: The model did not answer in time."
    (post,) = SummaryHandler(sqlite_database, failing).failed(received())
    assert (said(post), post.ephemeral_user) == (FAILED, "U1")


@pytest.mark.parametrize(
    ("view", "told"),
    [
        (AnswerView(ANSWER, KEY[:8]), UNSUITED),
        (answered(status="refused", claims=(), citations=()), UNSUITED),
        (answered(status="abstained", claims=(), citations=(), nearest=ANSWER.citations), UNSUITED),
        (answered(earlier=True, mode="model"), UNSUITED),
    ],
)
def test_what_may_not_be_summed_up_is_not_sent_to_a_model(
    sqlite_database: Database, store: Store, view: AnswerView, told: str
) -> None:
    store(view)
    wording = Wording()
    (post,) = SummaryHandler(sqlite_database, wording)(received())
    assert (said(post), wording.askers) == (told, [])


def test_without_a_model_an_earlier_button_says_so(sqlite_database: Database, store: Store) -> None:
    store(answered())
    (post,) = SummaryHandler(sqlite_database, None)(received())
    assert said(post) == NO_MODEL


@pytest.mark.parametrize(
    "place", [{"channel": "C2"}, {"ephemeral_user": "U2"}, {"team_id": "other"}, {"key": post_key("another")}]
)
def test_nobody_sums_up_what_they_were_not_shown_there(
    sqlite_database: Database, store: Store, place: dict[str, Any]
) -> None:
    store(answered(), **place)
    wording = Wording()
    (post,) = SummaryHandler(sqlite_database, wording)(received())
    assert (said(post), wording.askers) == (GONE, [])


@pytest.mark.parametrize("reference", ["", "%", "_" * 8, "zzzzzzzz", KEY, KEY[:7]])
def test_a_forged_reference_finds_nothing(sqlite_database: Database, store: Store, reference: str) -> None:
    store(answered())
    (post,) = SummaryHandler(sqlite_database, Wording())(received(replace(CLICKED, reference=reference)))
    assert said(post) == GONE


def test_an_answer_whose_text_was_erased_is_no_longer_summed_up(sqlite_database: Database, store: Store) -> None:
    store(answered())
    with sqlite_database.write() as session:
        session.execute(update(OutboxRow).values(data=None))
    (post,) = SummaryHandler(sqlite_database, Wording())(received())
    assert said(post) == GONE


def test_a_summary_of_a_private_answer_stays_private_as_others_do_not_see_its_quotes(
    sqlite_database: Database, store: Store
) -> None:
    store(replace(answered(), shares=True), ephemeral_user="U1")
    (post,) = SummaryHandler(sqlite_database, Wording())(received())
    assert said(post).startswith(f"*{LABEL}*")
    assert "Share in channel" not in str(render_blocks(view_of(post.view, post.data)).blocks)


def test_a_shared_summary_keeps_its_label_and_names_who_shared_it() -> None:
    view = SummaryView(SENTENCES, {1: "A Handbook · par. 3"}, frozenset({"h1"}), "abcd1234")
    message = render_blocks(view.as_shared("U1", "beef0123"))
    assert message.text.startswith(f"*{LABEL}* · shared by <@U1>\n• The crates are counted. [1]")
    assert "Share in channel" not in str(message.blocks)


def test_the_label_says_who_worded_it_and_what_it_is_not() -> None:
    assert LABEL == "Worded by AI from the quotes above, not guidance"


def test_a_summary_is_the_same_after_it_was_stored() -> None:
    view = SummaryView(SENTENCES, {1: "A Handbook · par. 3"}, frozenset({"h1"}), "abcd1234", "U1")
    assert SummaryView.from_data(view.to_data()) == view
