"""How an answer is laid out, the same in Slack and in the terminal: quotes grouped under their source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.views.sources import Ageing, cautions, credit, heading, where
from retrieval.corpus.authority import DIGEST, kind
from retrieval.corpus.passages import Source
from retrieval.types import Answer, Citation, Claim, Strength

_NOBODY = "nobody"
_MODALITY = {"must": "must", "should": "should", "may": "may", "states": "states, and asks for nothing"}


@dataclass(frozen=True)
class Quoted:
    """A quote as it is shown: its words, the place, what has to be said of it, and the citation behind its button.

    `marks` is false where the words are ours: those of a digest never stand between quotation marks.
    """

    citation: Citation
    text: str
    place: str
    remarks: str = ""
    marks: bool = True


@dataclass(frozen=True)
class SourceGroup:
    """A source with everything quoted of it: what holds for all its quotes is said once."""

    source: Source
    title: str
    credit: str
    cautions: str
    quotes: list[Quoted] = field(default_factory=list)


def shown_claims(answer: Answer, *, more: bool) -> list[Claim]:
    """The claims that are shown: all of them where `more` is asked for."""
    return [claim for claim in answer.claims if more or not claim.more]


def hidden(answer: Answer) -> int:
    """How many claims are shown on request only."""
    return sum(claim.more for claim in answer.claims)


def grouped(answer: Answer, ageing: Ageing | None, *, more: bool) -> list[SourceGroup]:
    """The quotes of an answer by source, in the order of their claims; who else says the same comes with its place."""
    by_number = {citation.n: citation for citation in answer.citations}
    quotes: dict[int, Quoted] = {}
    for claim in shown_claims(answer, more=more):
        cited = [by_number[n] for n in claim.citations if n in by_number]
        for citation in cited if answer.earlier else cited[:1]:
            text = citation.quote if answer.earlier else claim.text
            quotes.setdefault(citation.n, _quoted(citation, text))
        for citation in () if answer.earlier else cited[1:]:
            quotes.setdefault(citation.n, _quoted(citation, "", also=cited[0]))
    return by_source(list(quotes.values()), ageing)


def nearest(answer: Answer, ageing: Ageing | None) -> list[SourceGroup]:
    """What is related to a question that is not answered, by source."""
    return by_source([_quoted(citation, citation.quote) for citation in answer.nearest[:3]], ageing)


def by_source(quotes: Sequence[Quoted], ageing: Ageing | None) -> list[SourceGroup]:
    """Quotes under their sources, in the order in which those come first."""
    groups: dict[str, SourceGroup] = {}
    for quote in quotes:
        source = quote.citation.source
        if source.source_id not in groups:
            about = (heading(source), credit(source), cautions(source, None, ageing))
            groups[source.source_id] = SourceGroup(source, *about)
        groups[source.source_id].quotes.append(quote)
    return list(groups.values())


def strength_line(strength: Strength) -> str:
    """How far the quotes carry, in a line: what they ask for, whom they bind, and what was not found."""
    return " · ".join(part for part in (_MODALITY[strength.modality], _binds(strength), _missing(strength)) if part)


def uncovered(answer: Answer) -> list[str]:
    """The parts of the question that nothing found answers."""
    return [part.text for part in answer.parts if not part.covered] if answer.status == "answered" else []


def _quoted(citation: Citation, text: str, also: Citation | None = None) -> Quoted:
    return Quoted(citation, text, where(citation), _remarks(citation, also), kind(citation.source) != DIGEST)


def _remarks(citation: Citation, also: Citation | None) -> str:
    """Whose view it is where that is not the source's own, and of which year its "soon" and "currently" speak."""
    own_words = kind(citation.source) == DIGEST
    holder = f"the view of {citation.holder}, not a rule of this source" if citation.holder and not own_words else ""
    same = f"says the same as {where(also)} of “{heading(also.source)}”" if also else ""
    return " · ".join(part for part in (same, holder, f"as of {citation.as_of}" if citation.as_of else "") if part)


def _binds(strength: Strength) -> str:
    bound = [whom for whom in strength.binds if whom != _NOBODY]
    if bound:
        return f"binds {', '.join(bound)}"
    return "binds nobody" if strength.binds else "whom it binds is not stated"


def _missing(strength: Strength) -> str:
    if not strength.missing:
        return ""
    *most, last = strength.missing
    named = f"{', '.join(most)} or {last}" if most else last
    adviser = ": ask your legal adviser" if len(strength.missing) > 2 else ""
    return f"no {named} here says this{adviser}"
