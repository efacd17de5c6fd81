"""A summary in Slack: the label first, the sentences, where their quotes stand, and a button that shares it."""

from __future__ import annotations

from bot.views import kit, limits
from bot.views.escaping import escape, one_line, user
from bot.views.kit import Message
from bot.views.sharing import share_button
from bot.views.summaries.model import LABEL, SummaryView

_PLACE = 200


def message(view: SummaryView) -> Message:
    """The summary; shared or not, the label goes with it."""
    by = f" · shared by {user(view.shared_by)}" if view.shared_by else ""
    label = f"*{LABEL}*{by}"
    said = "\n".join(f"• {escape(one_line(each.text))} {_marks(each.citations)}" for each in view.sentences)
    places = "\n".join(
        f"[{number}] {limits.clip(escape(one_line(place)), _PLACE)}" for number, place in view.places.items()
    )
    blocks = [kit.context(label), kit.section(said), kit.context(places)]
    if view.reference:
        blocks.append(kit.actions("summary", [share_button(view.reference)]))
    return Message(limits.clip(f"{label}\n{said}\n{places}", limits.FALLBACK), tuple(blocks))


def _marks(numbers: tuple[int, ...]) -> str:
    return "".join(f"[{number}]" for number in numbers)
