"""From a click on "Summarise (AI)" to a private summary."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from bot.slack.clicks import Clicked
from bot.views.answers.model import AnswerView
from bot.views.notices.model import NoticeView
from bot.views.summaries.model import summary_of
from bot.views.view import StoredView
from bot.work.inbox import Received
from bot.work.outbox import Post, post_key
from retrieval.database import Database
from retrieval.model.summary import NO_MODEL, may_be_summarised
from retrieval.ports import Failure
from retrieval.types import Answer, SummarySentence

KIND = "summary"
WORKING = "The quotes are being summed up. It takes a moment, and you alone will see it."
GONE = "There is no summary: the text of this answer is kept for one day. Next step: ask the question again."
UNSUITED = "There is no summary of this. Read the quotes."
FAILED = "There is no summary: something went wrong on my side, after several tries. The quotes stand."


class Summarising(Protocol):
    """Words a summary from the quotes of an answer."""

    def summarise(self, answer: Answer, asker: str | None = None) -> tuple[SummarySentence, ...] | Failure: ...


class SummaryHandler:
    """Handles the inbox kind "summary". Every click gets one private post: a summary, or why there is none.

    `person` gives our id of somebody by workspace and Slack's id: the limits on a model are each person's own.
    """

    def __init__(
        self, database: Database, summariser: Summarising | None, person: Callable[[str, str], str] | None = None
    ) -> None:
        self._database = database
        self._summariser = summariser
        self._person = person

    def __call__(self, received: Received) -> Sequence[Post]:
        """The post that answers a click."""
        clicked = Clicked(**received.body)
        with self._database.read() as session:
            shown = clicked.found(session, received.team_id, AnswerView.thing)
        view = AnswerView.from_data(shown.data) if shown else None
        return [_private(received, clicked, self._reply(received, clicked, view))]

    def failed(self, received: Received) -> Sequence[Post]:
        """What is posted when no try succeeded."""
        return [_private(received, Clicked(**received.body), NoticeView(FAILED))]

    def _reply(self, received: Received, clicked: Clicked, view: AnswerView | None) -> StoredView:
        if view is None:
            return NoticeView(GONE)
        if not view.summarises or not may_be_summarised(view.answer):
            return NoticeView(UNSUITED)
        if self._summariser is None:
            return NoticeView(NO_MODEL)
        person = self._person(received.team_id, clicked.user) if self._person else None
        summary = self._summariser.summarise(view.answer, person)
        if isinstance(summary, Failure):
            return NoticeView(f"There is no summary: {summary.note}")
        # There is nobody else in a direct message, and others do not see the quotes of a private answer.
        return summary_of(view.answer, summary, "" if clicked.direct or view.shares else _key(received)[:8])


def _private(received: Received, clicked: Clicked, view: StoredView) -> Post:
    place = (received.team_id, clicked.channel, clicked.thread)
    only_for = None if clicked.direct else clicked.user
    return Post(view.posted_as, _key(received), *place, view.thing, view.to_data(), ephemeral_user=only_for)


def _key(received: Received) -> str:
    return post_key(KIND, received.team_id, received.key)
