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
    """The passage with its quote marked, or one near it; raises PassageGone when it is no longer kept."""
    searcher = context.services.searcher
    passage = searcher.passage(quoted.shown or quoted.passage_id)
    if passage is None:
        raise PassageGone
    before, after = (near.passage_id if near else None for near in searcher.beside(passage))
    ageing = Ageing(context.now.date(), context.services.aged_after)
    return view_of(passage, quoted, ageing, before=before, after=after)
