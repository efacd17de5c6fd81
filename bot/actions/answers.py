"""Showing the passage an answer rests on."""

from __future__ import annotations

from bot.actions.registry import Context
from bot.errors import NotFound
from bot.views.passages.model import PassageView, view_of
from bot.views.passages.values import Quoted
from bot.views.sources import Ageing


class PassageGone(NotFound):
    """This passage is no longer in the index. The quote in the answer stands; ask again for the present guidance."""


def show_passage(context: Context, quoted: Quoted) -> PassageView:
    """The passage with its quote marked; raises PassageGone once its source was changed or withdrawn."""
    passage = context.desk.searcher.passage(quoted.passage_id)
    if passage is None:
        raise PassageGone
    return view_of(passage, quoted, Ageing(context.now.date(), context.desk.aged_after))
