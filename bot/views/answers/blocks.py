"""An answer in Slack: quotes under their sources, a button each; sources and buttons are given room first."""

from __future__ import annotations

from collections.abc import Sequence

from bot.views import kit, limits
from bot.views.answers.layout import Quoted, SourceGroup, grouped, hidden, nearest, strength_line, uncovered
from bot.views.answers.model import AnswerView
from bot.views.answers.values import MORE, OFFER, SUMMARISE, offer_value
from bot.views.answers.words import RELATED, VERIFY, heading, mode_label, more_label
from bot.views.escaping import channel, escape, link, one_line, prose, user
from bot.views.feedback.model import HELPFUL, UNHELPFUL
from bot.views.kit import Block, Message
from bot.views.passages.values import SHOW, button_value
from bot.views.sharing import share_button
from retrieval.types import Answer, Claim

_QUOTE_ROOM = 2400
_LEAST_CAUTION = 90
_NOTE = 300
_LINE = 600
_MOST_QUOTES = 24
_MOST_OFFERS = 5


def message(view: AnswerView) -> Message:
    """The message of one answer in any of its states."""
    above = [kit.context(line) for line in _above(view)]
    blocks = _answered(view, above) if view.answer.status == "answered" else [*above, *_without_answer(view)]
    return Message(fallback(view), tuple(blocks))


def _above(view: AnswerView) -> list[str]:
    """The question, where it does not stand above the answer, and who shared it or why it comes here."""
    asked = view.asked
    if asked is None or not (asked.shared_by or asked.channel):
        return []
    question = f": “{escape(one_line(asked.question))}”" if asked.question else ""
    if asked.shared_by:
        return [f"*Asked and shared by {user(asked.shared_by)}*{question}"]
    there = f"in {channel(asked.channel)}" if not str(asked.channel).startswith("D") else "elsewhere"
    return [f"*You asked {there}*{question} I am not in that conversation, so the answer comes here."]


def fallback(view: AnswerView) -> str:
    """The same in plain mrkdwn: read out, shown in notifications, and posted when the blocks are refused."""
    answer, above = view.answer, "".join(f"{line}\n" for line in _above(view))
    if answer.status != "answered":
        reference = _reference(view)
        foot = f" Reference: {escape(reference)}." if reference else ""
        offers = "".join(f"\n{escape(one_line(o.label))}: `{escape(o.command)}`" for o in answer.offers[:_MOST_OFFERS])
        text = f"{above}*{heading(answer)}*: {prose(answer.text)}{limits.clip(offers, 1000)}"
        return limits.clip(text, limits.FALLBACK - 100) + foot
    groups = grouped(answer, view.ageing, more=view.more)
    note = above + (f"{limits.clip(escape(one_line(answer.note)), _NOTE)}\n" if answer.note else "")
    worded = "\n".join(_claims(answer, limits.FALLBACK // 3))
    foot = "\n".join(_limited(line) for line in _lines(view))
    quotes = sum(len(group.quotes) for group in groups)
    room = limits.FALLBACK - sum(map(limits.width, (note, worded, foot))) - 20
    each = max(30, room // max(1, quotes) - 8)
    texts = [_in_line(quote, group, min(each, _QUOTE_ROOM)) for group in groups for quote in group.quotes]
    return limits.clip("\n".join(part for part in (f"{note}{worded}".strip(), *texts, foot) if part), limits.FALLBACK)


def _reference(view: AnswerView) -> str:
    """The reference of a failure, unless its text names one already."""
    told = view.answer.status != "failed" or "reference" in view.answer.text
    return "" if told else view.reference


def _answered(view: AnswerView, above: list[Block]) -> list[Block]:
    answer = view.answer
    note = [*above, *([kit.context(limits.clip(escape(one_line(answer.note)), _NOTE))] if answer.note else [])]
    lines = [kit.context(_limited(line)) for line in _lines(view)]
    buttons = _buttons(view)
    foot = kit.context(f"{escape(mode_label(answer))} {VERIFY}")
    worded = [kit.section(text) | {"expand": True} for text in _claims(answer, limits.MESSAGE // 3)]
    spent = limits.body_text([*note, *worded, *lines, *buttons, foot])
    most = limits.BLOCKS - len(note) - len(worded) - len(lines) - len(buttons) - 2
    groups = grouped(answer, view.ageing, more=view.more)
    return [*note, *worded, *_quote_blocks(groups, limits.MESSAGE - spent, most), *lines, *buttons, foot]


def _without_answer(view: AnswerView) -> list[Block]:
    answer = view.answer
    blocks = [kit.section(f"*{heading(answer)}*\n{prose(answer.text)}")]
    if reference := _reference(view):
        blocks.append(kit.context(f"Reference `{escape(reference)}`: give it to whoever runs this bot."))
    if offered := _offers(answer):
        blocks.append(kit.actions("offers", offered))
    marks = [kit.actions("answer", marks)] if (marks := _marks(view)) else []
    if answer.nearest:
        room = limits.MESSAGE - limits.body_text([*blocks, *marks]) - 200
        related = _quote_blocks(nearest(answer, view.ageing), room, _MOST_QUOTES)
        blocks += [kit.divider(), kit.context(f"*{RELATED}*"), *related]
    return [*blocks, *marks]


def _lines(view: AnswerView) -> list[str]:
    """What stands under the quotes: the parts that nothing answers, and how far the quotes carry."""
    answer = view.answer
    lines = [f"*Not found here*: {escape(one_line(part))}" for part in uncovered(answer)]
    return [*lines, *([f"*Strength*: {escape(strength_line(answer.strength))}"] if answer.strength else [])]


def _limited(line: str) -> str:
    return limits.clip(line, _LINE)


def _buttons(view: AnswerView) -> list[Block]:
    """Further claims, what is offered, a summary, and sharing; none where no message is kept behind it."""
    buttons: list[Block] = []
    count = hidden(view.answer)
    if view.reference and count and not view.more:
        buttons.append(kit.button(more_label(count), MORE, view.reference, label=f"{more_label(count)} quotes"))
    buttons += _offers(view.answer)[:1]
    if view.reference and view.summarises:
        buttons.append(kit.button("Summarise (AI)", SUMMARISE, view.reference))
    if view.reference and view.shares:
        buttons.append(share_button(view.reference))
    buttons += _marks(view)
    return [kit.actions("answer", buttons)] if buttons else []


def _marks(view: AnswerView) -> list[Block]:
    """Whether the answer helped; none where that is not kept."""
    if not (view.reference and view.rated):
        return []
    return [kit.button("Helpful", HELPFUL, view.reference), kit.button("Not helpful", UNHELPFUL, view.reference)]


def _offers(answer: Answer) -> list[Block]:
    """A button an offer that leads to an action of ours."""
    offers = [offer for offer in answer.offers[:_MOST_OFFERS] if offer.action]
    return [kit.button(offer.label, f"{OFFER}.{n}", offer_value(offer)) for n, offer in enumerate(offers, 1)]


def _claims(answer: Answer, room: int) -> list[str]:
    """The claims of an answer that an earlier version had a model word, each with its numbers."""
    if not answer.earlier:
        return []
    each = max(60, room // max(1, len(answer.claims)))
    return ["\n\n".join(_claim(claim, each) for claim in answer.claims)]


def _claim(claim: Claim, room: int) -> str:
    numbers = "".join(f" [{n}]" for n in claim.citations)
    return limits.clip(escape(one_line(claim.text)), max(30, room - len(numbers) - 2)) + numbers


def _quote_blocks(groups: Sequence[SourceGroup], room: int, most: int) -> list[Block]:
    """A section a quote with its button, under the source it comes from; each has an equal share of the room."""
    quotes = [(group, quote) for group in groups for quote in group.quotes]
    shown = quotes[: min(_MOST_QUOTES, most - 1)]
    each = min(_QUOTE_ROOM, room // max(1, len(shown)))
    blocks = [_quote_block(group, quote, each) for group, quote in shown]
    if rest := len(quotes) - len(shown):
        blocks.append(kit.context(f"… and {rest} more quotes; ask about one part to see them."))
    return blocks


def _quote_block(group: SourceGroup, quote: Quoted, room: int) -> Block:
    value = button_value(quote.citation, room // 3)
    show = kit.button("Show passage", SHOW, value, label=f"Show passage of quote {quote.citation.n}")
    text = _text(quote, group, room - limits.width(value) - 60)
    return kit.section(text, accessory=show) | ({"expand": True} if quote.text else {})


def _text(quote: Quoted, group: SourceGroup, room: int) -> str:
    """The source above its first quote; the place and what must be said of the quote keep their room, its words not."""
    head = f"{_head(group, max(40, room // 3))}\n" if quote is group.quotes[0] else ""
    place = f" [{limits.clip(escape(one_line(quote.place)), 80)}]"
    remarks = f"\n>_{limits.clip(escape(one_line(quote.remarks)), _LEAST_CAUTION * 2)}_" if quote.remarks else ""
    left = room - sum(map(limits.width, (head, place, remarks))) - 5
    words = limits.clip(escape(one_line(quote.text)), max(30, left)) if quote.text else ""
    before, after = ("“", "”") if quote.marks and words else ("", "")
    return f"{head}>{before}{words}{after}{place}{remarks}"


def _in_line(quote: Quoted, group: SourceGroup, room: int) -> str:
    """The quote first, then where it stands: what a notification shows of a message is its beginning."""
    about = (f"{group.title}, {quote.place}", quote.remarks, group.cautions)
    source = limits.clip(escape(one_line(" · ".join(part for part in about if part))), max(60, room // 2))
    words = limits.clip(escape(one_line(quote.text)), max(30, room - limits.width(source) - 5)) if quote.text else ""
    before, after = ("“", "”") if quote.marks and words else ("", "")
    return f"{before}{words}{after} ({source})".strip()


def _head(group: SourceGroup, room: int) -> str:
    """Title, credit, and the cautions, which keep their room."""
    label = limits.clip(escape(one_line(group.title)), room)
    linked = link(group.source.url, label)
    cautions = limits.clip(escape(one_line(group.cautions)), max(_LEAST_CAUTION, room // 2))
    rows = [
        f"*{linked if limits.width(linked) <= 2 * max(room, 120) else label}*",
        limits.clip(escape(one_line(group.credit)), room),
        f"_{cautions}_" if cautions else "",
    ]
    return "\n".join(row for row in rows if row)
