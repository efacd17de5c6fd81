"""An answer in the terminal."""

from __future__ import annotations

from bot.views.answers.model import AnswerView
from bot.views.answers.words import RELATED, heading, mode_label
from bot.views.escaping import BREAK, markdown
from bot.views.sources import Ageing, describe, reservation
from retrieval.types import Answer, Citation, Claim


def answer(view: AnswerView) -> str:
    """The claims with their sources, or the reason why there is no answer."""
    given = view.answer
    if given.status == "answered":
        claims = "\n\n".join(_claim(given, claim) for claim in given.claims)
        sources = "\n\n".join(_source(c, view.ageing, quote=given.mode == "model") for c in given.citations)
        note = f"*{markdown(given.note)}*\n\n" if given.note else ""
        return f"{note}{claims}\n\n### Sources\n\n{sources}\n\n*{mode_label(given)}*"
    parts = [f"**{heading(given)}**", markdown(given.text)]
    if given.status == "failed" and view.reference:
        parts.append(f"Reference: `{markdown(view.reference)}`")
    if given.nearest:
        parts.append(f"### {RELATED}")
        parts += [_source(citation, view.ageing, quote=True) for citation in given.nearest]
    return "\n\n".join(parts)


def _claim(answer: Answer, claim: Claim) -> str:
    numbers = "".join(f" [{n}]" for n in claim.citations)
    reserved = reservation(c for c in answer.citations if c.n in claim.citations)
    after = f"{numbers} *({markdown(reserved)})*" if reserved else numbers
    text = markdown(claim.text)
    return f"> “{text}”{after}" if answer.mode == "extractive" else f"{text}{after}"


def _source(citation: Citation, ageing: Ageing | None, *, quote: bool) -> str:
    line = describe(citation, ageing)
    rows = [f"**[{citation.n}] {markdown(line.title)}**"]
    if line.cautions:
        rows.append(f"*{markdown(line.cautions)}*")
    rows += [markdown(line.facts), markdown(line.place)]
    if citation.source.url:
        rows.append(markdown(citation.source.url))
    if quote:
        rows.append(f"“{markdown(citation.quote)}”")
    return BREAK.join(row for row in rows if row)
