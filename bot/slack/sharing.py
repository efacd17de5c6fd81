"""From a click on "Share in channel", below what one person was shown, to one message for everybody there."""

from __future__ import annotations

import logging
from typing import Any

from bot.access.policy import may_show
from bot.conversations.threads import Conversations, Place
from bot.slack.clicks import Clicked
from bot.slack.responder import Asker, Responder
from bot.views.answers.model import AnswerView
from bot.views.notices.model import NoticeView
from bot.views.sharing import ShareableView
from bot.views.summaries.model import SummaryView
from bot.work.outbox import Post, enqueue, post_key, posted_at
from retrieval.corpus.passages import PUBLIC
from retrieval.corpus.sources import Corpus
from retrieval.corpus.standing import WITHDRAWN

logger = logging.getLogger(__name__)

GONE = (
    "It was not shared: the text of an answer is kept for one day, and it is not kept any more. Next step: ask again."
)
SHARED = "It was shared already. Nothing was posted again."
NOT_HERE = (
    "It was not shared: it rests on a document that by now is not for everybody, or was taken out of the guidance. "
    "Nothing was posted. Next step: ask again, and share what is answered then."
)
_VIEWS: tuple[type[ShareableView], ...] = (AnswerView, SummaryView)


def share(
    conversations: Conversations, responder: Responder, asker: Asker, _body: dict[str, Any], action: dict[str, Any]
) -> None:
    """Post it where it was shown, once; whoever clicked is told why not, when it is not posted.

    An answer begins a conversation of whoever shared it, in the thread below it.
    """
    clicked, team_id = Clicked.on(asker, action), responder.teams.id_of(asker.slack_team)
    with responder.services.database.read() as session:
        shown = [(cls, found) for cls in _VIEWS if (found := clicked.found(session, team_id, cls.thing))]
    if not shown:
        return responder.tell(asker, NoticeView(GONE))
    cls, found = shown[0]
    key = post_key("shared", found.key)
    view = cls.from_data(found.data).as_shared(clicked.user, key[:8])
    if not _may_be_shown(responder, view, clicked.channel):
        return responder.tell(asker, NoticeView(NOT_HERE))
    post = Post(
        view.posted_as, key, team_id, clicked.channel, found.thread, view.thing, view.to_data(), asker=clicked.user
    )
    with responder.services.database.write() as session:
        new = enqueue(session, post, responder.clock.now())
        if new and isinstance(view, AnswerView) and view.asked:
            place = Place(team_id, clicked.channel, found.thread or key)
            said = {"key": key, "ts": str(action["action_ts"]), "slack_user": clicked.user}
            conversations.note(session, place, **said, question=view.asked.question, answer=view.answer.text)
    responder.wake()
    return None if new else responder.tell(asker, NoticeView(SHARED, link=_link(responder, clicked.channel, key)))


def _may_be_shown(responder: Responder, view: ShareableView, channel: str) -> bool:
    """Whether everybody in the channel may see it today: each of its documents is there, and for everybody."""
    standing = Corpus(responder.services.database).sources(PUBLIC) if view.rests_on else ()
    public = {each.source.source_id for each in standing if each.state != WITHDRAWN}
    return view.rests_on <= public and may_show(view.shows, responder.privacy.place(channel), audience=view.audience)


def _link(responder: Responder, channel: str, key: str) -> str | None:
    """The address of the message with this key; None while it is not posted, or where Slack does not tell."""
    with responder.services.database.read() as session:
        slack_ts = posted_at(session, key)
    if slack_ts is None:
        return None
    try:
        return str(responder.client.chat_getPermalink(channel=channel, message_ts=slack_ts)["permalink"])
    except Exception as error:  # that it is shared already matters, its address does not
        logger.info("no link to a shared message: %s", type(error).__name__)
        return None
