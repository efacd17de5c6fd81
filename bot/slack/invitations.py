"""A channel that the bot is not in: the person whom a waiting message is for is asked to invite it."""

from __future__ import annotations

from bot.views.notices.model import NoticeView
from bot.work.notifier import OutgoingPost
from bot.work.outbox import Post, post_key

# A private channel is not found by who is not in it.
_OUTSIDE = frozenset({"not_in_channel", "channel_not_found"})


def ask_for_invitation(post: OutgoingPost, reason: str) -> Post | None:
    """What the focal point of a nudge that its channel refuses is told directly; None where inviting mends nothing."""
    person = post.data.get("owner_slack")
    if reason not in _OUTSIDE or not person:
        return None
    text = (
        f"A nudge for you is due in {post.channel}, and I am not in that channel. Nothing was lost: type "
        "`/invite @Proviso` there, and what waits is posted within an hour."
    )
    view = NoticeView(text, channel=post.channel)
    key = post_key("invitation", post.key)
    return Post(view.posted_as, key, post.team_id, person, None, view.thing, view.to_data())
