"""An answer in Slack: claims with numbers, sources with a button each; sources are given room first."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from bot.views import kit, limits
from bot.views.answers.model import AnswerView
from bot.views.answers.words import RELATED, heading, mode_label
from bot.views.escaping import escape, link, one_line, prose
from bot.views.kit import Block, Message
from bot.views.passages.values import SHOW, button_value
from bot.views.sources import Ageing, describe, reservation
from retrieval.types import Answer, Citation, Claim

_SOURCE_ROOM = 1000

_FALLBACK_SOURCE = 300

_LEAST_CAUTION = 90

_NOTE = 300

_MOST_SOURCES = 24


def message(view: AnswerView) -> Message:
    """The message of one answer in any of its four states."""
    answer = view.answer
    blocks = _answered(view) if answer.status == "answered" else _without_answer(view)
    return Message(fallback(view), tuple(blocks))


def fallback(view: AnswerView) -> str:
    """The same in plain mrkdwn: read out, shown in notifications, and posted when the blocks are refused."""
    answer = view.answer
    if answer.status != "answered":
        reference = _reference(view)
        foot = f" Reference: {escape(reference)}." if reference else ""
        return limits.clip(f"*{heading(answer)}*: {prose(answer.text)}", limits.FALLBACK - 100) + foot
    lines = (_source_text(c, view.ageing, quote=False).replace("\n", " · ") for c in answer.citations)
    sources = limits.clip("\n".join(limits.clip(line, _FALLBACK_SOURCE) for line in lines), limits.FALLBACK // 2 - 100)
    note = f"{limits.clip(escape(one_line(answer.note)), _NOTE)}\n" if answer.note else ""
    room = limits.FALLBACK - limits.width(sources) - limits.width(note) - 20
    claims = "\n".join(_claim_text(answer, c, room // max(1, len(answer.claims)) - 1) for c in answer.claims)
    return f"{note}{claims}\n\nSources:\n{sources}"


def _reference(view: AnswerView) -> str:
    """The reference of a failure, unless its text names one already."""
    told = view.answer.status != "failed" or "reference" in view.answer.text
    return "" if told else view.reference


def _answered(view: AnswerView) -> list[Block]:
    answer = view.answer
    sources = _source_blocks(answer.citations, view.ageing, quote=answer.mode == "model")
    foot = kit.context(f"{escape(mode_label(answer))} Verify against the source before you act on it.")
    head = kit.context("*Sources*")
    note = [kit.context(limits.clip(escape(one_line(answer.note)), _NOTE))] if answer.note else []
    spent = limits.body_text([*sources, *note, foot, head])
    claims = _claim_blocks(answer, limits.MESSAGE - spent, limits.BLOCKS - len(sources) - 3 - len(note))
    return [*note, *claims, kit.divider(), head, *sources, foot]


def _without_answer(view: AnswerView) -> list[Block]:
    answer = view.answer
    nearest = _source_blocks(answer.nearest[:3], view.ageing, quote=True)
    text = f"*{heading(answer)}*\n{prose(answer.text)}"
    blocks = [kit.section(text)]
    if reference := _reference(view):
        blocks.append(kit.context(f"Reference `{escape(reference)}`: give it to whoever runs this bot."))
    if nearest:
        blocks += [kit.divider(), kit.context(f"*{RELATED}*"), *nearest]
    return blocks


def _claim_blocks(answer: Answer, room: int, most: int) -> list[Block]:
    """A section a claim; several to a section when there are more claims than blocks, shortened to fit `room`."""
    claims = answer.claims or (Claim(answer.text, ()),)
    each = min(limits.SECTION, max(120, room // len(claims)))
    texts = [_claim_text(answer, claim, each) for claim in claims]
    groups = [[text] for text in texts]
    while len(groups) > max(1, most):
        groups = [list(chain(*groups[i : i + 2])) for i in range(0, len(groups), 2)]
    return [kit.section("\n\n".join(group)) | {"expand": True} for group in groups]


def _claim_text(answer: Answer, claim: Claim, room: int) -> str:
    """The claim, cut before its numbers are: a claim never loses where it rests, nor that it rests on little."""
    numbers = "".join(f" [{n}]" for n in claim.citations)
    reserved = reservation(c for c in answer.citations if c.n in claim.citations)
    after = f"{numbers} _({escape(reserved)})_" if reserved else numbers
    around = ("“", "”") if answer.mode == "extractive" and claim.citations else ("", "")
    text = limits.clip(escape(one_line(claim.text)), max(30, room - len(after) - 2))
    return f"{around[0]}{text}{around[1]}{after}"


def _source_blocks(citations: Sequence[Citation], ageing: Ageing | None, *, quote: bool) -> list[Block]:
    """A section a source with its button, each within an equal share of half the message."""
    shown = citations[:_MOST_SOURCES]
    each = min(_SOURCE_ROOM, limits.MESSAGE // 2 // max(1, len(shown)))
    blocks = [_source_block(citation, ageing, each, quote=quote) for citation in shown]
    rest = len(citations) - len(shown)
    if rest:
        blocks.append(kit.context(f"… and {rest} more sources; ask about one part to see them."))
    return blocks


def _source_block(citation: Citation, ageing: Ageing | None, room: int, *, quote: bool) -> Block:
    value = button_value(citation, room // 3)
    show = kit.button("Show passage", SHOW, value, label=f"Show passage of source {citation.n}")
    text = _source_text(citation, ageing, quote=quote, room=room - limits.width(value) - 60)
    return kit.section(text, accessory=show)


def _source_text(citation: Citation, ageing: Ageing | None, *, quote: bool, room: int = _SOURCE_ROOM) -> str:
    """Number and title; cautions, which keep their room; facts and place; then the quote in what room is left."""
    line = describe(citation, ageing)
    part = max(40, room // 3)
    label = limits.clip(escape(one_line(line.title)), part)
    linked = link(citation.source.url, label)
    cautions = limits.clip(escape(one_line(line.cautions)), max(_LEAST_CAUTION, part))
    about = " · ".join(part for part in (line.facts, line.place) if part)
    rows = [
        f"*[{citation.n}]* {linked if limits.width(linked) <= 2 * part else label}",
        f"_{cautions}_" if cautions else "",
        limits.clip(escape(one_line(about)), part),
    ]
    text = "\n".join(row for row in rows if row)
    left = room - limits.width(text) - 4
    if quote and left >= 60:
        text += f"\n“{limits.clip(escape(one_line(citation.quote)), left)}”"
    return text
