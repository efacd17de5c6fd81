"""From a question in the inbox to the one post that answers it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.actions.asking import echo
from bot.actions.help import LEAD, help_view
from bot.actions.registry import Registry
from bot.conversations.threads import Conversations
from bot.slack.private_places import PrivatePlace
from bot.slack.status import Status
from bot.views.answers.model import AnswerView, Asked, for_everybody
from bot.views.notices.model import NoticeView
from bot.views.sources import Ageing
from bot.views.view import StoredView
from bot.work.inbox import Received
from bot.work.outbox import Post, post_key
from retrieval.limits import QUESTION, too_long
from retrieval.model.summary import may_be_summarised
from retrieval.types import Answer

if TYPE_CHECKING:
    from retrieval.answering import Answerer

_NO_WORDS = "You mentioned me without a question. " + LEAD
_NO_FILES = "I cannot read files: ask in words, and have documents added to the guidance instead. " + LEAD
_FAILED = (
    "Something went wrong on my side, after several tries. Your question was not kept. Next step: ask again in a while."
)
REPEATED = (
    "For this I find nothing but what I quoted above. You alone see this. Next step: mention me with the whole "
    "question, or pay no heed if it was not meant for me."
)
_ASK_ALONE = "This is about the register, which is not spoken of here. Next step: ask me in a direct message."
# What failed may have failed for a passing reason; somebody waits, so not for long.
_TRIES = 3
# A refusal and a failure have their own next step.
_RATED = frozenset({"answered", "abstained"})


class _MayPass(Exception):
    """There was no answer this time: the inbox keeps the question and hands it out again, a little later."""


class QuestionHandler:
    """Handles the inbox kind "question". Every question gets exactly one post, whatever becomes of it.

    A follow-up without a mention may have been meant for somebody else: its thread sees nothing but a new answer, the
    asker alone what else becomes of it, and a greeting gets no post. `person` gives our id of somebody by workspace and
    Slack's id: the limits on a model are each person's own. `summarised`: a reader may have an answer summed up.
    `rated`: readers may say whether an answer helped. `prompt` is the version of the prompt a model is asked with.
    `places` gives where somebody is answered alone who asked privately in a channel.
    """

    def __init__(
        self,
        answering: Answerer,
        registry: Registry,
        ageing: Callable[[], Ageing],
        conversations: Conversations,
        status: Status | None = None,
        *,
        person: Callable[[str, str], str] | None = None,
        summarised: bool = False,
        rated: bool = False,
        prompt: int | None = None,
        places: Callable[[str, str], PrivatePlace] = PrivatePlace,
    ) -> None:
        self._answering = answering
        self._registry = registry
        self._ageing = ageing
        self._conversations = conversations
        self._status = status
        self._person = person
        self._summarised = summarised
        self._rated = rated
        self._prompt = prompt
        self._places = places

    def __call__(self, received: Received) -> Sequence[Post]:
        """The answer in its thread; help for a greeting or no question at all; a refusal of what is too long.

        Raises when there is no answer and another try may bring one.
        """
        body = received.body
        text = str(body["text"])
        if not text:
            lead = _NO_FILES if body.get("files") else _NO_WORDS
            return [self._post(received, help_view(self._registry, lead))]
        if int(body.get("length", 0)) > QUESTION:
            self._conversations.forget(_key(received))
            return [self._answer(_aside(received), Answer("", "refused", too_long(int(body["length"]))))]
        # Slack shows and clears a status per thread: without a thread it would go on after the answer.
        if self._status is not None and body["thread"] and not body.get("follow_up"):
            self._status.searching(body["channel"], body["thread"])
        turns = self._conversations.before(_key(received))
        answer = self._answering.answer(text, context=turns, asker=self._asker(received))
        if answer.status == "failed" and received.attempt < _TRIES:
            raise _MayPass
        if body.get("follow_up") and (
            answer.status != "answered" or self._conversations.repeats(_key(received), answer.text)
        ):
            self._conversations.forget(_key(received))
            return self._beside_the_thread(_aside(received), answer)
        self._conversations.answered(_key(received), answer.text)
        if _leads_to_help(answer):
            return [self._post(received, help_view(self._registry))]
        return [self._answer(received, answer if _alone(received) else _for_everybody(answer))]

    def _beside_the_thread(self, received: Received, answer: Answer) -> list[Post]:
        """What a follow-up without a mention gets that brings the thread nothing new; a greeting gets nothing."""
        if answer.status == "answered":
            return [self._post(received, NoticeView(REPEATED))]
        return [] if _leads_to_help(answer) else [self._answer(received, answer)]

    def failed(self, received: Received) -> Sequence[Post]:
        """What is posted when no try succeeded."""
        self._conversations.forget(_key(received))
        return [self._answer(_aside(received), Answer("", "failed", _FAILED))]

    def _asker(self, received: Received) -> str | None:
        user = str(received.body.get("user") or "")
        return self._person(received.team_id, user) if self._person and user else None

    def _answer(self, received: Received, answer: Answer) -> Post:
        view = AnswerView(
            answer,
            _key(received)[:8],
            self._ageing(),
            summarises=self._summarised and may_be_summarised(answer),
            rated=self._rated and answer.status in _RATED,
            prompt=self._prompt if answer.mode == "model" else None,
        )
        return self._post(received, view)

    def _post(self, received: Received, view: StoredView) -> Post:
        body = received.body
        channel, thread, asker, alone = str(body["channel"]), body["thread"], body.get("user"), body.get("only_for")
        place = self._places(channel, str(alone)) if alone else PrivatePlace(channel, None)
        if alone and isinstance(view, AnswerView):
            view = _private(view, str(body["text"]), place, channel)
        to = (received.team_id, place.channel, thread if place.channel == channel else None)
        return Post(
            view.posted_as, _key(received), *to, view.thing, view.to_data(), ephemeral_user=place.only_for, asker=asker
        )


def _private(view: AnswerView, question: str, place: PrivatePlace, channel: str) -> AnswerView:
    """The answer for one person: it can be shared where others are, and says where it was asked if not here."""
    elsewhere = channel if place.channel != channel else None
    shares = place.only_for is not None and view.answer.status == "answered"
    asked = Asked(echo(question), elsewhere) if elsewhere or shares else None
    return replace(view, shares=shares, asked=asked)


def _alone(received: Received) -> bool:
    """Whether whoever asked is the only reader."""
    return bool(received.body.get("only_for")) or str(received.body["channel"]).startswith("D")


def _leads_to_help(answer: Answer) -> bool:
    return answer.status == "pointed" and answer.reason == "help"


def _aside(received: Received) -> Received:
    """The question; where it mentioned nobody, to be answered for its asker alone."""
    body = received.body
    return replace(received, body={**body, "only_for": body["user"]}) if body.get("follow_up") else received


def _for_everybody(answer: Answer) -> Answer:
    """The answer without offers from the register; where nothing else was offered, with where to ask for it."""
    left = for_everybody(answer)
    return replace(left, text=_ASK_ALONE) if answer.status == "pointed" and not left.offers else left


def _key(received: Received) -> str:
    return post_key("answer", received.team_id, received.key)
