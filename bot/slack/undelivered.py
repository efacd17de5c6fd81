"""What somebody is told whose answer could not be posted."""

from __future__ import annotations

from bot.views.notices.model import NoticeView
from bot.work.notifier import OutgoingPost
from bot.work.outbox import Post, post_key

_TITLE = "An answer could not be posted"


def undelivered(post: OutgoingPost, reason: str) -> Post:
    """A notice to whoever waits for `post`: in a direct message, or where the answer belongs when that is not known."""
    place = (post.asker, None) if post.asker else (post.channel, post.thread)
    view = NoticeView(
        f"Your question was answered, but Slack did not take the answer ({reason}). It is given up and was not kept. "
        "Next step: ask again, in a direct message to me if it was in a channel.",
        _TITLE,
    )
    return Post(view.posted_as, post_key("undelivered", post.key), post.team_id, *place, view.thing, view.to_data())
