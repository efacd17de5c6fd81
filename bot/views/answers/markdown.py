"""An answer in the terminal."""

from __future__ import annotations

from bot.views.answers.layout import Quoted, SourceGroup, grouped, hidden, nearest, strength_line, uncovered
from bot.views.answers.model import AnswerView
from bot.views.answers.words import RELATED, heading, mode_label
from bot.views.escaping import BREAK, markdown
from retrieval.types import Answer, Offer


def answer(view: AnswerView) -> str:
    """The quotes under their sources, or the reason why there is no answer."""
    if view.answer.status == "answered":
        return "\n\n".join(part for part in _answered(view) if part)
    given = view.answer
    parts = [f"**{heading(given)}**", markdown(given.text)]
    if given.status == "failed" and view.reference and given.error is None:
        parts.append(f"Reference: `{markdown(view.reference)}`")
    parts += [_offer(offer) for offer in given.offers]
    if given.nearest:
        parts += [f"### {RELATED}", *map(_group, nearest(given, view.ageing))]
    return "\n\n".join(parts)


def _answered(view: AnswerView) -> list[str]:
    given = view.answer
    return [
        f"*{markdown(given.note)}*" if given.note else "",
        *_worded(given),
        *map(_group, grouped(given, view.ageing, more=view.more)),
        *(f"Not found here: {markdown(part)}" for part in uncovered(given)),
        f"**Strength**: {markdown(strength_line(given.strength))}" if given.strength else "",
        *map(_offer, given.offers),
        _further(given) if not view.more else "",
        f"*{mode_label(given)}*",
    ]


def _worded(given: Answer) -> list[str]:
    """The claims of an answer that an earlier version had a model word."""
    if not given.earlier:
        return []
    return [f"{markdown(claim.text)} {''.join(f'[{n}]' for n in claim.citations)}" for claim in given.claims]


def _further(given: Answer) -> str:
    count = hidden(given)
    return f"*{count} more: ask again with `--more`.*" if count else ""


def _group(group: SourceGroup) -> str:
    about = [
        f"**{markdown(group.title)}**",
        markdown(group.credit),
        f"*{markdown(group.cautions)}*" if group.cautions else "",
        markdown(group.source.url) if group.source.url else "",
    ]
    return "\n\n".join([BREAK.join(row for row in about if row), *map(_quote, group.quotes)])


def _quote(quote: Quoted) -> str:
    before, after = ("“", "”") if quote.marks else ("", "")
    words = f"{before}{markdown(quote.text)}{after} " if quote.text else ""
    section = f" · {markdown(quote.citation.section)}" if quote.citation.section else ""
    place = f"[{quote.citation.n}] [{markdown(quote.place)}]{section}"
    remarks = f"{BREAK}> *{markdown(quote.remarks)}*" if quote.remarks else ""
    return f"> {words}{place}{remarks}"


def _offer(offer: Offer) -> str:
    return f"- {markdown(offer.label)}: `{markdown(offer.command)}`"
