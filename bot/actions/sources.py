"""Naming the documents that answers are quoted from."""

from __future__ import annotations

from bot.actions.registry import Context
from bot.views.notices.model import NoticeView
from bot.views.sources import facts, title
from retrieval.corpus.sources import Corpus
from retrieval.corpus.standing import DUPLICATE, WITHDRAWN

MOST = 20
_HOW = (
    "Each citation leads to its source, and its link to the document where there is one. Whoever runs this bot adds "
    "documents with `proviso ingest PATH`."
)


def show(context: Context) -> NoticeView:
    """The sources that are for everybody, by title, and how documents are added."""
    known = Corpus(context.services.database).sources()
    listed = [summary.source for summary in known if summary.state not in (WITHDRAWN, DUPLICATE)]
    if not listed:
        return NoticeView(f"There are no documents yet. {_HOW}", "Sources")
    named = sorted(listed, key=lambda source: title(source).casefold())
    lines = [f"• {title(source)} ({facts(source)})" for source in named[:MOST]]
    rest = len(named) - MOST
    more = [f"… and {rest} more: `proviso sources` lists them all."] if rest > 0 else []
    return NoticeView("\n".join(["Answers are quoted from these documents.", *lines, *more, _HOW]), "Sources")
