"""The workers of the running bot: what answers questions and sums answers up."""

from __future__ import annotations

from bot.actions.table import REGISTRY
from bot.app.core import Core
from bot.slack.inbox_middleware import KIND
from bot.slack.private_places import PrivatePlaces
from bot.slack.questions import QuestionHandler
from bot.slack.status import Status
from bot.slack.summaries import KIND as SUMMARY
from bot.slack.summaries import SummaryHandler
from bot.work.inbox import Inbox
from bot.work.people import person_id
from bot.work.workers import WorkerPool
from prompts.loading import load


def build_workers(core: Core, inbox: Inbox, status: Status, places: PrivatePlaces) -> WorkerPool:
    """The threads that answer questions. The limits on a model are each person's own, so it is told who asks."""

    def our_id(team: str, slack_user: str) -> str:
        with core.database.write() as session:
            return person_id(session, team, slack_user)

    person = our_id if core.settings.proviso_chat_model else None
    summarised = core.summariser is not None
    questions = QuestionHandler(
        core.answerer,
        REGISTRY,
        core.ageing,
        core.conversations,
        status,
        person=person,
        summarised=summarised,
        rated=bool(core.feedback.age),
        prompt=load("select").version if core.settings.proviso_chat_model else None,
        places=places.of,
    )
    summaries = SummaryHandler(core.database, core.summariser, person)
    return WorkerPool(
        inbox,
        {KIND: questions, SUMMARY: summaries},
        core.settings.proviso_answers,
        failures={KIND: questions.failed, SUMMARY: summaries.failed},
        name=core.worker,
    )
